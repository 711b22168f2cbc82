"""Which SELECT a column stands in, and which table its qualifier names.

This is the little of name resolution that rewriting aliases needs. Where a statement uses what is not covered here, the
resolver says so (`Scopes.settled` is False) and the caller leaves the names alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from sqlglot import exp


@dataclass(eq=False, slots=True)
class Source:
    """One item of a FROM clause."""

    node: exp.Expr
    kind: Literal["table", "cte", "derived", "other"]
    name: str
    """The table's or CTE's own name; empty for a derived table and for a table function."""
    alias: str

    @property
    def exposed(self) -> str:
        """The lower-case name that columns may be qualified with."""
        return (self.alias or self.name).lower()


@dataclass(eq=False, slots=True)
class Scope:
    """A SELECT, what it reads from, and the columns that stand directly in it."""

    select: exp.Select
    parent: Scope | None
    sources: list[Source] = field(default_factory=list)
    columns: list[exp.Column] = field(default_factory=list)

    def chain(self) -> Iterator[Scope]:
        """Yield this scope and those around it, innermost first."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def resolve(self, qualifier: str) -> tuple[Scope, Source] | None:
        """Return the nearest source that is exposed under this name, with its scope."""
        wanted = qualifier.lower()
        for scope in self.chain():
            for source in scope.sources:
                if source.exposed == wanted:
                    return scope, source
        return None

    def clause_of(self, node: exp.Expr) -> str:
        """Return the SELECT's clause ("expressions", "where", "order", ...) that holds a node; empty when none does."""
        while node.parent is not None and node.parent is not self.select:
            node = node.parent
        return node.arg_key or "" if node.parent is self.select else ""

    def output_names(self) -> set[str]:
        """Return the lower-case aliases given in this SELECT's list."""
        return {item.alias.lower() for item in self.select.expressions if isinstance(item, exp.Alias)}


@dataclass(eq=False, slots=True)
class Scopes:
    """All scopes of a statement, outermost first."""

    all: list[Scope] = field(default_factory=list)
    cte_names: set[str] = field(default_factory=set)
    settled: bool = True
    """False where a column's qualifier names no source in sight, so that renaming could break something."""


def scopes_of(tree: exp.Expr) -> Scopes:
    """Return the scopes of a statement."""
    found = Scopes(cte_names={cte.alias.lower() for cte in tree.find_all(exp.CTE)})
    _visit(tree, None, found)
    for scope in found.all:
        for column in scope.columns:
            if column.args.get("db") or (column.table and scope.resolve(column.table) is None):
                found.settled = False
    return found


def leftmost(query: exp.Expr) -> exp.Expr:
    """Return the first SELECT of a set operation, which names its columns."""
    while isinstance(query, (exp.SetOperation, exp.Subquery)):
        query = query.this
    return query


def _visit(node: exp.Expr, scope: Scope | None, found: Scopes) -> None:
    if isinstance(node, exp.Select):
        scope = Scope(node, scope)
        scope.sources = list(_sources(node, found.cte_names))
        found.all.append(scope)
    elif isinstance(node, exp.SetOperation):
        _visit_set_operation(node, scope, found)
        return
    elif isinstance(node, exp.Column):
        if scope is not None:
            scope.columns.append(node)
        elif node.table:
            found.settled = False
    for child in node.iter_expressions():
        _visit(child, scope, found)


def _visit_set_operation(node: exp.SetOperation, scope: Scope | None, found: Scopes) -> None:
    """Visit both sides, then ORDER BY and the like, whose names are those of the first SELECT."""
    sides = [node.this, node.expression]
    for side in sides:
        _visit(side, scope, found)
    first = leftmost(node)
    inner = next((known for known in found.all if known.select is first), scope)
    for child in node.iter_expressions():
        if child not in sides or all(child is not side for side in sides):
            _visit(child, scope if isinstance(child, exp.With) else inner, found)


def _sources(select: exp.Select, ctes: set[str]) -> Iterator[Source]:
    clause = select.args.get("from_")
    if clause is not None:
        yield from _source(clause.this, ctes)
    for join in select.args.get("joins") or ():
        yield from _source(join.this, ctes)
    for lateral in select.args.get("laterals") or ():
        yield Source(lateral, "other", "", lateral.alias)


def _source(node: exp.Expr, ctes: set[str]) -> Iterator[Source]:
    nested = node.args.get("joins") or ()
    if isinstance(node, exp.Table):
        if not isinstance(node.this, exp.Identifier) or node.args.get("pivots"):
            yield Source(node, "other", "", node.alias or node.name)
        elif not node.db and node.name.lower() in ctes:
            yield Source(node, "cte", node.name, node.alias)
        else:
            yield Source(node, "table", node.name, node.alias)
    elif isinstance(node, exp.Subquery) and not isinstance(node.this, exp.Query) and not node.alias:
        yield from _source(node.this, ctes)
    elif isinstance(node, exp.Subquery) and isinstance(node.this, exp.Query) and not node.args.get("pivots"):
        yield Source(node, "derived", "", node.alias)
    else:
        yield Source(node, "other", "", node.alias)
    for join in nested:
        yield from _source(join.this, ctes)
