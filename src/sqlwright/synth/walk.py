"""Look into a query tree: its nodes, literals, tables, columns and operators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlwright.synth import tree as t

_FIELDS: dict[type, tuple[str, ...]] = {}


def _fields(kind: type) -> tuple[str, ...]:
    names = _FIELDS.get(kind)
    if names is None:
        names = _FIELDS[kind] = tuple(getattr(kind, "__dataclass_fields__", ()))
    return names


def nodes(part: Any) -> Iterator[Any]:
    """Yield a node and every node below it, subqueries included, in the order of their fields."""
    if isinstance(part, tuple):
        for item in part:
            yield from nodes(item)
        return
    names = _fields(type(part))
    if not names:
        return
    yield part
    for name in names:
        yield from nodes(getattr(part, name))


def columns(tree: t.Tree) -> set[tuple[str, str]]:
    """Return the (table, column) pairs that a tree reads; those of a WITH query's own name are left out."""
    own = tree.name if isinstance(tree, t.With) else None
    return {(node.table, node.name) for node in nodes(tree) if isinstance(node, t.Column) and node.table != own}


def tables(tree: t.Tree) -> set[str]:
    """Return the tables that a tree reads."""
    own = tree.name if isinstance(tree, t.With) else None
    found = {node.table for node in nodes(tree) if isinstance(node, t.Source | t.Join)}
    return found - {own} if own else found


def operators(tree: t.Tree) -> set[str]:
    """Return what a tree uses, by the names of `sqlkit.operators`."""
    found: set[str] = set()
    for node in nodes(tree):
        found.update(_of(node))
    if isinstance(tree, t.SetOperation):
        found.add(tree.op)
    return found


_SIMPLE: dict[type, str] = {
    t.Between: "between",
    t.InList: "in",
    t.InQuery: "in",
    t.Like: "like",
    t.IsNull: "null",
    t.Exists: "exists",
    t.Scalar: "subquery",
    t.DatePart: "date",
    t.DaysBetween: "date",
    t.Arithmetic: "arithmetic",
    t.Case: "case",
    t.Window: "window",
    t.With: "cte",
    t.Aggregate: "aggregate",
}


def _of(node: Any) -> Iterator[str]:
    simple = _SIMPLE.get(type(node))
    if simple:
        yield simple
    if isinstance(node, t.InQuery | t.Exists):
        yield "subquery"
    if isinstance(node, t.Both) and node.op == "or":
        yield "or"
    if isinstance(node, t.Source) and node.joins:
        yield "join"
        if any(join.outer for join in node.joins):
            yield "left-join"
        if any(join.table == node.table for join in node.joins):
            yield "self-join"
    if isinstance(node, t.Query):
        clauses = {"group": node.group_by, "having": node.having, "order": node.order_by, "distinct": node.distinct}
        yield from (name for name, clause in clauses.items() if clause)
        if node.limit is not None:
            yield "limit"
