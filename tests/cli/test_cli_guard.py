"""`sqlwright guard`: a verdict for each statement, as lines for people and as JSON lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sqlwright.cli import main

RECORDS = [
    {"id": "a", "dialect": "postgres", "sql": "SELECT name FROM person"},
    {"id": "b", "dialect": "postgres", "sql": "SELECT pg_sleep(9)"},
    {"id": 3, "dialect": "any", "sql": "DROP TABLE person"},
    {"sql": "SELECT * FROM hours"},
]


@pytest.fixture
def statements(tmp_path: Path) -> Path:
    path = tmp_path / "statements.jsonl"
    path.write_text("\n".join(map(json.dumps, RECORDS)) + "\n", encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, str]]:
    assert main(["guard", *arguments, "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_file_gives_a_line_for_each_statement(capsys: pytest.CaptureFixture[str], statements: Path) -> None:
    found = run(capsys, "--dialect", "postgres", "--file", str(statements))
    assert [(line["id"], line["verdict"], line["rule"]) for line in found] == [
        ("a", "allow", ""),
        ("b", "block", "function"),
        ("3", "block", "root"),
        ("4", "allow", ""),
    ]
    assert found[0]["sql"] == "SELECT name FROM person" and "pg_sleep" in found[1]["why"]


def test_any_stands_for_every_dialect(capsys: pytest.CaptureFixture[str], statements: Path) -> None:
    found = run(capsys, "--file", str(statements))
    every = ["sqlite", "duckdb", "postgres", "mysql", "oracle"]
    assert [line["dialect"] for line in found] == ["postgres", "postgres", *every, *every]


def test_one_statement_and_the_tables_that_may_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    given = ("SELECT * FROM hours", "--dialect", "sqlite", "--tables", "person, city")
    assert [line["rule"] for line in run(capsys, *given)] == ["table"]
    assert main(["guard", *given]) == 0
    assert "block 1 (sqlite) table: the table 'hours' is not among those" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give either a statement or --file FILE"),
        (["SELECT 1", "--dialect", "klingon"], "unknown SQL dialect 'klingon'"),
        (["--file", "nowhere.jsonl"], "nowhere.jsonl: cannot be read"),
        (["--file", "bad.jsonl"], 'bad.jsonl, line 2: expected an object with the statement as "sql"'),
    ],
)
def test_bad_input(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad.jsonl").write_text('{"sql": "SELECT 1"}\n{"query": "SELECT 1"}\n', encoding="utf-8")
    assert main(["guard", *arguments]) == 2
    assert message in capsys.readouterr().err
