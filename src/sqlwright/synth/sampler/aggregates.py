"""Draw aggregates, grouping keys and thresholds on them."""

from __future__ import annotations

from typing import Literal

from sqlwright.synth.catalog import ColumnInfo, TableInfo
from sqlwright.synth.sampler.conditions import threshold
from sqlwright.synth.sampler.dice import Dice
from sqlwright.synth.tree import Aggregate, Column, Compare, DatePart, Item, Order

COUNT = Aggregate("count", None)
Function = Literal["count", "sum", "avg", "min", "max"]


def measure(dice: Dice, table: TableInfo) -> ColumnInfo | None:
    """Return a number of the table worth aggregating, or None."""
    return dice.pick(table.measures) if table.measures else None


def aggregate(dice: Dice, column: ColumnInfo, functions: tuple[Function, ...] = ()) -> Aggregate:
    """Return an aggregate that makes sense for a column: no sum of ratings, no average of years."""
    if column.year or column.role == "date":
        return Aggregate(dice.pick(("min", "max")), column.node)
    if not functions:
        functions = ("avg", "sum", "max", "min") if column.summable else ("avg", "avg", "max", "min")
    return Aggregate(dice.pick(functions), column.node)


def numeric(dice: Dice, table: TableInfo) -> ColumnInfo | None:
    """Return a number to aggregate: a measure, or now and then an age, year or date."""
    if table.measures and dice.chance(0.85):
        return dice.pick(table.measures)
    if table.numbers:
        return dice.pick(table.numbers)
    return dice.pick(table.dates) if table.dates and dice.chance(0.5) else None


def group_key(dice: Dice, table: TableInfo) -> Column | DatePart | None:
    """Return what to group rows of a table by: mostly a category, sometimes a date part."""
    if table.dates and (not table.groups or dice.chance(0.22)):
        return DatePart("year" if dice.chance(0.65) else "month", dice.pick(table.dates).node)
    return dice.pick(table.groups).node if table.groups else None


def group_aggregate(dice: Dice, table: TableInfo, key: Column | DatePart) -> Aggregate:
    """Return what to compute for each group of a table's rows: mostly a count."""
    if table.measures and dice.chance(0.42):
        column = dice.pick(table.measures)
        if column.node != key:
            return aggregate(dice, column, ("avg", "sum", "max", "min") if column.summable else ("avg", "max", "min"))
    return COUNT


def having(dice: Dice, table: TableInfo, subject: Aggregate) -> Compare | None:
    """Return a condition on an aggregate over groups of a table's rows."""
    if subject.argument is None or subject.function == "count":
        rows = table.rows
        most = 10 if rows is None else max(2, min(50, rows // 8))
        count = 1 + int(dice.random() ** 2 * most)
        return Compare(subject, dice.weighted((5, ">"), (4, ">="), (1.5, "<"), (1, "=")), count if count > 1 else 2)
    column = next((c for c in table.columns if c.node == subject.argument), None)
    if column is None:
        return None
    value = threshold(dice, column)
    if value is None:
        return None
    if subject.function == "sum":
        value = value * dice.pick((1, 2, 5))
    return Compare(subject, dice.weighted((4, ">"), (2, ">="), (2, "<")), value)


def top(dice: Dice, most: int = 10) -> int:
    """Return how many rows a "top k" question asks for: mostly one."""
    if dice.chance(0.6):
        return 1
    return dice.pick([count for count in (2, 3, 3, 5, 5, 10) if count <= most] or [1])


def by(expression: Aggregate | Column | DatePart, descending: bool) -> tuple[Order, ...]:
    """Return an ORDER BY of one key."""
    return (Order(expression, descending),)


def entity_key(table: TableInfo) -> tuple[Column, ...]:
    """Return the columns that tell rows of a table apart in a GROUP BY: its key, then its label."""
    key = (table.key,) if table.key else ()
    return (*key, *(column for column in table.label if column != table.key))


def with_aggregate(columns: tuple[Item, ...], subject: Aggregate) -> tuple[Item, ...]:
    """Return result columns followed by an aggregate."""
    return (*columns, Item(subject))
