"""Draw how many days lie between two dates of a row, or of a row and the one that it belongs to."""

from __future__ import annotations

from sqlwright.synth._roles import words_of
from sqlwright.synth.catalog import ColumnInfo, TableInfo
from sqlwright.synth.sampler import aggregates as agg
from sqlwright.synth.sampler.conditions import used, where
from sqlwright.synth.sampler.dice import Dice, label_items
from sqlwright.synth.tree import Aggregate, Column, DaysBetween, Expression, Item, Join, Query, Source

_ENDS = frozenset(
    """paid closed close end ended returned return delivered delivery shipped left out settled resolved completed
    completion discharge discharged due finish finished sold expiry expires expiration until checkout arrival approved
    cancelled answered repaired died death 结束 完成 归还 关闭 付款 出院 离职 交付 到期 截止
    """.split()
)
"""Words of dates at which something ends."""


_BIRTHS = frozenset("birth born birthday birthdate dob 生日 出生".split())


def days_between(dice: Dice) -> Query | None:
    """The average number of days from the opening to the closing of a ticket; how many days each loan took."""
    spans = [span for table in dice.catalog.tables for span in _spans(dice, table)]
    if not spans:
        return None
    table, joins, start, end = dice.pick(spans)
    days = DaysBetween(start.node, end.node)
    condition = where(dice, table, (start.node, end.node), simple=True, many=True) if dice.chance(0.4) else None
    source = Source(table.name, joins)
    if not joins and table.named and not end.has_nulls and not start.has_nulls and dice.chance(0.35):
        return Query((*label_items(table), Item(days)), source, where=condition)
    function = dice.weighted((7, "avg"), (1, "max"), (1, "min"))
    subject: Expression = Aggregate(function, days)  # type: ignore[arg-type]
    groups = [c for c in table.groups if c.node not in used(condition)]
    if groups and dice.chance(0.35):
        key = dice.pick(groups).node
        assert isinstance(subject, Aggregate)
        order = agg.by(subject, dice.chance(0.6)) if dice.chance(0.3) else ()
        return Query((Item(key), Item(subject)), source, where=condition, group_by=(key,), order_by=order)
    return Query((Item(subject),), source, where=condition)


def _spans(dice: Dice, table: TableInfo) -> list[tuple[TableInfo, tuple[Join, ...], ColumnInfo, ColumnInfo]]:
    """Return the pairs of a date at which something begins and one at which it ends."""
    ends = [c for c in table.dates if _is_end(c.node) and not c.timed]
    starts = [c for c in table.dates if _is_start(c)]
    found: list[tuple[TableInfo, tuple[Join, ...], ColumnInfo, ColumnInfo]] = []
    found += [(table, (), start, end) for start in starts for end in ends]
    for edge in table.parents if ends else ():
        parent = dice.catalog.table(edge.parent)
        begun = [c for c in parent.dates if _is_start(c)]
        join = Join(edge.parent, edge.child_column, edge.parent_column)
        if len(begun) == 1 and parent.parents:  # something that happened, not a thing
            found += [(table, (join,), begun[0], end) for end in ends]
    return found


def _is_start(column: ColumnInfo) -> bool:
    words = words_of(column.node.name)
    return not column.timed and not _is_end(column.node) and _BIRTHS.isdisjoint(words)


def _is_end(column: Column) -> bool:
    return not _ENDS.isdisjoint(words_of(column.name))
