"""What no statement says on purpose, whatever it is asked for.

    nonsense("SELECT name , name FROM city")                    # 1: listed twice
    nonsense("SELECT a , MAX ( b ) FROM t GROUP BY a ORDER BY c")    # 1: a group has no such column

Of the 3,983 statements of Spider's training set 13 do; of the embedded base's candidates that do one in forty is right,
of the others one in four.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from sqlwright.errors import SqlError
from sqlwright.sqlkit.parsing import tree_of

_TELLING = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Sub, exp.Div)
"""Between equal values these tell nothing."""


def nonsense(sql: str, dialect: str = "sqlite") -> int:
    """Return how often a statement says what tells nothing; 0 for one that does not parse.

    Counted are items that a select list or a condition has twice, values compared with themselves or taken from
    themselves, columns that a group does not have (listed beside an aggregate where nothing is grouped, or sorted by),
    and groups of which nothing is asked.
    """
    try:
        tree = tree_of(sql, dialect)
    except SqlError:
        return 0
    count = sum(_again(select.expressions) + _of_groups(select) for select in tree.find_all(exp.Select))
    count += sum(
        _again(one.flatten()) for one in tree.find_all(exp.And, exp.Or) if not isinstance(one.parent, type(one))
    )
    return count + sum(one.left == one.right for one in tree.find_all(*_TELLING))


def _again(items: Iterable[exp.Expr]) -> int:
    """Return how many items were there before."""
    every = list(items)
    return len(every) - len(set(every))


def _of_groups(select: exp.Select) -> int:
    """Return how often a SELECT asks its groups for what they do not have, or for nothing."""
    group, order = select.args.get("group"), select.args.get("order")
    listed = any(_aggregates(item) for item in select.expressions)
    if group is None:
        return int(listed and any(isinstance(item, exp.Column) for item in select.expressions))
    known = {name.lower() for item in (group, *select.expressions) for name in _names(item)}
    unseen = order is not None and any(
        column.name.lower() not in known and column.find_ancestor(exp.AggFunc) is None
        for column in order.find_all(exp.Column)
    )
    asked = listed or select.args.get("having") is not None or (order is not None and _aggregates(order))
    return int(unseen) + int(not asked)


def _names(item: exp.Expr) -> Iterable[str]:
    """Return the columns of an expression, and the name that it is given."""
    yield from (column.name for column in item.find_all(exp.Column))
    if item.alias:
        yield item.alias


def _aggregates(item: exp.Expr) -> bool:
    """Return whether an expression is of a whole group."""
    return any(one.find_ancestor(exp.Window) is None for one in item.find_all(exp.AggFunc))
