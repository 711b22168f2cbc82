"""Questions that ask for figures over all rows: how many, the sum, the average."""

from __future__ import annotations

from sqlwright.synth.chinese.clauses import aggregate, distinct_noun, say, things
from sqlwright.synth.chinese.frames import Ask, ask_count, ask_number
from sqlwright.synth.chinese.listing import join
from sqlwright.synth.chinese.scope import Scope
from sqlwright.synth.chinese.words import is_person, measure_word
from sqlwright.synth.tree import Aggregate, Case, Column


def totals(scope: Scope) -> Ask:
    """Ask for the aggregates of a query that has no groups."""
    v = scope.voice
    pool, noun = things(scope), scope.entity.noun
    expressions = [item.expression for item in scope.query.select]
    only = expressions[0] if len(expressions) == 1 else None
    if isinstance(only, Aggregate):
        if only.function == "count" and not only.distinct and _counts_rows(scope, only):
            measure = measure_word(noun) if not noun[-1:].isascii() else "个"
            return ask_count(v, pool, noun, measure, aggregate(scope, only, pool))
        if only.function == "count" and only.distinct and isinstance(only.argument, Column):
            return _different(scope, only.argument, pool)
        if isinstance(only.argument, Case):
            return ask_number(v, aggregate(scope, only, pool))
        if pool == noun and v.chance(0.5):
            pool = v.pick("所有", "全部", "") + pool
        return ask_number(v, aggregate(scope, only, pool))
    words = [_part(scope, e) for e in expressions]
    if len(words) == 1:
        return ask_number(v, f"{pool}的{words[0]}")
    return ask_number(v, f"{pool}的{join(scope, words)}", several=True)


def _part(scope: Scope, expression: object) -> str:
    if isinstance(expression, Aggregate) and expression.function == "count" and not expression.distinct:
        if _counts_rows(scope, expression):
            return scope.voice.pick("数量", "总数", "个数")
    return say(scope, expression)  # type: ignore[arg-type]


def _counts_rows(scope: Scope, node: Aggregate) -> bool:
    if node.argument is None:
        return True
    if not isinstance(node.argument, Column) or not scope.is_own(node.argument):
        return False
    if scope.derived is not None:
        return True
    column = scope.voice.phrases.schema.table(scope.entity.table).column(node.argument.name)
    return scope.is_primary(node.argument) or not column.nullable


def _different(scope: Scope, column: Column, pool: str) -> Ask:
    v = scope.voice
    what = distinct_noun(scope, column)
    measure = "位" if is_person(what) and v.chance(0.5) else "个"
    if v.chance(0.55):
        verb = (
            v.pick("有多少", "涉及多少", "一共有多少", "共有多少")
            if not is_person(what)
            else v.pick("涉及多少", "来自多少", "一共涉及多少")
        )
        lead = v.pick("", "", "请问")
        return Ask(f"{lead}{pool}{verb}{measure}{v.pick('不同的', '不同', '不重复的')}{what}", True)
    return ask_number(
        v,
        f"{pool}{'中' if '的' in pool else '的'}{v.pick('不同', '不同的', '去重后的', '不重复的')}{what}{v.pick('数量', '个数', '数')}",
    )
