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
    if words.sense == "number":
        return _no_number(voice, condition, phrase, thing, be, plural)
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
            *[("pred", verb(f"are still {_NOT_YET[done] or 'open'}", plural))] * (0 if done in _ONCE else 2),
        ]
    key = words.verb[0] if words.verb and not words.verb[1] else words.head
    reachable = voice.table(column.table).human or key not in ("phone", "email", "address")
    lacks = _LACKS.get(key, ()) if reachable else ()
    return out + [(kind, verb(text, plural) if text.startswith(_AGREEING) else text) for kind, text in lacks] * 2


def _no_number(voice: Voice, condition: IsNull, phrase: str, thing: str, be: str, plural: bool) -> list[Modifier]:
    """Say that a number is missing, so that it is not taken for 0: "no delay recorded"."""
    where = voice.pick("recorded", "on file", "recorded")
    if condition.negated:
        return [
            ("whose", f"{phrase} {be} {voice.choose(_KNOWN)}"),
            ("with", f"{thing} {where}"),
            ("with", f"a known {phrase}"),
            ("pred", verb(f"have {thing} {where}", plural)),
        ]
    out: list[Modifier] = [
        ("whose", f"{phrase} {be} {voice.choose(_UNKNOWN)}"),
        ("with", f"no {phrase} {where}"),
        ("short", f"missing {thing}"),
        ("pred", verb(f"have no {phrase} {where}", plural)),
    ]
    lacks = _LACKS.get(voice.column(condition.column).head, ())
    return out + [(kind, verb(text, plural) if text.startswith(_AGREEING) else text) for kind, text in lacks] * 2


_AGREEING = ("are ", "have ")
_ONCE = frozenset({"rented", "discharged", "repaired", "used", "checked", "answered", "settled", "sold"})
"""What has no lasting state before it is done."""


_LACKS: dict[str, tuple[Modifier, ...]] = {
    "died": (("adj", "living"), ("pred", "are still alive"), ("pred", "have not died")),
    "ended": (("adj", "ongoing"), ("pred", "have not ended yet"), ("pred", "are still running")),
    "started": (("pred", "have not started yet"), ("short", "not yet started")),
    "left": (("pred", "have not left"), ("pred", "are still here"), ("pred", "are still with us")),
    "graduated": (("pred", "have not graduated yet"),),
    "rating": (("adj", "unrated"), ("pred", "have not been rated yet"), ("pred", "were never rated")),
    "grade": (("adj", "ungraded"), ("pred", "have not been graded yet")),
    "score": (("pred", "have not been scored yet"),),
    "phone": (("pred", "left no phone number"), ("pred", "cannot be reached by phone"), ("pred", "gave no phone")),
    "email": (("pred", "left no email"), ("pred", "cannot be reached by email"), ("pred", "gave no email")),
    "address": (("pred", "gave no address"),),
    "comment": (("pred", "have no comment"),),
}
"""Participle of a date, or last word of a column, that is NULL -> what that says of the row."""
_NOT_YET = {
    "sold": "unsold", "rented": "", "checked": "unchecked", "verified": "unverified", "confirmed": "unconfirmed",
    "answered": "unanswered", "settled": "unsettled", "discharged": "", "repaired": "", "used": "unused",
    "shipped": "unshipped", "delivered": "undelivered", "closed": "", "returned": "unreturned", "paid": "unpaid",
    "resolved": "unresolved", "approved": "unapproved", "completed": "unfinished", "published": "unpublished",
    "signed": "unsigned",
}  # fmt: skip
"""What is done at a date -> what a row is before; "" where that would say a status."""
