"""Draw conditions: predicates that suit a column's role, with stored values and round thresholds."""

from __future__ import annotations

import math
from typing import Literal

from sqlwright.synth._roles import words_of
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
    InQuery,
    IsNull,
    Like,
    Value,
)

_ROLE_WEIGHT = {
    "category": 4.2,
    "name": 2.0,
    "measure": 1.5,
    "ordinal": 1.5,
    "date": 1.8,
    "flag": 1.4,
    "text": 1.0,
    "code": 0.4,
}
_OPS: tuple[Literal[">", "<", ">=", "<="], ...] = (">", ">", "<", "<", ">=", "<=")


_STOCKS = frozenset(("stock", "inventory"))


def where(
    dice: Dice, table: TableInfo, avoid: tuple[Column, ...] = (), *, simple: bool = False, many: bool = False
) -> Condition | None:
    """Return a condition on one table: one predicate, or two or three by AND, or two by OR; None if nothing fits.

    Args:
        dice: the catalog and its randomness.
        table: whose columns the condition is about.
        avoid: columns that it must leave alone.
        simple: one predicate only.
        many: leave out conditions that hold for one row at most, as before a count.
    """
    first = _column(dice, table, avoid, many)
    if first is None:
        return None
    if simple or dice.chance(0.46):
        return predicate(dice, first, many=many)
    if dice.chance(0.16):
        either = _either(dice, first)
        if either:
            return either
    second = _column(dice, table, (*avoid, first.node), True)
    if second is None or first.unique:
        return predicate(dice, first, many=many)
    flags = "flag" in (first.role, second.role)
    op: Literal["and", "or"] = "and" if flags or dice.chance(0.85) else "or"
    chosen = [first, second]
    if op == "and" and dice.chance(0.6):
        third = _column(dice, table, (*avoid, first.node, second.node), True)
        chosen += [third] if third is not None and not third.unique else []
    parts = _of_one_row(dice, table, chosen) if op == "and" and table.samples and dice.chance(0.75) else ()
    parts = parts or tuple(predicate(dice, column, plain=True, many=True) for column in chosen)
    if any(isinstance(part, Both) for part in parts):
        op = "and"  # "in May of 2022 or above 5" would be two sorts of conditions in one
    return Both(op, flat(parts) if op == "and" else parts)


def _of_one_row(dice: Dice, table: TableInfo, columns: list[ColumnInfo]) -> tuple[Condition, ...]:
    """Return predicates that all hold for some stored row; none where that row has gaps."""
    row = dice.pick(table.samples)
    parts: list[Condition] = []
    for column in columns:
        value = row.get(column.node)
        part = None if value is None else _holds(dice, column, value)
        if part is None:
            return ()
        parts.append(part)
    return tuple(parts)


def _holds(dice: Dice, column: ColumnInfo, value: Value) -> Condition | None:
    """Return a predicate that a value fulfils, or None."""
    node = column.node
    if column.role in ("category", "flag", "code"):
        return Compare(node, "=", value) if value in column.values else None
    if column.role in ("measure", "ordinal") and isinstance(value, int | float):
        limit = threshold(dice, column)
        if limit is None or limit == value:
            return None
        return Compare(node, ">" if value > limit else "<", limit)
    if column.role == "date" and isinstance(value, str) and value[:4].isdigit():
        return Compare(DatePart("year", node), "=", int(value[:4]))
    if column.role in ("name", "text") and isinstance(value, str):
        piece = _fragment(dice, column, value)
        return Like(node, *piece) if piece is not None else None
    return None


