"""Chooses the tables of a large schema that a question needs, by what the linker finds in it.

    links = Linker(schema, values).link("Which supplier delivered most parts in 2024?")
    small = narrow(schema, links, budget=1500)    # the same schema where it fits anyhow

A mentioned table counts most, then its mentioned values and columns. Tables that stand between two chosen ones on the
shortest way of foreign keys come along, since joins need them; what room is left goes to the next best mentions and
then to their neighbours.

After: the schema routing of Wang et al. 2024, "DBCopilot", with names in place of a trained model.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence

from sqlwright.schema.linker import Link
from sqlwright.schema.model import Schema
from sqlwright.schema.render import Style, approximate_tokens, render
from sqlwright.schema.resolve import subset

_TABLE = {"exact": 8.0, "synonym": 5.0, "partial": 2.0}
_COLUMN = {"exact": 3.0, "synonym": 2.0, "partial": 0.7, "value": 4.0}
_LONGEST_WAY = 4
"""Foreign keys that a way between two tables may have."""


def narrow(
    schema: Schema,
    links: Sequence[Link],
    *,
    budget: int,
    style: Style = "compact",
    count: Callable[[str], int] = approximate_tokens,
) -> Schema:
    """Return the schema with the tables that a question needs, in its own order, within a budget of tokens.

    A schema that fits is returned whole. At least one table stays, whatever the budget; without links, the tables with
    most foreign keys do.

    Args:
        links: what the linker found in the question, and in earlier ones that it goes on from.
        budget: most tokens of the rendered schema.
        style, count: how it is rendered, and how many tokens that is.
    """
    if count(render(schema, style)) <= budget:
        return schema
    size = {table.name: count(render(subset(schema, [table.name]), style)) for table in schema.tables}
    chosen: list[str] = []
    for group in _groups(schema, scores(schema, links)):
        more = [*chosen, *(name for name in group if name not in chosen)]
        if not chosen and len(group) == 1:
            chosen = group  # something has to stay
        elif sum(size[name] for name in more) <= budget and count(render(subset(schema, more), style)) <= budget:
            chosen = more
    return subset(schema, chosen)


def scores(schema: Schema, links: Sequence[Link]) -> dict[str, float]:
    """Return how much speaks for each mentioned table.

    A column that many tables have ("name", "status") speaks for each of them only a little.
    """
    shared: defaultdict[str, int] = defaultdict(int)
    for link in links:
        if link.column is not None:
            shared[link.value or link.column] += 1
    found: defaultdict[str, float] = defaultdict(float)
    for link in links:
        if link.column is None:
            found[link.table] += _TABLE[link.kind]
        else:
            found[link.table] += _COLUMN[link.kind] / shared[link.value or link.column]
    return dict(found)


def _groups(schema: Schema, found: dict[str, float]) -> list[list[str]]:
    """Return tables in the order in which they are taken; those of one group only together.

    The best table first; each further one with the tables between it and those before, or else alone; then neighbours
    of the mentioned tables. Where nothing is mentioned, all of them, those with most foreign keys first.
    """
    near = _neighbours(schema)
    place = {table.name: at for at, table in enumerate(schema.tables)}
    ranked = sorted(found, key=lambda name: (-found[name], place[name]))
    groups: list[list[str]] = []
    before: set[str] = set()
    for name in ranked:
        way = _way(name, before, near) if before else []
        groups += [[name, *way], [name]] if way else [[name]]
        before.update(way, [name])
    if not ranked:
        return [[name] for name in sorted(place, key=lambda name: (-len(near[name]), place[name]))]
    around = [other for name in ranked for other in sorted(near[name], key=place.__getitem__)]
    return groups + [[name] for name in dict.fromkeys(around)]


def _neighbours(schema: Schema) -> dict[str, set[str]]:
    near: dict[str, set[str]] = {table.name: set() for table in schema.tables}
    for table in schema.tables:
        for key in table.foreign_keys:
            if key.target_table != table.name:
                near[table.name].add(key.target_table)
                near[key.target_table].add(table.name)
    return near


def _way(start: str, goals: set[str], near: dict[str, set[str]]) -> list[str]:
    """Return the tables on the shortest way from one table to any of others, ends left out; [] where there is none."""
    if start in goals:
        return []
    came: dict[str, str] = {start: ""}
    queue = deque([(start, 0)])
    while queue:
        name, steps = queue.popleft()
        if name in goals:
            way = []
            while (name := came[name]) and name != start:
                way.append(name)
            return way[::-1]
        if steps < _LONGEST_WAY:
            for other in sorted(near[name]):
                if other not in came:
                    came[other] = name
                    queue.append((other, steps + 1))
    return []
