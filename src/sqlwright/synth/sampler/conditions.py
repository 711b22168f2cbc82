"""Draw conditions: predicates that suit a column's role, with stored values and round thresholds."""

from __future__ import annotations

import math
from typing import Literal

from sqlwright.synth.catalog import ColumnInfo, TableInfo
from sqlwright.synth.sampler.dice import Dice
from sqlwright.synth.tree import (
    Between,
    Both,
    Column,
    Compare,
    Condition,
    DatePart,
    InList,
    IsNull,
    Like,
    Value,
)

_ROLE_WEIGHT = {
    "category": 3.0,
    "name": 1.6,
    "measure": 2.0,
    "ordinal": 2.0,
    "date": 1.8,
    "flag": 1.2,
    "text": 1.0,
    "code": 0.4,
}
_OPS: tuple[Literal[">", "<", ">=", "<="], ...] = (">", ">", "<", "<", ">=", "<=")


def where(dice: Dice, table: TableInfo, avoid: tuple[Column, ...] = (), simple: bool = False) -> Condition | None:
    """Return a condition on one table: mostly one predicate, sometimes two joined by AND or OR; None if nothing fits."""
    first = _column(dice, table, avoid)
    if first is None:
        return None
    if simple or dice.chance(0.72):
        return predicate(dice, first)
    if dice.chance(0.25):
        either = _either(dice, first)
        if either:
            return either
    second = _column(dice, table, (*avoid, first.node))
    if second is None:
        return predicate(dice, first)
    op: Literal["and", "or"] = "and" if dice.chance(0.85) else "or"
    return Both(op, (predicate(dice, first, plain=True), predicate(dice, second, plain=True)))


def _column(dice: Dice, table: TableInfo, avoid: tuple[Column, ...]) -> ColumnInfo | None:
    columns = [column for column in table.filters if column.values and column.node not in avoid]
    if not columns:
        return None
    left = dice.random() * sum([_ROLE_WEIGHT.get(column.role, 0.1) for column in columns])
    for column in columns:
        left -= _ROLE_WEIGHT.get(column.role, 0.1)
        if left <= 0:
            return column
    return columns[-1]


def predicate(dice: Dice, column: ColumnInfo, plain: bool = False) -> Condition:
    """Return a predicate on a column; `plain` keeps to those that read well beside another."""
    if column.has_nulls is not False and column.role != "flag" and not plain:
        if column.has_nulls and dice.chance(0.08):
            return IsNull(column.node, negated=dice.chance(0.4))
        if column.has_nulls is None and dice.chance(0.015):
            return IsNull(column.node, negated=dice.chance(0.4))
    role = column.role
    if role in ("measure", "ordinal"):
        return number(dice, column)
    if role == "date":
        return date(dice, column)
    if role == "flag":
        return Compare(column.node, "=", dice.pick(column.values))
    if role == "category":
        return _category(dice, column, plain)
    return _text(dice, column)


def _category(dice: Dice, column: ColumnInfo, plain: bool) -> Condition:
    value = dice.pick_early(column.values)
    r = dice.random()
    if r < 0.8 or len(column.values) < 3 or plain:
        return Compare(column.node, "=", value)
    if r < 0.87:
        return Compare(column.node, "<>", value)
    return InList(column.node, _two_or_three(dice, column), negated=r > 0.97)


def _two_or_three(dice: Dice, column: ColumnInfo) -> tuple[Value, ...]:
    count = 2 if len(column.values) < 5 or dice.chance(0.6) else 3
    return tuple(dice.several(column.values, count))


def _text(dice: Dice, column: ColumnInfo) -> Condition:
    value = dice.pick_early(column.values)
    r = dice.random()
    texts = isinstance(value, str)
    fragment = _fragment(dice, str(value)) if texts and column.role != "code" else None
    long = len(str(value)) > 40
    if fragment and (long or r < (0.6 if column.role == "text" else 0.3)):
        kind, text = fragment
        return Like(column.node, kind, text)
    if r > 0.95 and len(column.values) > 3:
        return InList(column.node, tuple(dice.several(column.values, 2)))
    return Compare(column.node, "=", value)


