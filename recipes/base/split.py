"""Columns of a public schema moved into a table of their own, so that the same question needs a join.

"Employees working in London" has no join where `employee` has the city. Here the city, with a column or two more, goes
into a new table that `employee` points to; the question stays as a person asked it, and its SQL gets the join. What the
new table is called does not follow from the question: the schema has to be read.

    schema, values, pairs = split(schema, values, pairs, rng, noun="branch")
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pairs import Pair, Values, keys_of
from scopes import from_end, mark, marks, scopes
from sqlwright.schema.model import Column, ForeignKey, Schema, Table
from sqlwright.schema.words import split_identifier

_HOMES = (
    ("city country state county address street zip postcode location region province district latitude longitude town",
     "location address place site branch office area venue base"),
    ("date year month day time start end opened founded built born", "calendar period schedule record event timeline"),
    ("price cost amount fee salary budget balance revenue sales total payment", "account billing plan rate finance"),
    ("phone email mail fax website url contact", "contact profile channel contact_details"),
    ("type status code category class kind", "type category kind group status classification"),
    ("age gender sex nationality birth height weight", "profile person personal_data identity biography"),
)  # fmt: skip
_HOME_OF = {word: homes.split() for words, homes in _HOMES for word in words.split()}
_OF = ("details", "info", "profile", "record", "data", "facts", "sheet", "spec", "extra", "properties")
_KEYS = ("id", "{0}_id", "{0}_id", "{0}_code", "{0}_no", "id", "key")


@dataclass(frozen=True, slots=True)
class _Move:
    table: str
    columns: frozenset[str]
    target: str
    key: str
    reference: str


def split(
    schema: Schema, values: Values, pairs: Sequence[Pair], rng: random.Random, noun: str
) -> tuple[Schema, Values, list[Pair]]:
    """Move columns that the questions need out of one table; all is unchanged where nothing can be moved.

    Args:
        noun: what the new table may be called.
    """
    move = _move(schema, pairs, rng, noun)
    if move is None:
        return schema, values, list(pairs)
    old = schema.table(move.table)
    moved = tuple(c for c in old.columns if c.name.lower() in move.columns)
    key = Column(move.key, "INTEGER")
    reference = Column(move.reference, "INTEGER")
    left = [c for c in old.columns if c.name.lower() not in move.columns]
    left.insert(rng.randint(1, len(left)), reference)
    target = Table(move.target, (key, *moved), (move.key,))
    points = ForeignKey((move.reference,), move.target, (move.key,))
    changed = replace(old, columns=tuple(left), foreign_keys=(*old.foreign_keys, points))
    tables = [changed if t is old else t for t in schema.tables]
    tables.insert(rng.randint(0, len(tables)), target)
    known = {
        (move.target if table == old.name and column.lower() in move.columns else table, column): found
        for (table, column), found in values.items()
    }
    pairs = [replace(pair, tokens=_joined(pair.tokens, move, rng)) for pair in pairs]
    return replace(schema, tables=tuple(tables)), known, pairs


def _move(schema: Schema, pairs: Sequence[Pair], rng: random.Random, noun: str) -> _Move | None:
    keys = keys_of(schema)
    needed: Counter[str] = Counter()
    fixed: set[str] = set()
    for pair in pairs:
        fixed |= _fixed(pair.tokens)
        needed.update(name for name in sorted(marks(pair.tokens)) if "|" in name)
    movable = [
        name for name in needed if name not in keys and name not in fixed and name.partition("|")[0] not in fixed
    ]
    if not movable:
        return None
    first = rng.choices(
        movable, [needed[name] * (0.3 if "name" in name or "title" in name else 1.0) for name in movable]
    )
    table_mark, _, column = first[0].partition("|")
    table = next(t for t in schema.tables if mark(t.name) == table_mark)
    others = [c.name.lower() for c in table.columns if mark(table.name, c.name) not in keys | fixed]
    share = rng.choice((0.0, 0.15, 0.3, 0.5))
    chosen = {column} | {c for c in others if rng.random() < share}
    if len(chosen) >= len(table.columns):
        return None
    target = _called(table.name, column, len(chosen) == 1, rng, noun)
    taken = {t.name.lower() for t in schema.tables}
    key = rng.choice(_KEYS).format(target)
    reference = (
        key if "_" in key and rng.random() < 0.6 else rng.choice(("{0}_id", "{0}_id", "{0}", "{0}_ref")).format(target)
    )
    if target.lower() in taken or table.has(reference) or key.lower() in chosen:
        return None
    return _Move(table.name.lower(), frozenset(chosen), target, key, reference)


def _called(table: str, column: str, alone: bool, rng: random.Random, noun: str) -> str:
    words = split_identifier(column)
    homes = [home for word in words for home in _HOME_OF.get(word, ())]
    roll = rng.random()
    if homes and roll < 0.5:
        return rng.choice(homes)
    if roll < 0.7:
        return f"{'_'.join(split_identifier(table))}_{rng.choice(_OF)}"
    if alone and roll < 0.85 and words:
        return "_".join(words)
    return "_".join(noun.split())


def _fixed(tokens: Sequence[str]) -> set[str]:
    """Return the columns that a join compares, and the tables that stand under another name or give all columns."""
    found: set[str] = set()
    numbers, _ = scopes(tokens)
    for at, token in enumerate(tokens):
        if token == "AS" and tokens[at - 1][0] == "@":
            found.add(tokens[at - 1])
        elif token == "ON":
            found.update(other for other in tokens[at + 1 : at + 8] if "|" in other)
        elif token == "*" and tokens[at - 1] in ("SELECT", "DISTINCT", ",", "."):
            found |= {
                t for t, n in zip(tokens, numbers, strict=True) if n == numbers[at] and t[0] == "@" and "|" not in t
            }
    return found


def _joined(tokens: tuple[str, ...], move: _Move, rng: random.Random) -> tuple[str, ...]:
    moved = {mark(move.table, column): mark(move.target, column) for column in move.columns}
    if not any(token in moved for token in tokens):
        return tokens
    numbers, _ = scopes(tokens)
    own, target = mark(move.table), mark(move.target)
    touched = {number for token, number in zip(tokens, numbers, strict=True) if token in moved}
    touched = {n for n in touched if own in [t for t, m in zip(tokens, numbers, strict=True) if m == n]}
    on = ("ON", own, ".", mark(move.table, move.reference), "=", target, ".", mark(move.target, move.key))
    join = {from_end(tokens, numbers, number): ("JOIN", target, *on) for number in touched}
    result: list[str] = []
    for at, token in enumerate(tokens):
        result += join.get(at, ())
        inside = numbers[at] in touched
        if inside and token[0] == "@" and "|" in token and tokens[at - 1] != ".":
            result += [mark(moved.get(token, token).partition("|")[0][1:]), ".", moved.get(token, token)]
        elif inside and token == own and tokens[at + 1 : at + 2] == (".",):
            result.append(target if tokens[at + 2] in moved else token)
        else:
            result.append(moved.get(token, token) if inside else token)
    result += join.get(len(tokens), ())
    return _turned(result, own, target) if rng.random() < 0.3 else tuple(result)


def _turned(tokens: list[str], own: str, target: str) -> tuple[str, ...]:
    """Name the new table first: FROM target JOIN own, where these two are all."""
    for at in range(len(tokens) - 3):
        if tokens[at] == "FROM" and tokens[at + 1 : at + 4] == [own, "JOIN", target]:
            tokens[at + 1], tokens[at + 3] = target, own
    return tuple(tokens)
