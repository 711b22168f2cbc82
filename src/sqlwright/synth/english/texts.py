"""Conditions on text columns: places, categories, names, lists of values, LIKE."""

from __future__ import annotations

from sqlwright.schema.words import plural as plural_of
from sqlwright.synth.english.comparing import IS_TEXT, OF_NUMBER, agree
from sqlwright.synth.english.grammar import join, third, with_article
from sqlwright.synth.english.lexis import MASS
from sqlwright.synth.english.modifiers import Modifier, an, subject, verb, was
from sqlwright.synth.english.names import ColumnWords
from sqlwright.synth.english.voice import Voice
from sqlwright.synth.tree import Column, InList, Like, Value

_STATES = frozenset({"status", "state", "color", "colour", "gender", "sex", "condition", "shape", "mode"})
"""Columns whose lower-case values are adjectives of the row: "open tickets", "tickets that are open"."""
_KINDS = frozenset({"type", "kind", "size", "species", "material", "form"})
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
_ODD_STATES = frozenset({"live", "wed", "agreed", "shut"})
"""Other names of a state that read oddly of a row."""
_GENDERS = frozenset({"gender", "sex"})
_GOODS = frozenset("product item article good device vehicle car drug medicine asset part".split())
_NOUNS = frozenset({"form", "type", "kind", "species"})
"""Columns whose values may be what the row is: "creams" of form cream."""
_NO_NOUN = (
    "al",
    "ic",
    "ed",
    "ive",
    "ing",
    "ent",
    "ary",
    "ory",
    "ous",
    "ful",
    "less",
    "s",
    "y",
    "time",
    "able",
    "ate",
    "n",
)
_JOBS = frozenset({"position", "role", "occupation", "profession", "title", "job"})
_CAUSES = frozenset({"reason", "cause", "purpose", "diagnosis"})
_WAYS = frozenset({"method", "channel", "source", "carrier"})
_MAKERS = frozenset({"brand", "make", "manufacturer", "publisher", "author", "artist", "supplier", "vendor"})
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
    literal = _otherwise(voice, words, str(value)) or voice.literal(value, words)
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


def _otherwise(voice: Voice, words: ColumnWords, value: str) -> str:
    """Return now and then another name of a place or a short code: "United Kingdom" for UK; "" for the stored one."""
    place = words.sense == "place"
    if not (place or (value.isalpha() and len(value) < 4)) or words.head in _GENDERS or not voice.chance(0.25):
        return ""
    names = [name for name in voice.names.names_of_value(value) if len(name) > 3]
    return (voice.choose(names).title() if place else voice.choose(names)) if names else ""


