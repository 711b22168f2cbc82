"""Judges predictions by running them, and gold, on the databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from sqlglot import exp

from sqlwright.database import Job, Limits, Result, dialect_of, guard, run_many
from sqlwright.errors import DataError, SqlError
from sqlwright.evaluate.errors import ErrorClass, classify_difference, classify_failure
from sqlwright.evaluate.rules import STRICT, Rule, equal
from sqlwright.records import Example, Prediction, Verdict
from sqlwright.sqlkit import exact_match, parse, token_match

_SAMPLE_ROWS = 3
_SAMPLE_WIDTH = 160
_NAMED = 5


def score(
    examples: Sequence[Example],
    predictions: Iterable[Prediction],
    database_of: Callable[[str], str],
    *,
    rule: Rule = STRICT,
    limits: Limits | None = None,
    workers: int | None = None,
    allow_missing: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> list[Verdict]:
    """Return a verdict for each example, in their order.

    Predictions are joined by id. A statement that several predictions and golds have in common runs once a database.

    Args:
        database_of: gives the URL of a database by its `db_id`.
        limits: of each statement; one that is cut at them is wrong.
        allow_missing: count an example without a prediction as wrong, instead of raising.
        progress: called with how many statements have run, of how many.

    Raises:
        DataError: predictions are missing, double, or for no example; the message names them.
    """
    found = _join(examples, list(predictions), allow_missing)
    urls = {example.db_id: database_of(example.db_id) for example in examples}
    dialects = {db_id: dialect_of(url) for db_id, url in urls.items()}
    refused = {
        prediction.id: problem
        for example in examples
        if (prediction := found.get(example.id)) is not None
        and (problem := _refuse(prediction.sql, dialects[example.db_id])) is not None
    }
    wanted = {(urls[example.db_id], example.sql): None for example in examples}
    for example in examples:
        if example.id in found and example.id not in refused:
            wanted[urls[example.db_id], found[example.id].sql] = None
    results: dict[tuple[str, str], Result] = {}
    for job, result in run_many((Job(key, *key) for key in wanted), workers=workers, limits=limits):
        results[job.url, job.sql] = result
        if progress is not None:
            progress(len(results), len(wanted))
    verdicts = []
    for example in examples:
        url = urls[example.db_id]
        prediction = found.get(example.id)
        gold = results[url, example.sql]
        if prediction is None:
            error, detail = "missing", "no prediction"
        elif example.id in refused:
            error, detail = refused[example.id]
        else:
            error, detail = _judge(example, gold, results[url, prediction.sql], rule, dialects[example.db_id])
        verdicts.append(_verdict(example, prediction, error, detail, dialects[example.db_id]))
    return verdicts


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


def _refuse(sql: str, dialect: str) -> tuple[ErrorClass, str] | None:
    """Return why a prediction is not even run: it is no SQL, or the guard lets it not pass."""
    if not sql.strip():
        return "parse", "no SQL in the model's answer"
    try:
        guard.check(sql, dialect)
    except SqlError as error:
        try:
            parse(sql, dialect)
        except SqlError as problem:
            return "parse", str(problem)
        return "guard-refused", str(error)
    return None


def _judge(example: Example, gold: Result, predicted: Result, rule: Rule, dialect: str) -> tuple[ErrorClass | str, str]:
    """Return the class of error, "" for none, and the detail."""
    if not gold.ok:
        return "gold-error", f"gold did not run ({gold.status}): {gold.error}"
    if not predicted.ok:
        return classify_failure(predicted), predicted.error
    if equal(gold.rows, predicted.rows, rule, ordered=is_ordered(example.sql, dialect)):
        return "", f"returned {_sample(predicted)}"
    return classify_difference(gold, predicted), f"expected {_sample(gold)}; returned {_sample(predicted)}"


def _verdict(example: Example, prediction: Prediction | None, error: str, detail: str, dialect: str) -> Verdict:
    exact, tokens = False, 0.0
    if prediction is not None and prediction.sql:
        try:
            exact = exact_match(example.sql, prediction.sql, dialect)
            tokens = token_match(example.sql, prediction.sql, dialect)
        except SqlError as problem:
            detail = f"{detail}; gold does not parse: {problem}"
    return Verdict(example.id, example.db_id, not error, exact, round(tokens, 6), error, detail)


def is_ordered(sql: str, dialect: str = "sqlite") -> bool:
    """Return whether the statement as a whole has an ORDER BY; one in a subquery orders nothing that is seen."""
    try:
        tree: exp.Expr = parse(sql, dialect)
    except SqlError:
        return "order by" in sql.lower()
    while isinstance(tree, exp.Subquery) and tree.args.get("order") is None:
        tree = tree.this
    return tree.args.get("order") is not None


def _sample(result: Result) -> str:
    """Return how many rows there are and the first of them, short."""
    rows = "; ".join(", ".join(_short(value) for value in row) for row in result.rows[:_SAMPLE_ROWS])
    if len(rows) > _SAMPLE_WIDTH:
        rows = rows[: _SAMPLE_WIDTH - 1] + "…"
    more = "; …" if len(result.rows) > _SAMPLE_ROWS else ""
    plural = "row" if len(result.rows) == 1 else "rows"
    return f"{len(result.rows)} {plural}" + (f" ({rows}{more})" if rows else "")


def _short(value: object) -> str:
    return "NULL" if value is None else f"{len(value)} bytes" if isinstance(value, bytes) else str(value)
