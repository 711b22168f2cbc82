"""Questions that need a subquery or a set operation: without any, above average, in both."""

from __future__ import annotations

from dataclasses import replace

from sqlwright.synth.catalog import TableInfo
from sqlwright.synth.paths import Edge
from sqlwright.synth.sampler import aggregates as agg
from sqlwright.synth.sampler.conditions import number, predicate, where
from sqlwright.synth.sampler.dice import Dice, items, label_items, projection
from sqlwright.synth.tree import (
    Aggregate,
    Both,
    Compare,
    Condition,
    Exists,
    InQuery,
    IsNull,
    Item,
    Join,
    Query,
    Scalar,
    SetOperation,
    Source,
)


def without(dice: Dice) -> Query | SetOperation | None:
    """The customers who never ordered: NOT IN, NOT EXISTS, LEFT JOIN ... IS NULL or EXCEPT."""
    drawn = _child(dice)
    if drawn is None:
        return None
    table, edge = drawn
    child = dice.catalog.table(edge.child)
    select = _what(dice, table)
    own = where(dice, table, simple=True, many=True) if dice.chance(0.25) else None
    if own is not None and not isinstance(own, Both):
        query = Query(items([edge.child_column]), Source(edge.child, _further(dice, child)))
        return Query(select, Source(table.name), where=Both("and", (own, InQuery(edge.parent_column, query, True))))
    inner = where(dice, child, (edge.child_column,), simple=True, many=True) if dice.chance(0.22) else None
    if getattr(inner, "negated", False) or getattr(inner, "op", "") == "<>":
        inner = None  # "without any that are not" is too many negations
    column = next(c for c in child.columns if c.node == edge.child_column)
    r = dice.random()
    if r < 0.05 and inner is None and not isinstance(select[0].expression, Aggregate):
        join = Join(edge.child, edge.parent_column, edge.child_column, outer=True)
        return Query(select, Source(table.name, (join,)), where=IsNull(child.key or edge.child_column))
    if r < 0.08 and inner is None:
        left = Query(items([edge.parent_column]), Source(table.name))
        return SetOperation("except", left, Query(items([edge.child_column]), Source(edge.child)))
    if r < 0.16 or column.has_nulls:
        return Query(select, Source(table.name), where=_exists(edge, inner, negated=True))
    joins = _further(dice, child) if inner is None else ()
    query = Query(items([edge.child_column]), Source(edge.child, joins), where=inner)
    return Query(select, Source(table.name), where=InQuery(edge.parent_column, query, negated=True))


def with_some(dice: Dice) -> Query | None:
    """The customers with an order over 100: IN or EXISTS."""
    drawn = _child(dice)
    if drawn is None:
        return None
    table, edge = drawn
    child = dice.catalog.table(edge.child)
    inner = where(dice, child, (edge.child_column,), simple=True, many=True)
    if inner is None:
        return None
    select = _what(dice, table)
    if dice.chance(0.2):
        return Query(select, Source(table.name), where=_exists(edge, inner, negated=False))
    query = Query(items([edge.child_column]), Source(edge.child), where=inner)
    return Query(select, Source(table.name), where=InQuery(edge.parent_column, query))


def against_average(dice: Dice) -> Query | None:
    """The products that cost more than the average."""
    table = dice.table()
    columns = [c for c in table.numbers if not c.year]
    if not columns:
        return None
    column = dice.pick(columns)
    function = dice.weighted((8, "avg"), (1, "max"), (1, "min"))
    inner = (
        where(dice, table, (column.node,), simple=True, many=True) if function != "avg" or dice.chance(0.1) else None
    )
    if function != "avg" and inner is None:
        return None
    scalar = Scalar(Query((Item(Aggregate(function, column.node)),), Source(table.name), where=inner))  # type: ignore[arg-type]
    op = ">" if dice.chance(0.7) else "<"
    select = (Item(agg.COUNT),) if dice.chance(0.22) else projection(dice, table, 2)
    compare = Compare(column.node, op, scalar)  # type: ignore[arg-type]
    path = dice.path(table, "U") if inner is None and dice.chance(0.45) else None
    if path is not None:
        theirs = where(dice, dice.end(path), simple=True)
        if theirs is not None and not isinstance(theirs, Both):
            return Query(select, Source(table.name, path.joins), where=Both("and", (theirs, compare)))
    return Query(select, Source(table.name), where=compare)


