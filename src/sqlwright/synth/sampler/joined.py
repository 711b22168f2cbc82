"""Questions over tables joined along their keys.

The first table of the source is the subject: the rows that are listed or grouped. Where a join goes down to children,
the last child joined is what COUNT(*) counts; only its numbers may be summed, as joins repeat other rows.
"""

from __future__ import annotations

from dataclasses import replace

from sqlwright.synth.catalog import TableInfo
from sqlwright.synth.paths import Path
from sqlwright.synth.sampler import aggregates as agg
from sqlwright.synth.sampler.conditions import flat, pinned, used, where
from sqlwright.synth.sampler.dice import Dice, items, label_items, projection
from sqlwright.synth.tree import Aggregate, Both, Column, Condition, DatePart, Item, Join, Order, Query, Source

_UP = ("U", "UU", "UUU")
_DOWN = ("D", "DU", "DD", "DUU", "DDU")


def counted(dice: Dice, path: Path) -> TableInfo:
    """Return the table whose rows a join yields one by one: the last child joined, or the start."""
    down = path.directions.rfind("D")
    return dice.catalog.table(path.joins[down].table if down >= 0 else path.start)


def with_parent(dice: Dice) -> Query | None:
    """Orders with the name of their customer."""
    table, path = _start(dice, _UP)
    if path is None:
        return None
    if len(table.parents) > 1 and (table.link or not table.show or dice.chance(0.35)):
        return _both_parents(dice, table)
    end = dice.end(path)
    if not end.named or not table.show:
        return None
    own = projection(dice, table, 2)
    theirs = label_items(end)
    if dice.chance(0.25) and end.show:
        theirs = (*theirs, Item(dice.pick(end.show).node))
    select = (*own, *theirs) if dice.chance(0.6) else (*theirs, *own)
    condition: Condition | None = None
    if dice.chance(0.7):
        condition = where(dice, table if dice.chance(0.6) else end, simple=True, many=True)
        fixed = pinned(condition)
        select = tuple(item for item in select if item.expression not in fixed)
    order: tuple[Order, ...] = ()
    sortable = [c for c in (*table.numbers, *table.dates) if not c.has_nulls]
    if sortable and dice.chance(0.3):
        order = agg.by(dice.pick(sortable).node, dice.chance(0.6))
    return Query(select, _source(path), where=condition, order_by=order)


def _both_parents(dice: Dice, table: TableInfo) -> Query | None:
    """Draw which student attends which course, from the table between the two."""
    edges = [edge for edge in table.parents if dice.catalog.table(edge.parent).named]
    if len(edges) < 2:
        return None
    edges = dice.several(edges, 2)
    parents = [dice.catalog.table(edge.parent) for edge in edges]
    joins = tuple(Join(edge.parent, edge.child_column, edge.parent_column) for edge in edges)
    select = (*label_items(parents[0]), *label_items(parents[1]))
    if table.show and dice.chance(0.5):
        more = items(info.node for info in dice.several(table.show, 1 if dice.chance(0.6) else 2))
        select = (*select, *more) if dice.chance(0.6) else (*more, *select)
    condition = where(dice, dice.pick((*parents, table)), simple=dice.chance(0.7)) if dice.chance(0.75) else None
    if condition is not None and dice.chance(0.5):
        condition = _maybe_and(dice, condition, table, 1.0)
    fixed = pinned(condition)
    shown = tuple(item for item in select if item.expression not in fixed)
    return Query(shown, Source(table.name, joins), where=condition)


def by_parent(dice: Dice) -> Query | None:
    """The orders of customers in Berlin."""
    table, path = _start(dice, _UP)
    if path is None or not (table.named or table.show):
        return None
    condition = where(dice, dice.end(path), simple=dice.chance(0.7))
    if condition is None:
        return None
    condition = _maybe_and(dice, condition, table, 0.45)
    order = agg.by(dice.pick(table.numbers).node, dice.chance(0.6)) if table.numbers and dice.chance(0.15) else ()
    return Query(projection(dice, table, 2, pinned(condition)), _source(path), where=condition, order_by=order)


