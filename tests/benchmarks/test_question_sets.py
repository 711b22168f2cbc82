"""The hand-written question sets: every gold statement runs and finds something, and the sets are what they say."""

from __future__ import annotations

import json
import re
import runpy
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlglot import exp, parse_one

ROOT = Path(__file__).parents[2]
DATA = ROOT / "benchmarks" / "data"


def _read(file: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / file).read_text(encoding="utf-8").splitlines()]


MADE = {"clinic": (20, 20), "fleet": (24, 16)}
"""The made databases: how many English and how many Chinese questions."""
SETS = {name: _read(f"{name}_questions.jsonl") for name in MADE}
LIKE = _read("spider_like.jsonl")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("made")
    return {name: runpy.run_path(str(DATA / f"{name}.py"))[f"build_{name}"](folder / f"{name}.sqlite") for name in MADE}


@pytest.mark.parametrize("name", MADE)
def test_every_reference_leads_somewhere(made: dict[str, Path], name: str) -> None:
    assert _rows(made[name], "PRAGMA foreign_key_check") == []


@pytest.mark.parametrize("name", MADE)
def test_the_same_database_is_made_every_time(made: dict[str, Path], name: str, tmp_path: Path) -> None:
    again = runpy.run_path(str(DATA / f"{name}.py"))[f"build_{name}"](tmp_path / "again.sqlite")
    assert _dump(again) == _dump(made[name])


@pytest.mark.parametrize("name", MADE)
def test_every_line_says_where_it_belongs(name: str) -> None:
    assert Counter(question["language"] for question in SETS[name]) == dict(zip(("en", "zh"), MADE[name], strict=True))
    for question in SETS[name]:
        assert set(question) == {"id", "db_id", "question", "sql", "language", "dialect", "source"}
        assert (question["db_id"], question["dialect"], question["source"]) == (name, "sqlite", "handwritten")
        assert question["id"].startswith(f"{name}-{question['language']}-")


@pytest.mark.parametrize("field", ["id", "question"])
def test_nothing_is_there_twice(field: str) -> None:
    for questions in (*SETS.values(), LIKE):
        assert [value for value, count in Counter(q[field] for q in questions).items() if count > 1] == []


@pytest.mark.parametrize("question", [q for name in MADE for q in SETS[name]], ids=lambda question: question["id"])
def test_gold_answers_something(made: dict[str, Path], question: dict[str, Any]) -> None:
    assert any(value is not None for row in _rows(made[question["db_id"]], question["sql"]) for value in row)


def test_the_spider_like_questions_are_of_the_held_out_databases() -> None:
    held_out = (ROOT / "recipes" / "base" / "heldout.txt").read_text().split()
    assert Counter(question["kind"] for question in LIKE) == {"synonym": 100, "no_column": 100, "chinese": 60}
    assert Counter(question["db_id"] for question in LIKE) == dict.fromkeys(held_out, 26)
    for question in LIKE:
        assert set(question) == {"id", "db_id", "kind", "question", "sql", "language"}
        assert question["language"] == ("zh" if question["kind"] == "chinese" else "en")


def test_the_english_ones_name_no_column_that_they_mean() -> None:
    """Nor, with synonyms, a table; but for the words that every database has, such as `name`, and the values."""
    usual = {"id", "name", "no", "number", "code", "of", "or", "is", "m", "r", "date", "first", "last", "type"}
    for question in LIKE:
        if question["kind"] == "chinese":
            continue
        tree = parse_one(question["sql"], read="sqlite")
        tables = _words(*(table.name for table in tree.find_all(exp.Table)))
        columns = _words(*(column.name for column in tree.find_all(exp.Column)))
        meant = (columns | tables) if question["kind"] == "synonym" else (columns - tables)
        said = question["question"]
        for value in sorted((one.this for one in tree.find_all(exp.Literal) if one.is_string), key=len, reverse=True):
            said = re.sub(re.escape(value), "", said, flags=re.IGNORECASE)
        assert not _words(said) & (meant - usual), question["id"]


@pytest.mark.data
def test_the_gold_of_the_spider_like_questions_answers_something(spider_databases: Path) -> None:
    for question in LIKE:
        db_id = question["db_id"]
        rows = _rows(spider_databases / db_id / f"{db_id}.sqlite", question["sql"])
        assert any(value not in (None, "") for row in rows for value in row), question["id"]


def _words(*names: str) -> set[str]:
    parts = re.findall(r"[A-Za-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", " ".join(names).replace("_", " ")))
    return {re.sub(r"(s|es)$", "", part.lower()) for part in parts}


def _rows(database: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(database)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def _dump(database: Path) -> list[str]:
    connection = sqlite3.connect(database)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()