def extreme(dice: Dice) -> Query | None:
    """All products that have the highest price."""
    table = dice.table()
    columns = [*table.numbers, *table.dates]
    if not columns:
        return None
    column = dice.pick(columns)
    aggregate = Aggregate("max" if dice.chance(0.65) else "min", column.node)
    condition = None
    if dice.chance(0.15):
        condition = where(dice, table, (column.node,), simple=True, many=True)
    scalar = Scalar(Query((Item(aggregate),), Source(table.name), where=condition))
    equal: Condition = Compare(column.node, "=", scalar)
    if condition is not None:
        equal = Both("and", (condition, equal)) if not isinstance(condition, Both) else equal
    return Query(projection(dice, table, 2, avoid=(column.node,)), Source(table.name), where=equal)


def in_both(dice: Dice) -> SetOperation | None:
    """The cities with both active and closed customers."""
    table = dice.table()
    columns = [c for c in table.categories if not c.unique]
    if len(columns) < 1 or len(table.filters) < 2:
        return None
    column = dice.pick(columns)
    others = [c for c in table.filters if c is not column and c.role in ("category", "measure", "ordinal", "flag")]
    if not others:
        return None
    other = dice.pick(others)
    if other.role in ("category", "flag"):
        if len(other.values) < 2:
            return None
        first, second = dice.several(other.values, 2)
        left: Condition = Compare(other.node, "=", first)
        right: Condition = Compare(other.node, "=", second)
    else:
        left, right = number(dice, other), number(dice, other)
        if not (isinstance(left, Compare) and isinstance(right, Compare)):
            return None
        low, high = sorted((left.right, right.right), key=lambda value: float(value))  # type: ignore[arg-type]
        if low == high:
            return None
        left, right = Compare(other.node, ">", high), Compare(other.node, "<", low)
    op = "intersect" if dice.chance(0.6) else "except"
    base = Query(items([column.node]), Source(table.name))
    return SetOperation(op, replace(base, where=left), replace(base, where=right))  # type: ignore[arg-type]


def joined_both(dice: Dice) -> SetOperation | None:
    """The customers who ordered both one product and another."""
    table = dice.table()
    path = dice.path(table, "D", "DU", "DDU")
    if path is None or not table.named or not table.key:
        return None
    columns = [c for c in dice.end(path).filters if c.role in ("category", "name") and len(c.values) > 1]
    if not columns:
        return None
    column = dice.pick(columns)
    first, second = dice.several(column.values, 2)
    key = () if len(table.label) > 1 else table.label
    base = Query(items(key or table.label), Source(table.name, path.joins))
    op = "intersect" if dice.chance(0.6) else "except"
    left, right = Compare(column.node, "=", first), Compare(column.node, "=", second)
    return SetOperation(op, replace(base, where=left), replace(base, where=right))  # type: ignore[arg-type]


def union(dice: Dice) -> SetOperation | None:
    """The names of the customers in Berlin, together with those who are inactive."""
    table = dice.table()
    if not table.named or len(table.filters) < 2:
        return None
    one, two = dice.several(table.filters, 2)
    base = Query(label_items(table), Source(table.name))
    left, right = predicate(dice, one, plain=True, many=True), predicate(dice, two, plain=True, many=True)
    return SetOperation("union", replace(base, where=left), replace(base, where=right))


def _child(dice: Dice) -> tuple[TableInfo, Edge] | None:
    table = dice.table()
    if not table.children or not (table.named or table.show):
        return None
    return table, dice.pick(table.children)


def _further(dice: Dice, child: TableInfo) -> tuple[Join, ...]:
    """Return now and then a join to the child's own children: patients without any prescription of a visit."""
    path = dice.path(child, "D") if dice.chance(0.3) else None
    return path.joins[:1] if path is not None else ()


def _what(dice: Dice, table: TableInfo) -> tuple[Item, ...]:
    if dice.chance(0.22):
        return (Item(agg.COUNT),)
    return label_items(table) if table.named and dice.chance(0.6) else projection(dice, table, 2)


def _exists(edge: Edge, inner: Condition | None, *, negated: bool) -> Exists:
    """Return [NOT] EXISTS over the children of a row; the empty select prints as SELECT 1."""
    condition: Condition = Compare(edge.child_column, "=", edge.parent_column)
    if inner is not None:
        rest = inner.items if isinstance(inner, Both) and inner.op == "and" else (inner,)
        condition = Both("and", (condition, *rest))
    return Exists(Query((), Source(edge.child), where=condition), negated)
