"""The public training questions as `prepare.py` wrote them, with SQL whose names are marked (`scopes.py`)."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scopes import marked, marks
from sqlwright.schema.model import Column, ForeignKey, Schema, Table
from sqlwright.schema.values import Value
from sqlwright.schema.words import singular, split_identifier

_WORD = re.compile(r"[A-Za-z]+")
VALUES = 12
"""Most values of a column that the linker of a training schema knows."""

Values = dict[tuple[str, str], tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Pair:
    """A public question with its SQL as marked tokens, and the words that must stay as they are."""

    question: str
    tokens: tuple[str, ...]
    frozen: frozenset[str]
    literal: frozenset[str]


def pair_of(question: str, tokens: tuple[str, ...], keys: frozenset[str]) -> Pair:
    """Return the pair; frozen are the words of its columns, keys aside, that the question does not say."""
    said = {singular(word) for word in _WORD.findall(question.lower())}
    frozen: set[str] = set()
    for name in marks(tokens) - keys:
        if "|" in name:
            frozen.update(_stems(name) - said)
    literal = frozenset(singular(w) for t in tokens if t[0] == "'" for w in _WORD.findall(t.lower()))
    return Pair(question, tokens, frozenset(frozen), literal)


def _stems(name: str) -> set[str]:
    return {singular(word) for word in split_identifier(name.partition("|")[2])}


def keys_of(schema: Schema) -> frozenset[str]:
    """Return the marks of the primary and foreign keys, and of what they point to."""
    found = {f"@{t.name}|{c}" for t in schema.tables for c in t.primary_key}
    for table in schema.tables:
        for key in table.foreign_keys:
            found |= {f"@{table.name}|{c}" for c in key.columns}
            found |= {f"@{key.target_table}|{c}" for c in key.target_columns}
    return frozenset(name.lower() for name in found)


@dataclass(frozen=True, slots=True)
class Database:
    """A public schema with its values and questions."""

    schema: Schema
    values: Values
    pairs: tuple[Pair, ...]


def read_databases(folder: Path) -> dict[str, Database]:
    """Return the databases that have questions, by name."""
    schemas = {s["db_id"]: schema_of(s) for s in _read(folder / "schemas.json")}
    values = _read(folder / "values.json")
    pairs: dict[str, list[Pair]] = defaultdict(list)
    keys = {db_id: keys_of(schema) for db_id, schema in schemas.items()}
    for item in _read(folder / "pairs.json"):
        db_id = item["db_id"]
        pairs[db_id].append(pair_of(item["question"], marked(item["sql"], schemas[db_id]), keys[db_id]))
    return {
        db_id: Database(
            schemas[db_id],
            {(table, column): tuple(found[:VALUES]) for table, column, found in values.get(db_id, ())},
            tuple(pairs[db_id]),
        )
        for db_id in sorted(pairs)
    }


def schema_of(value: dict[str, Any]) -> Schema:
    """Build a Schema from what `prepare.py` wrote."""
    return Schema(
        value["db_id"],
        tuple(
            Table(
                t["name"],
                tuple(Column(name, kind) for name, kind in t["columns"]),
                tuple(t["primary_key"]),
                tuple(ForeignKey(tuple(own), target, tuple(other)) for own, target, other in t["foreign_keys"]),
            )
            for t in value["tables"]
        ),
    )


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
