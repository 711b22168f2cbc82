"""Give names the schema's own letter case, and tell SQLite's double-quoted strings from columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from sqlglot import exp

from sqlwright.sqlkit._scopes import Scope, Source, leftmost, scopes_of
from sqlwright.sqlkit.names import keeps_case

SETTLED = "settled"
"""Mark of an identifier that names a column, and so is no string."""
OWNED = "owned"
"""Mark of a qualified identifier, given a schema: whether its table has such a column, "yes", "no" or "unsure"."""
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
        column.this.meta[SETTLED] = True
        resolved = scope.resolve(column.table)
        if resolved:
            _settle_qualified(column, resolved[1], book)
        return
    # SQLite does not look outside a subquery for what its GROUP BY and ORDER BY name.
    around = [scope] if scope.clause_of(column) in ("group", "order") else list(scope.chain())
    spelled = next((found for nearby in around if (found := _spelling(nearby, column, book))), None)
    if spelled:
        _spell(column.this, spelled, book.dialect)
    elif book.dialect == "sqlite" and column.this.args.get("quoted"):
        text = not _names_something(column.name, around, book) if book.known else _cannot_be_a_name(column.name)
        if text:
            column.replace(exp.Literal.string(column.name))


def _settle_qualified(column: exp.Column, source: Source, book: NameBook) -> None:
    table = book.table(source.name) if source.kind == "table" else None
    if table and not source.alias:
        _spell(column.args["table"], table, book.dialect)
    spelled = _column_of(source, column.name, book)
    if spelled:
        column.this.meta[OWNED] = "yes"
        _spell(column.this, spelled, book.dialect)
    elif book.known:
        column.this.meta[OWNED] = "no" if _is_known(source, book) else "unsure"


def _spelling(scope: Scope, column: exp.Column, book: NameBook) -> str | None:
    """Return how the SELECT spells this name: as one of its output aliases, or as a column of a table that it reads.

    An output alias is not in sight of the select list itself.
    """
    name = column.name
    if scope.clause_of(column) != "expressions":
        for item in scope.select.expressions:
            if isinstance(item, exp.Alias) and item.alias.lower() == name.lower():
                return str(item.alias)
    return next((found for source in scope.sources if (found := _column_of(source, name, book))), None)


def _column_of(source: Source, name: str, book: NameBook) -> str | None:
    """Return the spelling of a source's column, or None when it has none of this name as far as is known."""
    if source.kind == "table":
        return book.column(source.name, name)
    outputs = _outputs(source)
    return next((output for output in outputs or () if output.lower() == name.lower()), None)


def _names_something(name: str, scopes: list[Scope], book: NameBook) -> bool:
    """Return whether a source in sight has, or could have, a column of this name."""
    if name.lower() in _ROWID:
        return True
    sources = [source for scope in scopes for source in scope.sources]
    return any(_column_of(source, name, book) or not _is_known(source, book) for source in sources)


def _is_known(source: Source, book: NameBook) -> bool:
    """Return whether all columns of a source are known."""
    return book.table(source.name) is not None if source.kind == "table" else _outputs(source) is not None


def _outputs(source: Source) -> list[str] | None:
    """Return the column names of a derived table or CTE; None when a star or a table function hides them."""
    definition = _definition(source)
    first = leftmost(definition.this) if definition is not None else None
    if definition is None or not isinstance(first, exp.Select):
        return None
    alias = definition.args.get("alias")
    if alias is not None and alias.args.get("columns"):
        return [str(name.name) for name in alias.args["columns"]]
    if any(item.is_star for item in first.expressions):
        return None
    return [item.alias_or_name for item in first.expressions]


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
