"""Questions that list rows: which things, or which columns of them; ordered, cut to the first few, or made distinct."""

from __future__ import annotations

from sqlwright.synth.chinese.clauses import condition, distinct_noun, order, say, things, top
from sqlwright.synth.chinese.frames import Ask, ask_fields, ask_things
from sqlwright.synth.chinese.literals import how_many
from sqlwright.synth.chinese.scope import Place, Scope
from sqlwright.synth.chinese.words import having_verbs, measure_word
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
    Expression,
    InList,
    InQuery,
    IsNull,
    Like,
    Window,
)

ALL = ("所有信息", "全部信息", "详细信息", "所有字段", "完整信息", "全部字段", "所有列", "全部记录信息")


def join(scope: Scope, words: list[str]) -> str:
    """Return a list of words in Chinese: A、B和C."""
    if len(words) == 1:
        return words[0]
    last = scope.voice.pick("和", "和", "以及", "及", "与")
    return "、".join(words[:-1]) + last + words[-1]


def listing(scope: Scope) -> Ask:
    """Ask for the rows of a query that has no groups and no aggregates."""
    v, query = scope.voice, scope.query
    place = _only_place(scope)
    if place is not None and place is not scope.entity and query.limit is None and scope.derived is None:
        owner = _as_owner(scope, place)
        if owner and (query.distinct or v.chance(0.4)):
            scope.entity = place
            return _with_order(scope, _ask(scope, owner, place))
    pool = things(scope)
    if query.limit is not None and not query.distinct:
        return _ask(scope, top(scope, pool, query.limit), scope.entity)
    ask = _ask(scope, pool, scope.entity)
    if query.limit is not None:
        k = how_many(v, query.limit, "个")
        return Ask(f"{ask.text}{f'，按{order(scope)}排列后' if query.order_by else '，'}只取前{k}", ask.asks)
    return _with_order(scope, ask)


def _ask(scope: Scope, pool: str, place: Place) -> Ask:
    v, query = scope.voice, scope.query
    noun = place.noun
    single = query.limit == 1
    whole = pool == noun
    if not query.select:
        if whole:
            pool = v.pick("", "所有", "全部") + pool
        return ask_fields(v, f"{pool}的{v.of(ALL)}")
    expressions = [item.expression for item in query.select]
    first = expressions[0]
    if len(expressions) == 1 and isinstance(first, Column):
        labelled = scope.is_label(first) and scope.place(first) is place
        if labelled and v.chance(0.62):
            if whole:
                pool = v.pick("", "所有", "全部", "所有的") + pool
            return ask_things(v, pool, noun, single=single)
        if query.distinct and not labelled:
            return _distinct(scope, first, pool, whole)
    words = [say(scope, expression) for expression in expressions]
    columns = join(scope, words)
    if query.distinct and not (
        len(expressions) > 1 and any(isinstance(e, Column) and scope.is_label(e) for e in expressions)
    ):
        columns = v.pick("不同的", "不重复的", "去重后的") + columns + ("组合" if len(expressions) > 1 else "")
    elif query.distinct:
        columns = columns + "（去重）"
    if whole:
        each = v.pick("", "所有", "全部", "每" + measure_word(noun) if not noun[-1:].isascii() else "每个")
        pool = each + pool
        return ask_fields(v, f"{pool}的{columns}", several=len(words) > 1)
    if len(pool) > 8 and v.chance(0.3):
        return _split(scope, pool, columns)
    link = v.pick("的", "的", "的", "对应的") if _foreign(scope, expressions) else "的"
    return ask_fields(v, f"{pool}{link}{columns}", several=len(words) > 1)


def _split(scope: Scope, pool: str, columns: str) -> Ask:
    v = scope.voice
    lead = v.pick("列出", "找出", "查询", "请找出", "查一下", "帮我找出", "")
    tail = v.pick("显示", "给出", "返回", "输出", "需要", "要", "只显示", "只要")
    return Ask(f"{lead}{pool}，{tail}{columns}")


