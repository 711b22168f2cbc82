"""A foreign key of a public schema moved into a table between the two, so that the same question needs a join more.

`player` has a `club_id`. Here `player_club` has it, with the player's key: the question stays as a person asked it, and
its SQL goes from players over this table to clubs. Where it only counts or lists what the table between has, it reads
that table alone. With `split.py` and `merge.py` the way from one table to another is another one in each group.

    schema, values, pairs = bridge(schema, values, pairs, rng)
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pairs import Pair, Values
from scopes import mark, marks, scopes
from sqlwright.schema.model import Column, ForeignKey, Schema, Table
from sqlwright.schema.words import singular, split_identifier

_ALONE = (
    "membership assignment registration enrollment participation allocation link relation attendance booking contract "
    "appointment engagement record history entry listing placement"
).split()
_OF = ("members", "assignments", "links", "history", "records", "list", "map", "xref", "registrations")
_EXTRA = ("start_date", "end_date", "date", "status", "role", "notes", "created_at", "quantity", "rank")


@dataclass(frozen=True, slots=True)
class _Bridge:
    """Marks of what moves; `table.column` goes to `between`, whose `own` is the table's key there."""

    table: str
    key: str
    column: str
    between: str
    own: str
    moved: str


def bridge(
    schema: Schema, values: Values, pairs: Sequence[Pair], rng: random.Random
) -> tuple[Schema, Values, list[Pair]]:
    """Move one foreign key that the questions need; all is unchanged where none can be moved."""
    found = _choose(schema, pairs, rng)
    if found is None:
        return schema, values, list(pairs)
    table, key = found
    column, target = key.columns[0], schema.table(key.target_table)
    name = _called(table, target, rng)
    own = table.primary_key[0]
    if any(t.name.lower() == name.lower() for t in schema.tables) or own.lower() == column.lower():
        return schema, values, list(pairs)
    columns = [Column(own, table.column(own).type), table.column(column)]
    rng.shuffle(columns)
    columns += [Column(extra, "text") for extra in rng.sample(_EXTRA, rng.choice((0, 0, 1, 2)))]
    to_table = ForeignKey((own,), table.name, (own,))
    between = Table(name, tuple(columns), (), (to_table, replace(key, columns=(column,))))
    left = replace(
        table,
        columns=tuple(c for c in table.columns if c.name != column),
        foreign_keys=tuple(k for k in table.foreign_keys if k is not key),
    )
    tables = [left if t is table else t for t in schema.tables]
    tables.insert(rng.randint(0, len(tables)), between)
    plan = _Bridge(
        mark(table.name), mark(table.name, own), mark(table.name, column),
        mark(name), mark(name, own), mark(name, column),
    )  # fmt: skip
    known = {(name if place == (table.name, column) else place[0], place[1]): own for place, own in values.items()}
    return replace(schema, tables=tuple(tables)), known, [replace(p, tokens=_over(p.tokens, plan)) for p in pairs]


def _choose(schema: Schema, pairs: Sequence[Pair], rng: random.Random) -> tuple[Table, ForeignKey] | None:
    needed: Counter[str] = Counter()
    fixed: set[str] = set()
    for pair in pairs:
        fixed |= _fixed(pair.tokens)
        needed.update(sorted(marks(pair.tokens)))
    aims = {
        (k.target_table.lower(), c.lower()) for t in schema.tables for k in t.foreign_keys for c in k.target_columns
    }
    found = [
        (table, key)
        for table in schema.tables
        for key in table.foreign_keys
        if len(key.columns) == 1 == len(table.primary_key)
        and _tells(table)
        and key.target_table.lower() != table.name.lower()
        and mark(table.name) not in fixed
        and (table.name.lower(), key.columns[0].lower()) not in aims
        and needed[mark(table.name, key.columns[0])]
        and sum(key.columns[0] in k.columns for k in table.foreign_keys) == 1
    ]
    if not found:
        return None
    return rng.choices(found, [needed[mark(table.name, key.columns[0])] for table, key in found])[0]