def by_child(dice: Dice) -> Query | None:
    """The customers who ordered a given product, or have an order over 100."""
    table, path = _start(dice, _DOWN)
    if path is None or not table.named:
        return None
    condition = where(dice, dice.end(path), simple=True)
    if condition is None:
        return None
    condition = _maybe_and(dice, condition, table, 0.3)
    select = label_items(table)
    if dice.chance(0.2) and table.show:
        select = (*select, Item(dice.pick(table.show).node))
    return Query(select, _source(path), distinct=True, where=condition)


def count(dice: Dice) -> Query | None:
    """How many orders customers in Berlin made; how many customers ordered a given product."""
    up = dice.chance(0.6)
    table, path = _start(dice, _UP if up else _DOWN)
    if path is None or not (up or table.key):
        return None
    condition = where(dice, dice.end(path), simple=dice.chance(0.8))
    if condition is None:
        return None
    subject = agg.COUNT if up else Aggregate("count", table.key, distinct=True)
    return Query((Item(subject),), _source(path), where=_maybe_and(dice, condition, table, 0.4))


def aggregate(dice: Dice) -> Query | None:
    """The total amount of the orders of customers in Berlin."""
    table, path = _start(dice, _UP)
    if path is None or not table.measures:
        return None
    condition = where(dice, dice.end(path), simple=True)
    if condition is None:
        return None
    condition = _maybe_and(dice, condition, table, 0.35)
    column = dice.pick(table.measures)
    select = [Item(agg.aggregate(dice, column))]
    if dice.chance(0.12):
        other = agg.aggregate(dice, column)
        if other != select[0].expression:
            select.append(Item(other))
    return Query(tuple(select), _source(path), where=condition)


def grouped(dice: Dice) -> Query | None:
    """How many orders each customer made, or the revenue by product category."""
    drawn = _group(dice)
    if drawn is None:
        return None
    columns, keys, subject, query, child = drawn
    select = [*columns, Item(subject)]
    if dice.chance(0.22) and child.measures and not subject.distinct:
        other = (
            agg.COUNT if subject != agg.COUNT and dice.chance(0.6) else agg.aggregate(dice, dice.pick(child.measures))
        )
        if other != subject and other.argument not in used(query.where):
            select.append(Item(other))
    order = agg.by(subject, dice.chance(0.75)) if dice.chance(0.25) else ()
    return replace(query, select=tuple(select), group_by=keys, order_by=order)


def group_having(dice: Dice) -> Query | None:
    """The customers with more than 3 orders."""
    drawn = _group(dice)
    if drawn is None:
        return None
    columns, keys, subject, query, _ = drawn
    table = _table_of(dice, subject, query)
    start = dice.catalog.table(query.source.table)
    groups = start.rows or 0 if len(keys) > 1 or keys == (start.key,) else agg.groups(dice, keys[0])
    limit = agg.having(dice, table, subject, groups)
    if limit is None:
        return None
    select = (*columns, Item(subject)) if dice.chance(0.5) else columns
    order = agg.by(subject, dice.chance(0.75)) if select is not columns and dice.chance(0.25) else ()
    return replace(query, select=select, group_by=keys, having=limit, order_by=order)


def group_top(dice: Dice) -> Query | None:
    """The customer with the most orders; the five products that brought in most."""
    drawn = _group(dice)
    if drawn is None:
        return None
    columns, keys, subject, query, _ = drawn
    select = (*columns, Item(subject)) if dice.chance(0.28) else columns
    order = agg.best(subject, dice.chance(0.85))
    return replace(query, select=select, group_by=keys, order_by=order, limit=agg.top(dice, 5))


