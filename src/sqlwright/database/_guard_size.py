"""What can be told of a statement's cost from the numbers that stand in it.

Only the plainly absurd is refused here: a billion rows asked for by a literal, a recursion that says nowhere when it
ends. Everything else that is costly is for the executor's limits of time, rows and bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from sqlwright.errors import RefusedSql

MOST = 10_000_000
"""Rows or characters that one function may be asked for by a number in the statement."""
MOST_WILDCARDS = 8
"""In one pattern of LIKE or GLOB: each multiplies the places that an engine without a clever matcher tries."""
_AMOUNTS = {
    "repeat": (1,),
    "space": (0,),
    "replicate": (1,),
    "pad": (1,),
    "lpad": (1,),
    "rpad": (1,),
    "zeroblob": (0,),
    "randomblob": (0,),
    "list_resize": (1,),
    "array_resize": (1,),
    "array_fill": (1,),
    "printf": (1, 2),
    "format": (1, 2),
}
"""Functions whose result is as long as a number says, and at which places that number may stand."""
_SERIES = ("generate_series", "range", "exploding_generate_series", "generate_subscripts", "array_range", "sequence")
_WIDTH = re.compile(r"%[-+ 0,!#]*(\d*)(?:\.(\d+))?")
_SEQUENCE_TABLE = re.compile(r"seq_(\d+)_to_(\d+)(?:_step_\d+)?", re.IGNORECASE)


def require_modest(node: exp.Expr, name: str) -> None:
    """Raise RefusedSql for a call, table or recursion that asks for absurdly much.

    Args:
        name: of the function, in lower case, where the node is a call.
    """
    if name in _SERIES:
        _require_short_series(node)
    elif name in _AMOUNTS:
        _require_short_text(node, name)
    elif isinstance(node, exp.Table) and (named := _SEQUENCE_TABLE.fullmatch(node.name)):
        _require_few(abs(int(named[2]) - int(named[1])), node.name)
    elif isinstance(node, exp.Connect):
        _require_bound(node)
    elif isinstance(node, exp.CTE):
        _require_end(node)
    elif isinstance(node, (exp.Like, exp.ILike, exp.Glob)) or name in ("like", "glob"):
        _require_simple_pattern(node)


def constant(node: object) -> float | None:
    """Return the number that an expression of literals comes to; None for any other."""
    if isinstance(node, exp.Literal) and not node.is_string:
        try:
            return float(node.name.replace("_", ""))
        except ValueError:
            return None
    if isinstance(node, (exp.Paren, exp.Cast)):
        return constant(node.this)
    if isinstance(node, exp.Neg):
        value = constant(node.this)
        return None if value is None else -value
    if isinstance(node, (exp.Mul, exp.Add, exp.Sub, exp.Pow, exp.BitwiseLeftShift)):
        left, right = constant(node.this), constant(node.args.get("expression"))
        if left is None or right is None:
            return None
        return _computed(node, left, right)
    return None


def _computed(node: exp.Expr, left: float, right: float) -> float:
    try:
        if isinstance(node, exp.Mul):
            return left * right
        if isinstance(node, exp.Add):
            return left + right
        if isinstance(node, exp.Sub):
            return left - right
        return float(left**right) if isinstance(node, exp.Pow) else left * 2.0**right
    except (OverflowError, ZeroDivisionError, TypeError):
        return float("inf")


def _require_short_series(node: exp.Expr) -> None:
    values = [constant(value) for value in _arguments(node)[:3]]
    start, stop = (0.0, values[0]) if len(values) == 1 else (values[0], values[1]) if len(values) > 1 else (None, None)
    if stop is None:
        return
    step = values[2] if len(values) > 2 and values[2] else 1.0
    _require_few(abs(stop - (start or 0.0)) / abs(step), "a series")


def _require_short_text(node: exp.Expr, name: str) -> None:
    arguments = _arguments(node)
    for place in _AMOUNTS[name]:
        for value in _numbers(arguments[place]) if place < len(arguments) else ():
            _require_few(value, name)
    if name in ("printf", "format") and arguments and isinstance(arguments[0], exp.Literal):
        for found in _WIDTH.finditer(arguments[0].name):
            _require_few(max(int(number) for number in (found[1] or "0", found[2] or "0")), name)


def _numbers(node: exp.Expr) -> Iterator[float]:
    """Yield what an amount comes to, or what the items of a list of amounts do."""
    for part in node.expressions if isinstance(node, exp.Array) else (node,):
        value = constant(part)
        if value is not None:
            yield value


def _arguments(node: exp.Expr) -> list[exp.Expr]:
    """Return a call's arguments in order, whether sqlglot knows the function or not."""
    found: list[exp.Expr] = []
    for value in node.args.values():
        found += [part for part in (value if isinstance(value, list) else [value]) if isinstance(part, exp.Expr)]
    return found


def _require_few(amount: float, what: str) -> None:
    if amount > MOST:
        raise RefusedSql("size", f"{what} of {amount:,.0f} is more than {MOST:,}; ask for less")


def _require_simple_pattern(node: exp.Expr) -> None:
    for literal in node.find_all(exp.Literal):
        wildcards = len(re.findall(r"[%*]+", literal.name)) if literal.is_string else 0
        if wildcards > MOST_WILDCARDS:
            raise RefusedSql(
                "size", f"a pattern with {wildcards} wildcards is slow to match; use {MOST_WILDCARDS} or fewer"
            )


def _require_bound(node: exp.Connect) -> None:
    """Oracle's CONNECT BY without PRIOR counts rows up: it must be bounded by LEVEL or ROWNUM."""
    condition = node.args.get("connect")
    if not isinstance(condition, exp.Expr) or condition.find(exp.Prior) is not None:
        return
    counted = False
    for comparison in condition.find_all(exp.LT, exp.LTE, exp.GT, exp.GTE, exp.EQ, exp.Between):
        sides = [part for part in comparison.iter_expressions() if isinstance(part, exp.Expr)]
        if not any(_counts(part) for part in sides):
            continue
        counted = True
        for part in sides:
            value = constant(part)
            if value is not None:
                _require_few(value, "a hierarchy")
    if not counted:
        raise RefusedSql("endless", "CONNECT BY has neither PRIOR nor a bound of LEVEL; add one")


def _counts(node: exp.Expr) -> bool:
    return any(
        part.name.lower() in ("level", "rownum") for part in (node, *node.find_all(exp.Column, exp.Pseudocolumn))
    )


def _require_end(cte: exp.CTE) -> None:
    """Refuse a CTE that adds to itself all of itself for ever, unless a LIMIT somewhere cuts it off."""
    body = cte.this
    if not isinstance(body, exp.Union) or body.args.get("distinct") or body.args.get("limit"):
        return
    step = body.expression
    while isinstance(step, exp.Subquery):
        step = step.this
    if not isinstance(step, exp.Select) or any(step.args.get(key) for key in ("having", "limit", "joins", "group")):
        return
    source = step.args.get("from_")
    name = cte.alias.lower()
    if source is None or not isinstance(source.this, exp.Table) or source.this.name.lower() != name:
        return
    where = step.args.get("where")
    if where is not None and not _always_true(where.this):
        return
    if cte.root().find(exp.Limit, exp.Fetch) is None:
        raise RefusedSql("endless", f"the recursion of {cte.alias!r} has no end; add a WHERE to its second part")


def _always_true(node: exp.Expr) -> bool:
    if isinstance(node, exp.Paren):
        return _always_true(node.this)
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, exp.EQ):
        left, right = constant(node.this), constant(node.expression)
        return left is not None and left == right
    return bool(constant(node))
