"""Conditions on the columns of one table, each as several modifiers of that table's noun.

A modifier is a pair (kind, text):

    adj    "active"                      before the noun
    short  "in Paris", "named Alice"     right after it
    with   "a price above 5"             after "with"
    pred   "cost more than 5"            after "who" or "that", agreeing with the noun's number
    whose  "price is above 5"            after "whose" or "where the"; there is always one of these
"""

from __future__ import annotations

from sqlwright.synth.english.comparing import IN_YEAR, IS_NUMBER, OF_NUMBER, ON_DATE, THAN, agree, fill, is_pool
from sqlwright.synth.english.grammar import join, ordinal, third, with_article
from sqlwright.synth.english.lexis import CATEGORY_WORDS, MASS, MONTHS, UNITS
from sqlwright.synth.english.names import ColumnWords
from sqlwright.synth.english.voice import UnsayableError, Voice
from sqlwright.synth.tree import Between, Column, Compare, Condition, DatePart, InList, IsNull, Like, Value

Modifier = tuple[str, str]
_FALSE = frozenset({"0", "n", "no", "f", "false"})
_CATEGORY_HEADS = CATEGORY_WORDS - {
    "level",
    "size",
    "category",
    "condition",
    "class",
    "type",
    "state",
    "genre",
    "style",
    "tier",
}


def modifiers(voice: Voice, condition: Condition, plural: bool) -> list[Modifier]:
    """Return ways to say a condition on plain columns of the noun's own table. Raises UnsayableError for any other."""
    match condition:
        case Compare(Column() as column, op, str() | int() | float() as value):
            return _compare(voice, column, op, value, plural)
        case Compare(DatePart() as part, op, int() | str() as value):
            return _date_part(voice, part, op, int(value), plural)
        case Between():
            return _between(voice, condition, plural)
        case InList(Column() as column):
            return _in_list(voice, column, condition, plural)
        case Like():
            return _like(voice, condition, plural)
        case IsNull():
            return _null(voice, condition, plural)
    raise UnsayableError(type(condition).__name__)


def subject(voice: Voice, column: Column) -> tuple[str, bool]:
    """Return the column's phrase as a subject, and whether it is plural."""
    words = voice.column(column)
    phrase = voice.phrase(column)
    return phrase, words.many and phrase == words.phrases[0]


def verb(base: str, plural: bool) -> str:
    """Return a verb phrase in its base form, or in the third person singular."""
    return base if plural else third(base)


def an(voice: Voice, column: Column) -> str:
    """Return the column's phrase with its article, as after "with"."""
    words = voice.column(column)
    phrase = voice.phrase(column)
    if words.many or words.head in MASS or words.sense == "category" or voice.chance(0.12):
        return phrase
    return with_article(phrase)


def _compare(voice: Voice, column: Column, op: str, value: Value, plural: bool) -> list[Modifier]:
    words = voice.column(column)
    if words.sense == "flag" and op in ("=", "<>"):
        return _flag(voice, column, words, (str(value).lower() in _FALSE) == (op == "<>"), plural)
    literal = voice.literal(value, words)
    phrase, many = subject(voice, column)
    out: list[Modifier] = [("whose", f"{phrase} {agree(voice.choose(is_pool(words.sense)[op]), many)} {literal}")]
    if words.sense == "number":
        return out + _number(voice, column, words, op, literal, plural)
    if words.sense in ("date", "year"):
        return out + _time(voice, column, words, op, literal, plural)
    return out + _text(voice, column, words, op, value, literal, plural)


