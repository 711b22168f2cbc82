"""What people add in a second sentence: an order, "each once", a restriction, or that nothing is restricted.

A part is taken out of the query, the rest is asked, and the part is said behind it:

    How many appointments did each doctor have? Count only the completed ones.
    Which patients took Ibuprofen? Names in alphabetical order, each once.
    How many bookings are there per month? Cancelled ones count too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlwright.synth.english.asks import Asked
from sqlwright.synth.english.entity import Scene
from sqlwright.synth.english.grammar import capitalised
from sqlwright.synth.english.graph import columns_of, flatten, has_aggregate, make_graph
from sqlwright.synth.english.lexis import NUMBERS
from sqlwright.synth.english.measures import measure
from sqlwright.synth.english.sorting import order_tail
from sqlwright.synth.english.voice import UnsayableError, Voice
from sqlwright.synth.tree import (
    Aggregate,
    Between,
    Both,
    Column,
    Compare,
    Condition,
    DatePart,
    InList,
    IsNull,
    Like,
    Order,
    Query,
    Source,
)

Say = Callable[[Query, Voice], Asked]

_SHARE = 0.3
"""How many of the questions try to end in a remark; not every query has something to say in one."""
_ONCE = (
    "each once", "each only once", "no duplicates", "no repeats", "without duplicates", "every one only once",
    "list each just once", "each one once, please", "don't repeat any",
)  # fmt: skip
_ONLY_COUNT = ("count only {}", "only count {}", "only {} count", "count {} only", "just count {}")
_ONLY = (
    "only {}", "only {}", "{} only", "just {}", "only {} please", "consider only {}", "look at {} only",
    "limit it to {}", "restrict this to {}", "i only need {}", "only for {}",
)  # fmt: skip
_BUT = (
    "leave out {}", "not counting {}", "excluding {}", "skip {}", "ignore {}", "without {}", "leave {} aside",
    "don't count {}", "except {}",
)  # fmt: skip
_ALSO = (
    "{} count too", "{} included", "include {} as well", "{} too", "also count {}", "count {} as well",
    "don't leave out {}", "{} should be counted as well", "that includes {}",
)  # fmt: skip
_ANY = ("regardless of {}", "whatever the {}", "no matter the {}", "no matter which {}", "any {}")
_AMONG = ("considering only", "looking only at", "taking only", "counting only")
_FLIPPED = {"<>": "=", ">": "<=", "<": ">=", ">=": "<", "<=": ">"}


def say_with_remark(query: Query, voice: Voice, say: Say) -> Asked | None:
    """Ask `query` in a sentence and a remark; None where it is better asked in one sentence."""
    if not voice.chance(_SHARE) or any(join.outer or join.alias for join in query.source.joins):
        return None
    ways = [_once] if query.distinct else []
    if len(query.order_by) == 1:
        ways += [_first if query.limit and not query.group_by else _sorted] * 2
    conditions = list(flatten(query.where))
    if any(isinstance(c, Compare | Between | InList | Like | IsNull) for c in conditions):
        ways += [_restricted] * 3
    elif query.limit is None and not conditions:
        ways += [_unrestricted]
    if not ways or (len(ways) == 1 and voice.chance(0.4)):
        return None
    return voice.choose(ways)(query, voice, say)


def _behind(voice: Voice, asked: Asked, remark: str) -> Asked:
    """Return a sentence with a remark behind it."""
    text, mark = asked
    if text[-1] in "?.!":
        text, mark = text[:-1], text[-1]
    careless = voice.chance(0.3)
    if mark == "" and voice.chance(0.5):
        return f"{text}{voice.pick(', ', ' - ', '; ')}{remark}", ""
    if mark != "?" and careless and voice.chance(0.3):
        return f"{text}, {remark}", mark
    if mark == "?" and careless and voice.chance(0.25):
        return f"{text}, {remark}", "?"
    return f"{text}{mark or '.'} {remark if careless else capitalised(remark)}{'' if careless else '.'}", ""


def _once(query: Query, voice: Voice, say: Say) -> Asked | None:
    """Say DISTINCT apart: "Names only, each once"."""
    if has_aggregate(query.select[0].expression):
        return None
    return _behind(voice, say(replace(query, distinct=False), voice), voice.choose(_ONCE))


def _sorted(query: Query, voice: Voice, say: Say) -> Asked | None:
    """Say the order apart: "Highest first"."""
    order = query.order_by[0]
    if query.limit is not None:
        return None
    remark = _order_of_groups(query, voice, order) if query.group_by else _order_of_rows(query, voice, order)
    return _behind(voice, say(replace(query, order_by=()), voice), remark)


def _order_of_rows(query: Query, voice: Voice, order: Order) -> str:
    column = order.expression
    if not isinstance(column, Column):
        raise UnsayableError("sort key")
    owners = {c.alias or c.table for item in query.select for c in columns_of(item.expression)}
    own = owners <= {column.alias or column.table}
    phrase = voice.phrase(column) if own else f"{voice.noun(column.table, False)} {voice.bare(column)}"
    tail = order_tail(voice, order, phrase, own=own).lstrip(" ,")
    for done, do in (("sorted by", "sort by"), ("ordered by", "order by"), ("arranged by", "sort them by")):
        if tail.startswith(done) and voice.chance(0.5):
            return tail.replace(done, voice.pick(do, "sort by", "sort them by"), 1)
    return tail


def _order_of_groups(query: Query, voice: Voice, order: Order) -> str:
    expression, down = order.expression, order.descending
    aggregates = [i.expression for i in query.select if has_aggregate(i.expression)]
    if not isinstance(expression, Aggregate):
        if isinstance(expression, DatePart):
            return voice.pick("latest first", "newest first") if down else voice.pick("earliest first", "oldest first")
        if not isinstance(expression, Column):
            raise UnsayableError("sort key")
        return order_tail(voice, order, voice.bare(expression), own=False).lstrip(" ,")
    if expression not in aggregates:
        raise UnsayableError("groups sorted by something unseen")
    first = voice.pick("highest first", "largest first", "in descending order", "from high to low", "descending")
    if not down:
        first = voice.pick("lowest first", "smallest first", "in ascending order", "from low to high", "ascending")
    counting = expression.function == "count"
    if len(aggregates) > 1:
        name = "number" if counting else measure(voice, expression, None)
        return f"{voice.pick('sort by', 'sorted by', 'order by')} the {name}, {first}"
    if counting and voice.chance(0.4):
        return voice.pick("most first", "biggest groups first", "most common first") if down else "fewest first"
    return first


def _first(query: Query, voice: Voice, say: Say) -> Asked | None:
    """Say the limit apart: "products by price, highest first. Only the top 3"."""
    limit = query.limit or 0
    if limit < 2:
        return None
    number = NUMBERS[limit] if limit <= 10 and voice.chance(0.4) else str(limit)
    remark = voice.pick(
        "only the first {}", "just the first {}", "{} are enough", "only the top {}", "the first {} only"
    )
    return _behind(voice, say(replace(query, limit=None), voice), remark.format(number))


def _restricted(query: Query, voice: Voice, say: Say) -> Asked | None:
    """Say a condition apart: "Only completed ones", "Leave out those without a phone"."""
    conditions = list(flatten(query.where))
    if any(not isinstance(c, Compare | Between | InList | Like | IsNull) for c in conditions) or any(
        isinstance(c, Compare) and not isinstance(c.right, str | int | float) for c in conditions
    ):
        return None
    if any(not isinstance(i.expression, Column | DatePart | Aggregate) for i in query.select):
        return None
    tables = _askable(query, voice)
    dated = [c.left.column for c in conditions if isinstance(c, Compare) and isinstance(c.left, DatePart)]
    fitting = []
    for condition in conditions:
        column = next(iter(columns_of(condition)))
        if column.table in tables and not column.alias and dated.count(column) < 2:
            fitting.append((condition, column))
    if not fitting:
        return None
    condition, column = voice.choose(fitting)
    kept = [c for c in conditions if c is not condition]
    where = None if not kept else kept[0] if len(kept) == 1 else Both("and", tuple(kept))
    asked = say(replace(query, where=where), voice)
    counted = any(has_aggregate(i.expression) for i in query.select)
    opposite = _opposite(condition)
    if opposite is not None:
        return _behind(voice, asked, voice.choose(_BUT).format(_rows(voice, column.table, opposite, tables)))
    rows = _rows(voice, column.table, condition, tables)
    if (
        voice.chance(0.15)
        and asked[1] == "?"
        and " all " not in asked[0]
        and "those " not in rows
        and "ones" not in rows
    ):
        return f"{voice.choose(_AMONG[: 4 if counted else 3])} {rows}, {asked[0]}", asked[1]
    counting = counted and column.table == tables[0] and voice.chance(0.6)
    return _behind(voice, asked, voice.choose(_ONLY_COUNT if counting else _ONLY).format(rows))


def _opposite(condition: Condition) -> Condition | None:
    """Return what a condition leaves out, where that is the simpler thing to say."""
    match condition:
        case Compare(Column(), "<>", (str() | int() | float())):
            return replace(condition, op="=")
        case InList(_, _, True) | Like(_, _, _, True):
            return replace(condition, negated=False)
        case IsNull(_, True):
            return replace(condition, negated=False)
    return None


def _askable(query: Query, voice: Voice) -> list[str]:
    """Return the tables that a remark can be about, first the one whose rows are listed or counted."""
    if not query.source.joins:
        return [query.source.table]
    graph = make_graph(query, voice.names)
    shown = [c.table for item in query.select for c in columns_of(item.expression)]
    rows = [graph.nodes[name].table for name in graph.bottoms()]
    return list(dict.fromkeys((*rows[:1], query.source.table, *shown)))


def _rows(voice: Voice, table: str, condition: Condition, tables: list[str]) -> str:
    """Return the rows of a condition: "completed appointments", or "completed ones" where it is clear which."""
    noun = Scene(Query((), Source(table), where=condition), voice).describe(table, True)
    if table != tables[0] or len(tables) > 1 or noun.replaced or not voice.chance(0.6):
        return noun.text
    if noun.before and not noun.after:
        return f"{voice.pick('', 'the ')}{noun.before}ones"
    if noun.after and not noun.before:
        return f"{voice.pick('those', 'those', 'the ones')}{noun.after}"
    return noun.text


def _unrestricted(query: Query, voice: Voice, say: Say) -> Asked | None:
    """Add that rows of some sort count too, or that a column does not matter: nothing changes in the SQL."""
    tables = _askable(query, voice)
    table = voice.names.schema.table(tables[0])
    read = {c.name for item in query.select for c in columns_of(item.expression)}
    read |= {c.name for key in query.group_by for c in columns_of(key)}
    columns = [
        column
        for column in (Column(table.name, c.name) for c in table.columns)
        if column.name not in read and voice.column(column).sense in ("category", "place")
    ]
    if not columns:
        return None
    column = voice.choose(columns)
    asked = say(query, voice)
    values = [v for v in voice.names.values_of(column) if isinstance(v, str)][:12]
    if len(values) < 2 or voice.column(column).sense == "place" or voice.chance(0.3):
        return _behind(voice, asked, voice.choose(_ANY).format(voice.phrase(column)))
    rows = _rows(voice, table.name, Compare(column, "=", voice.choose(values)), tables[:1])
    return _behind(voice, asked, voice.choose(_ALSO).format(rows))
