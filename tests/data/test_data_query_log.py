"""Query logs: plain statements and PostgreSQL's csvlog."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from sqlwright.data import Import, read
from sqlwright.errors import DataError


def read_log(folder: Path, text: str, **options: object) -> Import:
    path = folder / "queries.log"
    path.write_text(text, encoding="utf-8")
    return read(path, **{"db_id": "shop", **options})  # type: ignore[arg-type]


def test_one_statement_a_line(tmp_path: Path) -> None:
    lines = [
        "SELECT name FROM city WHERE id = 3",
        "-- note",
        "select name from city where id = 3",
        "SELECT name FROM city WHERE id = 4",
        "UPDATE city SET name = 'x'",
        "BEGIN",
    ]
    found = read_log(tmp_path, "\n".join(lines))
    assert found.format == "query-log"
    assert [(e.sql, e.meta["count"], e.meta["line"]) for e in found.examples] == [
        ("SELECT name FROM city WHERE id = 3", 2, 1),
        ("SELECT name FROM city WHERE id = 4", 1, 4),
    ]
    assert all(e.question == "" and e.source == "query-log" and e.db_id == "shop" for e in found.examples)
    assert [(s.line, s.malformed) for s in found.skipped] == [(5, False), (6, False)]


def test_statements_over_several_lines(tmp_path: Path) -> None:
    log = (
        "-- day 1\nSELECT name,\n  ';' AS x\nFROM city;\n\nSELECT 1; SELECT 2;\nWITH a AS (SELECT 1)\nSELECT * FROM a\n"
    )
    found = read_log(tmp_path, log)
    assert [e.meta["line"] for e in found.examples] == [2, 6, 6, 7]
    assert "';' AS x" in found.examples[0].sql


def test_lines_that_lack_their_semicolon_are_told_apart(tmp_path: Path) -> None:
    found = read_log(tmp_path, "SELECT 1 FROM a;\nSELECT 2 FROM a\nSELECT 3 FROM a;\n")
    assert [e.sql for e in found.examples] == ["SELECT 1 FROM a", "SELECT 2 FROM a", "SELECT 3 FROM a"]


def test_only_plain_queries_are_kept(tmp_path: Path) -> None:
    log = [
        "SELECT * INTO b FROM a;",
        "WITH d AS (DELETE FROM a RETURNING *) SELECT * FROM d;",
        "SELECT a FROM b FOR UPDATE;",
        "SELECT 1;",
    ]
    found = read_log(tmp_path, "\n".join(log), dialect="postgres")
    assert [e.sql for e in found.examples] == ["SELECT 1"]
    assert all("no plain query" in s.reason and not s.malformed for s in found.skipped)


def test_a_query_that_does_not_parse_is_malformed(tmp_path: Path) -> None:
    log = "SELECT 1;\nSELECT FROM WHERE (;\n"
    with pytest.raises(DataError, match=r"1 malformed record .*line 2, record 2"):
        read_log(tmp_path, log)
    assert len(read_log(tmp_path, log, skip_bad=True).skipped) == 1
    with pytest.raises(DataError, match="names no database"):
        read_log(tmp_path, "SELECT 1;", db_id=None)


def row(message: str, detail: str = "", *, severity: str = "LOG", session: str = "s1", query: str = "") -> list[str]:
    head = [
        "2026-01-05 10:00:00.000 UTC",
        "app",
        "sales",
        "12",
        "[local]",
        session,
        "1",
        "SELECT",
        "2026-01-05 09:59:00 UTC",
    ]
    return [
        *head,
        "3/5",
        "0",
        severity,
        "00000",
        message,
        detail,
        "",
        "",
        "",
        "",
        query,
        "",
        "",
        "psql",
        "client backend",
    ]


def csvlog(folder: Path, *rows: list[str]) -> Path:
    path = folder / "postgresql.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_csvlog_with_parameters(tmp_path: Path) -> None:
    path = csvlog(
        tmp_path,
        row("connection received: host=[local]"),
        row("statement: SELECT name\nFROM city WHERE id = 3;"),
        row("duration: 0.5 ms  parse <unnamed>: SELECT name FROM city WHERE name = $1 LIMIT $2"),
        row(
            "execute <unnamed>: SELECT name FROM city WHERE name = $1 LIMIT $2",
            "parameters: $1 = 'it''s, $2', $2 = '5'",
        ),
        row("duration: 1.25 ms  execute s: SELECT name FROM city WHERE id = $1", "Parameters: $1 = NULL"),
        row("statement: UPDATE city SET name = 'x'"),
        row("statement: SELECT nothing FROM city"),
        row("column does not exist", severity="ERROR", query="SELECT nothing FROM city"),
    )
    found = read(path)
    assert found.format == "csvlog"
    assert [e.sql for e in found.examples] == [
        "SELECT name\nFROM city WHERE id = 3",
        "SELECT name FROM city WHERE name = 'it''s, $2' LIMIT 5",
        "SELECT name FROM city WHERE id = NULL",
    ]
    assert {(e.db_id, e.dialect) for e in found.examples} == {("sales", "postgres")}
    assert [s.reason for s in found.skipped] == ["no query: UPDATE city SET name = 'x'", "failed when it was run"]
    assert {e.db_id for e in read(path, db_id="mine").examples} == {"mine"}


def test_csvlog_without_a_value_or_cut_off(tmp_path: Path) -> None:
    path = csvlog(tmp_path, row("execute a: SELECT name FROM city WHERE id = $1"), row("statement: SELECT 1"))
    found = read(path, skip_bad=True)
    assert found.skipped[0].reason == "the log has no value for $1"
    path.write_text(path.read_text(encoding="utf-8") + '2026-01-05 10:00:00.000 UTC,app,"sa', encoding="utf-8")
    assert "unexpected end of data" in read(path, skip_bad=True).skipped[1].reason
    path.write_text("2026-01-05 10:00:00 UTC" + ",x" * 14 + "\n", encoding="utf-8")
    assert "15 columns" in read(path, skip_bad=True).skipped[0].reason
