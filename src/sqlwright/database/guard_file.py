"""Check a file of statements: one JSON object a line, with "sql", and "id" and "dialect" where it has them.

for checked in check_file("statements.jsonl", "postgres"):
    print(checked.id, checked.verdict.verdict, checked.verdict.rule)
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlwright.database.guard import Verdict, verdict
from sqlwright.errors import DataError
from sqlwright.sqlkit._dialects import dialect_named

EVERY = ("sqlite", "duckdb", "postgres", "mysql", "oracle")
"""The dialects that "any" stands for."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A statement of a file, and what the guard says of it in a dialect."""

    id: str
    dialect: str
    verdict: Verdict

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON object: with the rule and why where it is blocked, with what may be run where not."""
        found = self.verdict
        told: dict[str, Any] = {"id": self.id, "dialect": self.dialect, "verdict": found.verdict, "rule": found.rule}
        return {**told, "why": found.why} if found.verdict == "block" else {**told, "sql": found.sql}


def check_each(name: str, sql: str, dialect: str, tables: Collection[str] | None = None) -> Iterator[Checked]:
    """Yield the verdict on a statement in its dialect; in every one of `EVERY` where that is "any".

    Raises:
        SqlError: there is no such dialect.
    """
    for each in EVERY if dialect == "any" else (dialect,):
        dialect_named(each)
        yield Checked(name, each, verdict(sql, each, tables))


def check_file(path: str | Path, dialect: str = "any", tables: Collection[str] | None = None) -> Iterator[Checked]:
    """Yield the verdict on each statement of a JSONL file, in its order.

    Args:
        dialect: of statements that name none, or "any".
        tables: the tables that may be read; all but the system's own when None.

    Raises:
        DataError: the file cannot be read, or a line is no object with "sql".
        SqlError: a dialect is not known.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise DataError(f"{path}, line {number}: not JSON ({error})") from None
        if not isinstance(record, dict) or not isinstance(record.get("sql"), str):
            raise DataError(f'{path}, line {number}: expected an object with the statement as "sql"')
        own = str(record.get("dialect") or "any").lower()
        name = record.get("id")
        yield from check_each(
            str(number if name is None else name), record["sql"], dialect if own == "any" else own, tables
        )
