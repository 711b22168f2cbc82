"""Rows of real engines as JSON: every value has a form that JSON's own readers take, and that says what it was."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlwright.database import json_value, open_executor

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.binary() | st.datetimes() | st.dates()
    | st.times() | st.timedeltas() | st.uuids() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(ANYTHING)
def test_every_value_is_written_and_read_back(value: object) -> None:
    safe = json_value(value)
    text = json.dumps(safe, ensure_ascii=False, allow_nan=False)
    assert json.loads(text.encode()) == safe
    assert json_value(safe) == safe


def test_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "t.sqlite"
    sqlite3.connect(path).close()
    with open_executor(path) as executor:
        result = executor.run("SELECT 1, 1.5, 9e999, NULL, x'00ff', 'é', CAST(x'61ff' AS TEXT)")
        assert result.json_rows() == [[1, 1.5, "Infinity", None, "0x00ff", "é", "a\ufffd"]]


def test_duckdb(tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "t.duckdb"
    duckdb.connect(str(path)).close()
    with open_executor(path) as executor:
        result = executor.run(
            "SELECT DATE '2024-02-29', TIMESTAMP '2024-02-29 10:00:00', 12.50::DECIMAL(8, 2), 'nan'::DOUBLE, [1, 2], "
            "{'a': DATE '2024-01-01'}, '\\xFF'::BLOB, 12345678901234567890.123456789::DECIMAL(38, 9), 7::DECIMAL(38, 0)"
        )
    assert result.json_rows() == [
        [
            *("2024-02-29", "2024-02-29T10:00:00", 12.5, "NaN", [1, 2], {"a": "2024-01-01"}, "0xff"),
            *("12345678901234567890.123456789", 7),
        ]
    ]


@pytest.mark.postgres
def test_postgres(postgres_url: str) -> None:
    with open_executor(postgres_url) as executor:
        result = executor.run(
            "SELECT 'NaN'::numeric, '-Infinity'::float8, '\\x0aff'::bytea, '2024-01-01 00:00+00'::timestamptz "
            "AT TIME ZONE 'UTC', ARRAY[1.5, 2], '{\"a\": [1]}'::jsonb, '00000000-0000-0000-0000-000000000001'::uuid"
        )
    assert result.json_rows() == [
        [
            *("NaN", "-Infinity", "0x0aff", "2024-01-01T00:00:00", [1.5, 2], {"a": [1]}),
            "00000000-0000-0000-0000-000000000001",
        ]
    ]
