"""Put a query tree into English, in several different ways.

    writer = EnglishWriter(schema, Lexicon.builtin(), random.Random(7))
    writer.questions(tree, 3)
    # ["Which customers live in Berlin?", "show me all customers based in Berlin", "Berlin customers"]

Each phrasing is a fresh draw of every choice: sentence frame, words for tables and columns, where each condition goes.
The grammar lives in `sqlwright.synth.english`.
"""

from __future__ import annotations

import random

from sqlwright.schema.model import Schema
from sqlwright.synth.catalog import Values
from sqlwright.synth.english.asks import Asked, finished
from sqlwright.synth.english.computed import say_computed
from sqlwright.synth.english.entity import Scene
from sqlwright.synth.english.graph import has_aggregate
from sqlwright.synth.english.having import say_groups
from sqlwright.synth.english.listing import say_listing
from sqlwright.synth.english.names import Namer, Names
from sqlwright.synth.english.noise import roughen
from sqlwright.synth.english.remarks import say_with_remark
from sqlwright.synth.english.selfjoins import say_pairs, say_superior
from sqlwright.synth.english.sets import say_set
from sqlwright.synth.english.steps import say_steps
from sqlwright.synth.english.totals import say_totals
from sqlwright.synth.english.voice import UnsayableError, Voice
from sqlwright.synth.tree import Column, Query, SetOperation, Tree, With


class EnglishWriter:
    """Writes English questions about one schema.

    Args:
        schema: the schema that the trees are drawn over.
        lexicon: names of tables and columns, usually `sqlwright.schema.Lexicon`.
        rng: the source of every choice; the same state gives the same questions.
        noise: how careless the questions are: 0 gives clean English, 1 a slip in most.
        values: stored values by (table, column), for remarks that name one without restricting to it.
    """

    def __init__(
        self,
        schema: Schema,
        lexicon: Namer,
        rng: random.Random,
        *,
        noise: float = 0.08,
        values: Values | None = None,
    ) -> None:
        self._names = Names(schema, lexicon, values)
        self._rng = rng
        self._noise = noise

    def questions(self, tree: Tree, n: int = 1) -> list[str]:
        """Return up to `n` different questions that mean what the tree's SQL computes; [] when it cannot be said."""
        found: list[str] = []
        taken: set[str] = set()
        for _ in range(2 * n + 2):
            try:
                text = self._question(tree)
            except UnsayableError:
                continue
            plain = text.lower().rstrip("?.")
            if plain not in taken:
                taken.add(plain)
                found.append(text)
                if len(found) == n:
                    break
        return found

    def _question(self, tree: Tree) -> str:
        voice = Voice(self._names, self._rng)
        text, mark = _say(tree, voice)
        text = " ".join(text.split()) if "  " in text else text
        if self._noise:
            text = roughen(text, self._rng, self._noise, voice.literals)
        return finished(voice, (text, mark))


def _say(tree: Tree, voice: Voice) -> Asked:
    if isinstance(tree, SetOperation):
        return say_set(tree, voice)
    if isinstance(tree, With):
        return say_steps(tree, voice)
    return say_with_remark(tree, voice, _say_query) or _say_query(tree, voice)


def _say_query(query: Query, voice: Voice) -> Asked:
    pairs = say_pairs(query, voice)
    if pairs is not None:
        return pairs
    scene = Scene(query, voice)
    if query.group_by:
        return say_groups(scene)
    superior = say_superior(scene)
    if superior is not None:
        return superior
    expressions = [item.expression for item in query.select]
    if any(has_aggregate(e) for e in expressions):
        return say_totals(scene)
    if all(isinstance(e, Column) for e in expressions):
        return say_listing(scene)
    return say_computed(scene)
