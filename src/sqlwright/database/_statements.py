"""A first look at a statement's text, for engines whose read-only mode leaves holes: MySQL lets anybody SET a variable.

Reading the statement in earnest is the guard's work.
"""

from __future__ import annotations

import re

from sqlwright.database.results import Failure

_SKIPPED = re.compile(r"(?:\s+|--[^\n]*(?:\n|$)|#[^\n]*(?:\n|$)|/\*(?!!).*?\*/|\()*", re.DOTALL)
_WORD = re.compile(r"[A-Za-z]+")
_READING = frozenset({"select", "with", "values", "table", "explain", "show", "describe", "desc"})


def require_reading(sql: str) -> None:
    """Raise Failure unless the statement's first word is one that reads."""
    start = _SKIPPED.match(sql)
    word = _WORD.match(sql, start.end() if start else 0)
    if word is None or word.group().lower() not in _READING:
        raise Failure("error", "only statements that read are allowed: SELECT, WITH, VALUES, TABLE, EXPLAIN")
