"""Name what a statement uses: joins, grouping, subqueries, ..."""

from __future__ import annotations

from functools import lru_cache

from sqlglot import exp

from sqlwright.sqlkit._scopes import scopes_of
from sqlwright.sqlkit.parsing import tree_of

OPERATORS = (
    "aggregate",
    "arithmetic",
    "between",
    "case",
    "cte",
    "date",
    "distinct",
    "except",
    "exists",
    "group",
    "having",
    "in",
    "intersect",
    "join",
    "left-join",
    "like",
    "limit",
    "null",
    "or",
    "order",
    "self-join",
    "subquery",
    "union",
    "window",
)
"""All names that `operators` gives."""

_BY_NODE: dict[type[exp.Expr], str] = {
    exp.AggFunc: "aggregate",
    exp.Add: "arithmetic",
    exp.Sub: "arithmetic",
    exp.Mul: "arithmetic",
    exp.Div: "arithmetic",
    exp.IntDiv: "arithmetic",
    exp.Mod: "arithmetic",
    exp.Between: "between",
    exp.Case: "case",
    exp.If: "case",
    exp.CTE: "cte",
    exp.Distinct: "distinct",
    exp.Except: "except",
    exp.Exists: "exists",
    exp.Group: "group",
    exp.Having: "having",
    exp.In: "in",
    exp.Intersect: "intersect",
    exp.Join: "join",
    exp.Like: "like",
    exp.ILike: "like",
    exp.Glob: "like",
    exp.Limit: "limit",
    exp.Fetch: "limit",
    exp.Or: "or",
    exp.Order: "order",
    exp.Union: "union",
    exp.Window: "window",
    exp.Extract: "date",
    exp.TimestampTrunc: "date",
    exp.DateTrunc: "date",
    exp.CurrentDate: "date",
    exp.CurrentTimestamp: "date",
    exp.CurrentTime: "date",
    exp.Interval: "date",
    exp.Year: "date",
    exp.Month: "date",
    exp.Day: "date",
    exp.Date: "date",
    exp.DateAdd: "date",
    exp.DateSub: "date",
    exp.DateDiff: "date",
    exp.TimeToStr: "date",
    exp.TsOrDsToDate: "date",
}
_RANKING = (
    exp.CumeDist,
    exp.DenseRank,
    exp.FirstValue,
    exp.Lag,
    exp.LastValue,
    exp.Lead,
    exp.NthValue,
    exp.Ntile,
    exp.PercentRank,
    exp.Rank,
    exp.RowNumber,
)
"""Window functions that sqlglot counts among the aggregates."""
_DATE_FUNCTIONS = frozenset(
    [
        "date",
        "datetime",
        "strftime",
        "julianday",
        "time",
        "unixepoch",
        "date_part",
        "date_trunc",
        "age",
        "now",
        "to_char",
    ]
)


@lru_cache(maxsize=4096)
def operators(sql: str, dialect: str = "sqlite") -> frozenset[str]:
    """Return the names of what a statement uses, of those in `OPERATORS`.

    Raises:
        SqlError: `sql` is not one statement that parses.
    """
    tree = tree_of(sql, dialect)
    found = set()
    for node in tree.walk():
        found.update(_names(node))
    for scope in scopes_of(tree).all:
        names = [source.name.lower() for source in scope.sources if source.name]
        if len(names) != len(set(names)):
            found.add("self-join")
    return frozenset(found)


def _names(node: exp.Expr) -> set[str]:
    names = {name for kind in type(node).__mro__ if (name := _BY_NODE.get(kind))}
    if isinstance(node, _RANKING):
        names.discard("aggregate")
    if isinstance(node, exp.Join) and node.side in ("LEFT", "RIGHT", "FULL"):
        names.add("left-join")
    if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
        names.add("null")
    if isinstance(node, exp.Anonymous) and node.name.lower() in _DATE_FUNCTIONS:
        names.add("date")
    if isinstance(node, exp.Order) and isinstance(node.parent, exp.Window):
        names.discard("order")
    if _is_subquery(node):
        names.add("subquery")
    return names


def _is_subquery(node: exp.Expr) -> bool:
    """Return whether a query stands inside another: in FROM, in a condition, or as a value."""
    return isinstance(node, exp.Query) and isinstance(
        node.parent,
        (exp.Subquery, exp.In, exp.Exists, exp.Any, exp.All, exp.Lateral),
    )
