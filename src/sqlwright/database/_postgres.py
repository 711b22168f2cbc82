"""PostgreSQL through psycopg: each statement is a cursor in a read-only transaction of its own that is rolled back.

A cursor keeps out what is no query: after DECLARE CURSOR the server takes one SELECT, VALUES, TABLE or WITH, no writing
WITH, and, since psycopg sends it by the extended protocol, no second statement behind a semicolon. Its rows are read
one by one as they arrive, so that a large result is cut off without being held.

A read-only transaction binds statements, not functions that a superuser may call: pg_read_file, lo_export,
pg_terminate_backend. So a superuser's session takes the role pg_read_all_data. What any role may still call, such as
pg_sleep or pg_advisory_lock, is the guard's to refuse (`admit`).

The server stops a statement at its time limit. One that does not even do that, since it is stuck or out of reach, is
left: its connection is cut on this side.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from itertools import islice
from typing import Any

import psycopg

from sqlwright.database._watchdog import Watchdog
from sqlwright.database.results import Failure, Fetched, Limits, collect
from sqlwright.errors import DatabaseError

_CURSOR = "sqlwright"
_OPTIONS = (
    "-c default_transaction_read_only=on -c cursor_tuple_fraction=1 -c standard_conforming_strings=on "
    "-c statement_timeout={0} -c lock_timeout={0} -c idle_in_transaction_session_timeout={1}"
)
_IDLE_MILLISECONDS = 60_000
_STUCK_AFTER = 5.0
"""Seconds beyond a statement's limit after which its server is given up."""
_ALIVE: dict[str, Any] = {
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""After about 20 seconds without a sign of life of its machine, a server counts as lost."""
_READER = "pg_read_all_data"
"""A role of PostgreSQL 14 and later that may read every table and do nothing else."""
_READER_SINCE = 14_00_00


class PostgresSession:
    """A connection whose transactions are read-only."""

    def __init__(self, url: str, limits: Limits) -> None:
        self._url = url
        self._milliseconds = max(1, int(limits.seconds * 1000))
        self._connection = self._connect()
        self._watchdog = Watchdog(self._cut)

    def _connect(self) -> psycopg.Connection[Any]:
        try:
            connection = psycopg.connect(
                conninfo_of(self._url),
                options=_OPTIONS.format(self._milliseconds, self._milliseconds + _IDLE_MILLISECONDS),
                connect_timeout=10,
                prepare_threshold=None,
                **_ALIVE,
            )
        except psycopg.Error as error:
            raise _unopened(error) from None
        try:
            _take_reader(connection)
        except psycopg.Error as error:  # the server went in between
            connection.close()
            raise _unopened(error) from None
        connection.read_only = True
        return connection

    def fetch(self, sql: str, limits: Limits, rows: int) -> Fetched:
        """Run one query; a lost connection is opened again once."""
        try:
            if self._connection.closed:
                self._connection = self._connect()
            self._watchdog.arm(limits.seconds + _STUCK_AFTER)
            return self._fetch(sql, limits, rows)
        except psycopg.errors.QueryCanceled:
            raise Failure("timeout", "stopped at the time limit") from None
        except (psycopg.errors.ReadOnlySqlTransaction, psycopg.errors.InsufficientPrivilege) as error:
            raise Failure("refused", _first_line(error)) from None
        except (psycopg.Error, ValueError, UnicodeError) as error:
            raise Failure(
                "error", "the server does not answer" if self._watchdog.fired else _first_line(error)
            ) from None
        except DatabaseError as error:
            raise Failure("error", str(error)) from None
        finally:
            self._roll_back()
            self._watchdog.disarm()

    def _fetch(self, sql: str, limits: Limits, rows: int) -> Fetched:
        with self._connection.cursor(name=_CURSOR) as query, self._connection.cursor() as reader:
            query.execute(sql.encode())
            columns = tuple([item.name for item in query.description or ()])
            stream: Any = reader.stream(f"FETCH FORWARD {rows + 1} FROM {_CURSOR}")
            try:
                return collect(lambda count: list(islice(stream, count)), columns, rows, limits.bytes, portion=1)
            finally:
                with suppress(psycopg.Error):
                    stream.close()  # cancels what is still on its way

    def _roll_back(self) -> None:
        try:
            if not self._connection.closed:
                self._connection.rollback()
        except psycopg.Error:
            self._connection.close()

    def close(self) -> None:
        """Close the connection."""
        self._watchdog.close()
        self._connection.close()

    def _cut(self) -> None:
        """End a connection whose other side does not answer, so that whoever waits for it goes on."""
        with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(self._connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)


def _take_reader(connection: psycopg.Connection[Any]) -> None:
    """Let a superuser's session do no more than read."""
    told = connection.info
    if told.parameter_status("is_superuser") == "on" and told.server_version >= _READER_SINCE:
        connection.execute(f"SET ROLE {_READER}")
        connection.commit()


def _unopened(error: psycopg.Error) -> DatabaseError:
    return DatabaseError(f"the PostgreSQL database cannot be opened: {_first_line(error)}")


def conninfo_of(url: str) -> str:
    """Return the URL as libpq reads it."""
    return "postgresql://" + url.split("://", 1)[1]


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
