"""Short questions over any table, to be extended: lists, counts and aggregates in the ways people open them.

question, tokens = stem(shape, rng)
"""

from __future__ import annotations

import random

from shape import Shape, plural

_LISTS = (
    "What are the {cs} of {all}{ns}?", "What are the {cs} of {all}{ns}?", "Show the {cs} of {all}{ns}.",
    "List the {cs} of {all}{ns}",
    "Give me the {cs} of {all}{ns}", "Find the {cs} of the {ns}", "{cs} of {all}{ns}", "Return the {c} of each {n}.",
    "What is the {c} of every {n}?", "Show me {cs} for all {ns}", "I need the {cs} of our {ns}", "list {cs} of {ns}",
    "Can you tell me the {cs} of the {ns}?", "Could you list the {cs} of {all}{ns}?", "Get {c} for each {n}",
    "Please show the {cs} of the {ns}", "Which {cs} do we have for {ns}?", "{c} of each {n}", "the {cs} for the {ns}",
    "I'd like to know the {cs} of {all}{ns}", "Let me see the {cs} of {all}{ns}", "pull up the {cs} of the {ns}",
)  # fmt: skip
_COUNTS = (
    "How many {ns} are there?", "How many {ns} do we have?", "Count the {ns}", "number of {ns}", "How many {ns}?",
    "What is the number of {ns}?", "Find the total number of {ns}", "how many {ns} are in the database?",
    "count of {ns}",
    "What's the total number of {ns}?", "Give the count of {ns}.", "Tell me how many {ns} there are",
)  # fmt: skip
_AGGREGATES = (
    ("AVG", "average", "mean", "typical"), ("SUM", "total", "combined", "summed"),
    ("MAX", "highest", "maximum", "largest"), ("MIN", "lowest", "minimum", "smallest"),
)  # fmt: skip
_WHOLE = (
    "Show all the information about the {ns}.", "What is all the information on {all}{ns}?",
    "List all columns of the {ns}",
    "Return everything about {all}{ns}", "Show all information about {all}{ns}.", "Show everything we know about {ns}",
)  # fmt: skip
_TAKEN = (
    "What is the {f} {c} of {all}{ns}?", "Show the {f} {c} of {ns}", "Find the {f} {c} of the {ns}.", "{f} {c} of {ns}",
    "Calculate the {f} {c} of {all}{ns}", "What's the {f} {c} of our {ns}?", "Give me the {f} {c} for {ns}",
)  # fmt: skip


def stem(shape: Shape, rng: random.Random) -> tuple[str, tuple[str, ...]] | None:
    """Return a question over one table and its SQL as marked tokens, or None when the table drawn gives none."""
    tables = [t for t, columns in shape.columns.items() if columns and shape.noun(t)]
    if not tables:
        return None
    table = rng.choice(tables)
    noun = shape.noun(table)
    words = {"n": noun, "ns": plural(noun), "all": rng.choice(("", "", "all ", "the ", "all the "))}
    kind = rng.choices(("list", "count", "aggregate"), (6, 2, 2))[0]
    numbers = [c for c in shape.columns[table] if c in shape.numbers]
    if kind == "aggregate" and numbers:
        column = rng.choice(numbers)
        name, *said = rng.choice(_AGGREGATES)
        question = rng.choice(_TAKEN).format(f=rng.choice(said), c=shape.words(column), **words)
        return question, ("SELECT", name, "(", column, ")", "FROM", table)
    if kind == "count":
        return rng.choice(_COUNTS).format(**words), ("SELECT", "COUNT", "(", "*", ")", "FROM", table)
    if rng.random() < 0.04:
        return rng.choice(_WHOLE).format(**words), ("SELECT", "*", "FROM", table)
    columns = rng.sample(shape.columns[table], min(rng.choices((1, 2, 3), (6, 4, 1))[0], len(shape.columns[table])))
    label = shape.label(table)
    if label and label not in columns and rng.random() < 0.5:
        columns[0] = label
    own = [c for c in shape.ids[table] if c == shape.primary.get(table)]
    if own and rng.random() < 0.15:
        columns = own + [c for c in columns[:1] if rng.random() < 0.7]
    full = _full(table, shape)
    if full and rng.random() < 0.4:
        columns = full
    single = [shape.words(c) for c in columns]
    if columns == full:
        single = [rng.choice(("full name", "full name", "first and last name", "full name (first and last)"))]
    many = [plural(c) for c in single]
    question = rng.choice(_LISTS).format(c=_and(single), cs=_and(many if rng.random() < 0.7 else single), **words)
    shown = [token for number, c in enumerate(columns) for token in ((",", c) if number else (c,))]
    return question, ("SELECT", *shown, "FROM", table)


def _full(table: str, shape: Shape) -> list[str]:
    """Return the two columns of a full name, or nothing."""
    found = {shape.words(c): c for c in shape.columns[table]}
    return [found["first name"], found["last name"]] if {"first name", "last name"} <= found.keys() else []


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
