"""Questions made of two queries: set operations, and a WITH query read by another."""

from __future__ import annotations

from sqlwright.synth.chinese.clauses import condition, say, things, tone, top
from sqlwright.synth.chinese.frames import Ask, ask_fields, ask_things
from sqlwright.synth.chinese.groups import take_apart
from sqlwright.synth.chinese.listing import join, listing
from sqlwright.synth.chinese.scope import Derived, Place, Scope, Unsayable, open_scope
from sqlwright.synth.chinese.totals import totals
from sqlwright.synth.chinese.voice import Voice
from sqlwright.synth.tree import Aggregate, Column, Query, SetOperation, With


def set_operation(voice: Voice, node: SetOperation) -> Ask:
    """Ask for the union, intersection or difference of two listings."""
    left, right = open_scope(voice, node.left), open_scope(voice, node.right)
    same_rows = node.left.source == node.right.source and node.left.select == node.right.select
    simple = all(q.limit is None and not q.group_by and q.where is not None for q in (node.left, node.right))
    if same_rows and simple and voice.chance(0.75):
        ask = _one_noun(voice, node.op, left, right)
        if ask is not None:
            return ask
    return _two_pools(voice, node, left, right)


def _named(scope: Scope) -> bool:
    return any(
        isinstance(i.expression, Column)
        and (scope.is_label(i.expression) or scope.is_primary(i.expression))
        and scope.is_own(i.expression)
        for i in scope.query.select
    )


def _one_noun(voice: Voice, op: str, left: Scope, right: Scope) -> Ask | None:
    """Say both sides as conditions on one noun: 既…又…的客户."""
    if left.query.where is None or right.query.where is None or (op != "union" and not _named(left)):
        return None
    a, b = condition(left, left.query.where).predicate, condition(right, right.query.where).predicate
    if "，" in a + b:
        return None
    noun = left.entity.noun
    if op == "union":
        who = voice.pick(f"{a}或者{b}的{noun}", f"{a}或{b}的{noun}")
    elif op == "intersect":
        who = voice.pick(
            f"既{a}又{b}的{noun}", f"同时满足{a}和{b}的{noun}", f"{a}同时{b}的{noun}", f"{a}，同时也{b}的{noun}"
        )
    else:
        who = voice.pick(f"{a}但不满足“{b}”的{noun}", f"{a}、但不包括{b}的{noun}", f"满足{a}但不满足{b}的{noun}")
    return _ask(voice, left, who)


def _ask(voice: Voice, scope: Scope, who: str) -> Ask:
    if not scope.query.select:
        return ask_fields(voice, f"{who}的全部信息")
    first = scope.query.select[0].expression
    if (
        len(scope.query.select) == 1
        and isinstance(first, Column)
        and scope.is_own(first)
        and scope.is_label(first)
        and voice.chance(0.5)
    ):
        return ask_things(voice, who, scope.entity.noun)
    return ask_fields(voice, f"{who}的{join(scope, [say(scope, i.expression) for i in scope.query.select])}")


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
        return ask_fields(
            voice, voice.pick(f"{a}和{b}共有的{mine}", f"同时出现在{a}和{b}中的{mine}", f"既有{a}又有{b}的{mine}")
        )
    if same and node.op == "except":
        return ask_fields(
            voice,
            voice.pick(
                f"有{a}但没有{b}的{mine}", f"出现在{a}中、但不出现在{b}中的{mine}", f"属于{a}而不属于{b}的{mine}"
            ),
        )
    if same:
        return ask_fields(
            voice, voice.pick(f"{a}以及{b}的{mine}（合并去重）", f"{a}和{b}的所有{mine}，去重合并", f"{a}或{b}的{mine}")
        )
    if node.op == "union":
        return ask_fields(
            voice, voice.pick(f"{a}的{mine}，以及{b}的{theirs}，合并成一列去重", f"{a}的{mine}与{b}的{theirs}的并集")
        )
    if node.op == "intersect":
        return ask_fields(
            voice, voice.pick(f"{a}的{mine}中同时也是{b}的{theirs}的那些", f"{a}的{mine}与{b}的{theirs}的交集")
        )
    return ask_fields(voice, voice.pick(f"是{a}的{mine}、但不是{b}的{theirs}的值", f"{a}的{mine}中去掉{b}的{theirs}"))


def with_query(voice: Voice, node: With) -> Ask:
    """Ask what a WITH query asks: first the inner figures, then the outer question about them."""
    inner = open_scope(voice, node.inner)
    derived: dict[str, Derived] = {}
    if node.inner.group_by:
        groups = take_apart(inner)
        noun = groups.name
        lead = f"{groups.topic}{voice.pick('先统计', '先算出', '先按')}"
        figures = join(inner, groups.figures) if groups.figures else ""
        lead += f"{noun}统计{figures}" if lead.endswith("先按") else f"每个{noun}的{figures}"
    else:
        noun = inner.entity.noun
        pool = things(inner) if node.inner.limit is None else top(inner, things(inner), node.inner.limit)
        lead = f"{voice.pick('先取', '先找出', '先筛选出')}{pool}"
    for item, words in zip(node.inner.select, _shown(inner, node.inner), strict=True):
        name = item.alias or (item.expression.name if isinstance(item.expression, Column) else "")
        derived[name] = Derived(words, tone(inner, item.expression))
    place = Place(node.outer.source.alias or node.outer.source.table, node.name, noun)
    if node.outer.source.joins:
        raise Unsayable("a WITH name joined to tables")
    outer = Scope(voice, node.outer, {place.key: place}, place, None, derived)
    figures_only = bool(node.outer.select) and all(isinstance(i.expression, Aggregate) for i in node.outer.select)
    ask = totals(outer) if figures_only else listing(outer)
    return Ask(f"{lead}，{voice.pick('再', '然后')}{ask.text}" if not ask.asks else f"{lead}，{ask.text}", ask.asks)


def _shown(scope: Scope, query: Query) -> list[str]:
    return take_apart(scope).shown if query.group_by else [say(scope, i.expression) for i in query.select]
