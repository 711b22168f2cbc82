"""Conditions on number columns: "priced above 50", "older than 30", "with more than 300 pages"."""

from __future__ import annotations

from sqlwright.synth.english.comparing import COUNTS, IS_NUMBER, OF_NUMBER, THAN, agree, fill
from sqlwright.synth.english.lexis import AMOUNTS, UNITS, Scale
from sqlwright.synth.english.modifiers import Modifier, an, subject, verb
from sqlwright.synth.english.names import ColumnWords
from sqlwright.synth.english.voice import Voice
from sqlwright.synth.tree import Column, Value

_AGES = {">": "over {}", "<": "under {}", ">=": "{} or older", "<=": "{} or younger"}


def compared(voice: Voice, column: Column, op: str, value: Value, plural: bool) -> list[Modifier]:
    """Say `column op number`."""
    words = voice.column(column)
    literal = voice.literal(value, words)
    phrase, many = subject(voice, column)
    out: list[Modifier] = [("whose", f"{phrase} {agree(voice.choose(IS_NUMBER[op]), many)} {literal}")]
    if value == 0 and op in ("=", "<=", ">"):
        out += _none(voice, words, op, phrase, plural)
    if words.counted:
        return out + _counted(voice, words.counted, op, literal, value == 1, plural)
    out.append(("with", f"{an(voice, column)} {voice.choose(OF_NUMBER[op])} {literal}"))
    if voice.chance(0.25):
        out.append(("with", f"{phrase} {op if op != '<>' else '!='} {literal}"))
    if many and op in THAN:
        amount = fill(voice.choose(THAN[op]), literal)
        out += [("with", f"{amount} {phrase}"), ("pred", verb(f"have {amount} {phrase}", plural))]
    if words.head in AMOUNTS and words.scale is not None and op in "<>":
        out += [("short", f"{voice.pick('over', 'above', 'of more than') if op == '>' else 'under'} {literal}")] * 3
    if words.head in ("stock", "inventory") and op in COUNTS and phrase == words.phrases[0]:
        amount = fill(voice.choose(COUNTS[op]), literal)
        out += [
            ("with", f"{amount} {'units ' if voice.chance(0.5) else ''}in stock"),
            ("with", f"{amount} in {phrase}"),
        ]
    if words.scale is not None:
        out += _scaled(voice, words, words.scale, op, literal, plural)
    if words.head == "age" and op in _AGES:
        text = _AGES[op].format(literal)
        out += [("short", text if op in "<>" else f"aged {text}"), ("pred", verb(f"are {text}", plural))]
        if op == ">" and voice.chance(0.2):
            out.append(("short", f"above the age of {literal}"))
    return out


def _none(voice: Voice, words: ColumnWords, op: str, phrase: str, plural: bool) -> list[Modifier]:
    """Say that there is nothing of something, or something at all, without a figure."""
    some = op == ">"
    if words.head in ("stock", "inventory"):
        if some:
            return [("pred", verb(f"are {voice.pick('in stock', 'still in stock', 'available')}", plural))] * 4
        gone = [
            ("pred", verb(f"are {voice.pick('out of stock', 'sold out')}", plural)),
            ("short", "out of stock"),
        ]
        left = voice.pick("none left", "no stock left", "nothing in stock", f"no {phrase} left")
        return [*gone * 3, ("with", left), ("pred", verb(f"have {left}", plural))]
    if words.counted and " per " not in words.counted:
        things = f"any {words.counted} at all" if some else f"no {words.counted}"
        return [("with", things), ("pred", verb(f"have {things}", plural))] * 4
    if words.head in ("price", "cost", "fee", "fare") and not some:
        return [("adj", "free"), ("pred", verb(f"are {voice.pick('free', 'free of charge')}", plural))] * 3
    if words.head in ("discount", "delay", "balance", "debt", "fine", "bonus", "commission", "tip", "surcharge"):
        no = f"{'a' if some else 'no'} {phrase}"
        return [("with", no), ("pred", verb(f"have {no}", plural))] * 3 + (
            [] if some else [("short", f"without {phrase}")]
        )
    return []


