"""What can be asked about a schema: the role of each column, the label of each table, and the key paths between tables.

A catalog is made once for a schema and its values (in well under a millisecond for a small schema) and holds ready tree
nodes, so that drawing a query only picks among them:

    catalog = Catalog(schema, values)
    customer = catalog.table("customer")
    customer.label      # the columns that name a customer to a person
    customer.paths      # joins from customer to other tables, up and down foreign keys
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlwright.schema import model
from sqlwright.synth._roles import (
    COUNTED,
    UNSUMMABLE,
    YEARS,
    Role,
    is_flag,
    is_iso_date,
    names_rows,
    number_role,
    text_role,
    words_of,
)
from sqlwright.synth.defaults import default_values
from sqlwright.synth.paths import Edge, Path, find_edges, paths_from
from sqlwright.synth.profile import Profile
from sqlwright.synth.tree import Column, Value

Values = Mapping[tuple[str, str], Sequence[Value]]


@dataclass(slots=True, eq=False)
class ColumnInfo:
    """A column as the sampler sees it."""

    node: Column
    role: Role
    integer: bool
    values: tuple[Value, ...]
    """Stored values, most frequent first; plausible ones when none are known."""
    low: float
    high: float
    """Least and greatest value of a number column, else 0."""
    has_nulls: bool | None
    """Whether some row has NULL here; None when unknown."""
    unique: bool
    timed: bool
    """Whether a date column holds a time of day too."""
    summable: bool
    year: bool
    distinct: int
    """How many distinct values are known or stored."""


@dataclass(slots=True, eq=False)
class TableInfo:
    """A table as the sampler sees it; the lists hold its columns by use."""

    name: str
    columns: tuple[ColumnInfo, ...]
    key: Column | None
    """The primary key when it is one column."""
    label: tuple[Column, ...] = ()
    """What a person calls a row: its name, or first and last name, or else its key."""
    named: bool = False
    """Whether the label is a real name, not a key."""
    link: bool = False
    """Whether the table only links others: two parents, no label, few columns of its own."""
    rows: int | None = None
    samples: tuple[Mapping[Column, Value], ...] = ()
    """Stored values of a few rows, of the columns whose values may be asked about."""
    show: tuple[ColumnInfo, ...] = ()
    """Worth showing beside the label."""
    filters: tuple[ColumnInfo, ...] = ()
    groups: tuple[ColumnInfo, ...] = ()
    """Columns with few values to group by."""
    measures: tuple[ColumnInfo, ...] = ()
    numbers: tuple[ColumnInfo, ...] = ()
    """Numbers with an order: measures and ordinals."""
    dates: tuple[ColumnInfo, ...] = ()
    categories: tuple[ColumnInfo, ...] = ()
    parents: tuple[Edge, ...] = ()
    children: tuple[Edge, ...] = ()
    selves: tuple[Edge, ...] = ()
    paths: tuple[Path, ...] = ()


class Catalog:
    """The tables and columns of a schema, arranged for drawing."""

    __slots__ = ("_by_name", "schema", "tables")

    def __init__(self, schema: model.Schema, values: Values | None = None, profile: Profile | None = None) -> None:
        """Arrange a schema.

        Args:
            schema: what the database holds.
            values: distinct stored values by (table, column), most frequent first.
            profile: counts of rows, NULLs and distinct values, where they were read. Without one the rows are taken to
                be unknown, and a column without values gets plausible ones.
        """
        self.schema = schema
        values = values or {}
        edges = find_edges(schema)
        keys = {(edge.child, edge.child_column.name) for edge in edges}
        keys |= {(table.name, name) for table in schema.tables for fk in table.foreign_keys for name in fk.columns}
        self.tables = tuple(
            _table(table, values, profile, keys, schema.dialect) for table in schema.tables if table.columns
        )
        self._by_name = {table.name: table for table in self.tables}
        for edge in edges:
            child, parent = self._by_name[edge.child], self._by_name[edge.parent]
            if child is parent:
                child.selves += (edge,)
            elif not edge.ambiguous:
                child.parents += (edge,)
                parent.children += (edge,)
        for table in self.tables:
            own = sum(1 for column in table.columns if column.role != "key")
            table.link = len(table.parents) >= 2 and not table.named and own <= 2
        for table in self.tables:
            table.paths = paths_from(table.name, self._by_name)

    def table(self, name: str) -> TableInfo:
        """Return the table of this exact name. Raises KeyError."""
        return self._by_name[name]


def _table(
    table: model.Table, values: Values, profile: Profile | None, keys: set[tuple[str, str]], dialect: str
) -> TableInfo:
    columns = tuple(_column(table, column, values, profile, keys, dialect) for column in table.columns)
    single = len(table.primary_key) == 1
    key = Column(table.name, table.column(table.primary_key[0]).name) if single else _guess_key(table, columns)
    info = TableInfo(table.name, columns, key)
    info.rows = profile.rows.get(table.name) if profile else None
    info.samples = tuple(_sample(columns, row) for row in profile.samples.get(table.name, ())) if profile else ()
    info.label, info.named = _label(columns, key)
    named = set(info.label)
    usable = tuple(c for c in columns if c.role not in ("key", "other"))
    info.show = tuple(c for c in usable if c.node not in named and c.distinct != 1) or usable
    info.filters = tuple(c for c in usable if c.values and (c.distinct != 1 or c.has_nulls))
    info.measures = tuple(c for c in usable if c.role == "measure")
    info.numbers = tuple(c for c in usable if c.role in ("measure", "ordinal") and c.distinct != 1)
    info.dates = tuple(c for c in usable if c.role == "date")
    info.categories = tuple(c for c in usable if c.role == "category" and c.distinct != 1)
    info.groups = tuple(
        c
        for c in usable
        if c.distinct != 1
        and not c.unique
        and not c.has_nulls
        and (c.role in ("category", "flag") or (c.role == "ordinal" and c.integer and c.distinct <= 60))
    )
    return info


def _sample(columns: tuple[ColumnInfo, ...], row: Mapping[str, object]) -> dict[Column, Value]:
    """Return a row's values, of columns whose values are known: those of others may not be shown."""
    found: dict[Column, Value] = {}
    for column in columns:
        value = row.get(column.node.name)
        if column.role == "date" and value is not None:
            value = str(value)
        if isinstance(value, str | int | float) and value != "" and column.values:
            found[column.node] = value
    return found


