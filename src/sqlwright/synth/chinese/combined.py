"""Questions made of two queries: set operations, and a WITH query read by another."""

from __future__ import annotations

from sqlwright.synth.chinese import nested
from sqlwright.synth.chinese.clauses import condition, say, superlative, things, top
from sqlwright.synth.chinese.frames import Ask, ask_fields, ask_number, ask_things
from sqlwright.synth.chinese.groups import take_apart
from sqlwright.synth.chinese.listing import join, listing
from sqlwright.synth.chinese.literals import how_many
from sqlwright.synth.chinese.meaning import distinct_noun, tone
from sqlwright.synth.chinese.owners import as_owner
from sqlwright.synth.chinese.said import Said
from sqlwright.synth.chinese.scope import Derived, Place, Scope, Unsayable, open_scope
from sqlwright.synth.chinese.totals import totals
from sqlwright.synth.chinese.voice import Voice
from sqlwright.synth.tree import Aggregate, Column, Compare, Query, SetOperation, Window, With


def set_operation(voice: Voice, node: SetOperation) -> Ask:
    """Ask for the union, intersection or difference of two listings."""
    left, right = open_scope(voice, node.left), open_scope(voice, node.right)
    lacking = _without(voice, node, left, right)
    if lacking is not None:
        return lacking
    same_rows = node.left.source == node.right.source and node.left.select == node.right.select
    simple = all(q.limit is None and not q.group_by and q.where is not None for q in (node.left, node.right))
    if same_rows and simple:
        ask = _one_noun(voice, node.op, left, right)
        if ask is not None and voice.chance(0.85):
            return ask
    return _two_pools(voice, node, left, right)


def _without(voice: Voice, node: SetOperation, left: Scope, right: Scope) -> Ask | None:
    """Say keys EXCEPT the foreign keys that point to them: 没有订单的客户的编号."""
    if node.op != "except" or len(node.left.select) != 1 or len(node.right.select) != 1 or node.left.limit is not None:
        return None
    key, other = node.left.select[0].expression, node.right.select[0].expression
    if not isinstance(key, Column) or not isinstance(other, Column) or not left.is_primary(key) or not left.is_own(key):
        return None
    place = right.place(other)
    target = voice.phrases.target(place.table, other.name)
    if target is None or target[0].lower() != left.entity.table.lower() or node.right.limit or node.right.group_by:
        return None
    simple = node.right.where is None
    said = nested.referred(left, key, other, place, things(right), negated=True, simple=simple)
    if node.left.where is not None:
        said = Said(f"{condition(left, node.left.where).predicate}且{said.predicate}")
    return ask_fields(voice, f"{said.before}{left.entity.noun}的{left.column(key)}")


def _one_noun(voice: Voice, op: str, left: Scope, right: Scope) -> Ask | None:
    """Say both sides as conditions on one noun: 既…又…的客户."""
    first = left.query.select[0].expression
    if left.query.where is None or right.query.where is None or not isinstance(first, Column):
        return None
    place = left.place(first)
    if place is left.entity:
        a, b = condition(left, left.query.where).predicate, condition(right, right.query.where).predicate
        named = any(isinstance(i.expression, Column) and left.is_label(i.expression) for i in left.query.select)
        if op != "union" and not named and not left.is_primary(first):
            return None
    else:
        owners = as_owner(left, place, strict=True), as_owner(right, right.place(first), strict=True)
        if owners[0] is None or owners[1] is None:
            return None
        a, b = owners[0].predicate, owners[1].predicate
        left.entity = place
    if "，" in a + b:
        return None
    noun = place.noun
    if op == "union":
        who = voice.pick(f"{a}或者{b}的{noun}", f"{a}或{b}的{noun}", f"{a}的{noun}以及{b}的{noun}")
    elif op == "intersect":
        who = voice.pick(
            f"既{a}又{b}的{noun}", f"既{a}也{b}的{noun}", f"同时满足{a}和{b}的{noun}", f"{a}同时也{b}的{noun}"
        )
    else:
        who = voice.pick(
            f"{a}但没有“{b}”的{noun}",
            f"满足{a}但不满足{b}的{noun}",
            f"{a}、且不属于{b}的{noun}",
            f"{a}的{noun}中，排除{b}的{noun}后剩下的{noun}",
        )
    if len(left.query.select) == 1 and left.is_label(first) and voice.chance(0.55):
        return ask_things(voice, who, noun)
    return ask_fields(voice, f"{who}的{join(left, [say(left, i.expression) for i in left.query.select])}")


