"""Let a statement through only when it can do nothing but read the tables it may read.

    guard.check("SELECT name FROM customer -- all of them", "sqlite")    # 'SELECT name FROM customer'
    guard.check("DROP TABLE customer", "sqlite")                         # SqlError: ... must be a SELECT ...

The statement is read as a tree, every node and function of which must be on a list (`guard_rules`), and what comes back
is written anew from that tree. So nothing can hide in comments, strange spacing or a second statement: what was not
understood is not in the text that comes back. Run that text, not the original, and still through an executor, which is
read-only by itself and limits time, rows and bytes.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache

from sqlglot import exp

from sqlwright.database import guard_rules as rules
from sqlwright.errors import SqlError
from sqlwright.sqlkit._dialects import dialect_key
from sqlwright.sqlkit.parsing import parse, render
from sqlwright.sqlkit.tables import names_cte


def check(sql: str, dialect: str, tables: Collection[str] | None = None) -> str:
    """Return the statement written anew, if it is a single harmless query.

    Args:
        sql: what somebody or something wrote.
        dialect: the dialect of the database it is for.
        tables: the tables and views that may be read; all but the system's own when None.

    Raises:
        SqlError: the statement is refused; the message names the rule that it breaks.
    """
    dialect = dialect_key(dialect)
    allowed = None if tables is None else frozenset(name.lower() for name in tables)
    tree = parse(sql, dialect)
    _check_tree(tree, dialect, allowed)
    text = render(tree, dialect)
    # What is returned must itself pass: a slip of the writer must not undo what the reader saw.
    _check_tree(parse(text, dialect), dialect, allowed)
    return text


def _check_tree(tree: exp.Expr, dialect: str, tables: frozenset[str] | None) -> None:
    if not isinstance(tree, rules.ROOTS) or not isinstance(tree.unnest(), exp.Query):
        raise SqlError(f"refused: the statement must be a SELECT, or a combination of SELECTs, not {_kind(tree)}")
    for node in tree.walk():
        _check_comments(node)
        _check_kind(node)
        if isinstance(node, exp.Func):
            _check_function(node, dialect)
        if isinstance(node, exp.Table):
            _check_table(node, dialect, tables)


def _check_kind(node: exp.Expr) -> None:
    for kind, why in rules.REFUSED_NODES.items():
        if isinstance(node, kind):
            raise SqlError(f"refused: {why}")
    if not isinstance(node, rules.NODES):
        raise SqlError(f"refused: {_kind(node)} is not allowed in a query")


def _check_comments(node: exp.Expr) -> None:
    """MySQL runs what stands in /*! ... */, so such a statement is not what it seems."""
    if any(comment.lstrip().startswith(("!", "M!")) for comment in node.comments or ()):
        raise SqlError("refused: comments that MySQL runs (/*! ... */) are not allowed")


def _check_function(node: exp.Func, dialect: str) -> None:
    name = _function_name(node)
    if isinstance(node.parent, exp.Dot) and node.arg_key == "expression":
        raise SqlError(f"refused: the function {name!r} is called through a schema or an object")
    listed = name in _functions(dialect)
    if name in rules.REFUSED_FUNCTIONS or (not listed and rules.REFUSED_FUNCTION_PATTERNS.fullmatch(name)):
        raise SqlError(f"refused: the function {name!r} reaches beyond the data of the query")
    if isinstance(node, (exp.Anonymous, exp.AnonymousAggFunc)) and not listed:
        raise SqlError(f"refused: the function {name!r} is not on the list for {dialect}")


def _function_name(node: exp.Func) -> str:
    return (node.name if isinstance(node, (exp.Anonymous, exp.AnonymousAggFunc)) else node.sql_name()).lower()


@cache
def _functions(dialect: str) -> frozenset[str]:
    return frozenset(f"{rules.FUNCTIONS['*']} {rules.FUNCTIONS.get(dialect, '')}".split())


def _check_table(table: exp.Table, dialect: str, tables: frozenset[str] | None) -> None:
    if isinstance(table.this, exp.Func):
        return
    if not isinstance(table.this, exp.Identifier):
        raise SqlError("refused: a table must be named by its name")
    parts = [part.name for part in table.parts]
    for name in parts:
        if rules.PATH_LIKE.match(name):
            raise SqlError(f"refused: {name!r} is a path or an address, not a table")
    if names_cte(table):
        return
    shown, (*schemas, name) = ".".join(parts), [part.lower() for part in parts]
    if not rules.REFUSED_SCHEMAS.isdisjoint(schemas) or _system_tables(dialect).fullmatch(name):
        raise SqlError(f"refused: {shown!r} belongs to the database system")
    plain = rules.DEFAULT_SCHEMAS.issuperset(schemas)
    if tables is not None and shown.lower() not in tables and not (plain and name in tables):
        raise SqlError(f"refused: the table {shown!r} is not among those that may be read")


@cache
def _system_tables(dialect: str) -> re.Pattern[str]:
    return re.compile(rules.REFUSED_TABLES.get(dialect) or "|".join(rules.REFUSED_TABLES.values()))


def _kind(node: exp.Expr) -> str:
    return type(node).__name__.upper()
