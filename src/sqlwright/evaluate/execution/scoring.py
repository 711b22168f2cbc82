"""Judges predictions by running them, and gold, on the databases, on as many processes as there are cores."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from sqlwright.database import Limits, Pool, admit, dialect_of, state_of
from sqlwright.errors import DatabaseError, DataError, RefusedSql
from sqlwright.evaluate.execution.errors import ErrorClass
from sqlwright.evaluate.execution.journal import Journal
from sqlwright.evaluate.execution.judging import Options, Pair, Task, judge
from sqlwright.evaluate.execution.outcomes import Outcome, Structure
from sqlwright.evaluate.execution.rules import STRICT
from sqlwright.records import Example, Prediction, Verdict

if TYPE_CHECKING:
    from sqlwright.evaluate.spider import SpiderSchema

_NAMED = 5
_TASKS_A_WORKER = 4
"""Into how many tasks the work for a process is cut, so that all end at about the same time."""
_FEWEST_PAIRS = 8

__all__ = ["Options", "pool_for", "score", "tasks_of"]


def score(
    examples: Sequence[Example],
    predictions: Iterable[Prediction],
    suite_of: Callable[[str], Sequence[str]],
    *,
    options: Options | None = None,
    limits: Limits | None = None,
    workers: int | None = None,
    pool: Pool | None = None,
    allow_missing: bool = False,
    spider: Callable[[str], SpiderSchema | None] | None = None,
    journal: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Verdict]:
    """Return a verdict for each example, in their order.

    Predictions are joined by id. Pairs that are alike are judged once; a prediction is right when it is on every
    database of the suite.

    Args:
        suite_of: gives the URLs of the databases that a `db_id` is judged on, the main one first.
        limits: of each statement; one that is cut at them is wrong.
        workers: how many processes at most; one a processor core by default.
        pool: a pool of `pool_for` with the same options and limits that was started already.
        allow_missing: count an example without a prediction as wrong, instead of raising.
        spider: gives the schema by which Spider's exact match reads the statements of a `db_id`.
        journal: a folder in which the verdicts of an interrupted run are found again.
        progress: called with how many examples are judged, of how many.

    Raises:
        DataError: predictions are missing, double, or for no example; the message names them.
        DatabaseError: somebody wrote to a database meanwhile.
    """
    options, limits = options or Options(STRICT), limits or Limits()
    found = _join(examples, list(predictions), allow_missing)
    suites = {db_id: tuple(suite_of(db_id)) for db_id in dict.fromkeys(example.db_id for example in examples)}
    states = {url: state_of(url) for databases in suites.values() for url in databases}
    kept = Journal(journal, _key(examples, found, suites, states, options, limits)) if journal else None
    verdicts = kept.read() if kept else {}
    verdicts |= {example.id: _missing(example) for example in examples if example.id not in found}
    alike: dict[tuple[str, str, str], list[Example]] = defaultdict(list)
    for example in examples:
        if example.id not in verdicts:
            alike[example.db_id, example.sql, found[example.id].sql].append(example)
    groups = list(alike.values())
    tasks = tasks_of(groups, found, suites, options, spider, workers)
    try:
        with pool or pool_for(options, limits, workers) as running:
            for _, (outcome, structure) in running.run(tasks):
                fresh = [_verdict(example, outcome, structure) for example in groups[outcome.key]]
                verdicts |= {verdict.id: verdict for verdict in fresh}
                if kept:
                    kept.add(fresh)
                if progress is not None:
                    progress(len(verdicts), len(examples))
    except BaseException:
        if kept:
            kept.close()
        raise
    if kept:
        kept.finish()
    _require_unchanged(states)
    return [verdicts[example.id] for example in examples]


def pool_for(options: Options, limits: Limits, workers: int | None = None) -> Pool:
    """Return a pool that can judge; start it early where reading the files takes a while."""
    opening = {"immutable": True, "undecodable": "ignore" if options.official_quirks else "replace"}
    parser = ("sqlwright.evaluate.execution.structure",)
    return Pool(judge, workers=workers, limits=limits, options=opening, preload=parser)


def _join(examples: Sequence[Example], predictions: Sequence[Prediction], allow_missing: bool) -> dict[str, Prediction]:
    """Return the predictions by id. Raises DataError."""
    ids = [example.id for example in examples]
    known = set(ids)
    found = {prediction.id: prediction for prediction in predictions}
    problems = {
        "example ids stand twice": [name for name, count in Counter(ids).items() if count > 1],
        "predictions stand twice": [n for n, count in Counter(p.id for p in predictions).items() if count > 1],
        "predictions are for no example": [prediction.id for prediction in predictions if prediction.id not in known],
        "examples have no prediction": [] if allow_missing else [name for name in ids if name not in found],
    }
    for problem, names in problems.items():
        if names:
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            raise DataError(f"{len(names)} {problem}: {', '.join(map(repr, names[:_NAMED]))}{more}")
    return found


def _require_unchanged(states: dict[str, str]) -> None:
    """Raise DatabaseError when a database is not as it was: files are read without locks."""
    for url, state in states.items():
        if state and state_of(url) != state:
            raise DatabaseError(f"{url}: was written to while predictions were judged on it; judge a copy of it")


def tasks_of(
    groups: Sequence[Sequence[Example]],
    found: dict[str, Prediction],
    suites: dict[str, tuple[str, ...]],
    options: Options,
    spider: Callable[[str], SpiderSchema | None] | None,
    workers: int | None,
) -> list[Task]:
    """Return the work in portions of about the same size, the largest first; pairs of one gold stay together."""
    pairs: dict[str, list[Pair]] = defaultdict(list)
    for key, group in enumerate(groups):
        example, predicted = group[0], found[group[0].id].sql
        dialect = dialect_of(suites[example.db_id][0])
        pairs[example.db_id].append(_pair(key, example.sql, predicted, dialect))
    whole = sum(len(some) * len(suites[db_id]) for db_id, some in pairs.items())
    most = whole / ((workers or 4) * _TASKS_A_WORKER)
    tasks = []
    for db_id, some in pairs.items():
        databases, schema = suites[db_id], spider(db_id) if spider else None
        some.sort(key=lambda pair: pair.gold)
        size = max(_FEWEST_PAIRS, int(most / len(databases)))
        for portion in _portions(some, size):
            tasks.append(Task(databases, dialect_of(databases[0]), portion, options, schema))
    return sorted(tasks, key=lambda task: -len(task.pairs) * len(task.databases))


def _portions(pairs: Sequence[Pair], size: int) -> Iterator[tuple[Pair, ...]]:
    portion: list[Pair] = []
    for pair in pairs:
        if len(portion) >= size and pair.gold != portion[-1].gold:
            yield tuple(portion)
            portion = []
        portion.append(pair)
    if portion:
        yield tuple(portion)


def _pair(key: int, gold: str, predicted: str, dialect: str) -> Pair:
    """Return a pair with what may be run for the prediction, or why nothing may.

    Gold runs as it stands: it is the user's own, and says what the answer is.
    """
    try:
        return Pair(key, gold, predicted, admit(predicted, dialect))
    except RefusedSql as error:
        kind: ErrorClass = "parse" if error.rule == "parse" else "refused"
        why = str(error) if kind == "refused" else error.why
        return Pair(key, gold, predicted, refused=(kind, why if predicted.strip() else "no SQL in the model's answer"))


def _missing(example: Example) -> Verdict:
    return Verdict(example.id, example.db_id, False, False, 0.0, "missing", "no prediction")


def _verdict(example: Example, outcome: Outcome, structure: Structure) -> Verdict:
    return Verdict(
        example.id,
        example.db_id,
        not outcome.error,
        structure.exact,
        structure.token_match,
        str(outcome.error),
        outcome.detail,
        score=outcome.score,
        hardness=structure.hardness,
        spider_em=structure.spider_em,
        components=structure.components,
        unknown=outcome.unknown,
        database=_name(outcome.database),
        gold_result=outcome.gold,
        predicted_result=outcome.predicted,
    )


def _name(url: str) -> str:
    """Return what tells a database from the others of its suite: its file's name."""
    return url.rsplit("/", 1)[-1].partition("?")[0]


def _key(
    examples: Sequence[Example],
    found: dict[str, Prediction],
    suites: dict[str, tuple[str, ...]],
    states: dict[str, str],
    options: Options,
    limits: Limits,
) -> str:
    """Return what tells this run from every other: statements, databases as they are, and settings."""
    told = hashlib.sha256(repr((asdict(options), limits)).encode())
    for example in examples:
        predicted = found[example.id].sql if example.id in found else None
        told.update(repr((example.id, example.db_id, example.sql, predicted)).encode("utf-8", "surrogatepass"))
    told.update(repr((suites, states)).encode())
    return told.hexdigest()[:32]
