"""Read the tables of a SQLite database in the order of their creation, with the comments of their CREATE statements."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from dataclasses import replace

import sqlalchemy as sa

from sqlwright.errors import SchemaError
from sqlwright.schema.ddl_tokens import read_body, tokenize
from sqlwright.schema.model import Column, ForeignKey, Table

_OBJECTS = r"""
    SELECT name, type, sql FROM sqlite_master
    WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY rowid"""
_COLUMNS = """
    SELECT m.name, c.name, c.type, c."notnull", c.pk FROM sqlite_master AS m JOIN pragma_table_xinfo(m.name) AS c
    WHERE m.type = 'table' AND c.hidden <> 1 ORDER BY m.rowid, c.cid"""
_VIEW_COLUMNS = "SELECT name, type FROM pragma_table_xinfo(?) ORDER BY cid"
_FOREIGN_KEYS = """
    SELECT m.name, k.id, k."table", k."from", k."to" FROM sqlite_master AS m JOIN pragma_foreign_key_list(m.name) AS k
    WHERE m.type = 'table' ORDER BY m.rowid, k.id DESC, k.seq"""
_UNIQUE = """
    SELECT m.name, min(c.name) FROM sqlite_master AS m JOIN pragma_index_list(m.name) AS i
    JOIN pragma_index_info(i.name) AS c
    WHERE m.type = 'table' AND i."unique" AND NOT i.partial AND i.origin <> 'pk'
    GROUP BY m.name, i.name HAVING count(*) = 1 AND min(c.name) IS NOT NULL"""
_SHADOWS = "SELECT name FROM pragma_table_list WHERE type = 'shadow'"


def read_sqlite(connection: sa.Connection) -> list[Table]:
    """Return the tables and views; a view that no longer works, and what belongs to a virtual table, is left out."""
    objects = connection.exec_driver_sql(_OBJECTS).all()
    columns: defaultdict[str, list[Column]] = defaultdict(list)
    primary: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    unique = {tuple(row) for row in connection.exec_driver_sql(_UNIQUE)}
    for table, name, type_, not_null, key in connection.exec_driver_sql(_COLUMNS):
        columns[table].append(Column(name, type_, nullable=not not_null and not key, unique=(table, name) in unique))
        if key:
            primary[table].append((key, name))
    foreign = _foreign_keys(connection)
    shadows = _shadows(connection)
    tables = []
    for name, kind, sql in objects:
        if kind == "view":
            tables.append(Table(name, _view_columns(connection, name), is_view=True))
        elif name not in shadows:
            key = tuple(column for _, column in sorted(primary[name]))
            tables.append(_with_comments(Table(name, tuple(columns[name]), key, tuple(foreign[name])), sql or ""))
    return tables


def _view_columns(connection: sa.Connection, view: str) -> tuple[Column, ...]:
    try:
        return tuple(Column(name, type_) for name, type_ in connection.exec_driver_sql(_VIEW_COLUMNS, (view,)))
    except sa.exc.DBAPIError:  # it reads a table or function that is gone
        return ()


def _foreign_keys(connection: sa.Connection) -> defaultdict[str, list[ForeignKey]]:
    keys: dict[tuple[str, int], ForeignKey] = {}
    for table, number, target, column, target_column in connection.exec_driver_sql(_FOREIGN_KEYS):
        key = keys.get((table, number), ForeignKey((), target, ()))
        targets = (*key.target_columns, target_column) if target_column else ()
        keys[table, number] = ForeignKey((*key.columns, column), target, targets)
    by_table: defaultdict[str, list[ForeignKey]] = defaultdict(list)
    for (table, _), key in keys.items():
        by_table[table].append(key)
    return by_table


def _shadows(connection: sa.Connection) -> set[str]:
    if sqlite3.sqlite_version_info < (3, 37):
        return set()
    return set(connection.exec_driver_sql(_SHADOWS).scalars())


def _with_comments(table: Table, sql: str) -> Table:
    if "--" not in sql and "/*" not in sql:
        return table
    try:
        body = read_body(tokenize(sql, "sqlite"), sql)
    except SchemaError:
        return table
    if body is None:
        return table
    comments = {name: item.comment for name, item in body.items.items()}
    columns = tuple(replace(column, comment=comments.get(column.name, "")) for column in table.columns)
    return replace(table, columns=columns, comment=body.comment)
