"""Decides, without a language model, whether a text is a question that the database could answer.

    route("Which city has most customers?", linker)    # None: go on
    route("Write a poem about autumn", linker)         # Turned("unknown", "off-topic", ...)
    route("删除所有订单", linker)                        # Turned("refused", "change", ...)

What may be asked is decided by the database's own words: the linker tells which words of the text name a table, a
column or a stored value. A question that meets none of them is turned away, and one that meets hardly any, and one with
a mark of another subject ("weather", "poem", "president of") that is no word of the database. Where in doubt it goes
on, since a wrong refusal is worse than an odd answer: what a model then writes can do no harm (see
`sqlwright.database.guard`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from sqlwright._language import CJK
from sqlwright.project import _router_words as words
from sqlwright.schema import Link, Linker
from sqlwright.schema.link_keys import STOP, WORD


@dataclass(frozen=True, slots=True)
class Turned:
    """Why a text does not go to the database."""

    status: Literal["refused", "unknown"]
    rule: Literal["change", "off-topic", "small-talk"]
    why: str


_CHANGE = Turned("refused", "change", "it asks to change the database, which is only read")
_SMALL_TALK = Turned("unknown", "small-talk", "it is small talk, no question about the database")
_OTHER_SUBJECT = Turned("unknown", "off-topic", "it is about something else than what the database holds")
_NOTHING_MET = Turned("unknown", "off-topic", "no word of it names a table, a column or a stored value")
_CHINESE_RUN = re.compile(f"[{CJK}]+")


def route(question: str, linker: Linker, goes_on: bool = False) -> Turned | None:
    """Return why a question is turned away; None where it may go on to the model.

    Args:
        linker: of the database that it is asked of.
        goes_on: whether earlier questions were answered: "and in 2024?" then needs no word of the schema.
    """
    text = " ".join(question.lower().replace("’", "'").split()).strip()
    if words.SMALL_TALK.fullmatch(text.strip("!?.,;~ ！？。，；～…")):
        return _SMALL_TALK
    if words.CHANGE_EN.search(text) or words.CHANGE_ZH.search(text) or words.CHANGE_SQL.search(text):
        return _CHANGE
    seen = _Seen.of(question, linker)
    if seen.speaks_of(words.OTHER_EN, words.OTHER_ZH):
        return _OTHER_SUBJECT
    if goes_on or seen.asks_for_a_figure:
        return None
    if not seen.links:
        return _NOTHING_MET
    if seen.is_thin:
        return _OTHER_SUBJECT
    return None


def leaves_untold(question: str, linker: Linker) -> bool:
    """Whether a word of a question that says something is no mention of a table, a column or a stored value."""
    seen = _Seen.of(question, linker)
    return any(_tells(word) and at not in seen.met for at, word in enumerate(seen.tokens)) or bool(seen.untold())


@dataclass(frozen=True, slots=True)
class _Seen:
    """A question beside what the linker finds in it."""

    text: str
    tokens: tuple[str, ...]
    links: tuple[Link, ...]
    met: frozenset[int]
    """Numbers of the words that a mention takes."""
    met_characters: frozenset[int]
    """Places of the Chinese characters that a mention takes."""
    name_characters: frozenset[str]
    """Characters of the schema's Chinese names."""

    @classmethod
    def of(cls, question: str, linker: Linker) -> _Seen:
        text = question.lower()
        met, characters = linker.places(question)
        tokens = tuple(WORD.findall(text))
        return cls(text, tokens, linker.link(question), met, characters, linker.name_characters)

    def speaks_of(self, english: re.Pattern[str], chinese: re.Pattern[str]) -> bool:
        """Whether a mark of another subject stands in it that is no word of the schema."""
        starts = [match.start() for match in WORD.finditer(self.text)]
        for match in english.finditer(self.text):
            inside = [at for at, start in enumerate(starts) if match.start() <= start < match.end()]
            if not any(at in self.met and self.tokens[at] not in STOP for at in inside):
                return True
        return any(
            not self.met_characters.intersection(range(match.start(), match.end()))
            for match in chinese.finditer(self.text)
        )

    @property
    def asks_for_a_figure(self) -> bool:
        """Whether somebody of the house asks how much or how many, if in other words than the schema's own.

        "How much did we sell?" names no table, "一共浇了多少水" only characters of 浇水记录.
        """
        if words.FIGURE_EN.search(self.text) and words.OURS.search(self.text):
            return True
        rest = set("".join(self.untold()))
        return bool(words.FIGURE_ZH.search(self.text)) and bool(rest & self.name_characters)

    @property
    def is_thin(self) -> bool:
        """Whether the database's words explain so little of it that they are there by chance."""
        content = [at for at, word in enumerate(self.tokens) if _tells(word)]
        met = [at for at in content if at in self.met]
        said = 2 * len(content) + sum(map(len, self.untold()))
        explained = 2 * len(met) + len(self.met_characters)
        sure = any(link.column is None and link.kind in ("exact", "synonym") for link in self.links)
        least = words.LEAST_WITH_TABLE if sure else words.LEAST
        return said > 0 and explained < least * said

    def untold(self) -> list[str]:
        """Return the runs of Chinese characters that are left without the words of asking."""
        return _CHINESE_RUN.findall(words.ASKING_ZH.sub(" ", self.text))


def _tells(word: str) -> bool:
    """Whether a word says what a question is about."""
    return word not in STOP and word not in words.ASKING_EN and not word.isdigit() and len(word) > 1
