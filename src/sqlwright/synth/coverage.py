"""Count what the pairs made so far are about, and say what should come up more."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlwright.synth import walk
from sqlwright.synth.catalog import Catalog
from sqlwright.synth.tree import Tree


@dataclass(slots=True)
class Coverage:
    """Queries by shape, operator, table and column, and pairs by language."""

    catalog: Catalog
    queries: int = 0
    shapes: Counter[str] = field(default_factory=Counter)
    operators: Counter[str] = field(default_factory=Counter)
    tables: Counter[str] = field(default_factory=Counter)
    columns: Counter[tuple[str, str]] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)

    def add(self, shape: str, tree: Tree) -> None:
        """Count a query."""
        self.queries += 1
        self.shapes[shape] += 1
        self.operators.update(walk.operators(tree))
        self.tables.update(walk.tables(tree))
        self.columns.update(walk.columns(tree))

    def factors(self) -> dict[str, float]:
        """Return how much more or less often each table should be drawn: rare ones up to four times."""
        mean = sum(self.tables.values()) / max(1, len(self.catalog.tables))
        return {
            table.name: min(4.0, max(0.5, (mean / (self.tables[table.name] + 1)) ** 0.7))
            for table in self.catalog.tables
        }

    def uncovered(self) -> set[tuple[str, str]]:
        """Return the columns worth asking about that no query has read."""
        askable = {
            (column.node.table, column.node.name)
            for table in self.catalog.tables
            for column in table.columns
            if column.role not in ("key", "other") and (column.values or column in table.show)
        }
        return askable - set(self.columns)


@dataclass(slots=True)
class Statistics:
    """What `make_pairs` did."""

    coverage: Coverage
    drawn: int = 0
    """Trees drawn."""
    dropped: Counter[str] = field(default_factory=Counter)
    """Trees and questions dropped, by reason."""
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the figures as plain data."""
        coverage = self.coverage
        return {
            "drawn": self.drawn,
            "queries": coverage.queries,
            "pairs": sum(coverage.languages.values()),
            "seconds": round(self.seconds, 3),
            "languages": dict(sorted(coverage.languages.items())),
            "dropped": dict(self.dropped.most_common()),
            "shapes": dict(coverage.shapes.most_common()),
            "operators": dict(coverage.operators.most_common()),
            "tables": {table.name: coverage.tables[table.name] for table in coverage.catalog.tables},
            "uncovered_columns": sorted(f"{table}.{column}" for table, column in coverage.uncovered()),
        }
