"""The `ddl` rendering: CREATE TABLE statements in the schema's dialect, which `parse_ddl` reads back as they were.

    CREATE TABLE author (
        id INTEGER PRIMARY KEY, -- number in the catalogue
        name TEXT NOT NULL /* e.g. 'Ann', 'Bo' */
    );

Comments take the dialect's own form: COMMENT '...' in MySQL, COMMENT ON in PostgreSQL, DuckDB and Oracle, `--` at the
end of the line in others. A view has no body here: it is written as a table, marked `/* view */`.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from sqlwright.schema.ddl_tokens import VIEW_MARK
from sqlwright.schema.model import Column, ForeignKey, Schema, Table
from sqlwright.sqlkit.names import identifier

_COMMENT_ON = frozenset({"postgres", "duckdb", "oracle", "redshift", "snowflake"})
_COMMENT_INLINE = frozenset({"mysql", "doris", "starrocks", "databricks", "spark", "hive", "bigquery"})
_CLAUSES = frozenset({"KEY", "INDEX", "FULLTEXT", "SPATIAL", "EXCLUDE", "PERIOD", "LIKE"})


def render_ddl(schema: Schema) -> str:
    """Return one CREATE TABLE statement a table, separated by blank lines."""
    return "\n\n".join(_table(table, schema.dialect) for table in schema.tables)


def quoted(name: str, dialect: str) -> str:
    """Return an identifier as canonical SQL has it, quoted too where the bare word could begin a constraint."""
    if name.upper() in _CLAUSES:
        return exp.to_identifier(name, quoted=True).sql(dialect=dialect)
    return identifier(name, dialect)


def _table(table: Table, dialect: str) -> str:
    in_line = dialect not in _COMMENT_ON and dialect not in _COMMENT_INLINE
    mark = f"/* {VIEW_MARK} */ " if table.is_view else ""
    comment = f" -- {_line(table.comment)}" if table.comment and in_line else ""
    single = table.primary_key[0] if len(table.primary_key) == 1 else ""
    parts = [(_column(column, column.name == single, dialect), _notes(column, in_line)) for column in table.columns]
    parts += [(text, "") for text in _constraints(table, dialect)]
    lines = [f"    {text}{'' if i == len(parts) else ','}{notes}" for i, (text, notes) in enumerate(parts, 1)]
    after = f" COMMENT={_string(table.comment, dialect)}" if table.comment and dialect in _COMMENT_INLINE else ""
    statement = [f"CREATE TABLE {mark}{quoted(table.name, dialect)} ({comment}", *lines, f"){after};"]
    return "\n".join([*statement, *(_comments_on(table, dialect) if dialect in _COMMENT_ON else ())])


def _column(column: Column, is_key: bool, dialect: str) -> str:
    words = [quoted(column.name, dialect)]
    if column.type:
        words.append(column.type)
    if is_key:
        words.append("PRIMARY KEY")
    elif not column.nullable:
        words.append("NOT NULL")
    if column.unique:
        words.append("UNIQUE")
    if column.comment and dialect in _COMMENT_INLINE:
        words.append(f"COMMENT {_string(column.comment, dialect)}")
    return " ".join(words)


def _notes(column: Column, in_line: bool) -> str:
    """Return what stands after a column on its line: sample values, then the comment where comments are `--`."""
    quoted_samples = ", ".join("'" + sample.replace("'", "''") + "'" for sample in map(_line, column.samples))
    samples = f" /* e.g. {quoted_samples.replace('*/', '* /')} */" if column.samples else ""
    return samples + (f" -- {_line(column.comment)}" if column.comment and in_line else "")


def _constraints(table: Table, dialect: str) -> Iterable[str]:
    if len(table.primary_key) > 1:
        yield f"PRIMARY KEY ({_names(table.primary_key, dialect)})"
    for key in table.foreign_keys:
        yield _foreign_key(key, dialect)


def _foreign_key(key: ForeignKey, dialect: str) -> str:
    target = f"{quoted(key.target_table, dialect)} ({_names(key.target_columns, dialect)})"
    return f"FOREIGN KEY ({_names(key.columns, dialect)}) REFERENCES {target}"


def _comments_on(table: Table, dialect: str) -> Iterable[str]:
    name = quoted(table.name, dialect)
    if table.comment:
        yield f"COMMENT ON TABLE {name} IS {_string(table.comment, dialect)};"
    for column in table.columns:
        if column.comment:
            where = f"{name}.{quoted(column.name, dialect)}"
            yield f"COMMENT ON COLUMN {where} IS {_string(column.comment, dialect)};"


def _names(names: Iterable[str], dialect: str) -> str:
    return ", ".join(quoted(name, dialect) for name in names)


def _string(text: str, dialect: str) -> str:
    return exp.Literal.string(text).sql(dialect=dialect)


def _line(text: str) -> str:
    return " ".join(text.split())
