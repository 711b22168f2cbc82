"""A public question's SQL taken apart into its clauses, to be put together with more of them.

Inside, the columns of the outer SELECT stand without their table; put together they get it where there are several.

    query = taken_apart(tokens)          # None for set operations, aliases and SELECTs in FROM
    query.where += [("@singer|age", ">", "30")]
    tokens = query.tokens()
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from scopes import SET_WORDS

_STARTS = ("SELECT", "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT")


@dataclass(slots=True)
class Query:
    """The clauses of one SELECT; items and conditions are runs of tokens."""

    shown: list[tuple[str, ...]]
    distinct: bool
    tables: list[str]
    joins: list[tuple[str, ...]]
    """What the second and later tables are joined on."""
    where: list[tuple[str, ...]] = field(default_factory=list)
    either: bool = False
    """Whether the conditions are joined by OR."""
    group: tuple[str, ...] = ()
    having: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    limit: str = ""

    @property
    def plain(self) -> bool:
        """Whether it shows columns, row by row."""
        return not (self.group or self.distinct) and all(len(item) == 1 and "|" in item[0] for item in self.shown)

    @property
    def open(self) -> bool:
        """Whether rows are neither grouped, ordered nor cut off."""
        return not (self.group or self.having or self.order or self.limit)

    def join(self, table: str, own: str, other: str) -> None:
        """Add a table, unless it is there: rows whose columns `own` and `other` are equal belong together."""
        if table not in self.tables:
            self.tables.append(table)
            self.joins.append((own, "=", other))

    def tokens(self) -> tuple[str, ...]:
        """Return the SQL as marked tokens."""
        many = len(self.tables) > 1
        between = "OR" if self.either else "AND"
        parts = [
            ("SELECT", *(("DISTINCT",) if self.distinct else ()), *_listed(self.shown, ",")),
            ("FROM", self.tables[0]),
        ]
        parts += [("JOIN", t, "ON", *on) for t, on in zip(self.tables[1:], self.joins, strict=True)]
        if self.where:
            parts.append(("WHERE", *_listed(self.where, between)))
        if self.group:
            parts.append(("GROUP", "BY", *self.group))
        if self.having:
            parts.append(("HAVING", *self.having))
        if self.order:
            parts.append(("ORDER", "BY", *self.order))
        if self.limit:
            parts.append(("LIMIT", self.limit))
        flat = [token for part in parts for token in part]
        found: list[str] = []
        for token, inner in zip(flat, _inside(flat), strict=True):
            if many and not inner and token[0] == "@" and "|" in token:
                found += [token.partition("|")[0], "."]
            found.append(token)
        return tuple(found)


def _inside(tokens: Sequence[str]) -> list[bool]:
    """Return of each token whether it stands in an inner SELECT."""
    found = []
    depth = inner = 0
    for token in tokens:
        depth += (token == "(") - (token == ")")
        if depth < inner:
            inner = 0
        if token == "SELECT" and depth and not inner:
            inner = depth
        found.append(inner > 0)
    return found


def _listed(items: Sequence[tuple[str, ...]], between: str) -> tuple[str, ...]:
    return tuple(token for number, item in enumerate(items) for token in ((between, *item) if number else item))


def taken_apart(tokens: Sequence[str]) -> Query | None:
    """Return the clauses of a query, or None where it is more than one plain SELECT with joins by one column."""
    if "AS" in tokens or SET_WORDS.intersection(tokens) or "CASE" in tokens or "BETWEEN" in tokens:
        return None
    clauses: dict[str, list[str]] = {}
    clause = ""
    for at, (token, inner) in enumerate(zip(tokens, _inside(tokens), strict=True)):
        if not inner and token in _STARTS:
            if token in clauses:
                return None
            clauses[clause := token] = []
        elif inner or not (token == "." or tokens[at + 1 : at + 2] in ((".",), ["."])):
            clauses.setdefault(clause, []).append(token)
    shown = clauses.get("SELECT", [])
    distinct = shown[:1] == ["DISTINCT"]
    source = _split(clauses.get("FROM", []), "JOIN")
    tables = [part[0] for part in source if part]
    joins = [part[2:] for part in source[1:]]
    where = clauses.get("WHERE", [])
    either = "OR" in where
    if (
        not shown
        or "(" in clauses.get("FROM", [])
        or any(len(on) != 3 for on in joins)
        or "LEFT" in clauses.get("FROM", [])
        or (either and "AND" in where)
    ):
        return None
    return Query(
        _split(shown[distinct:], ","),
        distinct,
        tables,
        joins,
        _split(where, "OR" if either else "AND") if where else [],
        either,
        tuple(clauses.get("GROUP", [])[1:]),
        tuple(clauses.get("HAVING", [])),
        tuple(clauses.get("ORDER", [])[1:]),
        " ".join(clauses.get("LIMIT", [])),
    )


def _split(tokens: Sequence[str], between: str) -> list[tuple[str, ...]]:
    """Split at a word that stands outside brackets."""
    found: list[list[str]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token == "(") - (token == ")")
        if token == between and not depth:
            found.append([])
        else:
            found[-1].append(token)
    return [tuple(item) for item in found]
