"""Questions that ask for figures over all rows: how many, the sum, the average."""

from __future__ import annotations

from sqlwright.synth.chinese import figures
from sqlwright.synth.chinese.clauses import aggregate, condition, say, things
from sqlwright.synth.chinese.frames import Ask, ask_count, ask_number
from sqlwright.synth.chinese.listing import join
from sqlwright.synth.chinese.literals import CLOSE, OPEN
from sqlwright.synth.chinese.meaning import counts_rows, distinct_noun, span, tone
from sqlwright.synth.chinese.owners import as_owner
from sqlwright.synth.chinese.remarks import said_after, with_note
from sqlwright.synth.chinese.scope import Scope
from sqlwright.synth.chinese.words import AGGREGATE_EXTREMES, is_person
from sqlwright.synth.tree import Aggregate, Arithmetic, Case, Column, DaysBetween, Expression


def totals(scope: Scope) -> Ask:
    """Ask for the aggregates of a query that has no groups."""
    said = scope.query.where is not None and scope.voice.chance(0.2)
    note = said_after(scope, alone=scope.voice.chance(0.5)) if said else ""
    return with_note(_figures(scope), note)


def _figures(scope: Scope) -> Ask:
    v, noun = scope.voice, scope.entity.noun
    expressions = [item.expression for item in scope.query.select]
    only = expressions[0] if len(expressions) == 1 else None
    if isinstance(only, Aggregate) and only.distinct and isinstance(only.argument, Column) and only.function == "count":
        return _different(scope, only.argument)
    if isinstance(only, Aggregate) and counts_rows(scope, only) and scope.query.where is not None and v.chance(0.45):
        loose = _count_loosely(scope)
        if loose is not None:
            return loose
    pool = things(scope)
    if isinstance(only, Aggregate) and counts_rows(scope, only):
        return ask_count(v, pool, noun, figures.count_of(v, pool, quantity=scope.has_quantity))
    if isinstance(only, Aggregate) and isinstance(only.argument, Column) and scope.derived is None and v.chance(0.42):
        said = _spoken(scope, only, pool)
        if said:
            return Ask(said, True)
    if isinstance(only, Aggregate) and isinstance(only.argument, DaysBetween) and v.chance(0.6):
        return Ask(_how_long(scope, only.function, only.argument, "" if pool == noun and v.chance(0.5) else pool), True)
    if pool == noun and v.chance(0.5):
        pool = v.pick("所有", "全部") + pool
    if isinstance(only, Arithmetic):
        return _share(scope, only, pool) or ask_number(v, _gap(scope, only, pool))
    if isinstance(only, Aggregate):
        if isinstance(only.argument, Case) or scope.derived is None:
            return ask_number(v, aggregate(scope, only, pool), when=tone(scope, only) == "date")
        return ask_number(v, aggregate(scope, only))
    first = expressions[0]
    if isinstance(first, Aggregate) and counts_rows(scope, first) and scope.derived is None and v.chance(0.5):
        rest = [say(scope, expression) for expression in expressions[1:]]
        many = v.pick("有多少", f"有多少{v.measure(noun)}", f"一共有多少{v.measure(noun)}", f"有几{v.measure(noun)}")
        end = v.pick("分别是多少", "各是多少") if len(rest) > 1 else v.pick("是多少", "是多少", "多少")
        return Ask(f"{pool}{many}{v.pick('，', '？', '，')}{join(scope, rest)}{end}", True)
    words = [_part(scope, expression) for expression in expressions]
    return ask_number(v, f"{pool}的{join(scope, words)}", several=len(words) > 1)


def _how_long(scope: Scope, function: str, days: DaysBetween, pool: str) -> str:
    """Ask how long something takes: 订单从下单到发货平均要几天."""
    v = scope.voice
    most, least = v.pick("最长", "最多"), v.pick("最短", "最快", "最少")
    word = {"avg": "平均", "max": most, "min": least, "sum": "一共"}[function]
    much = v.pick("要", "需要", "隔", "是", "用") + v.pick("多少天", "几天", "多少天")
    return f"{v.pick('', '', '请问', '我想知道')}{pool}{span(scope, days)}{word}{much}"


def _count_loosely(scope: Scope) -> Ask | None:
    """Ask how many in the order people speak: 2024年12月一共有多少个预约, 有多少位患者来自杭州."""
    v, noun = scope.voice, scope.entity.noun
    assert scope.query.where is not None
    said = condition(scope, scope.query.where)
    measure = v.pick(v.measure(noun), v.measure(noun), "名" if is_person(noun) else v.measure(noun))
    many = v.pick(f"多少{measure}", f"多少{measure}", f"几{measure}", "多少")
    alone = said.modifier.startswith(OPEN) and said.modifier.count(OPEN) == 1
    if alone and said.modifier.endswith(("年" + CLOSE + "的", "月" + CLOSE + "的")):
        when = said.modifier.removesuffix("的")
        return Ask(f"{v.pick('', '', '请问')}{when}{v.pick('一共有', '总共有', '有', '共有')}{many}{noun}", True)
    if len(said.predicate) > 22 or "，" in said.predicate or scope.query.source.joins:
        return None
    if said.modifier and not said.modifier.endswith("的"):
        return Ask(f"{v.pick('', '一共', '总共', '目前')}有{many}{said.modifier}{noun}", True)
    if said.predicate.startswith(noun):
        return Ask(
            f"{v.pick('', '一共', '请问')}有{many}{noun}的{said.predicate.removeprefix(noun).removeprefix('的')}", True
        )
    of = v.pick(f"{noun}中", f"{noun}里", f"{noun}里面", f"所有{noun}中")
    return Ask(
        v.pick(
            f"{v.pick('', '一共', '总共', '请问')}有{many}{noun}{said.predicate}",
            f"{of}{said.predicate.removesuffix('的')}的{v.pick('有', '一共有', '共有')}{many}",
            f"{said.before}{noun}{v.pick('有', '一共', '总共', '共')}{many}",
        ),
        True,
    )