def _fragment(dice: Dice, value: str) -> tuple[Literal["starts", "ends", "contains"], str] | None:
    """Return a piece of a text that a person would search for: a whole word, or a first letter."""
    words = [word for word in value.replace(",", " ").split() if len(word) >= 3 and word.isalnum()]
    if value[:1].isalpha() and dice.chance(0.35):
        if value.isascii():
            return "starts", value[0] if dice.chance(0.6) or len(value) < 4 else value[:2]
        return "starts", value[0]
    if not value.isascii() and len(value) >= 3 and value.isalpha():
        at = int(dice.random() * (len(value) - 1))
        return "contains", value[at : at + 2]
    if not words:
        return None
    word = dice.pick(words)
    if value.endswith(word) and word != value and dice.chance(0.3):
        return "ends", word
    if value.startswith(word) and word != value and dice.chance(0.3):
        return "starts", word
    return "contains", word


def number(dice: Dice, column: ColumnInfo) -> Condition:
    """Return a comparison of a number column with a round number inside its range."""
    node = column.node
    few = column.integer and column.distinct <= 12
    r = dice.random()
    exact = column.year or (column.integer and column.role == "ordinal")
    if column.integer and column.values and r < (0.4 if exact else 0.3 if few else 0.06):
        return Compare(node, "=", dice.pick_early(column.values))
    first = threshold(dice, column)
    if first is None:
        return Compare(node, "=", dice.pick_early(column.values))
    if r > 0.85:
        second = threshold(dice, column)
        if second is not None and second != first:
            low, high = sorted((first, second))
            return Between(node, low, high)
    return Compare(node, dice.pick(_OPS), first)


def threshold(dice: Dice, column: ColumnInfo) -> int | float | None:
    """Return a round number strictly inside the column's range, or None when the range is too narrow."""
    numbers = column.values
    if len(numbers) < 2:
        return None
    around = (float(dice.pick(numbers)) + float(dice.pick(numbers))) / 2
    span = column.high - column.low
    if span <= 0:
        return None
    step = 10.0 ** math.floor(math.log10(span / 4)) if span < 1e15 else 1.0
    if dice.chance(0.4):
        step /= 2
    if column.integer or column.year:
        step = max(1.0, math.floor(step))
    value = round(round(around / step) * step, 6)
    if not column.low < value < column.high:
        inside = [v for v in numbers if isinstance(v, int | float) and column.low < v < column.high]
        if not inside:
            return None
        value = float(dice.pick(inside))
    return int(value) if column.integer or (value == int(value) and abs(value) < 1e15) else value


def date(dice: Dice, column: ColumnInfo) -> Condition:
    """Return a condition on a date column: its year or month, or a range in ISO form."""
    node = column.node
    day = str(dice.pick(column.values))[:10]
    r = dice.random()
    if r < 0.36:
        return Compare(DatePart("year", node), "=", int(day[:4]))
    if r < 0.44:
        return Compare(DatePart("month", node), "=", int(day[5:7]))
    if r < 0.54:
        year, month = int(day[:4]), int(day[5:7])
        return Both("and", (Compare(DatePart("year", node), "=", year), Compare(DatePart("month", node), "=", month)))
    if dice.chance(0.5):
        day = day[:8] + "01" if dice.chance(0.6) else day[:5] + "01-01"
    if r < 0.88 or column.timed:
        return (
            Compare(node, ">=" if dice.chance(0.5) else "<", day)
            if column.timed or dice.chance(0.5)
            else Compare(node, ">" if dice.chance(0.6) else "<=", day)
        )
    other = str(dice.pick(column.values))[:10]
    if r < 0.95 and other != day:
        low, high = sorted((day, other))
        return Between(node, low, high)
    return Compare(node, "=", str(dice.pick(column.values)))


def _either(dice: Dice, column: ColumnInfo) -> Condition | None:
    """Return `a = x OR a = y` on a category, or `a < x OR a > y` on a number."""
    if column.role in ("category", "name") and len(column.values) >= 3:
        first, second = dice.several(column.values, 2)
        return Both("or", (Compare(column.node, "=", first), Compare(column.node, "=", second)))
    if column.role in ("measure", "ordinal"):
        one, two = threshold(dice, column), threshold(dice, column)
        if one is not None and two is not None and one != two:
            low, high = sorted((one, two))
            return Both("or", (Compare(column.node, "<", low), Compare(column.node, ">", high)))
    return None
