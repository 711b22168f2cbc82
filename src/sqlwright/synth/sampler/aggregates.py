"""Draw aggregates, grouping keys and thresholds on them."""

from __future__ import annotations

from typing import Literal

from sqlwright.synth.catalog import ColumnInfo, TableInfo
from sqlwright.synth.sampler.conditions import threshold
from sqlwright.synth.sampler.dice import Dice
from sqlwright.synth.tree import Aggregate, Column, Compare, DatePart, Item, Order

COUNT = Aggregate("count", None)
Function = Literal["count", "sum", "avg", "min", "max"]
GROUPED: tuple[Function, ...] = ("sum", "sum", "sum", "avg", "avg", "avg", "max", "max", "min")
GROUPED_MEAN: tuple[Function, ...] = ("avg", "avg", "avg", "max", "min")
"""What people compute for each group, of a column that may be summed and of one that may not."""


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
    dates = [column for column in table.dates if not column.has_nulls]
    if dates and (not table.groups or dice.chance(0.22)):
        part = dice.weighted((6, "year"), (2.5, "month"), (2.5, "year-month"))
        return DatePart(part, dice.pick(dates).node)  # type: ignore[arg-type]
    return dice.pick(table.groups).node if table.groups else None


def group_aggregate(dice: Dice, table: TableInfo, key: Column | DatePart) -> Aggregate:
    """Return what to compute for each group of a table's rows: mostly a count."""
    if table.measures and dice.chance(0.42):
        column = dice.pick(table.measures)
        if column.node != key:
            return aggregate(dice, column, GROUPED if column.summable else GROUPED_MEAN)
    return COUNT


def having(dice: Dice, table: TableInfo, subject: Aggregate, groups: int) -> Compare | None:
    """Return a condition on an aggregate over groups of a table's rows.

    Args:
        dice: the catalog and its randomness.
        table: whose rows are counted or whose column is aggregated.
        subject: the aggregate.
        groups: about how many groups there are, 0 when unknown; a threshold near the average group's size tells
            groups apart.
    """
    size = table.rows / groups if table.rows and groups else 4.0
    if subject.argument is None or subject.function == "count":
        count = _round(max(1.0, size * (0.5 + dice.random())))
        op = dice.weighted((5, ">"), (4, ">="), (1.5, "<"), (0.6, "="))
        return Compare(subject, op if count > 1 or op not in ("<", ">=") else ">", count)  # type: ignore[arg-type]
    column = next((c for c in table.columns if c.node == subject.argument), None)
    value = threshold(dice, column) if column else None
    if value is None or subject.function in ("min", "max"):
        return None
    if subject.function == "sum":
        value = _round(abs(value) * size) if size > 1 else value
    return Compare(subject, dice.weighted((4, ">"), (2, ">="), (2, "<")), value)


def groups(dice: Dice, key: Column | DatePart) -> int:
    """Return about how many groups a key makes, 0 when unknown."""
    if isinstance(key, DatePart):
        return {"month": 12, "year-month": 30}.get(key.part, 4)
    column = next(c for c in dice.catalog.table(key.table).columns if c.node == key)
    return column.distinct


def _round(value: float) -> int:
    """Return a number rounded as people round: to fives above ten, else to one and a half digits."""
    if value <= 10:
        return max(1, round(value))
    step: int = 10 ** (len(str(int(value))) - 1) // 2
    return round(value / step) * step


def top(dice: Dice, most: int = 10) -> int:
    """Return how many rows a "top k" question asks for: mostly one."""
    if dice.chance(0.6):
        return 1
    return dice.pick([count for count in (2, 3, 3, 5, 5, 10) if count <= most] or [1])


def by(expression: Aggregate | Column | DatePart, descending: bool) -> tuple[Order, ...]:
    """Return an ORDER BY of one key."""
    return (Order(expression, descending),)


def best(subject: Aggregate, descending: bool) -> tuple[Order, ...]:
    """Return an ORDER BY of an aggregate for a "top k" question; a maximum always goes downwards, a minimum upwards."""
    return (Order(subject, subject.function == "max" or (descending and subject.function != "min")),)


def entity_key(table: TableInfo) -> tuple[Column, ...]:
    """Return the columns that tell rows of a table apart in a GROUP BY: its key, then its label."""
    key = (table.key,) if table.key else ()
    return (*key, *(column for column in table.label if column != table.key))


def with_aggregate(columns: tuple[Item, ...], subject: Aggregate) -> tuple[Item, ...]:
    """Return result columns followed by an aggregate."""
    return (*columns, Item(subject))
