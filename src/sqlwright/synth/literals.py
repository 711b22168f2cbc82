"""Check that a question says every literal of its query, so that the SQL can be told from the words.

    literals_said(tree, "Which customers live in Berlin?")

A literal may be said as it is stored, as a person writes it (1,000; five; March 2024; 3月), by a synonym that the
lexicon knows ("paid" as 已支付), or be implied: a flag by its wording, LIMIT 1 by a superlative.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from sqlwright.synth import tree as t
from sqlwright.synth.walk import nodes

Synonyms = Callable[[str], Collection[str]]
"""Gives the other words that may stand for a stored text."""

_MONTHS = "january february march april may june july august september october november december".split(" ")
_SMALL = "zero one two three four five six seven eight nine ten eleven twelve".split(" ")
_CHINESE_DIGITS = "零一二三四五六七八九"
_ONES = ("single", "once", "a ", "an ", "the ", "any", "only")
_IMPLIED: frozenset[object] = frozenset(
    {
        "Y",
        "N",
        "y",
        "n",
        "yes",
        "no",
        "Yes",
        "No",
        "T",
        "F",
        "t",
        "f",
        "true",
        "false",
        "True",
        "False",
        "TRUE",
        "FALSE",
    }
)
_SHARES = ("percent", "%", "share", "proportion", "百分", "占比", "比例", "率")
_WOMEN = ("female", "women", "woman", "girl", "女")
_MEN = ("male", "men", "man", "boy", "男")
_SEXES = {"f": _WOMEN, "female": _WOMEN, "m": _MEN, "male": _MEN}
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?:[eE]-?\d+)?(?![\d])|\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Said:
    """A literal and how it stands in the query."""

    value: t.Value
    kind: Literal["text", "number", "date", "month", "count", "limit", "flag", "percent"]
    op: str = ""


def literals_said(tree: t.Tree, question: str, synonyms: Synonyms | None = None) -> bool:
    """Return whether every literal of the tree is in the question or implied by it."""
    lower = question.lower()
    numbers = _numbers_of(lower)
    return all(_is_said(literal, lower, numbers, synonyms) for literal in literals(tree))


def literals(tree: t.Tree) -> Iterator[Said]:
    """Yield the literals of a tree."""
    for node in nodes(tree):
        match node:
            case t.Compare(left, op, (str() | int() | float()) as value):
                yield _literal(left, value, op)
            case t.Between(left, low, high):
                yield _literal(left, low, ">=")
                yield _literal(left, high, "<=")
            case t.InList(left, values):
                yield from (_literal(left, value, "=") for value in values)
            case t.Like(_, _, text):
                yield Said(text, "text")
            case t.Arithmetic("*", t.Aggregate(), 100.0):
                yield Said(100.0, "percent")
            case t.Arithmetic(_, _, (int() | float()) as value):
                yield Said(value, "number")
            case t.Case(_, then, otherwise) if (then, otherwise) != (1, 0):
                yield _literal(None, then, "=")
                yield _literal(None, otherwise, "=")
            case t.Query(limit=int() as limit) if limit > 1:
                yield Said(limit, "limit")


def _literal(left: t.Expression | None, value: t.Value, op: str) -> Said:
    if (
        isinstance(left, t.Column)
        and op in ("=", "<>")
        and (isinstance(value, bool) or value in (0, 1) or value in _IMPLIED)
    ):
        return Said(value, "flag", op)
    if isinstance(value, str):
        return Said(value, "date" if _DATE.match(value) else "text", op)
    if isinstance(left, t.DatePart) and left.part == "month":
        return Said(value, "month", op)
    if isinstance(left, t.Aggregate) and left.function == "count":
        return Said(value, "count", op)
    if isinstance(left, t.Column) and left.name == "position":
        return Said(value, "limit", op)
    return Said(value, "number", op)


def _is_said(literal: Said, question: str, numbers: set[float], synonyms: Synonyms | None) -> bool:
    value = literal.value
    if literal.kind == "flag":
        return True
    if literal.kind == "percent":
        return any(word in question for word in _SHARES)
    if isinstance(value, str):
        if (
            value.lower() in question
            or value.lower().replace("_", " ") in question
            or (literal.kind == "date" and _date_said(value, question, numbers))
        ):
            return True
        return any(word in question for word in _SEXES.get(value.lower(), ())) or (
            synonyms is not None and any(word.lower() in question for word in synonyms(value) if word)
        )
    if value in numbers or (literal.kind != "month" and _in_words(value, question)):
        return True
    if literal.kind == "month":
        return _month_said(int(value), question)
    if literal.kind == "limit":
        return value == 1
    return literal.kind == "count" and _count_said(int(value), literal.op, question, numbers)


def _date_said(value: str, question: str, numbers: set[float]) -> bool:
    """Return whether a date is said by its parts; the first or last day of a year or month may go without saying."""
    match = _DATE.match(value)
    assert match is not None  # the caller found a date
    year, month, day = (int(part) for part in match.groups())
    if year not in numbers and year % 100 not in numbers:
        return False
    edge = day == 1 or day >= 28
    if edge and month == (1 if day == 1 else 12):
        return True
    return _month_said(month, question) and (day in numbers or edge or _ordinal(day) in question)


def _ordinal(day: int) -> str:
    ending = "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def _month_said(month: int, question: str) -> bool:
    name = _MONTHS[month - 1]
    if re.search(rf"\b{name[:3]}(?:{name[3:]}|\b|\.)" if name != "may" else r"\bmay\b", question):
        return True
    return bool(re.search(rf"(?<!\d)0?{month}(?!\d)", question)) or f"{_chinese(month)}月" in question


def _count_said(value: int, op: str, question: str, numbers: set[float]) -> bool:
    """Return whether a threshold on a count is said the other way: "> 1" as "at least 2", or as "several"."""
    other = value + 1 if op in (">", "<=") else value - 1
    if other in numbers or _in_words(other, question):
        return True
    return min(value, other) <= 1 and any(
        word in question for word in ("one", *_ONES, "multiple", "several", "多", "一")
    )


def _in_words(value: float, question: str) -> bool:
    if value != int(value):
        percent = round(value * 100, 4)
        return f"{percent:g}%" in question
    number = int(value)
    if 0 <= number < len(_SMALL) and re.search(rf"\b{_SMALL[number]}\b", question):
        return True
    if number == 2 and ("两" in question or "twice" in question or "second" in question):
        return True
    chinese = _chinese(number)
    if chinese and chinese in question:
        return True
    if (
        number
        and number % 10000 == 0
        and (f"{number // 10000}万" in question or f"{_chinese(number // 10000)}万" in question)
    ):
        return True
    if number and number % 1000 == 0:
        short = number // 1000
        return any(
            text in question for text in (f"{short}k", f"{short} thousand", f"{short}千", f"{short / 1000:g} million")
        )
    return number % 100 == 0 and number > 0 and f"{number / 10000:g}万" in question


def _chinese(number: int) -> str:
    """Return a number up to 99 in Chinese characters, or ""."""
    if not 0 < number < 100:
        return ""
    tens, ones = divmod(number, 10)
    text = ("十" if tens == 1 else _CHINESE_DIGITS[tens] + "十") if tens else ""
    return text + (_CHINESE_DIGITS[ones] if ones else "")


def _numbers_of(question: str) -> set[float]:
    """Return the numbers written with digits in a text, with and without separators of thousands."""
    found: set[float] = set()
    for match in _NUMBER.finditer(question):
        text = match.group().rstrip(",")
        found.add(float(text.replace(",", "")))
        found.add(abs(float(text.replace(",", ""))))
        for part in re.split(r",", text):
            if part.strip("-"):
                found.add(float(part))
    return found
