"""Cleaning: what changes, what must not, and the report."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlwright.data import clean_examples, clean_question
from sqlwright.records import Example, Turn


@pytest.mark.parametrize(
    ("before", "language", "after"),
    [
        ("  How\u00a0many\n orders  ?", "en", "How many orders?"),
        ("What is “Bo’s” price ?", "en", 'What is "Bo\'s" price?'),
        ("名为“小王”的客户\u200b有哪些 ？", "zh", "名为“小王”的客户有哪些？"),
        ("e\u0301te", "en", "\u00e9te"),
        ("is a > b ? yes", "en", "is a > b ? yes"),
    ],
)
def test_questions(before: str, language: str, after: str) -> None:
    assert clean_question(before, language) == after


@given(st.text(), st.sampled_from(["en", "zh"]))
def test_cleaning_a_question_twice_changes_nothing_more(question: str, language: str) -> None:
    once = clean_question(question, language)
    assert clean_question(once, language) == once


def test_every_change_is_counted_and_listed() -> None:
    examples = [
        Example("a", "d", "How  many?", "select count(*) from t;", history=(Turn("q ?", "select 1;"),)),
        Example("b", "d", "How many?", "SELECT COUNT(*) FROM t -- all", history=(Turn("q?", "SELECT 1"),)),
        Example("c", "d", "How many?", "SELECT COUNT(*) FROM t", evidence="x  y"),
        Example("d", "d", "Broken", "SELECT FROM (", language="en"),
        Example("e", "other", "Broken", "SELECT FROM ("),
    ]
    cleaned, report = clean_examples(examples)
    assert [example.id for example in cleaned] == ["a", "c", "d", "e"]
    assert cleaned[0].question == "How many?" and cleaned[0].history == (Turn("q?", "SELECT 1"),)
    assert cleaned[1].evidence == "x y"
    assert cleaned[2] == examples[3]
    assert report.counts == {"duplicate": 1, "evidence": 1, "history": 1, "question": 1, "sql": 2, "unreadable-sql": 2}
    [duplicate] = [change for change in report.changes if change.what == "duplicate"]
    assert (duplicate.id, duplicate.after) == ("b", "a")
    assert report.to_json()["counts"] == report.counts


def test_clean_examples_are_left_as_they_are() -> None:
    cleaned, _ = clean_examples([Example("a", "d", "How  many ?", "select 1 ;")])
    again, report = clean_examples(cleaned)
    assert again == cleaned and report.changes == []
