"""Comparisons of dates with literals: 2023年下单, 在2024年3月5日之后, 截至2022-12-31."""

from __future__ import annotations

from sqlwright.synth.chinese import literals
from sqlwright.synth.chinese.said import Said, Subject
from sqlwright.synth.chinese.voice import Voice
from sqlwright.synth.chinese.words import COMPARE, EVENT_VERBS, is_person
from sqlwright.synth.tree import Value

_STEMS = ("日期", "时间", "年份", "日")


def event(subject: Subject) -> str:
    """Return the verb that a date column is named after ("下单" of 下单日期), or nothing."""
    if not subject.noun:
        return ""
    for ending in _STEMS:
        if subject.words.endswith(ending):
            stem = subject.words[: -len(ending)]
            return stem if stem in EVENT_VERBS and not subject.noun.startswith(stem) else ""
    return ""


def compare(voice: Voice, subject: Subject, op: str, value: str) -> Said:
    """Say that a date compares so with another."""
    words, verb = subject.words, event(subject)
    if op in ("<", ">=") and voice.chance(0.7):
        start = _start(voice, words, verb, op, value)
        if start is not None:
            return start
    day = literals.date(voice, value)
    if verb and voice.chance(0.55):
        said = {
            ">": (f"在{day}之后{verb}", f"{day}之后{verb}", f"{day}以后{verb}", f"晚于{day}{verb}"),
            ">=": (
                f"在{day}或之后{verb}",
                f"{day}起{verb}",
                f"从{day}起{verb}",
                f"{day}以来{verb}",
                f"{day}及以后{verb}",
            ),
            "<": (f"在{day}之前{verb}", f"{day}之前{verb}", f"{day}以前{verb}", f"早于{day}{verb}"),
            "<=": (f"在{day}或之前{verb}", f"截至{day}{verb}", f"{day}及以前{verb}", f"不晚于{day}{verb}"),
            "=": (f"{day}{verb}", f"在{day}{verb}", f"{day}当天{verb}"),
            "<>": (f"不是{day}{verb}", f"不在{day}{verb}"),
        }[op]
        return Said(voice.of(said))
    said = {
        ">": (f"{words}在{day}之后", f"{words}晚于{day}", f"{words}在{day}以后", f"{words}大于{day}"),
        ">=": (f"{words}不早于{day}", f"{words}在{day}及以后", f"{words}在{day}或之后", f"{words}大于等于{day}"),
        "<": (f"{words}早于{day}", f"{words}在{day}之前", f"{words}在{day}以前", f"{words}小于{day}"),
        "<=": (f"{words}不晚于{day}", f"{words}在{day}及以前", f"{words}在{day}或之前", f"{words}小于等于{day}"),
        "=": (f"{words}为{day}", f"{words}是{day}"),
        "<>": (f"{words}不是{day}", f"{words}不为{day}"),
    }[op]
    return Said(voice.of(said[:-1] if "年" in day and len(said) > 2 else said))


def _start(voice: Voice, words: str, verb: str, op: str, value: str) -> Said | None:
    """Say a bound at the first day of a year or month by that year or month: 2010年以前入职."""
    if not value.endswith("-01") or not literals.DATE.match(value):
        return None
    when = literals.fence(f"{value[:4]}年" if value.endswith("-01-01") else f"{value[:4]}年{int(value[5:7])}月")
    if op == "<":
        span = voice.pick(f"{when}以前", f"{when}之前", f"{when}前")
    else:
        span = voice.pick(f"{when}起", f"{when}以来", f"{when}及以后", f"从{when}开始", f"自{when}起")
    return Said(f"{span}{verb}" if verb else f"{words}在{span}")


def in_month(voice: Voice, subject: Subject, year: object, month: object) -> Said:
    """Say that a date is in a month of a year."""
    when, verb = literals.fence(f"{year}年{month}月"), event(subject)
    return _when(voice, subject, when, verb)


def _when(voice: Voice, subject: Subject, when: str, verb: str) -> Said:
    """Say that a date is in a year or month: 2024年入职, 入职于2024年; 2024年的(订单) where there is one date."""
    if subject.only_date and not is_person(subject.noun) and voice.chance(0.5):
        return Said(f"{subject.words}在{when}", f"{when}的")
    if verb and voice.chance(0.8):
        return Said(
            voice.pick(f"{when}{verb}", f"{when}{verb}", f"在{when}{verb}", f"{verb}于{when}"),
            f"{when}{verb}的",
        )
    return Said(voice.pick(f"{subject.words}在{when}", f"{subject.words}是{when}", f"{subject.words}在{when}"))


