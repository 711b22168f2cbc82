"""Questions that list rows: which things, or which columns of them; ordered, cut to the first few, or made distinct."""

from __future__ import annotations

from sqlwright.synth.chinese import facts, literals, requests
from sqlwright.synth.chinese.clauses import condition, order, say, subject_of, superlative, things, top
from sqlwright.synth.chinese.frames import Ask, ask_fields, ask_things
from sqlwright.synth.chinese.meaning import tone
from sqlwright.synth.chinese.owners import as_owner, columns_of
from sqlwright.synth.chinese.remarks import plain_and, said_after, with_note
from sqlwright.synth.chinese.said import Said
from sqlwright.synth.chinese.scope import Place, Scope
from sqlwright.synth.chinese.words import SUPERLATIVES, is_person
from sqlwright.synth.tree import Both, Case, Column, Compare, Expression

_ALL = ("所有信息", "全部信息", "详细信息", "所有字段", "完整信息", "全部字段", "所有列", "全部资料")
_FIGURES = frozenset(("price", "money", "count", "age", "duration", "length", "height", "weight", "size", "grade"))


def join(scope: Scope, words: list[str]) -> str:
    """Return a list of words in Chinese: A、B和C."""
    if len(words) == 1:
        return words[0]
    return "、".join(words[:-1]) + scope.voice.pick("和", "和", "以及", "及", "与") + words[-1]


def listing(scope: Scope) -> Ask:
    """Ask for the rows of a query that has no groups and no aggregates."""
    v, query = scope.voice, scope.query
    pairs = _pairs(scope)
    if pairs is not None:
        return pairs
    place = _only_place(scope)
    if place is not None and place is not scope.entity and query.limit is None:
        owner = as_owner(scope, place, strict=query.distinct)
        if owner and (query.distinct or v.chance(0.4)):
            scope.entity = place
            return _with_order(scope, _ask(scope, owner.before + place.noun, owner))
    note = said_after(scope, alone=v.chance(0.4)) if query.limit is None and v.chance(0.2) else ""
    where = scope.query.where
    said = condition(scope, where) if where is not None else None
    pool = scope.entity.noun if said is None else said.before + scope.entity.noun
    if query.limit is None:
        return _with_order(scope, with_note(_ask(scope, pool, said), note))
    if not query.distinct:
        return _ask(scope, top(scope, pool, query.limit), None, pool)
    ask = _ask(scope, pool, said)
    front = f"，按{order(scope)}排列后" if query.order_by else "，"
    return Ask(f"{ask.text}{front}只取前{literals.how_many(v, query.limit, '个')}", ask.asks)


def _ask(scope: Scope, pool: str, said: Said | None, base: str = "") -> Ask:
    """Ask for the select items of `pool`, the entity's rows in words.

    `said` is the condition in it; `base` is set when the pool is cut to the first rows of `base`.
    """
    v, query = scope.voice, scope.query
    noun = scope.entity.noun
    whole = pool == noun
    named = _by_name(scope)
    if named and v.chance(0.5):
        pool = named
    if not query.select:
        return ask_fields(v, f"{v.pick('', '所有', '全部') if whole else ''}{pool}的{v.of(_ALL)}")
    expressions = [item.expression for item in query.select]
    first = expressions[0]
    labelled = isinstance(first, Column) and scope.is_label(first) and scope.place(first) is scope.entity
    if (labelled or not query.distinct) and v.chance(0.6):
        parts = _in_parts(scope, pool, said, base, named=pool == named, labelled=labelled)
        if parts is not None:
            return parts
    if len(expressions) == 1 and labelled and v.chance(0.7):
        which = _which(scope, said) if not base else _which_top(scope, base)
        if whole:
            pool = v.pick("", "所有", "全部", "所有的") + pool
            if v.chance(0.12):
                return Ask(noun + v.pick("列表", "名单" if is_person(noun) else "清单"))
        return ask_things(v, pool, noun, which=which, single=query.limit == 1)
    if query.distinct and len(expressions) == 1 and isinstance(first, Column) and not labelled:
        return _distinct(scope, first, pool, whole=whole)
    if isinstance(expressions[-1], Case) and len(expressions) > 1:
        return _labelling(scope, pool, expressions)
    words = [say(scope, expression) for expression in expressions]
    columns = join(scope, words)
    if query.distinct and not labelled:
        columns = v.pick("不同的", "不重复的", "去重后的") + columns + ("组合" if len(words) > 1 else "")
    elif query.distinct and v.chance(0.25):
        columns = v.pick(f"{columns}（去重）", f"{columns}，去重" if len(words) > 1 else f"{columns}（不重复）")
    figures = all(tone(scope, e) in _FIGURES for e in expressions)
    if whole:
        each = (
            ""
            if query.distinct
            else v.pick("", "所有", "全部", "每" + v.measure(noun), "各" if not noun[-1:].isascii() else "每个")
        )
        return ask_fields(v, f"{each}{pool}的{columns}", several=len(words) > 1, figures=figures)
    if len(pool) > 8 and v.chance(0.3):
        lead = v.pick("列出", "找出", "查询", "请找出", "查一下", "帮我找出", "")
        tail = v.pick("显示", "给出", "返回", "输出", "需要", "要", "只显示", "只要")
        return Ask(f"{lead}{pool}，{tail}{columns}")
    link = (
        v.pick("的", "的", "对应的") if any(not scope.is_own(c) for e in expressions for c in columns_of(e)) else "的"
    )
    return ask_fields(v, f"{pool}{link}{columns}", several=len(words) > 1, figures=figures, single=query.limit == 1)


