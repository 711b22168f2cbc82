"""`sqlwright evaluate` on SQLite, DuckDB, PostgreSQL and MariaDB: good, wrong, erroneous and hostile predictions."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from judged_files import CUSTOMERS, PURCHASES, TABLES, classes, complaint, make_database, right, tell, write_lines

CITIES = "SELECT city, COUNT(*) AS n FROM customer GROUP BY city"
GOOD = {
    "same": CITIES,
    "other words": "SELECT c.city, SUM(1) FROM customer c GROUP BY c.city ORDER BY 1",
    "joined": "SELECT city, COUNT(DISTINCT c.id) FROM customer c LEFT JOIN purchase p ON customer_id = c.id GROUP BY 1",
}
WRONG = {
    "rows": "SELECT city, COUNT(*) + 1 FROM customer GROUP BY city",
    "missing-rows": f"{CITIES} HAVING COUNT(*) > 1",
    "empty": f"{CITIES} HAVING COUNT(*) > 100",
    "columns": "SELECT city FROM customer GROUP BY city",
    "unknown-table": "SELECT city, COUNT(*) FROM client GROUP BY city",
    "unknown-column": "SELECT town, COUNT(*) FROM customer GROUP BY town",
    "parse": "SELECT city, COUNT(* FROM customer",
}
TYPES = {"type-error": "SELECT city, ABS(city) FROM customer"}
"""SQLite and MariaDB take any text for the number 0."""
HARMFUL = {
    "delete": "DELETE FROM customer",
    "drop": "DROP TABLE purchase",
    "update": "UPDATE customer SET credit = 0",
    "create": "CREATE TABLE other AS SELECT * FROM customer",
    "hidden": "WITH gone AS (DELETE FROM customer RETURNING *) SELECT * FROM gone",
    "two": f"{CITIES}; DELETE FROM customer",
}
SQLITE = {
    "attach": "ATTACH 'attached.sqlite' AS other",
    "vacuum": "VACUUM INTO 'copied.sqlite'",
    "pragma": "PRAGMA query_only = off",
    "extension": "SELECT load_extension('evil')",
}
DUCKDB = {
    "read a file": "SELECT * FROM read_csv('/etc/passwd')",
    "read by name": "SELECT * FROM '/etc/passwd'",
    "copy": "COPY customer TO 'copied.csv'",
    "attach": "ATTACH 'attached.duckdb' AS other",
    "install": "INSTALL httpfs",
    "load": "LOAD httpfs",
    "set": "SET enable_external_access = true",
}
POSTGRES = {
    "program": "COPY customer TO PROGRAM 'touch copied'",
    "copy": "COPY customer TO '/tmp/copied'",
    "sleep": "SELECT city, pg_sleep(120) FROM customer",
    "set": "SET default_transaction_read_only = off",
    "setting": "SELECT set_config('statement_timeout', '0', false)",
    "file": "SELECT pg_read_file('/etc/passwd')",
    "lock": "SELECT pg_advisory_lock(1)",
}
MARIADB = {
    "outfile": "SELECT * FROM customer INTO OUTFILE '/tmp/copied'",
    "file": "SELECT LOAD_FILE('/etc/passwd')",
    "sleep": "SELECT SLEEP(120)",
    "set": "SET GLOBAL max_connections = 1",
    "lock": "SELECT GET_LOCK('a', 120)",
}
ENDLESS = {
    "endless": "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i > 0) SELECT COUNT(*) FROM n"
}
CROSS = {"endless": "SELECT COUNT(*) FROM " + ", ".join(f"customer c{n}" for n in range(26))}
"""MariaDB ends a recursion by itself after a thousand steps."""
AFTER = {"after all": f"{CITIES} ORDER BY 2"}


def _files(folder: Path, said: dict[str, str]) -> list[str]:
    gold = [{"id": name, "db_id": "shop", "sql": CITIES} for name in said]
    pred = [{"id": name, "db_id": "shop", "sql": sql} for name, sql in said.items()]
    return ["--gold", write_lines(folder / "gold.jsonl", gold), "--pred", write_lines(folder / "pred.jsonl", pred)]


def _judge(
    capsys: pytest.CaptureFixture[str], folder: Path, url: str, dialect: str, harmful: dict[str, str]
) -> dict[str, Any]:
    """Judge everything on one database, the harmful among it, and check each verdict."""
    endless = CROSS if dialect == "mysql" else ENDLESS
    wrong = WRONG if dialect in ("mysql", "sqlite") else {**WRONG, **TYPES}
    said = {**GOOD, **wrong, **HARMFUL, **harmful, **endless, **AFTER}
    began = time.monotonic()
    told = tell(capsys, *_files(folder, said), "--databases", url, "--seconds", "1", "--workers", "2")
    assert time.monotonic() - began < 100  # none of the 120 seconds that some ask for
    found = classes(told)
    assert right(told) == GOOD.keys() | AFTER.keys(), found
    assert {name: found[name] for name in wrong} == {name: name for name in wrong}
    assert {name for name in HARMFUL if found[name] != "refused"} <= {"two", "hidden"}
    assert {found[name] for name in (*HARMFUL, *harmful)} <= {"refused", "parse"}, found
    assert found["endless"] == "timeout"
    return told


def test_a_sqlite_file(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = make_database(tmp_path / "shop.sqlite")
    monkeypatch.chdir(tmp_path)
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    told = _judge(capsys, tmp_path, str(file), "sqlite", SQLITE)
    assert told["databases"] == "plain databases, no test suites: 1 SQLite file"
    huge = {"huge": "SELECT PRINTF('%.*c', 900000000, 'x')", **AFTER}
    told = tell(capsys, *_files(tmp_path, huge), "--databases", file, "--seconds", "1")
    assert right(told) == AFTER.keys()
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gold.jsonl", "pred.jsonl", "shop.sqlite"]


def test_a_duckdb_file(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = _duckdb(tmp_path / "shop.duckdb")
    monkeypatch.chdir(tmp_path)
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    told = _judge(capsys, tmp_path, str(file), "duckdb", DUCKDB)
    assert told["databases"] == "plain databases, no test suites: 1 DuckDB file"
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gold.jsonl", "pred.jsonl", "shop.duckdb"]


def _duckdb(path: Path) -> Path:
    import duckdb

    database = duckdb.connect(str(path))
    database.execute(TABLES)
    database.executemany("INSERT INTO customer VALUES (?, ?, ?, ?)", CUSTOMERS)
    database.executemany("INSERT INTO purchase VALUES (?, ?, ?)", PURCHASES)
    database.close()
    return path


@pytest.fixture
def postgres_shop(postgres_url: str) -> Iterator[str]:
    """The shop as a database of its own on the PostgreSQL server."""
    import psycopg

    address = postgres_url.replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS evaluate_shop")
        server.execute("CREATE DATABASE evaluate_shop")
    with psycopg.connect(address.rsplit("/", 1)[0] + "/evaluate_shop") as database:
        database.execute(TABLES)
        database.cursor().executemany("INSERT INTO customer VALUES (%s, %s, %s, %s)", CUSTOMERS)
        database.cursor().executemany("INSERT INTO purchase VALUES (%s, %s, %s)", PURCHASES)
    yield address.rsplit("/", 1)[0] + "/evaluate_shop"
    with psycopg.connect(address, autocommit=True) as server:
        server.execute("DROP DATABASE evaluate_shop WITH (FORCE)")


@pytest.mark.postgres
def test_a_postgresql_server(capsys: pytest.CaptureFixture[str], tmp_path: Path, postgres_shop: str) -> None:
    import psycopg

    told = _judge(capsys, tmp_path, postgres_shop, "postgres", POSTGRES)
    assert told["databases"].startswith("plain databases, no test suites: 1 PostgreSQL database at postgresql")
    with psycopg.connect(postgres_shop) as database:
        assert database.execute("SELECT * FROM customer ORDER BY id").fetchall() == CUSTOMERS
        assert database.execute("SELECT * FROM purchase ORDER BY id").fetchall() == PURCHASES
        listed = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        assert listed == [("customer",), ("purchase",)]
    assert not Path("/tmp/copied").exists()


@pytest.mark.postgres
def test_a_url_for_each_database(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, postgres_shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_database(tmp_path / "files" / "bank.sqlite")
    make_database(tmp_path / "files" / "school.sqlite")
    make_database(tmp_path / "files" / "school-other.sqlite", (5, "Eve", "Bonn", 1))
    _duckdb(tmp_path / "files" / "club.duckdb")
    (tmp_path / "files" / "databases.toml").write_text(
        'shop = "${SHOP_URL}"\nbank = "bank.sqlite"\nclub = "club.duckdb"\n'
        'school = ["school.sqlite", "school-other.sqlite"]\n',
        encoding="utf-8",
    )
    names = ["shop", "bank", "club", "school"]
    said = [{"id": name, "db_id": name, "sql": CITIES} for name in names]
    gold = write_lines(tmp_path / "gold.jsonl", said)
    said = [{**one, "sql": CITIES.replace("COUNT(*)", "SUM(1)")} for one in said]
    files = ["--gold", gold, "--pred", write_lines(tmp_path / "pred.jsonl", said)]
    databases = tmp_path / "files" / "databases.toml"
    assert "SHOP_URL is not set" in complaint(capsys, *files, "--databases", databases)
    monkeypatch.setenv("SHOP_URL", postgres_shop.replace("tester@", "tester:hush@"))
    told = tell(capsys, *files, "--databases", databases, "--rule", "ts", "--out", tmp_path / "out")
    assert right(told) == set(names)
    for product in ("2 SQLite files", "1 SQLite file", "1 DuckDB file", "1 PostgreSQL database"):
        assert product in told["databases"]
    assert "hush" not in str(told)
    assert not [path for path in (tmp_path / "out").iterdir() if "hush" in path.read_text(encoding="utf-8")]
    write_lines(tmp_path / "gold.jsonl", [{**said[0], "db_id": "zoo"}])
    assert "no URL for database 'zoo'; it has 'shop', 'bank'" in complaint(
        capsys, "--gold", gold, "--pred", gold, "--databases", databases
    )


def test_a_mariadb_server(capsys: pytest.CaptureFixture[str], tmp_path: Path, mariadb_url: str) -> None:
    import pymysql
    from sqlalchemy.engine import make_url

    place = make_url(mariadb_url).query["unix_socket"]
    with pymysql.connect(unix_socket=str(place), user="root", charset="utf8mb4", autocommit=True) as server:
        cursor = server.cursor()
        cursor.execute("CREATE DATABASE evaluate_shop CHARACTER SET utf8mb4")
        cursor.execute("USE evaluate_shop")
        for statement in filter(str.strip, TABLES.split(";")):
            cursor.execute(statement)
        cursor.executemany("INSERT INTO customer VALUES (%s, %s, %s, %s)", CUSTOMERS)
        cursor.executemany("INSERT INTO purchase VALUES (%s, %s, %s)", PURCHASES)
        told = _judge(capsys, tmp_path, mariadb_url.replace("/test?", "/evaluate_shop?"), "mysql", MARIADB)
        assert "1 MySQL or MariaDB database at mysql" in told["databases"] and "socket" not in told["databases"]
        cursor.execute("SELECT * FROM customer ORDER BY id")
        assert list(cursor.fetchall()) == CUSTOMERS
        cursor.execute("SHOW TABLES")
        assert cursor.fetchall() == (("customer",), ("purchase",))
        cursor.execute("DROP DATABASE evaluate_shop")
        cursor.close()
