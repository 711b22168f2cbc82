"""A query's tables as a tree of rows and keys, with each condition at the table that it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from sqlwright.synth.english.names import Names
from sqlwright.synth.english.when import MonthOfYear
from sqlwright.synth.tree import (
    Aggregate,
    Arithmetic,
    Between,
    Both,
    Case,
    Column,
    Compare,
    Condition,
    DatePart,
    DaysBetween,
    Exists,
    InList,
    InQuery,
    IsNull,
    Like,
    Query,
    Scalar,
    Window,
)


@dataclass(slots=True)
class Edge:
    """A join as one of its ends sees it."""

    to: str
    up: bool
    """Whether `to` is the row that the key points to."""
    key: Column
    """The pointing column."""
    outer: bool = False


@dataclass(slots=True)
class Node:
    """One table of the FROM clause."""

    table: str
    edges: list[Edge] = field(default_factory=list)
    conditions: list[Condition | MonthOfYear] = field(default_factory=list)
    lacks: list[str] = field(default_factory=list)
    """Tables that no row may point here from: `LEFT JOIN child ... WHERE child.key IS NULL`."""


@dataclass(slots=True)
class Graph:
    """The tables of a query by alias or name."""

    nodes: dict[str, Node]
    loose: list[Condition]
    """Conditions on more than one table."""
    strange: bool
    """Whether some join follows no key."""

    def bottoms(self) -> list[str]:
        """Return the nodes that nothing points to: what a row of the join is."""
        return [name for name, node in self.nodes.items() if all(edge.up for edge in node.edges)]

    def path(self, start: str, end: str) -> list[str]:
        """Return the nodes from `start` to `end`, both included."""
        previous = {start: ""}
        queue = [start]
        while queue:
            here = queue.pop()
            for edge in self.nodes[here].edges:
                if edge.to not in previous:
                    previous[edge.to] = here
                    queue.append(edge.to)
        way = [end]
        while way[-1] != start:
            way.append(previous[way[-1]])
        return way[::-1]

    def needs_saying(self, name: str, came_from: str, skip: Collection[str] = ()) -> bool:
        """Return whether the graph behind `name` restricts the rows of `came_from`, nodes in `skip` left out."""
        node = self.nodes[name]
        if node.conditions or node.lacks:
            return True
        return any(
            edge.to != came_from and edge.to not in skip and (not edge.up or self.needs_saying(edge.to, name, skip))
            for edge in node.edges
        )


def make_graph(query: Query, names: Names) -> Graph:
    """Arrange a query's FROM and WHERE."""
    source = query.source
    nodes = {source.alias or source.table: Node(source.table)}
    if not source.joins:
        nodes[source.alias or source.table].conditions = _months(list(flatten(query.where)))
        return Graph(nodes, [], False)
    strange = False
    for join in source.joins:
        name = join.alias or join.table
        nodes[name] = Node(join.table)
        near = join.left.alias or join.left.table
        if near not in nodes:
            near = next(iter(nodes))
        down = _points_down(join.left, join.right, names)
        strange = strange or down is None
        key = join.right if down else join.left
        nodes[near].edges.append(Edge(name, not down, key, join.outer))
        nodes[name].edges.append(Edge(near, bool(down), key, join.outer))
    graph = Graph(nodes, [], strange)
    for condition in flatten(query.where):
        owners = {c.alias or c.table for c in columns_of(condition)}
        if len(owners) == 1 and (owner := next(iter(owners))) in nodes:
            nodes[owner].conditions.append(condition)
        else:
            graph.loose.append(condition)
    _find_lacks(graph)
    for node in nodes.values():
        node.conditions = _months(node.conditions)
    return graph


def _points_down(left: Column, right: Column, names: Names) -> bool | None:
    """Return whether `right` is the foreign key (its table is the child); None when neither side is a key."""
    schema = names.schema
    for child, parent, answer in ((left, right, False), (right, left, True)):
        for key in schema.table(child.table).foreign_keys:
            if key.columns[0].lower() == child.name.lower() and key.target_table.lower() == parent.table.lower():
                return answer
    if right.name.lower() in names.table(right.table).keys:
        return False
    if left.name.lower() in names.table(left.table).keys:
        return True
    return None


def _find_lacks(graph: Graph) -> None:
    for name, node in list(graph.nodes.items()):
        if len(node.edges) != 1 or not node.edges[0].outer or node.edges[0].up is False:
            continue
        if len(node.conditions) == 1 and isinstance(node.conditions[0], IsNull) and not node.conditions[0].negated:
            parent = graph.nodes[node.edges[0].to]
            parent.lacks.append(node.table)
            parent.edges = [edge for edge in parent.edges if edge.to != name]
            del graph.nodes[name]


def _months(conditions: list[Condition | MonthOfYear]) -> list[Condition | MonthOfYear]:
    """Merge a year and a month of the same date."""
    if len(conditions) < 2:
        return conditions
    years: dict[Column, Compare] = {}
    months: dict[Column, Compare] = {}
    for condition in conditions:
        if (
            isinstance(condition, Compare)
            and isinstance(condition.left, DatePart)
            and condition.op == "="
            and isinstance(condition.right, int)
        ):
            if condition.left.part == "year":
                years[condition.left.column] = condition
            elif condition.left.part == "month" and 1 <= condition.right <= 12:
                months[condition.left.column] = condition
    for column in years.keys() & months.keys():
        year, month = years[column], months[column]
        conditions = [c for c in conditions if c is not year and c is not month]
        conditions.append(MonthOfYear(column, int(str(year.right)), int(str(month.right))))
    return conditions


def flatten(condition: Condition | None) -> Iterator[Condition]:
    """Yield the conditions that AND ties together at the top."""
    if isinstance(condition, Both) and condition.op == "and":
        for item in condition.items:
            yield from flatten(item)
    elif condition is not None:
        yield condition


def columns_of(part: object) -> Iterator[Column]:
    """Yield the columns of a condition or expression, not looking into subqueries."""
    if isinstance(part, Column):
        yield part
    elif isinstance(part, DatePart | IsNull | InQuery | MonthOfYear):
        yield part.column
    elif isinstance(part, Compare | Arithmetic):
        yield from columns_of(part.left)
        yield from columns_of(part.right)
    elif isinstance(part, DaysBetween):
        yield from (part.start, part.end)
    elif isinstance(part, Between | InList | Like):
        yield from columns_of(part.left)
    elif isinstance(part, Both):
        for item in part.items:
            yield from columns_of(item)
    elif isinstance(part, Aggregate):
        yield from columns_of(part.argument)
    elif isinstance(part, Case):
        yield from columns_of(part.condition)
    elif isinstance(part, Window):
        for column in (part.argument, part.partition, part.order):
            yield from columns_of(column)
    elif isinstance(part, Exists):
        yield from (c for c in _correlated(part.query) if c is not None)


def _correlated(query: Query) -> Iterator[Column]:
    """Yield the outer columns that an EXISTS subquery is tied to."""
    inside = {query.source.alias or query.source.table, *(j.alias or j.table for j in query.source.joins)}
    for condition in flatten(query.where):
        for column in columns_of(condition):
            if (column.alias or column.table) not in inside:
                yield column


def has_aggregate(expression: object) -> bool:
    """Return whether an expression aggregates, not looking into subqueries."""
    if isinstance(expression, Aggregate):
        return True
    if isinstance(expression, Arithmetic):
        return has_aggregate(expression.left) or has_aggregate(expression.right)
    return False


def is_scalar(expression: object) -> bool:
    """Return whether an expression is a subquery."""
    return isinstance(expression, Scalar)
