"""Which tables may be joined, and by which columns: along declared foreign keys, where those lead to a table.

A table that declared keys reach only over others is not joined before those. The first condition behind ON compares
the columns of a key, in either direction, or of what could be a key that nobody declared: columns of one name, one of
them a key. What follows that condition is free, and so is everything where no keys lead to the table, or where common
table expressions and subqueries take part. A table is joined with itself by any columns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from sqlwright.schema import Schema, Table
from sqlwright.sqlkit.names import identifier

if TYPE_CHECKING:
    from sqlwright.infer.frames import Source

Column = tuple[str, str]
"""What a SELECT calls a source, and the name of its column."""
Pair = tuple[Column, Column]
Pairs = frozenset[tuple[str, str]]
"""Columns of one table, each with one of another."""
Place = TypeVar("Place", bound=Hashable)


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
    _apart: dict[frozenset[str], frozenset[str]] = field(default_factory=dict, init=False, repr=False)

    def condition(self, sources: Sequence[Source]) -> Condition | None:
        """Return what the ON of the last of `sources`, joined to the others, may compare; None for anything."""
        new, earlier = sources[-1], sources[:-1]
        known = self._declared
        if not all(source.table for source in sources):
            return None
        if not any(other.table in self._led_to[new.table] and other.table != new.table for other in earlier):
            return None
        pairs: set[Pair] = set()
        for other in earlier:
            tables = (other.table, new.table)
            found = known.get(tables) if other.table != new.table else None
            pairs |= {((other.name, there), (new.name, here)) for there, here in found or self._likely(*tables)}
        return Condition(frozenset(pairs | {(second, first) for first, second in pairs}))

    def apart(self, sources: Sequence[Source]) -> frozenset[str]:
        """Return the tables that may not be joined to `sources` next, as keys lead there only over tables between."""
        if not all(source.table for source in sources):
            return frozenset()
        own = frozenset(source.table for source in sources)
        if own not in self._apart:
            reached = frozenset().union(*(self._led_to[table] for table in own)) - own
            self._apart[own] = frozenset(
                table
                for table in reached
                if not any((one, table) in self._declared or self._likely(one, table) for one in own)
            )
        return self._apart[own]

    def tied(self, table: str, column: str) -> frozenset[tuple[str, str]]:
        """Return the (table, column) with the values of a column of a declared key; none where no key has it.

        They are the column itself, those that keys tie to it, over other columns too, and those of its name that are
        not the primary key of both tables.
        """
        found = _reached((table, column), self._columns)
        if len(found) == 1:
            return frozenset()
        primary = self._named[column][table]
        return found | {(other, column) for other, too in self._named[column].items() if not (too and primary)}

    def numbering(self, source: str) -> frozenset[str]:
        """Return the columns that are keys: of a table, or ("", or another name) of all tables that have them."""
        primary = {(table, name) for name, tables in self._named.items() for table, alone in tables.items() if alone}
        keys = primary | {place for place, _ in self._columns}
        if source in self._tables:
            return frozenset(name for table, name in keys if table == source)
        return frozenset(name for name, tables in self._named.items() if all((table, name) in keys for table in tables))

    @cached_property
    def _named(self) -> dict[str, dict[str, bool]]:
        """By column name, the tables that have it, and whether it is their primary key."""
        out: defaultdict[str, dict[str, bool]] = defaultdict(dict)
        for name, table in self._tables.items():
            for column in table.columns:
                out[self._written(column.name)][name] = table.primary_key == (column.name,)
        return dict(out)

    @cached_property
    def _columns(self) -> frozenset[Pair]:
        """The columns of declared keys with their tables, in either direction."""
        return frozenset(
            ((one, here), (other, there)) for (one, other), pairs in self._declared.items() for here, there in pairs
        )

    @cached_property
    def _led_to(self) -> dict[str, frozenset[str]]:
        """By table, those that declared keys lead to, over other tables too."""
        out: dict[str, frozenset[str]] = {}
        for table in self._tables:
            if table not in out:
                found = _reached(table, self._declared)
                out |= dict.fromkeys(found, found)
        return out

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
        """Return the columns that could be a key which nobody declared: of one name, and a key of either table.

        What is the primary key of both tells nothing. A table is joined with itself by any columns.
        """
        if (one, other) not in self._guessed:
            left, right = self._tables[one], self._tables[other]
            if one == other:
                pairs = [(here.name, there.name) for here in left.columns for there in right.columns]
            else:
                keys = {column for table in (left, right) for key in table.foreign_keys for column in key.columns}
                names = {column.name.lower(): column.name for column in right.columns}
                alike = [(here.name, names[here.name.lower()]) for here in left.columns if here.name.lower() in names]
                pairs = [
                    (here, there)
                    for here, there in alike
                    if {here, there} & keys or (left.primary_key == (here,)) != (right.primary_key == (there,))
                ]
            self._guessed[one, other] = frozenset((self._written(here), self._written(there)) for here, there in pairs)
        return self._guessed[one, other]

    @cached_property
    def _tables(self) -> dict[str, Table]:
        return {self._written(table.name): table for table in self.schema.tables}

    def _written(self, name: str) -> str:
        return identifier(name, self.schema.dialect)


def _reached(start: Place, steps: Collection[tuple[Place, Place]]) -> frozenset[Place]:
    """Return where steps lead from a place, with the place itself."""
    found, new = {start}, {start}
    while new:
        new = {there for here, there in steps if here in new} - found
        found |= new
    return frozenset(found)