def _in_parts(scope: Scope, pool: str, said: Said | None, base: str, *, named: bool, labelled: bool) -> Ask | None:
    """Ask for the things first and for what of them is wanted after: …有哪些，列一下姓名; None where that is odd."""
    v, query = scope.voice, scope.query
    expressions = [item.expression for item in query.select]
    if any(isinstance(e, Case) for e in expressions):
        return None
    noun, single = scope.entity.noun, query.limit == 1
    if named and query.limit is None:
        subjects = [subject_of(scope, e) for e in expressions]
        if all(subject.noun for subject in subjects) and not any(subject.is_key for subject in subjects):
            return Ask(facts.of_one(v, pool, subjects), True)
        return None
    if pool == noun and not base:
        if len(expressions) == 1 and not query.order_by:
            return None
        pool = v.pick("所有", "全部") + pool
    if len(expressions) <= 3 and v.chance(0.5) and all(isinstance(e, Column) for e in expressions):
        asked = facts.of_several(v, pool, [subject_of(scope, e) for e in expressions], single=single)
        if asked:
            return Ask(asked, True)
    which = _which(scope, said) if not base else _which_top(scope, base)
    columns = [say(scope, expression) for expression in expressions]
    if len(columns) == 1 and labelled:
        ask = requests.names(v, pool, noun, columns[0], which=which, single=single)
    else:
        ask = requests.of_things(v, pool, noun, columns, which=which, single=single)
    if query.distinct and v.chance(0.4):
        return Ask(f"{ask.text}，{requests.once(v, noun)}")
    return ask


def _by_name(scope: Scope) -> str:
    """Return the bare name that a WHERE picks the entity by (王芳 in 王芳的年龄), or nothing."""
    where = scope.query.where
    if not isinstance(where, Compare) or where.op != "=" or not isinstance(where.left, Column):
        return ""
    if not scope.is_own(where.left) or not scope.is_label(where.left) or not isinstance(where.right, str):
        return ""
    shows_itself = scope.query.select and scope.query.select[0].expression == where.left
    if shows_itself or scope.query.limit is not None or scope.query.distinct:
        return ""
    person, place = is_person(scope.entity.noun), f"{scope.entity.table}.{where.left.name}"
    name = literals.text(scope.voice, where.right, translate=not person, place=place)
    return scope.voice.pick(
        name, name, f"{scope.entity.noun}{name}", f"{name}这{scope.voice.measure(scope.entity.noun)}{scope.entity.noun}"
    )


