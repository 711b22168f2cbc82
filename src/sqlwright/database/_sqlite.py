"""SQLite through the standard library: read-only by file mode, pragma and authorizer, stopped by a progress handler.

The layers do not trust each other: `mode=ro` alone would let ATTACH make a file, `query_only` alone would let VACUUM
INTO write one, and a pragma could turn the latter off.
"""

from __future__ import annotations

import sqlite3
from time import perf_counter
from urllib.parse import quote

from sqlwright.database.results import Failure, Fetched, Limits, collect
from sqlwright.database.urls import file_of
from sqlwright.errors import DatabaseError

_OPCODES_BETWEEN_CHECKS = 1000
_LONGEST_VALUE = 1_000_000
_LONGEST_STATEMENT = 1_000_000
_REFUSED_FUNCTIONS = frozenset({"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "fsdir"})
_CATALOGUES = frozenset({"sqlite_master", "sqlite_schema"})


class SqliteSession:
    """A connection that can only read."""

    def __init__(self, url: str, limits: Limits) -> None:
        path = file_of(url)
        try:
            self._connection = sqlite3.connect(
                read_only_uri(path), uri=True, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA query_only = ON")
            self._connection.execute("PRAGMA trusted_schema = OFF")
            self._connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
        except sqlite3.Error as error:
            raise DatabaseError(f"{path}: cannot be opened as a SQLite database ({error})") from None
        self._deadline = 0.0
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(_LONGEST_VALUE, limits.bytes))
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, _LONGEST_STATEMENT)
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        self._connection.set_progress_handler(self._late, _OPCODES_BETWEEN_CHECKS)
        self._connection.set_authorizer(_authorize)

    def fetch(self, sql: str, limits: Limits) -> Fetched:
        """Run one statement; bytes that are no UTF-8 come back with replacement characters."""
        self._deadline = perf_counter() + limits.seconds
        try:
            return self._fetch(sql, limits)
        except sqlite3.OperationalError as error:
            if "decode to UTF-8" not in str(error):
                raise _failure(error) from None
            return self._fetch_leniently(sql, limits)
        except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError, MemoryError) as error:
            raise _failure(error) from None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _fetch(self, sql: str, limits: Limits) -> Fetched:
        cursor = self._connection.execute(sql)
        try:
            if cursor.description is None:
                raise Failure("error", "there is no statement")
            columns = tuple([item[0] for item in cursor.description])
            return collect(cursor.fetchmany, columns, limits)
        finally:
            cursor.close()

    def _fetch_leniently(self, sql: str, limits: Limits) -> Fetched:
        self._connection.text_factory = lambda data: data.decode("utf-8", "replace")
        try:
            return self._fetch(sql, limits)
        except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError, MemoryError) as error:
            raise _failure(error) from None
        finally:
            self._connection.text_factory = str

    def _late(self) -> bool:
        return perf_counter() > self._deadline


def read_only_uri(path: object) -> str:
    """Return the URI that opens a SQLite file for reading only."""
    return f"file:{quote(str(path))}?mode=ro"


def _failure(error: BaseException) -> Failure:
    message = str(error) or type(error).__name__
    if message == "interrupted":
        return Failure("timeout", "stopped at the time limit")
    if "too big" in message or isinstance(error, MemoryError):
        return Failure("too-large", message)
    return Failure("error", message)


def _authorize(action: int, first: str | None, second: str | None, database: str | None, trigger: str | None) -> int:
    """Allow reading, functions and recursion; every other action is refused."""
    if action in (sqlite3.SQLITE_READ, sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE):
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_DENY if second in _REFUSED_FUNCTIONS else sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_UPDATE and first in _CATALOGUES:
        # Asked when a table function such as json_each is first used; a true write fails, the file being read-only.
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY
