"""The random state of a draw: weighted and skewed picks over a catalog."""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import TypeVar

from sqlwright.synth.catalog import Catalog, TableInfo
from sqlwright.synth.paths import Path
from sqlwright.synth.tree import Column, Item

T = TypeVar("T")


_NEAR = {1: 1.0, 2: 0.6, 3: 0.25}
"""How often a table so many joins away is drawn."""


class Dice:
    """A catalog and the dice thrown over it."""

    __slots__ = ("_paths", "_tables", "_totals", "catalog", "random", "rng")

    def __init__(self, catalog: Catalog, rng: random.Random) -> None:
        """Take a catalog and a source of randomness."""
        self.catalog = catalog
        self.rng = rng
        self.random: Callable[[], float] = rng.random
        self._paths: dict[tuple[str, tuple[str, ...]], tuple[tuple[Path, ...], list[float]]] = {}
        self._tables: tuple[TableInfo, ...] = tuple(table for table in catalog.tables if table.columns)
        self.favour({})

    def favour(self, factors: dict[str, float]) -> None:
        """Draw tables more or less often: a factor by table name, 1 where none is given."""
        weights = [
            (0.15 if table.link else 1.0 if table.show else 0.3) * factors.get(table.name, 1.0)
            for table in self._tables
        ]
        self._totals = list(accumulate(weights))

    def chance(self, probability: float) -> bool:
        """Return True with this probability."""
        return self.random() < probability

    def pick(self, items: Sequence[T]) -> T:
        """Return one of the items, all equally likely."""
        return items[int(self.random() * len(items))]

    def pick_early(self, items: Sequence[T]) -> T:
        """Return one of the items, early ones (frequent values) more often."""
        r = self.random()
        return items[int(r * r * len(items))]

    def weighted(self, *choices: tuple[float, T]) -> T:
        """Return one of the choices by weight."""
        left = self.random() * sum(weight for weight, _ in choices)
        for weight, choice in choices:
            left -= weight
            if left <= 0:
                return choice
        return choices[-1][1]

    def several(self, items: Sequence[T], count: int) -> list[T]:
        """Return up to `count` different items, in the order of `items`."""
        if count >= len(items):
            return list(items)
        chosen = set(self.rng.sample(range(len(items)), count))
        return [item for index, item in enumerate(items) if index in chosen]

    def table(self) -> TableInfo:
        """Return a table, by weight."""
        return self._tables[bisect(self._totals, self.random() * self._totals[-1], 0, len(self._tables) - 1)]

    def path(self, start: TableInfo, *directions: str) -> Path | None:
        """Return a way of one of these directions from `start`, near tables more often; None when there is none."""
        key = (start.name, directions)
        known = self._paths.get(key)
        if known is None:
            paths = tuple(path for path in start.paths if directions.count(path.directions))
            totals = list(accumulate(_NEAR[len(path.joins)] * directions.count(path.directions) for path in paths))
            known = self._paths[key] = paths, totals
        paths, totals = known
        if not paths:
            return None
        return paths[bisect(totals, self.random() * totals[-1], 0, len(paths) - 1)]

    def end(self, path: Path) -> TableInfo:
        """Return the table that a path leads to."""
        return self.catalog.table(path.end)


def items(expressions: Iterable[Column]) -> tuple[Item, ...]:
    """Return result columns."""
    return tuple(Item(expression) for expression in expressions)


def projection(
    dice: Dice, table: TableInfo, most: int = 3, avoid: Sequence[Column] = (), *, labelled: bool = False
) -> tuple[Item, ...]:
    """Return one to `most` columns that a person would want to see of a table, its label first.

    Columns in `avoid` are left out. Now and then other columns are shown without the label, unless `labelled`.
    """
    more = 0.5 if table.named else 0.85
    count = min(dice.weighted((1 - more, 1), (more * 0.66, 2), (more * 0.34, 3)), most)
    shown = [info.node for info in table.show if info.node not in avoid and (count > 1 or info.role != "flag")]
    lookup = any(column in avoid for column in table.label)
    if lookup or not shown:
        chosen = [] if shown else list(table.label)
    elif table.named:
        chosen = list(table.label) if labelled or dice.chance(0.88) else []
    else:
        chosen = list(table.label) if dice.chance(0.15) else []
    rest = max(count - (1 if chosen else 0), 0 if chosen else 1)
    if shown and rest:
        chosen += dice.several(shown, rest)
    return items(chosen or table.label or [info.node for info in table.columns[:1]])


def label_items(table: TableInfo) -> tuple[Item, ...]:
    """Return the label of a table as result columns."""
    return items(table.label)