def _which(scope: Scope, said: Said | None) -> str:
    """Return a clause that asks for the things by itself: 哪些客户没有下过订单."""
    v, noun = scope.voice, scope.entity.noun
    if v.chance(0.4):
        within = _which_within(scope)
        if within:
            return within
    if said is None or len(said.predicate) > 24 or "，" in said.predicate:
        return ""
    starts = any(said.predicate.startswith(word) for word in v.chosen.values())
    if said.predicate.startswith(noun) and len(said.predicate) > len(noun) + 3:
        rest = said.predicate.removeprefix(noun).removeprefix("的")
        return f"{v.pick('哪些', f'哪几{v.measure(noun)}')}{noun}的{rest}"
    link = "的" if starts and not said.predicate.startswith(noun) and v.chance(0.6) else ""
    if is_person(noun) and not starts and v.chance(0.35):
        return f"{v.pick('谁', '有谁', '都有谁', '哪些人', '哪几位')}{said.predicate}"
    return f"{v.pick('哪些', '哪些', f'哪几{v.measure(noun)}')}{noun}{link}{said.predicate}"


def _which_within(scope: Scope) -> str:
    """Return a clause that says one condition first and asks which meet the other: 宁波的患者里，哪些人没填电话."""
    v, where, noun = scope.voice, scope.query.where, scope.entity.noun
    if not isinstance(where, Both) or len(where.items) != 2 or not plain_and(where):
        return ""
    first, second = (condition(scope, item) for item in where.items)
    if len(second.predicate) > 20 or "，" in first.before + second.predicate:
        return ""
    who = v.pick("哪些人", "有谁", "哪些") if is_person(noun) else "哪些"
    return f"{first.before}{noun}{v.pick('里', '中', '里面')}，{who}{second.predicate}"


def _which_top(scope: Scope, base: str) -> str:
    """Return a clause that asks for the first rows by itself: 哪个产品最贵, 谁的工资最高."""
    v, query, noun = scope.voice, scope.query, scope.entity.noun
    if len(query.order_by) != 1 or query.limit is None:
        return ""
    key = query.order_by[0].expression
    if tone(scope, key) not in SUPERLATIVES:
        return ""
    best = superlative(scope, key, descending=query.order_by[0].descending)
    within = "" if base == noun else f"{base}{v.pick('中', '里')}，"
    link = "" if best.startswith(("最", "年纪")) else v.pick("的", "", "的")
    if query.limit == 1:
        who = is_person(noun) and v.chance(0.5)
        asked = "谁" if who else f"哪{v.measure(noun)}{noun if base == noun or v.chance(0.4) else ''}"
        return f"{within}{asked}{link}{best}"
    many = literals.how_many(v, query.limit, v.measure(noun))
    return f"{within}哪{many}{noun}{link}{best}"


def _labelling(scope: Scope, pool: str, expressions: list[Expression]) -> Ask:
    """Ask for columns and a CASE: 列出产品的名称，价格超过100的标为expensive，其余标为cheap."""
    v, case = scope.voice, expressions[-1]
    assert isinstance(case, Case)
    columns = join(scope, [say(scope, expression) for expression in expressions[:-1]])
    test = condition(scope, case.condition).predicate
    yes, no = literals.constant(v, case.then), literals.constant(v, case.otherwise)
    verb = v.pick("标为", "标记为", "记为", "归为")
    return Ask(
        v.pick(
            f"列出{pool}的{columns}，{test}的{verb}{yes}，其余{verb}{no}",
            f"{pool}的{columns}，另加一列标签：{test}的写{yes}，不是的写{no}",
            f"显示{pool}的{columns}，再加一列：{test}则为{yes}，否则为{no}",
            f"查询{pool}的{columns}，同时把{test}的{verb}{yes}，否则{verb}{no}",
        )
    )


def _distinct(scope: Scope, column: Column, pool: str, *, whole: bool) -> Ask:
    v, words = scope.voice, scope.column(column)
    if scope.is_own(column) and v.chance(0.5):
        verb = v.pick(
            "有哪些不同的", "都有哪些", "有哪些", "有哪几种" if scope.known(column).tone == "text" else "有哪些"
        )
        return Ask(f"{v.pick('', '', '请问')}{pool}{verb}{words}", True)
    kind = v.pick("不同的", "不重复的", "去重后的")
    if whole and v.chance(0.3):
        pool = "所有" + pool
    if v.chance(0.3):
        return ask_fields(v, f"{pool}的{words}（{v.pick('去重', '不重复', '去掉重复')}）")
    return ask_fields(v, f"{pool}的{kind}{words}")


