"""Draw queries that people would ask, over any schema.

    sampler = Sampler(Catalog(schema, values), None, random.Random(7))
    tree = sampler.draw()

A draw picks a shape by weight ("list", "count", "join-top" ...) and fills it in from the catalog. The weights follow
the distribution of questions that people really ask; each can be changed by name.

What the writers may rely on:
  * the first table of a source is the subject; when joins go down to children, COUNT(*) counts the last child joined;
  * grouping by a thing (not by a category) has its key, then its label in `group_by`, and its label in `select`;
  * an Exists holds a query with an empty `select`, printed as SELECT 1, whose first condition ties it to the outer row;
  * a set operation has the same columns and source on both sides, but for EXCEPT of keys ("without");
  * a self-join has the aliases T1 and T2; T1 is the one below (the employee), T2 the one above (the manager).
"""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Callable, Mapping
from itertools import accumulate

from sqlwright.errors import ConfigError, SchemaError
from sqlwright.synth.catalog import Catalog
from sqlwright.synth.sampler import advanced, durations, joined, nested, single
from sqlwright.synth.sampler.dice import Dice
from sqlwright.synth.tree import Tree

Shape = Callable[[Dice], Tree | None]

SHAPES: dict[str, tuple[float, Shape]] = {
    "list": (18.0, single.rows),
    "all": (1.2, single.all_rows),
    "sorted": (2.5, single.sorted_rows),
    "distinct": (2.0, single.distinct),
    "count": (8.0, single.count),
    "count-distinct": (1.5, single.count_distinct),
    "aggregate": (4.5, single.aggregate),
    "group": (7.0, single.grouped),
    "group-having": (2.5, single.group_having),
    "group-top": (4.5, single.group_top),
    "top": (5.5, single.top),
    "missing": (1.8, single.missing),
    "join-with-parent": (5.0, joined.with_parent),
    "join-by-parent": (8.0, joined.by_parent),
    "join-by-child": (4.5, joined.by_child),
    "join-count": (5.5, joined.count),
    "join-aggregate": (4.0, joined.aggregate),
    "join-group": (6.0, joined.grouped),
    "join-having": (4.0, joined.group_having),
    "join-top": (5.5, joined.group_top),
    "join-order-top": (1.8, joined.top),
    "with-zero": (1.0, joined.with_zero),
    "without": (4.5, nested.without),
    "with-some": (0.7, nested.with_some),
    "against-average": (3.0, nested.against_average),
    "extreme": (1.2, nested.extreme),
    "in-both": (1.8, nested.in_both),
    "joined-both": (2.0, nested.joined_both),
    "union": (0.8, nested.union),
    "superior": (1.6, advanced.superior),
    "pairs": (0.4, advanced.pairs),
    "levels": (0.5, advanced.levels),
    "conditional-count": (0.6, advanced.conditional_count),
    "share": (1.2, advanced.share),
    "computed": (1.2, advanced.computed),
    "days-between": (0.7, durations.days_between),
    "spread": (0.5, advanced.spread),
    "per-group-average": (0.7, advanced.per_group_average),
    "ranked": (0.5, advanced.ranked),
    "top-of-each": (0.8, advanced.top_of_each),
    "running-total": (0.2, advanced.running_total),
}
"""Shapes with their default weights; a function's docstring is a question of its shape."""


class Sampler:
    """Draws query trees over a catalog; the same `rng` state gives the same trees."""

    __slots__ = ("_names", "_shapes", "_totals", "dice")

    def __init__(self, catalog: Catalog, weights: Mapping[str, float] | None, rng: random.Random) -> None:
        """Make a sampler.

        Args:
            catalog: what may be asked about.
            weights: weight by shape name, for shapes that should differ from `SHAPES`; 0 leaves a shape out.
            rng: the source of randomness.

        Raises:
            ConfigError: a weight names no shape, is negative, or all are 0.
            SchemaError: the catalog has no table.
        """
        if not catalog.tables:
            raise SchemaError(f"schema {catalog.schema.db_id!r} has no table with columns to ask about")
        weights = weights or {}
        unknown = sorted(set(weights) - set(SHAPES))
        if unknown:
            raise ConfigError(f"weights: unknown shape {unknown[0]!r}; the shapes are {', '.join(SHAPES)}")
        chosen = {name: float(weights.get(name, default)) for name, (default, _) in SHAPES.items()}
        if min(chosen.values()) < 0 or not any(chosen.values()):
            raise ConfigError("weights: must be 0 or more, and at least one above 0")
        self.dice = Dice(catalog, rng)
        self._names = [name for name, weight in chosen.items() if weight]
        self._shapes = [SHAPES[name][1] for name in self._names]
        self._totals = list(accumulate(chosen[name] for name in self._names))

    def draw(self) -> Tree:
        """Return a tree. Raises SchemaError when no wanted shape fits the schema."""
        return self.draw_shape()[1]

    def draw_shape(self) -> tuple[str, Tree]:
        """Return the name of a shape and a tree of it. Raises SchemaError when no wanted shape fits the schema."""
        totals, shapes, dice = self._totals, self._shapes, self.dice
        random, last = dice.random, len(self._totals) - 1
        for _ in range(1000):
            index = bisect(totals, random() * totals[-1], 0, last)
            tree = shapes[index](dice)
            if tree is not None:
                return self._names[index], tree
        raise SchemaError(f"schema {dice.catalog.schema.db_id!r}: none of the wanted shapes fits its tables and values")
