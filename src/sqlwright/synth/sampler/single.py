"""Questions about one table: lists, counts, aggregates, groups, the most and the least."""

from __future__ import annotations

from sqlwright.synth.catalog import TableInfo
from sqlwright.synth.sampler import aggregates as agg
from sqlwright.synth.sampler.conditions import pinned, used, where
from sqlwright.synth.sampler.dice import Dice, items, projection
from sqlwright.synth.tree import Aggregate, Both, Column, Condition, DatePart, IsNull, Item, Order, Query, Source


def rows(dice: Dice) -> Query | None:
    """The name and salary of the employees with an age above 30, by salary."""
    table = dice.table()
    condition = where(dice, table)
    if condition is None:
        return None
    if dice.chance(0.03):
        return Query((), Source(table.name), where=condition)
    fixed = pinned(condition)
    select = projection(dice, table, avoid=fixed)
    order: tuple[Order, ...] = ()
    if dice.chance(0.25) and not set(fixed) & set(table.label):
        key = _order_key(dice, table, select)
        order = agg.by(key, dice.chance(0.5)) if key and key not in fixed else ()
    return Query(select, Source(table.name), where=condition, order_by=order)


def all_rows(dice: Dice) -> Query:
    """The name and city of every customer."""
    table = dice.table()
    return Query(projection(dice, table, labelled=True), Source(table.name))


def sorted_rows(dice: Dice) -> Query | None:
    """The names of all customers, newest first."""
    table = dice.table()
    select = projection(dice, table, labelled=True)
    key = _order_key(dice, table, select)
    return Query(select, Source(table.name), order_by=agg.by(key, dice.chance(0.5))) if key else None


def distinct(dice: Dice) -> Query | None:
    """The different cities of customers."""
    table = dice.table()
    columns = table.categories or table.groups
    if not columns:
        return None
    condition = where(dice, table, simple=True, many=True) if dice.chance(0.35) else None
    chosen = dice.several(columns, 2 if dice.chance(0.15) else 1)
    if condition is not None and any(column.node in used(condition) for column in chosen):
        condition = None
    return Query(items(column.node for column in chosen), Source(table.name), distinct=True, where=condition)


def count(dice: Dice) -> Query:
    """How many customers, or how many in Berlin."""
    table = dice.table()
    condition = where(dice, table, many=True) if dice.chance(0.85) else None
    return Query((Item(agg.COUNT),), Source(table.name), where=condition)


def count_distinct(dice: Dice) -> Query | None:
    """How many different cities customers live in."""
    table = dice.table()
    columns = table.categories
    if not columns:
        return None
    column = dice.pick(columns)
    condition = where(dice, table, (column.node,), simple=True, many=True) if dice.chance(0.35) else None
    return Query((Item(Aggregate("count", column.node, distinct=True)),), Source(table.name), where=condition)


def aggregate(dice: Dice) -> Query | None:
    """The average, or the least and greatest, salary of employees in a city."""
    table = dice.table()
    column = agg.numeric(dice, table)
    if column is None:
        return None
    first = agg.aggregate(dice, column)
    select = [first]
    r = dice.random()
    if r < 0.22 and not column.year and column.role != "date":
        others = [f for f in ("avg", "max", "min") if f != first.function]
        select += [Aggregate(f, column.node) for f in (others if r < 0.06 else others[:1])]  # type: ignore[arg-type]
    elif r < 0.3 and len(table.measures) > 1:
        other = dice.pick(table.measures)
        if other is not column:
            select.append(
                Aggregate(first.function, other.node) if other.summable or first.function != "sum" else agg.COUNT
            )
    condition = where(dice, table, (column.node,), many=True) if dice.chance(0.55) else None
    return Query(tuple(Item(one) for one in select), Source(table.name), where=condition)


def grouped(dice: Dice) -> Query | None:
    """How many customers live in each city, or the average price by category."""
    table = dice.table()
    key = agg.group_key(dice, table)
    if key is None:
        return None
    subject = agg.group_aggregate(dice, table, key)
    condition = where(dice, table, (_column_of(key),), simple=dice.chance(0.8), many=True) if dice.chance(0.4) else None
    select = [Item(key), Item(subject)]
    if dice.chance(0.34) and table.measures:
        counted = subject.argument is not None and dice.chance(0.5)
        extra = agg.COUNT if counted else agg.aggregate(dice, dice.pick(table.measures))
        if extra != subject and extra.argument != key:
            select.append(Item(extra))
    order = agg.by(subject if dice.chance(0.75) else key, dice.chance(0.6)) if dice.chance(0.3) else ()
    return Query(tuple(select), Source(table.name), where=condition, group_by=(key,), order_by=order)


