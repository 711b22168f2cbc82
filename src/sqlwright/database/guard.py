"""Let a statement through only when it can do nothing but read the tables it may read.

    guard.check("SELECT name FROM customer -- all of them", "sqlite")    # 'SELECT name FROM customer'
    guard.check("DROP TABLE customer", "sqlite")                         # RefusedSql, whose rule is "root"
    guard.verdict("SELECT pg_sleep(9)", "postgres")                      # Verdict("block", "function", ...)

The statement is read as a tree, every node and function of which must be on a list (`guard_rules`, `guard_functions`),
and what comes back is written anew from that tree. So nothing can hide in comments, strange spacing or a second
statement: what was not understood is not in the text that comes back. That text is read and checked once more, by
sqlglot and by a small reader of its own (`_guard_text`), since it is what the engine gets. Run that text, not the
original, and still through an executor, which is read-only by itself and limits time, rows and bytes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from sqlwright.database import guard_functions as functions
from sqlwright.database import guard_rules as rules
from sqlwright.database._guard_names import allowed_keys, check_column, check_table, sources_of
from sqlwright.database._guard_size import require_modest
from sqlwright.database._guard_text import require_alike, require_plain, require_plain_comments
from sqlwright.errors import RefusedSql, SqlError
from sqlwright.sqlkit._dialects import dialect_key
from sqlwright.sqlkit.parsing import parse, render


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the guard says of a statement."""

    verdict: Literal["allow", "block"]
    rule: str = ""
    """The rule that it breaks, a key of `guard_rules.RULES`; "" when it may run."""
    why: str = ""
    sql: str = ""
    """What may be run."""


def verdict(sql: str, dialect: str, tables: Collection[str] | None = None) -> Verdict:
    """Return whether a statement may run, and else the rule that it breaks; see `check`."""
    try:
        return Verdict("allow", sql=check(sql, dialect, tables))
    except RefusedSql as error:
        return Verdict("block", error.rule, error.why)


def check(sql: str, dialect: str, tables: Collection[str] | None = None) -> str:
    """Return the statement written anew, if it is a single harmless query.

    Args:
        sql: what somebody or something wrote.
        dialect: the dialect of the database it is for.
        tables: the tables and views that may be read, as the database spells them; all but the system's own when None.

    Raises:
        RefusedSql: the statement is refused; the error names the rule that it breaks, and why.
    """
    dialect = dialect_key(dialect)
    allowed = None if tables is None else allowed_keys(list(tables), dialect)
    try:
        return _rewritten(sql, dialect, allowed)
    except RecursionError:
        raise RefusedSql("parse", "nested too deeply to be read; write a flatter statement") from None


def _rewritten(sql: str, dialect: str, tables: frozenset[str] | None) -> str:
    tokens = require_plain(sql, dialect)
    tree = _parsed(sql, dialect)
    _check_root(tree)
    require_plain_comments(sql, tokens, dialect)
    for hint in list(tree.find_all(exp.Hint)):  # they are comments too, and some lift the engine's limits
        hint.pop()
    _check_tree(tree, dialect, tables)
    try:
        text = render(tree, dialect)
    except SqlError as error:
        raise RefusedSql("text", str(error)) from None
    # The engine reads this text, so this text must pass: a slip of the writer must not undo what the reader saw.
    _check_tree(_parsed(text, dialect), dialect, tables)
    require_alike(text, dialect)
    return text


def _parsed(sql: str, dialect: str) -> exp.Expr:
    try:
        return parse(sql, dialect)
    except SqlError as error:
        raise RefusedSql("parse", str(error)) from None


def _check_tree(tree: exp.Expr, dialect: str, tables: frozenset[str] | None) -> None:
    _check_root(tree)
    sources = sources_of(tree, dialect)
    for node in tree.walk():
        _check_kind(node)
        name = ""
        if isinstance(node, exp.Func):
            name = _name(node)
            _check_function(node, name, dialect)
        elif isinstance(node, exp.Table):
            check_table(node, dialect, tables)
        elif isinstance(node, exp.Column):
            check_column(node, dialect, sources)
        require_modest(node, name)


def _check_root(tree: exp.Expr) -> None:
    inner = tree.unnest()
    if not isinstance(tree, rules.ROOTS) or not isinstance(inner, (exp.Query, exp.Values, exp.Pivot)):
        kind = tree.name if isinstance(tree, exp.Command) else type(inner).__name__
        raise RefusedSql(
            "root", f"the statement must be a SELECT, or a combination of SELECTs, not {kind.upper()}; write a query"
        )


def _check_kind(node: exp.Expr) -> None:
    for kind, (rule, why) in rules.REFUSED_NODES.items():
        if isinstance(node, kind):
            raise RefusedSql(rule, why)
    if not isinstance(node, rules.NODES):
        raise RefusedSql("node", f"{_kind(node)} is not allowed in a query; write it with plain clauses")
    if isinstance(node, exp.PropertyEQ) and not isinstance(node.parent, rules.NAMED_ARGUMENTS):
        raise RefusedSql("variable", "assignments are not allowed; write the value itself")
    if isinstance(node, exp.Operator) and not rules.OPERATOR.fullmatch(str(node.args.get("operator"))):
        raise RefusedSql("node", "OPERATOR(...) may name the engine's own operators only; write the operator itself")
    if isinstance(node, exp.WithTableHint) and any(
        rules.LOCKING_HINTS.fullmatch(hint.name) for hint in node.find_all(exp.Var, exp.Identifier)
    ):
        raise RefusedSql("lock", "the hint takes locks; leave it out")
    if isinstance(node, exp.DataType) and rules.CATALOGUE_TYPES.match(node.sql("postgres")):
        raise RefusedSql("catalogue", f"a cast to {node.sql('postgres').lower()} looks into the system's catalogue")
    if isinstance(node, exp.Select) and any(node.args.get(clause) for clause in rules.REFUSED_CLAUSES):
        raise RefusedSql("node", "SETTINGS and FORMAT are not allowed in a query; leave them out")


def _check_function(node: exp.Func, name: str, dialect: str) -> None:
    if isinstance(node.parent, exp.Dot) and node.arg_key == "expression":
        _check_qualifier(node.parent.this, name, dialect)
    if why := functions.refusal(name, dialect):
        raise RefusedSql("function", f"the function {name!r} {why}; write the query without it")


def _check_qualifier(before: exp.Expr, name: str, dialect: str) -> None:
    """Raise RefusedSql for a function that is called through a schema, a package or an object."""
    if dialect == "duckdb":
        return  # name.lower() calls lower(name); lower must be on the list all the same
    if isinstance(before, exp.Identifier) and before.name.lower() in functions.QUALIFIERS.get(dialect, ()):
        return
    raise RefusedSql("function", f"the function {name!r} is called through a schema or an object; call it by its name")


def _name(node: exp.Func) -> str:
    return (node.name if isinstance(node, (exp.Anonymous, exp.AnonymousAggFunc)) else node.sql_name()).lower()


def _kind(node: exp.Expr) -> str:
    return type(node).__name__.upper()