def _counted(voice: Voice, things: str, op: str, literal: str, one: bool, plural: bool) -> list[Modifier]:
    if op not in COUNTS:
        return [("with", f"a number of {things} other than {literal}")]
    amount = fill(voice.choose(COUNTS[op]), literal)
    if one and op == "=":
        return [("with", f"a number of {things} of {literal}")]
    return [("with", f"{amount} {things}")] * 3 + [("pred", verb(f"have {amount} {things}", plural))] * 2


def _scaled(voice: Voice, words: ColumnWords, scale: Scale, op: str, literal: str, plural: bool) -> list[Modifier]:
    out: list[Modifier] = []
    if op in (">", "<"):
        adjective = scale.more if op == ">" else scale.less
        if " " not in adjective or adjective == "more expensive":
            out += [("short", f"{adjective} than {literal}"), ("pred", verb(f"are {adjective} than {literal}", plural))]
    if op not in THAN:
        return out
    amount = fill(voice.choose(THAN[op]), literal)
    if scale.verb:
        out += [("pred", verb(f"{scale.verb} {amount}", plural))] * 2
    if scale.participle and (scale.participle != "aged" or op == "="):
        at = "at " if op == "=" and scale.participle == "priced" else ""
        out.append(("short", f"{scale.participle} {at}{literal if op == '=' else amount}"))
    if words.head in UNITS:
        out.append(("pred", verb(f"are {amount} {UNITS[words.head]}", plural)))
    return out


def between(voice: Voice, column: Column, low: Value, high: Value, plural: bool) -> list[Modifier]:
    """Say `column BETWEEN low AND high` for numbers and texts."""
    words = voice.column(column)
    first, last = voice.literal(low, words), voice.literal(high, words)
    phrase, many = subject(voice, column)
    span = f"between {first} and {last}"
    loose = voice.pick(
        span, span, f"from {first} to {last}", f"in the range {first} to {last}", f"ranging from {first} to {last}"
    )
    out: list[Modifier] = [("whose", f"{phrase} {agree(voice.pick('is', 'is', 'lies', 'falls'), many)} {span}")]
    if words.counted:
        return [
            *out,
            ("with", f"{first} to {last} {words.counted}"),
            ("with", f"{span} {words.counted}"),
            ("pred", verb(f"have {span} {words.counted}", plural)),
        ]
    out.append(("with", f"{an(voice, column)} {loose}"))
    if words.scale is None:
        return out
    if words.head == "age":
        out += [
            ("short", f"aged {span}"),
            ("short", f"aged {first} to {last}"),
            ("pred", verb(f"are {span} years old", plural)),
        ]
    elif words.scale.verb:
        out.append(("pred", verb(f"{words.scale.verb} {span}", plural)))
    if words.scale.participle == "priced":
        out += [("short", f"priced {span}"), ("short", f"priced from {first} to {last}")]
    return out


def outside(voice: Voice, column: Column, below: tuple[str, Value], above: tuple[str, Value]) -> list[Modifier]:
    """Say `column op x OR column op y`."""
    words = voice.column(column)
    phrase, many = subject(voice, column)
    wording = {
        "<": voice.pick("below", "under", "less than"),
        ">": voice.pick("above", "over", "more than"),
        "<=": "at most",
        ">=": "at least",
        "=": "exactly",
    }
    one, two = (f"{wording[op]} {voice.literal(value, words)}" for op, value in (below, above))
    if words.counted:
        return [("with", f"{one} or {two} {words.counted}"), ("whose", f"{phrase} is either {one} or {two}")]
    either = "either " if voice.chance(0.4) else ""
    return [
        ("whose", f"{phrase} {agree('is', many)} {either}{one} or {two}"),
        ("with", f"{an(voice, column)} {either}{one} or {two}"),
    ]
