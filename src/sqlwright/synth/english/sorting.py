"""How people say a sort order: "newest first", "from the cheapest to the most expensive", "alphabetically by name"."""

from __future__ import annotations

from sqlwright.synth.english.voice import Voice
from sqlwright.synth.tree import Column, Order

_COMMON = {
    False: ("{sort} {key} in ascending order", "{sort} {key} ascending", " in ascending order of {key}"),
    True: ("{sort} {key} in descending order", "{sort} {key} descending", " in descending order of {key}"),
}
_WORDINGS: dict[tuple[str, bool], tuple[str, ...]] = {
    # what the key holds, whether descending
    ("text", False): (
        " in alphabetical order of {key}",
        "{sort} {key}",
        "{sort} {key} alphabetically",
        "{sort} {key} from A to Z",
        "{comma}alphabetically by {key}",
        "{sort} {key} in ascending order",
    ),
    ("text", True): (
        " in reverse alphabetical order of {key}",
        "{sort} {key} from Z to A",
        "{sort} {key}, Z to A",
        "{sort} {key} in descending order",
        "{sort} {key} descending",
    ),
    ("date", False): (
        *_COMMON[False],
        "{sort} {key}, oldest first",
        ", in order of {key}",
        ", earliest first",
        ", oldest first",
        ", by {key}",
        "{sort} {key} from earliest to latest",
        "{sort} {key}",
        " in chronological order of {key}",
        ", earliest {key} first",
    ),
    ("date", True): (
        *_COMMON[True],
        "{sort} {key}, newest first",
        ", newest first",
        ", latest first",
        ", most recent first",
        "{sort} {key} from newest to oldest",
        " in reverse chronological order of {key}",
        ", most recent {key} first",
        ", latest {key} first",
    ),
    ("number", False): (
        *_COMMON[False],
        "{sort} {key} from lowest to highest",
        "{sort} {key}, lowest first",
        " from lowest to highest {key}",
        "{sort} {key}",
        "{sort} {key} from low to high",
        ", lowest {key} first",
        ", by {key}",
        ", in order of {key}",
    ),
    ("number", True): (
        *_COMMON[True],
        "{sort} {key} from highest to lowest",
        "{sort} {key}, highest first",
        " from highest to lowest {key}",
        " by {key}, highest first",
        "{sort} {key} from high to low",
        ", highest {key} first",
    ),
}
_BY_ADJECTIVE = (
    ", {first} first",
    " from the {first} to the {last}",
    " from {first} to {last}",
    ", starting with the {first}",
)
_KINDS = {"number": "number", "flag": "number", "key": "number", "date": "date", "year": "date"}


def order_tail(voice: Voice, order: Order, phrase: str, *, own: bool) -> str:
    """Return how a list is sorted by one key, with a leading space or comma.

    Args:
        phrase: what the key is called.
        own: whether the key is a column of the rows themselves, so that adjectives fit ("oldest first").
    """
    words = voice.column(order.expression) if isinstance(order.expression, Column) else None
    if words is not None and words.scale is not None and own and voice.chance(0.4):
        first, last = words.scale.most[0], words.scale.least[0]
        if not order.descending:
            first, last = last, first
        return voice.choose(_BY_ADJECTIVE).format(first=first, last=last)
    clear = own and (words is None or words.sense not in ("date", "year") or voice.names.only_date(words.table))
    if not clear:
        wordings = _WORDINGS["number" if words is None else _KINDS.get(words.sense, "text"), order.descending]
        options = [o for o in wordings if "{key}" in o]
        sort = voice.pick(" ", ", ") + voice.pick("sorted by", "ordered by")
        return voice.choose(options).format(key=phrase, sort=sort, comma=voice.pick(" ", ", "))
    kind = "number" if words is None else _KINDS.get(words.sense, "text")
    comma = voice.pick(" ", ", ", " ")
    sort = comma + voice.pick("sorted by", "ordered by", "sorted by", "ordered by", "arranged by")
    return voice.choose(_WORDINGS[kind, order.descending]).format(key=phrase, sort=sort, comma=comma)
