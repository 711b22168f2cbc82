"""What conditions are in words: a predicate and a modifier; and what they are about."""

from __future__ import annotations

from typing import NamedTuple

from sqlwright.synth.chinese.words import Tone


class Said(NamedTuple):
    """A condition in words; `modifier` stands before a noun and is `predicate` + 的 when empty."""

    predicate: str
    modifier: str = ""

    @property
    def before(self) -> str:
        """Return the words that stand before a noun."""
        return self.modifier or self.predicate.removesuffix("的") + "的"


class Subject(NamedTuple):
    """What is compared."""

    words: str
    tone: Tone
    noun: str = ""
    """The noun of the thing whose own column this is; empty for a column of another place."""
    is_label: bool = False
    is_key: bool = False
    alone: bool = False
    unit: str = ""
    """What it is measured in: 分钟."""
    place: str = ""
    """The column as "table.column", which tells what a stored value means there."""
    only_date: bool = False
    """Whether this is its table's one date, so that 2024年的 before the noun says it."""
    """Whether no other column of its table is of this kind, so that a value says which column is meant."""
