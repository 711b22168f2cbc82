"""How long a schema of 500 tables and 10,000 columns takes to introspect, render and read back.

    python benchmarks/schema_scale.py [--postgres URL] [--output benchmarks/results/schema_scale.json]

The SQLite and DuckDB databases are made in a temporary folder, with a comment on every table and column and a foreign
key in every table but the first. `--postgres` names an empty database to do the same in. Also measured: `compact`
renderings a second of a schema of 6 tables and 6 columns each, which training data is made from.
"""

from __future__ import annotations

import argparse
import json
import platform
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from sqlwright.records import write_text
from sqlwright.schema import Column, ForeignKey, Schema, Table, introspect, parse_ddl, render

T = TypeVar("T")


def wide_schema(tables: int, columns: int, dialect: str) -> Schema:
    kinds = ("INTEGER", "VARCHAR(40)", "DATE", "DECIMAL(10,2)")
    made = []
    for number in range(tables):
        fields = [Column("id", "INTEGER", "编号", nullable=False), Column("parent_id", "INTEGER", "上级")]
        fields += [Column(f"field_{i}", kinds[i % 4], f"字段 {i} of table {number}") for i in range(columns - 2)]
        keys = (ForeignKey(("parent_id",), f"table_{number // 2:03d}", ("id",)),) if number else ()
        made.append(Table(f"table_{number:03d}", tuple(fields), ("id",), keys, f"表 {number}"))
    return Schema("wide", tuple(made), dialect)


def timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    result = work()
    return result, round(time.perf_counter() - start, 3)


def create(url: str, schema: Schema) -> None:
    ddl = render(schema, "ddl")
    if schema.dialect == "sqlite":
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.executescript(ddl)
    elif schema.dialect == "duckdb":
        import duckdb

        with duckdb.connect(url.removeprefix("duckdb:///")) as database:
            database.execute(ddl)
    else:
        import psycopg

        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as server:
            server.execute(ddl.encode())


def measure(url: str, dialect: str) -> dict[str, float]:
    schema = wide_schema(500, 20, dialect)
    create(url, schema)
    found, seconds = timed(lambda: introspect(url, db_id="wide"))
    assert {table.name: len(table.columns) for table in found.tables} == {t.name: 20 for t in schema.tables}
    assert all(column.comment for _, column in found.columns())
    assert sum(len(table.foreign_keys) for table in found.tables) == 499
    figures = {"introspect_s": seconds}
    for style in ("ddl", "natural", "m-schema", "compact"):
        _, seconds = timed(lambda style=style: render(found, style))  # type: ignore[misc]
        figures[f"render_{style}_s"] = seconds
    _, figures["render_ddl_in_4000_tokens_s"] = timed(lambda: render(found, "ddl", budget=4000, keep=["table_400"]))
    ddl = render(found, "ddl")
    again, figures["parse_ddl_s"] = timed(lambda: parse_ddl(ddl, dialect, "wide"))
    assert len(again.tables) == 500
    return figures


def compact_rate() -> float:
    schema = wide_schema(6, 6, "sqlite")
    rounds = 20_000
    _, seconds = timed(lambda: [render(schema, "compact") for _ in range(rounds)])
    return round(rounds / seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgres", help="URL of an empty PostgreSQL database")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results" / "schema_scale.json")
    arguments = parser.parse_args()
    report: dict[str, object] = {
        "machine": {
            "system": platform.platform(),
            "processor": platform.machine(),
            "python": platform.python_version(),
        },
        "schema": {"tables": 500, "columns": 10_000},
    }
    with tempfile.TemporaryDirectory() as folder:
        report["sqlite"] = measure(f"sqlite:///{folder}/wide.db", "sqlite")
        report["duckdb"] = measure(f"duckdb:///{folder}/wide.duckdb", "duckdb")
    if arguments.postgres:
        report["postgres"] = measure(arguments.postgres, "postgres")
    report["compact_renderings_per_s_of_6_tables_by_6_columns"] = compact_rate()
    write_text(arguments.output, json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
