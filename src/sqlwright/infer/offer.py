"""What may stand next in a statement: the fixed words of a place, and the names that are offered there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sqlwright.infer.frames import NONE, Names
from sqlwright.infer.sqlwords import CALLS, KEYWORDS, OPERATORS, TYPES, UNITS

LITERAL = re.compile(r"'(?:[^']|'')*'|\d+(?:\.\d+)?(?:[eE]\d+)?")
_NEW_NAME = re.compile(r"[^\W\d]\w*")

Place = Literal[
    "dot",
    "query",
    "set",
    "table",
    "exact",
    "number",
    "as",
    "open",
    "type",
    "columns",
    "new-name",
    "value",
    "after-value",
    "after-name",
    "after-cte",
]


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be written next."""

    words: tuple[str, ...]
    """Names, keywords and signs, sorted."""
    literals: bool = False
    new_name: bool = False
    """Whether a name may be given."""

    def has(self, word: str) -> bool:
        """Return whether the whole `word` may be written."""
        if word in _members(self.words):
            return True
        if self.literals and LITERAL.fullmatch(word):
            return True
        return self.new_name and bool(_NEW_NAME.fullmatch(word)) and word.upper() not in KEYWORDS and word not in CALLS


_VALUE = KEYWORDS | CALLS | UNITS | {"(", ")", "*", "-", "+"}
_FIXED: dict[Place, tuple[Names, bool, bool]] = {
    "dot": (frozenset("."), False, False),
    "query": (frozenset(("SELECT", "WITH")), False, False),
    "after-cte": (frozenset(("SELECT", ",")), False, False),
    "set": (frozenset(("SELECT", "ALL", "DISTINCT")), False, False),
    "table": (frozenset("("), False, False),
    "exact": (NONE, False, False),
    "number": (NONE, True, False),
    "as": (frozenset(("AS",)), False, False),
    "open": (frozenset("("), False, False),
    "type": (TYPES, False, False),
    "columns": (frozenset("*"), False, False),
    "new-name": (NONE, False, True),
    "value": (_VALUE, True, False),
    "after-value": (KEYWORDS | OPERATORS | UNITS | {")", ","}, False, False),
    "after-name": (KEYWORDS | OPERATORS | {")", ",", "."}, False, False),
}
"""By place: the words beside names, and whether literals and new names may stand there."""


@lru_cache(maxsize=4096)
def offered(names: Names, place: Place, barred: Names = NONE) -> Offer:
    """Return the offer of these names at a place, less the fixed words that are barred."""
    words, literals, new_name = _FIXED[place]
    return Offer(tuple(sorted((words - barred) | names)), literals, new_name)


@lru_cache(maxsize=4096)
def _members(words: tuple[str, ...]) -> Names:
    return frozenset(words)
