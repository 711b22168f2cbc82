"""Columns that are easily taken for those that a question asks for, put beside them in a public schema.

In the public schemas a word of the question mostly fits one column. Real tables have `weight` and `net_weight`, and
`phone` stands in `customer` and in `staff`: only all words of the question together tell which is meant. A column is
crowded only where each question that needs it says its name in full, so that the answer stays what it was.

    schema = crowded(schema, pairs, rng)
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from keys import spelled_like
from pairs import Pair, keys_of
from scopes import mark, marks
from sqlwright.schema.model import Column, Schema, Table
from sqlwright.schema.words import singular, split_identifier

_MODIFIERS = (
    "old new previous next current final initial former planned actual net gross estimated official local foreign "
    "internal external primary secondary original legal short full regional alternative default expected last first "
    "home away start end opening closing target base standard special daily monthly annual reported confirmed public"
).split()
_WORD = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the questions that need a column say, and the tables that they use."""

    words: frozenset[str]
    """Words that each of them says, in the singular."""
    tables: frozenset[str]
    alone: bool
    """Whether each of them uses one table."""


def crowded(schema: Schema, pairs: Sequence[Pair], rng: random.Random, share: float = 0.4) -> Schema:
    """Return the schema with columns of like names beside some that the questions need, and in other tables."""
    asked = _asked(pairs)
    every = {singular(w) for pair in pairs for w in _WORD.findall(pair.question.lower())}
    keys = keys_of(schema)
    added: dict[str, list[Column]] = defaultdict(list)
    for table in schema.tables:
        nouns = {singular(w) for w in split_identifier(table.name)}
        for column in table.columns:
            name = mark(table.name, column.name)
            words = [singular(w) for w in split_identifier(column.name)]
            known = asked.get(name)
            if not words or known is None or name in keys or rng.random() > share:
                continue
            if not set(words) - nouns <= known.words:
                continue
            if rng.random() < 0.6:
                added[table.name] += _siblings(column, words, every, rng)
            elif known.alone and nouns <= known.words:
                other = rng.choice(schema.tables)
                if mark(other.name) not in known.tables and not set(split_identifier(other.name)) & nouns:
                    added[other.name].append(Column(column.name, column.type))
    return replace(schema, tables=tuple(_grown(table, added[table.name], rng) for table in schema.tables))


def _asked(pairs: Sequence[Pair]) -> dict[str, _Asked]:
    found: dict[str, _Asked] = {}
    for pair in pairs:
        words = frozenset(singular(w) for w in _WORD.findall(pair.question.lower()))
        named = marks(pair.tokens)
        tables = frozenset(name for name in named if "|" not in name)
        for name in named - tables:
            old = found.get(name, _Asked(words, frozenset(), True))
            found[name] = _Asked(old.words & words, old.tables | tables, old.alone and len(tables) == 1)
    return found


def _siblings(column: Column, words: list[str], asked: set[str], rng: random.Random) -> list[Column]:
    """Return one to three columns with another word before the name, or in place of its first."""
    tail = words[1:] if len(words) > 1 and rng.random() < 0.5 else words
    free = [word for word in _MODIFIERS if word not in asked and word not in words]
    heads = rng.sample(free, min(len(free), rng.choice((1, 1, 2, 3))))
    return [Column(spelled_like(column.name, [head, *tail]), column.type) for head in heads]


def _grown(table: Table, added: Sequence[Column], rng: random.Random) -> Table:
    columns = list(table.columns)
    for column in added:
        if not any(column.name.lower() == c.name.lower() for c in columns):
            columns.insert(rng.randint(1, len(columns)), column)
    return replace(table, columns=tuple(columns))
