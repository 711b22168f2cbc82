"""The things that rows of a join point to, as the subject of a question: 有金额超过100的订单的客户."""

from __future__ import annotations

from dataclasses import replace

from sqlwright.synth.chinese.clauses import condition
from sqlwright.synth.chinese.nested import conjuncts, having, rejoin
from sqlwright.synth.chinese.said import Said
from sqlwright.synth.chinese.scope import Place, Scope
from sqlwright.synth.chinese.words import dealing_verbs
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
    InList,
    InQuery,
    IsNull,
    Like,
    Window,
)


def as_owner(scope: Scope, place: Place, *, strict: bool) -> Said | None:
    """Return the condition that a thing of `place` has rows that meet the WHERE; None where that is unclear.

    With `strict` the answer has each thing once, so any way of pointing will do; without, an owner is said only
    where a condition on the entity's side tells which.
    """
    if place.noun not in scope.voice.phrases.table(place.table) or any(p.outer for p in scope.places.values()):
        return None
    if scope.derived is not None:
        return None
    conditions = conjuncts(scope.query.where)
    own = [c for c in conditions if _places_of(scope, c) == [place.key]]
    rest = [c for c in conditions if c not in own]
    if not rest and not strict:
        return None
    said = _dealing(scope, place, rest)
    mine = rejoin(own)
    if mine is None:
        return said
    first = condition(replace(scope, entity=place), mine)
    return Said(
        f"{first.predicate}且{said.predicate}"
        if scope.voice.chance(0.7)
        else f"{first.predicate}，并且{said.predicate}"
    )


def _dealing(scope: Scope, place: Place, rest: list[Condition]) -> Said:
    v, entity = scope.voice, scope.entity
    keys = {key for c in rest for key in _places_of(scope, c)}
    far = next(iter(keys)) if len(keys) == 1 else ""
    direct = place.key in entity.parents or entity.noun.startswith("订单")
    verbs = dealing_verbs(place.noun, entity.noun) if direct else ()
    where = rejoin(rest)
    if far in entity.parents and far != place.key and verbs and where is not None:
        target = scope.places[far]
        return Said(f"{v.of(verbs)}{condition(replace(scope, entity=target), where).before}{target.noun}")
    thing = entity.noun if where is None else condition(scope, where).before + entity.noun
    return having(v, place.noun, thing, entity.noun, negated=False)


def _places_of(scope: Scope, node: Condition) -> list[str]:
    return sorted({scope.place(column).key for column in columns_of(node)})


def columns_of(expression: object) -> list[Column]:
    """Return the columns of an expression or condition, leaving out those of subqueries."""
    match expression:
        case Column():
            return [expression]
        case DatePart(column=column) | IsNull(column=column) | InQuery(column=column):
            return [column]
        case Aggregate(argument=argument):
            return columns_of(argument)
        case DaysBetween(start=start, end=end):
            return [start, end]
        case Arithmetic(left=left, right=right) | Compare(left=left, right=right):
            return columns_of(left) + columns_of(right)
        case Case(condition=inner):
            return columns_of(inner)
        case Window(argument=argument, partition=partition, order=ordered):
            return [c for c in (argument, partition, ordered) if c is not None]
        case Between(left=left) | InList(left=left) | Like(left=left):
            return columns_of(left)
        case Both(items=items):
            return [c for item in items for c in columns_of(item)]
        case _:
            return []