def _distinct(scope: Scope, column: Column, pool: str, whole: bool) -> Ask:
    v = scope.voice
    words = scope.column(column)
    noun = scope.entity.noun
    if scope.is_own(column) and v.chance(0.5):
        verb = v.pick("有哪些不同的", "都有哪些", "有哪些", "有哪几种")
        if verb == "有哪几种" and scope.known(column).tone != "text":
            verb = "有哪些"
        return Ask(f"{v.pick('', '', '请问')}{pool}{verb}{words}", True)
    kind = v.pick("不同的", "不重复的", "去重后的")
    if whole and v.chance(0.5) and scope.is_own(column):
        return ask_fields(v, f"{v.pick('', '所有')}{noun}的{kind}{words}")
    if v.chance(0.3):
        return ask_fields(v, f"{pool}的{words}（{v.pick('去重', '不重复', '去掉重复')}）")
    return ask_fields(v, f"{pool}的{kind}{words}")


def _with_order(scope: Scope, ask: Ask) -> Ask:
    if not scope.query.order_by:
        return ask
    v = scope.voice
    sort = f"按{order(scope)}"
    if not ask.asks and v.chance(0.25):
        return Ask(
            f"{sort}{ask.text if ask.text.startswith(('列', '显示', '查', '给', '展示', '返回', '获取', '检索', '找')) else '列出' + _bare(ask.text)}"
        )
    tail = v.pick("排列", "排序", "排", "排列", "排序")
    return Ask(f"{ask.text}，{v.pick('', '结果', '', '并')}{sort}{tail}", ask.asks)


def _bare(text: str) -> str:
    for lead in (
        "请列出",
        "请查询",
        "请给出",
        "请显示",
        "我想知道",
        "我想看看",
        "我想看一下",
        "给我看看",
        "帮我列出",
        "帮我找出",
        "帮我查一下",
        "帮我查",
    ):
        if text.startswith(lead):
            return text[len(lead) :]
    return text


def _only_place(scope: Scope) -> Place | None:
    places = [scope.place(column) for item in scope.query.select for column in columns_of(item.expression)]
    places += [scope.place(column) for key in scope.query.order_by for column in columns_of(key.expression)]
    return places[0] if places and all(place is places[0] for place in places) else None


def _foreign(scope: Scope, expressions: list[Expression]) -> bool:
    return any(not scope.is_own(c) for e in expressions for c in columns_of(e)) and scope.derived is None


def columns_of(expression: object) -> list[Column]:
    """Return the columns of an expression or condition, leaving out those of subqueries."""
    match expression:
        case Column():
            return [expression]
        case DatePart(column=column) | IsNull(column=column) | InQuery(column=column):
            return [column]
        case Aggregate(argument=argument):
            return columns_of(argument)
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


def _as_owner(scope: Scope, place: Place) -> str:
    """Return the things of a parent place that the entity's rows point to: 有金额超过100的订单的客户; "" where that is unclear."""
    v, where = scope.voice, scope.query.where
    if place.noun not in v.phrases.table(place.table) or place.outer or any(p.outer for p in scope.places.values()):
        return ""
    conditions = _conjuncts(where)
    own = [c for c in conditions if all(scope.place(x) is place for x in columns_of(c)) and columns_of(c)]
    rest = [c for c in conditions if c not in own]
    if len(scope.places) > 2 and not rest:
        return ""
    thing = scope.entity.noun
    if rest:
        said = condition(scope, rest[0] if len(rest) == 1 else Both("and", tuple(rest)))
        thing = said.before + thing
    verb = v.of(having_verbs(place.noun, scope.entity.noun))
    mine = f"{verb}{thing}"
    if own:
        inner = Scope(v, scope.query, scope.places, place, scope.above)
        said = condition(inner, own[0] if len(own) == 1 else Both("and", tuple(own)))
        mine = f"{said.predicate}且{mine}"
    return f"{mine}的{place.noun}"


def _conjuncts(where: Condition | None) -> list[Condition]:
    if where is None:
        return []
    return list(where.items) if isinstance(where, Both) and where.op == "and" else [where]


__all__ = ["ALL", "columns_of", "distinct_noun", "join", "listing"]
