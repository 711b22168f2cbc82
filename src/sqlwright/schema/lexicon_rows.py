"""The lexicon's data files, read once and lazily.

Three files name things (`entities.tsv`, `attributes.tsv`, `modifiers.tsv`) and one names stored values (`values.tsv`).
A line is

    head <TAB> other spellings in identifiers <TAB> English names <TAB> Chinese names

with commas inside a cell, and the best name first. A name that begins with `~` is only loosely related
("expensive" for price): it helps to link a question, and is never written into one.
A modifier's Chinese is the form that stands before a noun.
Lines that begin with `#` are comments.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

NAME_FILES = ("entities", "attributes")
"""Files whose heads share one name space; each head is in one of them."""


class Row(NamedTuple):
    """One line of the lexicon."""

    head: str
    aliases: tuple[str, ...] = ()
    """Other spellings and abbreviations found in identifiers, words parted by spaces or underscores."""
    en: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()
    loose_en: tuple[str, ...] = ()
    loose_zh: tuple[str, ...] = ()


def parse_rows(text: str) -> list[Row]:
    """Return the rows of a lexicon file's text."""
    rows = []
    for line in text.split("\n"):
        if not line or line[0] == "#":
            continue
        head, aliases, en, zh = line.split("\t")
        names, loose_en = _cell(en)
        chinese, loose_zh = _cell(zh)
        rows.append(Row(head, tuple(aliases.split(",")) if aliases else (), names, chinese, loose_en, loose_zh))
    return rows


def _cell(cell: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not cell:
        return (), ()
    names = cell.split(",")
    if "~" not in cell:
        return tuple(names), ()
    return tuple(n for n in names if n[0] != "~"), tuple(n[1:] for n in names if n[0] == "~")


@cache
def rows(file: str) -> tuple[Row, ...]:
    """Return the rows of one data file: "entities", "attributes", "modifiers" or "values"."""
    path = files("sqlwright.schema").joinpath("lexicon_data", f"{file}.tsv")
    return tuple(parse_rows(path.read_text(encoding="utf-8")))


@cache
def vocabulary() -> frozenset[str]:
    """Return the words that the heads and spellings of all name files are made of; used to take glued words apart."""
    return frozenset(word for spelling in _spellings() for word in spelling)


@cache
def glued() -> dict[str, tuple[str, ...]]:
    """Return the words of each spelling of several words by their joined form: "orderdate" -> ("order", "date")."""
    heads = {row.head for file in NAME_FILES for row in rows(file)}
    return {"".join(words): words for words in _spellings() if len(words) > 1 and "".join(words) not in heads}


def _spellings() -> Iterator[tuple[str, ...]]:
    for file in (*NAME_FILES, "modifiers"):
        for row in rows(file):
            for phrase in (row.head, *row.aliases):
                yield tuple(phrase.replace("_", " ").split(" "))
