"""The ways in which a question may mention a schema item or a stored value, as keys that the linker looks up.

Keys depend on the identifier and the lexicon alone, so they are cached across schemas: building a linker for a new
schema of known words costs dictionary look-ups.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from sqlwright.schema.lexicon import Lexicon
from sqlwright.schema.lexicon_compose import key_of, words_of
from sqlwright.schema.lexicon_rows import rows
from sqlwright.schema.model import kind_of_type
from sqlwright.schema.words import singular, split_identifier, stem

_CJK = "\u3400-\u4dbf\u4e00-\u9fff"
WORD = re.compile(rf"[^\W_{_CJK}]+")
"""A word of a question or a value; Chinese is not made of words."""
CHINESE = re.compile(rf"[{_CJK}]")

_STOP_TEXT = """
a an the of in on at by to for from with and or not is are was were be been do does did has have had their
its it his her them they he she we you i me my our your this that these those there here as than then so if but all
any each every some no both either which what who whom whose where when why how many much more most less least please
show list find give tell return display get count s t can could will would want know let us out per into about also
only
"""
STOP = frozenset(_STOP_TEXT.split())
"""Words that are never the mention of an item or a value by themselves."""
_WEAK = frozenset(
    stem(w) for w in ["id", "no", "number", "num", "code", "key", "ref", "flag", "info", "data", "record", "other"]
)
_MOST_WORDS = 8
_SINGLE_CHINESE = frozenset("男女")


class ItemKeys(NamedTuple):
    """How an item may be mentioned. Words are stems."""

    exact: tuple[frozenset[str], ...]
    """Sets of words that name the item when all are in the question."""
    weak: frozenset[str]
    """Words of `exact` that say too little to link by themselves."""
    phrases: tuple[tuple[str, ...], ...]
    """Synonyms, word by word."""
    hints: tuple[tuple[str, ...], ...]
    """Loosely related phrases."""
    chinese_exact: tuple[str, ...]
    chinese: tuple[str, ...]
    chinese_hints: tuple[str, ...]


@lru_cache(maxsize=65536)
def item_keys(lexicon: Lexicon, name: str, owner: str, comment: str) -> ItemKeys:
    """Return the keys of the table `name` (`owner` is "") or of the column `name` of the table `owner`."""
    words = words_of(name)
    english, hints = lexicon.lookup(name, owner, comment, "en")
    chinese, chinese_hints = lexicon.lookup(name, owner, comment, "zh")
    exact = dict.fromkeys(
        found
        for found in (
            _content(words),
            _content(WORD.findall(lexicon.expand(name))),
            _content(_unprefixed(words, owner)),
        )
        if found
    )
    own = tuple(word for word in words if CHINESE.match(word))
    hints += _undone(words)
    chinese_hints += _deeds(chinese)
    phrases = dict.fromkeys(_stems(phrase) for phrase in english)
    parts = _parts(words, lexicon) if len(words) > 1 else ()
    return ItemKeys(
        exact=tuple(exact),
        weak=_WEAK | {word for word in map(stem, words) if word.isdigit() or len(word) < 2},
        phrases=tuple(p for p in phrases if p and frozenset(p) not in exact and not (len(p) == 1 and p[0] in STOP)),
        hints=tuple(p for p in map(_stems, hints) if p),
        chinese_exact=tuple(dict.fromkeys((*own, *(word.removesuffix("表") for word in own if len(word) > 2)))),
        chinese=tuple(text for text in chinese if len(text) > 1 and text not in own),
        chinese_hints=tuple(dict.fromkeys(text for text in (*chinese_hints, *parts) if text not in chinese)),
    )


def _content(words: tuple[str, ...] | list[str]) -> frozenset[str]:
    return frozenset(stem(word) for word in words if word not in STOP or len(words) == 1)


def _stems(phrase: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in WORD.findall(phrase.lower()))


def _unprefixed(words: tuple[str, ...], owner: str) -> tuple[str, ...]:
    """The column's words after its table's name, () when it has no such prefix."""
    table = words_of(owner) if owner else ()
    size = len(table)
    if 0 < size < len(words) and key_of(" ".join(words[:size])) == key_of(" ".join(table)):
        return words[size:]
    if table and len(words) > 1 and singular(words[0]) == singular(table[-1]):
        return words[1:]
    return ()


def _parts(words: tuple[str, ...], lexicon: Lexicon) -> tuple[str, ...]:
    """Chinese names of what a compound identifier ends with, to link it in part."""
    for start in range(1, len(words)):
        rest = words[start:]
        if frozenset(map(stem, rest)) <= _WEAK:
            return ()
        names, _ = lexicon.lookup("_".join(rest), "", "", "zh")
        if names:
            return tuple(name for name in names[:3] if len(name) > 1)
    return ()


def _undone(words: tuple[str, ...]) -> tuple[str, ...]:
    """What a row is while this date is missing: "unpaid" for paid_on, "not yet returned" for returned_at."""
    if len(words) < 2 or words[-1] not in _MOMENTS:
        return ()
    return tuple(text for word in words[:-1] if word.endswith(("ed", "paid")) for text in (f"un{word}", word))


def _deeds(chinese: tuple[str, ...]) -> tuple[str, ...]:
    """What happened at a date, by its Chinese names: 入职 of 入职日期; not where that is a thing, as in 订单日期."""
    deeds = (name[:-2] for name in chinese if name.endswith(("日期", "时间")))
    return tuple(deed for deed in deeds if len(deed) > 1 and deed not in _things())


@cache
def _things() -> frozenset[str]:
    return frozenset(name for row in rows("entities") for name in (*row.zh, *row.loose_zh))


_MOMENTS = frozenset(("on", "at", "date", "time", "datetime", "timestamp"))


def is_moment(name: str, kind: str) -> bool:
    """Whether a column holds a date, by its type's kind or its name."""
    words = split_identifier(name)
    return kind == "date" or (bool(words) and len(words) > 1 and words[-1] in ("on", "at", "date"))


