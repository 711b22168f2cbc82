"""Read the tables of a DuckDB database from its `duckdb_*()` functions, in the order of their creation.

SQLAlchemy reflects DuckDB through PostgreSQL's catalogue, which DuckDB has only in part.
"""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa

from sqlwright.schema.model import Column, ForeignKey, Table

_HERE = "NOT internal AND database_name = current_database() AND schema_name = current_schema()"
_THERE = _HERE.removeprefix("NOT internal AND ")
_OBJECTS = f"""
    SELECT table_name, comment, false FROM (SELECT * FROM duckdb_tables() WHERE {_HERE} ORDER BY table_oid)
    UNION ALL
    SELECT view_name, comment, true FROM (SELECT * FROM duckdb_views() WHERE {_HERE} ORDER BY view_oid)"""
_COLUMNS = f"""
    SELECT table_name, column_name, data_type, comment, is_nullable
    FROM duckdb_columns() WHERE {_HERE} ORDER BY table_oid, column_index"""
_CONSTRAINTS = f"""
    SELECT table_name, constraint_type, constraint_column_names, referenced_table, referenced_column_names
    FROM duckdb_constraints() WHERE {_THERE} AND constraint_type IN ('PRIMARY KEY', 'FOREIGN KEY', 'UNIQUE')
    ORDER BY table_oid, constraint_index"""
_UNIQUE_INDEXES = f"SELECT table_name, expressions FROM duckdb_indexes() WHERE {_THERE} AND is_unique"


def read_duckdb(connection: sa.Connection) -> list[Table]:
    """Return the tables and views of the current schema."""
    primary: dict[str, tuple[str, ...]] = {}
    foreign: defaultdict[str, list[ForeignKey]] = defaultdict(list)
    unique = _unique_indexes(connection)
    for table, kind, names, target, targets in connection.exec_driver_sql(_CONSTRAINTS):
        if kind == "PRIMARY KEY":
            primary[table] = tuple(names)
        elif kind == "FOREIGN KEY":
            foreign[table].append(ForeignKey(tuple(names), target, tuple(targets)))
        elif len(names) == 1:
            unique.add((table, names[0]))
    columns: defaultdict[str, list[Column]] = defaultdict(list)
    for table, name, type_, comment, nullable in connection.exec_driver_sql(_COLUMNS):
        may_be_null = bool(nullable) and name not in primary.get(table, ())
        columns[table].append(Column(name, type_, comment or "", may_be_null, (table, name) in unique))
    return [
        Table(name, tuple(columns[name]), primary.get(name, ()), tuple(foreign[name]), comment or "", bool(is_view))
        for name, comment, is_view in connection.exec_driver_sql(_OBJECTS)
    ]


def _unique_indexes(connection: sa.Connection) -> set[tuple[str, str]]:
    """Return the (table, column) pairs with a unique index; an index's expressions read `['"name"']`."""
    found = set()
    for table, expressions in connection.exec_driver_sql(_UNIQUE_INDEXES):
        text = (expressions or "").strip("[]").strip("'")
        inner = text.removeprefix('"').removesuffix('"')
        if text and '"' not in inner.replace('""', "") and "(" not in text:
            found.add((table, inner.replace('""', '"')))
    return found
