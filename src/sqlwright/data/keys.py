"""What makes two examples the same: their question, their SQL, their SQL's skeleton.

A statement that does not parse is compared as text, so that it still has a place in groups and splits.
"""

from __future__ import annotations

import re
from functools import lru_cache

from sqlwright.data.text import normal_form
from sqlwright.errors import SqlError
from sqlwright.records import Example
from sqlwright.sqlkit import canonical, skeleton

_PARTS = re.compile(r"'(?:[^']|'')*'|[^']+|'")


@lru_cache(maxsize=65536)
def sql_key(sql: str, dialect: str) -> str:
    """Return the canonical SQL with names folded to lower case and literals as they are."""
    try:
        text = canonical(sql, dialect)
    except SqlError:
        text = " ".join(sql.split()).rstrip("; ")
    return "".join(part if part.startswith("'") else part.lower() for part in _PARTS.findall(text))


@lru_cache(maxsize=65536)
def skeleton_key(sql: str, dialect: str) -> str:
    """Return the SQL's skeleton, identifiers and literals masked; the text itself when it does not parse."""
    try:
        return skeleton(sql, dialect)
    except SqlError:
        return sql_key(sql, dialect)


def question_key(example: Example) -> str:
    """Return the normal form of the question after those of its earlier turns, "" for an example without one."""
    own = normal_form(example.question)
    return "\n".join([*(normal_form(turn.question) for turn in example.history), own]) if own else ""