TIME = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d)|\b(?:january|february|march|april|june|july|august|september|october|november|december"
    r"|latest|most recent|newest)\b|今年|去年|本月|上个?月|最近|最新"
)
"""A time in a question, which tells that the date of a mentioned table matters."""


class ValueKeys(NamedTuple):
    """How a stored value may be mentioned: as words, or as Chinese; its own text comes first."""

    words: tuple[tuple[str, ...], ...]
    chinese: tuple[str, ...]
    chinese_single: tuple[str, ...]
    """Names of one character, which need a mention of their column."""
    quoted_only: bool
    """Whether the value is so short or common that it counts only in quotes."""
    is_number: bool


@lru_cache(maxsize=262144)
def value_keys(lexicon: Lexicon, text: str, column: str = "") -> ValueKeys:
    """Return the keys of a stored value; a long text has none. `column` tells what a single letter means."""
    own = tuple(WORD.findall(text.lower()))
    if len(own) > _MOST_WORDS or len(text) > 80:
        return ValueKeys((), (), (), False, False)
    number = bool(own) and all(word.isdigit() for word in own) and text.replace(".", "", 1).removeprefix("-").isdigit()
    words: list[tuple[str, ...]] = [own] if own else []
    chinese: list[str] = []
    single: tuple[str, ...] = ()
    if CHINESE.search(text):
        words = []
        if len(text) > 1 or text in _SINGLE_CHINESE:
            chinese.append(text)
    if not number:
        names = (*lexicon.names_of_value(text, "en", column), *lexicon.hints_of_value(text, "en", column))
        words += [tuple(WORD.findall(name.lower())) for name in names if name.lower() not in STOP and len(name) > 1]
        known = (*lexicon.names_of_value(text, "zh", column), *lexicon.hints_of_value(text, "zh", column))
        chinese += [name for name in known if len(name) > 1 or name in _SINGLE_CHINESE]
        single = tuple(name for name in known if len(name) == 1 and name not in _SINGLE_CHINESE)
    quoted = len(own) == 1 and not number and (len(own[0]) < 2 or own[0] in STOP)
    return ValueKeys(tuple(dict.fromkeys(words)), tuple(dict.fromkeys(chinese)), single, quoted, number)


@lru_cache(maxsize=65536)
def shortest_number(column: str, type_: str) -> int:
    """Digits from which a number in this column is worth linking: any in a year, a grade, a code; long ones in text."""
    words = split_identifier(column)
    if not _NUMBER_WORDS.isdisjoint(words):
        return 1
    return 3 if type_ and kind_of_type(type_) == "text" else _NEVER


_NEVER = 1000
_NUMBER_WORDS = frozenset(
    ("year", "yr", "season", "grade", "class", "level", "lvl", "floor", "category", "code", "zip", "postcode",
    "version",  "edition", "semester", "term", "stars")
)  # fmt: skip