def top(dice: Dice) -> Query | None:
    """The customer of the most expensive order; the newest order with its customer."""
    table, path = _start(dice, ("U", "UU"))
    if path is None:
        return None
    end = dice.end(path)
    columns = [c for c in (*table.numbers, *table.dates) if not c.has_nulls]
    if not columns or not end.named:
        return None
    column = dice.pick(columns)
    select = label_items(end)
    if dice.chance(0.3) and table.show:
        select = (*select, Item(dice.pick(table.show).node))
    condition = where(dice, table, (column.node,), simple=True, many=True) if dice.chance(0.15) else None
    order = agg.by(column.node, dice.chance(0.7))
    return Query(select, _source(path), where=condition, order_by=order, limit=agg.top(dice))


def with_zero(dice: Dice) -> Query | None:
    """How many orders each customer made, those without any included."""
    table, path = _start(dice, ("D",))
    if path is None or not table.named or not table.key:
        return None
    edge = path.edges[0]
    joins = (replace(path.joins[0], outer=True),)
    child = dice.end(path)
    subject = Aggregate("count", child.key or edge.child_column)
    keys = agg.entity_key(table)
    order = agg.by(subject, dice.chance(0.7)) if dice.chance(0.25) else ()
    return Query((*label_items(table), Item(subject)), Source(table.name, joins), group_by=keys, order_by=order)


def _group(
    dice: Dice,
) -> tuple[tuple[Item, ...], tuple[Column | DatePart, ...], Aggregate, Query, TableInfo] | None:
    """Draw what to group by, the keys, the aggregate, the bare query (source and condition), and the rows counted."""
    table, path = _start(dice, ("D", "D", "DD", "DU", "DDU"))
    if path is None:
        return None
    end, child = dice.end(path), counted(dice, path)
    columns: tuple[Item, ...]
    keys: tuple[Column | DatePart, ...]
    entity = table.named and table.key is not None and dice.chance(0.72)
    if entity:
        columns, keys = label_items(table), agg.entity_key(table)
    else:
        if not table.categories:
            return None
        key = dice.pick(table.categories).node
        columns, keys = (Item(key),), (key,)
    condition = where(dice, end, simple=dice.chance(0.8), many=True) if dice.chance(0.34) else None
    subject = agg.COUNT
    if end is child or condition is not None:
        if child.measures and dice.chance(0.5):
            column = dice.pick(child.measures)
            subject = agg.aggregate(dice, column, agg.GROUPED if column.summable else agg.GROUPED_MEAN)
    elif end.key and dice.chance(0.6):
        subject = Aggregate("count", end.key, distinct=True)
    else:
        return None
    if subject.argument in used(condition):
        condition = None
    if condition is not None and child is not end and dice.chance(0.3):
        more = _maybe_and(dice, condition, child, 1.0)
        condition = condition if subject.argument in used(more) else more
    return columns, keys, subject, Query((), _source(path), where=condition), child


def _table_of(dice: Dice, subject: Aggregate, query: Query) -> TableInfo:
    if isinstance(subject.argument, Column):
        return dice.catalog.table(subject.argument.table)
    return dice.catalog.table(query.source.joins[-1].table)


def _start(dice: Dice, directions: tuple[str, ...]) -> tuple[TableInfo, Path | None]:
    """Return a table and a way from it; a link table is a bad subject and seldom taken."""
    table = dice.table()
    path = dice.path(table, *directions)
    if path is None:
        table = dice.table()
        path = dice.path(table, *directions)
    return table, path


def _source(path: Path) -> Source:
    return Source(path.start, path.joins)


def _maybe_and(dice: Dice, condition: Condition, table: TableInfo, probability: float) -> Condition:
    """Return the condition, now and then with one or two on another table's own columns added."""
    parts = flat((condition,))
    if not dice.chance(probability) or len(parts) > 2 or (isinstance(condition, Both) and condition.op == "or"):
        return condition
    own = where(dice, table, simple=len(parts) > 1 or dice.chance(0.7), many=True)
    if own is None or (isinstance(own, Both) and own.op == "or"):
        return condition
    return Both("and", flat((condition, own)))
