"""Writes the SQLite files that the demo's and the benchmarks' made databases are."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path


def write_sqlite(path: str | Path, ddl: str, tables: Iterable[tuple[str, Sequence[tuple[object, ...]]]]) -> Path:
    """Write a database to `path`, over whatever is there, and return the path.

    Args:
        ddl: the statements that make its tables.
        tables: names of tables with their rows, whole; a table may come without rows.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    try:
        connection.executescript(ddl)
        for table, rows in tables:
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        connection.commit()
    finally:
        connection.close()
    return path
