"""Judging predictions on real databases: classes of error, test suites, harm, limits, the cache and the journal."""

from __future__ import annotations

import hashlib
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from sqlwright.database import Limits
from sqlwright.errors import DataError
from sqlwright.evaluate import RULES, Options, score
from sqlwright.records import Example, Prediction, Verdict

GOLD = "SELECT name FROM city WHERE population > 5"
QUICK = Limits(seconds=1.0, rows=1_000)


def _make(path: Path, rows: Sequence[tuple[str, int]]) -> str:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT, population INTEGER)")
        connection.executemany("INSERT INTO city (name, population) VALUES (?, ?)", rows)
    connection.close()
    return f"sqlite:///{path}"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return _make(tmp_path / "geo.sqlite", [("A", 1), ("B", 10), ("C", 20)])


@pytest.fixture
def suite(tmp_path: Path) -> list[str]:
    folder = tmp_path / "geo"
    folder.mkdir()
    return [
        _make(folder / "geo.sqlite", [("A", 1), ("B", 10)]),
        _make(folder / "geo_1.sqlite", [("A", 1), ("B", 10), ("B", 11), ("C", 5)]),
        _make(folder / "geo_2.sqlite", [("Z", 6)]),
    ]


def _judge(
    suite: Sequence[str],
    pairs: Sequence[tuple[str, str]],
    rule: str = "strict",
    limits: Limits = QUICK,
    **asked: object,
) -> list[Verdict]:
    examples = [Example(f"e{n}", "geo", "", gold) for n, (gold, _) in enumerate(pairs)]
    answers = [Prediction(f"e{n}", "geo", predicted) for n, (_, predicted) in enumerate(pairs)]
    options = Options(RULES[rule], **asked)  # type: ignore[arg-type]
    return score(examples, answers, lambda db_id: suite, options=options, limits=limits, workers=2)


def _one(suite: Sequence[str], gold: str, predicted: str, rule: str = "strict", **asked: object) -> Verdict:
    return _judge(suite, [(gold, predicted)], rule, **asked)[0]