def flat(parts: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Return the parts with those of an inner AND in its place."""
    return tuple(
        item for part in parts for item in (part.items if isinstance(part, Both) and part.op == "and" else (part,))
    )


def pinned(condition: Condition | None) -> tuple[Column, ...]:
    """Return the columns that a condition sets equal to a value, so that showing them tells nothing."""
    if isinstance(condition, Both) and condition.op == "and":
        return tuple(column for item in condition.items for column in pinned(item))
    if isinstance(condition, Compare) and condition.op == "=" and isinstance(condition.left, Column):
        return (condition.left,)
    return (condition.column,) if isinstance(condition, IsNull) and not condition.negated else ()


def used(condition: Condition | None) -> tuple[Column, ...]:
    """Return the columns that a condition on plain columns and date parts is about."""
    if isinstance(condition, Both):
        return tuple(column for item in condition.items for column in used(item))
    if isinstance(condition, IsNull | InQuery):
        return (condition.column,)
    if isinstance(condition, Compare | Between | InList | Like):
        left = condition.left
        return (left,) if isinstance(left, Column) else (left.column,) if isinstance(left, DatePart) else ()
    return ()


def _column(dice: Dice, table: TableInfo, avoid: tuple[Column, ...], many: bool) -> ColumnInfo | None:
    columns = [
        column
        for column in table.filters
        if column.values
        and column.node not in avoid
        and not (many and column.unique and column.role in ("code", "category"))
    ]
    if not columns:
        return None
    left = dice.random() * sum([_ROLE_WEIGHT.get(column.role, 0.1) for column in columns])
    for column in columns:
        left -= _ROLE_WEIGHT.get(column.role, 0.1)
        if left <= 0:
            return column
    return columns[-1]


def predicate(dice: Dice, column: ColumnInfo, *, plain: bool = False, many: bool = False) -> Condition:
    """Return a predicate on a column.

    `plain` keeps to predicates that read well beside another, `many` to those that may hold for several rows.
    """
    role = column.role
    if column.has_nulls and dice.chance(0.3 if role == "date" else 0.04 if plain else 0.1):
        return IsNull(column.node, negated=dice.chance(0.35))
    if role in ("measure", "ordinal"):
        return number(dice, column)
    if role == "date":
        return date(dice, column)
    if role == "flag":
        return Compare(column.node, "=", dice.pick(column.values))
    if role == "category":
        return _category(dice, column, plain)
    return _text(dice, column, many)


def _category(dice: Dice, column: ColumnInfo, plain: bool) -> Condition:
    few = len(column.values) <= 12 and dice.chance(0.6)  # so that each value of a small column comes up
    value = dice.pick(column.values) if few else dice.pick_early(column.values)
    r = dice.random()
    if r < 0.8 or len(column.values) < 3 or plain:
        return Compare(column.node, "=", value)
    if r < 0.87:
        return Compare(column.node, "<>", value)
    return InList(column.node, _two_or_three(dice, column), negated=r > 0.97)


def _two_or_three(dice: Dice, column: ColumnInfo) -> tuple[Value, ...]:
    count = 2 if len(column.values) < 5 or dice.chance(0.6) else 3
    return tuple(dice.several(column.values, count))


def _text(dice: Dice, column: ColumnInfo, many: bool) -> Condition:
    value = dice.pick_early(column.values)
    single = many and (column.unique or column.role == "name")
    fragment = _fragment(dice, column, value) if isinstance(value, str) and column.role != "code" else None
    r = dice.random()
    if fragment and (single or len(str(value)) > 40 or r < (0.6 if column.role == "text" else 0.3)):
        kind, text = fragment
        return Like(column.node, kind, text)
    if r > 0.95 and len(column.values) > 3:
        return InList(column.node, tuple(dice.several(column.values, 2)))
    if single and column.unique and isinstance(value, str) and value[:1].isalpha():
        return Like(column.node, "starts", value[0])
    return Compare(column.node, "=", value)


def _fragment(dice: Dice, column: ColumnInfo, value: str) -> tuple[Literal["starts", "ends", "contains"], str] | None:
    """Return a piece of a text that a person would search for, unless nearly every value has it."""
    piece = _piece(dice, value)
    if piece is None:
        return None
    some = column.values[:20]
    hits = sum([piece[1].lower() in str(other).lower() for other in some])
    return piece if hits < 0.8 * len(some) else None


def _piece(dice: Dice, value: str) -> tuple[Literal["starts", "ends", "contains"], str] | None:
    """Return one of the words of a text, or its first letters."""
    words = [word for word in value.replace(",", " ").split() if len(word) >= 3 and word.isalnum()]
    if not value.isascii() and value.isalpha() and len(value) >= 3:
        at = int(dice.random() * (len(value) - 1))
        return ("starts" if at == 0 else "contains"), value[at : at + (1 if at == 0 else 2)]
    if value[:1].isalpha() and (len(words) < 2 or dice.chance(0.25)):
        return "starts", value[0].upper() if value[0].isupper() and dice.chance(0.7) else value[:2]
    if len(words) < 2:
        return None
    word = dice.pick(words)
    if value.endswith(word) and dice.chance(0.3):
        return "ends", word
    if value.startswith(word) and dice.chance(0.3):
        return "starts", word
    return "contains", word


def number(dice: Dice, column: ColumnInfo) -> Condition:
    """Return a comparison of a number column with a round number inside its range."""
    node = column.node
    if column.low == 0 and column.integer and not _STOCKS.isdisjoint(words_of(node.name)) and dice.chance(0.4):
        return Compare(node, "=", 0)
    if column.low == 0 and 0 in column.values and column.role == "measure" and dice.chance(0.12):
        return Compare(node, "=" if dice.chance(0.75) else ">", 0)
    few = column.integer and column.distinct <= 12
    r = dice.random()
    exact = column.year or (column.integer and column.role == "ordinal")
    if column.integer and column.values and r < (0.4 if exact else 0.3 if few else 0.06):
        return Compare(node, "=", dice.pick_early(column.values))
    first = threshold(dice, column)
    if first is None:
        return Compare(node, "=", dice.pick_early(column.values))
    if r > 0.85:
        apart = _apart(dice, column)
        if apart:
            return Between(node, *apart)
    return Compare(node, dice.pick(_OPS), first)


def _apart(dice: Dice, column: ColumnInfo) -> tuple[int | float, int | float] | None:
    """Return two thresholds, the lower first, at least a sixth of the range apart."""
    one, two = threshold(dice, column), threshold(dice, column)
    if one is None or two is None or abs(one - two) < (column.high - column.low) / 6:
        return None
    return (one, two) if one < two else (two, one)


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
    whole = column.integer or column.year
    for _ in range(4):  # finer steps where most values crowd together at one end
        if whole:
            step = max(1.0, math.floor(step))
        value = round(round(around / step) * step, 6)
        if column.low < value < column.high:
            return int(value) if whole or (value == int(value) and abs(value) < 1e15) else value
        step /= 10
    return None


def date(dice: Dice, column: ColumnInfo) -> Condition:
    """Return a condition on a date column: its year or month, or a range in ISO form."""
    node = column.node
    day = str(dice.pick(column.values))[:10]
    year, month = int(day[:4]), int(day[5:7])
    r = dice.random()
    if r < 0.4:
        return Compare(DatePart("year", node), "=", year)
    if r < 0.44:
        return Compare(DatePart("month", node), "=", month)
    if r < 0.56:
        return Both("and", (Compare(DatePart("year", node), "=", year), Compare(DatePart("month", node), "=", month)))
    if r > 0.93 and not column.timed:
        return Compare(node, "=", day)
    least, greatest = str(min(column.values))[:10], str(max(column.values))[:10]
    start = day[:8] + "01" if dice.chance(0.6) else day[:5] + "01-01"
    day = start if start > least and dice.chance(0.6) else day
    if not least < day < greatest:
        return Compare(DatePart("year", node), "=", year)
    if column.timed:
        return Compare(node, ">=" if dice.chance(0.5) else "<", day)
    other = str(dice.pick(column.values))[:10]
    if r > 0.86 and other != day:
        low, high = sorted((day, other))
        return Between(node, low, high)
    return Compare(node, dice.weighted((4, ">"), (3, "<"), (2, ">="), (1, "<=")), day)


def _either(dice: Dice, column: ColumnInfo) -> Condition | None:
    """Return `a = x OR a = y` on a category, or `a < x OR a > y` on a number."""
    if column.role in ("category", "name") and len(column.values) >= 3:
        first, second = dice.several(column.values, 2)
        if dice.chance(0.8):
            return InList(column.node, (first, second))
        return Both("or", (Compare(column.node, "=", first), Compare(column.node, "=", second)))
    if column.role in ("measure", "ordinal"):
        apart = _apart(dice, column)
        if apart:
            return Both("or", (Compare(column.node, "<", apart[0]), Compare(column.node, ">", apart[1])))
    return None
