"""Questions that ask for figures over all rows: how many, the sum, the average."""

from __future__ import annotations

from sqlwright.synth.chinese import figures
from sqlwright.synth.chinese.clauses import aggregate, say, things
from sqlwright.synth.chinese.frames import Ask, ask_count, ask_number
from sqlwright.synth.chinese.listing import join
from sqlwright.synth.chinese.meaning import counts_rows, distinct_noun, tone
from sqlwright.synth.chinese.owners import as_owner
from sqlwright.synth.chinese.scope import Scope
from sqlwright.synth.chinese.words import is_person
from sqlwright.synth.tree import Aggregate, Arithmetic, Case, Column, Expression


def totals(scope: Scope) -> Ask:
    """Ask for the aggregates of a query that has no groups."""
    v, noun = scope.voice, scope.entity.noun
    expressions = [item.expression for item in scope.query.select]
    only = expressions[0] if len(expressions) == 1 else None
    if isinstance(only, Aggregate) and only.distinct and isinstance(only.argument, Column) and only.function == "count":
        return _different(scope, only.argument)
    pool = things(scope)
    if isinstance(only, Aggregate) and counts_rows(scope, only):
        return ask_count(v, pool, noun, figures.count_of(v, pool))
    if pool == noun and v.chance(0.5):
        pool = v.pick("所有", "全部") + pool
    if isinstance(only, Arithmetic):
        return ask_number(v, _gap(scope, only, pool))
    if isinstance(only, Aggregate):
        if isinstance(only.argument, Case) or scope.derived is None:
            return ask_number(v, aggregate(scope, only, pool), when=tone(scope, only) == "date")
        return ask_number(v, aggregate(scope, only))
    words = [_part(scope, expression) for expression in expressions]
    return ask_number(v, f"{pool}的{join(scope, words)}", several=len(words) > 1)


def _gap(scope: Scope, node: Arithmetic, pool: str) -> str:
    left, right = node.left, node.right
    if node.op == "-" and isinstance(left, Aggregate) and isinstance(right, Aggregate) and scope.voice.chance(0.7):
        first, second = aggregate(scope, left), aggregate(scope, right)
        link, gap = scope.voice.pick("与", "和"), scope.voice.pick("之差", "的差", "的差距", "的差值")
        return f"{pool}的{first}{link}{second}{gap}"
    return f"{pool}的{say(scope, node)}"


def _part(scope: Scope, expression: Expression) -> str:
    if isinstance(expression, Aggregate) and counts_rows(scope, expression):
        return scope.voice.pick("数量", "总数", "个数")
    return say(scope, expression)


def _different(scope: Scope, column: Column) -> Ask:
    v, place = scope.voice, scope.place(column)
    if place is not scope.entity and scope.is_primary(column) and v.chance(0.75):
        owner = as_owner(scope, place, strict=True)
        if owner is not None:
            pool = owner.before + place.noun
            if len(owner.predicate) < 22 and "，" not in owner.predicate and v.chance(0.3):
                return Ask(f"{v.pick('', '请问', '')}有多少{v.measure(place.noun)}{place.noun}{owner.predicate}", True)
            return ask_count(v, pool, place.noun, figures.count_of(v, pool))
    if place is scope.entity and scope.is_primary(column):
        pool = things(scope)
        return ask_count(v, pool, place.noun, figures.count_of(v, pool))
    what, pool = distinct_noun(scope, column), things(scope)
    measure = v.measure(what) if is_person(what) else "个"
    if v.chance(0.5):
        verb = (
            v.pick("涉及多少", "一共涉及多少")
            if place is not scope.entity
            else v.pick("有多少", "一共有多少", "共有多少", "涉及多少")
        )
        kind = v.pick("不同的", "不同", "不重复的")
        return Ask(f"{v.pick('', '', '请问')}{pool}{verb}{measure}{kind}{what}", True)
    kind = v.pick("不同", "不同的", "去重后的", "不重复的")
    return ask_number(v, f"{pool}{'中' if '的' in pool else '的'}{kind}{what}{v.pick('数量', '个数', '数')}")