def _number(voice: Voice, column: Column, words: ColumnWords, op: str, literal: str, plural: bool) -> list[Modifier]:
    phrase = voice.phrase(column)
    out: list[Modifier] = [("with", f"{an(voice, column)} {voice.choose(OF_NUMBER[op])} {literal}")]
    if voice.chance(0.3):
        out.append(("with", f"{phrase} {op if op != '<>' else '!='} {literal}"))
    if words.many and op in THAN:
        out.append(("with", f"{fill(voice.choose(THAN[op]), literal)} {phrase}"))
        out.append(("pred", verb(f"have {fill(voice.choose(THAN[op]), literal)} {phrase}", plural)))
    scale = words.scale
    if scale is None:
        return out
    unit = UNITS.get(words.head, "")
    if op in (">", "<"):
        adjective = scale.more if op == ">" else scale.less
        if len(adjective.split()) == 1 or adjective == "more expensive":
            out += [("short", f"{adjective} than {literal}"), ("pred", verb(f"are {adjective} than {literal}", plural))]
    if op in THAN:
        amount = fill(voice.choose(THAN[op]), literal)
        if scale.verb:
            out.append(("pred", verb(f"{scale.verb} {amount}", plural)))
        if scale.participle and not (scale.participle == "aged" and op not in ("=",)):
            out.append(
                ("short", f"{scale.participle} {'at ' if scale.participle == 'priced' and op == '=' else ''}{amount}")
            )
        if unit:
            out.append(("pred", verb(f"are {amount} {unit}", plural)))
    if words.head == "age":
        if op == ">":
            out += [
                ("short", f"over {literal}"),
                ("short", f"above the age of {literal}"),
                ("pred", verb(f"are over {literal}", plural)),
            ]
        elif op == "<":
            out += [("short", f"under {literal}"), ("pred", verb(f"are under {literal}", plural))]
        elif op == ">=":
            out += [("short", f"aged {literal} or older"), ("pred", verb(f"are {literal} or older", plural))]
        elif op == "<=":
            out += [("short", f"aged {literal} or younger"), ("pred", verb(f"are {literal} or younger", plural))]
    return out


def _time(voice: Voice, column: Column, words: ColumnWords, op: str, literal: str, plural: bool) -> list[Modifier]:
    phrase = voice.phrase(column)
    pool = IN_YEAR if words.sense == "year" else ON_DATE
    if op not in pool:
        return [("with", f"{an(voice, column)} other than {literal}")]
    when = fill(voice.choose(pool[op]), literal)
    out: list[Modifier] = [("with", f"{an(voice, column)} {_with_time(op, words, literal, when)}")]
    if words.verb:
        participle, passive = words.verb
        out.append(("pred", f"{('were ' if plural else 'was ') if passive else ''}{participle} {when}"))
        if passive:
            out += [("short", f"{participle} {when}")] * 2
    if words.verb is None or words.verb[0] == voice.table(column.table).event:
        if op == "=" and words.sense == "year":
            out += [("short", f"from {literal}"), ("short", f"of {literal}")]
        elif words.phrases[0] in ("date", "year"):
            out.append(("short", when if op != "=" else f"on {literal}"))
    return out if phrase else out


def _with_time(op: str, words: ColumnWords, literal: str, when: str) -> str:
    if op == "=":
        return f"of {literal}"
    if op == ">=" and ("since" in when or " on" in when):
        return f"of {literal} or later"
    if op == "<=" and ("until" in when or "up to" in when):
        return f"of {literal} or earlier"
    return when


def _text(
    voice: Voice, column: Column, words: ColumnWords, op: str, value: Value, literal: str, plural: bool
) -> list[Modifier]:
    phrase = voice.phrase(column)
    if op == "<>":
        out: list[Modifier] = [("with", f"{an(voice, column)} other than {literal}")]
        if words.places:
            place = "in" if "in" in words.places else words.places[0]
            out += [("short", f"not {place} {literal}"), ("pred", verb(f"are not {place} {literal}", plural))]
        return out
    if op != "=":
        return [("with", f"{an(voice, column)} {voice.choose(OF_NUMBER[op])} {literal}")]
    out = [("with", f"{phrase} {literal}")]
    if words.sense in ("text", "key", "category"):
        out.append(("with", f"{an(voice, column)} {voice.pick('of', 'equal to')} {literal}"))
    if words.sense == "key" and words.head == "id":
        out += [("with", f"{phrase} {literal}"), ("with", f"the {phrase} {literal}")]
    if words.places:
        out += _place(voice, column, words, literal, plural)
    if voice.table(column.table).label == (words.name,):
        out += [("short", f"{voice.pick('named', 'called', 'named', 'with the name')} {literal}")]
        out += [("pred", verb(f"are {voice.pick('named', 'called')} {literal}", plural))]
    if words.sense in ("category", "text") and isinstance(value, str) and _is_plain_word(value):
        if words.head in _CATEGORY_HEADS:
            out += [("adj", value)] * 2
            if words.head not in ("kind", "priority", "severity"):
                out.append(("pred", verb(f"are {value}", plural)))
        elif words.head in CATEGORY_WORDS and value.islower() and words.head in ("type", "level", "size", "tier"):
            out.append(("adj", f"{value}-{words.head}" if words.head in ("level", "tier") else value))
        elif words.head in ("category", "genre", "class", "type", "style", "department", "brand"):
            out.append(("short", f"in the {value} {words.head}" if words.head != "brand" else f"of the brand {value}"))
        if words.head in ("priority", "severity", "level"):
            out.append(("adj", f"{value}-{words.head}"))
    return out


