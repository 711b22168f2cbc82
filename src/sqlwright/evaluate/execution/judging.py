"""Judges pairs of gold and predicted SQL on the databases of one suite; this is what a worker process does.

    for outcome, structure in judge(runner, Task(databases, "sqlite", pairs, options), done=0):
        ...

Databases are gone through one after the other. Gold runs once on each, and on none after the last prediction that it
is held against was told apart. A prediction that is gold's statement, but for white space and case, need not run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import TYPE_CHECKING

from sqlwright.database import Result, Runner
from sqlwright.evaluate.execution import quirks
from sqlwright.evaluate.execution.errors import (
    ErrorClass,
    classify_difference,
    classify_failure,
    classify_surplus,
    unknown_names,
)
from sqlwright.evaluate.execution.golds import GoldCache
from sqlwright.evaluate.execution.outcomes import Outcome, Structure
from sqlwright.evaluate.execution.rules import Rule, compare_results, reward
from sqlwright.evaluate.execution.samples import table_of
from sqlwright.evaluate.execution.timing import time_ratio
from sqlwright.sqlkit import lexing

if TYPE_CHECKING:
    from sqlwright.evaluate.spider import SpiderSchema

_MOST_PLUGGED = 1_000
"""Ways to fill gold's values into a prediction that are tried."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A gold statement and what a model wrote for it."""

    key: int
    gold: str
    predicted: str
    admitted: str = ""
    """What is run for the prediction: itself on SQLite, elsewhere what the guard wrote in its place."""
    refused: tuple[ErrorClass, str] | None = None
    """Why the prediction may not run: the class of error, and the reason."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to judge; see the settings of the same names in `config.EvaluateConfig`."""

    rule: Rule
    keep_distinct: bool = False
    plug_value: bool = False
    official_quirks: bool = False
    ves_iterations: int = 100
    cache: str = ""
    """File in which slow gold results are kept; "" for none."""


@dataclass(frozen=True, slots=True)
class Task:
    """Pairs that are judged on the same databases, the main one first."""

    databases: tuple[str, ...]
    dialect: str
    pairs: tuple[Pair, ...]
    options: Options
    spider: SpiderSchema | None = None
    """The databases' schema, where Spider's exact match is wanted."""


@dataclass(frozen=True, slots=True)
class _Run:
    """A pair as it is run: its statements under the rule."""

    pair: Pair
    gold: str
    predicted: str
    ordered: bool
    same: bool
    """Whether both statements are one."""


@dataclass(slots=True)
class _Gold:
    """What gold returned on the database at hand; pairs of one gold follow one another, so the last one is enough."""

    url: str
    sql: str | None = None
    result: Result | None = None


def judge(runner: Runner, task: Task, done: int) -> Iterator[tuple[Outcome, Structure]]:
    """Yield what became of each pair of a task, in their order, from the `done`th on."""
    from sqlwright.evaluate.execution.structure import measure  # loads the parser, which only a worker needs

    cache = _cache(task.options.cache, runner)
    outcomes: dict[int, Outcome] = {}
    runs = []
    for pair in task.pairs:
        if pair.refused is not None:
            error, detail = pair.refused
            outcomes[pair.key] = Outcome(pair.key, error=error, detail=detail)
        else:
            runs.append(_prepare(pair, task))
    outcomes |= _judge_all(runner, task, runs, cache)
    if task.options.plug_value:
        for run in runs:
            if outcomes[run.pair.key].error not in ("", "gold-error"):
                outcomes |= _judge_plugged(runner, task, run, cache)
    if task.options.rule.gives == "reward":
        for run in runs:
            outcomes[run.pair.key] = _timed(runner, task, run, outcomes[run.pair.key])
    for pair in task.pairs[done:]:
        yield outcomes[pair.key], measure(pair.gold, pair.predicted, task.dialect, task.spider)


def _judge_all(runner: Runner, task: Task, runs: Sequence[_Run], cache: GoldCache | None) -> dict[int, Outcome]:
    """Return the outcomes of runs; a run is dropped at the first database that tells its statements apart."""
    outcomes: dict[int, Outcome] = {}
    alive = list(runs)
    for url in task.databases:
        if not alive:
            break
        gold = _Gold(url)
        left: list[_Run] = []
        for run in alive:
            outcome = _judge_one(runner, task, run, gold, cache)
            if outcome.error or run.pair.key not in outcomes:
                outcomes[run.pair.key] = outcome
            if not outcome.error and not run.same:
                left.append(run)
        alive = left
        if len(task.databases) > 1:
            runner.close(url)
    return outcomes


