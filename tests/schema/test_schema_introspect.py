from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from sqlwright.errors import DatabaseError, SchemaError, SqlwrightError
from sqlwright.schema import ForeignKey, SampleOptions, Schema, introspect, read_values, render

SQLITE = """
CREATE TABLE 客户 -- 客户主表
( id INTEGER PRIMARY KEY, -- 编号
  name TEXT NOT NULL UNIQUE, /* 姓名 */
  city TEXT, -- 所在城市
  born DATE,
  size UNSIGNED BIG INT);
CREATE TABLE line (order_no INT, number INT, 客户id INT REFERENCES 客户, item TEXT,
  PRIMARY KEY (number, order_no), FOREIGN KEY (Order_No, number) REFERENCES line);
CREATE UNIQUE INDEX line_item ON line (item);
CREATE UNIQUE INDEX line_some ON line (客户id) WHERE item IS NULL;
CREATE VIEW cities AS SELECT city, count(*) AS n FROM 客户 GROUP BY city;
CREATE VIEW broken AS SELECT * FROM gone;
CREATE VIRTUAL TABLE pages USING fts5(title, body);
INSERT INTO 客户 VALUES (1, 'Ann', 'Oslo', '2001-01-01', 3),
  (2, 'Bo', 'Oslo', '2002-01-01', 4), (3, 'Cy', 'Lyon', NULL, 4);
"""

SERVER = """
CREATE TABLE customer (id integer PRIMARY KEY, name varchar(20) NOT NULL UNIQUE, city varchar(30),
  active boolean, born date, price decimal(8,2));
CREATE TABLE orders (id integer, line integer, customer_id integer REFERENCES customer, "list price" double precision,
  tag varchar(5), PRIMARY KEY (id, line));
CREATE UNIQUE INDEX orders_tag ON orders (tag);
COMMENT ON TABLE customer IS '客户';
COMMENT ON COLUMN customer.city IS '所在城市';
CREATE VIEW cities AS SELECT city, count(*) AS n FROM customer GROUP BY city;
INSERT INTO customer VALUES (1, 'Ann', 'Oslo', true, '2001-01-01', 2.50), (2, 'Bo', 'Oslo', false, NULL, 3),
  (3, 'Cy', 'Lyon', NULL, NULL, NULL);
"""


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    with closing(sqlite3.connect(tmp_path / "crm.db")) as connection:
        connection.executescript(SQLITE)
    return f"sqlite:///{tmp_path / 'crm.db'}"


@pytest.fixture
def duckdb_url(tmp_path: Path) -> str:
    with duckdb.connect(str(tmp_path / "crm.duckdb")) as connection:
        connection.execute(SERVER.replace("REFERENCES customer,", "REFERENCES customer (id),"))
    return f"duckdb:///{tmp_path / 'crm.duckdb'}"


@pytest.fixture
def postgres_crm(postgres_url: str) -> Iterator[str]:
    import psycopg

    name = f"crm_{uuid.uuid4().hex[:8]}"
    plain = postgres_url.replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
    mine = plain.rpartition("/")[0] + f"/{name}"
    with psycopg.connect(mine, autocommit=True) as connection:
        connection.execute(SERVER)  # type: ignore[call-overload]
        connection.execute(
            "CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TABLE \"Mixed\" (\"Id\" int, m mood, t text[])"
        )
        connection.execute("CREATE MATERIALIZED VIEW names AS SELECT name FROM customer")
    yield mine.replace("postgresql:", "postgresql+psycopg:")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]


def test_sqlite(sqlite_url: str) -> None:
    schema = introspect(sqlite_url)
    assert (schema.db_id, schema.dialect) == ("crm", "sqlite")
    assert [table.name for table in schema.tables] == ["客户", "line", "cities", "pages"]
    customer, line, cities, _ = schema.tables
    assert customer.comment == "客户主表"
    assert [column.comment for column in customer.columns] == ["编号", "姓名", "所在城市", "", ""]
    assert customer.column("size").type.upper() == "UNSIGNED BIG INT"
    assert customer.column("name").unique
    assert not customer.column("name").nullable
    assert line.primary_key == ("number", "order_no")
    assert line.foreign_keys == (
        ForeignKey(("客户id",), "客户", ("id",)),
        ForeignKey(("order_no", "number"), "line", ("number", "order_no")),
    )
    assert line.column("item").unique
    assert not line.column("客户id").unique
    assert cities.is_view
    assert [column.name for column in cities.columns] == ["city", "n"]


