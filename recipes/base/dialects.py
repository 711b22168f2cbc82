"""Public training questions for other engines than SQLite: their SQL as PostgreSQL, MySQL, DuckDB and Oracle want it.

The public SQL is simple, so that word by word is enough, and fast enough for every worker: names quoted as the engine
needs them, FETCH FIRST for Oracle, grouping by all that is shown. What an engine refuses and no word mends (a column
beside an aggregate without a group, an order by what DISTINCT has lost) is left out.

    told = told_for("postgres", schema, values, pairs, rng)
    told.schema, told.values, told.pairs
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlwright.schema.model import ForeignKey, Schema, Table
from sqlwright.schema.values import Value
from sqlwright.sqlkit.names import identifier

Values = dict[tuple[str, str], tuple[Value, ...]]
Pairs = list[tuple[str, str]]

_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\d+\.\d+|\w+|<=|>=|<>|\|\||[^\s\w]")
_AGGREGATES = frozenset(("COUNT", "SUM", "AVG", "MIN", "MAX"))
_SETS = frozenset(("UNION", "INTERSECT", "EXCEPT"))
_CLAUSES = frozenset(("FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT"))
_LOWER = 0.6
"""Share of the PostgreSQL schemas whose names are all lower case, as they mostly are there."""


@dataclass(frozen=True, slots=True)
class Told:
    """A group of questions for one engine."""

    schema: Schema
    values: Values
    pairs: Pairs


def told_for(dialect: str, schema: Schema, values: Values, pairs: Pairs, rng: random.Random) -> Told:
    """Return the group for another engine; questions whose SQL it would refuse are left out."""
    lower = dialect == "postgres" and rng.random() < _LOWER
    old = {name for table in schema.tables for name in (table.name, *(c.name for c in table.columns))}
    names = {name: name.lower() if lower else name for name in old}
    written = {identifier(name): identifier(new, dialect) for name, new in names.items()}
    out = []
    for question, sql in pairs:
        tokens = respelled(_TOKEN.findall(sql), dialect, written)
        if tokens is not None:
            out.append((question, " ".join(tokens)))
    if lower:
        values = {(table.lower(), column.lower()): found for (table, column), found in values.items()}
    return Told(_named(schema, names, dialect), values, out)


def respelled(tokens: Sequence[str], dialect: str, names: dict[str, str]) -> list[str] | None:
    """Return canonical SQLite tokens as another dialect has them; None for what it would refuse.

    Args:
        names: how each name of the schema is written, by how SQLite writes it.
    """
    grouped, _ = _block([*tokens], 0)
    if grouped is None:
        return None
    out: list[str] = []
    for at, token in enumerate(grouped):
        called = grouped[at + 1 : at + 2] == ["("] and token in _AGGREGATES
        if token in names and not called:
            token = names[token]
        elif dialect == "mysql" and token[0] == "'":
            token = token.replace("\\", "\\\\")
        elif dialect == "postgres" and re.fullmatch(r"T\d", token):
            token = token.lower()
        elif dialect == "oracle" and token == "AS" and re.fullmatch(r"T\d", grouped[at + 1]):
            continue
        if dialect == "oracle" and out[-1:] == ["LIMIT"]:
            out[-1:] = ["FETCH", "FIRST", token, "ROWS", "ONLY"]
        else:
            out.append(token)
    return out


def _block(tokens: list[str], start: int) -> tuple[list[str] | None, int]:
    """Return the statement that begins at `start`, grouped by all that it shows, and where it ends.

    It ends behind the last token, or at a closing parenthesis that it has not opened.
    """
    parts: list[list[str]] = [[]]
    clauses = ["SELECT"]
    out: list[str] = []
    at, open_ = start, 0
    while at < len(tokens):
        token = tokens[at]
        if token == "(" and tokens[at + 1 : at + 2] == ["SELECT"]:
            inner, at = _block(tokens, at + 1)
            if inner is None:
                return None, at
            parts[-1] += ["(", *inner]
            open_ += 1
            continue
        if open_ == 0 and (token == ")" or token in _SETS):
            done = _grouped(clauses, parts)
            if done is None:
                return None, at
            out += done
            if token == ")":
                return out, at
            after = at + (2 if tokens[at + 1] == "ALL" else 1)
            out += tokens[at:after]
            at, parts, clauses = after, [[]], ["SELECT"]
            continue
        open_ += (token == "(") - (token == ")")
        if open_ == 0 and token in _CLAUSES:
            clauses.append(token)
            parts.append([])
        parts[-1].append(token)
        at += 1
    done = _grouped(clauses, parts)
    return (None if done is None else out + done), at


def _grouped(clauses: list[str], parts: list[list[str]]) -> list[str] | None:
    """Return one SELECT, its clauses put together, with all shown and sorting columns among its groups."""
    of = dict(zip(clauses, parts, strict=True))
    shown = _items(of["SELECT"][1:])
    distinct = shown[0][:1] == ["DISTINCT"]
    if distinct:
        shown[0] = shown[0][1:]
    sorting = [item[:-1] if item[-1] == "DESC" else item for item in _items(of.get("ORDER", [])[2:])]
    bare = [item for item in (*shown, *sorting) if _is_column(item)]
    if distinct and any(item not in shown for item in sorting):
        return None
    if "GROUP" in of:
        keys = _items(of["GROUP"][2:])
        for item in bare:
            if item not in keys:
                keys.append(item)
                of["GROUP"] += [",", *item]
    elif "HAVING" in of or (bare and any(_is_aggregate(item) for item in (*shown, *sorting))):
        return None
    if ["*"] in shown and "GROUP" in of:
        return None
    return [token for part in of.values() for token in part]


def _items(tokens: list[str]) -> list[list[str]]:
    """Return what commas part, those in parentheses left alone."""
    found: list[list[str]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token == "(") - (token == ")")
        if token == "," and depth == 0:
            found.append([])
        else:
            found[-1].append(token)
    return [item for item in found if item]


def _is_column(item: list[str]) -> bool:
    """Whether a result or sorting column is a column as it stands, alone or behind its table."""
    name = item[-1]
    return (len(item) == 1 or (len(item) == 3 and item[1] == ".")) and (
        name[0] == '"' or name[0].isalpha() or name[0] == "_"
    )


def _is_aggregate(item: list[str]) -> bool:
    return item[0] in _AGGREGATES and item[1:2] == ["("]


def _named(schema: Schema, names: dict[str, str], dialect: str) -> Schema:
    tables = tuple(
        Table(
            names[table.name],
            tuple(replace(column, name=names[column.name]) for column in table.columns),
            tuple(names[name] for name in table.primary_key),
            tuple(
                ForeignKey(
                    tuple(names[name] for name in key.columns),
                    names[key.target_table],
                    tuple(names[name] for name in key.target_columns),
                )
                for key in table.foreign_keys
            ),
        )
        for table in schema.tables
    )
    return Schema(schema.db_id, tables, dialect)
