"""The clinic's hand-written questions: every gold statement runs on the clinic as generated, and finds something."""

from __future__ import annotations

import json
import runpy
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[2] / "benchmarks" / "data"
QUESTIONS: list[dict[str, Any]] = [
    json.loads(line) for line in (DATA / "clinic_questions.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    build_clinic = runpy.run_path(str(DATA / "clinic.py"))["build_clinic"]
    connection = sqlite3.connect(build_clinic(tmp_path_factory.mktemp("clinic") / "clinic.sqlite"))
    yield connection
    connection.close()


def test_every_reference_leads_somewhere(database: sqlite3.Connection) -> None:
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def test_there_are_twenty_questions_in_each_language() -> None:
    assert Counter(question["language"] for question in QUESTIONS) == {"en": 20, "zh": 20}


def test_every_line_says_where_it_belongs() -> None:
    for question in QUESTIONS:
        assert set(question) == {"id", "db_id", "question", "sql", "language", "dialect", "source"}
        assert (question["db_id"], question["dialect"], question["source"]) == ("clinic", "sqlite", "handwritten")
        assert question["id"].startswith(f"clinic-{question['language']}-")


@pytest.mark.parametrize("field", ["id", "question"])
def test_nothing_is_there_twice(field: str) -> None:
    assert [value for value, count in Counter(q[field] for q in QUESTIONS).items() if count > 1] == []


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["id"])
def test_gold_answers_something(database: sqlite3.Connection, question: dict[str, Any]) -> None:
    rows = database.execute(question["sql"]).fetchall()
    assert any(value is not None for row in rows for value in row)
