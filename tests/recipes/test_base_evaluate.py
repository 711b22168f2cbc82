"""The base's recipe measures what it says: on copies in other engines, over smaller schemas."""

from __future__ import annotations

import json
import sqlite3
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sqlwright import base
from sqlwright.infer import load
from sqlwright.records import Prediction

sys.path.insert(0, str(Path(__file__).parents[2] / "recipes" / "base"))

from engines import duckdb_copies, postgres_copies
from evaluate import chosen
from evaluate_tasks import _retold, accuracy
from heldout import Heldout, gathered, read_heldout, read_items
from weigh import Question, best, fitted, judged

TABLES = {
    "db_id": "yard",
    "table_names_original": ["Boat"],
    "table_names": ["boat"],
    "column_names_original": [[-1, "*"], [0, "Boat_ID"], [0, "Name"], [0, "order"], [0, "Empty"]],
    "column_names": [[-1, "*"], [0, "boat id"], [0, "name"], [0, "order"], [0, "empty"]],
    "column_types": ["text", "number", "text", "number", "number"],
    "primary_keys": [1],
    "foreign_keys": [],
}
ITEMS = [
    {"db_id": "yard", "question": "Which boats?", "sql": "SELECT Name FROM Boat"},
    {"db_id": "yard", "question": "Boats by order?", "sql": 'SELECT Name FROM Boat ORDER BY "order" LIMIT 1'},
    {"db_id": "yard", "question": "How many of each?", "sql": 'SELECT Name, COUNT(*) FROM Boat GROUP BY "order"'},
    {"db_id": "yard", "question": "Orders above a name?", "sql": "SELECT Name FROM Boat WHERE \"order\" > 'x'"},
    {"db_id": "gone", "question": "?", "sql": "SELECT 1"},
]


@pytest.fixture
def held(tmp_path: Path) -> Heldout:
    (tmp_path / "yard").mkdir()
    with sqlite3.connect(tmp_path / "yard" / "yard.sqlite") as connection:
        connection.execute('CREATE TABLE Boat (Boat_ID INTEGER PRIMARY KEY, Name TEXT, "order" REAL, Empty REAL)')
        connection.executemany("INSERT INTO Boat VALUES (?, ?, ?, NULL)", [(1, "Ada", 2.5), (2, "Cy", 1), (3, "Bo", 7)])
    connection.close()
    (tmp_path / "tables.json").write_text(json.dumps([TABLES]))
    (tmp_path / "items.json").write_text(json.dumps(ITEMS))
    return read_heldout(read_items(tmp_path / "items.json"), tmp_path, tmp_path)


def _right(held: Heldout, dialect: str, urls: dict[str, str]) -> float:
    asked = [example for e in held.examples for example in _retold(e, held, dialect)]
    assert len(asked) == 4
    found = [Prediction(e.id, e.db_id, e.sql if e.question != "Which boats?" else "SELECT 1", "") for e in asked]
    return accuracy(held, asked, found, urls)


def test_answers_for_another_engine_are_run_there(held: Heldout) -> None:
    assert len(held.examples) == 4, "the questions whose database is there"
    assert [p.prefix.split()[1] for p in held.prompts(_retold(held.examples[0], held, "oracle"))] == ["oracle"]
    # one of three is wrong; what compares a number with a text has a gold that does not run, and does not count
    assert _right(held, "duckdb", duckdb_copies(held)) == pytest.approx(2 / 3, abs=1e-3)


def test_fewer_questions_are_taken_evenly(tmp_path: Path) -> None:
    file = tmp_path / "items.json"
    file.write_text(json.dumps([{"id": n} for n in range(10)]))
    assert [item["id"] for item in read_items(file, 4)] == [0, 2, 5, 7]
    assert len(read_items(file, 7)) == 7
    assert len(read_items(file, 20)) == len(read_items(file)) == 10


@pytest.mark.postgres
def test_answers_for_postgres_are_run_there(held: Heldout, postgres_url: str) -> None:
    assert _right(held, "postgres", postgres_copies(held, postgres_url)) == pytest.approx(2 / 3, abs=1e-3)


def test_what_is_chosen_from_is_what_the_weights_are_fitted_on(held: Heldout) -> None:
    engine = load(base.path())
    asked = list(gathered(engine, held, 3))
    assert [one.example for one in asked] == held.examples
    assert all(candidate.explains is not None for one in asked for candidate in one.candidates)
    for one, answer in zip(asked, chosen(engine, held, 3), strict=True):
        at = [candidate.sql for candidate in one.candidates].index(answer.sql)
        question = judged(one, f"sqlite:///{held.files['yard']}")
        assert len(question.signs) == len(question.ran) == len(question.right) == len(one.candidates)
        assert question.right[at] == bool(accuracy(held, [one.example], [answer]))


def test_weights_are_fitted_to_what_is_right() -> None:
    signs = [{"a": 1.0, "b": 0.0}, {"a": 0.0, "b": 1.0}]
    questions = [Question("d", signs, [True, True], [False, True], 0) for _ in range(4)]
    weights = fitted(questions, ["a", "b"])
    assert weights["a"] < 0 < weights["b"]
    assert best(questions[0], weights) == 1
    assert best(replace(questions[0], ran=[True, False]), weights) == 0