def _equal(
    voice: Voice, column: Column, words: ColumnWords, value: Value, literal: str, plural: bool
) -> list[Modifier]:
    phrase = voice.phrase(column)
    out: list[Modifier] = [("with", f"{phrase} {literal}")]
    if voice.chance(0.3):
        out.append(("with", f"{an(voice, column)} {voice.pick('of', 'equal to')} {literal}"))
    if words.places:
        if words.head in ("city", "town", "country", "state") and literal.isalpha() and literal[0].isupper():
            out.append(("adj", literal))
        adjective = voice.names.adjective_of(str(value)) if words.head in ("country", "nationality") else ""
        if adjective:
            out += [("adj", adjective)] * 3
        return out + place(voice, column, words, literal, plural)
    if voice.table(column.table).label == (words.name,):
        out += [("short", f"{voice.pick('named', 'called', 'named', 'with the name')} {literal}")] * 2
        out.append(("pred", verb(f"are {voice.pick('named', 'called')} {literal}", plural)))
    text = str(value)
    sex = _SEXES.get(text.lower(), "") if words.head in _GENDERS else ""
    if sex:
        out += [("adj", sex)] * 3 + [("pred", verb(f"are {sex}", plural))]
        if voice.table(column.table).human and voice.names.people() < 4:
            one, several = ("woman", "women") if sex == "female" else ("man", "men")
            out += [("head", several if plural else one)] * 3
        return out
    if words.head in ("nationality", "citizenship") and text[:1].isupper() and text.isalpha():
        return [*out, ("adj", text), ("adj", text), ("pred", verb(f"are {text}", plural))]
    if words.head in _STATES | _KINDS:
        text = _loose(text)
    plain = is_plain(text)
    human = voice.table(column.table).human
    if _before(words, text):
        out += [("with", f"{literal} {phrase}")] * 2
    if words.head in _STATES and plain:
        if "-" in text and not human:
            out += [("head", plural_of(text) if plural else text)] * 3
        out += [("adj", text)] * 3 + [("pred", verb(f"are {text}", plural))] * 2
        if text.endswith("ed") and len(text) > 5:
            out.append(("pred", f"{voice.pick(was(plural), verb('have been', plural))} {text}"))
        same = text.replace("-", " ")
        names = [name for name in voice.names.names_of_value(str(value))[:2] if name not in _ODD_STATES | {same}]
        out += [("pred", verb(f"are {name}", plural)) for name in names]
    elif words.head in _STATES and " " in text and text.isascii():
        out.append(("pred", verb(f"are {text}", plural)))
    elif words.head == "insurance" and text in ("private", "public"):
        out += [("adj", f"{text}ly insured"), ("pred", verb(f"are {text}ly insured", plural))] * 2
    elif words.head in _CAUSES:
        out += [("short", f"{voice.pick('for', 'for', 'because of', 'due to')} {literal}")] * 3
    elif words.head in _WAYS:
        if "payment" in words.name and voice.table(column.table).head in ("invoice", "order", "bill", "payment"):
            out += [("short", f"paid {voice.pick('by', 'with', 'via')} {literal}")] * 3
        else:
            out += [("short", f"{voice.pick('via', 'by', 'through')} {literal}")] * 2
    elif words.head in _KINDS and plain:
        out += [("adj", text)] * 2 + [("short", f"of {words.head} {text}")]
        if words.head in _NOUNS and not human:
            out += [("head", noun) for noun in _as_noun(text, plural)] * 4
        if words.head == "form":
            out.append(("short", f"in {text} form"))
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
        if words.head == "category" and voice.table(column.table).head in _GOODS:
            out += [("head", noun) for noun in _as_noun(text.lower(), plural)] * 3
    elif words.head in _MAKERS:
        by = words.head in ("author", "artist", "publisher")
        out += [("short", f"{'by' if by else voice.pick('from', 'by', 'made by')} {literal}")] * 2
        if text[:1].isupper() and len(text.split()) < 3 and not by:
            out += [("adj", text)]
    elif words.head in _JOBS and human and words.sense != "name":
        if text.replace(" ", "").isalpha() and not text.endswith("s"):
            job = text if voice.chance(0.6) else text.lower()
            out += [("head", plural_of(job) if plural else job)] * 3
            out.append(("pred", f"are {plural_of(job)}" if plural else f"is {with_article(job)}"))
        out += [
            (
                "short",
                f"{voice.pick('working as', f'in the {words.head} of')} {literal}",
            )
        ]
    return out


def _loose(text: str) -> str:
    """Return a state as people say it: "in progress" for IN_PROGRESS."""
    single = text.replace("_", " ")
    return single.lower() if single.isupper() or single.istitle() or single[1:].islower() else single


def _as_noun(text: str, plural: bool) -> tuple[str, ...]:
    """Return a kind as what the rows are, where it is a noun: "creams" of cream, "books" of books."""
    if not text.isalpha() or not text.isascii() or len(text) < 4 or text in MASS:
        return ()
    if text.endswith("s") and not text.endswith(("ss", "us", "ics", "is")):
        return (text,) if plural else ()
    return () if text.endswith(_NO_NOUN) else (plural_of(text) if plural else text,)


def _before(words: ColumnWords, text: str) -> bool:
    """Return whether a value reads well before its column's name: "private insurance", "O+ blood type"."""
    return (
        words.sense in ("category", "text")
        and words.head
        not in _STATES | _RANKS | _CAUSES | _WAYS | _MAKERS | {"description", "note", "subject", "comment"}
        and len(text.split()) < 3
        and len(text) < 20
    )


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