def date_part(voice: Voice, subject: Subject, part: str, op: str, value: Value) -> Said:
    """Say that the year, month or day of a date compares so with a number."""
    words, verb = subject.words, event(subject)
    unit = {"year": "年", "month": "月", "day": "日"}[part]
    name = {"year": "年份", "month": "月份", "day": "日"}[part]
    when = literals.fence(
        f"{value}{voice.pick('月', '月份') if part == 'month' and op == '=' else '号' if part == 'day' else unit}"
    )
    if op == "=" and voice.chance(0.85):
        if part == "day":
            return Said(f"{words}是每月{when}" if voice.chance(0.5) else f"{words}的日期为{when}")
        return _when(voice, subject, when, verb)
    if part == "year" and op in (">", ">=", "<", "<=") and voice.chance(0.75):
        if verb and voice.chance(0.6):
            said = {
                ">": (f"晚于{when}{verb}", f"{when}之后（不含{when}）{verb}"),
                ">=": (f"{when}及以后{verb}", f"{when}以来{verb}", f"从{when}起{verb}", f"不早于{when}{verb}"),
                "<": (f"{when}之前{verb}", f"早于{when}{verb}", f"{when}以前{verb}"),
                "<=": (f"{when}及以前{verb}", f"不晚于{when}{verb}", f"{when}或更早{verb}"),
            }[op]
            return Said(voice.of(said))
        said = {
            ">": (f"{words}晚于{when}", f"{words}在{when}之后"),
            ">=": (f"{words}在{when}及以后", f"{words}不早于{when}", f"{words}在{when}或更晚"),
            "<": (f"{words}早于{when}", f"{words}在{when}之前"),
            "<=": (f"{words}在{when}及以前", f"{words}不晚于{when}"),
        }[op]
        return Said(voice.of(said))
    if op == "<>" and part != "day" and voice.chance(0.6):
        return Said(f"{words}不在{when}")
    return Said(f"{words}的{name}{voice.of(COMPARE[op])}{literals.fence(str(value))}")


def date_part_between(voice: Voice, subject: Subject, part: str, low: Value, high: Value) -> Said:
    """Say that the year, month or day of a date is between two numbers."""
    unit, words = {"year": "年", "month": "月", "day": "日"}[part], subject.words
    a, b = literals.fence(f"{low}{unit}"), literals.fence(f"{high}{unit}")
    if part == "day":
        return Said(f"{words}的日（几号）在{literals.fence(str(low))}到{literals.fence(str(high))}之间")
    return Said(voice.pick(f"{words}在{a}到{b}之间", f"{words}在{a}至{b}之间"))


def between(voice: Voice, subject: Subject, low: str, high: str) -> Said:
    """Say that a date is between two, both included."""
    verb, span = event(subject), _span(voice, low, high)
    if verb and voice.chance(0.55):
        during = f"在{span}{verb}" if span.endswith("间") else f"在{span}期间{verb}"
        return Said(voice.pick(f"{span}{verb}", f"在{span}{verb}", during))
    verb = voice.pick("在", "介于", "在")
    return Said(f"{subject.words}{verb}{span}{'' if span.endswith(('间', '年' + literals.CLOSE)) else '之间'}")


def _span(voice: Voice, low: str, high: str) -> str:
    whole_year = low[4:] == "-01-01" and high[4:] in ("-12-31", "-12-31 23:59:59")
    if whole_year and low[:4] == high[:4] and voice.chance(0.5):
        return literals.fence(f"{low[:4]}年")
    chinese = voice.chance(0.5)
    if low[:4] == high[:4] and voice.chance(0.3) and low[4:8] != high[4:8]:
        first = f"{low[:4]}年{int(low[5:7])}月{int(low[8:10])}日"
        last = literals.fence(f"{int(high[5:7])}月{int(high[8:10])}日")
        return f"{literals.fence(first)}到{last}{voice.pick('', '之间')}"
    a, b = (
        (literals.date(voice, low), literals.date(voice, high))
        if chinese
        else (literals.fence(low), literals.fence(high))
    )
    if a.endswith("日" + literals.CLOSE) != b.endswith("日" + literals.CLOSE):
        a, b = literals.fence(low), literals.fence(high)
    return voice.pick(f"{a}到{b}之间", f"{a}至{b}之间", f"{a}和{b}之间", f"{a}到{b}")
