"""How tables hang together: foreign keys, declared or told by names, and the joins that make sense along them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlwright.schema.model import Schema, Table
from sqlwright.synth.tree import Column, Join

if TYPE_CHECKING:
    from sqlwright.synth.catalog import TableInfo

_SHAPES = ("U", "D", "UU", "DD", "DU", "UUU", "DUU", "DDU")
"""Directions of steps that a question can follow: up to the parent, down to the children. A step down after a step up
(the other orders of an order's customer) multiplies rows and is never drawn."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A one-column foreign key."""

    child: str
    child_column: Column
    parent: str
    parent_column: Column
    ambiguous: bool = False
    """Whether another key of the child points to the same parent, so that "its team" could be either."""


@dataclass(frozen=True, slots=True)
class Path:
    """A way from one table to another."""

    start: str
    end: str
    directions: str
    """One letter a step: "U" to the parent, "D" to the children."""
    joins: tuple[Join, ...]
    edges: tuple[Edge, ...]

    @property
    def tables(self) -> tuple[str, ...]:
        """The start and every table joined, in order."""
        return (self.start, *(join.table for join in self.joins))


def find_edges(schema: Schema) -> list[Edge]:
    """Return the one-column foreign keys; where a schema declares none, those that its column names tell."""
    edges = []
    for table in schema.tables:
        for key in table.foreign_keys:
            if len(key.columns) == 1 and schema.has(key.target_table) and table.has(key.columns[0]):
                parent = schema.table(key.target_table)
                target = key.target_columns[0] if key.target_columns else "".join(parent.primary_key[:1])
                if parent.has(target):
                    edges.append((table, table.column(key.columns[0]).name, parent, parent.column(target).name))
    if not any(table.foreign_keys for table in schema.tables):
        edges = _told_by_names(schema)
    counts: dict[tuple[str, str], int] = {}
    for child, _, parent, _ in edges:
        counts[child.name, parent.name] = counts.get((child.name, parent.name), 0) + 1
    return [
        Edge(
            child.name,
            Column(child.name, column),
            parent.name,
            Column(parent.name, target),
            ambiguous=counts[child.name, parent.name] > 1,
        )
        for child, column, parent, target in dict.fromkeys(edges)
    ]


def _told_by_names(schema: Schema) -> list[tuple[Table, str, Table, str]]:
    """Return edges such as orders.customer_id to customer.customer_id or customer.id."""
    targets: dict[str, list[tuple[Table, str]]] = {}
    for table in schema.tables:
        name = table.name.lower()
        stems = {name, name.removesuffix("s"), name.removesuffix("es")}
        keys = table.primary_key if len(table.primary_key) == 1 else ()
        for column in table.columns:
            lower = column.name.lower()
            if (column.name in keys or not table.primary_key) and (
                lower == "id" or any(lower in (f"{stem}_id", f"{stem}id") for stem in stems)
            ):
                for stem in stems:
                    targets.setdefault(f"{stem}_id", []).append((table, column.name))
                    targets.setdefault(f"{stem}id", []).append((table, column.name))
        if keys and keys[0].lower() != "id":
            targets.setdefault(keys[0].lower(), []).append((table, keys[0]))
    edges = []
    for table in schema.tables:
        for column in table.columns:
            found = next((hit for hit in targets.get(column.name.lower(), ()) if hit[0] is not table), None)
            if found and table.primary_key != (column.name,):
                edges.append((table, column.name, *found))
    return edges


def paths_from(start: str, tables: Mapping[str, TableInfo]) -> tuple[Path, ...]:
    """Return the ways from a table over one to three joins that never visit a table twice."""
    found: list[Path] = []
    ways = [Path(start, start, "", (), ())]
    for _ in range(3):
        longer = [further for way in ways for further in _extend(way, tables)]
        found += longer
        if len(found) > 200:
            break
        ways = longer
    return tuple(found)


def _extend(way: Path, tables: Mapping[str, TableInfo]) -> list[Path]:
    here = tables[way.end]
    ways = []
    for direction, edges in (("U", here.parents), ("D", here.children)):
        directions = way.directions + direction
        if directions not in _SHAPES:
            continue
        for edge in edges:
            to = edge.parent if direction == "U" else edge.child
            if to == way.start or any(join.table == to for join in way.joins):
                continue
            if direction == "U":
                join = Join(to, edge.child_column, edge.parent_column)
            else:
                join = Join(to, edge.parent_column, edge.child_column)
            ways.append(Path(way.start, to, directions, (*way.joins, join), (*way.edges, edge)))
    return ways
