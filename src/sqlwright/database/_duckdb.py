"""DuckDB: a read-only database without a file system, whose configuration is locked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from sqlwright.database._watchdog import Watchdog
from sqlwright.database.results import Failure, Fetched, Limits, collect
from sqlwright.database.urls import file_of
from sqlwright.errors import DatabaseError

_MULTIPLE = duckdb.StatementType.MULTI
_PIVOTING = re.compile(r"[\s(]*(?:pivot|pivot_wider|select|from|with)\b", re.IGNORECASE)
_READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,  # else a table name may be a Python variable
    "memory_limit": "1GB",
    "temp_directory": "",  # what does not fit in memory fails, instead of becoming files beside the database
    "threads": 2,
    "lock_configuration": True,
}


def connect_read_only(path: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection that can neither write nor reach files, extensions or settings.

    All connections of a process to one file must be configured alike, so everything here opens DuckDB through this.

    Raises:
        DatabaseError: the file is no DuckDB database, or is open for writing elsewhere.
    """
    try:
        return duckdb.connect(str(path), read_only=True, config=_CONFIG)
    except duckdb.Error as error:
        raise DatabaseError(f"{path}: cannot be opened as a DuckDB database ({_first_line(error)})") from None


class DuckdbSession:
    """A connection that can only read, interrupted by a watchdog."""

    def __init__(self, url: str) -> None:
        self._connection = connect_read_only(file_of(url))
        self._running = self._connection
        self._watchdog = Watchdog(self._interrupt)

    def fetch(self, sql: str, limits: Limits, rows: int) -> Fetched:
        """Run one SELECT; anything else is refused by its kind."""
        self._watchdog.arm(limits.seconds)
        try:
            return self._fetch(sql, limits, rows)
        except (duckdb.Error, RuntimeError, ValueError, MemoryError) as error:
            raise self._failure(error) from None
        finally:
            self._watchdog.disarm()

    def close(self) -> None:
        """Close the connection."""
        self._watchdog.close()
        self._connection.close()

    def _fetch(self, sql: str, limits: Limits, rows: int) -> Fetched:
        sql.encode()  # a lone surrogate is an error of the text, not of the binding's types
        statements = self._connection.extract_statements(sql)
        if len(statements) != 1:
            raise Failure(
                "error", "there must be one statement, not " + (str(len(statements)) if statements else "none")
            )
        kind = statements[0].type
        if kind not in _READING and not (kind == _MULTIPLE and _PIVOTING.match(sql)):
            raise Failure("refused", f"a statement may only read: {kind.name}")
        with self._connected(apart=kind == _MULTIPLE) as connection:
            cursor = connection.execute(statements[0])
            columns = tuple([item[0] for item in cursor.description or ()])
            found = collect(cursor.fetchmany, columns, rows, limits.bytes, portion=256)
            if found.stopped:
                connection.interrupt()  # it computes ahead of what is fetched
        return found

    @contextmanager
    def _connected(self, *, apart: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give the connection, or one that ends with the statement.

        A PIVOT that does not list its columns is two statements to DuckDB, the first of which makes a temporary type.
        """
        if not apart:
            yield self._connection
            return
        self._running = self._connection.cursor()
        try:
            yield self._running
        finally:
            ended, self._running = self._running, self._connection
            ended.close()

    def _interrupt(self) -> None:
        self._running.interrupt()

    def _failure(self, error: BaseException) -> Failure:
        if self._watchdog.fired:
            return Failure("timeout", "stopped at the time limit")
        if isinstance(error, (duckdb.OutOfMemoryException, MemoryError)):
            return Failure("too-large", _first_line(error))
        message = _first_line(error)
        refused = isinstance(error, duckdb.PermissionException) or "read-only mode" in message
        return Failure("refused" if refused else "error", message)


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