@pytest.mark.parametrize(
    ("gold", "predicted", "error"),
    [
        (GOLD, GOLD, ""),
        (GOLD, "SELECT name FROM city WHERE NOT population <= 5", ""),
        (GOLD, "", "parse"),
        (GOLD, "I do not know", "parse"),
        (GOLD, "SELECT name FROM", "parse"),
        (GOLD, f"{GOLD}; {GOLD}", "parse"),
        (GOLD, "SELECT name FROM town", "unknown-table"),
        (GOLD, "SELECT nom FROM city", "unknown-column"),
        (GOLD, "SELECT YEAR(name) FROM city", "type-error"),
        (GOLD, "SELECT name FROM city WHERE COUNT(*) > 1", "type-error"),
        (GOLD, "DELETE FROM city", "refused"),
        (GOLD, "SELECT name FROM city WHERE population > 50", "empty"),
        ("SELECT name FROM city WHERE population > 50", GOLD, "not-empty"),
        (GOLD, "SELECT name, id FROM city WHERE population > 5", "columns"),
        ("SELECT name, id FROM city", "SELECT id, name FROM city", "columns"),
        (GOLD, "SELECT name FROM city", "extra-rows"),
        (GOLD, "SELECT name FROM city WHERE population > 15", "missing-rows"),
        (GOLD, "SELECT name FROM city WHERE population <> 10", "rows"),
        ("SELECT name FROM city ORDER BY id", "SELECT name FROM city ORDER BY id DESC", "order"),
        (GOLD, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n", "timeout"),
        ("SELECT nothing FROM nowhere", GOLD, "gold-error"),
    ],
)
def test_errors_have_a_class(url: str, gold: str, predicted: str, error: str) -> None:
    verdict = _one([url], gold, predicted)
    assert verdict.error == error
    assert verdict.correct is (error == "") and verdict.score == float(error == "")
    assert bool(verdict.detail) is bool(error)


def test_a_result_beyond_the_limits_is_not_compared(url: str) -> None:
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i FROM n"
    assert _one([url], many, many.replace("5000", "4999")).error == "gold-error"
    assert _one([url], GOLD, many).error == "extra-rows"  # more than gold has: it need not be fetched whole
    assert _one([url], GOLD, many, rule="bird-ex").error == "too-large"


def test_names_that_the_schema_lacks_are_told(url: str) -> None:
    assert _one([url], GOLD, "SELECT T1.nom FROM city AS T1").unknown == ("T1.nom",)
    assert _one([url], GOLD, "SELECT name FROM town").unknown == ("town",)
    assert _one([url], GOLD, "SELECT name FROM city").unknown == ()


def test_both_results_are_kept_for_people(url: str) -> None:
    verdict = _one([url], "SELECT id, name FROM city", "SELECT id, name FROM city WHERE id > 1")
    assert verdict.gold_result is not None and verdict.predicted_result is not None
    assert verdict.gold_result.rows == ((1, "A"), (2, "B"), (3, "C")) and verdict.gold_result.total == 3
    assert verdict.predicted_result.columns == ("id", "name") and verdict.predicted_result.total == 2
    assert verdict.detail == "expected 3 rows, got 2 rows: 1 missing"


def test_a_suite_tells_apart_what_one_database_does_not(suite: list[str]) -> None:
    pairs = [(GOLD, "SELECT name FROM city WHERE population > 9"), (GOLD, "SELECT name FROM city WHERE 5 < population")]
    assert [v.correct for v in _judge(suite[:1], pairs, "ts")] == [True, True]
    wrong, right = _judge(suite, pairs, "ts")
    assert (wrong.error, wrong.database, right.correct) == ("empty", "geo_2.sqlite", True)


def test_distinct_and_values_under_ts(suite: list[str]) -> None:
    gold = "SELECT DISTINCT name FROM city"
    assert _one(suite, gold, "SELECT name FROM city", "ts").correct
    assert not _one(suite, gold, "SELECT name FROM city", "ts", keep_distinct=True).correct
    other = "SELECT name FROM city WHERE population > 99"
    assert not _one(suite, GOLD, other, "ts").correct
    assert _one(suite, GOLD, other, "ts", plug_value=True).correct
    assert not _one(suite, GOLD, "SELECT id FROM city WHERE population > 99", "ts", plug_value=True).correct
    assert _one(
        suite, "SELECT name FROM city WHERE population > = 5", "SELECT name FROM city WHERE population >= 5", "ts"
    ).correct


def test_quirks_are_there_only_when_asked_for(suite: list[str]) -> None:
    nested = "SELECT name FROM city WHERE id IN (SELECT id FROM city ORDER BY id)"
    backwards = "SELECT name FROM city WHERE id IN (SELECT id FROM city) ORDER BY id DESC"
    assert _one(suite, nested, backwards, "ts").correct
    assert not _one(suite, nested, backwards, "ts", official_quirks=True).correct
    assert _one(suite, GOLD, f"{GOLD}; SELECT 1", "ts").error == "parse"
    assert _one(suite, GOLD, f"{GOLD}; SELECT 1", "ts", official_quirks=True).correct


def test_quirks_of_comparing_reach_the_workers(url: str) -> None:
    """1 and 1.0 are equal, but sort differently beside "10" as texts with their types."""
    gold, predicted = "SELECT 1, '10' FROM city", "SELECT 1.0, '10' FROM city"
    assert _one([url], gold, predicted, "ts").correct
    assert not _one([url], gold, predicted, "ts", official_quirks=True).correct


def test_the_bird_rules(url: str) -> None:
    gold = "SELECT name, population FROM city"
    assert _one([url], gold, f"{gold} UNION ALL {gold}", "bird-ex").correct
    half = _one([url], gold, "SELECT name, 0 FROM city", "bird-soft-f1")
    assert (half.correct, half.score, half.error) == (False, 0.5, "rows")
    assert _one([url], gold, gold, "bird-soft-f1").score == 1.0
    timed = _one([url], gold, "SELECT name, population FROM city WHERE id > 0", "bird-r-ves", ves_iterations=5)
    assert timed.correct and 0.5 <= timed.score <= 1.25**0.5
    assert _one([url], gold, "SELECT name, 0 FROM city", "bird-r-ves").score == 0.0


HOSTILE = {
    "DELETE FROM city": "refused",
    "DROP TABLE city": "refused",
    "UPDATE city SET population = 0": "refused",
    "INSERT INTO city (name) VALUES ('x')": "refused",
    "ATTACH DATABASE '{folder}/new.sqlite' AS other": "refused",
    "VACUUM INTO '{folder}/copy.sqlite'": "refused",
    "PRAGMA user_version = 7": "refused",
    "PRAGMA table_info(city)": "refused",
    "CREATE TABLE other (i INTEGER)": "refused",
    "CREATE TEMP TABLE other AS SELECT 1": "refused",
    "SELECT load_extension('{folder}/none.so')": "refused",
    "CREATE INDEX other ON city (name)": "refused",
    "BEGIN IMMEDIATE": "refused",
    "SELECT 1; DELETE FROM city": "parse",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT MAX(i) FROM n": "timeout",
    "SELECT printf('%.*c', 900000000, 'x')": "too-large",  # or "timeout", on a slow machine
    "SELECT LENGTH(PRINTF('%.*c', 900000000, 'x')), LENGTH(PRINTF('%.*c', 900000000, 'y'))": "timeout",
    "SELECT zeroblob(2000000000)": "too-large",
}


@pytest.mark.parametrize("rule", ["ts", "bird-ex"])
def test_hostile_predictions_score_nothing_change_nothing_and_hold_nobody_up(tmp_path: Path, rule: str) -> None:
    url = _make(tmp_path / "geo.sqlite", [("A", 1), ("B", 10), ("C", 20)])
    file = tmp_path / "geo.sqlite"
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    pairs: list[tuple[str, str]] = []
    for hostile in HOSTILE:
        pairs += [(GOLD, hostile.format(folder=tmp_path)), (GOLD, f"{GOLD} AND {len(pairs)} >= 0")]
    started = time.monotonic()
    verdicts = _judge([url], pairs, rule, replace(QUICK, seconds=0.5))
    found = {sql: verdict.error for sql, verdict in zip(HOSTILE, verdicts[::2], strict=True)}
    assert {sql: error for sql, error in found.items() if error not in (HOSTILE[sql], "timeout")} == {}
    assert Counter(found.values())["timeout"] <= 4
    assert all(verdict.score == 0.0 for verdict in verdicts[::2])
    assert all(verdict.correct for verdict in verdicts[1::2])
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before
    assert [path.name for path in tmp_path.iterdir()] == ["geo.sqlite"]
    assert time.monotonic() - started < 60  # two statements that run into the limit of a second, one of them killed


def test_a_deletion_does_not_empty_gold(url: str) -> None:
    """BIRD's own evaluator runs both on one connection, so that a deletion is right wherever gold counts rows."""
    gold = "SELECT name FROM city WHERE population < 0"
    for rule in ("bird-ex", "bird-soft-f1", "bird-r-ves", "ts"):
        assert _one([url], gold, "DELETE FROM city", rule, official_quirks=True).score == 0.0


def test_equal_statements_run_once_and_verdicts_keep_the_order(url: str) -> None:
    pairs = [(GOLD, GOLD.lower()), ("SELECT COUNT(*) FROM city", "SELECT COUNT(id) FROM city"), (GOLD, GOLD.lower())]
    verdicts = _judge([url], pairs)
    assert [v.id for v in verdicts] == ["e0", "e1", "e2"] and all(v.correct for v in verdicts)
    assert [v.exact for v in verdicts] == [True, False, True]
    assert verdicts[0].token_match == 1.0 and 0 < verdicts[1].token_match < 1
    assert verdicts[0].hardness == "easy"


def test_predictions_are_joined_by_id(url: str) -> None:
    examples = [Example(name, "geo", "", GOLD) for name in ("e0", "e1")]
    both = [Prediction(name, "geo", GOLD) for name in ("e0", "e1")]
    find: Callable[[str], list[str]] = lambda db_id: [url]  # noqa: E731
    with pytest.raises(DataError, match="1 examples have no prediction: 'e1'"):
        score(examples, both[:1], find)
    with pytest.raises(DataError, match="predictions stand twice: 'e0'"):
        score(examples, [*both, both[0]], find)
    with pytest.raises(DataError, match="for no example: 'x'"):
        score(examples, [*both, replace(both[0], id="x")], find)
    with pytest.raises(DataError, match="example ids stand twice"):
        score([*examples, examples[0]], both, find)
    assert [v.error for v in score(examples, both[:1], find, allow_missing=True)] == ["", "missing"]


SLOW = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) "
    "SELECT COUNT(*), MAX(id) FROM n, city"
)


