"""Read the schema of a live database.

    schema = introspect("postgresql+psycopg://me@localhost/shop")
    schema = introspect("sqlite:///shop.db", samples=SampleOptions(columns=("city.name",)))

A handful of queries reads a database of any size. SQLite and DuckDB have readers of their own: SQLite keeps comments
only in the text of its CREATE statements, and SQLAlchemy's reflection does not cover either in bulk.
"""

from __future__ import annotations

import re
import warnings
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.reflection import ObjectKind, ObjectScope

from sqlwright.errors import DatabaseError
from sqlwright.schema.introspect_duckdb import read_duckdb
from sqlwright.schema.introspect_sqlite import read_sqlite
from sqlwright.schema.model import Column, ForeignKey, Schema, Table
from sqlwright.schema.resolve import require_tables, resolve, subset
from sqlwright.schema.values import SampleOptions, with_samples

_COLLATION = re.compile(r"\s+(CHARACTER SET|COLLATE)\s+\S+", re.IGNORECASE)

_READERS: Mapping[str, Callable[[sa.Connection], list[Table]]] = {"sqlite": read_sqlite, "duckdb": read_duckdb}


def introspect(
    url: str,
    *,
    db_id: str | None = None,
    samples: SampleOptions | None = None,
    tables: Collection[str] | None = None,
) -> Schema:
    """Return the schema of a database: the tables and views of its default namespace.

    Args:
        url: a database URL, or the path of a SQLite or DuckDB file.
        db_id: the name the schema gets; by default the database's own name.
        samples: which columns get sample values; none by default.
        tables: only these tables; all by default.

    Raises:
        DatabaseError: the database cannot be opened or read.
        SchemaError: it has no tables, or `tables` or `samples` name one that is not there.
    """
    from sqlwright.database import connect, dialect_of  # late: schemas from files need no database drivers

    dialect, where = dialect_of(url), _shown(url)
    engine = connect(url)
    try:
        with engine.connect() as connection:
            found = _READERS.get(dialect, _read_by_inspector)(connection)
    except sa.exc.SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise DatabaseError(f"{where}: cannot be read ({reason})") from None
    finally:
        engine.dispose()
    schema = require_tables(resolve(db_id or _database_name(url, dialect), found, dialect), where)
    if tables is not None:
        schema = subset(schema, tables)
    return with_samples(url, schema, samples) if samples and samples.columns else schema


def _shown(url: str) -> str:
    """Return the URL without its password, or the path of a database file."""
    from sqlwright.database import dialect_of, file_of, normalise_url

    if dialect_of(url) in _READERS:
        return str(file_of(url))
    return sa.make_url(normalise_url(url)).render_as_string(hide_password=True)


def _database_name(url: str, dialect: str) -> str:
    from sqlwright.database import file_of, normalise_url

    if dialect in _READERS:
        return file_of(url).stem
    server = sa.make_url(normalise_url(url))
    return server.database or str(server.query.get("service_name", "")) or dialect


def _read_by_inspector(connection: sa.Connection) -> list[Table]:
    """Return the tables of PostgreSQL, MySQL, MariaDB, Oracle or another database that SQLAlchemy knows, by name."""
    inspector = sa.inspect(connection)
    everything: dict[str, Any] = {"kind": ObjectKind.ANY, "scope": ObjectScope.DEFAULT}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sa.exc.SAWarning)  # types that SQLAlchemy does not know: the type stays empty
        columns = inspector.get_multi_columns(**everything)
    primary: dict[Any, Any] = inspector.get_multi_pk_constraint(**everything)
    foreign: dict[Any, Any] = inspector.get_multi_foreign_keys(**everything)
    unique = _unique_columns(inspector, everything)
    comments: dict[Any, Any] = _optional(lambda: inspector.get_multi_table_comment(**everything))
    views = {*inspector.get_view_names(), *_optional(inspector.get_materialized_view_names)}
    tables: list[Table] = []
    for key in sorted(columns, key=lambda key: key[1]):
        primary_key = tuple((primary.get(key) or {}).get("constrained_columns") or ())
        tables.append(
            Table(
                key[1],
                tuple(_column(each, primary_key, unique[key], connection.dialect) for each in columns[key]),
                primary_key,
                tuple(map(_foreign_key, foreign.get(key) or ())),
                (comments.get(key) or {}).get("text") or "",
                is_view=key[1] in views,
            )
        )
    return tables


def _optional(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except NotImplementedError:
        return {}


def _unique_columns(inspector: sa.Inspector, everything: dict[str, Any]) -> defaultdict[Any, set[str]]:
    unique: defaultdict[Any, set[str]] = defaultdict(set)
    for key, constraints in _optional(lambda: inspector.get_multi_unique_constraints(**everything)).items():
        _add_single(unique[key], (constraint["column_names"] for constraint in constraints or ()))
    for key, indexes in _optional(lambda: inspector.get_multi_indexes(**everything)).items():
        whole = (index for index in indexes or () if index.get("unique") and not _is_partial(index))
        _add_single(unique[key], (index["column_names"] for index in whole))
    return unique


def _add_single(unique: set[str], constraints: Iterable[list[str | None]]) -> None:
    unique.update(names[0] for names in constraints if len(names) == 1 and names[0])


def _is_partial(index: Mapping[str, Any]) -> bool:
    options: Mapping[str, Any] = index.get("dialect_options") or {}
    return any(name.endswith("_where") and value is not None for name, value in options.items())


def _column(found: Mapping[str, Any], primary: tuple[str, ...], unique: set[str], dialect: sa.Dialect) -> Column:
    name = found["name"]
    return Column(
        name,
        _type(found["type"], dialect),
        found.get("comment") or "",
        nullable=bool(found.get("nullable", True)) and name not in primary,
        unique=name in unique,
    )


def _type(found: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> str:
    if isinstance(found, sa.types.NullType):
        return ""
    try:
        return _COLLATION.sub("", found.compile(dialect=dialect))
    except sa.exc.CompileError:
        return str(found)


def _foreign_key(found: Mapping[str, Any]) -> ForeignKey:
    return ForeignKey(tuple(found["constrained_columns"]), found["referred_table"], tuple(found["referred_columns"]))
