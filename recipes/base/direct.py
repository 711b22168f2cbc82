"""Conditions that do not name their column: "in Lima", "named Oak", "of the farm Oak", "in department 80".

Only what is certain: no other column of the schema ends in the same word, or rows are known by the column's values.

    words, tokens = direct("@player|city", shape, rng, far=False)     # "in Lima", ("@player|city", "=", "'Lima'")
"""

from __future__ import annotations

import random

from phrases import number, on_key, quoted
from shape import Shape

_NAMED = ("named {v}", "called {v}", "with the name {v}", "by the name of {v}", "that are called {v}")
_OF_ROW = (
    "of the {n} {v}", "in the {n} {v}", "of the {v} {n}", "in the {v} {n}", "that belong to the {n} {v}",
    "from the {n} {v}", "for the {n} {v}", "of the {n} named {v}", "for {v}", "of {v}", "belonging to {v}",
)  # fmt: skip
_IN = ("in {v}", "in {v}", "located in {v}", "from {v}", "that are in {v}")
_UNSAID: dict[str, tuple[str, ...]] = {
    **dict.fromkeys("city town country state county region continent district".split(), _IN),
    **dict.fromkeys(("color", "colour"), ("in {v}", "that are {v}")),
    "location": ("in {v}", "at {v}"), "nationality": ("from {v}", "who are {v}"), "hometown": ("from {v}",),
    "status": ("that are {v}",), "type": ("of type {v}", "of the {v} type", "of the kind {v}"),
    "kind": ("of kind {v}",),
    "genre": ("of genre {v}",), "category": ("in the category {v}", "in the {v} category"),
    "author": ("by {v}", "written by {v}"), "director": ("by {v}", "directed by {v}"),
    "composer": ("by {v}", "composed by {v}"), "manufacturer": ("by {v}", "made by {v}", "from {v}"),
    "maker": ("made by {v}",), "owner": ("owned by {v}",), "publisher": ("published by {v}", "from {v}"),
    "language": ("in {v}",), "position": ("who play as {v}", "in position {v}"),
    "party": ("of the {v} party", "from {v}"),
    "team": ("of team {v}", "on {v}", "from {v}"), "club": ("of the club {v}",), "major": ("majoring in {v}",),
    "job": ("working as {v}",), "profession": ("working as {v}",), "role": ("in the role {v}",), "sport": ("in {v}",),
    "brand": ("by {v}", "of brand {v}"), "sponsor": ("sponsored by {v}",), "industry": ("in {v}",),
}  # fmt: skip


def direct(column: str, shape: Shape, rng: random.Random, *, far: bool) -> tuple[str, tuple[str, ...]] | None:
    """Return a condition that does not name its column ("in Lima", "named Oak", "of the farm Oak"), or None.

    Only where no other column of the schema ends in the same word, where the column is what rows of its table are named
    by, or where it is a key that points to another table ("in department 80").

    Args:
        far: whether the column is another table's than the one asked about.
    """
    table = column.partition("|")[0]
    if column in shape.keys:
        return None if far or column == shape.primary.get(table) else _pointed(column, shape, rng)
    value, word = shape.value(column, rng), shape.words(column, short=False).split()[-1:]
    if value is None or not word:
        return None
    if column in shape.numbers and far:
        return _extreme(column, shape, rng)
    if column in shape.numbers:
        return _since(column, value, rng) if word == ["year"] and shape.alone(column) else None
    text = str(value)
    shown = rng.choice((text, text, f'"{text}"', f"'{text}'"))
    forms: tuple[str, ...]
    if column == shape.named_by(table):
        forms = _OF_ROW if far else _NAMED
    elif word[0] in _UNSAID and shape.alone(column):
        forms = _UNSAID[word[0]]
    else:
        return None
    noun = shape.noun(table)
    if not noun:
        return None
    said = rng.choice(forms).format(v=shown, n=noun)
    if forms is _IN and rng.random() < 0.15:
        said = rng.choice((f"not in {shown}", f"outside {shown}", f"that are not in {shown}"))
        return said, (column, "<>", quoted(text))
    return said, (column, "=", quoted(text))


def _extreme(column: str, shape: Shape, rng: random.Random) -> tuple[str, tuple[str, ...]] | None:
    table = column.partition("|")[0]
    noun, words = shape.noun(table), shape.words(column)
    if not noun:
        return None
    name, said = rng.choice((("MAX", "highest|largest|greatest|maximum"), ("MIN", "lowest|smallest|minimum")))
    most = rng.choice(said.split("|"))
    form = rng.choice(
        ("of the {0} with the {1} {2}", "of the {0} that has the {1} {2}", "for the {0} with the {1} {2}")
    )
    inner = ("(", "SELECT", name, "(", column, ")", "FROM", table, ")")
    return form.format(noun, most, words), (column, "=", *inner)


def _pointed(column: str, shape: Shape, rng: random.Random) -> tuple[str, tuple[str, ...]] | None:
    made = on_key(column, shape.words(column, short=False), shape, rng)
    if made is None:
        return None
    noun, tokens = shape.words(column, short=False).removesuffix(" id"), made[2]
    forms = ("in {0} {1}", "of {0} {1}", "from {0} number {1}", "in the {0} with id {1}", "that have {0} {1}")
    return rng.choice(forms).format(noun, tokens[2]), tokens


def _since(column: str, value: object, rng: random.Random) -> tuple[str, tuple[str, ...]]:
    text = number(value)
    said, sign = rng.choice((
        ("from {0}", "="), ("in {0}", "="), ("after {0}", ">"), ("before {0}", "<"), ("since {0}", ">="),
        ("from {0} or later", ">="), ("in or before {0}", "<="),
    ))  # fmt: skip
    return said.format(text), (column, sign, text)
