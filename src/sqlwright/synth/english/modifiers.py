"""What a modifier of a noun is, and the small helpers that all modules making them share.

A modifier is a pair (kind, text):

    adj    "active"                      before the noun
    head   "women"                       instead of it
    short  "in Paris", "named Alice"     right after it
    with   "a price above 5"             after "with"
    pred   "cost more than 5"            after "who" or "that", agreeing with the noun's number
    whose  "price is above 5"            after "whose" or "where the"
"""

from __future__ import annotations

from functools import lru_cache

from sqlwright.schema.words import plural as plural_of
from sqlwright.schema.words import singular
from sqlwright.synth.english.grammar import third, with_article
from sqlwright.synth.english.lexis import MASS
from sqlwright.synth.english.voice import Voice
from sqlwright.synth.tree import Column

Modifier = tuple[str, str]


def verb(base: str, plural: bool) -> str:
    """Return a verb phrase in its base form, or in the third person singular."""
    return base if plural else third(base)


def was(plural: bool) -> str:
    """Return "were" or "was"."""
    return "were" if plural else "was"


def subject(voice: Voice, column: Column) -> tuple[str, bool]:
    """Return the column's phrase as a subject, and whether it is plural."""
    phrase = voice.phrase(column)
    return phrase, is_many(phrase)


@lru_cache(maxsize=65536)
def is_many(phrase: str) -> bool:
    """Return whether a column's phrase is a plural ("wages", "bronze medals")."""
    last = phrase.rsplit(" ", 1)[-1]
    return (
        last.endswith("s")
        and " of " not in phrase
        and " in " not in phrase
        and singular(last) != last
        and plural_of(phrase) == phrase
    )


def an(voice: Voice, column: Column) -> str:
    """Return the column's phrase with its article, as after "with"."""
    words = voice.column(column)
    phrase = voice.phrase(column)
    if is_many(phrase) or words.head in MASS or words.sense == "category" or voice.chance(0.12):
        return phrase
    return with_article(phrase)


def who(voice: Voice, human: bool) -> str:
    """Return a relative pronoun."""
    if human:
        return "who" if voice.chance(0.92) else "that"
    return "that" if voice.chance(0.75) else "which"


def attached(modifier: Modifier, pronoun: str) -> str:
    """Return a modifier other than an adjective with the word that ties it to the noun before it."""
    kind, text = modifier
    if kind == "short":
        return text
    if kind == "pred":
        return f"{pronoun} {text}"
    return f"{kind} {text}"
