"""A table of a public schema taken into the one that points to it, so that the same question needs a join less.

The counterpart of `split.py`: what `player JOIN team` told stands in `player` as `team_name`, and there is no `team`.
So a join is made because the schema asks for it, and not because the question sounds like one.

    schema, values, pairs = merge(schema, values, pairs, rng)
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pairs import Pair, Values
from query import Query, taken_apart
from scopes import mark
from sqlwright.schema.model import Column, Schema, Table
from sqlwright.schema.words import singular, split_identifier


@dataclass(frozen=True, slots=True)
class _Merge:
    table: str
    """Mark of the table that stays."""
    gone: str
    """Mark of the table that goes."""
    join: frozenset[str]
    """Marks of the two columns that joined them."""
    names: dict[str, str]
    """The mark of each column of the table that goes, as it is in the one that stays."""


def merge(
    schema: Schema, values: Values, pairs: Sequence[Pair], rng: random.Random
) -> tuple[Schema, Values, list[Pair]]:
    """Take one table into another; all is unchanged where none can be. Pairs that then have no answer are left out."""
    plan = _plan(schema, pairs, rng)
    if plan is None:
        return schema, values, list(pairs)
    merge, gone = plan
    kept = [new for pair in pairs if (new := _merged(pair, merge))]
    added = [
        Column(merge.names[mark(gone.name, c.name)].partition("|")[2], c.type)
        for c in gone.columns
        if mark(gone.name, c.name) not in merge.join
    ]
    tables = []
    for table in schema.tables:
        if table is gone:
            continue
        keys = tuple(k for k in table.foreign_keys if k.target_table.lower() != gone.name.lower())
        own = mark(table.name) == merge.table
        tables.append(replace(table, columns=(*table.columns, *added) if own else table.columns, foreign_keys=keys))
    stays = next(t.name for t in schema.tables if mark(t.name) == merge.table)
    known: Values = {}
    for (table_name, column), found in values.items():
        if table_name != gone.name:
            known[table_name, column] = found
        elif mark(table_name, column) not in merge.join:
            known[stays, merge.names[mark(table_name, column)].partition("|")[2]] = found
    return replace(schema, tables=tuple(tables)), known, kept


def _plan(schema: Schema, pairs: Sequence[Pair], rng: random.Random) -> tuple[_Merge, Table] | None:
    """Choose a key by which many of the pairs join, and name the columns of its target in the table that points."""
    joins: Counter[frozenset[str]] = Counter()
    for pair in pairs:
        query = taken_apart(pair.tokens)
        joins.update(frozenset((on[0], on[2])) for on in (query.joins if query else ()))
    found = []
    for table in schema.tables:
        for key in table.foreign_keys:
            pair_of_columns = frozenset(
                (mark(table.name, key.columns[0]), mark(key.target_table, key.target_columns[0]))
            )
            if len(key.columns) == 1 and joins[pair_of_columns] and key.target_table.lower() != table.name.lower():
                found.append((table, key, pair_of_columns))
    if not found:
        return None
    table, key, columns = rng.choices(found, [joins[item[2]] for item in found])[0]
    gone = schema.table(key.target_table)
    if len({k.target_table for k in table.foreign_keys}) < len(table.foreign_keys):
        return None
    noun = [*split_identifier(gone.name)]
    noun[-1:] = [singular(noun[-1])] if noun else []
    names = {mark(gone.name, key.target_columns[0]): mark(table.name, key.columns[0])}
    for column in gone.columns:
        name = mark(gone.name, column.name)
        if name not in names:
            words = split_identifier(column.name)
            own = column.name.lower() if set(noun) & set(words) else "_".join((*noun, *words))
            if table.has(own) or mark(table.name, own) in names.values():
                return None
            names[name] = mark(table.name, own)
    return _Merge(mark(table.name), mark(gone.name), columns, names), gone


def _merged(pair: Pair, merge: _Merge) -> Pair | None:
    """Return the pair without the table that is gone, or None when it needs that table alone."""
    if merge.gone not in pair.tokens:
        return pair
    query = taken_apart(pair.tokens)
    if query is None or pair.tokens.count("SELECT") > 1 or not _without(query, merge):
        return None

    def named(tokens: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(merge.names.get(token, token) for token in tokens)

    query.shown = [named(item) for item in query.shown]
    query.joins = [named(on) for on in query.joins]
    query.where = [named(item) for item in query.where]
    query.group, query.having, query.order = named(query.group), named(query.having), named(query.order)
    tokens = query.tokens()
    return None if merge.gone in tokens or "*" in tokens[1:2] else replace(pair, tokens=tokens)


def _without(query: Query, merge: _Merge) -> bool:
    """Take the table out of FROM; False when it is not joined as the plan has it."""
    if merge.gone not in query.tables or merge.table not in query.tables:
        return False
    at = query.tables.index(merge.gone)
    on = max(at, 1) - 1
    if (at == 0 and query.tables[1] != merge.table) or frozenset(
        (query.joins[on][0], query.joins[on][2])
    ) != merge.join:
        return False
    del query.tables[at], query.joins[on]
    return True