def _place(voice: Voice, column: Column, words: ColumnWords, literal: str, plural: bool) -> list[Modifier]:
    human = voice.table(column.table).human
    places = (
        tuple(p for p in words.places if not (human and p == "located in")) if len(words.places) > 1 else words.places
    )
    preposition = voice.choose(places)
    out: list[Modifier] = [("short", f"{preposition} {literal}")] * 2
    if human:
        out += [("pred", verb(f"{voice.pick('live in', 'are from', 'are based in', 'live in')} {literal}", plural))]
        if "in" in words.places:
            out.append(("short", f"{voice.pick('living in', 'who live in' if plural else 'who lives in')} {literal}"))
    else:
        out += [("pred", verb(f"are {preposition if preposition != 'located in' else 'located in'} {literal}", plural))]
    return out


def _is_plain_word(value: str) -> bool:
    return value.replace("-", "").isalpha() and value.isascii() and value.islower() and len(value) > 2


def _flag(voice: Voice, column: Column, words: ColumnWords, yes: bool, plural: bool) -> list[Modifier]:
    kind, text = words.flag
    phrase = voice.phrase(column)
    state = voice.pick("true", "yes", "set") if yes else voice.pick("false", "no", "not set")
    out: list[Modifier] = [("whose", f"{phrase} {'flag ' if kind != '' and state.endswith('set') else ''}is {state}")]
    if kind == "adj":
        no = _opposite(text) if not yes and voice.chance(0.6) else ""
        if yes or no:
            out += [("adj", no or text)] * 3 + [("pred", verb(f"are {no or text}", plural))] * 2
        else:
            out += [("adj", f"non-{text}" if " " not in text else f"not {text}")] + [
                ("pred", verb(f"are not {text}", plural))
            ] * 3
    elif kind == "noun":
        thing = text if text in MASS else with_article(text)
        plain = verb("are" if yes else "are not", plural)
        out += (
            [("pred", f"{plain} {text if plural and text.endswith('s') else thing}")]
            if not plural
            else [("whose", f"'{text}' flag is {state}")]
        )
    elif kind == "have":
        out += [
            ("pred", verb(f"have {text}" if yes else f"don't have {text}", plural)),
            ("with" if yes else "short", text if yes else f"without {text}"),
        ]
    elif kind == "can":
        out += [("pred", f"{'can' if yes else 'cannot'} {text}")] * 2
    return out


def _opposite(text: str) -> str:
    if text in ("active", "complete", "valid"):
        return {"active": "inactive", "complete": "incomplete", "valid": "invalid"}[text]
    if text in ("available", "paid", "verified", "approved", "published", "resolved", "locked", "married", "certified"):
        return "unmarried" if text == "married" else f"un{text}"
    return ""


