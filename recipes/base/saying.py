"""What the steps of `extend.py` and `related.py` share: where a question ends, what it names and what it does not."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from query import Query
from shape import Shape, Step, plural

IDS = 0.18
"""How often a key of the table itself is taken where any column would do."""


def behind(question: str, words: str) -> str:
    """Put words behind the question, before its mark."""
    bare = question.rstrip("?.! ")
    return f"{bare}{words}{'?' if question.rstrip().endswith('?') else '.'}"


def subject(question: str, query: Query, shape: Shape) -> str:
    """Return the only table of the query when the question ends in its name, or nothing."""
    if len(query.tables) > 1 or not (noun := shape.noun(query.tables[0])):
        return ""
    last = question.rstrip("?.! ").lower()
    own = (noun, plural(noun), noun.split()[-1], plural(noun.split()[-1]))
    return query.tables[0] if any(last.endswith(" " + word) for word in own) else ""


def named_at(question: str, column: str, shape: Shape) -> re.Match[str] | None:
    """Return where the question names a column, if it does so once."""
    pattern = shape.pattern(column)
    found = list(pattern.finditer(question)) if pattern else []
    return found[0] if len(found) == 1 else None


def reach(query: Query, shape: Shape, rng: random.Random, chance: float) -> tuple[str, tuple[Step, ...]]:
    """Return a table whose columns can be used, and the joins that it takes; mostly another when `chance` is high."""
    start = rng.choice(query.tables)
    ways = [way for way in shape.near(start) if not {step.table for step in way} & set(query.tables)]
    if not ways or rng.random() > chance or ("*",) in query.shown:
        return start, ()
    way = rng.choice(ways)
    return way[-1].table, way


def another(
    question: str, query: Query, shape: Shape, rng: random.Random, far: float, numbers: float = 0.0
) -> tuple[str, str, tuple[Step, ...]] | None:
    """Return a column that is not named yet, what it is called, and the joins that lead to it, or None.

    Args:
        far: how often it is looked for in another table, where one can be reached.
        numbers: how often it must be a number.
    """
    table, way = reach(query, shape, rng, far)
    kind = "number" if numbers and rng.random() < numbers else ""
    if not way and not numbers and rng.random() < IDS:
        kind = "key"
    column = picked(table, query, question, shape, rng, kind)
    if not column:
        return None
    return column, called(column, way, query, shape), way


def picked(table: str, query: Query, question: str, shape: Shape, rng: random.Random, kind: str = "") -> str:
    """Return a column of the table that neither the SQL nor the question names, or nothing.

    Args:
        kind: a "number", a "text" or a "key"; else what is no key.
    """
    used, lower = set(query.tokens()), question.lower()
    found = [
        c
        for c in (shape.ids if kind == "key" else shape.columns)[table]
        if c not in used
        and (kind != "number" or c in shape.numbers)
        and (kind != "text" or c not in shape.numbers)
        and shape.words(c) not in lower
    ]
    return rng.choice(found) if found else ""


def called(column: str, way: Sequence[Step], query: Query, shape: Shape) -> str:
    """Return what a column is called in the question: with its table's name where there are several."""
    return shape.far(column) if way or len(query.tables) > 1 else shape.words(column)


def join(query: Query, way: Sequence[Step]) -> None:
    """Add the tables of a way."""
    for step in way:
        query.join(step.table, step.own, step.other)
