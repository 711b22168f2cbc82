"""One phrasing's choices: which word for a table, which form for a number, and the dice behind them.

A voice keeps its word for a table or column through the whole question, so that a question never changes names midway.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

from sqlwright.synth.english.grammar import spoken_date
from sqlwright.synth.english.lexis import NUMBERS
from sqlwright.synth.english.names import ColumnWords, Names, TableWords
from sqlwright.synth.tree import Column, Value

T = TypeVar("T")


class UnsayableError(Exception):
    """The writer has no words for this tree; the caller drops it."""


class Voice:
    """The dice and the names of one phrasing; `literals` collects the words of texts that the SQL needs."""

    __slots__ = ("_columns", "_steady", "_tables", "literals", "names", "rng")

    def __init__(self, names: Names, rng: random.Random) -> None:
        self.names = names
        self.rng = rng
        self._tables: dict[str, tuple[str, str]] = {}
        self._columns: dict[tuple[str, str], str] = {}
        self._steady: dict[str, str] = {}
        self.literals: set[str] = set()

    def pick(self, *options: T) -> T:
        """Return one of the options."""
        return options[int(self.rng.random() * len(options))]

    def choose(self, options: Sequence[T]) -> T:
        """Return one element."""
        return options[int(self.rng.random() * len(options))]

    def steady(self, key: str, *options: str) -> str:
        """Return one of the options, the same one for this key all through the question."""
        chosen = self._steady.get(key)
        if chosen is None:
            chosen = self._steady[key] = options[int(self.rng.random() * len(options))]
        return chosen

    def chance(self, probability: float) -> bool:
        """Return True with this probability."""
        return self.rng.random() < probability

    def _rank(self, count: int) -> int:
        index = 0
        while index < count - 1 and self.rng.random() > 0.73:
            index += 1
        return index

    def table(self, name: str) -> TableWords:
        """Return what is known of a table's words."""
        return self.names.table(name)

    def noun(self, name: str, plural: bool) -> str:
        """Return this phrasing's noun for the table's rows."""
        chosen = self._tables.get(name)
        if chosen is None:
            nouns = self.names.table(name).nouns
            chosen = self._tables[name] = nouns[self._rank(len(nouns))]
        return chosen[plural]

    def column(self, column: Column) -> ColumnWords:
        """Return what is known of a column's words."""
        return self.names.column(column.table, column.name)

    def phrase(self, column: Column) -> str:
        """Return this phrasing's singular phrase for the column."""
        key = (column.table, column.name)
        chosen = self._columns.get(key)
        if chosen is None:
            phrases = self.names.column(*key).phrases
            chosen = self._columns[key] = phrases[self._rank(len(phrases))]
        return chosen

    def bare(self, column: Column) -> str:
        """Return the column's phrase without its own table's name, as behind that name ("the department's name")."""
        phrase = self.phrase(column)
        for noun, _ in self.names.table(column.table).nouns:
            if phrase.startswith(noun + " "):
                return phrase[len(noun) + 1 :]
        short = self.names.column(column.table, column.name).short
        return short or phrase

    def literal(self, value: Value, words: ColumnWords | None = None) -> str:
        """Return a literal of the SQL as a person types it."""
        if isinstance(value, str):
            self.literals.update(value.lower().split())
            return self._text(value, words)
        plain = words is not None and words.sense in ("key", "year")
        if isinstance(value, float):
            return f"{value:,}" if value >= 10000 and self.chance(0.1) else f"{value:.15g}"
        if not plain and 0 <= value <= 10 and self.chance(0.06):
            return NUMBERS[value]
        if not plain and value >= 10000 and self.chance(0.12):
            return f"{value:,}"
        return str(value)

    def _text(self, value: str, words: ColumnWords | None) -> str:
        if value[:1].isdigit():
            if len(value) == 10 and value[4] == "-" and self.chance(0.5):
                return spoken_date(value, int(self.rng.random() * 6)) or value
            if words is not None and words.sense in ("date", "year"):
                return value
        if "_" in value and self.chance(0.7):
            spaced = value.replace("_", " ")
            return spaced.lower() if self.chance(0.6) else spaced
        if value.replace(" ", "").replace("-", "").isalnum() and value == value.strip() and value and len(value) < 40:
            bare = 0.85 if value[0].isupper() or value[0].isdigit() else 0.72
            if " " in value and not value[0].isupper():
                bare = 0.3
            if value.lower() in _CONFUSING:
                bare = 0.0
            if self.chance(bare):
                return self._typed(value)
        if '"' in value:
            return f"'{value}'"
        if "'" in value:
            return f'"{value}"'
        return self.pick(f"'{value}'", f'"{value}"', f"'{value}'")

    def _typed(self, value: str) -> str:
        """Return a text without quotes as people type it, now and then in another case."""
        r = self.rng.random()
        if r < 0.08 and len(value) > 3:
            return value.lower()
        return value.capitalize() if r > 0.97 and value.islower() else value

    def quoted(self, value: str) -> str:
        """Return a piece of text, as in LIKE, mostly between quotes."""
        self.literals.update(value.lower().split())
        if "'" not in value and '"' not in value:
            if value.isalnum() and self.chance(0.25):
                return value
            return self.pick(f"'{value}'", f'"{value}"')
        return f'"{value}"' if '"' not in value else f"'{value}'"


_CONFUSING = frozenset("and or not no none in on at a an the is are with all any other null".split())
