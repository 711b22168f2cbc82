"""What a statement under way consists of: SELECTs with what they read, parentheses, common table expressions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from sqlwright.infer.joins import Condition, Keys
from sqlwright.schema import Schema
from sqlwright.sqlkit.names import identifier

Names = frozenset[str]
NONE: Names = frozenset()
Clause = Literal["list", "from", "where", "group", "having", "order", "limit"]
"""The select list; FROM with its joins; and the clauses behind it, LIMIT with OFFSET and FETCH."""
Holds = Literal["values", "cast", "unit", "text", "using", "table", "cte", "case"]
HELD_BY: dict[str, Holds] = {
    "CAST": "cast",
    "TRY_CAST": "cast",
    "EXTRACT": "unit",
    "TRIM": "text",
    "SUBSTRING": "text",
}
"""Calls whose parentheses hold more than values."""
CLAUSES: dict[str, Clause] = {
    "GROUP": "group",
    "HAVING": "having",
    "ORDER": "order",
    "LIMIT": "limit",
    "OFFSET": "limit",
    "FETCH": "limit",
}
"""Words with which a clause begins; of the others the SELECT stays in the clause that it was in."""


@dataclass(frozen=True, slots=True)
class Source:
    """Something that a SELECT reads: its name there and its columns."""

    name: str
    columns: Names
    table: str = ""
    """The schema's table that it is; "" for a subquery or a common table expression."""


@dataclass(frozen=True, slots=True)
class Select:
    """A SELECT under way."""

    clause: Clause = "list"
    sources: tuple[Source, ...] = ()
    needs: Names = NONE
    """Columns named without a table before FROM: one source must have each."""
    wants: frozenset[tuple[str, str]] = frozenset()
    """(source, column) named before FROM."""
    item: str | None = None
    """The select list's item under way: a column or alias, "" an expression, None nothing yet."""
    outputs: tuple[str, ...] = ()
    """The finished items, in the same way; "*" for all columns."""
    aliases: Names = NONE
    earlier: Names = NONE
    """Output columns of the SELECT before a UNION."""
    on: Condition | None = None
    """The ON under way, while it is held to a foreign key."""
    joins: int = 0
    """How many ON there were."""

    def wanted_of(self, source: str) -> Names:
        """Return the columns named as `source . column` before FROM."""
        return frozenset(column for name, column in self.wants if name == source)

    def joined(self, keys: Keys) -> Select:
        """Return the SELECT with one more ON begun; it is free where tables before have none of their own."""
        waiting = len(self.sources) - 2 > self.joins
        on = None if waiting else keys.condition(self.sources)
        return replace(self, on=on, joins=self.joins + 1)

    def columns(self) -> Names:
        """Return the names of the columns that come out."""
        every = union(source.columns for source in self.sources) if "*" in self.outputs else NONE
        return self.earlier | every | frozenset(name for name in (*self.outputs, self.item) if name and name != "*")


@dataclass(frozen=True, slots=True)
class Paren:
    """An opened parenthesis, or CASE, by what it holds."""

    holds: Holds
    name: str = ""
    """Of a common table expression; or the word before: of a call, OVER or FILTER."""


@dataclass(frozen=True, slots=True)
class With:
    """The common table expressions so far."""

    sources: tuple[Source, ...] = ()


Frame = Select | Paren | With


class Catalogue:
    """The names of a schema as its SQL writes them."""

    def __init__(self, schema: Schema) -> None:
        """Take the schema's names, in the quotes of its dialect where they need them."""
        self.tables: dict[str, Names] = {
            identifier(table.name, schema.dialect): frozenset(
                identifier(column.name, schema.dialect) for column in table.columns
            )
            for table in schema.tables
        }
        self.keys = Keys(schema)
        self.bare_aliases = schema.dialect == "oracle"
        """Whether a table's other name stands behind it without AS."""
        self._beside: dict[Names, Names] = {}

    def beside(self, columns: Names) -> Names:
        """Return all columns of the tables that have all of `columns`."""
        if columns not in self._beside:
            self._beside[columns] = union(have for have in self.tables.values() if columns <= have)
        return self._beside[columns]


def union(sets: Iterable[Names]) -> Names:
    """Return the names that are in any of the sets."""
    return NONE.union(*sets)


@lru_cache(maxsize=4096)
def once(sets: tuple[Names, ...], shared: bool) -> Names:
    """Return the columns that stand in one of the sets only, or in any when `shared`."""
    every = union(sets)
    return every if shared else frozenset(name for name in every if sum(name in each for each in sets) == 1)
