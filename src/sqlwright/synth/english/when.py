"""Conditions on dates and years: "placed in 2023", "hired before March 5, 2020", "from May 2022"."""

from __future__ import annotations

from dataclasses import dataclass

from sqlwright.synth.english.comparing import IN_YEAR, IS_DATE, IS_NUMBER, ON_DATE, agree, fill
from sqlwright.synth.english.grammar import ordinal
from sqlwright.synth.english.lexis import MONTHS
from sqlwright.synth.english.modifiers import Modifier, an, subject, was
from sqlwright.synth.english.names import ColumnWords
from sqlwright.synth.english.voice import Voice
from sqlwright.synth.tree import Column, DatePart, Value


@dataclass(frozen=True, slots=True)
class MonthOfYear:
    """`YEAR(column) = year AND MONTH(column) = month`, which people say as one: "in May 2022"."""

    column: Column
    year: int
    month: int


def compared(voice: Voice, column: Column, op: str, value: Value, plural: bool) -> list[Modifier]:
    """Say `column op date` or `column op year`."""
    words = voice.column(column)
    literal = voice.literal(value, words)
    phrase, many = subject(voice, column)
    years = words.sense == "year"
    pool, wordings = (IS_NUMBER, IN_YEAR) if years and voice.chance(0.5) else (IS_DATE, IN_YEAR if years else ON_DATE)
    wording = voice.choose(pool[op])
    if years:
        wording = wording.removesuffix(" on")
    out: list[Modifier] = [
        (
            "whose",
            f"{phrase} {agree(wording, many)} {literal}",
        )
    ]
    if op not in wordings:
        return [*out, ("with", f"{an(voice, column)} other than {literal}")]
    time = fill(voice.choose(wordings[op]), literal)
    out.append(("with", f"{an(voice, column)} {_after_with(op, literal, time)}"))
    loose = ""
    if op == "=" and years:
        loose = voice.pick(f"from {literal}", f"from {literal}", f"of {literal}")
    elif not years:
        loose = time
    return out + happened(voice, words, time, loose, plural)


def _after_with(op: str, literal: str, time: str) -> str:
    if op == "=":
        return f"of {literal}"
    if op == ">=" and not time.startswith("on or"):
        return f"of {literal} or later"
    if op == "<=" and not time.startswith("on or"):
        return f"of {literal} or earlier"
    return time


def happened(voice: Voice, words: ColumnWords, time: str, loose: str, plural: bool) -> list[Modifier]:
    """Return "placed in 2023" and the like, where the column's name or table has a verb for it.

    Args:
        time: what stands behind a verb ("in 2023").
        loose: what stands right behind a noun, where the table has but this date ("from 2023").
    """
    out: list[Modifier] = []
    own = words.verb is not None and words.verb[0] == voice.table(words.table).event
    if words.verb:
        participle, passive = words.verb
        out += [("pred", f"{was(plural) + ' ' if passive else ''}{participle} {time}")] * 2
        if passive:
            out += [("short", f"{participle} {time}")] * 3
    plain = words.phrases[0] in ("date", "time", "timestamp", "year")
    only = not voice.table(words.table).human and voice.names.only_date(words.table)
    if loose and (own or (words.verb is None and (plain or only))):
        out += [("short", loose)] * 3
        if loose.startswith("in ") and loose[3:].isdigit() and voice.chance(0.5):
            out.append(("adj", loose[3:]))
    return out


def part_compared(voice: Voice, part: DatePart, op: str, value: int, plural: bool) -> list[Modifier]:
    """Say a comparison of a date's year, month or day."""
    words = voice.column(part.column)
    phrase, many = subject(voice, part.column)
    thing = an(voice, part.column)
    falls = agree(voice.pick("is", "is", "falls"), many)
    if part.part == "year" and op in IN_YEAR:
        time = fill(voice.choose(IN_YEAR[op]), str(value))
        out: list[Modifier] = [("whose", f"{phrase} {falls} {time}"), ("with", f"{thing} {time}")]
        if voice.chance(0.15):
            out.append(("whose", f"{phrase} year {voice.choose(IS_NUMBER[op])} {value}"))
        loose = voice.pick(f"in {value}", f"in {value}", f"from {value}") if op == "=" else time
        return out + happened(voice, words, time, loose, plural)
    if part.part == "month" and op == "=" and 1 <= value <= 12:
        name = MONTHS[value - 1]
        time = f"in {voice.pick(name, name, name, 'the month of ' + name, name + ' of any year')}"
        return [
            ("whose", f"{phrase} {falls} {time}"),
            ("with", f"{thing} {time}"),
            *happened(voice, words, time, time, plural),
        ]
    if part.part == "day" and op == "=":
        time = f"on the {ordinal(value)} of {voice.pick('the', 'a', 'any')} month"
        return [("whose", f"{phrase} {falls} {time}"), *happened(voice, words, time, time, plural)]
    test = f"{voice.choose(IS_NUMBER[op])} {value}"
    return [("whose", f"{phrase} {part.part} {test}"), ("whose", f"{part.part} of the {phrase} {test}")]


def month_of_year(voice: Voice, condition: MonthOfYear, plural: bool) -> list[Modifier]:
    """Say "in May 2022"."""
    words = voice.column(condition.column)
    phrase, many = subject(voice, condition.column)
    name = MONTHS[condition.month - 1]
    moment = voice.pick(
        f"{name} {condition.year}",
        f"{name} {condition.year}",
        f"{name} of {condition.year}",
        f"{name[:3]} {condition.year}",
    )
    time = f"{voice.pick('in', 'in', 'during')} {moment}"
    out: list[Modifier] = [
        ("whose", f"{phrase} {agree(voice.pick('is', 'falls'), many)} in {moment}"),
        ("with", f"{an(voice, condition.column)} in {moment}"),
    ]
    return out + happened(voice, words, time, voice.pick(f"from {moment}", f"in {moment}"), plural)


def between(voice: Voice, left: Column | DatePart, low: Value, high: Value, plural: bool) -> list[Modifier]:
    """Say a span of dates, years or months."""
    column = left.column if isinstance(left, DatePart) else left
    words = voice.column(column)
    phrase, many = subject(voice, column)
    if isinstance(left, DatePart) and left.part != "year":
        return [("whose", f"{left.part} of the {phrase} is between {low} and {high}")]
    first, last = (voice.literal(value, words) if isinstance(left, Column) else str(value) for value in (low, high))
    span = voice.pick(f"between {first} and {last}", f"between {first} and {last}", f"from {first} to {last}")
    is_ = agree(voice.pick("is", "falls") if span.startswith("between") else "ranges", many)
    return [
        ("whose", f"{phrase} {is_} {span}"),
        ("with", f"{an(voice, column)} {span}"),
        *happened(voice, words, span, span, plural),
    ]
