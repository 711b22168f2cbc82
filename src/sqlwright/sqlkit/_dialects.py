"""The sqlglot dialects that statements are read and written with.

sqlglot translates between dialects, and so rewrites a few things even when source and target are the same: SQLite's
`CAST(x AS DATE)` (a number) becomes `DATE(x)` (a text), `MOD(a, b)` (a real) becomes `a % b` (an integer), a comma
becomes CROSS JOIN (which pins the join order). `FaithfulSqlite` reads and writes SQLite so that a round trip means the
same.
"""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

from sqlglot import exp, parser
from sqlglot.dialects.dialect import Dialect
from sqlglot.dialects.sqlite import SQLite
from sqlglot.generator import Generator
from sqlglot.generators.sqlite import SQLiteGenerator
from sqlglot.parsers.sqlite import SQLiteParser
from sqlglot.tokenizer_core import TokenType

from sqlwright.errors import ConfigError, SqlError


def require_extensible(file: str) -> None:
    """Raise ConfigError when sqlglot's parser is the compiled one, which no dialect of ours can be derived from."""
    if not file.endswith(".py"):
        raise ConfigError(
            "sqlglot's compiled extension is installed, and sqlwright's dialects cannot be derived from it; "
            "take it away with: pip uninstall sqlglotc"
        )


require_extensible(parser.__file__)

_ALIASES = {"postgresql": "postgres", "mariadb": "mysql", "mssql": "tsql"}
# Functions whose sqlglot rendering differs from what was read in value, type or number of arguments.
_OPAQUE = (
    "MOD",
    "LOG10",
    "LOG2",
    "CEILING",
    "POW",
    "GLOB",
    "LIKE",
    "STRFTIME",
    "JSON_EXTRACT",
    "IF",
    "TRUNC",
    "LEFT",
    "RIGHT",
)


class UnaryPlus(exp.Unary):
    """`+x`, which in SQLite takes a column's affinity and collation away, and so can change a comparison."""


def _unary_plus(parser: Any) -> exp.Expr | None:
    operand = parser._parse_unary()
    return operand if operand is None or isinstance(operand, exp.Literal) else UnaryPlus(this=operand)


def _opaque(name: str) -> Any:
    return lambda args: exp.Anonymous(this=name, expressions=args)


class FaithfulSqlite(SQLite):
    """SQLite, read and written without changing what a statement means."""

    class Parser(SQLiteParser):
        """Keeps commas, bare joins, unary plus and the functions that sqlglot would rewrite."""

        JOINS_HAVE_EQUAL_PRECEDENCE = False
        ADD_JOIN_ON_TRUE = False
        FUNCTIONS: ClassVar[dict[str, Any]] = {**SQLiteParser.FUNCTIONS, **{name: _opaque(name) for name in _OPAQUE}}
        FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
            name: parse
            for name, parse in SQLiteParser.FUNCTION_PARSERS.items()
            if name not in ("CHAR", "CEIL", "FLOOR")
        }
        NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
            name: parse for name, parse in SQLiteParser.NO_PAREN_FUNCTION_PARSERS.items() if name != "IF"
        }
        UNARY_PARSERS: ClassVar[dict[Any, Any]] = {**SQLiteParser.UNARY_PARSERS, TokenType.PLUS: _unary_plus}

        def _parse_join(self, *args: Any, **kwargs: Any) -> exp.Join | None:
            """Tell `a JOIN b` from `a, b`: the bare join is marked INNER."""
            comma = self._curr is not None and self._curr.token_type == TokenType.COMMA
            join = super()._parse_join(*args, **kwargs)
            if join and not comma and not any(join.args.get(key) for key in ("method", "side", "kind", "on", "using")):
                join.set("kind", "INNER")
            return join

    class Generator(SQLiteGenerator):
        """Keeps the affinity of casts, and prints SUBSTR, which every release of SQLite knows."""

        TYPE_MAPPING: ClassVar[dict[Any, str]] = {
            **SQLiteGenerator.TYPE_MAPPING,
            exp.DType.DECIMAL: "NUMERIC",
            exp.DType.BOOLEAN: "BOOLEAN",
        }
        TRANSFORMS: ClassVar[dict[Any, Any]] = {
            **SQLiteGenerator.TRANSFORMS,
            UnaryPlus: lambda self, e: f"+{self.sql(e, 'this')}",
            exp.Substring: lambda self, e: self.func("SUBSTR", e.this, e.args.get("start"), e.args.get("length")),
            exp.Select: Generator.select_sql,
        }

        def join_sql(self, expression: exp.Join, join_op: str | None = None) -> str:
            """Print an inner join as JOIN, with or without a condition."""
            plain = expression.kind == "INNER" and not expression.method and not expression.side
            return super().join_sql(expression, join_op="JOIN" if plain else join_op)

        def cast_sql(self, expression: exp.Cast, safe_prefix: str | None = None) -> str:
            """Print a CAST as it stands: what CAST AS DATE does in SQLite is not what DATE() does."""
            return Generator.cast_sql(self, expression, safe_prefix)

    def to_json_path(self, path: exp.Expr | None) -> exp.Expr | None:
        """Leave the paths of `->` and `->>` as they are written."""
        return path


class _Spoken:
    """Prints `x NOT IN (...)` and `VALUES ROW(...)` as people write them, not `NOT x IN (...)`, `VALUES (ROW(...))`."""

    def tuple_sql(self: Any, expression: exp.Tuple) -> str:
        """Print a row of MySQL's VALUES as the ROW(...) that it is."""
        only = expression.expressions[0] if len(expression.expressions) == 1 else None
        if isinstance(expression.parent, exp.Values) and isinstance(only, exp.Anonymous) and only.name.upper() == "ROW":
            return str(self.sql(only))
        return str(super().tuple_sql(expression))  # type: ignore[misc]

    def not_sql(self: Any, expression: exp.Not) -> str:
        """Print a negation behind what it negates, where SQL has that."""
        inner = expression.this
        text = str(self.sql(inner))
        if isinstance(inner, exp.Is) and isinstance(inner.expression, (exp.Null, exp.Boolean)):
            if not inner.args.get("negate"):
                left = str(self.sql(inner, "this"))
                return f"{left} IS NOT{text[len(left) + 3 :]}"
        elif isinstance(inner, (exp.In, exp.Between, exp.Like, exp.ILike, exp.Glob)) and not inner.args.get("negate"):
            left = str(self.sql(inner, "this"))
            return f"{left} NOT{text[len(left) :]}"
        return f"NOT {text}"


@cache
def writer_class(dialect: type[Dialect]) -> type[Generator]:
    """Return the generator that statements of this dialect are printed with."""
    return type(f"{dialect.__name__}Writer", (_Spoken, dialect.generator_class), {})


@cache
def dialect_named(name: str, *, translating: bool = False) -> Dialect:
    """Return the dialect of this name ("sqlite", "postgres", "mysql", "duckdb", "oracle", ...).

    With `translating`, what only sqlglot's own SQLite knows how to carry into another dialect is read as such.

    Raises:
        SqlError: sqlglot knows no such dialect.
    """
    name = _ALIASES.get(name.lower(), name.lower())
    if name == "sqlite" and not translating:
        return FaithfulSqlite()
    try:
        return Dialect.get_or_raise(name)
    except ValueError:
        raise SqlError(
            f"unknown SQL dialect {name!r}; use one such as sqlite, postgres, mysql, duckdb, oracle"
        ) from None


def dialect_key(name: str) -> str:
    """Return sqlglot's own name of a dialect: "postgres" for "postgresql"."""
    return _ALIASES.get(name.lower(), name.lower())
