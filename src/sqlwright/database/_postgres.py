"""PostgreSQL through psycopg: each statement in a read-only transaction of its own that is rolled back.

Rows are streamed, so a large result is cut off without being held, and the streaming protocol takes one statement only:
a second one behind a semicolon, such as `COMMIT`, is refused by the server.
"""

from __future__ import annotations

from collections.abc import Generator
from itertools import islice
from typing import Any

import psycopg

from sqlwright.database._statements import require_reading
from sqlwright.database.results import Failure, Fetched, Limits, collect
from sqlwright.errors import DatabaseError


class PostgresSession:
    """A connection whose transactions are read-only."""

    def __init__(self, url: str, limits: Limits) -> None:
        self._url = url
        self._milliseconds = max(1, int(limits.seconds * 1000))
        self._connection = self._connect()

    def _connect(self) -> psycopg.Connection[Any]:
        options = f"-c default_transaction_read_only=on -c statement_timeout={self._milliseconds}"
        try:
            connection = psycopg.connect(
                conninfo_of(self._url), options=options, connect_timeout=10, prepare_threshold=None
            )
        except psycopg.Error as error:
            raise DatabaseError(f"the PostgreSQL database cannot be opened: {_first_line(error)}") from None
        connection.read_only = True
        return connection

    def fetch(self, sql: str, limits: Limits) -> Fetched:
        """Run one statement that reads; a lost connection is opened again once."""
        require_reading(sql)
        try:
            if self._connection.closed:
                self._connection = self._connect()
            return self._fetch(sql, limits)
        except psycopg.errors.QueryCanceled:
            raise Failure("timeout", "stopped at the time limit") from None
        except (psycopg.Error, ValueError, UnicodeError) as error:
            raise Failure("error", _first_line(error)) from None
        except DatabaseError as error:
            raise Failure("error", str(error)) from None
        finally:
            self._roll_back()

    def _fetch(self, sql: str, limits: Limits) -> Fetched:
        cursor = self._connection.cursor()
        stream: Generator[Any, None, None] = cursor.stream(sql.encode(), size=100)  # type: ignore[assignment]
        try:
            first = next(stream, None)
            columns = tuple([item.name for item in cursor.description or ()])
            pending = [] if first is None else [first]

            def fetchmany(count: int) -> list[Any]:
                rows, pending[:] = pending[:count], pending[count:]
                return rows + list(islice(stream, count - len(rows)))

            return collect(fetchmany, columns, limits)
        finally:
            stream.close()
            cursor.close()

    def _roll_back(self) -> None:
        try:
            if not self._connection.closed:
                self._connection.rollback()
        except psycopg.Error:
            self._connection.close()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def conninfo_of(url: str) -> str:
    """Return the URL as libpq reads it."""
    return "postgresql://" + url.split("://", 1)[1]


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