def _column(
    table: model.Table,
    column: model.Column,
    values: Values,
    profile: Profile | None,
    keys: set[tuple[str, str]],
    dialect: str,
) -> ColumnInfo:
    where = (table.name, column.name)
    stored = tuple(value for value in values.get(where, ()) if value is not None and value != "")
    single = table.primary_key == (column.name,)
    role, kind = _role(column, stored, single or where in keys or column.name in table.primary_key, dialect)
    nulls = profile.nulls.get(where) if profile else None
    distinct = profile.distinct.get(where, len(stored)) if profile else len(stored)
    if role == "name" and profile and not names_rows(column.name, distinct, profile.rows.get(table.name, 0)):
        role = "category"
    unique = single or column.unique
    if profile and profile.rows.get(table.name, 0) > 1:
        unique = unique or distinct >= profile.rows[table.name]
    integer = _is_integer(column.type, stored)
    if not stored and profile is None and role != "key":
        stored = default_values(column.name, role, kind, integer, dialect)
    low = high = 0.0
    if kind == "number":
        numbers = [v for v in stored if isinstance(v, int | float)]
        low, high = (float(min(numbers)), float(max(numbers))) if numbers else (0.0, 0.0)
        if numbers and len(numbers) < len(stored):
            role = "other" if role != "key" else role
    words = words_of(column.name)
    return ColumnInfo(
        node=Column(table.name, column.name),
        role=role,
        integer=integer,
        values=stored,
        low=low,
        high=high,
        has_nulls=bool(nulls) if nulls is not None else (None if column.nullable and not single else False),
        unique=unique,
        timed=role == "date" and _is_timed(column.type, stored),
        summable=role == "measure" and UNSUMMABLE.isdisjoint(words) and not _is_scale(words, integer, low, high),
        year=role == "ordinal" and (words[-1] in YEARS or "year" in words) and low >= 1000,
        distinct=distinct,
    )


def _role(column: model.Column, stored: tuple[Value, ...], is_key: bool, dialect: str) -> tuple[Role, str]:
    """Return a column's role and what kind of value it holds."""
    kind = column.kind
    type_ = column.type.lower()
    if kind == "date" and type_.startswith("year"):
        kind = "number"
    if is_key:
        return "key", kind
    if is_flag(column.name, kind, stored):
        return "flag", kind
    if kind == "other" or (kind == "date" and type_.startswith("time") and not type_.startswith("timestamp")):
        return "other", kind
    if kind in ("date", "text") and stored and isinstance(stored[0], int | float):
        kind = "number"
    if kind == "date" or (kind == "text" and dialect == "sqlite" and stored and is_iso_date(stored[0])):
        if stored and not all(is_iso_date(value) for value in stored[:20]):
            return "other", "date"
        return "date", "date"
    if words_of(column.name)[-1] in ("id", "uuid", "guid"):
        return "key", kind
    if kind == "number":
        numbers = [value for value in stored if isinstance(value, int | float)]
        low, high = (min(numbers), max(numbers)) if numbers else (0, 0)
        return number_role(column.name, len(stored), low, high), kind
    return text_role(column.name, stored, len(stored)), kind


def _guess_key(table: model.Table, columns: tuple[ColumnInfo, ...]) -> Column | None:
    if table.primary_key:
        return None
    for column in columns:
        name = column.node.name.lower()
        if column.role == "key" and name in ("id", f"{table.name.lower()}_id", f"{table.name.lower()}id"):
            return column.node
    return None


def _label(columns: tuple[ColumnInfo, ...], key: Column | None) -> tuple[tuple[Column, ...], bool]:
    """Return the columns that name a row to a person, and whether they are a real name."""
    names = [c for c in columns if c.role == "name"]
    first = next(
        (c for c in names if words_of(c.node.name)[0] in ("first", "given") or c.node.name.lower() == "fname"), None
    )
    last = next(
        (
            c
            for c in names
            if words_of(c.node.name)[0] in ("last", "family", "surname") or c.node.name.lower() == "lname"
        ),
        None,
    )
    if first and last:
        return (first.node, last.node), True
    if names:
        return (names[0].node,), True
    for column in columns:
        if column.unique and column.role in ("code", "text") and column.node != key:
            return (column.node,), True
    if key:
        return (key,), False
    return (), False


def _is_integer(type_: str, stored: tuple[Value, ...]) -> bool:
    if stored:
        return all(isinstance(value, int) for value in stored)
    name = type_.lower()
    return "int" in name or "serial" in name or "year" in name or ("(" in name and name.endswith(",0)"))


def _is_scale(words: tuple[str, ...], integer: bool, low: float, high: float) -> bool:
    """Return whether whole numbers look like marks on a scale of up to ten, such as satisfaction."""
    return integer and low >= 0 and 1 < high <= 10 and COUNTED.isdisjoint(words)


def _is_timed(type_: str, stored: tuple[Value, ...]) -> bool:
    if stored:
        return any(len(str(value)) > 10 for value in stored[:20])
    return "time" in type_.lower()
