"""The last step of every schema source: names spelled one way and keys that point somewhere.

Sources hand in tables as they read them; databases spell a column one way in its table and another in a constraint, and
let a foreign key leave out the columns it points to. `resolve` returns a `Schema` without such loose ends.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from sqlwright.errors import SchemaError
from sqlwright.schema.model import ForeignKey, Schema, Table


def resolve(db_id: str, tables: Iterable[Table], dialect: str) -> Schema:
    """Return the schema of these tables, with keys completed.

    Names in keys get the spelling of the column or table they mean; a foreign key without target columns points to the
    target's primary key; one that repeats another, or points to a table or column that is not there, is dropped. So is
    a table without columns.
    """
    known = Schema(db_id, tuple(table for table in tables if table.columns), dialect)
    return replace(known, tables=tuple(_resolve_table(table, known) for table in known.tables))


def _resolve_table(table: Table, schema: Schema) -> Table:
    if not table.primary_key and not table.foreign_keys:
        return table
    keys = dict.fromkeys(key for each in table.foreign_keys if (key := _resolve_key(each, table, schema)))
    primary = tuple(table.column(name).name for name in table.primary_key if table.has(name))
    return replace(table, primary_key=primary, foreign_keys=tuple(keys))


def _resolve_key(key: ForeignKey, table: Table, schema: Schema) -> ForeignKey | None:
    if not schema.has(key.target_table):
        return None
    target = schema.table(key.target_table)
    targets = key.target_columns or target.primary_key
    if not key.columns or len(targets) != len(key.columns):
        return None
    if not all(map(table.has, key.columns)) or not all(map(target.has, targets)):
        return None
    return ForeignKey(
        tuple(table.column(name).name for name in key.columns),
        target.name,
        tuple(target.column(name).name for name in targets),
    )


def subset(schema: Schema, tables: Collection[str]) -> Schema:
    """Return the schema with only these tables, in its own order; foreign keys that leave them are dropped.

    Raises:
        SchemaError: the schema has no table of one of the names (whatever its case).
    """
    wanted = {schema.table(name).name for name in tables}
    return replace(schema, tables=tuple(_within(table, wanted) for table in schema.tables if table.name in wanted))


def _within(table: Table, wanted: Collection[str]) -> Table:
    keys = tuple(key for key in table.foreign_keys if key.target_table in wanted)
    return table if len(keys) == len(table.foreign_keys) else replace(table, foreign_keys=keys)


def require_tables(schema: Schema, where: str) -> Schema:
    """Return the schema. Raises SchemaError when it has no table; `where` (a URL, a file) is in the message."""
    if not schema.tables:
        raise SchemaError(f"{where}: no tables found; check that it is the right database, file and dialect")
    return schema
