"""The columns of a CREATE VIEW or CREATE TABLE ... AS: named by its query, with the types of the columns they show."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope

from sqlwright.schema.model import Column, Table


def view_columns(tree: exp.Create, tables: Iterable[Table], dialect: str) -> tuple[Column, ...]:
    """Return a view's columns; the type and comment are empty where the query computes the value.

    Args:
        tree: the CREATE statement, with a query.
        tables: the tables that are known so far, which resolve `*` and give types.
        dialect: sqlglot's name of the dialect.
    """
    known = {table.name.lower(): table for table in tables}
    shown = _shown(tree.expression, known, dialect)
    if isinstance(tree.this, exp.Schema) and tree.this.expressions:
        named = [each.name for each in tree.this.expressions]
        types = [column.type for column in shown] + [""] * len(named)
        return tuple(Column(name, type_) for name, type_ in zip(named, types, strict=False))
    return shown


def _shown(query: exp.Expr, known: dict[str, Table], dialect: str) -> tuple[Column, ...]:
    names: dict[str, object] = {
        name: {column.name: "unknown" for column in table.columns} for name, table in known.items()
    }
    try:
        full = qualify(
            query.copy(), schema=names, dialect=dialect, quote_identifiers=False, validate_qualify_columns=False
        )
        scope = build_scope(full)
    except SqlglotError:
        scope = None
    if scope is None or not isinstance(scope.expression, exp.Query):
        return tuple(Column(name) for name in getattr(query, "named_selects", ()) if name != "*")
    columns = []
    for part in scope.expression.selects:
        inner = part.unalias()
        source = scope.sources.get(inner.table) if isinstance(inner, exp.Column) else None
        origin = known.get(source.name.lower()) if isinstance(source, exp.Table) else None
        found = origin.column(inner.name) if origin and origin.has(inner.name) else None
        name = found.name if found and found.name.lower() == part.alias_or_name.lower() else part.alias_or_name
        columns.append(Column(name, found.type if found else "", found.comment if found else ""))
    return tuple(columns)