def _pool(scope: Scope) -> str:
    query = scope.query
    if query.group_by:
        if query.having is None:
            raise Unsayable("a set operation over groups")
        groups = take_apart(scope)
        return (
            f"{groups.topic.removesuffix('，')}{condition(scope, query.having, groups.noun).predicate}的{groups.name}"
        )
    pool = things(scope)
    if query.limit is not None:
        return top(scope, pool, query.limit)
    return pool if query.where is not None else f"所有{pool}"


def _two_pools(voice: Voice, node: SetOperation, left: Scope, right: Scope) -> Ask:
    a, b = _pool(left), _pool(right)
    mine = join(left, [say(left, i.expression) for i in node.left.select]) if node.left.select else "全部信息"
    theirs = join(right, [say(right, i.expression) for i in node.right.select]) if node.right.select else "全部信息"
    same = mine == theirs
    if same and node.op == "intersect":
        said = voice.pick(
            f"{a}和{b}共有的{mine}", f"既有{a}、又有{b}的{mine}", f"同时有{a}和{b}的{mine}", f"{a}与{b}都有的{mine}"
        )
    elif same and node.op == "except":
        said = voice.pick(f"有{a}但没有{b}的{mine}", f"有{a}、却没有{b}的{mine}", f"{a}的{mine}中，没有{b}的那些{mine}")
    elif same:
        said = voice.pick(f"{a}以及{b}的{mine}（合并去重）", f"{a}和{b}的所有{mine}，去重合并")
    elif node.op == "union":
        said = voice.pick(f"{a}的{mine}，以及{b}的{theirs}，合并成一列去重", f"{a}的{mine}与{b}的{theirs}的并集")
    elif node.op == "intersect":
        said = voice.pick(f"{a}的{mine}中同时也是{b}的{theirs}的那些", f"{a}的{mine}与{b}的{theirs}的交集")
    else:
        said = voice.pick(f"{a}的{mine}中去掉{b}的{theirs}", f"{a}的{mine}与{b}的{theirs}的差集")
    return ask_fields(voice, said)


def with_query(voice: Voice, node: With) -> Ask:
    """Ask what a WITH query asks: directly where it has a short way to be said, else step by step."""
    if node.outer.source.joins:
        raise Unsayable("a WITH name joined to tables")
    inner = open_scope(voice, node.inner)
    ask = _first_of_each(voice, node, inner) or _over_groups(voice, node, inner)
    if ask is not None and voice.chance(0.9):
        return ask
    return _in_steps(voice, node, inner)


def _first_of_each(voice: Voice, node: With, inner: Scope) -> Ask | None:
    """Say a rank within parts cut at k as 每个类别中最贵的3个产品."""
    windows = [item for item in node.inner.select if isinstance(item.expression, Window)]
    where = node.outer.where
    if len(windows) != 1 or not isinstance(where, Compare) or not isinstance(where.left, Column):
        return None
    window = windows[0].expression
    if not isinstance(window, Window) or window.partition is None or window.order is None or node.outer.order_by:
        return None
    count = where.right
    if (
        windows[0].alias != where.left.name
        or window.function not in ("rank", "row_number")
        or not isinstance(count, int)
    ):
        return None
    if not (where.op == "<=" or (where.op == "=" and count == 1)) or node.inner.group_by or node.inner.limit:
        return None
    by_name = {item.alias or getattr(item.expression, "name", ""): item.expression for item in node.inner.select}
    shown = [by_name.get(getattr(item.expression, "name", "")) for item in node.outer.select]
    if not shown or any(not isinstance(expression, Column) for expression in shown):
        return None
    part, noun, pool = distinct_noun(inner, window.partition), inner.entity.noun, things(inner)
    best = superlative(inner, window.order, descending=window.descending)
    each = voice.pick(f"每个{part}", f"各{part}", f"各个{part}", f"每个{part}")
    many = "" if count == 1 else voice.pick("", "前") + how_many(voice, count, voice.measure(noun))
    within = voice.pick("中", "里", "")
    who = f"{each}{within}{best}的{many}{noun}" if pool == noun else f"{pool}中，{each}{best}的{many}{noun}"
    columns = [say(inner, expression) for expression in shown if expression is not None]
    return ask_fields(voice, f"{who}的{join(inner, columns)}", several=len(columns) > 1)


