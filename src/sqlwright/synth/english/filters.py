"""Conditions on plain columns of one table, each as several modifiers of that table's noun."""

from __future__ import annotations

from sqlwright.synth.english import quantities, texts, when
from sqlwright.synth.english.grammar import with_article
from sqlwright.synth.english.lexis import MASS
from sqlwright.synth.english.modifiers import Modifier, subject, verb
from sqlwright.synth.english.names import ColumnWords
from sqlwright.synth.english.voice import UnsayableError, Voice
from sqlwright.synth.english.when import MonthOfYear
from sqlwright.synth.tree import Between, Column, Compare, Condition, DatePart, InList, IsNull, Like, Value

_FALSE = frozenset({"0", "n", "no", "f", "false"})
_TRUE = frozenset({"1", "y", "yes", "t", "true"})
_KNOWN = ("known", "not null", "not empty", "filled in", "set", "recorded", "on file")
_UNKNOWN = ("missing", "empty", "null", "not set", "unknown", "blank", "not known", "not recorded")
_OPPOSITES = {
    "active": "inactive",
    "complete": "incomplete",
    "valid": "invalid",
    "available": "unavailable",
    "paid": "unpaid",
    "verified": "unverified",
    "approved": "unapproved",
    "published": "unpublished",
    "resolved": "unresolved",
    "locked": "unlocked",
    "married": "unmarried",
}


def modifiers(voice: Voice, condition: Condition | MonthOfYear, plural: bool) -> list[Modifier]:
    """Return ways to say a condition on plain columns; one of kind "whose" is among them.

    Raises:
        UnsayableError: the condition is on something else.
    """
    match condition:
        case Compare(Column() as column, op, (str() | int() | float()) as value):
            return _compare(voice, column, op, value, plural)
        case Compare(DatePart() as part, op, (int() | str()) as value):
            return when.part_compared(voice, part, op, int(value), plural)
        case MonthOfYear():
            return when.month_of_year(voice, condition, plural)
        case Between(DatePart() as left, low, high):
            return when.between(voice, left, low, high, plural)
        case Between(Column() as left, low, high):
            timed = voice.column(left).sense in ("date", "year")
            if timed:
                return when.between(voice, left, low, high, plural)
            return quantities.between(voice, left, low, high, plural)
        case InList(Column() as column):
            return texts.in_list(voice, column, condition, plural)
        case Like():
            return texts.like(voice, condition, plural)
        case IsNull():
            return _null(voice, condition, plural)
    raise UnsayableError(type(condition).__name__)


def _compare(voice: Voice, column: Column, op: str, value: Value, plural: bool) -> list[Modifier]:
    words = voice.column(column)
    if words.sense == "flag":
        truth = str(value).lower()
        if op in ("=", "<>") and truth in _TRUE | _FALSE:
            return _flag(voice, column, words, (truth in _FALSE) == (op == "<>"), plural)
    if words.sense in ("date", "year"):
        return when.compared(voice, column, op, value, plural)
    if words.sense in ("number", "flag") and not isinstance(value, str):
        return quantities.compared(voice, column, op, value, plural)
    return texts.compared(voice, column, op, value, plural)


def _flag(voice: Voice, column: Column, words: ColumnWords, yes: bool, plural: bool) -> list[Modifier]:
    kind, text = words.flag
    state = voice.pick("true", "yes", "set") if yes else voice.pick("false", "no", "not set")
    out: list[Modifier] = [("whose", f"{voice.phrase(column)} is {state}")]
    if kind == "adj":
        opposite = _OPPOSITES.get(text, "")
        if yes or opposite:
            adjective = text if yes else opposite
            return out + [("adj", adjective)] * 4 + [("pred", verb(f"are {adjective}", plural))] * 2
        return out + [("adj", f"non-{text}")] + [("pred", verb(f"are not {text}", plural))] * 3
    if kind == "noun":
        role = text if plural or text in MASS else with_article(text)
        return out + [("pred", verb(f"are {role}" if yes else f"are not {role}", plural))] * (0 if plural else 2)
    if kind == "have":
        if yes:
            return [*out, *[("with", text)] * 3, ("pred", verb(f"have {text}", plural))]
        return [
            *out,
            *[("short", f"without {text}")] * 2,
            ("pred", verb(f"don't have {text}", plural)),
            ("with", f"no {text}"),
        ]
    if kind == "can":
        return out + [("pred", f"{'can' if yes else 'cannot'} {text}")] * 3
    return out


def _null(voice: Voice, condition: IsNull, plural: bool) -> list[Modifier]:
    column = condition.column
    phrase, many = subject(voice, column)
    words = voice.column(column)
    thing = phrase if many or words.head in MASS else with_article(phrase)
    be = "are" if many else "is"
    if condition.negated and words.verb and words.verb[1] and words.sense == "date" and words.verb[0] in _NOT_YET:
        done = words.verb[0]
        return [
            ("whose", f"{phrase} {be} {voice.choose(_KNOWN)}"),
            *[("pred", f"{verb('have', plural)} {voice.pick('', 'already ')}been {done}")] * 3,
            ("short", f"already {done}"),
            *[("adj", done)] * 3,
        ]
    if condition.negated:
        return [
            (
                "whose",
                f"{phrase} {be} {voice.choose(_KNOWN)}",
            ),
            ("with", voice.pick(thing, thing, f"{thing} on file", f"a known {phrase}", f"{thing} recorded")),
            ("with", thing),
            ("pred", verb(f"have {thing}{voice.pick('', '', ' on file', ' recorded')}", plural)),
        ]
    out = [
        (
            "whose",
            f"{phrase} {be} {voice.choose(_UNKNOWN)}",
        ),
        ("with", f"no {phrase}{voice.pick('', '', ' on file', ' recorded', ' given')}"),
        ("short", f"without {thing}"),
        ("short", f"missing {thing}"),
        ("pred", verb(f"have no {phrase}{voice.pick('', ' on file', ' recorded')}", plural)),
        ("pred", verb(f"don't have {thing}", plural)),
    ]
    if words.verb and words.verb[1] and words.sense == "date" and words.verb[0] in _NOT_YET:
        done = words.verb[0]
        return [
            *out[:3],
            *[("pred", f"{verb('have', plural)} not been {done} {voice.pick('yet', '')}".rstrip())] * 3,
            ("pred", verb(f"are not {done} yet", plural)),
            ("short", f"not yet {done}"),
            *[("adj", _NOT_YET[done])] * (5 if _NOT_YET[done] else 0),
            *[("pred", verb(f"are still {_NOT_YET[done] or 'open'}", plural))] * 2,
        ]
    return out


_NOT_YET = {
    "shipped": "unshipped", "delivered": "undelivered", "closed": "", "returned": "unreturned", "paid": "unpaid",
    "resolved": "unresolved", "approved": "unapproved", "completed": "unfinished", "published": "unpublished",
    "signed": "unsigned",
}  # fmt: skip
"""What is done at a date -> what a row is before; "" where that would say a status."""
