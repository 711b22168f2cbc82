"""What the key columns of a public schema are called: rarely the same on both sides of a join.

In the public schemas a foreign key has nearly always the name of the key that it points to, so that a model may join by
equal names and never look at what points where. Here primary keys become `id`, `code` or `<table>_no`, and foreign keys
`<table>`, `fk_<table>`, `owner` or `assigned_<table>_id`, unless a question says the column or a second key points to
the same table.

    names |= respelled(schema, spoken, names, rng)
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from scopes import mark
from sqlwright.schema.model import Column, ForeignKey, Schema
from sqlwright.schema.words import singular, split_identifier

_ROLES = (
    "parent owner main primary assigned responsible linked related source origin home base current default host lead "
    "head handled_by created_by belongs_to managed_by reported_by supplied_by chosen original first second last new "
    "preferred backup associated requested_by approved_by sent_to received_from part_of member_of author actor party"
).split()
_KEYS = (("{0}", "id"), ("{0}", "id"), ("{0}", "no"), ("{0}", "code"), ("{0}", "key"), ("code",), ("key",), ("uuid",))
_REFERENCES = (
    ("{0}", "id"), ("{0}", "id"), ("{0}", "id"), ("{0}",), ("{0}",), ("fk", "{0}"), ("{0}", "fk"), ("{0}", "ref"),
    ("ref", "{0}"), ("{0}", "no"), ("{0}", "code"), ("{0}", "key"), ("{1}", "id"), ("{1}",), ("{2}", "id"),
    ("{2}", "{0}", "id"), ("{2}", "{0}"), ("{2}",), ("id", "{0}"),
)  # fmt: skip


def spoken(tokens: Sequence[str]) -> frozenset[str]:
    """Return the columns that are more than what rows are joined or grouped by: their names may be asked for."""
    found: set[str] = set()
    clause = ""
    stack: list[str] = []
    for at, token in enumerate(tokens):
        if token == "(":
            stack.append(clause)
            clause = "IN" if tokens[at - 1] == "IN" else clause
        elif token == ")" and stack:
            clause = stack.pop()
        elif token in ("ON", "GROUP", "WHERE", "HAVING", "ORDER", "FROM"):
            clause = token
        elif token == "SELECT":
            clause = "IN" if clause == "IN" else token
        elif (
            "|" in token
            and token[0] == "@"
            and clause not in ("ON", "GROUP", "IN")
            and tokens[at + 1 : at + 2] not in (("IN",), ("NOT",), ["IN"], ["NOT"])
            and "DISTINCT" not in tokens[max(at - 3, 0) : at]
        ):
            found.add(token)
    return frozenset(found)


def undeclared(tokens: Sequence[str], schema: Schema) -> frozenset[str]:
    """Return the columns that a join compares though no declared key says so: only their names tell."""
    declared = {
        frozenset((mark(t.name, own), mark(k.target_table, other)))
        for t in schema.tables
        for k in t.foreign_keys
        for own, other in zip(k.columns, k.target_columns, strict=True)
    }
    found: set[str] = set()
    for at, token in enumerate(tokens):
        if token in ("ON", "AND"):
            compared = frozenset(t for t in tokens[at + 1 : at + 8] if "|" in t and t[0] == "@")
            if len(compared) == 2 and compared not in declared:
                found |= compared
    return frozenset(found)


def doubled(schema: Schema, rng: random.Random) -> Schema:
    """Return the schema with a second key from some tables to a table that they point to: `approved_by_staff_id`."""
    tables = list(schema.tables)
    for index, table in enumerate(tables):
        single = [k for k in table.foreign_keys if len(k.columns) == 1]
        if not single or rng.random() < 0.6:
            continue
        key = rng.choice(single)
        words = [rng.choice(_ROLES), *_noun(key.target_table)] + ([] if rng.random() < 0.4 else ["id"])
        name = spelled_like(key.columns[0], words)
        if table.has(name):
            continue
        column = Column(name, table.column(key.columns[0]).type)
        columns = list(table.columns)
        columns.insert(rng.randint(1, len(columns)), column)
        points = ForeignKey((name,), key.target_table, key.target_columns)
        tables[index] = replace(table, columns=tuple(columns), foreign_keys=(*table.foreign_keys, points))
    return replace(schema, tables=tuple(tables))


def respelled(schema: Schema, said: Collection[str], names: Mapping[str, str], rng: random.Random) -> dict[str, str]:
    """Return other names for keys, by mark.

    Args:
        said: marks of the columns that a question may ask for; these keep their names.
        names: what the tables and columns are called without this.
    """
    found: dict[str, str] = {}
    own = rng.choices(("keep", "id", "other"), (5, 3, 3))[0]
    form = rng.choice(_KEYS)
    for table in schema.tables:
        if own != "keep" and len(table.primary_key) == 1:
            key = mark(table.name, table.primary_key[0])
            points = any(table.primary_key[0] in k.columns for k in table.foreign_keys)
            if key not in said and not points:
                noun = _noun(names[mark(table.name)])
                words = ["id"] if own == "id" else _filled(form, noun, rng)
                _take(found, table.name, key, spelled_like(names[key], words), names)
    share = rng.choice((0.0, 0.3, 0.7, 1.0))
    same = rng.choice(_REFERENCES) if rng.random() < 0.5 else None
    for table in schema.tables:
        pointed = Counter(k.target_table for k in table.foreign_keys)
        for reference in table.foreign_keys:
            column = reference.columns[0]
            name = mark(table.name, column)
            if (
                len(reference.columns) > 1
                or name in said
                or pointed[reference.target_table] > 1
                or table.primary_key == (column,)
                or rng.random() > share
            ):
                continue
            noun = _noun(names[mark(reference.target_table)])
            words = _filled(same or rng.choice(_REFERENCES), noun, rng)
            _take(found, table.name, name, spelled_like(names[name], words), names)
    return found


def reference_words(target: str, rng: random.Random) -> list[str]:
    """Return the words of a column that points to a table."""
    return _filled(rng.choice(_REFERENCES), _noun(target), rng)


def _take(found: dict[str, str], table: str, name: str, new: str, names: Mapping[str, str]) -> None:
    """Note the new name, unless the table has a column of that name."""
    begin = mark(table) + "|"
    taken = {found.get(other, names[other]).lower() for other in names if other.startswith(begin) and other != name}
    if new and new.lower() not in taken:
        found[name] = new


def _noun(table: str) -> list[str]:
    words = list(split_identifier(table)) or [table.lower()]
    return [*words[:-1], singular(words[-1])]


def _filled(form: Sequence[str], noun: list[str], rng: random.Random) -> list[str]:
    short = ["".join(word[0] for word in noun)] if len(noun) > 1 else [noun[0][: rng.choice((3, 4))]]
    parts = {"{0}": noun, "{1}": short, "{2}": rng.choice(_ROLES).split("_")}
    return [word for part in form for word in parts.get(part, [part])]


def spelled_like(name: str, words: Sequence[str]) -> str:
    """Return the words in the spelling of a name: its letter case, and what stands between its words."""
    if "_" in name or len(words) == 1:
        text = "_".join(words)
    elif " " in name:
        text = " ".join(words)
    elif name.islower() or name.isupper():
        text = "_".join(words)
    else:
        text = words[0] + "".join(w.capitalize() for w in words[1:])
    if name.isupper():
        return text.upper()
    if name[0].isupper():
        return "_".join(w.capitalize() for w in text.split("_")) if "_" in name else text[0].upper() + text[1:]
    return text