def check_crm(schema: Schema) -> None:
    customer, orders, cities = schema.table("customer"), schema.table("orders"), schema.table("cities")
    assert customer.comment == "客户"
    assert customer.column("city").comment == "所在城市"
    assert [column.kind for column in customer.columns] == ["number", "text", "text", "boolean", "date", "number"]
    assert customer.primary_key == ("id",)
    assert customer.column("name").unique
    assert not customer.column("name").nullable
    assert orders.primary_key == ("id", "line")
    assert orders.column("tag").unique
    assert not orders.column("id").unique
    assert orders.foreign_keys == (ForeignKey(("customer_id",), "customer", ("id",)),)
    assert cities.is_view
    assert not customer.is_view


def check_values(url: str, schema: Schema) -> None:
    values = read_values(url, schema)
    assert values["customer", "city"] == ("Oslo", "Lyon")
    assert values["customer", "id"] == (1, 2, 3)
    assert values["customer", "price"] == (2.5, 3)
    assert values["customer", "active"] == (False, True)
    assert ("customer", "name") not in values
    assert ("customer", "born") not in values
    assert ("orders", "tag") not in values
    everything = read_values(url, schema, personal=True)
    assert everything["customer", "name"] == ("Ann", "Bo", "Cy")
    assert everything["customer", "born"] == ("2001-01-01",)


def test_duckdb(duckdb_url: str) -> None:
    schema = introspect(duckdb_url)
    assert (schema.db_id, schema.dialect) == ("crm", "duckdb")
    assert schema.table("customer").column("price").type == "DECIMAL(8,2)"
    check_crm(schema)
    check_values(duckdb_url, schema)


@pytest.mark.postgres
def test_postgres(postgres_crm: str) -> None:
    schema = introspect(postgres_crm)
    assert schema.dialect == "postgres"
    assert schema.db_id.startswith("crm_")
    assert schema.table("Mixed").column("m").type == "mood"
    assert schema.table("names").is_view
    check_crm(schema)
    check_values(postgres_crm, schema)
    assert read_values(postgres_crm, schema, limit=1)["customer", "city"] == ("Oslo",)


def test_values_of_sqlite(sqlite_url: str) -> None:
    schema = introspect(sqlite_url)
    values = read_values(sqlite_url, schema)
    assert values["客户", "city"] == ("Oslo", "Lyon")
    assert values["客户", "size"] == (4, 3)
    assert ("客户", "name") not in values
    assert read_values(sqlite_url, schema, columns=[("客户", "id")]) == {("客户", "id"): (1, 2, 3)}
    assert ("客户", "city") not in read_values(sqlite_url, schema, max_length=3)


def test_samples_are_opt_in_and_never_personal_unasked(sqlite_url: str) -> None:
    assert "[" not in render(introspect(sqlite_url), "compact")
    some = introspect(sqlite_url, samples=SampleOptions(columns=("客户.city",), count=1))
    assert [column.samples for column in some.table("客户").columns] == [(), (), ("Oslo",), (), ()]
    every = introspect(sqlite_url, samples=SampleOptions(columns="all"), tables=["客户"])
    assert [len(column.samples) for column in every.tables[0].columns] == [3, 0, 2, 0, 2]
    with pytest.raises(SchemaError, match="looks personal"):
        introspect(sqlite_url, samples=SampleOptions(columns=("客户.name",)))
    asked = introspect(sqlite_url, samples=SampleOptions(columns=("客户.name",), personal=True))
    assert asked.table("客户").column("name").samples == ("Ann", "Bo", "Cy")
    with pytest.raises(SchemaError, match=r"table\.column"):
        introspect(sqlite_url, samples=SampleOptions(columns=("city",)))


def test_bad_databases_give_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("hello, I am no database. " * 100)
    sqlite3.connect(tmp_path / "empty.db").close()
    with duckdb.connect(str(tmp_path / "empty.duckdb")):
        pass
    for name, kind in [
        ("missing.db", DatabaseError),
        ("text.db", DatabaseError),
        ("empty.db", SqlwrightError),
        ("empty.duckdb", SchemaError),
        ("missing.duckdb", DatabaseError),
    ]:
        with pytest.raises(kind) as caught:
            introspect(str(tmp_path / name))
        assert name in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_table_that_is_not_there_is_named(sqlite_url: str) -> None:
    with pytest.raises(SchemaError, match="no table 'nothing'"):
        introspect(sqlite_url, tables=["nothing"])