def group_having(dice: Dice) -> Query | None:
    """The cities with more than 5 customers."""
    table = dice.table()
    key = agg.group_key(dice, table)
    if key is None:
        return None
    subject = agg.group_aggregate(dice, table, key)
    limit = agg.having(dice, table, subject, agg.groups(dice, key))
    if limit is None:
        return None
    condition = (
        where(dice, table, (_column_of(key), *_argument(subject)), simple=True, many=True) if dice.chance(0.3) else None
    )
    select = (Item(key), Item(subject)) if dice.chance(0.5) else (Item(key),)
    order = agg.by(subject, dice.chance(0.75)) if len(select) > 1 and dice.chance(0.25) else ()
    return Query(select, Source(table.name), where=condition, group_by=(key,), having=limit, order_by=order)


def group_top(dice: Dice) -> Query | None:
    """The city with the most customers."""
    table = dice.table()
    key = agg.group_key(dice, table)
    if key is None:
        return None
    subject = agg.group_aggregate(dice, table, key)
    condition = (
        where(dice, table, (_column_of(key), *_argument(subject)), simple=True, many=True) if dice.chance(0.3) else None
    )
    select = (Item(key), Item(subject)) if dice.chance(0.3) else (Item(key),)
    limit = agg.top(dice, 5)
    order = agg.best(subject, dice.chance(0.85))
    return Query(select, Source(table.name), where=condition, group_by=(key,), order_by=order, limit=limit)


def top(dice: Dice) -> Query | None:
    """The most expensive product, the three newest customers."""
    table = dice.table()
    columns = [c for c in (*table.numbers, *table.dates) if not c.has_nulls]
    if not columns or not (table.label or table.show):
        return None
    column = dice.pick(columns)
    condition = where(dice, table, (column.node,), many=True) if dice.chance(0.4) else None
    select = projection(dice, table, avoid=pinned(condition), labelled=True)
    limit = agg.top(dice, max(1, (table.rows or 100) // 3))
    order = agg.by(column.node, dice.chance(0.68))
    return Query(select, Source(table.name), where=condition, order_by=order, limit=limit)


def missing(dice: Dice) -> Query | None:
    """Customers without an e-mail address, or how many there are."""
    tables = [table for table in dice.catalog.tables if any(c.has_nulls for c in table.filters)]
    table = dice.pick(tables) if tables else dice.table()
    columns = [c for c in table.filters if c.has_nulls or (c.has_nulls is None and c.role != "flag")]
    if not columns:
        return None
    column = dice.pick(columns)
    condition: Condition = IsNull(column.node, negated=dice.chance(0.35))
    if dice.chance(0.35):
        other = where(dice, table, (column.node,), simple=True, many=True)
        if other is not None and not isinstance(other, Both):
            condition = Both("and", (other, condition))
    numbers = [c for c in table.measures if c.summable]
    if numbers and dice.chance(0.2):
        return Query((Item(Aggregate("sum", dice.pick(numbers).node)),), Source(table.name), where=condition)
    if dice.chance(0.35):
        return Query((Item(agg.COUNT),), Source(table.name), where=condition)
    return Query(projection(dice, table, 2, avoid=(column.node,)), Source(table.name), where=condition)


def _order_key(dice: Dice, table: TableInfo, select: tuple[Item, ...]) -> Column | None:
    """Return a column to sort by: a number, a date, or the name that is shown."""
    columns = [c.node for c in (*table.numbers, *table.dates) if not c.has_nulls]
    first = select[0].expression
    if table.named and first == table.label[0] and (not columns or dice.chance(0.4)):
        return table.label[-1]
    return dice.pick(columns) if columns else None


def _argument(subject: Aggregate) -> tuple[Column, ...]:
    return (subject.argument,) if isinstance(subject.argument, Column) else ()


def _column_of(key: Column | DatePart) -> Column:
    return key if isinstance(key, Column) else key.column
