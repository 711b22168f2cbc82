from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from sqlwright.database import open_executor
from sqlwright.schema.model import Column, Schema, Table
from sqlwright.synth import tree as t
from sqlwright.synth.judge import Judge, fingerprint
from sqlwright.synth.profile import read_profile
from sqlwright.synth.write_sql import write_sql

_SCHEMA = Schema("fruit", (Table("fruit", (Column("name"), Column("price", "INTEGER"), Column("kind"))),))
_NAME, _PRICE, _KIND = (t.Column("fruit", name) for name in ("name", "price", "kind"))
_SOURCE = t.Source("fruit")
_COUNT = t.Item(t.Aggregate("count", None))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("judge") / "fruit.sqlite"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE fruit (name TEXT, price INTEGER, kind TEXT)")
    rows = [
        ("apple", 3, "pome"),
        ("pear", 4, "pome"),
        ("plum", 4, "stone"),
        ("peach", 7, "stone"),
        ("fig", None, "other"),
    ]
    database.executemany("INSERT INTO fruit VALUES (?, ?, ?)", rows)
    database.commit()
    database.close()
    return f"sqlite:///{path}"


def _names(where: t.Condition) -> t.Query:
    return t.Query((t.Item(_NAME),), _SOURCE, where=where)


def _top(limit: int) -> t.Query:
    return t.Query((t.Item(_NAME),), _SOURCE, order_by=(t.Order(_PRICE, True),), limit=limit)


_CHEAP = t.Compare(_PRICE, "<", 5)


@pytest.mark.parametrize(
    ("tree", "reason"),
    [
        (_names(_CHEAP), ""),
        (_names(t.Compare(_PRICE, ">", 9)), "empty"),
        (t.Query((_COUNT,), _SOURCE, where=t.Compare(_PRICE, ">", 9)), "zero"),
        (t.Query((t.Item(t.Aggregate("max", _PRICE)),), _SOURCE, where=t.IsNull(_PRICE)), "null"),
        (_names(t.Compare(_NAME, "<>", "kiwi")), "condition-changes-nothing"),
        (_names(t.Both("and", (_CHEAP, t.Compare(_PRICE, "<", 6)))), "condition-changes-nothing"),
        (_names(t.Both("or", (_CHEAP, t.Compare(_NAME, "=", "pear")))), "condition-changes-nothing"),
        (_names(t.Both("and", (_CHEAP, t.Compare(_KIND, "=", "stone")))), ""),
        (t.Query((t.Item(_KIND),), _SOURCE, where=t.Compare(_KIND, "=", "pome")), "constant"),
        (_top(1), ""),
        (_top(2), "tie"),
        (_top(50), "tie"),
        (t.Query((t.Item(_KIND), _COUNT), _SOURCE, group_by=(_KIND,)), ""),
        (t.Query((t.Item(_NAME), _COUNT), _SOURCE, group_by=(_NAME,)), "constant"),
        (
            t.Query((t.Item(_KIND),), _SOURCE, group_by=(_KIND,), having=t.Compare(_COUNT.expression, ">=", 1)),
            "condition-changes-nothing",
        ),
        (t.SetOperation("union", _names(_CHEAP), _names(t.Compare(_PRICE, "<", 4))), "condition-changes-nothing"),
        (t.Query((t.Item(t.Column("fruit", "nope")),), _SOURCE), "failed"),
    ],
)
def test_reasons(url: str, tree: t.Tree, reason: str) -> None:
    with open_executor(url) as executor:
        assert Judge(executor, _SCHEMA).reason(tree, write_sql(tree, _SCHEMA)) == reason


def test_profile_counts_rows_nulls_and_distinct_values(url: str) -> None:
    with open_executor(url) as executor:
        profile = read_profile(executor, _SCHEMA)
    assert profile.rows == {"fruit": 5}
    assert profile.nulls["fruit", "price"] == 1
    assert profile.distinct["fruit", "price"] == 3


def test_fingerprint_ignores_order_and_takes_lists() -> None:
    assert fingerprint([(1,), (2,)]) == fingerprint([(2,), (1,)])
    assert fingerprint([(1,), (1,)]) != fingerprint([(1,)])
    assert fingerprint([([1, 2],)]) == fingerprint([([1, 2],)])


def test_dialects_write_dates_their_own_way() -> None:
    year = t.DatePart("year", t.Column("orders", "day"))
    tree = t.Query((_COUNT,), t.Source("orders"), where=t.Compare(year, "=", 2024))
    assert "CAST(STRFTIME('%Y', day) AS INTEGER) = 2024" in write_sql(tree, _SCHEMA)
    assert "EXTRACT(YEAR FROM day) = 2024" in write_sql(tree, _SCHEMA, "postgres")
    since = t.Query((_COUNT,), t.Source("orders"), where=t.Compare(t.Column("orders", "day"), ">=", "2024-01-01"))
    assert "day >= '2024-01-01'" in write_sql(since, _SCHEMA, "duckdb")
    assert "day >= TO_DATE('2024-01-01', 'YYYY-MM-DD')" in write_sql(since, _SCHEMA, "oracle")
