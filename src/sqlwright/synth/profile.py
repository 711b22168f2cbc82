"""Count what a database holds: rows by table, NULLs and distinct values by column; and look at a few rows.

profile = read_profile(executor, schema)
Catalog(schema, values, profile)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlwright.schema.model import Schema, Table
from sqlwright.sqlkit.names import identifier

if TYPE_CHECKING:
    from sqlwright.database import Executor


_SAMPLES = 60


@dataclass(frozen=True, slots=True)
class Profile:
    """Facts about stored rows that values alone do not tell; what could not be counted is absent."""

    rows: Mapping[str, int] = field(default_factory=dict)
    """Rows by table."""
    nulls: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """NULLs by (table, column)."""
    distinct: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Distinct values by (table, column)."""
    samples: Mapping[str, tuple[Mapping[str, object], ...]] = field(default_factory=dict)
    """A few rows by table, so that several conditions can hold together."""


def read_profile(executor: Executor, schema: Schema) -> Profile:
    """Count rows, NULLs and distinct values with one statement a table.

    A table that cannot be counted within the executor's time limit is counted without its distinct values, or left out.
    """
    rows: dict[str, int] = {}
    nulls: dict[tuple[str, str], int] = {}
    distinct: dict[tuple[str, str], int] = {}
    samples: dict[str, tuple[Mapping[str, object], ...]] = {}
    for table in schema.tables:
        counts = _count(executor, schema, table, with_distinct=True)
        wide = counts is not None
        if counts is None:
            counts = _count(executor, schema, table, with_distinct=False)
        if counts is None:
            continue
        rows[table.name] = counts[0]
        samples[table.name] = _some(executor, schema, table)
        width = len(table.columns)
        for index, column in enumerate(table.columns, 1):
            nulls[table.name, column.name] = counts[0] - counts[index]
            if wide:
                distinct[table.name, column.name] = counts[index + width]
    return Profile(rows, nulls, distinct, samples)


def _some(executor: Executor, schema: Schema, table: Table) -> tuple[Mapping[str, object], ...]:
    """Return the first rows of a table by its first column; none when that takes too long."""
    columns = [column.name for column in table.columns if column.kind != "other"]
    if not columns:
        return ()
    names = ", ".join(identifier(column, schema.dialect) for column in columns)
    limit = f"FETCH FIRST {_SAMPLES} ROWS ONLY" if schema.dialect == "oracle" else f"LIMIT {_SAMPLES}"
    result = executor.run(f"SELECT {names} FROM {identifier(table.name, schema.dialect)} ORDER BY 1 {limit}")
    if result.status != "ok":
        return ()
    return tuple(dict(zip(columns, row, strict=True)) for row in result.rows)


def _count(executor: Executor, schema: Schema, table: Table, *, with_distinct: bool) -> tuple[int, ...] | None:
    names = [identifier(column.name, schema.dialect) for column in table.columns]
    counted = ["COUNT(*)", *(f"COUNT({name})" for name in names)]
    if with_distinct:
        counted += [
            f"COUNT(DISTINCT {name})" if column.kind != "other" else f"COUNT({name})"
            for name, column in zip(names, table.columns, strict=True)
        ]
    result = executor.run(f"SELECT {', '.join(counted)} FROM {identifier(table.name, schema.dialect)}")
    if result.status != "ok" or not result.rows:
        return None
    return tuple(int(count) for count in result.rows[0])
