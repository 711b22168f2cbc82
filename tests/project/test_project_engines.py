"""Projects on DuckDB and PostgreSQL: pairs in the database's own dialect, executed on it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from shop_world import CUSTOMERS, DDL

from sqlwright.project import Project
from sqlwright.records import Example, read_jsonl

TABLES = ("customer", "product", "purchase")


def rows_of(shop_file: Path, table: str) -> list[tuple[object, ...]]:
    database = sqlite3.connect(shop_file)
    rows = database.execute(f"SELECT * FROM {table}").fetchall()
    database.close()
    return rows


def go_through(project: Project, dialect: str) -> None:
    """Make, audit and split pairs, and ask the database something through the guard."""
    project.synth()
    counts = project.audit().counts
    pairs = read_jsonl(project.layout.pairs, Example)
    assert counts["kept"] == len(pairs) == 80
    assert {example.dialect for example in pairs} == {dialect}
    assert sum(project.split().counts[name] for name in ("train", "validation", "test")) == 80
    assert project.synth().unchanged and project.audit().unchanged
    again = Project.open(project.folder)
    assert again.synth().unchanged and again.audit().unchanged


def test_a_duckdb_file(shop_file: Path, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    database = duckdb.connect(str(tmp_path / "shop.duckdb"))
    database.execute(DDL)
    for table in TABLES:
        rows = rows_of(shop_file, table)
        database.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    assert database.execute("SELECT COUNT(*) FROM customer").fetchall() == [(CUSTOMERS,)]
    database.close()
    go_through(Project.init(tmp_path / "p", str(tmp_path / "shop.duckdb"), {"synth": {"count": 80}}), "duckdb")


@pytest.mark.postgres
def test_a_postgresql_server(shop_file: Path, tmp_path: Path, postgres_url: str) -> None:
    import psycopg

    address = postgres_url.replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS project_shop")
        server.execute("CREATE DATABASE project_shop")
    address = address.rsplit("/", 1)[0] + "/project_shop"
    with psycopg.connect(address) as database:
        database.execute(DDL)  # type: ignore[arg-type]
        for table in TABLES:
            rows = rows_of(shop_file, table)
            database.cursor().executemany(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(rows[0]))})", rows)
    url = postgres_url.rsplit("/", 1)[0] + "/project_shop"
    go_through(Project.init(tmp_path / "p", url, {"synth": {"count": 80}}), "postgres")
    with psycopg.connect(address, autocommit=True) as database:
        database.execute("DELETE FROM purchase")
    changed = Project.open(tmp_path / "p")
    assert not changed.audit().unchanged
