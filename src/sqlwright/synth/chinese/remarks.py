"""Remarks after a question: those that restrict (，只要已完成的) and those that only seem to (，取消的也算)."""

from __future__ import annotations

from dataclasses import replace

from sqlwright.synth import walk
from sqlwright.synth._roles import CATEGORIES, words_of
from sqlwright.synth.chinese.clauses import condition
from sqlwright.synth.chinese.frames import Ask
from sqlwright.synth.chinese.joining import year_and_month
from sqlwright.synth.chinese.scope import Scope
from sqlwright.synth.tree import Both, Column, Compare, Condition, InList, IsNull, Scalar

_STATES = frozenset("status stat state stage outcome result priority severity".split())
"""Columns of which one value may be said to count too, and nobody takes it for a condition."""
_ONLY = ("只要", "只看", "只算", "只统计", "只要", "仅限", "只考虑")


def said_after(scope: Scope, *, alone: bool = False) -> str:
    """Take a condition out of the scope and return it as a note for the end: ，只要已完成的; "" where none suits.

    With `alone` it may be the only one; else one of several.
    """
    where, v = scope.query.where, scope.voice
    rest: Condition | None
    if isinstance(where, Both) and plain_and(where):
        at = len(where.items) - 1 if v.chance(0.7) else 0
        last, kept = where.items[at], (*where.items[:at], *where.items[at + 1 :])
        rest = kept[0] if len(kept) == 1 else replace(where, items=kept)
    elif alone and _stands_alone(scope, where):
        assert where is not None
        last, rest = where, None
    else:
        return ""
    said = condition(scope, last)
    if "，" in said.predicate:
        return ""
    scope.query = replace(scope.query, where=rest)
    only = f"{v.of(_ONLY)}{said.before.removesuffix('的')}的"
    return v.pick(f"，{only}", f"，{only}", f"（{only}）", f"。{only}", f"。{only}")


def with_note(ask: Ask, note: str) -> Ask:
    """Return a question with a note after it; a note that is a sentence of its own leaves a question mark before it."""
    if not note:
        return ask
    if ask.text.endswith("吗") and not note.startswith("。"):
        return Ask(f"{ask.text[:-1]}{note}吗", True)
    if note.startswith("。"):
        return Ask(f"{ask.text}{'？' if ask.asks else '。'}{note[1:]}")
    return Ask(ask.text + note)


def plain_and(where: Both) -> bool:
    """Return whether a WHERE is two or three conditions by AND that can be said apart."""
    if where.op != "and" or len(where.items) > 3 or year_and_month(where):
        return False
    return not any(isinstance(i, Both) or (isinstance(i, Compare) and isinstance(i.right, Scalar)) for i in where.items)


def _stands_alone(scope: Scope, where: Condition | None) -> bool:
    """Return whether a single condition is one on a plain column of the rows asked for, and not on their name."""
    if scope.derived is not None or scope.query.source.joins:
        return False
    if isinstance(where, IsNull):
        return True
    if not isinstance(where, Compare | InList) or not isinstance(where.left, Column) or scope.is_label(where.left):
        return False
    if isinstance(where, Compare) and not isinstance(where.right, str | int | float):
        return False
    return not scope.known(where.left).is_key


def no_restriction(scope: Scope) -> str:
    """Return a remark that names a value, or a column, which nothing is restricted to: ，已取消的也算; or ""."""
    v, entity = scope.voice, scope.entity
    if scope.derived is not None:
        return ""
    used = {name.lower() for table, name in walk.columns(scope.query) if table == entity.table}
    free = [
        (name, values)
        for name, values in v.phrases.spread(entity.table)
        if name.lower() not in used and words_of(name)[-1] in CATEGORIES
    ]
    if not free:
        return ""
    name, values = v.of(free)
    column = Column(entity.table, name, entity.key if entity.key != entity.table else "")
    words = v.column(entity.table, name)
    state = words_of(name)[-1] in _STATES
    if not state or (isinstance(scope.query.where, Both) and scope.query.where.op == "or"):
        said = v.pick(f"不管{words}是什么", f"{words}不限", f"不限{words}", f"无论{words}如何", f"什么{words}的都算")
        return v.pick(f"，{said}", f"（{said}）", f"。{said}")
    first = v.of(values)
    others = [value for value in values if value != first]
    one = condition(scope, Compare(column, "=", first)).before.removesuffix("的") + "的"
    if others and v.chance(0.4):
        two = condition(scope, Compare(column, "=", v.of(others))).before.removesuffix("的") + "的"
        said = v.pick(f"{one}和{two}都算", f"{one}、{two}也都算上", f"{one}和{two}都包括")
    else:
        said = v.pick(
            f"{one}也算", f"{one}也算在内", f"{one}也要算上", f"包括{one}", f"{one}也包括在内",
            f"不管{words}是什么", f"{words}不限",
        )  # fmt: skip
    return v.pick(f"，{said}", f"，{said}", f"（{said}）", f"。{said}")
