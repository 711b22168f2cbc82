"""Names what is wrong with a prediction: one class for each, from the databases' own messages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal, get_args

from sqlwright.database import Result

ErrorClass = Literal[
    "missing",
    "parse",
    "guard-refused",
    "unknown-table",
    "unknown-column",
    "other-error",
    "timeout",
    "too-large",
    "empty",
    "columns",
    "rows",
    "order",
    "gold-error",
]
"""Why a prediction is wrong. "gold-error": the gold statement itself does not run, so nothing can be said."""

ERROR_CLASSES: tuple[ErrorClass, ...] = get_args(ErrorClass)

_MESSAGES: tuple[tuple[ErrorClass, str], ...] = (
    ("unknown-table", r"no such table|table with name .* does not exist|relation .* does not exist|ORA-00942"),
    ("unknown-table", r"table '[^']*' doesn't exist|missing from-clause entry|referenced table .* not found"),
    ("unknown-column", r"no such column|column .* does not exist|unknown column|ORA-00904"),
    ("unknown-column", r"referenced column .* not found|does not have a column named|ambiguous column"),
    ("parse", r"syntax error|parser error|incomplete input|unrecognized token|near \"|error in your sql syntax"),
    ("parse", r"ORA-009(?:00|07|23|33|36)\b"),
)


def classify_failure(result: Result) -> ErrorClass:
    """Return the class of a statement that did not run to its end."""
    if result.status == "timeout":
        return "timeout"
    if result.status == "too-large":
        return "too-large"
    return next((kind for kind, words in _MESSAGES if re.search(words, result.error, re.IGNORECASE)), "other-error")


def classify_difference(gold: Result, predicted: Result) -> ErrorClass:
    """Return in what a result that ran differs from gold: nothing found, other columns, other rows, or their order."""
    if not predicted.rows:
        return "empty"
    if len(gold.columns) != len(predicted.columns):
        return "columns"
    return "order" if _bag(gold.rows) == _bag(predicted.rows) else "rows"


def _bag(rows: Sequence[Sequence[object]]) -> Counter[str]:
    return Counter(repr(tuple(row)) for row in rows)
