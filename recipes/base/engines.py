"""Copies of SQLite databases in other engines, so that SQL written for them can be run.

urls = duckdb_copies(held)                                   # {"hr_1": "duckdb:////.../hr_1.duckdb", ...}
urls = postgres_copies(held, "postgresql+psycopg://user@host/postgres")
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import URL, BigInteger, Column, Double, MetaData, Table, Text, create_engine, make_url, text
from sqlalchemy.types import TypeEngine

from heldout import Heldout
from sqlwright.schema import Schema

_CHUNK = 1_000


def duckdb_copies(held: Heldout) -> dict[str, str]:
    """Return the URL of a DuckDB copy of each database, in a temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="duckdb-"))
    urls = {db_id: f"duckdb:///{folder / db_id}.duckdb" for db_id in held.files}
    for db_id, url in urls.items():
        _copy(held.files[db_id], held.schemas[db_id], make_url(url))
    return urls


def postgres_copies(held: Heldout, server: str) -> dict[str, str]:
    """Return the URL of a PostgreSQL copy of each database, new databases of that server."""
    urls = {}
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    for db_id, file in held.files.items():
        name = f"heldout_{db_id}".lower()
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}"'))
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        url = make_url(server).set(database=name)
        _copy(file, held.schemas[db_id], url)
        urls[db_id] = url.render_as_string(hide_password=False)
    admin.dispose()
    return urls


def _copy(file: Path, schema: Schema, url: URL) -> None:
    """Copy the tables of a schema; a column's type is what all its values are."""
    engine = create_engine(url)
    source = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    source.text_factory = lambda raw: raw.decode("utf-8", "replace")
    with engine.begin() as connection:
        for table in schema.tables:
            listed = ", ".join('"' + c.name.replace('"', '""') + '"' for c in table.columns)
            rows = source.execute(f'SELECT {listed} FROM "{table.name}"').fetchall()
            types = [_type([row[at] for row in rows], c.kind) for at, c in enumerate(table.columns)]
            made = Table(
                table.name,
                MetaData(),
                *(Column(c.name, kind, quote=True) for c, kind in zip(table.columns, types, strict=True)),
                quote=True,
            )
            made.create(connection)
            names = [column.name for column in table.columns]
            told = [{n: _value(v, kind) for n, v, kind in zip(names, row, types, strict=True)} for row in rows]
            for start in range(0, len(told), _CHUNK):
                connection.execute(made.insert(), told[start : start + _CHUNK])
    source.close()
    engine.dispose()


def _type(values: Iterable[object], kind: str) -> TypeEngine[int] | TypeEngine[float] | TypeEngine[str]:
    present = {type(value) for value in values if value is not None}
    if not present:
        return Double() if kind == "number" else Text()
    if present == {int}:
        return BigInteger()
    return Double() if present <= {int, float} else Text()


def _value(value: object, kind: TypeEngine[int] | TypeEngine[float] | TypeEngine[str]) -> object:
    return str(value) if value is not None and isinstance(kind, Text) else value