def _with_order(scope: Scope, ask: Ask) -> Ask:
    if not scope.query.order_by:
        return ask
    v = scope.voice
    brief = _brief_order(scope)
    if brief and v.chance(0.4) and not ask.asks and v.chance(0.3):
        return Ask(f"{ask.text}。{brief}")
    if brief and v.chance(0.4):
        return Ask(f"{ask.text}，{brief}", ask.asks)
    sort = f"按{order(scope)}"
    if (
        not ask.asks
        and v.chance(0.3)
        and ask.text.startswith(("列出", "显示", "查询", "查找", "给出", "展示", "返回", "获取"))
    ):
        return Ask(f"{sort}{ask.text}")
    tail = v.pick("排列", "排序", "排", "排列", "排序")
    if v.chance(0.25):
        return Ask(f"{ask.text}{'？' if ask.asks else '。'}{v.pick('', '结果', '请')}{sort}{tail}")
    if ask.text.endswith("吗"):
        return Ask(f"{ask.text[:-1]}，并{sort}{tail}吗", True)
    return Ask(f"{ask.text}，{v.pick('', '结果', '', '并')}{sort}{tail}", ask.asks)


def _brief_order(scope: Scope) -> str:
    """Return the order without its key, where only one thing shown can be put in such an order: 从高到低."""
    keys = scope.query.order_by
    shown = [item.expression for item in scope.query.select]
    if len(keys) != 1 or keys[0].expression not in shown or not isinstance(keys[0].expression, Column):
        return ""
    kinds = [tone(scope, expression) for expression in shown]
    kind = tone(scope, keys[0].expression)
    if kind == "text" or sum(other != "text" for other in kinds) != 1:
        return ""
    words = scope.column(keys[0].expression)
    if kind == "date":
        near, far = (("最近的排前面", "最新的在前", "从晚到早"), ("早的在前", "从早到晚", "按先后排"))
        return scope.voice.of(near if keys[0].descending else far)
    if kind in ("rank", "number", "year"):
        return ""
    side = f"{words}高的在前" if keys[0].descending else f"{words}低的在前"
    return scope.voice.pick("从高到低" if keys[0].descending else "从低到高", side)


def _pairs(scope: Scope) -> Ask | None:
    """Say a self-join on a shared value, each pair once, as 城市相同的两个客户."""
    v, query = scope.voice, scope.query
    source, where = query.source, query.where
    if len(source.joins) != 1 or source.joins[0].table != source.table or not isinstance(where, Compare):
        return None
    left, right = source.joins[0].left, source.joins[0].right
    key = where.left
    if left.name != right.name or where.op not in ("<", ">", "<>") or not isinstance(key, Column):
        return None
    if not isinstance(where.right, Column) or key.name != where.right.name or not scope.is_primary(key):
        return None
    expressions = [item.expression for item in query.select]
    names = list(dict.fromkeys(e.name for e in expressions if isinstance(e, Column)))
    if len(expressions) != 2 * len(names):
        return None
    noun, shared = v.table(source.table), v.column(source.table, left.name)
    shown = join(scope, [v.column(source.table, name) for name in names])
    two, one = f"两{v.measure(noun)}", f"{v.measure(noun)}"
    once = "" if where.op == "<>" else v.pick("，每对只列一次", "（每对只出现一次）", "，不重复", "")
    said = v.pick(
        f"{shared}相同的{two}{noun}的{shown}{once}",
        f"列出{shared}相同的每一对{noun}的{shown}{once}",
        f"哪些{noun}的{shared}相同？两两配对给出{shown}{once}",
        f"找出所有{shared}一样的{noun}对，显示双方的{shown}{once}",
        f"同一{shared}的{noun}两两组合，给出两{one}{noun}的{shown}{once}",
    )
    return Ask(said)


def _only_place(scope: Scope) -> Place | None:
    """Return the one place that all that is shown and sorted by belongs to."""
    if scope.derived is not None:
        return None
    places = [scope.place(column) for item in scope.query.select for column in columns_of(item.expression)]
    places += [scope.place(column) for key in scope.query.order_by for column in columns_of(key.expression)]
    return places[0] if places and all(place is places[0] for place in places) else None


__all__ = ["join", "listing", "things"]
