"""The query tree: what the sampler draws, the SQL writer prints and the question writers put into words.

It is far smaller than SQL: only shapes that a question can say in one sentence have a node here, so a writer can
cover all of them, and drawing and printing one takes microseconds. Trees compare and hash by value.

    city = Column("customer", "city")
    Query((Item(city), Item(Aggregate("count", None))), Source("customer"), group_by=(city,))
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Value = str | int | float


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `alias` names the copy of its table in a self-join or correlated subquery, else it is empty."""

    table: str
    name: str
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Aggregate:
    """count / sum / avg / min / max; `argument` is None for COUNT(*)."""

    function: Literal["count", "sum", "avg", "min", "max"]
    argument: Expression | None
    distinct: bool = False


@dataclass(frozen=True, slots=True)
class DatePart:
    """The year, month or day of a date column, an integer in every dialect, or its year and month as "2024-03"."""

    part: Literal["year", "month", "day", "year-month"]
    column: Column


@dataclass(frozen=True, slots=True)
class DaysBetween:
    """How many days lie from one date to another."""

    start: Column
    end: Column


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left op right` on numbers."""

    op: Literal["+", "-", "*", "/"]
    left: Expression
    right: Expression | Value


@dataclass(frozen=True, slots=True)
class Case:
    """CASE WHEN condition THEN then ELSE otherwise END."""

    condition: Condition
    then: Value
    otherwise: Value


@dataclass(frozen=True, slots=True)
class Window:
    """RANK / ROW_NUMBER / running SUM over an order, within an optional partition."""

    function: Literal["rank", "row_number", "sum", "avg"]
    argument: Column | None
    partition: Column | None
    order: Column | None
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Scalar:
    """A subquery that gives one value."""

    query: Query


Expression = Column | Aggregate | DatePart | DaysBetween | Arithmetic | Case | Window | Scalar


@dataclass(frozen=True, slots=True)
class Compare:
    """`left op right`; the right side is a literal, another expression or a scalar subquery."""

    left: Expression
    op: Literal["=", "<>", "<", "<=", ">", ">="]
    right: Expression | Value


@dataclass(frozen=True, slots=True)
class Between:
    """`left BETWEEN low AND high`."""

    left: Expression
    low: Value
    high: Value


@dataclass(frozen=True, slots=True)
class InList:
    """`left [NOT] IN (values)`."""

    left: Expression
    values: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Like:
    """`left [NOT] LIKE pattern`, where the pattern starts with, ends with or contains `text`."""

    left: Column
    kind: Literal["starts", "ends", "contains"]
    text: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class IsNull:
    """`column IS [NOT] NULL`."""

    column: Column
    negated: bool = False


@dataclass(frozen=True, slots=True)
class InQuery:
    """`column [NOT] IN (SELECT one column ...)`."""

    column: Column
    query: Query
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Exists:
    """`[NOT] EXISTS (SELECT 1 FROM ... WHERE inner key = outer key ...)`; the query's `select` is empty."""

    query: Query
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Both:
    """Conditions joined by AND or OR; an OR inside an AND is printed in parentheses."""

    op: Literal["and", "or"]
    items: tuple[Condition, ...]


Condition = Compare | Between | InList | Like | IsNull | InQuery | Exists | Both


@dataclass(frozen=True, slots=True)
class Join:
    """`[LEFT] JOIN table ON left = right`; `left` belongs to a table already in the source."""

    table: str
    left: Column
    right: Column
    outer: bool = False
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """The FROM clause: a table and the tables joined to it, in order."""

    table: str
    joins: tuple[Join, ...] = ()
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One column of the result."""

    expression: Expression
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One ORDER BY key."""

    expression: Expression
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A SELECT; an empty `select` means `SELECT *`."""

    select: tuple[Item, ...]
    source: Source
    distinct: bool = False
    where: Condition | None = None
    group_by: tuple[Column | DatePart, ...] = ()
    having: Condition | None = None
    order_by: tuple[Order, ...] = ()
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class SetOperation:
    """`left UNION | INTERSECT | EXCEPT right`."""

    op: Literal["union", "intersect", "except"]
    left: Query
    right: Query


@dataclass(frozen=True, slots=True)
class With:
    """`WITH name AS (inner) outer`, where `outer` reads from `name` and its columns are the inner items' aliases."""

    name: str
    inner: Query
    outer: Query


Tree = Query | SetOperation | With
