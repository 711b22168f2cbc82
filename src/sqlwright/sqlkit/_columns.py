"""Give names the schema's own letter case, and tell SQLite's double-quoted strings from columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from sqlglot import exp

from sqlwright.sqlkit._scopes import Scope, Source, leftmost, scopes_of
from sqlwright.sqlkit.names import keeps_case

SETTLED = "settled"
"""Mark of an identifier that is known to name a column, and so is no string."""
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
    around = scope.chain()
    spelled = next((found for nearby in around if (found := _spelling(nearby, column.name, book))), None)
    if spelled:
        _spell(column.this, spelled, book.dialect)
    elif book.dialect == "sqlite" and column.this.args.get("quoted"):
        text = not _names_something(column.name, scope, book) if book.known else _cannot_be_a_name(column.name)
        if text:
            column.replace(exp.Literal.string(column.name))


def _spelling(scope: Scope, name: str, book: NameBook) -> str | None:
    """Return how the SELECT spells this name: as one of its output aliases, or as a column of a table that it reads."""
    wanted = name.lower()
    for item in scope.select.expressions:
        if isinstance(item, exp.Alias) and item.alias.lower() == wanted:
            return str(item.alias)
    return next((found for s in scope.sources if s.kind == "table" and (found := book.column(s.name, name))), None)


def _names_something(name: str, scope: Scope, book: NameBook) -> bool:
    """Return whether a source in sight has, or could have, a column of this name."""
    wanted = name.lower()
    return wanted in _ROWID or any(
        _offers(source, wanted, book) for around in scope.chain() for source in around.sources
    )


def _offers(source: Source, wanted: str, book: NameBook) -> bool:
    if source.kind == "table":
        return book.table(source.name) is None or wanted in book.columns(source.name)
    definition = _definition(source)
    first = leftmost(definition.this) if definition is not None else None
    if definition is None or not isinstance(first, exp.Select):
        return True
    alias = definition.args.get("alias")
    if alias is not None and alias.args.get("columns"):
        return any(name.name.lower() == wanted for name in alias.args["columns"])
    return any(item.is_star or item.alias_or_name.lower() == wanted for item in first.expressions)


def _definition(source: Source) -> exp.Expr | None:
    """Return the derived table or CTE behind a source."""
    if source.kind == "derived":
        return source.node
    if source.kind != "cte":
        return None
    ctes = source.node.root().find_all(exp.CTE)
    return next((cte for cte in ctes if cte.alias.lower() == source.name.lower()), None)


def _cannot_be_a_name(text: str) -> bool:
    return not text.strip() or "%" in text


def _spell(name: exp.Identifier, spelled: str, dialect: str) -> None:
    """Write the identifier with the schema's letters, where the dialect takes both for the same name."""
    name.meta[SETTLED] = True
    if keeps_case("A", dialect) and keeps_case("a", dialect):
        name.set("this", spelled)
