"""Statistics of a data set."""

from __future__ import annotations

import json

from sqlwright.data import statistics
from sqlwright.records import Example, Turn

EXAMPLES = [
    Example("a", "shop", "How many orders are there?", "SELECT COUNT(*) FROM orders", source="synth"),
    Example("b", "shop", "有多少个订单？", "SELECT COUNT(*) FROM orders", language="zh"),
    Example("c", "zoo", "Names?", "SELECT a.name FROM a JOIN b ON a.id = b.a_id WHERE b.x LIKE '%y%'", evidence="e"),
    Example("d", "zoo", "", "SELECT FROM (", dialect="postgres", history=(Turn("q", "SELECT 1"),)),
]


def test_counts_and_lengths() -> None:
    found = statistics(EXAMPLES, count=len)
    assert (found.examples, found.questions, found.statements) == (4, 3, 3)
    assert found.databases == {"shop": 2, "zoo": 2}
    assert found.languages == {"en": 3, "zh": 1}
    assert found.dialects == {"sqlite": 3, "postgres": 1}
    assert found.sources == {"unknown": 3, "synth": 1}
    assert found.hardness["easy"] == 2 and found.hardness["unreadable"] == 1 and sum(found.hardness.values()) == 4
    assert found.operators["aggregate"] == 2 and found.operators["join"] == found.operators["like"] == 1
    assert found.tables == {"1": 2, "2": 1}
    assert (found.question_tokens.p50, found.question_tokens.max) == (7, 26)
    assert (found.with_evidence, found.with_history) == (1, 1)


def test_it_is_json_and_rows() -> None:
    found = statistics(EXAMPLES)
    assert json.loads(json.dumps(found.to_json()))["databases"] == {"shop": 2, "zoo": 2}
    rows = found.rows()
    assert ("examples", "all", "4") in rows
    assert ("languages", "zh", "1 (25.0 %)") in rows
    assert all(len(row) == 3 and all(isinstance(cell, str) for cell in row) for row in rows)


def test_percentiles_are_by_nearest_rank() -> None:
    found = statistics([Example(str(i), "d", "q" * i, "SELECT 1") for i in range(1, 101)], count=len)
    lengths = found.question_tokens
    assert (lengths.p50, lengths.p90, lengths.p95, lengths.p99, lengths.max) == (50, 90, 95, 99, 100)
    assert lengths.mean == 50.5


def test_nothing_at_all() -> None:
    found = statistics([])
    assert found.examples == 0 and found.question_tokens.max == 0
    assert found.rows()
