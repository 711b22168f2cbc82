"""The audit, on real SQLite and DuckDB files."""

from __future__ import annotations

import json
import sqlite3

import duckdb
import pytest

from sqlwright.data import audit, find_leaks
from sqlwright.database import Limits
from sqlwright.records import Example, Turn
from sqlwright.schema import parse_ddl

DDL = "CREATE TABLE city (id INTEGER, name TEXT); CREATE TABLE nobody (id INTEGER);"
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT MAX(i) FROM n"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("databases")
    connection = sqlite3.connect(folder / "shop.sqlite")
    connection.executescript(DDL + "INSERT INTO city VALUES (1, 'Bonn'), (2, 'Köln');")
    connection.close()
    other = duckdb.connect(str(folder / "duck.duckdb"))
    other.execute("CREATE TABLE city AS SELECT 1 AS id")
    other.close()
    return {
        "shop": f"sqlite:///{folder / 'shop.sqlite'}",
        "duck": str(folder / "duck.duckdb"),
        "gone": f"sqlite:///{folder / 'gone.sqlite'}",
        "blank": "",
    }


def examples_of(*rows: tuple[str, str]) -> list[Example]:
    return [Example(f"e{i}", db_id, f"question number {i}", sql) for i, (db_id, sql) in enumerate(rows)]


def test_every_example_gets_one_status_and_a_reason(files: dict[str, str]) -> None:
    cases = [
        (("shop", "SELECT name FROM city"), "kept", ""),
        (("duck", "SELECT id FROM city"), "kept", ""),
        (("shop", "SELECT name FROM city WHERE id = 9"), "empty", "returns no rows"),
        (("shop", "SELECT city.id FROM city JOIN nobody"), "empty", "returns no rows; nobody is empty"),
        (("shop", "SELECT colour FROM city"), "failed", "no such column: colour"),
        (("shop", "SELECT FROM WHERE"), "failed", "syntax error"),
        (("shop", "DELETE FROM city"), "failed", "is no query"),
        (("shop", "PRAGMA table_info(city)"), "failed", ""),
        (("shop", ENDLESS), "timeout", ""),
        (("gone", "SELECT 1"), "no-database", "no such database file"),
        (("blank", "SELECT 1"), "no-database", "no database is given for 'blank'"),
        (("never", "SELECT 1"), "no-database", "no database is given for 'never'"),
        (("never", "SELECT x FROM missing"), "failed", "no such table: missing"),
        (("never", "SELECT ("), "failed", "not valid sqlite SQL"),
        (("shop", "SELECT name FROM city"), "kept", ""),
    ]
    examples = examples_of(*(case[0] for case in cases))
    schemas = {"never": parse_ddl(DDL, db_id="never")}
    seen: list[tuple[int, int]] = []
    found = audit(
        examples, files, schemas, limits=Limits(seconds=0.5), workers=1, on_progress=lambda *at: seen.append(at)
    )
    assert [finding.id for finding in found.findings] == [example.id for example in examples]
    for finding, (case, status, reason) in zip(found.findings, cases, strict=True):
        assert finding.status == status, (case, finding)
        assert reason in finding.reason, (case, finding)
    assert sum(found.counts.values()) == len(examples)
    assert seen[-1] == (9, 9)
    assert [example.id for example in found.kept(examples)] == ["e0", "e1", "e14"]
    assert json.loads(json.dumps(found.to_json()))["counts"] == found.counts
    connection = sqlite3.connect(files["shop"].removeprefix("sqlite:///"))
    assert connection.execute("SELECT COUNT(*) FROM city").fetchone() == (2,)
    connection.close()


def test_a_result_over_the_limit_is_kept_and_databases_may_be_a_function(files: dict[str, str]) -> None:
    [example] = examples_of(("shop", "SELECT name FROM city"))
    found = audit([example], lambda db_id: files[db_id], limits=Limits(rows=1), workers=1)
    assert found.findings[0].status == "kept"
    assert found.findings[0].reason == "the result is larger than the limit"


def test_near_duplicates_and_equal_sql() -> None:
    def ask(id_: str, db_id: str, question: str, sql: str, *history: str) -> Example:
        return Example(id_, db_id, question, sql, history=tuple(Turn(turn, "SELECT 1") for turn in history))

    examples = [
        ask("a", "d", "What is the name of every customer in Berlin?", "SELECT name FROM c"),
        ask("b", "d", "what is the name of every customer in berlin", "select NAME from c;"),
        ask("c", "d", "What is the name of every customer in Berlin?", "SELECT id FROM c"),
        ask("d", "other", "What is the name of every customer in Berlin?", "SELECT name FROM c"),
        ask("e", "d", "What is the name of every customer in Berlin?", "SELECT x FROM c", "Something asked before"),
    ]
    found = audit(examples, {})
    assert [(n.id, n.earlier, n.similarity, n.same_sql) for n in found.near_duplicates] == [
        ("b", "a", 1.0, True),
        ("c", "a", 1.0, False),
    ]
    assert found.equal_sql == [("a", "b")]


def test_leaks_between_splits() -> None:
    splits = {
        "train": [
            Example("a", "d", "How many orders?", "SELECT COUNT(*) FROM orders"),
            Example("b", "d", "Orders of Bo?", "SELECT id FROM orders WHERE name = 'Bo'"),
            Example("log", "d", "", "SELECT MAX(price) FROM orders"),
        ],
        "test": [
            Example("c", "d", "how many ORDERS", "SELECT COUNT(id) FROM orders WHERE price > 1"),
            Example("e", "d", "Orders of Al?", "SELECT id FROM orders WHERE name = 'Al'"),
            Example("f", "x", "How many orders?", "SELECT COUNT(*) FROM orders"),
            Example("g", "x", "Orders of Bo?", "SELECT price FROM orders"),
            Example("log2", "d", "", "SELECT 7"),
        ],
    }
    found = [(leak.kind, leak.members) for leak in find_leaks(splits)]
    assert found == [
        ("question", (("train", "a"), ("test", "c"))),
        ("skeleton", (("train", "b"), ("test", "e"))),
        ("question-and-sql", (("train", "a"), ("test", "f"))),
    ]
    assert audit([], {}, splits=splits).leaks == find_leaks(splits)
    assert find_leaks({"train": splits["train"]}) == []
