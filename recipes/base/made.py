"""Questions in people's words over any schema: a few words, or a group, taken a step or two further (`extend.py`).

pairs = made(schema, values, rng, 8)      # [("Which towns have clubs with ...", "SELECT ...")]
"""

from __future__ import annotations

import random

from composed import composed
from extend import extended
from forms import told
from pairs import Values
from rephrase import reword
from scopes import mark, rendered
from shape import Shape
from sqlwright.schema.model import Schema
from stems import stem

WHOLE = 0.3
"""Share of the questions that are about groups or lists put together."""
TRIES = 3
"""How often a question is tried for, on average, before there is none."""


def made(schema: Schema, values: Values, rng: random.Random, count: int) -> list[tuple[str, str]]:
    """Return up to `count` questions with SQLite's SQL; none where the names are no words."""
    shape = Shape(schema, values)
    names = {mark(t.name, c): c or t.name for t in schema.tables for c in ("", *(c.name for c in t.columns))}
    found: list[tuple[str, str]] = []
    for _ in range(count * TRIES):
        if len(found) == count:
            break
        if rng.random() < WHOLE:
            whole = composed(shape, rng)
            if whole is None:
                continue
            question, tokens = whole
        else:
            short = stem(shape, rng)
            if short is None:
                break
            question, tokens = extended(*short, shape, rng)
            if tokens == short[1] and rng.random() < 0.7:
                continue
            question = told(question, tokens, rng) if rng.random() < 0.5 else question
        question = reword(question, rng) if rng.random() < 0.7 else question
        found.append((question, " ".join(rendered(tokens, names))))
    return found
