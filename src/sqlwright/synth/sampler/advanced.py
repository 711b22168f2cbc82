"""Rarer questions: self-joins, CASE, arithmetic, common table expressions, window functions."""

from __future__ import annotations

from dataclasses import replace

from sqlwright.synth._roles import words_of
from sqlwright.synth.catalog import TableInfo
from sqlwright.synth.sampler import aggregates as agg
from sqlwright.synth.sampler.conditions import threshold, where
from sqlwright.synth.sampler.dice import Dice, items, label_items
from sqlwright.synth.tree import (
    Aggregate,
    Arithmetic,
    Case,
    Column,
    Compare,
    Item,
    Join,
    Query,
    Source,
    Window,
    With,
)

_LEVELS = {
    "price": ("expensive", "cheap"), "cost": ("expensive", "cheap"), "age": ("old", "young"),
    "height": ("tall", "short"), "weight": ("heavy", "light"), "duration": ("long", "short"),
    "length": ("long", "short"), "temperature": ("hot", "cold"), "speed": ("fast", "slow"),
    "size": ("large", "small"), "population": ("large", "small"), "capacity": ("large", "small"),
}  # fmt: skip


def superior(dice: Dice) -> Query | None:
    """Each employee with the name of the manager; the employees who earn more than their manager."""
    tables = [table for table in dice.catalog.tables if table.selves and table.label]
    if not tables:
        return None
    table = dice.pick(tables)
    edge = table.selves[0]
    left, right = replace(edge.child_column, alias="T1"), replace(edge.parent_column, alias="T2")
    source = Source(table.name, (Join(table.name, left, right, alias="T2"),), alias="T1")
    mine, theirs = _aliased(table.label, "T1"), _aliased(table.label, "T2")
    measures = [*table.measures, *(c for c in table.dates if not c.has_nulls)]
    r = dice.random()
    if r < 0.4 and measures:
        node = dice.pick(measures).node
        compare = Compare(replace(node, alias="T1"), ">" if dice.chance(0.6) else "<", replace(node, alias="T2"))
        return Query(items((*mine, *theirs) if dice.chance(0.3) else mine), source, where=compare)
    if r < 0.6 and table.key:
        keys = _aliased(agg.entity_key(table), "T2")
        if dice.chance(0.5):
            shown = (*items(theirs), Item(agg.COUNT)) if dice.chance(0.4) else items(theirs)
            return Query(shown, source, group_by=keys, order_by=agg.by(agg.COUNT, True), limit=1)
        return Query((*items(theirs), Item(agg.COUNT)), source, group_by=keys)
    if r < 0.75 and table.named:
        column = next(c for c in table.columns if c.node == table.label[-1])
        equal = Compare(theirs[-1], "=", dice.pick(column.values)) if column.values and len(table.label) == 1 else None
        if equal:
            return Query(items(mine), source, where=equal)
    return Query(items((*mine, *theirs)), source)


def pairs(dice: Dice) -> Query | None:
    """Pairs of customers who live in the same city."""
    table = dice.table()
    columns = [c for c in table.categories if not c.unique and c.distinct != 2]
    if not table.named or not table.key or not columns or (table.rows or 0) > 500:
        return None
    node = dice.pick(columns).node
    join = Join(table.name, replace(node, alias="T1"), replace(node, alias="T2"), alias="T2")
    source = Source(table.name, (join,), alias="T1")
    once = Compare(replace(table.key, alias="T1"), "<", replace(table.key, alias="T2"))
    return Query(items((*_aliased(table.label, "T1"), *_aliased(table.label, "T2"))), source, where=once)


def levels(dice: Dice) -> Query | None:
    """Each product, "expensive" when it costs over 100, else "cheap"."""
    table = dice.table()
    if not table.label or not table.measures:
        return None
    column = dice.pick(table.measures)
    value = threshold(dice, column)
    if value is None:
        return None
    then, otherwise = _LEVELS.get(words_of(column.node.name)[-1], ("high", "low"))
    case = Case(Compare(column.node, ">" if dice.chance(0.6) else ">=", value), then, otherwise)
    condition = where(dice, table, (column.node,), simple=True, many=True) if dice.chance(0.15) else None
    return Query((*label_items(table), Item(case)), Source(table.name), where=condition)


def conditional_count(dice: Dice) -> Query | None:
    """For each city, how many of the customers are active."""
    table = dice.table()
    columns = [c for c in table.filters if c.role in ("category", "flag") and len(c.values) > 1]
    groups = [c for c in table.groups if c.role == "category"]
    if not columns or not groups:
        return None
    column, group = dice.pick(columns), dice.pick(groups)
    if column is group:
        return None
    case = Case(Compare(column.node, "=", dice.pick_early(column.values)), 1, 0)
    select = (Item(group.node), Item(Aggregate("sum", case)))
    return Query(select, Source(table.name), group_by=(group.node,))


