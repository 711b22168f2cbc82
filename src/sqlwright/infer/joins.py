"""Which columns the ON of a join may compare: those of a declared foreign key, where there is one.

Held to are joins of a table with one that its schema ties to it by a foreign key, in either direction: the first
condition behind ON then compares a pair of the key's columns, or of columns that could be a key that nobody declared
between it and another table of the FROM. What follows that condition is free, and so is everything where no key is
declared, or where common table expressions and subqueries take part. A table is joined with itself by any columns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from sqlwright.schema import Schema, Table
from sqlwright.sqlkit.names import identifier

if TYPE_CHECKING:
    from sqlwright.infer.frames import Source

Column = tuple[str, str]
"""What a SELECT calls a source, and the name of its column."""
Pair = tuple[Column, Column]
Pairs = frozenset[tuple[str, str]]
"""Columns of one table, each with one of another."""


@dataclass(frozen=True, slots=True)
class Condition:
    """The first condition behind an ON, up to its second column."""

    pairs: frozenset[Pair]
    """What it may compare, in the order in which it is written."""
    left: Column | None = None
    """The column that stands before the sign."""

    def sources(self) -> frozenset[str]:
        """Return the sources that the next column may be of."""
        return frozenset(name for name, _ in self._next())

    def columns(self, source: str) -> frozenset[str]:
        """Return the columns of a source that may be next."""
        return frozenset(column for name, column in self._next() if name == source)

    def after(self, column: Column) -> Condition | None:
        """Return the condition after one more column; None when it is whole."""
        return replace(self, left=column) if self.left is None else None

    def _next(self) -> frozenset[Column]:
        if self.left is None:
            return frozenset(first for first, _ in self.pairs)
        return frozenset(second for first, second in self.pairs if first == self.left)


@dataclass(frozen=True)
class Keys:
    """The keys between a schema's tables; all names are as its SQL writes them."""

    schema: Schema
    _guessed: dict[tuple[str, str], Pairs] = field(default_factory=dict, init=False, repr=False)

    def condition(self, sources: Sequence[Source]) -> Condition | None:
        """Return what the ON of the last of `sources`, joined to the others, may compare; None for anything."""
        new, earlier = sources[-1], sources[:-1]
        known = self._declared
        if not all(source.table for source in sources):
            return None
        if not any((other.table, new.table) in known and other.table != new.table for other in earlier):
            return None
        pairs: set[Pair] = set()
        for other in earlier:
            tables = (other.table, new.table)
            found = known.get(tables) if other.table != new.table else None
            pairs |= {((other.name, there), (new.name, here)) for there, here in found or self._likely(*tables)}
        return Condition(frozenset(pairs | {(second, first) for first, second in pairs}))

    @cached_property
    def _declared(self) -> dict[tuple[str, str], Pairs]:
        """The columns of declared keys, by both tables, in either direction."""
        found: defaultdict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
        for table in self.schema.tables:
            for key in table.foreign_keys:
                if not self.schema.has(key.target_table):
                    continue
                target = self.schema.table(key.target_table)
                own, other = self._written(table.name), self._written(target.name)
                for here, there in zip(key.columns, key.target_columns, strict=False):
                    if table.has(here) and target.has(there):
                        pair = (self._written(table.column(here).name), self._written(target.column(there).name))
                        found[own, other].add(pair)
                        found[other, own].add((pair[1], pair[0]))
        return {tables: frozenset(pairs) for tables, pairs in found.items()}

    def _likely(self, one: str, other: str) -> Pairs:
        """Return the columns that could be a key which nobody declared: of one name, or a primary key and another.

        Of a table with itself, and of tables without primary keys, those are all.
        """
        if (one, other) not in self._guessed:
            left, right = self._tables[one], self._tables[other]
            free = one == other or not (left.primary_key and right.primary_key)
            self._guessed[one, other] = frozenset(
                (self._written(here.name), self._written(there.name))
                for here in left.columns
                for there in right.columns
                if free
                or (
                    here.kind == there.kind
                    and (left.primary_key == (here.name,)) != (right.primary_key == (there.name,))
                )
                or (here.name.lower() == there.name.lower() and left.primary_key != (here.name,))
            )
        return self._guessed[one, other]

    @cached_property
    def _tables(self) -> dict[str, Table]:
        return {self._written(table.name): table for table in self.schema.tables}

    def _written(self, name: str) -> str:
        return identifier(name, self.schema.dialect)
