"""The little English morphology that the writer needs: articles, lists, verb endings, ordinals, literals."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlwright.synth.english.lexis import MONTHS

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)$")
_SPOKEN_VOWEL = re.compile(
    r"(?:[aeio]|u(?!ni|se|ti|r[aio]|s[aeiou]|k)|8|11\b|18\b|hour|honou?r|heir|mp\d|sms|x-)", re.IGNORECASE
)
_VOWEL_EXCEPTION = re.compile(r"(?:eu|one\b|once|ewe)", re.IGNORECASE)


def with_article(phrase: str) -> str:
    """Return the phrase behind "a" or "an"."""
    vowel = _SPOKEN_VOWEL.match(phrase) and not _VOWEL_EXCEPTION.match(phrase)
    return f"an {phrase}" if vowel else f"a {phrase}"


def join(items: Sequence[str], word: str = "and") -> str:
    """Return "a", "a and b" or "a, b and c"."""
    if len(items) == 1:
        return items[0]
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def third(verb: str) -> str:
    """Return the third person singular of a verb phrase's first word: "cost more" gives "costs more"."""
    head, _, rest = verb.partition(" ")
    if head in ("are", "have", "do", "don't", "aren't", "were", "haven't"):
        head = {
            "are": "is",
            "have": "has",
            "do": "does",
            "don't": "doesn't",
            "aren't": "isn't",
            "were": "was",
            "haven't": "hasn't",
        }[head]
    elif head.endswith(("s", "x", "ch", "sh", "o")):
        head += "es"
    elif head.endswith("y") and head[-2:-1] not in "aeiou":
        head = head[:-1] + "ies"
    else:
        head += "s"
    return f"{head} {rest}" if rest else head


def possessive(phrase: str) -> str:
    """Return the genitive: "customer's", "customers'"."""
    return f"{phrase}'" if phrase.endswith("s") else f"{phrase}'s"


def ordinal(number: int) -> str:
    """Return "1st", "2nd", "11th"."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def spoken_date(text: str, form: int) -> str | None:
    """Return an ISO date as people write it ("March 5, 2024", "5 March 2024"), or None when it is no ISO date."""
    match = _DATE.match(text)
    if not match:
        return None
    year, month, day = match.groups()
    if not 1 <= int(month) <= 12:
        return None
    name = MONTHS[int(month) - 1]
    if form == 0:
        return f"{name} {int(day)}, {year}"
    if form == 1:
        return f"{int(day)} {name} {year}"
    if form == 2:
        return f"{name[:3]} {int(day)} {year}"
    if form == 3:
        return f"{int(day)} {name[:3]} {year}"
    if form == 4:
        return f"the {ordinal(int(day))} of {name} {year}"
    return f"{name} {ordinal(int(day))} {year}"


def capitalised(text: str) -> str:
    """Return the text with its first letter in upper case."""
    return text[:1].upper() + text[1:]