def share(dice: Dice) -> Query | None:
    """The percentage of orders that were cancelled."""
    table = dice.table()
    columns = [c for c in table.filters if c.role in ("category", "flag") and len(c.values) > 1]
    if not columns:
        return None
    column = dice.pick(columns)
    case = Case(Compare(column.node, "=", dice.pick_early(column.values)), 1, 0)
    part = Arithmetic("/", Arithmetic("*", Aggregate("sum", case), 100.0), agg.COUNT)
    condition = where(dice, table, (column.node,), simple=True, many=True) if dice.chance(0.35) else None
    return Query((Item(part),), Source(table.name), where=condition)


def computed(dice: Dice) -> Query | None:
    """The price times the quantity of each order item, or its sum; the difference of two measures."""
    table = dice.table()
    made = _product(dice, table) or _difference(dice, table)
    if made is None:
        return None
    condition = where(dice, table, simple=True, many=True) if dice.chance(0.4) else None
    if made.op == "*" and dice.chance(0.55):
        return Query((Item(Aggregate("sum", made)),), Source(table.name), where=condition)
    if made.op == "-" and dice.chance(0.3):
        return Query((Item(Aggregate("avg", made)),), Source(table.name), where=condition)
    if not table.named:
        return None
    return Query((*label_items(table), Item(made)), Source(table.name), where=condition)


def spread(dice: Dice) -> Query | None:
    """The difference between the highest and the lowest price."""
    table = dice.table()
    if not table.measures:
        return None
    node = dice.pick(table.measures).node
    condition = where(dice, table, (node,), simple=True, many=True) if dice.chance(0.4) else None
    gap = Arithmetic("-", Aggregate("max", node), Aggregate("min", node))
    return Query((Item(gap),), Source(table.name), where=condition)


def per_group_average(dice: Dice) -> With | None:
    """The average number of customers in a city: a count for each, then their average."""
    table = dice.table()
    path = dice.path(table, "D")
    if path is not None and table.key and dice.chance(0.6):
        edge = path.edges[0]
        key, source = edge.child_column, Source(path.end)
    elif table.categories:
        key, source = dice.pick(table.categories).node, Source(table.name)
    else:
        return None
    inner = Query((Item(key), Item(agg.COUNT, "total")), source, group_by=(key,))
    total = Column("counts", "total")
    function = dice.weighted((6, "avg"), (2, "max"), (1, "min"))
    return With("counts", inner, Query((Item(Aggregate(function, total)),), Source("counts")))  # type: ignore[arg-type]


def ranked(dice: Dice) -> Query | None:
    """Each product with its rank by price, over all or within its category."""
    table = dice.table()
    columns = [c for c in table.measures if not c.has_nulls]
    if not table.named or not columns:
        return None
    column = dice.pick(columns)
    partition = dice.pick(table.categories).node if table.categories and dice.chance(0.5) else None
    shown = (partition,) if partition else (column.node,)
    function = "rank" if dice.chance(0.8) else "row_number"
    window = Window(function, None, partition, column.node, dice.chance(0.75))  # type: ignore[arg-type]
    return Query((*items((*table.label, *shown)), Item(window)), Source(table.name))


def top_of_each(dice: Dice) -> With | None:
    """The most expensive product of each category."""
    table = dice.table()
    columns = [c for c in table.measures if not c.has_nulls]
    if not table.named or not columns or not table.categories:
        return None
    column, partition = dice.pick(columns).node, dice.pick(table.categories).node
    window = Window("rank", None, partition, column, dice.chance(0.75))
    shown = (*table.label, partition)
    inner = Query((*items(shown), Item(window, "position")), Source(table.name))
    outer_columns = items(Column("ranked", node.name) for node in shown)
    limit = dice.weighted((7, 1), (2, 3), (1, 2))
    position = Compare(Column("ranked", "position"), "=" if limit == 1 else "<=", limit)
    return With("ranked", inner, Query(outer_columns, Source("ranked"), where=position))


def running_total(dice: Dice) -> Query | None:
    """Payments by date with their running total."""
    table = dice.table()
    columns = [c for c in table.measures if c.summable]
    dates = [c for c in table.dates if not c.has_nulls]
    if not columns or not dates:
        return None
    measure, date = dice.pick(columns).node, dice.pick(dates).node
    window = Window("sum", measure, None, date)
    return Query((*items((date, measure)), Item(window)), Source(table.name))


def _product(dice: Dice, table: TableInfo) -> Arithmetic | None:
    amounts = [
        c.node for c in table.measures if not {"quantity", "qty", "units", "stock"}.isdisjoint(words_of(c.node.name))
    ]
    prices = [c.node for c in table.measures if not {"price", "cost", "rate"}.isdisjoint(words_of(c.node.name))]
    if not amounts or not prices:
        return None
    return Arithmetic("*", dice.pick(prices), dice.pick(amounts))


def _difference(dice: Dice, table: TableInfo) -> Arithmetic | None:
    """Return the difference of two measures that share a word, such as list price and sale price."""
    for index, one in enumerate(table.measures):
        for two in table.measures[index + 1 :]:
            if words_of(one.node.name)[-1] == words_of(two.node.name)[-1]:
                return Arithmetic("-", *dice.several((one.node, two.node), 2))
    return None


def _aliased(columns: tuple[Column, ...], alias: str) -> tuple[Column, ...]:
    return tuple(replace(column, alias=alias) for column in columns)
