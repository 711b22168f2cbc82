"""Questions about groups: 每个城市的客户数, 订单数超过3的客户, 销量最高的5个类别."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlwright.synth.chinese.clauses import aggregate, condition, date_part, order, say, superlative, things
from sqlwright.synth.chinese.frames import Ask, ask_fields, ask_number, ask_things
from sqlwright.synth.chinese.listing import join
from sqlwright.synth.chinese.literals import how_many
from sqlwright.synth.chinese.scope import Scope
from sqlwright.synth.chinese.words import measure_word
from sqlwright.synth.tree import Aggregate, Column, DatePart, Expression


@dataclass(slots=True)
class Groups:
    """A grouped query, taken apart for saying it."""

    keys: list[str] = field(default_factory=list)
    """The noun of each group key: "城市", or "客户" where the key is what a customer is called by."""
    figures: list[str] = field(default_factory=list)
    """The words of the aggregates that are shown."""
    shown: list[str] = field(default_factory=list)
    """The words of all that is shown, in order."""
    usual: bool = True
    """Whether the keys come first and the figures after, so that "每个城市的客户数" says it all."""
    has_keys: bool = True
    topic: str = ""
    noun: str = ""
    """What aggregates count: the entity's noun, or the whole noun phrase where there is no topic."""
    dates: bool = False

    @property
    def name(self) -> str:
        """Return the group's noun."""
        return "和".join(self.keys)


def take_apart(scope: Scope) -> Groups:
    """Return a grouped query's parts in words."""
    v, query = scope.voice, scope.query
    groups = Groups(noun=scope.entity.noun)
    shown = [item.expression for item in query.select]
    keys_at = [_is_key(scope, e) for e in shown]
    groups.keys = _key_nouns(scope, shown)
    groups.dates = any(isinstance(key, DatePart) for key in query.group_by)
    mentions = sum(1 for at in keys_at if not at) + (query.having is not None) + len(query.order_by)
    if query.where is not None:
        pool = things(scope)
        if mentions == 1 and "，" not in pool and v.chance(0.45):
            groups.noun = pool
        else:
            groups.topic = v.pick(f"在{pool}中，", f"对于{pool}，", f"{pool}中，", f"针对{pool}，", f"只看{pool}，")
    owner = groups.noun if groups.noun != scope.entity.noun else ""
    for expression, key in zip(shown, keys_at, strict=True):
        if key:
            groups.shown.append(_shown_key(scope, expression, groups))
        else:
            words = _figure(scope, expression, owner)
            groups.figures.append(words)
            groups.shown.append(words)
    groups.has_keys = any(keys_at)
    ordered = keys_at == sorted(keys_at, reverse=True)
    groups.usual = ordered and _usual(scope, shown, bool(_thing(scope, shown)))
    return groups


def _figure(scope: Scope, expression: Expression, owner: str) -> str:
    v = scope.voice
    if (
        isinstance(expression, Aggregate)
        and expression.function != "count"
        and not owner
        and len(scope.places) > 1
        and v.chance(0.8)
    ):
        return aggregate(scope, expression, scope.entity.noun)
    return say(scope, expression, owner)


def _is_key(scope: Scope, expression: Expression) -> bool:
    if expression in scope.query.group_by:
        return True
    return isinstance(expression, Column)


def _shown_key(scope: Scope, expression: Expression, groups: Groups) -> str:
    keys = scope.query.group_by
    if isinstance(expression, Column):
        return scope.column(expression, full=len(groups.keys) < len(keys) and not scope.is_own(expression))
    return groups.keys[keys.index(expression)] if expression in keys else say(scope, expression)  # type: ignore[arg-type]


def _key_nouns(scope: Scope, shown: list[Expression]) -> list[str]:
    """Return the nouns of the group keys; a thing grouped by its key and label has one."""
    thing = _thing(scope, shown)
    if thing:
        return [thing]
    return [date_part(scope, key) if isinstance(key, DatePart) else scope.column(key) for key in scope.query.group_by]


