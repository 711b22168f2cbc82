"""Judging predictions on a real database, summing up, comparing, reporting."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sqlwright.database import Limits
from sqlwright.errors import DataError
from sqlwright.evaluate import ReportSet, compare, is_ordered, mcnemar, score, summarise, write_report
from sqlwright.evaluate.report import render_report
from sqlwright.records import Example, Prediction, Verdict

GOLD = "SELECT name FROM city WHERE population > 5"


@pytest.fixture(scope="module")
def database_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    path = tmp_path_factory.mktemp("db") / "geo.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT, population INTEGER)")
        connection.executemany("INSERT INTO city (name, population) VALUES (?, ?)", [("A", 1), ("B", 10), ("C", 20)])
    connection.close()
    return lambda db_id: f"sqlite:///{path}"


def _examples(*golds: str) -> list[Example]:
    return [
        Example(f"e{n}", "geo", f"question {n}", sql, language="zh" if n % 2 else "en") for n, sql in enumerate(golds)
    ]


def _answer(examples: list[Example], *predicted: str) -> list[Prediction]:
    return [Prediction(example.id, example.db_id, sql) for example, sql in zip(examples, predicted, strict=True)]


@pytest.mark.parametrize(
    ("gold", "predicted", "error"),
    [
        (GOLD, GOLD, ""),
        (GOLD, "SELECT name FROM city WHERE NOT population <= 5", ""),
        (GOLD, "", "parse"),
        (GOLD, "I do not know", "parse"),
        (GOLD, "SELECT name FROM", "parse"),
        (GOLD, "SELECT name FROM town", "unknown-table"),
        (GOLD, "SELECT nom FROM city", "unknown-column"),
        (GOLD, "SELECT name FROM city WHERE COUNT(*) > 1", "other-error"),
        (GOLD, "DELETE FROM city", "guard-refused"),
        (GOLD, "SELECT name FROM city WHERE population > 50", "empty"),
        (GOLD, "SELECT name, id FROM city WHERE population > 5", "columns"),
        (GOLD, "SELECT name FROM city", "rows"),
        ("SELECT name FROM city ORDER BY id", "SELECT name FROM city ORDER BY id DESC", "order"),
        (
            GOLD,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n",
            "timeout",
        ),
        (GOLD, "SELECT a.id FROM city AS a, city AS b, city AS c", "too-large"),
        ("SELECT nothing FROM nowhere", GOLD, "gold-error"),
    ],
)
def test_errors_have_a_class(database_of: Callable[[str], str], gold: str, predicted: str, error: str) -> None:
    examples = _examples(gold)
    (verdict,) = score(
        examples, _answer(examples, predicted), database_of, limits=Limits(seconds=0.5, rows=20), workers=1
    )
    assert verdict.error == error
    assert verdict.correct is (error == "")
    assert verdict.detail


def test_verdicts_keep_the_examples_order_and_carry_em_and_token_match(database_of: Callable[[str], str]) -> None:
    examples = _examples(GOLD, "SELECT COUNT(*) FROM city", GOLD)
    answers = _answer(examples, GOLD.lower(), "SELECT COUNT(id) FROM city", "SELECT id FROM city")
    ran: list[tuple[int, int]] = []
    verdicts = score(examples, reversed(answers), database_of, progress=lambda n, of: ran.append((n, of)))
    assert [verdict.id for verdict in verdicts] == ["e0", "e1", "e2"]
    assert [verdict.correct for verdict in verdicts] == [True, True, False]
    assert [verdict.exact for verdict in verdicts] == [True, False, False]
    assert verdicts[0].token_match == 1.0 and 0 < verdicts[1].token_match < 1
    assert ran[-1][0] == ran[-1][1] == 5  # the gold that two examples share ran once


def test_predictions_are_joined_by_id(database_of: Callable[[str], str]) -> None:
    examples = _examples(GOLD, GOLD)
    both = _answer(examples, GOLD, GOLD)
    with pytest.raises(DataError, match="1 examples have no prediction: 'e1'"):
        score(examples, both[:1], database_of)
    with pytest.raises(DataError, match="predictions stand twice: 'e0'"):
        score(examples, [*both, both[0]], database_of)
    with pytest.raises(DataError, match="for no example: 'x'"):
        score(examples, [*both, replace(both[0], id="x")], database_of)
    with pytest.raises(DataError, match="example ids stand twice"):
        score([*examples, examples[0]], both, database_of)
    verdicts = score(examples, both[:1], database_of, allow_missing=True)
    assert [verdict.error for verdict in verdicts] == ["", "missing"]


def test_order_counts_for_the_whole_statement_only() -> None:
    assert is_ordered("SELECT a FROM t ORDER BY a")
    assert is_ordered("SELECT a FROM t UNION SELECT b FROM u ORDER BY 1")
    assert not is_ordered("SELECT a FROM (SELECT a FROM t ORDER BY a LIMIT 3) AS x")
    assert not is_ordered("SELECT a FROM t WHERE b = 'order by'")


def _verdicts(*right: bool) -> list[Verdict]:
    return [Verdict(f"e{n}", "geo", ok, ok, float(ok), "" if ok else "rows") for n, ok in enumerate(right)]


def test_summary() -> None:
    examples = _examples(*[GOLD] * 4)
    summary = summarise(_verdicts(True, True, False, True), examples)
    assert (summary.count, summary.ex, summary.em, summary.token_match) == (4, 0.75, 0.75, 0.75)
    assert summary.by_language["zh"].ex == 1.0 and summary.by_language["en"].ex == 0.5
    assert summary.by_error == {"rows": 1}
    assert sum(group.count for group in summary.by_hardness.values()) == 4
    low, high = summary.ex_interval
    assert 0 <= low < 0.75 < high <= 1
    assert summary == summarise(_verdicts(True, True, False, True), examples)
    assert summarise([], []).ex == 0
    with pytest.raises(DataError, match="for no example"):
        summarise(_verdicts(True), [])


def test_interval_covers_what_a_binomial_says() -> None:
    examples = _examples(*[GOLD] * 400)
    summary = summarise(_verdicts(*[n % 4 != 0 for n in range(400)]), examples)
    low, high = summary.ex_interval
    assert low == pytest.approx(0.75 - 1.96 * 0.02165, abs=0.01)
    assert high == pytest.approx(0.75 + 1.96 * 0.02165, abs=0.01)


def test_comparison() -> None:
    pairs = compare(_verdicts(True, False, False, True), _verdicts(True, True, False, False))
    assert (pairs.fixed, pairs.broken, pairs.both_right, pairs.both_wrong) == (("e1",), ("e3",), 1, 1)
    assert pairs.p == 1.0
    assert mcnemar(10, 0) == pytest.approx(2 / 2**10)
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(12, 4) == pytest.approx(0.0768, abs=1e-4)
    with pytest.raises(DataError, match="differ in 1 examples"):
        compare(_verdicts(True), _verdicts(True, False))


def test_report_is_one_file_and_escapes_what_it_shows(tmp_path: Path) -> None:
    evil = "<script>alert('x')</script>"
    examples = [replace(example, question=evil, id=f"e{n}") for n, example in enumerate(_examples(GOLD, GOLD))]
    tuned, base = _verdicts(True, False), [replace(v, detail=evil) for v in _verdicts(False, False)]
    answers = _answer(examples, evil, GOLD)
    one = ReportSet('set "1"', examples, tuned, answers, base, answers, "Held out", "留出集", note=evil)
    write_report(
        tmp_path / "report.html", [one], title=evil, facts={"base": evil}, curve_svg="<svg></svg>", resamples=50
    )
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert evil not in html and "&lt;script&gt;" in html
    assert html.count("<script>") == 1
    assert "http" not in html.replace("http-equiv", "")
    assert "留出集" in html and "Held out" in html
    assert 'data-state="right mended"' in html and 'data-state="wrong"' in html
    assert "50.0 %" in html and "92.0 %" in html


def test_report_without_a_base() -> None:
    examples = _examples(GOLD)
    html = render_report([ReportSet("s", examples, _verdicts(True), _answer(examples, GOLD))], title="t", resamples=10)
    assert 'data-state="right"' in html


def test_it_loads_no_torch() -> None:
    code = "import sys, sqlwright.evaluate; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
