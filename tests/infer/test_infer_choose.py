"""Choosing among candidates by what they came to."""

from __future__ import annotations

import pytest

from sqlwright.database import Result
from sqlwright.infer import Candidate, Required, choose, covered, required_values
from sqlwright.schema import Link

ERROR = Result("error", error="no such column")
EMPTY = Result("ok", ("n",), [])
ONE = Result("ok", ("n",), [(1,)])
TWO = Result("ok", ("n",), [(2,)])
OSLO = (Required("oslo", frozenset({"city"})),)


def candidates(*scores: float, sql: str = "SELECT n FROM t") -> list[Candidate]:
    return [Candidate(sql, score) for score in scores]


def test_what_executes_is_best() -> None:
    assert choose(candidates(-0.1, -0.2, -0.3), [ERROR, EMPTY, ERROR]) == 1
    assert choose(candidates(-0.1, -0.2), [ERROR, Result("too-large")]) == 1
    assert choose(candidates(-0.2, -0.1), [ERROR, ERROR]) == 1


def test_then_what_uses_the_values_of_the_question() -> None:
    found = [Candidate("SELECT n FROM t", -0.1), Candidate("SELECT n FROM t WHERE city = 'Oslo'", -2.0)]
    assert choose(found, [ONE, EMPTY], OSLO) == 1
    assert choose(found, [ONE, ERROR], OSLO) == 0
    assert choose(found, [ONE, EMPTY]) == 0


def test_then_rows_then_agreement_then_the_score() -> None:
    assert choose(candidates(-0.1, -0.5), [EMPTY, ONE]) == 1
    assert choose(candidates(-0.5, -0.6, -0.7), [ONE, TWO, TWO]) == 1
    assert choose(candidates(-0.5, -0.4), [ONE, ONE]) == 1
    assert choose(candidates(-0.5, -0.5), [ONE, ONE]) == 0


def test_nothing_to_choose_from() -> None:
    with pytest.raises(ValueError, match="no candidates"):
        choose([], [])


@pytest.mark.parametrize(
    ("sql", "count"),
    [
        ("SELECT n FROM t WHERE city = 'Oslo'", 1),
        ("SELECT n FROM t WHERE t.city = 'oslo'", 1),
        ("SELECT n FROM t WHERE city IN ('Rome', 'Oslo')", 1),
        ("SELECT n FROM t WHERE city BETWEEN 'Oslo' AND 'Rome'", 1),
        ("SELECT n FROM t WHERE city BETWEEN 'Bonn' AND 'Oslo'", 1),
        ("SELECT n FROM t WHERE name = 'Oslo'", 0),
        ("SELECT 'Oslo' FROM t WHERE city = 'Rome'", 0),
    ],
)
def test_a_value_counts_where_its_column_is_compared(sql: str, count: int) -> None:
    assert covered(sql, OSLO) == count


def test_values_that_differ_in_case_are_one() -> None:
    links = [
        Link("t", "city", "value", "Oslo"),
        Link("u", "town", "value", "OSLO"),
        Link("t", "city", "exact"),
    ]
    assert required_values(links) == (Required("oslo", frozenset({"city", "town"})),)
