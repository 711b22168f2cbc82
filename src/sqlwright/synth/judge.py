"""Decide whether a query's answer says something, or whether the question would be idle.

A query is dropped when it fails, returns nothing, only NULL or a count of zero; when a condition of it changes nothing
(the filter keeps all rows, one side of an AND or OR is redundant, HAVING keeps all groups); when what should vary is
constant; and when the last place of a "top k" is tied, so that the answer is a matter of luck.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlwright.schema.model import Schema
from sqlwright.synth import tree as t
from sqlwright.synth.write_sql import write_sql

if TYPE_CHECKING:
    from sqlwright.database import Executor

Fingerprint = tuple[int, int]
"""How many rows a result has, and a hash of them whatever their order."""

_CACHED = 4096


class Judge:
    """Runs queries and their weaker variants on one database, remembering the variants' results."""

    def __init__(self, executor: Executor, schema: Schema) -> None:
        """Judge queries over `schema` by what `executor` returns."""
        self._executor = executor
        self._schema = schema
        self._seen: dict[str, Fingerprint | None] = {}

    def reason(self, tree: t.Tree, sql: str) -> str:
        """Run a query; return why it should be dropped, or "" when it is worth asking."""
        result = self._executor.run(sql)
        if result.status == "too-large":
            return "" if isinstance(tree, t.Query) and not tree.group_by else "too-large"
        if result.status != "ok":
            return "timeout" if result.status == "timeout" else "failed"
        rows = [tuple(row) for row in result.rows]
        poor = _poor(tree, rows)
        if poor:
            return poor
        found = fingerprint(rows)
        if any(self._look(weaker) == found for weaker in _weaker(tree)):
            return "condition-changes-nothing"
        if isinstance(tree, t.Query) and tree.limit is not None and self._tied(tree, len(rows)):
            return "tie"
        return ""

    def _look(self, tree: t.Tree) -> Fingerprint | None:
        sql = write_sql(tree, self._schema)
        if sql not in self._seen:
            if len(self._seen) >= _CACHED:
                self._seen.clear()
            result = self._executor.run(sql)
            self._seen[sql] = fingerprint([tuple(row) for row in result.rows]) if result.status == "ok" else None
        return self._seen[sql]

    def _tied(self, query: t.Query, rows: int) -> bool:
        """Return whether the row after the last shown ranks as high as it, or whether there are no more rows at all."""
        limit = query.limit or 0
        if rows < limit:
            return True
        keys = tuple(t.Item(order.expression) for order in query.order_by)
        if query.distinct or not keys:
            return False
        result = self._executor.run(write_sql(replace(query, select=keys, limit=limit + 1), self._schema))
        if result.status != "ok":
            return True
        ranked = [tuple(row) for row in result.rows]
        return len(ranked) <= limit or ranked[limit - 1] == ranked[limit] or None in ranked[limit - 1]


def fingerprint(rows: list[tuple[object, ...]]) -> Fingerprint:
    """Return the same for two results exactly when they hold the same rows, but for hash collisions."""
    try:
        return len(rows), hash(frozenset(Counter(rows).items()))
    except TypeError:  # a list or a dict in a cell
        return len(rows), hash(frozenset(Counter(map(repr, rows)).items()))


def _poor(tree: t.Tree, rows: list[tuple[object, ...]]) -> str:
    """Return what is wrong with the rows as they are, or ""."""
    if not rows:
        return "empty"
    if all(cell is None for row in rows for cell in row):
        return "null"
    if len(rows) == 1 and len(rows[0]) == 1 and not rows[0][0]:
        return "zero"
    if not isinstance(tree, t.Query):
        return ""
    if tree.group_by and tree.limit is None:
        if len(rows) == 1 and tree.having is None:
            return "one-group"
        last = tree.select[-1].expression
        if len(rows) > 2 and not isinstance(last, t.Column | t.DatePart) and len({repr(row[-1]) for row in rows}) == 1:
            return "constant"
    if len(rows) > 1 and tree.select and len({repr(row) for row in rows}) == 1:
        return "constant"
    if tree.select and isinstance(tree.select[-1].expression, t.Case) and len({row[-1] for row in rows}) == 1:
        return "constant"
    return ""


def _weaker(tree: t.Tree) -> Iterator[t.Tree]:
    """Yield the tree with one of its conditions left out; equal rows then show that it served nothing."""
    if isinstance(tree, t.SetOperation):
        yield tree.left
        if tree.op == "union":
            yield tree.right
        return
    if not isinstance(tree, t.Query):
        return
    if tree.having is not None:
        yield replace(tree, having=None)
    if tree.where is None or tree.limit is not None:
        return
    if not tree.source.alias:  # in pairs of a self-join the condition keeps each pair once
        yield replace(tree, where=None)
    if isinstance(tree.where, t.Both):
        for index in range(len(tree.where.items)):
            rest = tree.where.items[:index] + tree.where.items[index + 1 :]
            yield replace(tree, where=rest[0] if len(rest) == 1 else replace(tree.where, items=rest))
