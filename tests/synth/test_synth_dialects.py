"""What the SQL writer prints runs on the real engines; the guard lets all of it through, and writes the same query."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import synth_worlds

from sqlwright.database import guard, open_executor
from sqlwright.schema import introspect, read_values
from sqlwright.synth.catalog import Catalog
from sqlwright.synth.judge import fingerprint
from sqlwright.synth.profile import read_profile
from sqlwright.synth.sampler import SHAPES, Sampler
from sqlwright.synth.write_sql import write_sql

Run = Callable[[str, list[tuple[object, ...]]], object]


def _copy(world: str, source: Path, script: Callable[[str], object], insert: Run) -> None:
    """Make the same tables and rows in another engine."""
    script(synth_worlds.ddl(world))
    database = sqlite3.connect(source)
    for table in synth_worlds.schema_of(world, source).tables:
        rows = database.execute(f'SELECT * FROM "{table.name}"').fetchall()
        flags = [index for index, column in enumerate(table.columns) if column.type == "BOOLEAN"]
        insert(table.name, [tuple(bool(v) if i in flags else v for i, v in enumerate(row)) for row in rows])
    database.close()


def _draw_and_run(url: str, count: int) -> None:
    schema = introspect(url)
    with open_executor(url) as executor:
        catalog = Catalog(schema, read_values(url, schema, personal=True), read_profile(executor, schema))
        sampler = Sampler(catalog, None, random.Random(8))
        empty, tables = 0, [table.name for table in schema.tables]
        for _ in range(count):
            sql = write_sql(sampler.draw(), schema)
            result = executor.run(sql)
            assert result.status == "ok", f"{result.error}: {sql}"
            empty += not result.rows
            written = executor.run(guard.check(sql, schema.dialect, tables))
            if " LIMIT " in sql:  # among equals, an engine with several threads may return another
                assert len(written.rows) == len(result.rows), sql
            else:
                assert fingerprint(written.rows) == fingerprint(result.rows), sql
        assert empty < count / 10


@pytest.mark.parametrize("world", synth_worlds.WORLDS)
def test_duckdb(world: str, tmp_path: Path) -> None:
    source = synth_worlds.build(world, tmp_path / "world.sqlite")
    target = tmp_path / "world.duckdb"
    database = duckdb.connect(str(target))

    def insert(table: str, rows: list[tuple[object, ...]]) -> None:
        marks = ",".join("?" * len(rows[0]))
        database.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)

    _copy(world, source, database.execute, insert)
    database.close()
    _draw_and_run(f"duckdb:///{target}", 250)


@pytest.mark.postgres
@pytest.mark.parametrize("world", synth_worlds.WORLDS)
def test_postgres(world: str, tmp_path: Path, postgres_url: str) -> None:
    import psycopg

    source = synth_worlds.build(world, tmp_path / "world.sqlite")
    plain = postgres_url.replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as server:
        server.execute(f"CREATE DATABASE synth_{world}")
    with psycopg.connect(plain.rsplit("/", 1)[0] + f"/synth_{world}") as database:

        def insert(table: str, rows: list[tuple[object, ...]]) -> None:
            marks = ",".join(["%s"] * len(rows[0]))
            with database.cursor() as cursor:
                cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)

        _copy(world, source, lambda text: database.execute(text), insert)
    _draw_and_run(postgres_url.rsplit("/", 1)[0] + f"/synth_{world}", 250)


def test_sqlite_and_duckdb_answer_alike(tmp_path: Path) -> None:
    """Counts and lists of one database in two engines are the same rows."""
    source = synth_worlds.build("school", tmp_path / "world.sqlite")
    target = tmp_path / "world.duckdb"
    database = duckdb.connect(str(target))

    def insert(table: str, rows: list[tuple[object, ...]]) -> None:
        database.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)

    _copy("school", source, lambda text: database.execute(text.replace(" REAL", " DOUBLE")), insert)
    database.close()
    schema = synth_worlds.schema_of("school", source)
    catalog = Catalog(schema, synth_worlds.values_of(schema, source))
    same = {"list", "count", "all", "sorted", "distinct", "join-by-parent", "join-count", "without", "with-zero"}
    sampler = Sampler(catalog, {name: float(name in same) for name in SHAPES}, random.Random(6))
    with open_executor(f"sqlite:///{source}") as lite, open_executor(f"duckdb:///{target}") as duck:
        for _ in range(150):
            tree = sampler.draw()
            sql = write_sql(tree, schema)
            one, two = lite.run(sql), duck.run(write_sql(tree, schema, "duckdb"))
            assert one.ok and two.ok, (sql, one.error, two.error)
            assert fingerprint(one.rows) == fingerprint(two.rows), sql
