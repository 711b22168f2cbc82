# ruff: noqa: E501 - statements stand on one line each
"""The guard: harmless queries come back written anew, anything else is refused with the rule that it breaks."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path

import pytest
from guard_statements import DIALECTS, HARMLESS, HOSTILE, HOSTILE_ANYWHERE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sqlwright.database import guard
from sqlwright.database.guard_rules import RULES
from sqlwright.errors import RefusedSql, SqlError


@pytest.mark.parametrize(
    ("dialect", "sql", "expected"),
    [
        ("sqlite", "select name from customer -- all of them", "SELECT name FROM customer"),
        ("sqlite", "SELECT /* a */ COUNT(*) n FROM orders;", "SELECT COUNT(*) AS n FROM orders"),
        ("sqlite", "SELECT value FROM json_each('[1]')", "SELECT value FROM JSON_EACH('[1]')"),
        ("sqlite", "SELECT '; DROP TABLE x' AS t", "SELECT '; DROP TABLE x' AS t"),
        ("sqlite", "SELECT `update`, [delete] FROM t", 'SELECT "update", "delete" FROM t'),
        ("duckdb", "FROM orders", "SELECT * FROM orders"),
        (
            "postgres",
            "SELECT a::int FROM t FETCH FIRST 3 ROWS ONLY",
            "SELECT CAST(a AS INT) FROM t FETCH FIRST 3 ROWS ONLY",
        ),
        ("mysql", "SELECT REPLACE(a, 'x', 'y') FROM t # end", "SELECT REPLACE(a, 'x', 'y') FROM t"),
    ],
)
def test_harmless_queries_pass(dialect: str, sql: str, expected: str) -> None:
    assert guard.check(sql, dialect) == expected


@pytest.mark.parametrize("dialect", DIALECTS)
def test_nothing_harmless_is_refused(dialect: str) -> None:
    found = {sql: guard.verdict(sql, dialect) for sql in HARMLESS["any"] + HARMLESS[dialect]}
    assert {sql: verdict.why for sql, verdict in found.items() if verdict.verdict == "block"} == {}
    again = {verdict.sql: guard.verdict(verdict.sql, dialect) for verdict in found.values()}
    assert {sql: verdict.why for sql, verdict in again.items() if verdict.verdict == "block"} == {}


@pytest.mark.parametrize("dialect", [*DIALECTS, "tsql"])
def test_what_is_hostile_anywhere_is_refused_everywhere(dialect: str) -> None:
    found = {sql: guard.verdict(sql, dialect) for sql in HOSTILE_ANYWHERE}
    assert {sql: verdict.sql for sql, verdict in found.items() if verdict.verdict == "allow"} == {}
    assert {verdict.rule for verdict in found.values()} <= set(RULES)


@pytest.mark.parametrize(("dialect", "sql", "rule"), HOSTILE)
def test_what_is_refused_names_its_rule(dialect: str, sql: str, rule: str) -> None:
    with pytest.raises(RefusedSql) as caught:
        guard.check(sql, dialect)
    assert caught.value.rule == rule, caught.value
    assert caught.value.why and rule in RULES and rule in str(caught.value)
    assert guard.verdict(sql, dialect) == guard.Verdict("block", rule, caught.value.why)


def test_only_the_given_tables() -> None:
    assert guard.check("SELECT * FROM Customer", "sqlite", ["customer"])
    assert guard.check("WITH c AS (SELECT * FROM customer) SELECT * FROM c", "sqlite", ["customer"])
    assert guard.check("SELECT * FROM main.customer", "sqlite", ["customer"])
    assert guard.check("SELECT * FROM sales.customer", "postgres", ["sales.customer"])
    for sql in (
        "SELECT * FROM orders",
        "SELECT * FROM customer WHERE id IN (SELECT id FROM secret)",
        "WITH secret AS (SELECT * FROM secret) SELECT * FROM secret",
        "SELECT * FROM hr.customer",
        "SELECT (SELECT x FROM secret) FROM (WITH secret AS (SELECT 1) SELECT * FROM secret)",
    ):
        with pytest.raises(SqlError, match="not among those"):
            guard.check(sql, "sqlite", ["customer"])


def test_deep_nesting_and_nonsense_are_refused_not_crashes() -> None:
    for sql in (
        "SELECT " + "(" * 3000 + "1" + ")" * 3000,
        "\0",
        "SELECT '",
        "}{",
        "SELECT 1 FROM",
        "''",
        "/*",
    ):
        for dialect in DIALECTS:
            with pytest.raises(SqlError):
                guard.check(sql, dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_very_long_passes_or_is_refused(dialect: str) -> None:
    for sql in (
        "SELECT repeat('a', " + "1 + " * 2000 + "1)",
        "SELECT " + "NOT " * 2000 + "1",
        "SELECT 1 " + "UNION ALL SELECT 1 " * 500,
        "SELECT " + ", ".join(["a"] * 2000) + " FROM t",
        "SELECT a FROM t WHERE a IN (" + ", ".join(map(str, range(2000))) + ")",
        "SELECT " + "(SELECT " * 100 + "1" + ")" * 100,
        "SELECT '" + "''" * 5000 + "'",
    ):
        found = guard.verdict(sql, dialect)
        assert found.verdict == "allow" or found.rule in ("parse", "text"), found
    assert guard.verdict("SELECT " + ", ".join(["a"] * 20_000), dialect).rule == "length"


@pytest.mark.data
def test_hostile_statements(reference_data: Path) -> None:
    """None of the statements to block passes, but those that only an executor's limits can stop; harmless ones do pass."""
    passed, refused = [], []
    for line in (reference_data / "guard" / "hostile_sql.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record["why"].startswith(("[policy]", "[dos:runtime]")):
            continue
        for dialect in DIALECTS if record["dialect"] == "any" else (record["dialect"],):
            try:
                guard.check(record["sql"], dialect)
            except SqlError:
                if record["expect"] == "allow":
                    refused.append(record["id"])
            else:
                if record["expect"] == "block":
                    passed.append(record["id"])
    assert passed == []
    assert refused == []


@pytest.mark.data
def test_no_spider_query_is_refused(reference_data: Path) -> None:
    for line in (reference_data / "spider" / "train.jsonl").read_text(encoding="utf-8").splitlines():
        guard.check(json.loads(line)["query"], "sqlite")


_FRAGMENTS = [
    "SELECT", "DELETE FROM", "UPDATE", "INSERT INTO", "DROP TABLE", "CREATE TABLE", "WITH", "UNION", "FROM", "WHERE", "SET", "VALUES",
    "t", "s", "x", "*", "1", "'a'", '"b"', "(", ")", ",", ";", "=", "--", "/*", "*/", "\n", "AS", "ATTACH 'e.db' AS e", "VACUUM INTO 'v.db'",
    "PRAGMA user_version = 7", "RETURNING *", "REPLACE INTO", "SELECT * FROM t", "SELECT 1", "DELETE FROM t", "load_extension('x')",
    "writefile('w', 'x')", "BEGIN", "COMMIT", "EXISTS", "IN", "JOIN", "ON", "INTO", "`", "[", "]", "||", "CREATE TRIGGER", "REINDEX", "ANALYZE",
]  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(_FRAGMENTS) | st.text(max_size=4), min_size=1, max_size=14))
def test_nothing_let_through_changes_a_file(tmp_path: Path, fragments: list[str]) -> None:
    """What passes is run on a writable connection without any other protection."""
    try:
        text = guard.check(" ".join(fragments), "sqlite")
    except SqlError:
        return
    path = tmp_path / "t.sqlite"
    if not path.exists():
        with sqlite3.connect(path) as connection:
            connection.executescript("CREATE TABLE t (x, s); CREATE TABLE s (x); INSERT INTO t VALUES (1, 2), (3, 4)")
        connection.close()
    before = hashlib.sha256(path.read_bytes()).digest()
    files = sorted(tmp_path.iterdir())
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute(text).fetchall()
    except sqlite3.Error:
        pass
    finally:
        connection.close()
    assert hashlib.sha256(path.read_bytes()).digest() == before
    assert sorted(tmp_path.iterdir()) == files
    assert guard.check(text, "sqlite") == text


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80), st.sampled_from(DIALECTS))
def test_any_text_passes_or_is_refused(text: str, dialect: str) -> None:
    try:
        guard.check(text, dialect)
    except SqlError:
        return


def test_every_rule_is_tried_and_documented() -> None:
    told = (Path(__file__).parents[2] / "docs" / "safety.md").read_text(encoding="utf-8")
    assert [rule for rule in RULES if f"| `{rule}` |" not in told] == []
    tried = {rule for _, _, rule in HOSTILE} | {guard.verdict(sql, "sqlite").rule for sql in HOSTILE_ANYWHERE}
    assert set(RULES) - tried == {"length", "table"}
    assert guard.verdict("SELECT 1 FROM a", "sqlite", ["b"]).rule == "table"
    assert guard.verdict("SELECT '" + "x" * 1_000_000 + "'", "sqlite").rule == "length"
