"""Conditions joined by 且 and 或, never in a way that leaves open which binds first."""

from __future__ import annotations

from sqlwright.synth.chinese.said import Said
from sqlwright.synth.chinese.voice import Voice
from sqlwright.synth.tree import Both, Column, Compare, DatePart, InList


def joined(voice: Voice, node: Both, parts: list[Said], deep: list[bool], subject: str) -> Said:
    """Join conditions in words.

    Args:
        voice: makes the choices.
        node: the conditions as a tree.
        parts: each in words.
        deep: which of them are themselves joined by the other operator; those are fenced.
        subject: the words of the column that all may be about.
    """
    words = [part.predicate for part in parts]
    if not any(deep):
        words = _without_repeats(voice, node, words, subject)
    if node.op == "or":
        words = [f"同时满足“{word}”" if inner else word for word, inner in zip(words, deep, strict=True)]
        return Said(voice.pick("或者", "或", "，或者", "或").join(words))
    if any(deep):
        plain = [word for word, inner in zip(words, deep, strict=True) if not inner]
        either = [f"满足“{word}”" for word, inner in zip(words, deep, strict=True) if inner]
        return Said(voice.pick("，并且", "且", "，同时").join([*plain, *either]))
    text = voice.pick("且", "并且", "，并且", "且", "而且").join(words)
    if len(parts) == 2 and all(len(part.before) <= 14 for part in parts) and voice.chance(_stacks(parts)):
        first, second = sorted(parts, key=_tightness) if voice.chance(0.85) else parts
        link = "" if second.modifier or voice.chance(0.5) else "、"
        return Said(text, f"{first.before}{link}{second.before}")
    short = len(parts) == 3 and all(len(part.before) <= 12 and "，" not in part.before for part in parts)
    if short and voice.chance(0.45):
        return Said(text, _stacked(voice, sorted(parts, key=_tightness)))
    return Said(text)


def _stacked(voice: Voice, parts: list[Said]) -> str:
    """Return three modifiers before a noun: 家住杭州的、2020年注册的女(患者)."""
    comma = voice.pick("、", "、", "，")
    first, second, third = (part.before for part in parts)
    return f"{first}{comma}{second}{third if not third.endswith('的') else comma + third}"


def _stacks(parts: list[Said]) -> float:
    """Return how often to put conditions one after the other before the noun: 家住杭州的男患者."""
    return 0.75 if any(part.modifier for part in parts) else 0.4


def _tightness(part: Said) -> int:
    """Return how close to the noun a modifier belongs: 男 right before it, 杭州的 before that."""
    return 2 if part.modifier and not part.modifier.endswith("的") else 1 if part.modifier else 0


def _without_repeats(voice: Voice, node: Both, words: list[str], subject: str) -> list[str]:
    """Leave out a repeated subject: 价格低于100或高于500."""
    first = node.items[0]
    if not subject or not isinstance(first, Compare) or voice.chance(0.3):
        return words
    if not all(isinstance(item, Compare) and item.left == first.left for item in node.items):
        return words
    if len(words) != len(node.items) or not all(word.startswith(subject) for word in words):
        return words
    return [words[0], *(word[len(subject) :] for word in words[1:])]


def year_and_month(node: Both) -> tuple[Compare, Compare] | None:
    """Return the two conditions that set the year and the month of one date column, to be said as 2024年3月."""
    parts = [i for i in node.items if isinstance(i, Compare) and i.op == "=" and isinstance(i.left, DatePart)]
    if node.op == "or" or len(parts) != 2:
        return None
    by_part = {part.left.part: part for part in parts if isinstance(part.left, DatePart)}
    year, month = by_part.get("year"), by_part.get("month")
    if year is None or month is None or not isinstance(year.left, DatePart) or not isinstance(month.left, DatePart):
        return None
    return (year, month) if year.left.column == month.left.column else None


def one_of(node: Both) -> InList | None:
    """Return `a = x OR a = y` as one condition that the value is one of several; None when it is not that."""
    values = [i.right for i in node.items if isinstance(i, Compare) and i.op == "=" and isinstance(i.right, str)]
    first = node.items[0]
    if node.op != "or" or len(values) != len(node.items) or not isinstance(first, Compare):
        return None
    if not isinstance(first.left, Column) or any(isinstance(i, Compare) and i.left != first.left for i in node.items):
        return None
    return InList(first.left, tuple(values))
