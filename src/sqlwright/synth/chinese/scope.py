"""What a FROM clause means in words: which table a row stands for, and what each other table is to it.

The rows of `orders JOIN customers` are orders; a customer is then "客户" of the order, and its columns are said as
"客户的城市". Of two foreign keys to one table each gives its own noun ("出发机场", "到达机场").
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlwright.synth.chinese.voice import Known, Voice
from sqlwright.synth.chinese.words import Tone
from sqlwright.synth.tree import (
    Between,
    Both,
    Column,
    Compare,
    Condition,
    DatePart,
    InList,
    IsNull,
    Like,
    Query,
    Source,
)


class Unsayable(Exception):
    """The tree has a part that has no Chinese here."""


@dataclass(slots=True)
class Place:
    """One occurrence of a table in a FROM clause."""

    key: str
    table: str
    noun: str
    outer: bool = False
    parents: list[str] = field(default_factory=list)
    """Places that a row of this one has exactly one of."""


@dataclass(frozen=True, slots=True)
class Derived:
    """A column of a WITH query, by what it computes."""

    phrase: str
    tone: Tone
    is_key: bool = False


@dataclass(slots=True)
class Scope:
    """The places of one query; `entity` is the one whose rows are the rows of the join."""

    voice: Voice
    query: Query
    places: dict[str, Place]
    entity: Place
    above: Scope | None = None
    derived: dict[str, Derived] | None = None
    """Set when the query reads from a WITH name: its columns."""

    def place(self, column: Column) -> Place:
        """Return the place of a column, here or in the query around. Raises Unsayable."""
        key = column.alias or column.table
        found = self.places.get(key)
        if found is not None:
            return found
        if self.above is None:
            raise Unsayable(f"{key} is not in the FROM clause")
        return self.above.place(column)

    def known(self, column: Column) -> Known:
        """Return what is known of a column's meaning."""
        place = self.place(column)
        if self.derived is not None and column.name in self.derived:
            found = self.derived[column.name]
            return Known((found.phrase,), found.tone, "number", found.is_key, "")
        return self.voice.phrases.column(place.table, column.name)

    def is_own(self, column: Column) -> bool:
        """Return whether a column is the entity's."""
        return (column.alias or column.table) == self.entity.key

    def column(self, column: Column, *, tight: bool = False) -> str:
        """Return the words for a column: 城市 of the entity, 客户的城市 of another place, or `tight` 客户城市."""
        if self.derived is not None and column.name in self.derived:
            return self.derived[column.name].phrase
        place = self.place(column)
        name = self.voice.column(place.table, column.name)
        if place.key == self.entity.key:
            return name
        noun = place.noun
        for own in (noun, *self.voice.phrases.table(place.table)):
            if name.startswith(own):
                return name
        loose = noun.isascii() or name.isascii() or "的" in noun or (not tight and self.voice.chance(0.45))
        return f"{noun}的{name}" if loose else noun + name

    @property
    def has_quantity(self) -> bool:
        """Return whether the entity has a column called 数量, so that 处方数量 would leave open what is meant."""
        return self.derived is None and self.voice.phrases.has_quantity(self.entity.table)

    def is_label(self, column: Column) -> bool:
        """Return whether people call a row of the column's table by this column."""
        if self.derived is not None:
            return False
        return self.voice.phrases.label(self.place(column).table) == column.name.lower()

    def is_primary(self, column: Column) -> bool:
        """Return whether the column is its table's whole primary key."""
        return self.derived is None and self.voice.phrases.is_primary(self.place(column).table, column.name)


def open_scope(voice: Voice, query: Query, above: Scope | None = None) -> Scope:
    """Return the scope of a query over tables of the schema."""
    lacking = _lacking(query.where)
    places = _places(voice, query.source, lacking)
    present = {key: place for key, place in places.items() if not (place.outer and key in lacking)}
    return Scope(voice, query, places, _entity(present), above)


