"""Wordings of the comparison operators, for numbers, years, dates and text."""

from __future__ import annotations

from sqlwright.synth.english.senses import Sense

IS_NUMBER: dict[str, tuple[str, ...]] = {
    ">": ("is above", "is greater than", "is more than", "is over", "exceeds", "is higher than", "is larger than"),
    ">=": ("is at least", "is no less than", "is greater than or equal to", "is not below"),
    "<": ("is below", "is less than", "is under", "is lower than", "is smaller than"),
    "<=": ("is at most", "is no more than", "is less than or equal to", "does not exceed", "is not above"),
    "=": ("is", "is", "equals", "is equal to", "is exactly"),
    "<>": ("is not", "isn't", "is different from", "is not equal to", "is anything but"),
}
"""After "whose price" or "where the price"."""
OF_NUMBER: dict[str, tuple[str, ...]] = {
    ">": ("above", "over", "greater than", "of more than", "higher than", "more than", "exceeding"),
    ">=": ("of at least", "of no less than", "greater than or equal to", "at or above"),
    "<": ("below", "under", "less than", "of less than", "lower than"),
    "<=": ("of at most", "of no more than", "less than or equal to", "of up to", "at or below"),
    "=": ("of", "of", "equal to", "of exactly"),
    "<>": ("other than", "not equal to", "different from"),
}
"""After "with a price"."""
THAN: dict[str, tuple[str, ...]] = {
    ">": ("more than", "over", "more than", "above"),
    ">=": ("at least", "at least", "no less than"),
    "<": ("less than", "under", "below"),
    "<=": ("at most", "no more than", "up to"),
    "=": ("exactly", ""),
}
"""After a verb: "cost more than"."""
COUNTS: dict[str, tuple[str, ...]] = {
    ">": ("more than", "over", "more than"),
    ">=": ("at least", "at least", "no fewer than"),
    "<": ("fewer than", "less than", "under"),
    "<=": ("at most", "no more than", "up to"),
    "=": ("exactly", "", "exactly"),
}
"""Before a counted plural: "more than 3 orders"."""
IS_DATE: dict[str, tuple[str, ...]] = {
    ">": ("is after", "is later than", "comes after"),
    ">=": ("is on or after", "is no earlier than", "is not before"),
    "<": ("is before", "is earlier than", "comes before"),
    "<=": ("is on or before", "is no later than", "is not after"),
    "=": ("is", "is on", "is exactly"),
    "<>": ("is not", "is other than", "isn't"),
}
ON_DATE: dict[str, tuple[str, ...]] = {
    ">": ("after", "later than", "after"),
    ">=": ("on or after", "since", "from {} on", "no earlier than"),
    "<": ("before", "earlier than", "prior to"),
    "<=": ("on or before", "up to", "no later than", "until"),
    "=": ("on", "on"),
}
"""After "placed", "hired"; `{}` is the date when it does not come last."""
IN_YEAR: dict[str, tuple[str, ...]] = {
    ">": ("after", "later than", "after"),
    ">=": ("in or after", "since", "in {} or later", "from {} on"),
    "<": ("before", "earlier than", "prior to"),
    "<=": ("in or before", "in {} or earlier", "no later than"),
    "=": ("in", "in", "during"),
}
IS_TEXT: dict[str, tuple[str, ...]] = {
    **IS_NUMBER,
    "=": ("is", "is", "is", "equals", "is set to"),
    "<>": ("is not", "isn't", "is other than", "is anything but", "is different from"),
}
PLURAL_VERBS = {
    "is": "are",
    "exceeds": "exceed",
    "equals": "equal",
    "does": "do",
    "isn't": "aren't",
    "comes": "come",
    "starts": "start",
    "begins": "begin",
    "ends": "end",
    "contains": "contain",
    "includes": "include",
    "doesn't": "don't",
    "has": "have",
    "lies": "lie",
    "falls": "fall",
}


def is_pool(sense: Sense) -> dict[str, tuple[str, ...]]:
    """Return the predicates that suit a column of this sense."""
    if sense == "date":
        return IS_DATE
    if sense in ("number", "year"):
        return IS_NUMBER
    return IS_TEXT


def fill(wording: str, value: str) -> str:
    """Put a value into "from {} on", or behind a wording without a slot."""
    if "{}" in wording:
        return wording.format(value)
    return f"{wording} {value}" if wording else value


def agree(predicate: str, many: bool) -> str:
    """Return the predicate for a plural subject ("credits are above 3") when `many`."""
    if not many:
        return predicate
    head, _, rest = predicate.partition(" ")
    head = PLURAL_VERBS.get(head, head)
    return f"{head} {rest}" if rest else head
