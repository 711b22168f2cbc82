"""What a query groups by, as a noun: a thing ("customer"), a property ("city"), or a date part ("order year")."""

from __future__ import annotations

from dataclasses import dataclass

from sqlwright.schema.words import plural
from sqlwright.synth.english.entity import Scene
from sqlwright.synth.english.graph import columns_of
from sqlwright.synth.english.measures import column_list, date_part, many, part_name
from sqlwright.synth.english.parts import Noun
from sqlwright.synth.english.voice import UnsayableError
from sqlwright.synth.tree import Column, DatePart, Query


@dataclass(slots=True)
class Key:
    """A group as a noun."""

    one: str
    many: str
    node: str
    """The node that the key belongs to."""
    thing: bool
    """Whether each group is a row of a table."""
    human: bool
    place: bool = False
    date: bool = False
    part: str = ""
    """"year" of a date part."""
    happened: str = ""
    """Participle of what happened at the date ("hired"), where the groups are its years or months."""
    shown: str = ""
    """Columns that have to be named because the group's noun does not imply them; "" when it does."""


def make_key(scene: Scene, rows: str) -> Key:
    """Return the noun of a query's groups; `rows` is the node whose rows are grouped.

    Raises:
        UnsayableError: the grouping has several unrelated keys, or shows columns that a question cannot imply.
    """
    query, voice = scene.query, scene.voice
    keys = query.group_by
    first = keys[0]
    owners = {
        (k.column if isinstance(k, DatePart) else k).alias or (k.column if isinstance(k, DatePart) else k).table
        for k in keys
    }
    node = next(iter(owners)) if len(owners) == 1 else ""
    if len(keys) == 1 and isinstance(first, DatePart):
        dates = {
            c for node_ in scene.graph.nodes.values() for condition in node_.conditions for c in columns_of(condition)
        }
        other = any(c != first.column and voice.column(c).sense in ("date", "year") for c in dates)
        part = part_name(voice, first)
        text = f"{part} of the {voice.phrase(first.column)}" if other else date_part(voice, first)
        verb = voice.column(first.column).verb
        happened = verb[0] if verb and verb[1] and verb[0] not in ("departing", "arriving") else ""
        several = plural(text) if first.part != "year-month" else text.replace("month", "months")
        return Key(text, several, node, False, False, date=True, part=part, happened=happened)
    columns = [k for k in keys if isinstance(k, Column)]
    if node and len(columns) == len(keys):
        table = voice.table(columns[0].table)
        names = [c.name for c in columns]
        by_key = any(name.lower() in table.keys for name in names)
        by_label = bool(table.label) and set(table.label) <= set(names)
        shown = _shown(query, node)
        if by_key or by_label:
            thing = scene.describe(node, False, skip=_towards(scene, node, rows))
            things = scene.describe(node, True, skip=_towards(scene, node, rows))
            role = scene.role_of(node)
            if not thing.modified and role != voice.noun(table.name, False):
                thing, things = Noun("", role, ""), Noun("", scene.plural_role(node), "")
            implied = tuple(c.name for c in shown) == table.label
            outer = any(join.outer for join in query.source.joins)
            if implied and not outer and not thing.modified and len(shown) == 1 and voice.chance(0.12):
                label = f"{thing.head} {voice.bare(shown[0])}"
                return Key(label, plural(label), node, False, False)
            if not shown:
                raise UnsayableError("group without its key")
            return Key(thing.text, things.text, node, True, table.human, shown="" if implied else _names(scene, shown))
    if len(keys) == 1 and isinstance(first, Column):
        return _property(scene, first, node, rows)
    if node and len(columns) == 2 and len(_shown(query, node)) == 2:
        one, two = (voice.phrase(c) for c in columns)
        return Key(f"{one} and {two}", f"{one} and {two} combinations", node, False, False)
    raise UnsayableError("several group keys")


def _property(scene: Scene, column: Column, node: str, rows: str) -> Key:
    voice = scene.voice
    words = voice.column(column)
    one, several = voice.phrase(column), many(voice, column)
    if words.sense == "key":
        role = voice.names.target_of(column.table, column.name)
        if role:
            one, several = f"{role} id", f"{role} ids"
    elif node != rows:
        owner = scene.role_of(node)
        if not one.startswith(owner):
            one, several = f"{owner} {one}", f"{owner} {several}"
    place = bool(words.places) and node == rows
    return Key(one, several, node, False, False, place=place, date=words.sense in ("date", "year"))


def _shown(query: Query, node: str) -> list[Column]:
    return [
        i.expression
        for i in query.select
        if isinstance(i.expression, Column) and (i.expression.alias or i.expression.table) == node
    ]


def _names(scene: Scene, columns: list[Column]) -> str:
    return column_list(scene.voice, columns, False)


def _towards(scene: Scene, node: str, rows: str) -> set[str]:
    """Return the neighbour of `node` on the way to `rows`."""
    return {scene.graph.path(node, rows)[1]} if node != rows else set()
