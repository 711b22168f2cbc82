"""The `m-schema` rendering: M-Schema, as XiYan-SQL's models read it.

    【DB_ID】 library
    【Schema】
    # Table: book, what can be borrowed
    [
    (id:INTEGER, Primary Key, Examples: [1, 2]),
    (author_id:INTEGER, who wrote it)
    ]
    【Foreign keys】
    book.author_id=author.id

Source: Gao et al. 2024, "A Preview of XiYan-SQL", section 3.1, and its repository M-Schema.
"""

from __future__ import annotations

from sqlwright.schema.model import Column, Schema, Table


def render_m_schema(schema: Schema) -> str:
    """Return the schema as M-Schema text; types are in capitals and without lengths, as the original has them."""
    lines = [f"【DB_ID】 {schema.db_id}", "【Schema】"]
    for table in schema.tables:
        lines += _table(table)
    references = [
        f"{table.name}.{column}={key.target_table}.{target}"
        for table in schema.tables
        for key in table.foreign_keys
        for column, target in zip(key.columns, key.target_columns, strict=True)
    ]
    if references:
        lines += ["【Foreign keys】", *references]
    return "\n".join(lines)


def _table(table: Table) -> list[str]:
    comment = f", {_line(table.comment)}" if table.comment else ""
    columns = ",\n".join(_column(column, column.name in table.primary_key) for column in table.columns)
    return [f"# Table: {table.name}{comment}", "[", columns, "]"]


def _column(column: Column, is_key: bool) -> str:
    parts = [f"{column.name}:{column.type.partition('(')[0].strip().upper()}"]
    if column.comment:
        parts.append(_line(column.comment))
    if is_key:
        parts.append("Primary Key")
    if column.samples:
        parts.append(f"Examples: [{', '.join(map(_line, column.samples))}]")
    return f"({', '.join(parts)})"


def _line(text: str) -> str:
    return " ".join(text.split())
