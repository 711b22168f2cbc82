"""Runs what a model wrote on the project's databases: the guard first, then read-only execution under limits."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple

from sqlwright.database import Executor, Result, guard, open_executor
from sqlwright.errors import DatabaseError
from sqlwright.infer import Candidate, choose, clues, required_values
from sqlwright.records import Example

if TYPE_CHECKING:
    from sqlwright.project._databases import Databases

NO_SQL = "no-sql"
"""The rule of a result for which there was no statement to run."""
AWAY = "database"
"""The rule of a result for which there was no database to run it on: it cannot be opened, or was lost meanwhile."""
_ANY = "SELECT 1"
"""A statement that every database answers, so that an error of a statement is told from the loss of its database."""


class Ran(NamedTuple):
    """What a statement came to."""

    sql: str
    """As the guard wrote it anew, and as it was run; what was refused stands as the model wrote it."""
    result: Result
    rule: str = ""
    """The guard's rule that it breaks; `NO_SQL` or `AWAY` where there was none; "" for what the database answered."""

    @property
    def ran(self) -> bool:
        """Whether it gave rows, be they cut at a limit."""
        return self.result.status in ("ok", "too-large")


class OpenDatabases:
    """The project's databases, opened as they are needed; use it in a `with`."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._open: dict[str, Executor | None] = {}

    def executor(self, db_id: str) -> Executor | None:
        """Return the executor of a database; None when there is no such database to open. Raises DatabaseError."""
        if db_id not in self._open:
            url = self._databases.url(db_id)
            self._open[db_id] = open_executor(url, self._databases.limits) if url else None
        return self._open[db_id]

    def run(self, sql: str, db_id: str) -> Ran:
        """Check a statement and run it; whatever is wrong with it, or with the database, stands in the result."""
        if not sql:
            return Ran("", Result("error", error="the model wrote no SQL"), NO_SQL)
        schema = self._databases.schema(db_id)
        found = guard.verdict(sql, schema.dialect, [table.name for table in schema.tables])
        if found.verdict == "block":
            return Ran(sql, Result("refused", error=found.why), found.rule)
        try:
            executor = self.executor(db_id)
        except DatabaseError as error:
            return Ran(found.sql, Result("error", error=str(error)), AWAY)
        if executor is None:
            return Ran(found.sql, Result("error", error=f"there is no database {db_id!r} to run it on"), AWAY)
        result = executor.run(found.sql)
        lost = result.status == "error" and not executor.run(_ANY).ok
        return Ran(found.sql, result, AWAY if lost else "")

    def choose(
        self, candidates: Sequence[Candidate], example: Example, *, by_clues: bool = False
    ) -> tuple[Candidate, Result]:
        """Run a question's candidates and return the best with its result (see `sqlwright.infer.choose`).

        Args:
            by_clues: whether the question's clues count, as they do for models of the embedded base's kind.
        """
        tried = candidates or [Candidate("")]
        results = [self.run(candidate.sql, example.db_id).result for candidate in tried]
        links = self._databases.linker(example.db_id).link(example.question)
        told = clues(example.question, links, self._databases.schema(example.db_id)) if by_clues else None
        best = choose(tried, results, required_values(links), told)
        return tried[best], results[best]

    def __enter__(self) -> OpenDatabases:
        """Return the databases themselves."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        for executor in self._open.values():
            if executor is not None:
                executor.close()
