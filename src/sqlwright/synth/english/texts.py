"""Conditions on text columns: places, categories, names, lists of values, LIKE."""

from __future__ import annotations

from sqlwright.synth.english.comparing import IS_TEXT, OF_NUMBER, agree
from sqlwright.synth.english.grammar import join, third
from sqlwright.synth.english.modifiers import Modifier, an, subject, verb
from sqlwright.synth.english.names import ColumnWords
from sqlwright.synth.english.voice import Voice
from sqlwright.synth.tree import Column, InList, Like, Value

_STATES = frozenset({"status", "state", "color", "colour", "gender", "sex", "condition", "shape", "mode"})
"""Columns whose lower-case values are adjectives of the row: "open tickets", "tickets that are open"."""
_KINDS = frozenset({"type", "kind", "size", "species", "material"})
"""Columns whose lower-case values go before the noun, but not behind "are"."""
_RANKS = frozenset({"priority", "severity", "level", "tier", "quality", "risk"})
"""Columns whose values go before the noun with the column's name: "high-priority tickets"."""
_CLASSES = frozenset(
    {
        "category",
        "genre",
        "class",
        "style",
        "department",
        "segment",
        "group",
        "sector",
        "industry",
        "league",
        "division",
    }
)
_SEXES = {"f": "female", "m": "male", "female": "female", "male": "male"}
_LIKE = {
    "starts": ("start with", "begin with", "start with"),
    "ends": ("end with", "end in"),
    "contains": ("contain", "include", "contain"),
}
_ING = {"begin": "beginning", "include": "including"}


def compared(voice: Voice, column: Column, op: str, value: Value, plural: bool) -> list[Modifier]:
    """Say `column op text`."""
    words = voice.column(column)
    literal = voice.literal(value, words)
    phrase, many = subject(voice, column)
    out: list[Modifier] = [("whose", f"{phrase} {agree(voice.choose(IS_TEXT[op]), many)} {literal}")]
    if op == "=":
        return out + _equal(voice, column, words, value, literal, plural)
    if op != "<>":
        return [*out, ("with", f"{an(voice, column)} {voice.choose(OF_NUMBER[op])} {literal}")]
    out.append(("with", f"{an(voice, column)} other than {literal}"))
    if words.places:
        place = "in" if "in" in words.places else words.places[0]
        out += [
            ("short", f"not {place} {literal}"),
            ("pred", verb(f"are not {place} {literal}", plural)),
            ("short", f"outside {literal}" if place == "in" else f"not {place} {literal}"),
        ]
    if words.head in _STATES and is_plain(value):
        out.append(("pred", verb(f"are not {value}", plural)))
    return out


def _equal(
    voice: Voice, column: Column, words: ColumnWords, value: Value, literal: str, plural: bool
) -> list[Modifier]:
    phrase = voice.phrase(column)
    out: list[Modifier] = [("with", f"{phrase} {literal}")]
    if voice.chance(0.3):
        out.append(("with", f"{an(voice, column)} {voice.pick('of', 'equal to')} {literal}"))
    if words.places:
        if words.head in ("city", "town", "country", "state") and str(value).isalpha() and str(value)[0].isupper():
            out.append(("adj", str(value)))
        return out + place(voice, column, words, literal, plural)
    if voice.table(column.table).label == (words.name,):
        out += [("short", f"{voice.pick('named', 'called', 'named', 'with the name')} {literal}")] * 2
        out.append(("pred", verb(f"are {voice.pick('named', 'called')} {literal}", plural)))
    text = str(value)
    sex = _SEXES.get(text.lower(), "") if words.head in ("gender", "sex") else ""
    if sex:
        return out + [("adj", sex)] * 3 + [("pred", verb(f"are {sex}", plural))]
    if words.head in ("nationality", "citizenship") and text[:1].isupper() and text.isalpha():
        return [*out, ("adj", text), ("adj", text), ("pred", verb(f"are {text}", plural))]
    plain = is_plain(value)
    if words.head in _STATES and plain:
        out += [("adj", text)] * 3 + [("pred", verb(f"are {text}", plural))] * 2
    elif words.head in _KINDS and plain:
        out += [("adj", text)] * 2 + [("short", f"of {words.head} {text}")]
    elif words.head in _RANKS and len(text) < 15:
        out += (
            [("adj", f"{text.lower() if plain else text}-{words.head}"), ("short", f"of {text} {words.head}")]
            if " " not in text
            else []
        )
    elif words.head in _CLASSES and len(text) < 25:
        out += [("short", f"in the {literal} {phrase}"), ("short", f"in {phrase} {literal}")]
        if plain or words.head in ("genre", "segment"):
            out.append(("adj", text))
    elif words.head in ("brand", "make", "manufacturer", "publisher", "author", "artist"):
        out.append(("short", f"{'by' if words.head in ('author', 'artist', 'publisher') else 'from'} {literal}"))
    elif (
        words.head in ("position", "role", "occupation", "profession", "title")
        and voice.table(column.table).human
        and words.sense != "name"
    ):
        out += [
            (
                "short",
                f"{voice.pick('working as', f'in the {words.head} of')} {literal}",
            )
        ]
    return out