def test_a_slow_gold_is_known_the_next_time_by_what_the_database_holds(tmp_path: Path) -> None:
    cache = str(tmp_path / "cache" / "golds.sqlite")
    url = _make(tmp_path / "geo.sqlite", [("A", 1)])
    first = _one([url], SLOW, f"{SLOW} WHERE 1", cache=cache)
    assert first.correct
    with sqlite3.connect(cache) as connection:
        assert connection.execute("SELECT COUNT(*) FROM gold").fetchone() == (1,)
        connection.execute("UPDATE gold SET result = replace(result, '60000', '7')")
    connection.close()
    assert _one([url], SLOW, f"{SLOW} WHERE 1", cache=cache).error == "rows"  # the cache is believed ...
    (tmp_path / "other").mkdir()
    copy = _make(tmp_path / "other" / "copy.sqlite", [("A", 1)])
    assert (tmp_path / "geo.sqlite").read_bytes() == (tmp_path / "other" / "copy.sqlite").read_bytes()
    assert _one([copy], SLOW, f"{SLOW} WHERE 1", cache=cache).error == "rows"  # ... for a copy too ...
    with sqlite3.connect(tmp_path / "geo.sqlite") as connection:
        connection.execute("INSERT INTO city (name) VALUES ('new')")
    connection.close()
    assert _one([url], SLOW, f"{SLOW} WHERE 1", cache=cache).correct  # ... but not once the contents are others


