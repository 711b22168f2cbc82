"""A SQLAlchemy engine on a database, read-only where the database has a mode for it; for reading schemas and values."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlwright.database.urls import dialect_of, file_of, normalise_url
from sqlwright.errors import DatabaseError, MissingExtra

if TYPE_CHECKING:
    from sqlalchemy import Engine

_EXTRAS = {"pymysql": "mysql", "oracledb": "oracle"}


def connect(url: str | Path) -> Engine:
    """Return an engine on the database; nothing is opened yet but a SQLite or DuckDB file is checked to be there.

    Raises:
        DatabaseError: the URL is malformed, or names a file or kind of database that is not there.
        MissingExtra: the driver belongs to an extra that is not installed.
    """
    normal = normalise_url(url)
    kind = dialect_of(normal)
    if kind == "sqlite":
        return _sqlite_engine(file_of(normal))
    if kind == "duckdb":
        return _duckdb_engine(file_of(normal))
    return _server_engine(normal, kind)


def _sqlite_engine(path: Path) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import QueuePool

    from sqlwright.database._sqlite import read_only_uri

    def open_file() -> sqlite3.Connection:
        connection = sqlite3.connect(read_only_uri(path), uri=True, check_same_thread=False)
        connection.execute("PRAGMA query_only = ON")
        return connection

    return create_engine("sqlite://", creator=open_file, poolclass=QueuePool)


def _duckdb_engine(path: Path) -> Engine:
    import duckdb_engine
    from sqlalchemy import create_engine
    from sqlalchemy.pool import QueuePool

    from sqlwright.database._duckdb import connect_read_only

    def open_file() -> Any:
        return duckdb_engine.ConnectionWrapper(connect_read_only(path))

    return create_engine("duckdb://", creator=open_file, poolclass=QueuePool)


def _server_engine(url: str, kind: str) -> Engine:
    from sqlalchemy import create_engine, event
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    options = {"options": "-c default_transaction_read_only=on"} if kind == "postgres" else {}
    try:
        engine = create_engine(url, connect_args=options, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        if error.name in _EXTRAS:
            raise MissingExtra(error.name, _EXTRAS[error.name]) from None
        raise DatabaseError(f"no driver for {kind}: install the Python package {error.name}") from None
    except NoSuchModuleError:
        raise DatabaseError(f"no SQLAlchemy dialect for {url.split('://', 1)[0]!r} is installed") from None
    except ArgumentError:
        raise DatabaseError(
            "the database URL is malformed; write it as dialect://user:password@host:port/name"
        ) from None
    if kind == "mysql":

        @event.listens_for(engine, "connect")
        def _read_only(connection: Any, _: object) -> None:
            with connection.cursor() as cursor:
                cursor.execute("SET SESSION TRANSACTION READ ONLY")

    return engine
