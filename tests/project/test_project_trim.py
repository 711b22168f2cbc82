"""trim-schema: tables that the SQL does not read go first, and what it reads stays."""

from __future__ import annotations

import pytest

from sqlwright.errors import DataError
from sqlwright.project._trim import trimmer
from sqlwright.prompt import get_template, schema_prefix
from sqlwright.records import Example, Prompt
from sqlwright.schema import parse_ddl

WIDE = ", ".join(f"detail_{n} TEXT" for n in range(12))
SCHEMA = parse_ddl(
    f"""
    CREATE TABLE customer (id INT PRIMARY KEY, name TEXT, {WIDE});
    CREATE TABLE purchase (id INT PRIMARY KEY, customer_id INT REFERENCES customer (id), paid INT, {WIDE});
    CREATE TABLE supplier (id INT PRIMARY KEY, name TEXT, {WIDE});
    CREATE TABLE weather (day TEXT, rain INT, {WIDE});
    """,
    db_id="shop",
)
TEMPLATE = get_template("base")
SQL = "SELECT name FROM supplier WHERE detail_7 = 'x'"


def count(text: str) -> int:
    return len(text.split())


def trimmed(room: int, sql: str = SQL) -> str:
    trim = trimmer({"p": Example("p", "shop", "?", sql)}, lambda db_id: SCHEMA, TEMPLATE, "", count)
    prompt = trim(Prompt("p", schema_prefix(SCHEMA, TEMPLATE), "?", sql), room)
    assert count(prompt.prefix) <= room
    return prompt.prefix


def has(prefix: str) -> set[str]:
    return {name for name in ("customer", "purchase", "supplier", "weather") if f" {name} :" in prefix}


def test_tables_that_are_not_needed_go_one_by_one() -> None:
    whole = count(schema_prefix(SCHEMA, TEMPLATE))
    found = [has(trimmed(room)) for room in (whole, whole - 1, whole // 2, whole // 3)]
    assert found == [
        {"customer", "purchase", "supplier", "weather"},
        {"customer", "purchase", "supplier"},
        {"customer", "supplier"},
        {"supplier"},
    ]
    assert "detail_11" in trimmed(whole // 3)  # the tables that stay are whole


def test_columns_that_the_sql_names_stay_when_its_tables_alone_are_too_long() -> None:
    shortest = trimmed(15)
    assert has(shortest) == {"supplier"}
    assert "detail_7" in shortest and "name" in shortest and "detail_8" not in shortest


def test_what_is_too_long_even_so_is_named() -> None:
    with pytest.raises(DataError, match="sample 'p' is too long for max_length"):
        trimmed(6)


def test_sql_that_cannot_be_read_needs_everything() -> None:
    assert has(trimmed(40, "SELECT ((")) >= {"customer"}