def _date_part(voice: Voice, part: DatePart, op: str, value: int, plural: bool) -> list[Modifier]:
    column = part.column
    words = voice.column(column)
    phrase, many = subject(voice, column)
    if part.part == "year":
        if op == "<>":
            return [
                ("whose", f"{phrase} {agree('is', many)} not in {value}"),
                ("with", f"{an(voice, column)} not in {value}"),
            ]
        when = fill(voice.choose(IN_YEAR[op]), str(value))
        out: list[Modifier] = [
            ("whose", f"{phrase} {agree(voice.pick('is', 'falls'), many)} {when}"),
            ("with", f"{an(voice, column)} {when}"),
        ]
        if voice.chance(0.2):
            out.append(("whose", f"{phrase} year {voice.choose(IS_NUMBER[op])} {value}"))
        return out + _when(voice, words, when, f"from {value}" if op == "=" else when, plural)
    name = MONTHS[value - 1] if part.part == "month" and 1 <= value <= 12 else ordinal(value)
    if part.part == "month" and op == "=":
        when = f"in {voice.pick(name, name, 'the month of ' + name)}"
        return [
            ("whose", f"{phrase} {agree(voice.pick('is', 'falls'), many)} {when}"),
            ("with", f"{an(voice, column)} {when}"),
            *_when(voice, words, when, when, plural),
        ]
    if part.part == "day" and op == "=":
        when = f"on the {name}{voice.pick(' of the month', ' of a month', ' of any month')}"
        return [
            ("whose", f"{phrase} {agree(voice.pick('is', 'falls'), many)} {when}"),
            *_when(voice, words, when, when, plural),
        ]
    unit = part.part
    return [
        ("whose", f"{phrase} {unit} {voice.choose(IS_NUMBER[op])} {value}"),
        ("whose", f"{unit} of the {phrase} {voice.choose(IS_NUMBER[op])} {value}"),
    ]


def _when(voice: Voice, words: ColumnWords, when: str, loose: str, plural: bool) -> list[Modifier]:
    out: list[Modifier] = []
    if words.verb:
        participle, passive = words.verb
        out.append(("pred", f"{('were ' if plural else 'was ') if passive else ''}{participle} {when}"))
        if passive:
            out += [("short", f"{participle} {when}")] * 2
    if words.verb is None and words.phrases[0] in ("date", "time", "timestamp"):
        out += [("short", loose)] * 2
    elif words.verb and words.verb[0] == voice.table(words.table).event:
        out.append(("short", loose))
    return out


def _between(voice: Voice, condition: Between, plural: bool) -> list[Modifier]:
    left = condition.left
    if isinstance(left, DatePart):
        words = voice.column(left.column)
        phrase, many = subject(voice, left.column)
        if left.part == "year":
            when = f"{voice.pick('between', 'from')} {condition.low} {{}} {condition.high}"
            when = when.format("and" if when.startswith("between") else "to")
            return [("whose", f"{phrase} {agree('is', many)} {when}"), *_when(voice, words, when, when, plural)]
        return [("whose", f"{left.part} of the {phrase} is between {condition.low} and {condition.high}")]
    if not isinstance(left, Column):
        raise UnsayableError("between")
    words = voice.column(left)
    low, high = voice.literal(condition.low, words), voice.literal(condition.high, words)
    phrase, many = subject(voice, left)
    span = voice.pick(f"between {low} and {high}", f"between {low} and {high}", f"from {low} to {high}")
    out: list[Modifier] = [
        (
            "whose",
            f"{phrase} {agree(voice.pick('is', 'lies', 'falls') if span.startswith('between') else 'is anywhere', many)} {span}",
        ),
        (
            "with",
            f"{an(voice, left)} {voice.pick(span, span, f'in the range {low} to {high}', f'ranging from {low} to {high}')}",
        ),
    ]
    if words.sense in ("date", "year"):
        return out + _when(voice, words, span, span, plural)
    if words.scale:
        if words.head == "age":
            out += [("short", f"aged {span}"), ("pred", verb(f"are between {low} and {high} years old", plural))]
        elif words.scale.verb:
            out.append(("pred", verb(f"{words.scale.verb} {span}", plural)))
        if words.scale.participle == "priced":
            out.append(("short", f"priced {span}"))
    return out