def place(voice: Voice, column: Column, words: ColumnWords, literal: str, plural: bool) -> list[Modifier]:
    """Say where rows are, given the place's name or several joined by "or"."""
    human = voice.table(column.table).human
    inside = "in" in words.places
    if not human:
        fitting = tuple(p for p in words.places if p != "from") or words.places
        preposition = voice.choose(fitting)
        out: list[Modifier] = [("short", f"{preposition} {literal}")] * 3
        return [*out, ("pred", verb(f"are {preposition} {literal}", plural))]
    fitting = tuple(p for p in words.places if p != "located in") or words.places
    out = [("short", f"{voice.choose(fitting)} {literal}")] * 3
    if inside:
        out += [("pred", verb(f"{voice.pick('live in', 'live in', 'are from', 'are based in')} {literal}", plural))] * 2
        out.append(("short", f"living in {literal}"))
    else:
        out.append(("pred", verb(f"{voice.pick('are', 'come')} from {literal}", plural)))
    return out


def is_plain(value: Value) -> bool:
    """Return whether a value is a lower-case English word, fit to stand as an adjective."""
    return (
        isinstance(value, str)
        and value.replace("-", "").isalpha()
        and value.isascii()
        and value.islower()
        and len(value) > 2
    )


def in_list(voice: Voice, column: Column, condition: InList, plural: bool) -> list[Modifier]:
    """Say `column [NOT] IN (values)`."""
    words = voice.column(column)
    values = [voice.literal(v, words) for v in condition.values]
    phrase, many = subject(voice, column)
    either = join(values, "or")
    is_ = agree("is", many)
    if condition.negated:
        nor = f"neither {values[0]} nor {values[1]}" if len(values) == 2 else f"none of {join(values)}"
        out: list[Modifier] = [
            ("whose", f"{phrase} {is_} {voice.pick(f'not {either}', nor, f'not one of {join(values)}')}"),
            ("with", f"{an(voice, column)} other than {either}"),
        ]
        if words.places:
            out.append(("pred", verb(f"are not {'in' if 'in' in words.places else words.places[0]} {either}", plural)))
        return out
    some = voice.pick(either, either, f"either {either}" if len(values) == 2 else f"one of {join(values)}")
    out = [
        ("whose", f"{phrase} {is_} {some}"),
        ("with", f"{phrase} {either}"),
        ("with", f"{an(voice, column)} of {either}"),
    ]
    if words.places:
        return out + place(voice, column, words, either, plural)
    if words.head in _STATES and all(is_plain(v) for v in condition.values):
        plain = join([str(v) for v in condition.values], "or")
        out += [("adj", plain), ("pred", verb(f"are {voice.pick(plain, f'either {plain}')}", plural))]
    if words.sense == "year":
        out.append(("short", f"from {either}"))
    return out


def like(voice: Voice, condition: Like, plural: bool) -> list[Modifier]:
    """Say `column [NOT] LIKE pattern`."""
    phrase, many = subject(voice, condition.left)
    text = voice.quoted(condition.text)
    base = voice.choose(_LIKE[condition.kind])
    head, _, rest = base.partition(" ")
    ing = f"{_ING.get(head, head + 'ing')} {rest}".strip()
    if condition.negated:
        no = voice.pick("do not", "don't")
        return [
            ("whose", f"{phrase} {no if many else third(no)} {base} {text}"),
            ("with", f"{an(voice, condition.left)} not {ing} {text}"),
        ]
    letter = " the letter" if condition.kind != "contains" and len(condition.text) == 1 and voice.chance(0.3) else ""
    out: list[Modifier] = [("whose", f"{phrase} {base if many else third(base)}{letter} {text}")] * 2
    out.append(("with", f"{an(voice, condition.left)} {ing}{letter} {text}"))
    if condition.kind == "contains":
        out += [
            ("with", f"{text} in {'their' if plural else 'the'} {phrase}"),
            ("whose", f"{phrase} {'have' if many else 'has'} {text} in it"),
        ]
    return out
