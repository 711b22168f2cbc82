"""Tell in a few sentences how a statement comes to its answer, as reasoning that a model can learn to write first.

    reasoning("SELECT city FROM customer WHERE credit > 500 GROUP BY city ORDER BY COUNT(*) DESC LIMIT 1")
    # ("Read customer.", "Keep the rows where credit is above 500.", "Group the rows by city.", ...)

One sentence for each clause in the order in which it takes effect: tables and joins, conditions, groups, what is
returned, order. Nested queries come first, and are named by the step that has their result. What has no words of its
own (a CASE, arithmetic, a window) stands as SQL, so that no sentence says anything but what the statement does.
"""

from __future__ import annotations

import re

from sqlglot import exp

from sqlwright._language import CJK
from sqlwright.errors import SqlError
from sqlwright.sqlkit._phrases import Pen, nested_queries
from sqlwright.sqlkit._wording import CHINESE, ENGLISH
from sqlwright.sqlkit.parsing import tree_of

_QUOTED = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`)""")
_CHINESE = f"[{CJK}，。、：（）]"
_BETWEEN = re.compile(f"(?<={_CHINESE}) (?={_CHINESE})")


def reasoning(sql: str, dialect: str = "sqlite", language: str = "en") -> tuple[str, ...]:
    """Return the steps of one statement, a sentence each, in Chinese for "zh" and in English else.

    Raises:
        SqlError: `sql` is not one query that parses.
    """
    tree = tree_of(sql, dialect)
    if not isinstance(tree, (exp.Select, exp.SetOperation, exp.Subquery)):
        raise SqlError(f"no query, so there is nothing to reason about: {sql}")
    told: list[str] = []
    try:
        _query(tree, Pen(CHINESE if language == "zh" else ENGLISH, dialect), told)
    except RecursionError:
        raise SqlError(f"nested too deeply to be told in sentences: {sql[:120]}") from None
    return tuple(map(_closed_up, told))


def _closed_up(text: str) -> str:
    """Return a sentence without the spaces between Chinese words; quoted text stays as it is."""
    parts = _QUOTED.split(text)
    return "".join(part if at % 2 else _BETWEEN.sub("", part) for at, part in enumerate(parts))


def _query(node: exp.Expr, pen: Pen, told: list[str]) -> int:
    """Add the steps of a query to `told`; return the number of the last, which has its result."""
    for cte in node.ctes if isinstance(node, exp.Query) else ():
        _query(cte.this, pen, told)
        told[-1] = pen.wording.called.format(told[-1], cte.alias)
    if isinstance(node, exp.Subquery):
        _query(node.this, pen, told)
    elif isinstance(node, exp.SetOperation):
        _set_operation(node, pen, told)
    else:
        _select(node, pen, told)
    _order(node, pen, told)
    pen.steps[id(node)] = len(told)
    return len(told)


def _set_operation(node: exp.SetOperation, pen: Pen, told: list[str]) -> None:
    words = pen.wording
    left, right = _query(node.this, pen, told), _query(node.expression, pen, told)
    form = {exp.Union: words.union, exp.Intersect: words.intersect}.get(type(node), words.except_)
    told.append(form.format(left, right, words.once if node.args.get("distinct") else ""))


def _select(node: exp.Expr, pen: Pen, told: list[str]) -> None:
    words = pen.wording
    clauses = [value for name, value in node.args.items() if name != "with_"]
    parts = [part for value in clauses for part in (value if isinstance(value, list) else [value])]
    for query in (query for part in parts if isinstance(part, exp.Expr) for query in nested_queries(part)):
        _nested(query, pen, told)
    if node.args.get("from_") is not None:
        told.append(words.read.format(_sources(node, pen)))
    if (where := node.args.get("where")) is not None:
        told.append(words.keep.format(pen.condition(where.this)))
    group = node.args.get("group")
    if group is not None:
        told.append(words.group.format(_grouped(group, node, pen)))
    if (having := node.args.get("having")) is not None:
        told.append(words.keep_groups.format(pen.condition(having.this)))
    told.append(_returned(node, pen, grouped=group is not None))


def _nested(query: exp.Expr, pen: Pen, told: list[str]) -> None:
    """Add the steps of a query inside another; where it looks at the rows outside, it says so."""
    first = len(told)
    _query(query, pen, told)
    names = {
        source.alias_or_name.lower() for kind in (exp.Table, exp.Subquery, exp.CTE) for source in query.find_all(kind)
    }
    outside = [
        column.table for column in query.find_all(exp.Column) if column.table and column.table.lower() not in names
    ]
    if outside:
        begun = told[first][:1].lower() + told[first][1:]
        told[first] = pen.wording.outside.format(pen.wording.listed(list(dict.fromkeys(outside))), begun)


def _sources(node: exp.Expr, pen: Pen) -> str:
    words = pen.wording
    said = _source(node.args["from_"].this, pen)
    for join in node.args.get("joins") or ():
        other, on, using = _source(join.this, pen), join.args.get("on"), join.args.get("using")
        if on is not None:
            matched = pen.sql(on)
        elif using:
            matched = words.same.format(words.listed([pen.sql(name) for name in using]))
        elif join.method == "NATURAL":
            matched = words.common
        else:
            said = words.crossed.format(said, other)
            continue
        form = {"LEFT": words.joined_left, "RIGHT": words.joined_right, "FULL": words.joined_full}
        said = form.get(join.side, words.joined).format(said, other, matched)
    for lateral in node.args.get("laterals") or ():
        said = words.crossed.format(said, pen.sql(lateral))
    return said


def _source(node: exp.Expr, pen: Pen) -> str:
    if isinstance(node, exp.Subquery) and id(node.this) in pen.steps:
        said = pen.wording.step.format(pen.steps[id(node.this)])
        return pen.wording.named.format(said, node.alias) if node.alias else said
    if isinstance(node, exp.Table) and not node.args.get("joins"):
        bare = node.copy()
        bare.set("alias", None)
        said = pen.sql(bare)
        return pen.wording.named.format(said, node.alias) if node.alias else said
    return pen.sql(node)


def _grouped(group: exp.Expr, node: exp.Expr, pen: Pen) -> str:
    others = [name for name, value in group.args.items() if name != "expressions" and value]
    if others:
        return re.sub(r"^GROUP BY ", "", pen.sql(group).strip())
    return pen.wording.listed([pen.value(_meant(item, node)) for item in group.expressions])


def _returned(node: exp.Expr, pen: Pen, *, grouped: bool) -> str:
    words, items = pen.wording, node.expressions
    said = words.listed([pen.value(item) for item in items])
    distinct = node.args.get("distinct")
    if distinct is not None and distinct.args.get("on") is not None:
        return words.give.format(f"{pen.sql(distinct)}: {said}")
    if distinct is not None:
        return (words.give_once if len(items) == 1 else words.give_once_each).format(said)
    if grouped:
        return words.give_a_group.format(said)
    return words.count if said == words.rows else words.give.format(said)


def _order(node: exp.Expr, pen: Pen, told: list[str]) -> None:
    words = pen.wording
    if (order := node.args.get("order")) is not None:
        keys = [
            (words.falling if key.args.get("desc") else words.rising).format(pen.value(_meant(key.this, node)))
            for key in order.expressions
        ]
        told.append(words.sort.format(words.then.join(keys)))
    if (offset := node.args.get("offset")) is not None:
        told.append(words.skip.format(pen.sql(offset.expression)))
    limit = node.args.get("limit")
    count = None if limit is None else limit.args.get("expression") or limit.args.get("count")
    if count is not None:
        most = pen.sql(count)
        told.append(words.first_row if most == "1" else words.first_rows.format(most))


def _meant(item: exp.Expr, node: exp.Expr) -> exp.Expr:
    """Return the returned value that a number in GROUP BY or ORDER BY stands for, or the item itself."""
    outputs = node.selects if isinstance(node, exp.Query) else []
    if (
        isinstance(item, exp.Literal)
        and not item.is_string
        and item.name.isdigit()
        and 0 < int(item.name) <= len(outputs)
    ):
        return outputs[int(item.name) - 1].unalias()
    return item