def _spoken(scope: Scope, node: Aggregate, pool: str) -> str:
    """Ask for a sum, mean or extreme of a column as people say it: 金额一共多少, 平均单价多少, 单价最高是多少."""
    v, kind, words = scope.voice, tone(scope, node), say(scope, node.argument) if node.argument else ""
    if node.distinct or kind in ("date", "text") or "的" in words:
        return ""
    lead, link = (
        v.pick("", "", "请问", "我想知道"),
        "的" if pool[-1:].isascii() or words[:1].isascii() or words[:2] == pool[-2:] else v.pick("的", ""),
    )
    much = "多少钱" if kind in ("money", "price") and v.chance(0.5) else "多少"
    if node.function == "sum":
        said = v.pick(
            f"{words}加起来{v.pick('是', '一共', '总共')}{much}",
            f"{words}一共{much}",
            f"{words}总共{v.pick('是', '有', '')}{much}",
        )
    elif node.function == "avg":
        each = f"平均每{v.measure(scope.entity.noun)}{scope.entity.noun}{words}{v.pick('是', '')}{much}"
        if pool == scope.entity.noun and v.chance(0.4):
            return lead + each
        said = v.pick(f"{words}平均{v.pick('是', '')}{much}", f"平均{words}{v.pick('是', '')}{much}")
    elif node.function in ("max", "min"):
        extreme = AGGREGATE_EXTREMES.get(kind, ("最高", "最低"))[0 if node.function == "max" else 1]
        said = v.pick(f"{words}{extreme}{v.pick('是', '')}{much}", f"{extreme}的{words}是{much}")
    else:
        return ""
    return f"{lead}{pool}{link}{said}"


def _share(scope: Scope, node: Arithmetic, pool: str) -> Ask | None:
    """Ask for `SUM(CASE ... 1 ELSE 0 END) * 100.0 / COUNT(*)` as a percentage; None where it is not that."""
    v, noun, left = scope.voice, scope.entity.noun, node.left
    if node.op != "/" or not isinstance(left, Arithmetic) or left.op != "*" or left.right != 100.0:
        return None
    part = left.left.argument if isinstance(left.left, Aggregate) and left.left.function == "sum" else None
    if not isinstance(part, Case) or (part.then, part.otherwise) != (1, 0) or node.right != Aggregate("count", None):
        return None
    said = condition(scope, part.condition)
    pool = pool if pool != noun else v.pick("所有", "全部") + noun
    within, these = v.pick("中", "里", "里面"), f"{said.before.removesuffix('的')}的"
    asked = v.pick(
        f"{pool}{within}{these}占百分之多少",
        f"{pool}{within}，{these}占百分之几",
        f"{said.before}{noun}占{pool}的百分比是多少",
        f"{pool}{within}{said.before}{noun}的占比是多少（百分比）",
        f"{pool}{within}{these}比例是百分之多少",
        f"{these}占{pool}的百分之多少",
    )
    return Ask(v.pick("", "", "请问", "算一下") + asked, True)


def _gap(scope: Scope, node: Arithmetic, pool: str) -> str:
    left, right = node.left, node.right
    if node.op == "-" and isinstance(left, Aggregate) and isinstance(right, Aggregate) and scope.voice.chance(0.7):
        first, second = aggregate(scope, left), aggregate(scope, right)
        link, gap = scope.voice.pick("与", "和"), scope.voice.pick("之差", "的差", "的差距", "的差值")
        return f"{pool}的{first}{link}{second}{gap}"
    return f"{pool}的{say(scope, node)}"


def _part(scope: Scope, expression: Expression) -> str:
    if isinstance(expression, Aggregate) and counts_rows(scope, expression):
        return scope.voice.pick("数量" if not scope.has_quantity else "总数", "总数", "个数")
    return say(scope, expression)


def _different(scope: Scope, column: Column) -> Ask:
    v, place = scope.voice, scope.place(column)
    if place is not scope.entity and scope.is_primary(column) and v.chance(0.75):
        owner = as_owner(scope, place, strict=True)
        if owner is not None:
            pool = owner.before + place.noun
            if len(owner.predicate) < 22 and "，" not in owner.predicate and v.chance(0.3):
                return Ask(f"{v.pick('', '请问', '')}有多少{v.measure(place.noun)}{place.noun}{owner.predicate}", True)
            return ask_count(v, pool, place.noun, figures.count_of(v, pool, quantity=scope.has_quantity))
    if place is scope.entity and scope.is_primary(column):
        pool = things(scope)
        return ask_count(v, pool, place.noun, figures.count_of(v, pool, quantity=scope.has_quantity))
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
