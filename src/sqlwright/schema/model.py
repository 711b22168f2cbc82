"""What a database schema is to the rest of the project: plain data, the same from every source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from sqlwright.errors import SchemaError


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `type` is the type as the database writes it ("VARCHAR(20)"), `kind` what it holds."""

    name: str
    type: str = ""
    comment: str = ""
    nullable: bool = True
    unique: bool = False
    samples: tuple[str, ...] = ()
    """Sample values as text; empty unless they were asked for."""

    @property
    def kind(self) -> str:
        """One of "number", "date" (dates and timestamps), "boolean", "text", "other"; text when the type is unknown."""
        return kind_of_type(self.type)


_NEITHER = ("[]", "interval", "point", "range", "struct", "blob", "bytea", "json", "geo", "vector", "xml", "other")


@lru_cache(maxsize=4096)
def kind_of_type(type_: str) -> str:
    """Return what a column of this SQL type holds: "number", "date", "boolean", "text" or "other"."""
    name = type_.lower().partition("(")[0]  # what stands in parentheses are lengths, fields or an enum's values
    if type_.endswith("[]") or any(word in name for word in _NEITHER):
        return "other"
    if "enum" in name:
        return "text"
    if "bool" in name:
        return "boolean"
    if any(word in name for word in ("date", "time", "year")):
        return "date"
    if any(word in name for word in ("int", "real", "floa", "doub", "num", "dec", "money", "serial")):
        return "number"
    if any(word in name for word in ("binary", "raw", "image")):
        return "other"
    return "text"


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns of a table that point to columns of another, pairwise."""

    columns: tuple[str, ...]
    target_table: str
    target_columns: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table or view with its columns in the database's order."""

    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    comment: str = ""
    is_view: bool = False

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name.lower(): column for column in self.columns}

    def column(self, name: str) -> Column:
        """Return the column of this name, whatever its case. Raises SchemaError."""
        try:
            return self._by_name[name.lower()]
        except KeyError:
            raise SchemaError(f"table {self.name!r} has no column {name!r}") from None

    def has(self, name: str) -> bool:
        """Return whether there is a column of this name, whatever its case."""
        return name.lower() in self._by_name


@dataclass(frozen=True)
class Schema:
    """The tables of one database."""

    db_id: str
    tables: tuple[Table, ...]
    dialect: str = "sqlite"
    """Dialect of the database, by sqlglot's name: "sqlite", "duckdb", "postgres", "mysql", "oracle"."""

    @cached_property
    def _by_name(self) -> dict[str, Table]:
        return {table.name.lower(): table for table in self.tables}

    def table(self, name: str) -> Table:
        """Return the table of this name, whatever its case. Raises SchemaError."""
        try:
            return self._by_name[name.lower()]
        except KeyError:
            raise SchemaError(f"schema {self.db_id!r} has no table {name!r}") from None

    def has(self, name: str) -> bool:
        """Return whether there is a table of this name, whatever its case."""
        return name.lower() in self._by_name

    def columns(self) -> Iterator[tuple[Table, Column]]:
        """Yield every column with its table, in order."""
        for table in self.tables:
            for column in table.columns:
                yield table, column
