"""Answers a question: model, SQL, guard, read-only execution, and a line that says what came of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sqlwright._language import language_of
from sqlwright.database import Executor, Result, guard, json_value, open_executor
from sqlwright.errors import DataError, SqlError
from sqlwright.infer import Candidate, choose, required_values
from sqlwright.records import Example

if TYPE_CHECKING:
    from sqlwright.infer import Engine
    from sqlwright.project._databases import Databases
    from sqlwright.project._models import Model

_CANDIDATES = 4
"""How many candidates are tried when a single statement does not run."""
_LISTED = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question came to; a question that could not be answered has an `error` and no rows."""

    question: str
    language: str
    sql: str = ""
    """The statement that was run, as the guard wrote it anew; or the one that failed."""
    columns: tuple[str, ...] = ()
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    text: str = ""
    """The answer in one line, in the question's language."""
    error: str = ""
    tried: int = 0
    """Statements that were tried."""
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the answer as a JSON object, with values as `database.json_value` writes them."""
        rows = [[json_value(value) for value in row] for row in self.rows]
        return {
            "question": self.question,
            "language": self.language,
            "sql": self.sql,
            "columns": list(self.columns),
            "rows": rows,
            "text": self.text,
            "error": self.error,
            "tried": self.tried,
            "seconds": self.seconds,
        }


class Runner:
    """The project's databases, opened as they are needed; use it in a `with`."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._open: dict[str, Executor | None] = {}

    def executor(self, db_id: str) -> Executor | None:
        """Return the executor of a database; None when there is no such database to open."""
        if db_id not in self._open:
            url = self._databases.url(db_id)
            self._open[db_id] = open_executor(url, self._databases.limits) if url else None
        return self._open[db_id]

    def check(self, sql: str, db_id: str) -> str:
        """Return a statement as the guard writes it anew. Raises SqlError when it is refused."""
        schema = self._databases.schema(db_id)
        return guard.check(sql, schema.dialect, [table.name for table in schema.tables])

    def run(self, sql: str, db_id: str) -> tuple[str, Result]:
        """Check a statement and run it; return its safe form with the result, which says why when there is none."""
        if not sql:
            return "", Result("error", error="the model wrote no SQL")
        try:
            safe = self.check(sql, db_id)
        except SqlError as error:
            return sql, Result("error", error=str(error))
        executor = self.executor(db_id)
        if executor is None:
            return safe, Result("error", error=f"there is no database {db_id!r} to run it on")
        return safe, executor.run(safe)

    def choose(self, candidates: Sequence[Candidate], example: Example) -> tuple[Candidate, Result]:
        """Run a question's candidates and return the best with its result (see `sqlwright.infer.choose`)."""
        tried = candidates or [Candidate("")]
        results = [self.run(candidate.sql, example.db_id)[1] for candidate in tried]
        links = self._databases.linker(example.db_id).link(example.question)
        best = choose(tried, results, required_values(links))
        return tried[best], results[best]

    def __enter__(self) -> Runner:
        """Return the runner itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        for executor in self._open.values():
            if executor is not None:
                executor.close()


def answer(
    question: str,
    model: Model,
    engine: Engine,
    databases: Databases,
    *,
    db_id: str,
    candidates: int = 1,
    constrain: bool = True,
    max_new_tokens: int = 128,
) -> Answer:
    """Return the answer to a question; a statement that fails is a result too, not an exception.

    When the model's first statement is refused or fails, or several candidates are asked for, the best of its likely
    ones is taken.

    Raises:
        DataError: the question is empty.
    """
    began = time.perf_counter()
    asked = " ".join(question.split())
    if not asked:
        raise DataError(
            "the question is empty; ask something, for example: sqlwright ask 'How many customers are there?'"
        )
    language = language_of(asked)
    dialect = databases.schema(db_id).dialect
    example = Example("question", db_id, asked, "", language=language, dialect=dialect)
    prompts = model.prompts([example], databases)
    settings: dict[str, Any] = {
        "max_new_tokens": max_new_tokens,
        "schemas": model.constraints([example], databases, wanted=constrain),
    }
    tried: list[str] = []
    result = Result("error")
    with Runner(databases) as runner:
        if candidates == 1:
            tried = [engine.generate(prompts, **settings)[0].sql]
            sql, result = runner.run(tried[0], db_id)
        if result.status not in ("ok", "too-large"):
            count = candidates if candidates > 1 else _CANDIDATES
            found = engine.candidates(prompts, count=count, **settings)[0]
            best, other = runner.choose(found, example)
            tried += [candidate.sql for candidate in found if candidate.sql not in tried]
            if other.status in ("ok", "too-large") or candidates > 1:
                sql, result = runner.run(best.sql, db_id)
    seconds = round(time.perf_counter() - began, 3)
    told: dict[str, Any] = {
        "question": asked,
        "language": language,
        "sql": sql,
        "tried": len(tried),
        "seconds": seconds,
    }
    if result.status in ("ok", "too-large"):
        text = sentence(result.columns, result.rows, language, cut=not result.ok)
        return Answer(**told, columns=result.columns, rows=result.rows, text=text)
    return Answer(**told, text=_failure(result.error, language), error=result.error or result.status)


def sentence(columns: Sequence[str], rows: Sequence[Sequence[Any]], language: str, *, cut: bool = False) -> str:
    """Return what a result says, in one line: the value, the few values, or how many rows there are."""
    zh = language == "zh"
    if not rows:
        return "没有符合条件的记录。" if zh else "Nothing matches."
    if len(rows) == 1:
        values = [shown(value) for value in rows[0]]
        if len(values) == 1:
            return f"答案是 {values[0]}。" if zh else f"The answer is {values[0]}."
        pairs = [f"{name} = {value}" for name, value in zip(columns, values, strict=True)]
        return f"{'，'.join(pairs)}。" if zh else f"{', '.join(pairs)}."
    count = f"{len(rows):,}"
    if len(rows[0]) == 1:
        listed = [shown(row[0]) for row in rows[:_LISTED]]
        rest = len(rows) - len(listed)
        if zh:
            return f"共 {count} 个：{'、'.join(listed)}{' 等' if rest or cut else ''}。"
        return (
            f"{count} {'or more ' if cut else ''}results: {', '.join(listed)}{f' and {rest:,} more' if rest else ''}."
        )
    if zh:
        return f"共 {count} 行{'以上' if cut else ''}。"
    return f"{count} rows{' or more' if cut else ''}."


def shown(value: Any) -> str:
    """Return a value as a person reads it."""
    if value is None:
        return "NULL"
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".") if abs(value) >= 0.01 or value == 0 else f"{value:.3g}"
    if isinstance(value, (bytes, memoryview)):
        return f"<{len(value)} bytes>"
    return str(value)


def _failure(error: str, language: str) -> str:
    reason = " ".join(error.split())
    return f"无法回答：{reason}" if language == "zh" else f"This could not be answered: {reason}"
