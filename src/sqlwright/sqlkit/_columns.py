"""Give names the schema's own letter case, and tell SQLite's double-quoted strings from columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from sqlglot import exp

from sqlwright.sqlkit._scopes import Scope, Source, leftmost, scopes_of
from sqlwright.sqlkit.names import keeps_case

_ROWID = frozenset({"rowid", "oid", "_rowid_"})


class NameBook:
    """The tables and columns of a database, looked up as the dialect compares names."""

    def __init__(self, columns: Mapping[str, Sequence[str]] | None, dialect: str) -> None:
        self.dialect = dialect
        self.known = columns is not None
        self._columns = columns or {}

    @cached_property
    def _tables(self) -> dict[str, str]:
        return {table.lower(): table for table in self._columns}

    @cached_property
    def _names(self) -> dict[str, dict[str, str]]:
        return {table.lower(): {name.lower(): name for name in names} for table, names in self._columns.items()}

    def table(self, name: str) -> str | None:
        """Return the schema's spelling of a table, or None."""
        return self._tables.get(name.lower())

    def column(self, table: str, name: str) -> str | None:
        """Return the schema's spelling of a table's column, or None."""
        return self._names.get(table.lower(), {}).get(name.lower())

    def columns(self, table: str) -> Mapping[str, str]:
        """Return a table's columns by their lower-case name."""
        return self._names.get(table.lower(), {})


def settle_names(tree: exp.Expr, book: NameBook) -> None:
    """Turn double-quoted strings into strings, and spell tables and columns as the schema does."""
    if book.dialect != "sqlite" and not book.known:
        return
    scopes = scopes_of(tree)
    for scope in scopes.all:
        for column in scope.columns:
            if isinstance(column.this, exp.Identifier):
                _settle_column(column, scope, book)
    for scope in scopes.all:
        for source in scope.sources:
            spelled = book.table(source.name) if source.kind == "table" else None
            if spelled:
                _spell(source.node.this, spelled, book.dialect)
                if not source.alias:
                    source.name = spelled


def _settle_column(column: exp.Column, scope: Scope, book: NameBook) -> None:
    if column.table:
        resolved = scope.resolve(column.table)
        source = resolved[1] if resolved else None
        spelled = book.column(source.name, column.name) if source and source.kind == "table" else None
        table = book.table(source.name) if source and source.kind == "table" and not source.alias else None
        if spelled:
            _spell(column.this, spelled, book.dialect)
        if table:
            _spell(column.args["table"], table, book.dialect)
        return
    quoted = bool(column.this.args.get("quoted"))
    if not book.known:
        if quoted and _cannot_be_a_name(column.name):
            column.replace(exp.Literal.string(column.name))
        return
    spelled = next((found for around in scope.chain() if (found := _spelling(around, column.name, book))), None)
    if spelled:
        _spell(column.this, spelled, book.dialect)
    elif quoted and book.dialect == "sqlite" and not _names_something(column.name, scope, book):
        column.replace(exp.Literal.string(column.name))


def _spelling(scope: Scope, name: str, book: NameBook) -> str | None:
    if name.lower() in scope.output_names():
        return next(item.alias for item in scope.select.expressions if item.alias.lower() == name.lower())
    return next((found for s in scope.sources if s.kind == "table" and (found := book.column(s.name, name))), None)


def _names_something(name: str, scope: Scope, book: NameBook) -> bool:
    """Return whether a source in sight has, or could have, a column of this name."""
    wanted = name.lower()
    return wanted in _ROWID or any(
        _offers(source, wanted, book, 0) for around in scope.chain() for source in around.sources
    )


def _offers(source: Source, wanted: str, book: NameBook, depth: int) -> bool:
    if source.kind == "table":
        return book.table(source.name) is None or wanted in book.columns(source.name)
    if source.kind == "other" or depth > 8:
        return True
    body = _body(source)
    first = leftmost(body) if body is not None else None
    if not isinstance(first, exp.Select):
        return True
    alias = (
        source.node.args.get("alias") if source.kind == "derived" else first.find_ancestor(exp.CTE).args.get("alias")
    )
    if alias is not None and alias.args.get("columns"):
        return any(name.name.lower() == wanted for name in alias.args["columns"])
    if any(item.alias_or_name.lower() == wanted for item in first.expressions):
        return True
    return any(item.is_star for item in first.expressions)


def _body(source: Source) -> exp.Expr | None:
    if source.kind == "derived":
        return source.node.this
    root = source.node.root()
    return next((cte.this for cte in root.find_all(exp.CTE) if cte.alias.lower() == source.name.lower()), None)


def _cannot_be_a_name(text: str) -> bool:
    return not text.strip() or "%" in text


def _spell(name: exp.Identifier, spelled: str, dialect: str) -> None:
    """Write the identifier with the schema's letters, where the dialect takes both for the same name."""
    if name.this == spelled:
        if dialect != "sqlite" or not name.args.get("quoted"):
            return
    if keeps_case("A", dialect) and keeps_case("a", dialect):
        name.set("this", spelled)