def _over_groups(voice: Voice, node: With, inner: Scope) -> Ask | None:
    """Say an aggregate over the counts of groups as 平均每个城市有多少客户."""
    only = node.outer.select[0].expression if len(node.outer.select) == 1 else None
    if (
        not isinstance(only, Aggregate)
        or not isinstance(only.argument, Column)
        or only.function == "count"
        or only.distinct
    ):
        return None
    figure = next((i.expression for i in node.inner.select if i.alias == only.argument.name), None)
    if not isinstance(figure, Aggregate) or len(node.inner.group_by) != 1 or node.outer.where or node.inner.having:
        return None
    key = node.inner.group_by[0]
    part = distinct_noun(inner, key) if isinstance(key, Column) else say(inner, key)
    pool = things(inner)
    every = voice.pick(f"每{voice.measure(part)}{part}", f"各{part}", f"每个{part}")
    words = say(inner, figure, pool if node.inner.where is not None or figure.function != "count" else "")
    if only.function == "avg" and figure.argument is None and voice.chance(0.5):
        verb = voice.pick(
            "有多少", f"有多少{voice.measure(inner.entity.noun)}", "有几" + voice.measure(inner.entity.noun)
        )
        each = f"每{voice.measure(part)}{part}"
        return Ask(f"{voice.pick(f'平均{each}', f'{each}平均')}{verb}{pool}", True)
    what = {"avg": ("平均值", "平均数"), "max": ("最大值",), "min": ("最小值",), "sum": ("总和",)}[only.function]
    return ask_number(voice, f"{every}的{words}的{voice.of(what)}")


def _in_steps(voice: Voice, node: With, inner: Scope) -> Ask:
    derived: dict[str, Derived] = {}
    if node.inner.group_by:
        groups = take_apart(inner)
        noun, shown, figures = groups.name, groups.shown, join(inner, groups.figures) if groups.figures else ""
        if not figures:
            raise Unsayable("a WITH query over groups without figures")
        lead = groups.topic + voice.pick(
            f"先按{noun}统计{figures}", f"先统计每个{noun}的{figures}", f"先算出每个{noun}的{figures}"
        )
    else:
        noun, pool = inner.entity.noun, things(inner)
        pool = pool if node.inner.limit is None else top(inner, pool, node.inner.limit)
        shown = [say(inner, item.expression) for item in node.inner.select]
        computed = [w for w, i in zip(shown, node.inner.select, strict=True) if not isinstance(i.expression, Column)]
        lead = (
            f"先算出{pool}{join(inner, computed)}"
            if computed
            else f"{voice.pick('先找出', '先取出', '先筛选出')}{pool}"
        )
    for item, words in zip(node.inner.select, shown, strict=True):
        name = item.alias or (item.expression.name if isinstance(item.expression, Column) else "")
        derived[name] = Derived(words, tone(inner, item.expression))
    key = node.outer.source.alias or node.outer.source.table
    place = Place(key, node.name, noun)
    outer = Scope(voice, node.outer, {key: place}, place, None, derived)
    then = voice.pick("再", "然后")
    if _only_figures(node.outer) and node.outer.where is None:
        words = join(outer, [say(outer, item.expression) for item in node.outer.select])
        return Ask(f"{lead}，{then}{voice.pick('求', '计算', '算出')}{words}")
    ask = totals(outer) if _only_figures(node.outer) else listing(outer)
    return Ask(f"{lead}，{then}回答：{ask.text}" if ask.asks else f"{lead}，{then}{_with_verb(ask.text)}", ask.asks)


def _with_verb(text: str) -> str:
    return text if text.startswith(_VERBS) else f"列出{text}"


_VERBS = tuple("列查显给找看获返展检请帮麻我想拉把统计求算")


def _only_figures(query: Query) -> bool:
    return bool(query.select) and all(isinstance(item.expression, Aggregate) for item in query.select)