def _thing(scope: Scope, shown: list[Expression]) -> str:
    """Return the noun of what the groups are, when they are the rows of a table other than the one whose rows are counted."""
    keys = [key for key in scope.query.group_by if isinstance(key, Column)]
    if scope.derived is not None or len(keys) != len(scope.query.group_by):
        return ""
    place = scope.place(keys[0])
    if place is scope.entity or any(scope.place(key) is not place for key in keys):
        return ""
    named = any(scope.is_label(key) for key in keys)
    if any(scope.is_primary(key) for key in keys):
        only_key = len(keys) == 1 and keys[0] in shown
        return "" if only_key and not named else place.noun
    return place.noun if named and len(keys) == 1 else ""


def _usual(scope: Scope, shown: list[Expression], thing: bool) -> bool:
    """Return whether what is shown of the key is what naming the group implies: the label of a thing, else the keys."""
    columns = [e for e in shown if isinstance(e, Column | DatePart)]
    if thing:
        return len(columns) == 1 and isinstance(columns[0], Column) and scope.is_label(columns[0])
    return columns == list(scope.query.group_by)


def grouped(scope: Scope) -> Ask:
    """Ask what a grouped query asks."""
    query = scope.query
    groups = take_apart(scope)
    if query.limit is not None and query.order_by:
        return _top_groups(scope, groups)
    if query.having is not None:
        ask = _filtered(scope, groups)
    elif not groups.figures:
        ask = _only_keys(scope, groups)
    else:
        ask = _each(scope, groups)
    if query.order_by:
        tail = scope.voice.pick("排列", "排序", "排列", "排")
        ask = Ask(f"{ask.text}，{scope.voice.pick('', '', '结果', '并')}按{order(scope)}{tail}", ask.asks)
    if query.limit is not None:
        ask = Ask(f"{ask.text}，只取{how_many(scope.voice, query.limit, '条')}", ask.asks)
    return Ask(ask.text + _outer_note(scope), ask.asks)


def _outer_note(scope: Scope) -> str:
    for place in scope.places.values():
        if place.outer and scope.query.where is None:
            first = next(iter(scope.places.values()))
            none = f"没有{place.noun}的{first.noun}"
            return scope.voice.pick(f"，包括{none}", f"（{none}也要列出）", f"，{none}也算在内", f"（含{none}）")
    return ""


def _every(scope: Scope, groups: Groups) -> str:
    v = scope.voice
    if len(groups.keys) == 1:
        name = groups.keys[0]
        if name[-1:].isascii():
            return v.pick("每个", "各个") + f" {name} "
        if "的" in name:
            return v.pick("每个", "各", "不同") + name
        return v.pick(f"每{measure_word(name)}", f"每{measure_word(name)}", "各", "各个", "不同") + name
    return (
        "、".join(f"每个{name}" for name in groups.keys)
        if v.chance(0.5)
        else f"各{groups.keys[0]}、各" + "、各".join(groups.keys[1:])
    )


