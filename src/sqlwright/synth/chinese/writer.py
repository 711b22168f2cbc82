"""The writer: from a tree to several questions."""

from __future__ import annotations

import random
import re

from sqlwright.schema.model import Schema
from sqlwright.synth.catalog import Values
from sqlwright.synth.chinese.combined import set_operation, with_query
from sqlwright.synth.chinese.frames import Ask, finish
from sqlwright.synth.chinese.groups import grouped
from sqlwright.synth.chinese.listing import listing
from sqlwright.synth.chinese.remarks import no_restriction, with_note
from sqlwright.synth.chinese.scope import Unsayable, open_scope
from sqlwright.synth.chinese.totals import totals
from sqlwright.synth.chinese.voice import Lexicon, Phrases, Voice
from sqlwright.synth.tree import Aggregate, Arithmetic, Expression, Query, SetOperation, Tree, With

_NOTED = re.compile("只[要看算统考包列]|仅|（|。|不用|吗$")
"""What a remark would not go well with."""


class ChineseWriter:
    """Writes Chinese questions over one schema; keep one a schema, its phrase tables fill as it goes.

    Args:
        schema: the tables that trees read.
        lexicon: gives the Chinese names; items without one keep their identifier.
        rng: every choice comes from it, so equal seeds give equal questions.
        noise: how often a question gets a slip of the pen (a dropped 的, a homophone), 0 to 1.
        values: stored values by (table, column), for remarks that name one without restricting to it.
    """

    def __init__(
        self,
        schema: Schema,
        lexicon: Lexicon,
        rng: random.Random,
        *,
        noise: float = 0.0,
        values: Values | None = None,
    ) -> None:
        self._phrases = Phrases(schema, lexicon, values)
        self._rng = rng
        self._noise = noise

    def questions(self, tree: Tree, n: int = 1) -> list[str]:
        """Return up to `n` different questions that ask exactly what the tree computes; [] when it cannot be said."""
        found: dict[str, None] = {}
        for _ in range(3 * n + 2):
            voice = Voice(self._phrases, self._rng.random)
            try:
                ask = _ask(voice, tree)
            except Unsayable:
                continue
            found[finish(voice, ask, self._noise)] = None
            if len(found) == n:
                break
        return list(found)


def _ask(voice: Voice, tree: Tree) -> Ask:
    if isinstance(tree, SetOperation):
        return set_operation(voice, tree)
    if isinstance(tree, With):
        return with_query(voice, tree)
    scope = open_scope(voice, tree)
    ask = grouped(scope) if tree.group_by else totals(scope) if _totals(tree) else listing(scope)
    if tree.limit is None and voice.chance(0.06) and not _NOTED.search(ask.text):
        return with_note(ask, no_restriction(scope))
    return ask


def _totals(query: Query) -> bool:
    return bool(query.select) and all(_aggregates(item.expression) for item in query.select)


def _aggregates(expression: Expression) -> bool:
    if isinstance(expression, Arithmetic):
        return _aggregates(expression.left)
    return isinstance(expression, Aggregate)