def test_a_cache_that_cannot_be_used_is_done_without(url: str, tmp_path: Path) -> None:
    (tmp_path / "golds.sqlite").write_text("this is no database, but long enough to be read as one " * 30)
    assert _one([url], SLOW, f"{SLOW} WHERE 1", cache=str(tmp_path / "golds.sqlite")).correct
    assert _one([url], SLOW, f"{SLOW} WHERE 1", cache="/dev/null/golds.sqlite").correct


_INTERRUPTED = """
import sys
from pathlib import Path
from sqlwright.database import Limits
from sqlwright.evaluate import STRICT, Options, score
from sqlwright.records import Example, Prediction
url, folder, slow = sys.argv[1:]
examples = [Example(f"e{n}", "geo", "", f"{slow} LIMIT {n + 1}") for n in range(24)]
answers = [Prediction(f"e{n}", "geo", f"{slow} WHERE 1 LIMIT {n + 1}") for n in range(24)]
ran = lambda done, total: print(done, flush=True)
options = Options(STRICT)
verdicts = score(
    examples, answers, lambda db_id: [url], options=options, workers=1, journal=Path(folder), progress=ran
)
print("right", sum(v.correct for v in verdicts))
"""


def test_an_interrupted_run_goes_on_where_it_stopped(url: str, tmp_path: Path) -> None:
    slow = SLOW.replace("60000", "100000")
    command = [sys.executable, "-c", _INTERRUPTED, url, str(tmp_path / "journal"), slow]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    seen = 0
    for line in process.stdout:
        seen = int(line)
        if seen >= 8:
            process.send_signal(signal.SIGINT)
            break
    process.communicate(timeout=120)
    assert process.returncode != 0
    (partial,) = (tmp_path / "journal").iterdir()
    kept = len(partial.read_text().splitlines())
    assert kept >= seen
    with partial.open("a") as file:
        file.write('{"id": "e23", "db_')  # cut short, as by a loss of power
    again = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    assert again[-1] == "right 24"
    assert len(again) - 1 == 24 - kept  # one line for each that was still to be judged
    assert list((tmp_path / "journal").iterdir()) == []
