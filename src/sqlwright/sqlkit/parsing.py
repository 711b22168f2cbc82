"""Read one statement as a tree, and write a tree as one line of text."""

from __future__ import annotations

import logging
from functools import lru_cache

from sqlglot import ErrorLevel, exp
from sqlglot.errors import SqlglotError

from sqlwright.errors import SqlError
from sqlwright.sqlkit._dialects import dialect_named, writer_class

# A statement that sqlglot can only carry as opaque text is for the caller to judge; it is not worth a log line.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


def parse(sql: str, dialect: str = "sqlite", *, translating: bool = False) -> exp.Expr:
    """Return the tree of one statement; the caller may change it.

    With `translating`, functions are read so that another dialect can be written, not so that they stay as they are.

    Raises:
        SqlError: `sql` is empty, holds several statements or does not parse; the message says where.
    """
    return _read(sql, dialect, True) if translating else tree_of(sql, dialect).copy()


@lru_cache(maxsize=1024)
def tree_of(sql: str, dialect: str) -> exp.Expr:
    """Return the shared tree of one statement, for reading only. Raises SqlError as `parse` does."""
    return _read(sql, dialect, False)


def _read(sql: str, dialect: str, translating: bool) -> exp.Expr:
    try:
        language = dialect_named(dialect, translating=translating)
        statements = [tree for tree in language.parse(sql) if tree is not None]
    except SqlglotError as error:
        raise SqlError(f"not valid {dialect} SQL: {_reason(error)}: {_shown(sql)}") from None
    except RecursionError:
        raise SqlError(f"nested too deeply to be read: {_shown(sql)}") from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # What the parser lets slip on malformed text.
        raise SqlError(f"not valid {dialect} SQL ({error}): {_shown(sql)}") from None
    statements = [tree for tree in statements if not isinstance(tree, exp.Semicolon)]
    if not statements:
        raise SqlError("expected one SQL statement, found none")
    if len(statements) > 1:
        raise SqlError(f"expected one SQL statement, found {len(statements)}: {_shown(sql)}")
    return statements[0]


def render(tree: exp.Expr, dialect: str, *, translating: bool = False) -> str:
    """Return the statement as one line, without comments. `tree` may be changed.

    Raises:
        SqlError: `dialect` cannot be written, or the tree is nested too deeply.
    """
    try:
        language = dialect_named(dialect, translating=translating)
        writer = writer_class(type(language))(dialect=language, comments=False, unsupported_level=ErrorLevel.IGNORE)
        return writer.generate(tree, copy=False)
    except SqlglotError as error:
        raise SqlError(f"cannot be written as {dialect} SQL: {error}") from None
    except RecursionError:
        raise SqlError("nested too deeply to be written") from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise SqlError(f"cannot be written as {dialect} SQL: {error}") from None


def _reason(error: SqlglotError) -> str:
    details = getattr(error, "errors", None)
    if details:
        first = details[0]
        return f"{str(first['description']).rstrip('.')} at line {first['line']}, column {first['col']}"
    return str(error).splitlines()[0]


def _shown(sql: str, most: int = 120) -> str:
    text = " ".join(sql.split())
    return text if len(text) <= most else text[: most - 1] + "…"