def _judge_one(runner: Runner, task: Task, run: _Run, last: _Gold, cache: GoldCache | None) -> Outcome:
    """Return the outcome of a run on the database at hand."""
    key, url = run.pair.key, last.url
    if last.result is None or last.sql != run.gold:
        last.sql, last.result = run.gold, _run_gold(runner, url, run.gold, cache)
    gold = last.result
    if not gold.ok:
        return Outcome(key, error="gold-error", detail=f"gold did not run ({gold.status}): {gold.error}", database=url)
    if run.same:
        shown = table_of(gold)
        return Outcome(key, 1.0, gold=shown, predicted=shown)
    most = _rows_wanted(task.options.rule, gold, runner)
    predicted = runner.run(url, run.predicted, rows=most, apart=True)
    if predicted.status == "too-large" and len(predicted.rows) >= most and most < runner.limits.rows:
        error, detail = classify_surplus(gold, predicted)
        return Outcome(key, 0.0, error, detail, url, (), table_of(gold), table_of(predicted))
    if not predicted.ok:
        unknown = unknown_names(predicted)
        return Outcome(
            key, 0.0, classify_failure(predicted), predicted.error, url, unknown, table_of(gold), table_of(predicted)
        )
    options = task.options
    value = compare_results(
        gold.rows, predicted.rows, options.rule, ordered=run.ordered, official_quirks=options.official_quirks
    )
    if value == 1.0:
        first = url == task.databases[0]
        return Outcome(key, 1.0, gold=table_of(gold), predicted=table_of(predicted)) if first else Outcome(key, 1.0)
    error, detail = classify_difference(gold, predicted, ordered=run.ordered)
    return Outcome(key, value, error, detail, url, (), table_of(gold), table_of(predicted))


def _run_gold(runner: Runner, url: str, sql: str, cache: GoldCache | None) -> Result:
    result = cache.find(url, sql) if cache else None
    if result is None:
        result = runner.run(url, sql)
        if cache:
            cache.keep(url, sql, result)
    return result


def _rows_wanted(rule: Rule, gold: Result, runner: Runner) -> int:
    """Return how many rows of a prediction decide: where duplicates count, one more than gold has."""
    if rule.rows == "bag":
        return min(runner.limits.rows, len(gold.rows) + 1)
    return runner.limits.rows


def _prepare(pair: Pair, task: Task) -> _Run:
    """Return a pair's statements as the rule runs them."""
    options, dialect = task.options, task.dialect
    gold, predicted = pair.gold, pair.predicted if _same(pair.gold, pair.predicted, dialect) else pair.admitted
    if options.rule.distinct == "stripped":
        if options.official_quirks:
            keep = options.keep_distinct
            gold = quirks.test_suite_statement(gold, keep_distinct=keep, predicted=False)
            predicted = quirks.test_suite_statement(predicted, keep_distinct=keep, predicted=True)
            return _run_of(pair, gold, predicted, quirks.orders_rows(gold), dialect)
        gold, predicted = lexing.join_signs(gold, dialect), lexing.join_signs(predicted, dialect)
        if not options.keep_distinct:
            gold, predicted = lexing.strip_distinct(gold, dialect), lexing.strip_distinct(predicted, dialect)
    return _run_of(pair, gold, predicted, lexing.orders_rows(gold, dialect), dialect)


def _run_of(pair: Pair, gold: str, predicted: str, ordered: bool, dialect: str) -> _Run:
    return _Run(pair, gold, predicted, ordered, _same(gold, predicted, dialect))


def _same(gold: str, predicted: str, dialect: str) -> bool:
    return gold == predicted or lexing.fold(gold, dialect) == lexing.fold(predicted, dialect)


def _judge_plugged(runner: Runner, task: Task, run: _Run, cache: GoldCache | None) -> dict[int, Outcome]:
    """Return the outcome of a prediction with gold's values in place of its own; nothing where that is wrong too."""
    slots = quirks.plugged_statement(run.predicted) if task.options.official_quirks else run.predicted
    for predicted in islice(_plugged(run.gold, slots, task.dialect), _MOST_PLUGGED):
        found = _judge_all(runner, task, [replace(run, predicted=predicted, same=False)], cache)
        if not found[run.pair.key].error:
            return found
    return {}


def _plugged(gold: str, predicted: str, dialect: str) -> Iterator[str]:
    """Yield a prediction with each way to put gold's values in place of its own."""
    values = list(dict.fromkeys(match[0] for match in lexing.literals(gold, dialect)))
    places = lexing.literals(predicted, dialect)
    for chosen in product(values, repeat=len(places)):
        out, position = [], 0
        for place, value in zip(places, chosen, strict=True):
            out += [predicted[position : place.start()], value]
            position = place.end()
        yield "".join(out) + predicted[position:]


def _timed(runner: Runner, task: Task, run: _Run, outcome: Outcome) -> Outcome:
    """Return the outcome with the reward for the time that the prediction takes, where its result is right."""
    if outcome.error:
        return outcome

    def seconds(sql: str, apart: bool) -> Callable[[], float]:
        return lambda: runner.run(task.databases[0], sql, apart=apart).seconds

    ratio = time_ratio(seconds(run.gold, False), seconds(run.predicted, True), task.options.ves_iterations)
    return replace(outcome, score=reward(ratio), detail=f"gold takes {ratio:.2f} times as long")


_caches: dict[str, GoldCache] = {}


def _cache(path: str, runner: Runner) -> GoldCache | None:
    if not path:
        return None
    if path not in _caches:
        _caches[path] = GoldCache(path, runner.limits)
    return _caches[path]
