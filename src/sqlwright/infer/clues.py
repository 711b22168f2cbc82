"""What a question tells of the statement that answers it, and how far a statement agrees.

    told = clues(question, linker.link(question), schema)
    misfits("SELECT name FROM station WHERE city >= 15", told)    # {"unnamed_columns": 1, "odd_types": 1, ...}

Everything is counted in names, numbers and strings, so that it holds for any language: a statement that leaves out a
column which the question names, uses one that it does not, or makes up a number, is seldom right.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlwright.prompt import spaced
from sqlwright.schema import Link, Schema

_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
_WORD = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)?")
_COUNTED = "zero one two three four five six seven eight nine ten".split()
_FREE = frozenset("01")
"""Numbers that statements have of their own: LIMIT 1, COUNT(*) > 0."""
_STRING = re.compile(r"'((?:[^']|'')*)'")
_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\S+""")
_NAME = r"""(?:"[^"]*"|`[^`]*`|[^\s"`]+)"""
_COLUMN = rf"(?:{_NAME} \. )?{_NAME}"
_KEYED = re.compile(
    rf"{_NAME} \. {_NAME} = {_NAME} \. {_NAME}|{_COLUMN} (?:NOT )?IN \( SELECT (?:DISTINCT )?{_COLUMN} (?=FROM )"
)
"""Columns that only tie tables together, which nobody asks for."""
_COMPARED = re.compile(r"""("[^"]*"|`[^`]*`|\S+) (=|<>|!=|<|>|<=|>=) ('(?:[^']|'')*'|-?[\d.]+)""")
_SUMMED = re.compile(r"""(?:SUM|AVG) \( (?:\S+ \. )?("[^"]*"|`[^`]*`|\S+) \)""")


@dataclass(frozen=True, slots=True)
class Clues:
    """What a question tells; all names are in lower case."""

    named: frozenset[str]
    """Columns whose whole name it has."""
    meant: frozenset[str]
    """Columns and tables that it may mean, those whose values it has too."""
    numbers: frozenset[str]
    text: str
    """The question, and the stored values that it names."""
    kinds: Mapping[str, frozenset[str]]
    """What the columns of a name hold (see `schema.Column.kind`), for all columns of the schema."""
    dialect: str


def clues(question: str, links: Iterable[Link], schema: Schema) -> Clues:
    """Return what a question tells.

    Args:
        links: what the linker found in it.
    """
    found = tuple(links)
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    for _, column in schema.columns():
        kinds[column.name.lower()].add(column.kind)
    return Clues(
        named=frozenset(link.column.lower() for link in found if link.column and link.kind == "exact"),
        meant=frozenset((link.column or link.table).lower() for link in found),
        numbers=_digits(_WORD.findall(question.lower())),
        text="\n".join([question, *(link.value or "" for link in found)]).lower(),
        kinds={name: frozenset(some) for name, some in kinds.items()},
        dialect=schema.dialect,
    )


def misfits(sql: str, told: Clues) -> dict[str, float]:
    """Return how often a statement departs from what a question tells, by the kind of departure."""
    text = spaced(sql)
    bare = _STRING.sub("''", text)
    used = {_plain(word) for word in _TOKEN.findall(_KEYED.sub(" ", bare))} & told.kinds.keys()
    numbers = set(_NUMBER.findall(bare))
    strings = [string.replace("''", "'").strip("%").lower() for string in _STRING.findall(text)]
    return {
        "left_out": len(told.named - used),
        "unnamed_columns": len(used - told.meant),
        "new_numbers": len(numbers - told.numbers - _FREE),
        "new_strings": sum(string not in told.text for string in strings),
        "odd_types": sum(_is_odd(column, literal, told) for column, _, literal in _COMPARED.findall(text))
        + sum(_kinds(column, told) <= {"text", "date"} for column in _SUMMED.findall(bare)),
    }


def _digits(words: Iterable[str]) -> frozenset[str]:
    """Return the numbers among some words, those in letters as digits."""
    spelt = {word: str(number) for number, word in enumerate(_COUNTED)}
    return frozenset(spelt.get(word, word) for word in words if word in spelt or word[0].isdigit())


def _is_odd(column: str, literal: str, told: Clues) -> bool:
    """Return whether a text is compared with a number, or a number with a text."""
    kinds = _kinds(column, told)
    return kinds == {"number"} if literal.startswith("'") else kinds == {"text"}


def _kinds(column: str, told: Clues) -> frozenset[str]:
    return told.kinds.get(_plain(column), frozenset(("unknown",)))


def _plain(word: str) -> str:
    return word.strip('"`').lower()