def _lacking(where: Condition | None) -> frozenset[str]:
    """Return the places that a WHERE wants no row of: LEFT JOIN orders ... WHERE orders.id IS NULL."""
    items = where.items if isinstance(where, Both) and where.op == "and" else (where,)
    nulls = [item.column for item in items if isinstance(item, IsNull) and not item.negated]
    return frozenset(column.alias or column.table for column in nulls)


def _places(voice: Voice, source: Source, lacking: frozenset[str]) -> dict[str, Place]:
    first = source.alias or source.table
    places = {first: Place(first, source.table, voice.table(source.table))}
    for join in source.joins:
        key = join.alias or join.table
        left, right = (
            (join.left, join.right) if (join.right.alias or join.right.table) == key else (join.right, join.left)
        )
        other = places.get(left.alias or left.table)
        if other is None:
            raise Unsayable(f"join to {join.table} has no place to start from")
        place = places[key] = Place(key, join.table, voice.table(join.table), join.outer)
        if _points(voice, other.table, left.name, join.table):
            other.parents.append(key)
            place.noun = _role(voice, other, left.name, place)
            reached = any(other.key in known.parents for known in places.values())
            if reached and (other.noun not in voice.phrases.table(other.table) or voice.chance(0.06)):
                place.noun = f"{other.noun}的{place.noun}"
        elif _points(voice, join.table, right.name, other.table):
            place.parents.append(other.key)
            if other.table == place.table:
                place.noun = (
                    f"下属{place.noun}" if "经理" in _raw_role(voice, place, right.name) else f"下级{place.noun}"
                )
            elif other.key == first and len(source.joins) == 1 and key not in lacking:
                other.noun = _role(voice, place, right.name, other)
        else:
            other.parents.append(key)
            if other.table == place.table:
                place.noun = f"另一{voice.measure(place.noun)}{place.noun}"
    return places


def _points(voice: Voice, table: str, column: str, target: str) -> bool:
    found = voice.phrases.target(table, column)
    if found is not None:
        return found[0].lower() == target.lower()
    return voice.phrases.is_primary(target, column) and not voice.phrases.is_primary(table, column)


def _raw_role(voice: Voice, child: Place, column: str) -> str:
    return voice.phrases.column(child.table, column).role


def _role(voice: Voice, child: Place, column: str, parent: Place) -> str:
    role = _raw_role(voice, child, column)
    if not role or (role == voice.phrases.table(parent.table)[0] and child.table != parent.table):
        return parent.noun
    return role


def _entity(places: dict[str, Place]) -> Place:
    best, reach = None, -1
    for place in places.values():
        reached = len(_reach(places, place.key))
        if reached > reach or (reached == reach and place.outer and best is not None and not best.outer):
            best, reach = place, reached
    assert best is not None  # a source has at least one table
    return best


def _reach(places: dict[str, Place], key: str) -> set[str]:
    seen: set[str] = set()
    queue = [key]
    while queue:
        current = queue.pop()
        if current not in seen:
            seen.add(current)
            queue.extend(places[current].parents)
    return seen


def parent_of(scope: Scope, node: Condition) -> Place | None:
    """Return the place that each row of the entity has one of, when a condition is on one plain column of it."""
    if not isinstance(node, Compare | Between | InList | Like) or scope.derived is not None:
        return None
    left = node.left.column if isinstance(node.left, DatePart) else node.left
    if not isinstance(left, Column) or (isinstance(node, Compare) and not isinstance(node.right, str | int | float)):
        return None
    key = left.alias or left.table
    if key == scope.entity.key:
        return None
    if key in scope.entity.parents:
        return scope.places.get(key)
    return _only_ancestor(scope, key)


def _only_ancestor(scope: Scope, key: str) -> Place | None:
    """Return a place further up that can be named without the way to it: the one of its table, under its own noun."""
    place = scope.places.get(key)
    if place is None or place.noun not in scope.voice.phrases.table(place.table):
        return None
    same = sum(other.table == place.table for other in scope.places.values())
    return place if same == 1 and key in _reach(scope.places, scope.entity.key) else None
