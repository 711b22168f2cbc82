"""Everyday synonyms (`synonyms.txt`): what a question may say for a word of the schema that it shares no letter with.

thesaurus = read()
thesaurus["salary"]     # ("pay", "wage", "earnings", "income")
"""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def read() -> dict[str, tuple[str, ...]]:
    """Return of each word what may be said in its place."""
    found: dict[str, tuple[str, ...]] = {}
    for line in Path(__file__).with_name("synonyms.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            head, *others = (part.strip() for part in line.split("|"))
            found[head] = tuple(dict.fromkeys((*found.get(head, ()), *others)))
    return found