def _tells(table: Table) -> bool:
    """Return whether a table is more than the keys of others: it has a key and two columns of its own."""
    keys = {c for k in table.foreign_keys for c in k.columns} | {*table.primary_key}
    return len(table.columns) > len(keys) + 1 and not any(
        c in table.primary_key for k in table.foreign_keys for c in k.columns
    )


def _fixed(tokens: Sequence[str]) -> set[str]:
    """Return the tables that stand under another name, give all columns, or are seen by an inner SELECT."""
    numbers, _ = scopes(tokens)
    placed = list(zip(tokens, numbers, strict=True))
    found = {tokens[at - 1] for at, token in enumerate(tokens) if token == "AS"}
    sources = {(t, n) for at, (t, n) in enumerate(placed) if at and tokens[at - 1] in ("FROM", "JOIN")}
    for at, (token, number) in enumerate(placed):
        if token == "*" and tokens[at - 1] in ("SELECT", "DISTINCT", ",", "."):
            found |= {t for t, n in sources if n == number}
        elif "|" in token and token[0] == "@" and (token.partition("|")[0], number) not in sources:
            found.add(token.partition("|")[0])
        elif token == "ON" and (tokens[at + 1 : at + 8].count(".") < 2 or list(tokens[at + 8 : at + 9]) == ["AND"]):
            found |= {t for t, n in sources if n == number}
    return found


def _called(table: Table, target: Table, rng: random.Random) -> str:
    one, other = ([*split_identifier(t.name)] or [t.name.lower()] for t in (table, target))
    roll = rng.random()
    if roll < 0.4:
        return "_".join((*one, *other) if rng.random() < 0.6 else (*other, *one))
    if roll < 0.65:
        return "_".join((*(one if rng.random() < 0.5 else other), rng.choice(_OF)))
    if roll < 0.85:
        return rng.choice(_ALONE)
    return "_".join((*(singular(w) for w in one[-1:]), "in", *other[-1:]))


def _over(tokens: tuple[str, ...], plan: _Bridge) -> tuple[str, ...]:
    """Return the query with the table between."""
    if plan.column not in tokens:
        return tokens
    numbers, _ = scopes(tokens)
    result = list(tokens)
    for number in sorted({n for t, n in zip(tokens, numbers, strict=True) if t == plan.column}, reverse=True):
        result = _scope_over(result, number, plan)
    return tuple(result)


def _scope_over(tokens: list[str], number: int, plan: _Bridge) -> list[str]:
    numbers, _ = scopes(tokens)
    inside = [at for at, n in enumerate(numbers) if n == number]
    columns = {tokens[at] for at in inside if tokens[at].startswith(plan.table + "|")}
    if columns <= {plan.key, plan.column}:
        names = {plan.table: plan.between, plan.key: plan.own, plan.column: plan.moved}
        return [names.get(t, t) if n == number else t for t, n in zip(tokens, numbers, strict=True)]
    join = next(at for at in inside if tokens[at] == plan.table and tokens[at - 1] in ("FROM", "JOIN"))
    on = ["ON", plan.table, ".", plan.key, "=", plan.between, ".", plan.own]
    first = tokens[join - 1] == "FROM"
    compared = [] if first else tokens[join + 1 : join + 9]
    before = plan.column in compared
    result: list[str] = []
    for at, token in enumerate(tokens):
        if numbers[at] != number:
            result.append(token)
        elif at == join and before:
            result.append(plan.between)
        elif token == plan.column:
            result += [plan.moved] if tokens[at - 1] == "." else [plan.between, ".", plan.moved]
        elif token == plan.table and tokens[at + 1 : at + 2] == ["."]:
            result.append(plan.between if tokens[at + 2] == plan.column else token)
        elif token[0] == "@" and "|" in token and tokens[at - 1] != ".":
            result += [token.partition("|")[0], ".", token]
        else:
            result.append(token)
        if first and at == join:
            result += ["JOIN", plan.between, *on]
        elif not first and at == join + len(compared):
            result += ["JOIN", *([plan.table] if before else [plan.between]), *on]
    return result
