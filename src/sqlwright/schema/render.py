"""Write a schema as the text that a model reads, in one of four styles and within a budget of tokens.

    render(schema, "compact")
    render(schema, "ddl", budget=2000, count=lambda text: len(tokenizer(text).input_ids), keep=["orders", "city.name"])

The same schema and arguments always give the same text. When it counts more than the budget, this is left out, in this
order, until it fits:

1. sample values, all at once;
2. comments, all at once;
3. columns that are neither keys nor kept, of tables that are not kept: table by table, those with the fewest links
   first (a table without keys keeps its first column);
4. tables that are not kept (and hold no kept column), those with the fewest links first; one table always stays.

A link is a foreign key from or to the table. Of tables with equally many links the later ones go first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from sqlwright.errors import SchemaError
from sqlwright.schema.compact import render_compact
from sqlwright.schema.ddl_write import render_ddl
from sqlwright.schema.m_schema import render_m_schema
from sqlwright.schema.model import Schema, Table
from sqlwright.schema.natural import render_natural
from sqlwright.schema.resolve import subset

Style = Literal["ddl", "natural", "m-schema", "compact"]

_STYLES: dict[str, Callable[[Schema], str]] = {
    "ddl": render_ddl,
    "natural": render_natural,
    "m-schema": render_m_schema,
    "compact": render_compact,
}
_TOKENS = re.compile(r"[A-Za-z]{1,5}|\d{1,3}|[^\sA-Za-z\d]")


def approximate_tokens(text: str) -> int:
    """Return roughly how many tokens a byte-pair tokenizer makes of the text, rather too many than too few."""
    return sum(1 for _ in _TOKENS.finditer(text))


def render(
    schema: Schema,
    style: Style,
    *,
    budget: int | None = None,
    count: Callable[[str], int] = approximate_tokens,
    keep: Collection[str] = (),
    types: bool = False,
) -> str:
    """Return the schema as text.

    Args:
        schema: what to write.
        style: "ddl", "natural", "m-schema" or "compact"; each has its module.
        budget: most tokens that the text may count; None for no limit.
        count: how many tokens a text is, by the model's tokenizer.
        keep: tables ("orders") and columns ("customer.city") that stay whatever the budget.
        types: whether `natural` says the kind of each column; the other styles always do.

    Raises:
        SchemaError: an unknown style; `keep` names something that is not there; or even the shortest form that keeps
            what must be kept counts more than the budget.
    """
    if style not in _STYLES:
        raise SchemaError(f"unknown schema style {style!r}; it is one of {', '.join(_STYLES)}")
    write = partial(render_natural, types=True) if types and style == "natural" else _STYLES[style]
    kept = _kept(schema, keep)
    text = write(schema)
    if budget is None or count(text) <= budget:
        return text
    return _shortened(schema, kept, write, lambda shorter: count(shorter) <= budget, budget)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What must stay: whole tables, single columns by table, and the tables of either."""

    tables: frozenset[str]
    columns: frozenset[tuple[str, str]]

    @property
    def all_tables(self) -> frozenset[str]:
        return self.tables | {table for table, _ in self.columns}


def _kept(schema: Schema, keep: Collection[str]) -> _Kept:
    tables, columns = set(), set()
    for name in keep:
        table, _, column = name.rpartition(".")
        if schema.has(name) or not table:
            tables.add(schema.table(name).name)
        else:
            columns.add((schema.table(table).name, schema.table(table).column(column).name))
    return _Kept(frozenset(tables), frozenset(columns))


def _shortened(
    schema: Schema, kept: _Kept, write: Callable[[Schema], str], fits: Callable[[str], bool], budget: int
) -> str:
    """Return the text after the fewest steps that make it fit, found by bisection: every step shortens it."""
    links = _links(schema)
    order = {table.name: i for i, table in enumerate(schema.tables)}
    leaving = sorted((name for name in order if name not in kept.tables), key=lambda name: (links[name], -order[name]))
    dropping = [name for name in leaving if name not in kept.all_tables]
    if not kept.all_tables:
        dropping = dropping[:-1]
    low, high = 1, 2 + len(leaving) + len(dropping)

    def after(steps: int) -> str:
        return write(_after(schema, steps, leaving, dropping, kept))

    shortest = after(high)
    if not fits(shortest):
        needed = "what must be kept" if kept.all_tables else "one table"
        raise SchemaError(
            f"schema {schema.db_id!r} does not fit in {budget} tokens, even with {needed} alone; "
            "raise the budget or keep fewer tables"
        )
    while low < high:
        middle = (low + high) // 2
        if fits(after(middle)):
            high = middle
        else:
            low = middle + 1
    return after(high)


def _after(schema: Schema, steps: int, leaving: list[str], dropping: list[str], kept: _Kept) -> Schema:
    """Return the schema after the first `steps` steps of the order that the module describes."""
    thinned = set(leaving[: max(0, steps - 2)])
    dropped = set(dropping[: max(0, steps - 2 - len(leaving))])
    targets = {
        (key.target_table, column)
        for table in schema.tables
        for key in table.foreign_keys
        for column in key.target_columns
    }
    tables = []
    for table in schema.tables:
        if table.name in thinned:
            table = _keys_only(table, kept.columns | targets)
        comment = table.comment if steps < 2 else ""
        columns = tuple(replace(c, samples=(), comment=c.comment if steps < 2 else "") for c in table.columns)
        tables.append(replace(table, columns=columns, comment=comment))
    remaining = [table.name for table in tables if table.name not in dropped]
    return subset(replace(schema, tables=tuple(tables)), remaining)


def _keys_only(table: Table, stay: Collection[tuple[str, str]]) -> Table:
    keys = {*table.primary_key, *(column for key in table.foreign_keys for column in key.columns)}
    columns = tuple(c for c in table.columns if c.name in keys or (table.name, c.name) in stay)
    return replace(table, columns=columns or table.columns[:1])


def _links(schema: Schema) -> dict[str, int]:
    links = dict.fromkeys((table.name for table in schema.tables), 0)
    for table in schema.tables:
        for key in table.foreign_keys:
            links[table.name] += 1
            links[key.target_table] += 1
    return links
