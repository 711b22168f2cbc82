"""Which of the fixed words may stand next in a statement: the order of clauses, and what each keyword asks for.

What is barred here parses in none of the dialects, or means what nobody asks for. Names are `scope`'s to know.
"""

from __future__ import annotations

from functools import lru_cache

from sqlwright.infer.frames import Frame, Names, Paren, Select
from sqlwright.infer.sqlwords import (
    AFTER_FROM,
    AGGREGATES,
    CALLS,
    JOINS,
    KEYWORDS,
    OPERATORS,
    UNITS,
    WITHOUT_ARGUMENTS,
)

_BEGIN = frozenset("NOT EXISTS CASE NULL TRUE FALSE CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP INTERVAL".split())
"""Keywords with which a value begins."""
_AFTER = frozenset("AND OR NOT IN IS LIKE ILIKE GLOB REGEXP SIMILAR BETWEEN ESCAPE AS".split())
"""Keywords that a value may stand before, wherever it is."""
_TESTS = frozenset("IN LIKE ILIKE GLOB REGEXP SIMILAR BETWEEN".split())
_SORTED = frozenset("ASC DESC NULLS".split())
_ENDS_ROWS = frozenset("ROW ROWS ONLY WITH TIES".split())
_EARLIER: dict[str, frozenset[str]] = {
    "WHERE": frozenset(("from",)),
    "GROUP": frozenset(("from", "where")),
    "HAVING": frozenset(("from", "where", "group")),
    "ORDER": frozenset(("from", "where", "group", "having")),
}
"""The clauses behind which one may come; the others may come behind all that read a table."""


def barred(top: Frame, *, nested: bool, last: str, operand: bool, whole: bool, sourced: bool) -> Names:
    """Return the fixed words that cannot stand next in an expression.

    Args:
        nested: whether a parenthesis is open anywhere.
        last: the word before.
        operand: whether a value stands before.
        whole: whether the innermost SELECT's FROM could end here.
        sourced: whether `last` names the table that FROM took last.
    """
    known = last if last in _NEAR else "1" if last[:1].isdigit() or last[:1] == "'" else ""
    if isinstance(top, Select):
        return _in_select(top.clause, nested, known, operand, operand and whole, sourced)
    assert isinstance(top, Paren)
    return _in_paren(top.holds, top.name, known, operand)


_COMPARED = frozenset(("=", "<", ">", "<=", ">=", "<>", "!=", "=="))
_NEAR = frozenset("( , ) SELECT NOT IS DISTINCT ROWS RANGE BETWEEN AND CASE ASC DESC".split()) | _COMPARED
"""Words that matter when they stand right before."""


@lru_cache(maxsize=4096)
def _in_select(clause: str, nested: bool, last: str, operand: bool, whole: bool, sourced: bool) -> Names:
    allowed = set(_common(last, operand))
    if operand and clause == "limit":
        allowed = {",", *_ENDS_ROWS}
    if operand and clause == "list":
        allowed |= {"FROM"}
    if operand and clause == "from":
        allowed |= JOINS
        if not sourced:
            allowed -= {"AS"}
    if clause == "order" and operand and last not in ("ASC", "DESC"):
        allowed |= _SORTED
    if clause == "order" and last in ("ASC", "DESC"):
        allowed = {",", "NULLS"}
    if clause not in ("list", "from"):
        allowed -= {"AS"}
    if whole:
        behind = AFTER_FROM if clause != "limit" else {"OFFSET", "FETCH"}
        allowed |= {word for word in behind if clause in _EARLIER.get(word, (clause,))}
        if nested:
            allowed |= {")"}
    return _ALL - allowed


@lru_cache(maxsize=4096)
def _in_paren(holds: str, name: str, last: str, operand: bool) -> Names:
    allowed = set(_common(last, operand))
    opened = last == "("
    if operand or (opened and name in WITHOUT_ARGUMENTS):
        allowed |= {")"}
    if opened and not name:
        allowed |= {"SELECT", "WITH"}
    if opened and name in CALLS:
        allowed |= {"DISTINCT", "BOTH", "LEADING", "TRAILING"}
    if name == "OVER":
        allowed |= {"PARTITION", "ORDER"} if opened else {"ORDER", "ROWS", "RANGE"} if operand else set()
        allowed |= _frame(last)
    if operand and (name == "OVER" or name in AGGREGATES):
        allowed |= {"ORDER", *_SORTED}
    if operand and holds in ("unit", "text"):
        allowed |= {"FROM"}
    if opened and holds == "unit":
        allowed |= UNITS
    if name == "FILTER" and opened:
        allowed |= {"WHERE"}
    if holds == "case":
        allowed -= {",", ")"}
        allowed |= {"WHEN", "THEN", "ELSE", "END"} if operand else {"WHEN"} if last == "CASE" else set()
    if holds != "cast":
        allowed -= {"AS"}
    return _ALL - allowed


def _common(last: str, operand: bool) -> Names:
    """Return what may stand wherever an expression does."""
    if operand:
        after = _AFTER | OPERATORS | {","}
        if last == ")":
            after |= {"OVER", "FILTER"}
        return after | UNITS if last == "1" else after
    if last == "IS":
        return frozenset(("NOT", "NULL", "TRUE", "FALSE"))
    begin = _BEGIN | CALLS | {"(", "-", "+"}
    if last in _COMPARED:
        begin |= {"ALL", "ANY"}
    if last == "SELECT":
        begin |= {"DISTINCT", "*"}
    if last in ("(", ",", "DISTINCT"):
        begin |= {"*"}
    return begin | _TESTS if last == "NOT" else begin


def _frame(last: str) -> Names:
    """Return the words of a window's frame that may follow a word of it."""
    if last in ("ROWS", "RANGE"):
        return frozenset(("BETWEEN", "UNBOUNDED", "CURRENT"))
    if last in ("BETWEEN", "AND"):
        return frozenset(("UNBOUNDED", "CURRENT"))
    return frozenset(("PRECEDING", "FOLLOWING")) if last == "1" else frozenset()


_ALL = KEYWORDS | CALLS | UNITS | OPERATORS | {"(", ")", "*", ","}
