"""The `natural` rendering: DB-GPT-Hub's sentences about a database.

    library contains tables such as author, book. Table author has columns such as id, name. id is the primary key.
    Table book has columns such as id, author_id. id is the primary key.
    The author_id of book is the foreign key of id of author.

All of it is one line. Comments, sample values and (on request) kinds follow a name in parentheses, which the original
form does not have: `name (text, as on the passport, such as Ann)`.
"""

from __future__ import annotations

from sqlwright.schema.model import Column, ForeignKey, Schema, Table


def render_natural(schema: Schema, *, types: bool = False) -> str:
    """Return the schema as sentences; `types` adds each column's kind ("number", "text", ...)."""
    tables = ", ".join(table.name for table in schema.tables)
    sentences = [f"{schema.db_id} contains tables such as {tables}."]
    sentences += [_table(table, types) for table in schema.tables]
    sentences += [_reference(table, key) for table in schema.tables for key in table.foreign_keys]
    return " ".join(sentences)


def _table(table: Table, types: bool) -> str:
    name = f"{table.name} ({_line(table.comment)})" if table.comment else table.name
    text = f"Table {name} has columns such as {', '.join(_column(column, types) for column in table.columns)}."
    if table.primary_key:
        text += f" {' and '.join(table.primary_key)} {'is' if len(table.primary_key) == 1 else 'are'} the primary key."
    return text


def _column(column: Column, types: bool) -> str:
    notes = [column.kind] if types else []
    if column.comment:
        notes.append(_line(column.comment))
    if column.samples:
        notes.append(f"such as {', '.join(map(_line, column.samples))}")
    return f"{column.name} ({', '.join(notes)})" if notes else column.name


def _reference(table: Table, key: ForeignKey) -> str:
    columns, targets = " and ".join(key.columns), " and ".join(key.target_columns)
    return f"The {columns} of {table.name} is the foreign key of {targets} of {key.target_table}."


def _line(text: str) -> str:
    return " ".join(text.split())
