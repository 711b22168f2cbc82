"""Literals in a question: numbers, dates and stored values, fenced so that finishing touches leave them alone."""

from __future__ import annotations

import re

from sqlwright.synth.chinese.voice import Voice
from sqlwright.synth.tree import Value

OPEN, CLOSE = "\ue000", "\ue001"
"""Private-use characters around a literal until the sentence is finished."""

DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})$")
MONTH = re.compile(r"(\d{4})-(\d{2})-?$")
_DIGITS = "零一二三四五六七八九十"
_QUOTES = (("“", "”"), ('"', '"'), ("'", "'"), ("「", "」"), ("‘", "’"))
_PLAIN = re.compile(r"[\w\u4e00-\u9fff.@+-]+$")


def fence(text: str) -> str:
    """Return the text marked as a literal."""
    return f"{OPEN}{text}{CLOSE}"


def number(voice: Voice, value: int | float) -> str:
    """Return a number as people write it: mostly digits, at times 1.5万 for large round ones."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        if not value.is_integer():
            return fence(repr(value))
        if voice.chance(0.7):
            value = int(value)
        else:
            return fence(repr(value))
    if value >= 10000 and value % 1000 == 0 and voice.chance(0.3):
        scaled = f"{value / 10000:g}"
        if "e" not in scaled and len(scaled) <= 6:
            if scaled.isdigit() and int(scaled) <= 10 and voice.chance(0.4):
                return fence(("两" if scaled == "2" else _DIGITS[int(scaled)]) + "万")
            return fence(scaled + "万")
    if 1000 <= value < 10000 and value % 1000 == 0 and voice.chance(0.06):
        return fence(("两" if value == 2000 else _DIGITS[value // 1000]) + "千")
    return fence(str(value))


def how_many(voice: Voice, count: int, measure: str) -> str:
    """Return a count with its measure word: 3个, 三个, 两位, 10 条."""
    if 1 < count <= 10 and voice.chance(0.3):
        return fence("两" if count == 2 else _DIGITS[count]) + measure
    return fence(str(count)) + measure


def date(voice: Voice, text: str) -> str:
    """Return an ISO date as stored or in Chinese."""
    found = DATE.match(text)
    if found and voice.chance(0.55):
        year, month, day = found.groups()
        return fence(f"{year}年{int(month)}月{int(day)}{'号' if voice.chance(0.15) else '日'}")
    return fence(text)


def text(voice: Voice, value: str, *, translate: bool = True, place: str = "") -> str:
    """Return a string stored in `place`, often by its Chinese name; quoted when it would read as part of the text."""
    if translate:
        names = voice.phrases.value(value, place)
        if names and voice.chance(0.6):
            name = one_of(voice, names)
            if voice.chance(0.13):
                return fence(name + voice.pick("（{}）", "({})").format(value))
            return fence(name)
    if _PLAIN.match(value) and "的" not in value and len(value) < 20:
        if voice.chance(0.9):
            return fence(value)
    elif value.replace(" ", "").replace("'", "").isalnum() and value.isascii() and voice.chance(0.8):
        return fence(value)
    opening, closing = voice.of(_QUOTES[:3] if voice.chance(0.9) else _QUOTES)
    if opening in value or closing in value:
        opening, closing = ("“", "”") if "“" not in value else ("「", "」")
    return opening + fence(value) + closing


def one_of(voice: Voice, names: tuple[str, ...]) -> str:
    """Return one of a value's Chinese names, the best one mostly."""
    return names[0] if len(names) == 1 or voice.chance(0.7) else voice.of(names[1:3])


def literal(voice: Voice, value: Value) -> str:
    """Return any literal."""
    if isinstance(value, str):
        return date(voice, value) if DATE.match(value) else text(voice, value)
    return number(voice, value)


def constant(voice: Voice, value: Value) -> str:
    """Return a value that the answer is to show, exactly as it is."""
    return text(voice, value, translate=False) if isinstance(value, str) else fence(str(value))
