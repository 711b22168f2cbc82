"""What parts of a query mean, before they are put into words: what is measured, counted, told apart."""

from __future__ import annotations

from sqlwright.synth.chinese.scope import Scope
from sqlwright.synth.chinese.words import EVENT_VERBS, Tone, is_person
from sqlwright.synth.tree import Aggregate, Arithmetic, Column, DatePart, DaysBetween, Expression

_PARTS = {"year": "年份", "month": "月份", "day": "日（几号）", "year-month": "年月"}


def tone(scope: Scope, expression: Expression) -> Tone:
    """Return what an expression measures."""
    if isinstance(expression, Column):
        return scope.known(expression).tone
    if isinstance(expression, Aggregate):
        if expression.function == "count":
            return "count"
        return "number" if expression.argument is None else tone(scope, expression.argument)
    if isinstance(expression, DatePart):
        return "year" if expression.part == "year" else "number"
    if isinstance(expression, DaysBetween):
        return "duration"
    if isinstance(expression, Arithmetic) and expression.op in "+-":
        return tone(scope, expression.left)
    return "number"


def date_part(scope: Scope, part: DatePart) -> str:
    """Return the words for a part of a date: 下单年份."""
    words, name = scope.column(part.column), _PARTS[part.part]
    if part.part == "year-month" and scope.voice.chance(0.4):
        name = scope.voice.pick("月份（年-月）", "月份（YYYY-MM）")
    only = scope.derived is None and scope.is_own(part.column) and scope.voice.phrases.dates(part.column.table) == 1
    if only and part.part != "day" and not is_person(scope.entity.noun) and scope.voice.chance(0.4):
        return name
    if part.part != "day" and words.endswith(("日期", "时间")) and len(words) > 3 and scope.voice.chance(0.92):
        return words[:-2] + name
    return f"{words}的{name}"


def span(scope: Scope, days: DaysBetween) -> str:
    """Return the words for the time from one date to another: 从下单到发货, 从借出日期到归还日期."""
    return f"从{_moment(scope, days.start)}到{_moment(scope, days.end)}"


def _moment(scope: Scope, column: Column) -> str:
    words = scope.column(column)
    stem = next((words[: -len(end)] for end in ("日期", "时间") if words.endswith(end)), "")
    return stem if stem in EVENT_VERBS and scope.is_own(column) and scope.voice.chance(0.6) else words


def counts_rows(scope: Scope, node: Aggregate) -> bool:
    """Return whether a count counts the entity's rows: of everything, or of a column that is never NULL."""
    column = node.argument
    if node.distinct or node.function != "count":
        return False
    if column is None:
        return True
    if not isinstance(column, Column) or not scope.is_own(column) or scope.derived is not None:
        return False
    return (
        scope.is_primary(column)
        or not scope.voice.phrases.schema.table(scope.entity.table).column(column.name).nullable
    )


def distinct_noun(scope: Scope, column: Column) -> str:
    """Return what different values of a column are called: 客户 for a key that points to customers, else its name."""
    if scope.is_primary(column) and not scope.is_own(column):
        return scope.place(column).noun
    return scope.known(column).role or scope.column(column)
