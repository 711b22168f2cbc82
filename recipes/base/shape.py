"""What can be asked of a public schema: its columns by kind, how people name them, and what points where.

shape = Shape(schema, values)
shape.near("@singer")          # tables with one row for each singer: [Step("@stadium", ...)]
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from dataclasses import dataclass

from pairs import Values, keys_of
from scopes import mark
from sqlwright.schema.model import Schema
from sqlwright.schema.values import Value
from sqlwright.schema.words import plural, singular, split_identifier

_NAMES = ("name", "title", "full name")
_LABELS = ("name", "title", "fullname")
_LOOSE = frozenset("of in by to for from at on and or per".split())
_ODD = frozenset("id ids code key other details".split())


@dataclass(frozen=True, slots=True)
class Step:
    """A join of two tables: the column of the one, the table, and the column of the other."""

    own: str
    table: str
    other: str


class Shape:
    """Columns, names and keys of a schema, by mark."""

    def __init__(self, schema: Schema, values: Values) -> None:
        self.keys = keys_of(schema)
        self.values: dict[str, tuple[Value, ...]] = {mark(t, c): found for (t, c), found in values.items() if found}
        self.columns: dict[str, list[str]] = {}
        self.ids: dict[str, list[str]] = {}
        """Keys of one column whose names say so: those of the table, and those that point to others."""
        self.numbers: set[str] = set()
        self.primary: dict[str, str] = {}
        self.parents: dict[str, list[Step]] = defaultdict(list)
        self.children: dict[str, list[Step]] = defaultdict(list)
        self._nouns: dict[str, str] = {}
        self._patterns: dict[str, re.Pattern[str] | None] = {}
        self._words: dict[str, str] = {}
        for table in schema.tables:
            own = mark(table.name)
            self._name(own, split_identifier(table.name))
            self.columns[own] = []
            self.ids[own] = []
            single = {k.columns[0] for k in table.foreign_keys if len(k.columns) == 1}
            single |= set(table.primary_key) if len(table.primary_key) == 1 else set()
            if len(table.primary_key) == 1:
                self.primary[own] = mark(table.name, table.primary_key[0])
            for column in table.columns:
                name = mark(table.name, column.name)
                words = split_identifier(column.name)
                usable = (
                    words
                    and words[-1] not in _LOOSE
                    and all(w.isalpha() and w.isascii() and len(w) > 1 for w in words)
                    and not _ODD & set(words)
                )
                if usable and name not in self.keys:
                    self.columns[own].append(name)
                    self._words[name] = " ".join(words)
                    if column.type == "number":
                        self.numbers.add(name)
                elif (
                    column.name in single
                    and words[-1:] == ("id",)
                    and (len(words) > 1 or table.primary_key == (column.name,))
                ):
                    self.ids[own].append(name)
                    self._words[name] = " ".join(words)
        split = (split_identifier(c.name) for t in schema.tables for c in t.columns)
        self._endings = Counter(words[-1] for words in split if words)
        for table in schema.tables:
            pointed = [k.target_table for k in table.foreign_keys]
            for key in table.foreign_keys:
                if len(key.columns) == 1 and pointed.count(key.target_table) == 1 and key.target_table != table.name:
                    one, other = mark(table.name, key.columns[0]), mark(key.target_table, key.target_columns[0])
                    self.parents[mark(table.name)].append(Step(one, mark(key.target_table), other))
                    self.children[mark(key.target_table)].append(Step(other, mark(table.name), one))

    def _name(self, table: str, words: tuple[str, ...]) -> None:
        if words and all(w.isalpha() and w.isascii() for w in words):
            self._nouns[table] = " ".join((*words[:-1], singular(words[-1])))

    def noun(self, table: str) -> str:
        """Return what one row of a table is called; nothing where its name is no word."""
        return self._nouns.get(table, "")

    def words(self, column: str, *, short: bool = True) -> str:
        """Return what a column is called, without the words of its table when `short`."""
        words = self._words.get(column, "")
        noun = self._nouns.get(column.partition("|")[0], "")
        for head in (noun, plural(noun), noun.partition(" ")[0]):
            if short and head and words.startswith(head + " "):
                return words[len(head) + 1 :]
        return words

    def pattern(self, column: str) -> re.Pattern[str] | None:
        """Return what finds the name of a column in a question, in the singular or the plural."""
        if column not in self._patterns:
            forms = {self.words(column), self.words(column, short=False)} - {""}
            forms |= {plural(form) for form in forms}
            either = "|".join(sorted(forms, key=len, reverse=True))
            self._patterns[column] = re.compile(rf"\b(?:{either})\b", re.IGNORECASE) if forms else None
        return self._patterns[column]

    def far(self, column: str) -> str:
        """Return what a column is called from another table: with its own table's name."""
        words, noun = self.words(column), self.noun(column.partition("|")[0]).removeprefix("ref ")
        same = next((n for n in range(3, 0, -1) if words.split()[:n] == noun.split()[-n:]), 0)
        return " ".join((*noun.split(), *words.split()[same:]))

    def near(self, table: str, hops: int = 3) -> list[tuple[Step, ...]]:
        """Return the ways to tables that have one row for each row of this one."""
        last: list[tuple[Step, ...]] = [(step,) for step in self.parents[table] if self.noun(step.table)]
        found = list(last)
        for _ in range(hops - 1):
            last = [
                (*way, step)
                for way in last
                for step in self.parents[way[-1].table]
                if step.table not in (table, *(s.table for s in way)) and self.noun(step.table)
            ]
            found += last
        return found

    def across(self, table: str) -> list[tuple[Step, Step]]:
        """Return the ways to tables over a table that points to both: from players over memberships to clubs."""
        return [
            (down, up)
            for down in self.children[table]
            for up in self.parents[down.table]
            if up.table != table and self.noun(up.table)
        ]

    def alone(self, column: str) -> bool:
        """Return whether no other column ends in the same word."""
        return self._endings[self._words[column].split()[-1]] == 1

    def label(self, table: str) -> str:
        """Return the column that names a row, or nothing."""
        return next((c for c in self.columns[table] if self._words[c].split()[-1] in _LABELS), "")

    def named_by(self, table: str) -> str:
        """Return the column that a row is called by, or nothing: its name, and not that of its manager."""
        return next((c for c in self.columns[table] if self.words(c) in _NAMES), "")

    def categories(self, table: str) -> list[str]:
        """Return the columns by which rows are grouped."""
        return [
            c for c in self.columns[table]
            if c not in self.numbers and c != self.label(table) and 1 < len(set(self.values.get(c, ()))) <= 10
        ]  # fmt: skip

    def value(self, column: str, rng: random.Random) -> Value | None:
        """Return a value of a column that can stand in a question."""
        found = self.values.get(column)
        if not found:
            return None
        value = rng.choice(found)
        if column in self.numbers:
            return value if isinstance(value, int | float) and not isinstance(value, bool) else None
        text = str(value)
        odd = len(text) > 30 or not text.strip() or text != text.strip() or any(c in text for c in "'\"%\n\\")
        return None if odd or text.replace(".", "").isdigit() else text


__all__ = ["Shape", "Step", "plural"]
