"""What the base learns beside plain text-to-SQL: to say no, and the words of other engines than SQLite."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sqlwright.prompt import spaced
from sqlwright.schema.lexicon import Lexicon
from sqlwright.schema.linker import Linker
from sqlwright.schema.model import Column, ForeignKey, Schema, Table
from sqlwright.sqlkit import canonical

sys.path.insert(0, str(Path(__file__).parents[2] / "recipes" / "base"))

from dialects import told_for
from unknown import UNKNOWN, Hidden, Item, Strangers, hide, is_apart, unmet, without

SCHEMA = Schema(
    "yard",
    (
        Table(
            "Boat",
            (
                Column("Boat_ID", "INTEGER"),
                Column("Name", "TEXT"),
                Column("Harbour", "TEXT"),
                Column("Length", "REAL"),
                Column("order", "INTEGER"),
            ),
            ("Boat_ID",),
        ),
        Table(
            "Captain",
            (
                Column("Captain_ID", "INTEGER"),
                Column("Boat_ID", "INTEGER"),
                Column("Name", "TEXT"),
                Column("Age", "INTEGER"),
                Column("Birth_Date", "DATE"),
            ),
            ("Captain_ID",),
            (ForeignKey(("Boat_ID",), "Boat", ("Boat_ID",)),),
        ),
    ),
)
PAIRS = [
    ("How many boats are there?", "SELECT COUNT(*) FROM Boat"),
    ("What are the harbours of all boats?", "SELECT Harbour FROM Boat"),
    ("Where is the boat called 'Ada'?", "SELECT Harbour FROM Boat WHERE Name = 'Ada'"),
    ("What are the names of the boats?", "SELECT Name FROM Boat"),
    ("Show the name and age of every captain.", "SELECT Name, Age FROM Captain"),
    (
        "Give the names of the captains of boats longer than 20.",
        "SELECT Captain.Name FROM Captain JOIN Boat ON Captain.Boat_ID = Boat.Boat_ID WHERE Boat.Length > 20",
    ),
]


def _hidden() -> Iterator[Hidden]:
    for seed in range(60):
        linker = Linker(SCHEMA, {}, Lexicon.builtin())
        if found := hide(SCHEMA, {}, PAIRS, linker, Lexicon.builtin(), random.Random(seed)):
            yield found


def test_what_is_hidden_is_gone_and_only_those_who_name_it_are_told_no() -> None:
    seen: set[Item] = set()
    for found in _hidden():
        names = {t.name for t in found.schema.tables} | {c.name for t in found.schema.tables for c in t.columns}
        for _, sql in found.pairs:
            if sql != UNKNOWN:
                words = set(re.findall(r"[A-Za-z_]+", re.sub(r"'[^']*'", "", sql)))
                assert not {n for t in SCHEMA.tables for n in (t.name, *(c.name for c in t.columns))} & words - names
                continue
            seen |= found.gone
        if ("Boat", "Harbour") in found.gone:
            told = dict(found.pairs)
            assert told[PAIRS[1][0]] == UNKNOWN
            assert PAIRS[2][0] not in told, "it needs the harbour without naming it, so nothing is said of it"
            assert told[PAIRS[0][0]] == PAIRS[0][1]
    assert {("Boat", "Harbour"), ("Captain", None)} <= seen


def test_a_column_is_not_hidden_while_another_could_answer_for_it() -> None:
    boat, captain = SCHEMA.tables
    assert is_apart(SCHEMA, boat, "Harbour")
    assert not is_apart(SCHEMA, boat, "Name"), "the captain has one too"
    assert not is_apart(SCHEMA, captain, "Age"), "a date of birth tells it"
    assert not is_apart(SCHEMA, boat, "Boat_ID"), "a key"
    smaller = without(SCHEMA, {("Boat", None), ("Captain", "Boat_ID")})
    assert [t.name for t in smaller.tables] == ["Captain"]
    assert not smaller.tables[0].foreign_keys


def test_questions_of_strangers_have_no_word_of_the_schema() -> None:
    linker = Linker(SCHEMA, {}, Lexicon.builtin())
    assert unmet("Which orchestras recorded more than three symphonies?", linker)
    assert not unmet("Which captains recorded more than three symphonies?", linker)
    strangers = Strangers(random.Random(0))
    strangers.remember([("Which orchestras recorded more than three symphonies?", ""), *PAIRS[:2]])
    asked = {strangers.question(linker) for _ in range(80)} - {None}
    assert "Which orchestras recorded more than three symphonies?" in asked
    assert len(asked) > 5, "small talk too"
    assert not asked & {question for question, _ in PAIRS}


@pytest.mark.parametrize(
    ("dialect", "sql", "expected"),
    [
        ("postgres", "SELECT Name FROM Boat LIMIT 3", 'SELECT "Name" FROM "Boat" LIMIT 3'),
        ("mysql", 'SELECT "order" FROM Boat', "SELECT `order` FROM Boat"),
        ("oracle", "SELECT Name FROM Boat LIMIT 3", "SELECT Name FROM Boat FETCH FIRST 3 ROWS ONLY"),
        ("oracle", "SELECT T1.Name FROM Boat AS T1 JOIN Boat AS T2 ON T1.Name = T2.Name",
         "SELECT T1.Name FROM Boat T1 JOIN Boat T2 ON T1.Name = T2.Name"),
        ("duckdb", "SELECT Name, Harbour, COUNT(*) FROM Boat GROUP BY Harbour ORDER BY Length DESC",
         "SELECT Name, Harbour, COUNT(*) FROM Boat GROUP BY Harbour, Name, Length ORDER BY Length DESC"),
        ("duckdb", "SELECT Name FROM Boat WHERE Boat_ID IN (SELECT Boat_ID FROM Captain GROUP BY Boat_ID HAVING "
         "COUNT(*) > 1) UNION SELECT Name, Age FROM Captain GROUP BY Name",
         "SELECT Name FROM Boat WHERE Boat_ID IN (SELECT Boat_ID FROM Captain GROUP BY Boat_ID HAVING COUNT(*) > 1) "
         "UNION SELECT Name, Age FROM Captain GROUP BY Name, Age"),
        ("postgres", "SELECT Name, MAX(Length) FROM Boat", None),
        ("postgres", "SELECT DISTINCT Name FROM Boat ORDER BY Length", None),
    ],
)  # fmt: skip
def test_sql_of_other_engines(dialect: str, sql: str, expected: str | None) -> None:
    seeds = (seed for seed in range(50) if random.Random(seed).random() > 0.9)  # names keep their letters
    told = told_for(dialect, SCHEMA, {}, [("?", sql)], random.Random(next(seeds)))
    assert told.schema.dialect == dialect
    assert told.schema.tables == SCHEMA.tables
    assert [spaced(sql) for _, sql in told.pairs] == ([spaced(expected)] if expected else [])
    if expected:
        assert spaced(canonical(expected, dialect)) == spaced(expected), "the form that the package itself writes"


def test_a_postgres_schema_may_be_all_lower_case() -> None:
    told = told_for("postgres", SCHEMA, {("Boat", "Harbour"): ("Kiel",)}, PAIRS, random.Random(1))
    assert [t.name for t in told.schema.tables] == ["boat", "captain"]
    assert told.schema.tables[1].foreign_keys[0].target_table == "boat"
    assert told.values == {("boat", "harbour"): ("Kiel",)}
    assert told.pairs[3][1] == "SELECT name FROM boat"