def _each(scope: Scope, groups: Groups) -> Ask:
    v, name = scope.voice, groups.name
    figures = join(scope, groups.figures)
    if not groups.usual and groups.has_keys:
        listed = join(scope, groups.shown)
        lead = v.pick("列出", "给出", "显示", "查询", "统计", "输出")
        return Ask(
            v.pick(
                f"{groups.topic}按{name}分组，{lead}{listed}", f"{groups.topic}{lead}{_every(scope, groups)}的{listed}"
            )
            if groups.topic or v.chance(0.5)
            else f"按{name}分组{lead}{listed}"
        )
    text = ""
    single = scope.query.select[-1].expression
    roll = v.random()
    counts = isinstance(single, Aggregate) and single.argument is None and len(groups.figures) == 1
    if counts and roll < 0.3 and len(groups.keys) == 1:
        noun = groups.noun
        measure = measure_word(noun) if not noun[-1:].isascii() else "个"
        text = f"{groups.topic}{_every(scope, groups)}{v.pick('有', '各有', '分别有')}多少{measure}{noun}"
        ask = Ask(text, True)
    elif roll < 0.62:
        ask = ask_number(v, f"{_every(scope, groups)}的{figures}", several=True)
        ask = Ask(groups.topic + ask.text, ask.asks)
    elif roll < 0.9 or groups.dates:
        verb = v.pick("统计", "分组统计", "汇总", "统计", "分别统计", "计算", "查看")
        ask = Ask(f"{v.pick('', '', '请', '帮我') if not groups.topic else groups.topic}按{name}{verb}{figures}")
    else:
        ask = Ask(
            f"{groups.topic}{v.pick('', '统计', '查询', '列出')}{figures}，按{name}{v.pick('分组', '分别统计', '分类')}"
        )
    if not groups.has_keys:
        note = v.pick(
            f"，不用显示{name}",
            f"，只要{'数值' if len(groups.figures) == 1 else '这些数值'}，不显示{name}",
            f"（不列{name}）",
        )
        return Ask(ask.text + note, ask.asks)
    return ask


def _only_keys(scope: Scope, groups: Groups) -> Ask:
    pool = groups.topic or scope.entity.noun + "中，"
    return ask_fields(
        scope.voice,
        f"{pool.removesuffix('，')}{scope.voice.pick('不同的', '不重复的', '出现过的')}{join(scope, groups.shown)}",
    )


def _filtered(scope: Scope, groups: Groups) -> Ask:
    v, query = scope.voice, scope.query
    assert query.having is not None
    owner = groups.noun if groups.noun != scope.entity.noun else ""
    who = condition(scope, query.having, owner).predicate + "的" + groups.name
    return _show(scope, groups, who, groups.topic, single=False)


def _show(scope: Scope, groups: Groups, who: str, topic: str, *, single: bool) -> Ask:
    v = scope.voice
    if not groups.figures and groups.usual and groups.has_keys:
        ask = ask_things(v, who, groups.name, single=single)
    elif groups.usual and groups.has_keys:
        link = v.pick("及其", "以及对应的", "和对应的", "及", "以及它们的" if not single else "以及它的")
        if len(groups.keys) == 1 and v.chance(0.25):
            ask = Ask(
                f"{ask_things(v, who, groups.name, single=single).text}，{v.pick('同时给出', '并给出', '顺便给出', '并显示')}{join(scope, groups.figures)}"
            )
        else:
            ask = ask_fields(v, f"{who}{link}{join(scope, groups.figures)}")
    elif not groups.has_keys:
        ask = ask_number(v, f"{who}的{join(scope, groups.figures)}")
        ask = Ask(f"{ask.text}（不用显示{groups.name}）", ask.asks)
    else:
        ask = ask_fields(v, f"{who}的{join(scope, groups.shown)}")
    return Ask(topic + ask.text, ask.asks)


def _top_groups(scope: Scope, groups: Groups) -> Ask:
    v, query = scope.voice, scope.query
    assert query.limit is not None
    owner = groups.noun if groups.noun != scope.entity.noun else ""
    key = query.order_by[0]
    name = groups.name
    many = (
        ""
        if query.limit == 1
        else v.pick("", "前") + how_many(v, query.limit, measure_word(name) if not name[-1:].isascii() else "个")
    )
    if len(query.order_by) > 1 or isinstance(key.expression, Column):
        best = f"按{order(scope, owner)}排在最前"
        many = many or f"1个"
    else:
        noun = groups.noun
        best = superlative(scope, key.expression, key.descending, noun)
    if query.having is not None:
        kept = condition(scope, query.having, owner).predicate
        best = f"{kept}的{name}中{best}"
    return _show(scope, groups, f"{best}的{many}{name}", groups.topic, single=query.limit == 1)
