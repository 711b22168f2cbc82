"""Print a query tree as SQL, natively for each dialect and in the one form that models are trained on.

The text is what `sqlkit.canonical` would make of it, so nothing has to parse it again: columns carry their table's name
only where several tables are in sight, and tables have aliases only where one occurs twice.

    write_sql(tree, schema)              # in the schema's own dialect
    write_sql(tree, schema, "postgres")
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from sqlwright.schema.model import Schema
from sqlwright.sqlkit.names import identifier
from sqlwright.synth import tree as t

_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d$")
_YEAR_MONTH = {
    "sqlite": "STRFTIME('%Y-%m', {})",
    "duckdb": "STRFTIME({}, '%Y-%m')",
    "mysql": "DATE_FORMAT({}, '%Y-%m')",
    "tsql": "FORMAT({}, 'yyyy-MM')",
}
_DAYS = {
    "sqlite": "JULIANDAY({1}) - JULIANDAY({0})",
    "duckdb": "DATE_DIFF('DAY', {0}, {1})",
    "mysql": "DATEDIFF({1}, {0})",
    "tsql": "DATEDIFF(DAY, {0}, {1})",
}
"""How many days lie from the first date to the second; both hold no time of day."""
_STRFTIME = {"year": "%Y", "month": "%m", "day": "%d"}


def write_sql(tree: t.Tree, schema: Schema, dialect: str | None = None) -> str:
    """Return the SQL of a tree as one line, in `dialect` (sqlglot's name) or the schema's own."""
    return _writer(dialect or schema.dialect).tree(tree)


class _Writer:
    """Prints trees in one dialect; `qualify` says whether columns carry their table's name."""

    __slots__ = ("_dispatch", "_part", "_real_division", "dialect")

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self._real_division = dialect in ("sqlite", "postgres")
        self._part = self._strftime if dialect == "sqlite" else self._extract
        self._dispatch: dict[type, Callable[..., str]] = {
            t.Column: self._column,
            t.Aggregate: self._aggregate,
            t.DatePart: self._date_part,
            t.DaysBetween: self._days_between,
            t.Arithmetic: self._arithmetic,
            t.Case: self._case,
            t.Window: self._window,
            t.Scalar: self._scalar,
            t.Compare: self._compare,
            t.Between: self._between,
            t.InList: self._in_list,
            t.Like: self._like,
            t.IsNull: self._is_null,
            t.InQuery: self._in_query,
            t.Exists: self._exists,
            t.Both: self._both,
            str: self._text,
            int: self._number,
            float: self._number,
            bool: self._truth,
        }

    def tree(self, tree: t.Tree) -> str:
        if isinstance(tree, t.Query):
            return self.query(tree, False)
        if isinstance(tree, t.SetOperation):
            return f"{self.query(tree.left, False)} {tree.op.upper()} {self.query(tree.right, False)}"
        name = identifier(tree.name, self.dialect)
        return f"WITH {name} AS ({self.query(tree.inner, False)}) {self.query(tree.outer, False)}"

    def query(self, query: t.Query, qualify: bool) -> str:
        source = query.source
        qualify = qualify or bool(source.joins)
        put = self._dispatch
        out = ["SELECT DISTINCT " if query.distinct else "SELECT "]
        out.append(", ".join([self._item(item, qualify) for item in query.select]) if query.select else "*")
        out.append(" FROM " + self._table(source.table, source.alias))
        for join in source.joins:
            out.append(" LEFT JOIN " if join.outer else " JOIN ")
            out.append(self._table(join.table, join.alias))
            out.append(f" ON {self._column(join.left, True)} = {self._column(join.right, True)}")
        if query.where is not None:
            out.append(" WHERE " + put[type(query.where)](query.where, qualify))
        if query.group_by:
            out.append(" GROUP BY " + ", ".join([put[type(key)](key, qualify) for key in query.group_by]))
        if query.having is not None:
            out.append(" HAVING " + put[type(query.having)](query.having, qualify))
        if query.order_by:
            out.append(" ORDER BY " + ", ".join([self._order(order, qualify) for order in query.order_by]))
        if query.limit is not None:
            out.append(f" FETCH FIRST {query.limit} ROWS ONLY" if self.dialect == "oracle" else f" LIMIT {query.limit}")
        return "".join(out)

    def _item(self, item: t.Item, qualify: bool) -> str:
        text = self._dispatch[type(item.expression)](item.expression, qualify)
        return f"{text} AS {identifier(item.alias, self.dialect)}" if item.alias else text

    def _order(self, order: t.Order, qualify: bool) -> str:
        text = self._dispatch[type(order.expression)](order.expression, qualify)
        return text + " DESC" if order.descending else text

    def _table(self, name: str, alias: str) -> str:
        text = identifier(name, self.dialect)
        if not alias:
            return text
        return f"{text} {self._alias(alias)}" if self.dialect == "oracle" else f"{text} AS {self._alias(alias)}"

    def _alias(self, alias: str) -> str:
        return alias.lower() if self.dialect == "postgres" else alias

    def _column(self, column: t.Column, qualify: bool) -> str:
        name = identifier(column.name, self.dialect)
        if not qualify:
            return name
        table = self._alias(column.alias) if column.alias else identifier(column.table, self.dialect)
        return f"{table}.{name}"

    def _aggregate(self, node: t.Aggregate, qualify: bool) -> str:
        if node.argument is None:
            return "COUNT(*)"
        inner = self._dispatch[type(node.argument)](node.argument, qualify)
        return f"{node.function.upper()}({'DISTINCT ' if node.distinct else ''}{inner})"

    def _date_part(self, node: t.DatePart, qualify: bool) -> str:
        column = self._column(node.column, qualify)
        if node.part == "year-month":
            return _YEAR_MONTH.get(self.dialect, "TO_CHAR({}, 'YYYY-MM')").format(column)
        return self._part(node.part, column)

    @staticmethod
    def _strftime(part: str, column: str) -> str:
        return f"CAST(STRFTIME('{_STRFTIME[part]}', {column}) AS INTEGER)"

    @staticmethod
    def _extract(part: str, column: str) -> str:
        return f"EXTRACT({part.upper()} FROM {column})"

    def _days_between(self, node: t.DaysBetween, qualify: bool) -> str:
        start, end = self._column(node.start, qualify), self._column(node.end, qualify)
        return _DAYS.get(self.dialect, "{1} - {0}").format(start, end)

    def _arithmetic(self, node: t.Arithmetic, qualify: bool) -> str:
        left = self._operand(node.left, qualify)
        right = self._operand(node.right, qualify)
        if node.op == "/" and isinstance(node.left, t.Arithmetic) and node.left.right == 100.0:
            return f"{self._arithmetic(node.left, qualify)} / {right}"
        if node.op == "/" and self._real_division:
            return f"{left} * 1.0 / {right}"
        return f"{left} {node.op} {right}"

    def _operand(self, node: t.Expression | t.Value, qualify: bool) -> str:
        text = self._dispatch[type(node)](node, qualify)
        return f"({text})" if isinstance(node, t.Arithmetic) else text

    def _case(self, node: t.Case, qualify: bool) -> str:
        condition = self._dispatch[type(node.condition)](node.condition, qualify)
        return f"CASE WHEN {condition} THEN {self._value(node.then)} ELSE {self._value(node.otherwise)} END"

    def _window(self, node: t.Window, qualify: bool) -> str:
        argument = self._column(node.argument, qualify) if node.argument else ""
        over = []
        if node.partition:
            over.append("PARTITION BY " + self._column(node.partition, qualify))
        if node.order:
            over.append("ORDER BY " + self._column(node.order, qualify) + (" DESC" if node.descending else ""))
        return f"{node.function.upper()}({argument}) OVER ({' '.join(over)})"

    def _scalar(self, node: t.Scalar, _: bool) -> str:
        return f"({self.query(node.query, False)})"

    def _compare(self, node: t.Compare, qualify: bool) -> str:
        left = self._dispatch[type(node.left)](node.left, qualify)
        if isinstance(node.right, str):
            return f"{left} {node.op} {self._moment(node.right)}"
        return f"{left} {node.op} {self._dispatch[type(node.right)](node.right, qualify)}"

    def _between(self, node: t.Between, qualify: bool) -> str:
        left = self._dispatch[type(node.left)](node.left, qualify)
        return f"{left} BETWEEN {self._moment(node.low)} AND {self._moment(node.high)}"

    def _in_list(self, node: t.InList, qualify: bool) -> str:
        left = self._dispatch[type(node.left)](node.left, qualify)
        values = ", ".join([self._value(value) for value in node.values])
        return f"{left} {'NOT ' if node.negated else ''}IN ({values})"

    def _like(self, node: t.Like, qualify: bool) -> str:
        pattern = ("" if node.kind == "starts" else "%") + node.text + ("" if node.kind == "ends" else "%")
        return f"{self._column(node.left, qualify)} {'NOT ' if node.negated else ''}LIKE {self._text(pattern)}"

    def _is_null(self, node: t.IsNull, qualify: bool) -> str:
        return self._column(node.column, qualify) + (" IS NOT NULL" if node.negated else " IS NULL")

    def _in_query(self, node: t.InQuery, qualify: bool) -> str:
        column = self._column(node.column, qualify)
        return f"{column} {'NOT ' if node.negated else ''}IN ({self.query(node.query, False)})"

    def _exists(self, node: t.Exists, _: bool) -> str:
        return f"{'NOT ' if node.negated else ''}EXISTS({self._probe(node.query)})"

    def _probe(self, query: t.Query) -> str:
        text = self.query(query, True)
        return "SELECT 1" + text[len("SELECT *") :] if not query.select else text

    def _both(self, node: t.Both, qualify: bool) -> str:
        parts = []
        for item in node.items:
            text = self._dispatch[type(item)](item, qualify)
            parts.append(f"({text})" if isinstance(item, t.Both) and item.op != node.op else text)
        return f" {node.op.upper()} ".join(parts)

    def _moment(self, value: t.Value) -> str:
        """Return a literal beside a comparison; Oracle alone does not take an ISO text for a date."""
        text = self._dispatch[type(value)](value, False)
        if self.dialect == "oracle" and isinstance(value, str) and _ISO_DATE.match(value):
            return f"TO_DATE({text}, 'YYYY-MM-DD')"
        return text

    def _value(self, value: t.Value) -> str:
        return self._dispatch[type(value)](value, False)

    def _text(self, value: str, _: bool = False) -> str:
        text = value.replace("'", "''")
        if self.dialect == "mysql":
            text = text.replace("\\", "\\\\")
        return f"'{text}'"

    @staticmethod
    def _number(value: float, _: bool = False) -> str:
        return format(value, "f").rstrip("0") if isinstance(value, float) and "e" in repr(value) else repr(value)

    def _truth(self, value: bool, _: bool = False) -> str:
        if self.dialect in ("sqlite", "oracle"):
            return "1" if value else "0"
        return "TRUE" if value else "FALSE"


@cache
def _writer(dialect: str) -> _Writer:
    return _Writer(dialect)
