"""Which tables and columns a statement names, as the engine would understand the names.

Whether `SECRET` is the `"Secret"` of a WITH clause depends on the engine. The guard takes two names for one only where
the engine certainly does, since what it takes for a CTE it does not look for among the tables.
"""

from __future__ import annotations

import re
from functools import cache

from sqlglot import exp

from sqlwright.database import guard_rules as rules
from sqlwright.errors import RefusedSql
from sqlwright.sqlkit.tables import names_cte

_ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_FOLDING_UNQUOTED = frozenset({"postgres", "redshift", "oracle", "snowflake"})
_SHOWN = 8


def key_of(name: exp.Identifier, dialect: str) -> str:
    """Return the same for two spellings of a name that the engine takes for one."""
    text = name.name
    if dialect == "mysql":  # table names are files' names there, and CTEs follow them
        return text
    if dialect in _FOLDING_UNQUOTED:
        if not name.quoted:
            return text.translate(_ASCII_LOWER)
        # A quoted name in plain capitals is what Oracle folds bare names to.
        return text.translate(_ASCII_LOWER) if dialect in ("oracle", "snowflake") and text == text.upper() else text
    return text.translate(_ASCII_LOWER)


def check_table(table: exp.Table, dialect: str, tables: frozenset[str] | None) -> None:
    """Raise RefusedSql for a table that may not be read.

    Args:
        tables: keys of those that may be; all but the system's own when None.
    """
    if isinstance(table.this, exp.Func):
        _check_table_function(table.this, dialect)
        return
    if table.args.get("rows_from"):
        return  # calls, which stand below it
    if not isinstance(table.this, exp.Identifier):
        raise RefusedSql("table", "a table must be named by its name")
    if names_cte(table, lambda name: key_of(name, dialect)):
        return
    parts = [part for part in table.parts if isinstance(part, exp.Identifier)]
    shown, keys = ".".join(part.name for part in parts), [key_of(part, dialect) for part in parts]
    if tables is not None and _is_allowed(keys, tables):
        return
    names = [part.name for part in parts]
    if any(map(rules.PATH_LIKE.match, names)) or (dialect == "duckdb" and rules.FILE_LIKE.match(shown)):
        raise RefusedSql("path", f"{shown!r} is a path or an address, not a table; name a table of the database")
    *schemas, name = [part.lower() for part in names]
    if any(rules.REFUSED_SCHEMAS.fullmatch(schema) for schema in schemas) or _system_tables(dialect).fullmatch(name):
        raise RefusedSql("catalogue", f"{shown!r} belongs to the database system; read the database's own tables")
    if tables is not None:
        listed = ", ".join(sorted(tables)[:_SHOWN]) + (", ..." if len(tables) > _SHOWN else "")
        raise RefusedSql("table", f"the table {shown!r} is not among those that may be read ({listed or 'none'})")


def allowed_keys(tables: list[str], dialect: str) -> frozenset[str]:
    """Return the keys of tables that may be read, given by their names as the database has them."""
    exact = dialect in ("postgres", "redshift", "mysql")
    return frozenset(name if exact else name.translate(_ASCII_LOWER) for name in tables)


def check_column(column: exp.Column, dialect: str, sources: frozenset[str]) -> None:
    """Raise RefusedSql for what looks like a column but is a sequence or, in Oracle, a call without parentheses.

    Args:
        sources: keys of all names and aliases of tables in the statement.
    """
    if not isinstance(column.this, exp.Identifier):
        return
    if dialect in rules.SEQUENCE_DIALECTS and column.name.lower() in rules.SEQUENCE_COLUMNS:
        raise RefusedSql("sequence", f"{column.sql()!r} takes a number from a sequence, which changes it")
    qualifiers = [part for part in column.parts[:-1] if isinstance(part, exp.Identifier)]
    if dialect == "oracle" and qualifiers and sources.isdisjoint(key_of(part, dialect) for part in qualifiers):
        raise RefusedSql(
            "function", f"{column.sql()!r} is of no table of the statement; Oracle would call it as a function"
        )


def sources_of(tree: exp.Expr, dialect: str) -> frozenset[str]:
    """Return the keys of every name and alias that a table, subquery or CTE of the statement has."""
    found = set()
    for node in tree.find_all(exp.Table, exp.TableAlias, exp.PivotAlias):
        named = node.this
        if isinstance(named, exp.Identifier):
            found.add(key_of(named, dialect))
    for pivot in tree.find_all(exp.Pivot):
        if isinstance(alias := pivot.args.get("alias"), exp.TableAlias) and isinstance(alias.this, exp.Identifier):
            found.add(key_of(alias.this, dialect))
    return frozenset(found)


def _is_allowed(keys: list[str], tables: frozenset[str]) -> bool:
    plain = rules.DEFAULT_SCHEMAS.issuperset(keys[:-1])
    return ".".join(keys) in tables or (plain and keys[-1] in tables)


def _check_table_function(function: exp.Func, dialect: str) -> None:
    name = function.name if isinstance(function, exp.Anonymous) else function.sql_name()
    if dialect == "duckdb" and name.lower() not in rules.DUCKDB_TABLE_FUNCTIONS:
        raise RefusedSql("function", f"the table function {name.lower()!r} reaches beyond the tables that are named")


@cache
def _system_tables(dialect: str) -> re.Pattern[str]:
    return re.compile(rules.REFUSED_TABLES.get(dialect) or "|".join(rules.REFUSED_TABLES.values()))