def _in_list(voice: Voice, column: Column, condition: InList, plural: bool) -> list[Modifier]:
    words = voice.column(column)
    values = [voice.literal(v, words) for v in condition.values]
    phrase, many = subject(voice, column)
    either = join(values, "or")
    if condition.negated:
        neither = join(values, "nor")
        out: list[Modifier] = [
            (
                "whose",
                f"{phrase} {agree('is', many)} {voice.pick(f'not {either}', f'neither {neither}' if len(values) == 2 else f'none of {join(values)}', f'not one of {join(values)}')}",
            ),
            ("with", f"{an(voice, column)} other than {either}"),
        ]
        if words.places:
            out.append(("pred", verb(f"are not {'in' if 'in' in words.places else words.places[0]} {either}", plural)))
        return out
    some = voice.pick(either, either, f"either {either}" if len(values) == 2 else f"one of {join(values)}")
    out = [
        ("whose", f"{phrase} {agree('is', many)} {some}"),
        ("with", f"{phrase} {either}"),
        ("with", f"{an(voice, column)} of {either}"),
    ]
    if words.places:
        out += _place(voice, column, words, either, plural)
    if (
        words.sense == "category"
        and all(isinstance(v, str) and _is_plain_word(v) for v in condition.values)
        and words.head in _CATEGORY_HEADS
    ):
        plain = join([str(v) for v in condition.values], "or")
        out += [("adj", plain), ("pred", verb(f"are {voice.pick(plain, f'either {plain}')}", plural))]
    if words.sense == "year":
        out.append(("short", f"from {either}"))
    return out


def _like(voice: Voice, condition: Like, plural: bool) -> list[Modifier]:
    phrase, many = subject(voice, condition.left)
    text = voice.quoted(condition.text)
    verbs = {
        "starts": ("start with", "begin with"),
        "ends": ("end with", "end in"),
        "contains": ("contain", "include", "have"),
    }[condition.kind]
    base = voice.choose(verbs)
    tail = " in it" if base == "have" else ""
    if condition.negated:
        no = voice.pick("do not", "don't")
        return [
            ("whose", f"{phrase} {(no if many else third(no))} {base} {text}{tail}"),
            (
                "with",
                f"{an(voice, condition.left)} {voice.pick('not', 'that does not') if not many else 'not'} {base} {text}{tail}"
                if False
                else f"{an(voice, condition.left)} not {_ing(base)} {text}{tail}",
            ),
        ]
    out: list[Modifier] = [
        ("whose", f"{phrase} {base if many else third(base)} {text}{tail}"),
        ("with", f"{an(voice, condition.left)} {_ing(base)} {text}{tail}"),
    ]
    if condition.kind == "contains":
        out.append(("with", f"{text} in {'the' if plural is False else 'their'} {phrase}"))
    return out


def _ing(base: str) -> str:
    head, _, rest = base.partition(" ")
    ing = {"begin": "beginning", "include": "including", "have": "having"}.get(head, f"{head}ing")
    return f"{ing} {rest}".strip()


def _null(voice: Voice, condition: IsNull, plural: bool) -> list[Modifier]:
    column = condition.column
    phrase, many = subject(voice, column)
    thing = phrase if many or voice.column(column).head in MASS else with_article(phrase)
    be = "are" if many else "is"
    if condition.negated:
        return [
            (
                "whose",
                f"{phrase} {be} {voice.pick('known', 'not null', 'not empty', 'filled in', 'set', 'recorded', 'on file')}",
            ),
            ("with", f"{voice.pick(thing, thing, f'{thing} on file', f'a known {phrase}', f'{thing} recorded')}"),
            ("pred", verb(f"have {thing}{voice.pick('', '', ' on file', ' recorded')}", plural)),
        ]
    no = phrase if many else phrase
    return [
        (
            "whose",
            f"{phrase} {be} {voice.pick('missing', 'empty', 'null', 'not set', 'unknown', 'blank', 'not known')}",
        ),
        ("with", f"no {no}{voice.pick('', '', ' on file', ' recorded', ' given')}"),
        ("short", f"without {thing}"),
        ("short", f"missing {thing}"),
        ("pred", verb(f"have no {no}{voice.pick('', ' on file', ' recorded')}", plural)),
        ("pred", verb(f"don't have {thing}", plural)),
    ]
