"""Distinct values of a database's columns: what synthesis draws literals from and the linker looks for in questions.

    values = read_values("sqlite:///shop.db", schema)
    values["city", "name"]      # ("Lyon", "Oslo", ...), the most frequent first

Columns that look personal (see `personal`) are left alone unless asked for.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from sqlglot import exp

from sqlwright.errors import DatabaseError, SchemaError
from sqlwright.schema.model import Column, Schema, Table
from sqlwright.schema.personal import looks_personal

if TYPE_CHECKING:
    from sqlwright.database import Executor

Value = str | int | float
"""A value as plain data: numbers as int or float, dates and times as ISO text, booleans as `bool` (an `int`)."""

Values = Mapping[tuple[str, str], tuple[Value, ...]]
"""Values by (table name, column name), spelled as in the schema; a column without values is absent."""

_SCANNED_ROWS = 50_000
"""Rows that are looked at when counting the values of a whole table takes too long."""


@dataclass(frozen=True, slots=True)
class SampleOptions:
    """Which sample values a schema gets; by default none."""

    columns: Literal["all"] | Collection[str] = ()
    """"all", or the columns that may show samples, as "table.column"."""
    count: int = 3
    """Most samples of a column."""
    max_length: int = 40
    """Longer texts are not shown, in characters."""
    personal: bool = False
    """Whether columns that look personal may show samples too."""


def read_values(
    url: str,
    schema: Schema,
    *,
    limit: int = 200,
    max_length: int = 60,
    personal: bool = False,
    seconds: float = 5.0,
    columns: Collection[tuple[str, str]] | None = None,
) -> dict[tuple[str, str], tuple[Value, ...]]:
    """Return the distinct non-null values of columns, most frequent first, equally frequent ones in order of value.

    One query a column; a column is absent when it has no value that can be shown, or cannot be read in time. When
    a table is too long to count in time, its first 50,000 rows stand for it.

    Args:
        url: the database.
        schema: its schema.
        limit: most values of a column.
        max_length: longer texts are left out, in characters.
        personal: whether to read columns that look personal.
        seconds: time limit of each query.
        columns: the (table, column) pairs to read, spelled as in the schema; None for all.

    Raises:
        DatabaseError: the database cannot be opened, or none of the columns can be read.
    """
    from sqlwright.database import Limits, open_executor

    wanted = [
        (table, column)
        for table, column in schema.columns()
        if column.kind != "other"
        and (columns is None or (table.name, column.name) in columns)
        and (personal or not looks_personal(table, column))
    ]
    found: dict[tuple[str, str], tuple[Value, ...]] = {}
    errors: list[str] = []
    if wanted:
        with open_executor(url, Limits(seconds=seconds, rows=_fetched(limit))) as executor:
            for table, column in wanted:
                values, error = _read_column(executor, schema.dialect, table, column, limit, max_length)
                if values:
                    found[table.name, column.name] = values
                if error:
                    errors.append(error)
    if errors and len(errors) == len(wanted):
        raise DatabaseError(f"no column's values can be read; check the URL and the rights on it ({errors[0]})")
    return found


def with_samples(url: str, schema: Schema, options: SampleOptions) -> Schema:
    """Return the schema with sample values in the columns that `options` names.

    Raises:
        SchemaError: a named column is not there, or looks personal and `options.personal` is not set.
    """
    chosen = _chosen(schema, options)
    values = read_values(
        url, schema, limit=options.count, max_length=options.max_length, personal=options.personal, columns=chosen
    )
    tables = []
    for table in schema.tables:
        samples = {name: values.get((table.name, name), ()) for name in (column.name for column in table.columns)}
        columns = tuple(replace(column, samples=tuple(map(str, samples[column.name]))) for column in table.columns)
        tables.append(replace(table, columns=columns))
    return replace(schema, tables=tuple(tables))


def _chosen(schema: Schema, options: SampleOptions) -> set[tuple[str, str]]:
    if options.columns == "all":
        return {(table.name, column.name) for table, column in schema.columns()}
    chosen = set()
    for name in options.columns:
        table_name, _, column_name = name.rpartition(".")
        if not table_name:
            raise SchemaError(f"sample column {name!r} names no table; write it as table.column")
        table = schema.table(table_name)
        column = table.column(column_name)
        if not options.personal and looks_personal(table, column):
            raise SchemaError(f"sample column {name!r} looks personal; allow personal samples to show its values")
        chosen.add((table.name, column.name))
    return chosen


def _read_column(
    executor: Executor, dialect: str, table: Table, column: Column, limit: int, max_length: int
) -> tuple[tuple[Value, ...], str]:
    """Return a column's values, and the database's message when they cannot be read."""
    result = executor.run(_query(dialect, table, column, limit, max_length, whole=True))
    if result.status in ("timeout", "too-large"):
        result = executor.run(_query(dialect, table, column, limit, max_length, whole=False))
    if result.status != "ok":
        return (), result.error
    counted: dict[Value, int] = {}
    for raw, count in result.rows:
        value = plain_value(raw)
        if value is not None and not (isinstance(value, str) and not _showable(value, max_length)):
            counted[value] = counted.get(value, 0) + int(count)
    ordered = sorted(counted, key=lambda value: (-counted[value], isinstance(value, str), value))
    return tuple(ordered[:limit]), ""


def _fetched(limit: int) -> int:
    """Return how many values are fetched to have `limit` that can be shown."""
    return limit + limit // 2 + 8


def _query(dialect: str, table: Table, column: Column, limit: int, max_length: int, *, whole: bool) -> str:
    """Return the SQL that counts a column's values, most frequent first."""
    name = exp.column(_identifier(column.name, dialect))
    source: exp.Expr = exp.Table(this=_identifier(table.name, dialect))
    condition: exp.Expr = exp.Not(this=exp.Is(this=name.copy(), expression=exp.Null()))
    if dialect == "sqlite" or any(word in column.type.lower() for word in ("char", "text", "clob", "string")):
        condition = exp.and_(
            condition, exp.LTE(this=exp.Length(this=name.copy()), expression=exp.Literal.number(max_length))
        )
    if not whole:
        source = exp.select(name.copy()).from_(source).where(condition).limit(_SCANNED_ROWS).subquery("part")
    query = exp.select(name, exp.Count(this=exp.Star())).from_(source).group_by(name.copy())
    if whole:
        query = query.where(condition)
    return query.order_by("2 DESC", "1", dialect=dialect).limit(_fetched(limit)).sql(dialect=dialect)


def _identifier(name: str, dialect: str) -> exp.Identifier:
    """Return a quoted identifier; Oracle's plain names are reflected in lower case and must stay unquoted."""
    return exp.to_identifier(name, quoted=dialect != "oracle" or not name.replace("_", "").isalnum())


def plain_value(raw: object) -> Value | None:
    """Return a driver's value as plain data; None for what has no plain form (binary, NaN, lists)."""
    if isinstance(raw, Decimal):
        raw = int(raw) if raw == raw.to_integral_value() else float(raw)
    if isinstance(raw, float):
        return raw if math.isfinite(raw) else None
    if isinstance(raw, str | int):
        return raw
    if isinstance(raw, dt.datetime):
        return raw.isoformat(sep=" ")
    if isinstance(raw, dt.date | dt.time):
        return raw.isoformat()
    return None


def _showable(text: str, max_length: int) -> bool:
    return bool(text.strip()) and len(text) <= max_length and text.isprintable()
