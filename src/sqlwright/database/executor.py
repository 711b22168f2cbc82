"""Run statements read-only, under limits, on one reused connection.

    with open_executor("shop.db") as executor:
        result = executor.run("SELECT COUNT(*) FROM customer")

A bad statement gives a Result that says so; it never raises. What may run is decided by the engine's read-only mode,
not by reading the text: use `guard.check` first for statements that a model or a stranger wrote.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from types import TracebackType

from sqlwright.database.results import Failure, Limits, Result, Session
from sqlwright.database.urls import dialect_of, normalise_url


class Executor:
    """One open connection and its limits; make it with `open_executor`."""

    __slots__ = ("_session", "dialect", "limits", "url")

    def __init__(self, session: Session, url: str, limits: Limits) -> None:
        self._session = session
        self.url = url
        self.dialect = dialect_of(url)
        self.limits = limits

    def run(self, sql: str) -> Result:
        """Run one statement and return what became of it."""
        start = perf_counter()
        try:
            fetched = self._session.fetch(sql, self.limits)
        except Failure as failure:
            return Result(failure.status, seconds=perf_counter() - start, error=str(failure))
        seconds = perf_counter() - start
        if fetched.stopped:
            return Result("too-large", fetched.columns, fetched.rows, seconds, fetched.stopped)
        return Result("ok", fetched.columns, fetched.rows, seconds)

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def __enter__(self) -> Executor:
        """Return the executor itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.close()


def open_executor(url: str | Path, limits: Limits | None = None) -> Executor:
    """Return an executor of a database; use it in a `with`, or close it.

    Raises:
        DatabaseError: the database cannot be opened; the message says why.
        MissingExtra: its driver is not installed.
    """
    normal, limits = normalise_url(url), limits or Limits()
    return Executor(_open_session(normal, limits), normal, limits)


def _open_session(url: str, limits: Limits) -> Session:
    """Open the engine's own kind of session; each is imported only when it is wanted."""
    dialect = dialect_of(url)
    if dialect == "sqlite":
        from sqlwright.database._sqlite import SqliteSession

        return SqliteSession(url, limits)
    if dialect == "duckdb":
        from sqlwright.database._duckdb import DuckdbSession

        return DuckdbSession(url)
    if dialect == "postgres":
        from sqlwright.database._postgres import PostgresSession

        return PostgresSession(url, limits)
    from sqlwright.database._generic import GenericSession

    return GenericSession(url, limits)
