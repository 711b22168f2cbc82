"""Makes a schema shorter for a question that is too long to train on, without what its answer does not need.

First whole tables go that the SQL does not read, those with the fewest links first and no more than must; where its own
tables alone are too long, their sample values, comments, and columns that are no keys and that the SQL does not name.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

from sqlglot import exp

from sqlwright.errors import DataError, SchemaError, SqlError
from sqlwright.prompt import Template, schema_prefix
from sqlwright.records import Example, Prompt
from sqlwright.schema import Schema, subset
from sqlwright.sqlkit import parse, tables_of


def trimmer(
    asked: Mapping[str, Example],
    schema_of: Callable[[str], Schema],
    template: Template,
    before: str,
    count: Callable[[str], int],
) -> Callable[[Prompt, int], Prompt]:
    """Return a function that writes a prompt's prefix again in at most so many tokens.

    Args:
        asked: the example of each prompt, by the prompt's id.
        schema_of: returns a database's schema by its id.
        before: what stands before the schema in a prefix.
        count: how many tokens a text is.

    Raises (what is returned): DataError when even the shortest form is too long.
    """

    def trim(prompt: Prompt, room: int) -> Prompt:
        example = asked[prompt.id]
        schema = schema_of(example.db_id)
        tables, columns = _needed(example, schema)
        others = [name for name in _fewest_links_first(schema) if name not in tables]

        def prefix_without(dropped: int) -> str:
            gone = set(others[:dropped])
            names = [table.name for table in schema.tables if table.name not in gone]
            return before + schema_prefix(subset(schema, names), template)

        fewest = bisect_left(range(len(others) + 1), True, key=lambda dropped: count(prefix_without(dropped)) <= room)
        if fewest <= len(others):
            return replace(prompt, prefix=prefix_without(fewest))
        around = count(before + schema_prefix(replace(schema, tables=()), template)) + 1
        try:
            prefix = schema_prefix(
                subset(schema, tables), template, budget=max(1, room - around), count=count, keep=columns
            )
        except SchemaError as error:
            raise DataError(f"sample {prompt.id!r} is too long for max_length: {error}") from None
        return replace(prompt, prefix=before + prefix)

    return trim


def _needed(example: Example, schema: Schema) -> tuple[list[str], list[str]]:
    """Return the tables that an example's SQL reads, and its columns; all and none where that cannot be told."""
    try:
        tables = [schema.table(name) for name in tables_of(example.sql, example.dialect) if schema.has(name)]
        words = {column.name.lower() for column in parse(example.sql, example.dialect).find_all(exp.Column)}
    except SqlError:
        tables, words = [], set()
    columns = [f"{t.name}.{column.name}" for t in tables for column in t.columns if column.name.lower() in words]
    return [table.name for table in tables] or [table.name for table in schema.tables], columns


def _fewest_links_first(schema: Schema) -> list[str]:
    links = Counter(name for t in schema.tables for key in t.foreign_keys for name in (t.name, key.target_table))
    return sorted((table.name for table in reversed(schema.tables)), key=lambda name: links[name])
