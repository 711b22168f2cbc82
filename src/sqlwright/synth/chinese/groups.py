"""Questions about groups: 每个城市的客户数, 订单数超过3的客户, 销量最高的5个类别."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlwright.synth.chinese import dates, requests
from sqlwright.synth.chinese.clauses import condition, order, say, subject_of, superlative, things
from sqlwright.synth.chinese.frames import Ask, ask_fields, ask_number, ask_things
from sqlwright.synth.chinese.listing import join
from sqlwright.synth.chinese.literals import how_many
from sqlwright.synth.chinese.meaning import date_part, tone
from sqlwright.synth.chinese.scope import Scope
from sqlwright.synth.chinese.words import is_latin, is_person
from sqlwright.synth.tree import Aggregate, Column, Compare, DatePart, Expression


@dataclass(slots=True)
class Groups:
    """A grouped query, taken apart for saying it."""

    keys: list[str] = field(default_factory=list)
    """The nouns of what is grouped by: 城市, or 客户 where each group is one."""
    figures: list[str] = field(default_factory=list)
    """The words of the aggregates that are shown."""
    shown: list[str] = field(default_factory=list)
    """The words of all that is shown, in order."""
    usual: bool = True
    """Whether what is shown is the groups' names and then figures, so that 每个城市的客户数 says it all."""
    has_keys: bool = True
    whole: bool = False
    """Whether each group is a row of another table, so that it has more columns to show."""
    topic: str = ""
    """The WHERE said beforehand: 在已关闭的工单中，."""
    note: str = ""
    """The WHERE said afterwards: ，只统计已关闭的工单."""
    noun: str = ""
    """What aggregates count: the entity's noun, or with the WHERE in it where there is no topic."""

    @property
    def name(self) -> str:
        """Return the group's noun."""
        return "和".join(self.keys)


def take_apart(scope: Scope, *, notes: bool = False) -> Groups:
    """Return a grouped query's parts in words; with `notes` the WHERE may come after the rest."""
    v, query = scope.voice, scope.query
    if len(scope.places) == 2 and len({place.table for place in scope.places.values()}) == 1:
        scope.entity.noun = "下属" if is_person(scope.entity.noun) else f"下级{scope.entity.noun}"
    groups = Groups(noun=scope.entity.noun)
    shown = [item.expression for item in query.select]
    is_key = [isinstance(e, Column | DatePart) for e in shown]
    groups.keys, groups.whole = _keys(scope, shown)
    mentions = is_key.count(False) + (query.having is not None) + len(query.order_by)
    if query.where is not None:
        pool = things(scope)
        if mentions == 1 and "，" not in pool and v.chance(0.45):
            groups.noun = pool
        elif notes and v.chance(0.4):
            only = v.pick("只统计", "只算", "只看", "只考虑", "只包括")
            groups.note = v.pick(f"，{only}{pool}", f"，{only}{pool}", f"（{only}{pool}）")
        else:
            lead = v.pick("在{}中，", "对于{}，", "{}中，", "针对{}，", "只看{}，", "在{}里，")
            groups.topic = lead.format(pool)
    owner = owner_of(scope, groups)
    for expression, key in zip(shown, is_key, strict=True):
        if key:
            groups.shown.append(_shown_key(scope, expression, groups))
        else:
            groups.figures.append(_figure(scope, expression, owner))
            groups.shown.append(groups.figures[-1])
    groups.has_keys = any(is_key)
    columns = [e for e, key in zip(shown, is_key, strict=True) if key]
    if groups.whole:
        named = len(columns) == 1 and isinstance(columns[0], Column) and scope.is_label(columns[0])
    else:
        named = columns == list(query.group_by)
    groups.usual = named and is_key == sorted(is_key, reverse=True)
    return groups


def owner_of(scope: Scope, groups: Groups) -> str:
    """Return the noun that aggregates must name: the rows with their WHERE where no topic says it."""
    return groups.noun if groups.noun != scope.entity.noun else ""


def _figure(scope: Scope, expression: Expression, owner: str) -> str:
    measures = isinstance(expression, Aggregate) and expression.function != "count"
    if measures and not owner and len(scope.places) > 1 and scope.voice.chance(0.8):
        return say(scope, expression, scope.entity.noun)
    return say(scope, expression, owner)


def _shown_key(scope: Scope, expression: Expression, groups: Groups) -> str:
    if isinstance(expression, Column):
        return (
            scope.voice.column(scope.place(expression).table, expression.name)
            if groups.whole
            else scope.column(expression, tight=True)
        )
    keys = scope.query.group_by
    return groups.keys[keys.index(expression)] if expression in keys else say(scope, expression)


def _keys(scope: Scope, shown: list[Expression]) -> tuple[list[str], bool]:
    """Return the nouns of the group keys, and whether each group is a row of another table (then there is one noun)."""
    thing = _thing(scope, shown)
    if thing:
        return [thing], True
    names = []
    for key in scope.query.group_by:
        name = date_part(scope, key) if isinstance(key, DatePart) else scope.column(key, tight=True)
        names.append(f"“{name}”取值" if _is_flag(scope, key) else name)
    return names, False


def _is_flag(scope: Scope, key: Column | DatePart) -> bool:
    """Return whether a key is yes or no, in a question that asks which of the two."""
    asks = scope.query.having is not None or scope.query.limit is not None
    return asks and isinstance(key, Column) and ("是否" in scope.column(key) or scope.known(key).kind == "boolean")


def _thing(scope: Scope, shown: list[Expression]) -> str:
    keys = [key for key in scope.query.group_by if isinstance(key, Column)]
    if scope.derived is not None or len(keys) != len(scope.query.group_by):
        return ""
    place = scope.place(keys[0])
    if place is scope.entity or any(scope.place(key) is not place for key in keys):
        return ""
    named = any(scope.is_label(key) for key in keys)
    if any(scope.is_primary(key) for key in keys):
        return "" if len(keys) == 1 and keys[0] in shown and not named else place.noun
    return place.noun if named and len(keys) == 1 else ""


def grouped(scope: Scope) -> Ask:
    """Ask what a grouped query asks."""
    v, query = scope.voice, scope.query
    groups = take_apart(scope, notes=True)
    if query.limit is not None and query.order_by:
        ask = _top_groups(scope, groups)
        return Ask(ask.text + groups.note, ask.asks and not groups.note)
    if query.having is not None:
        ask = _filtered(scope, groups)
    elif groups.figures:
        ask = _each(scope, groups)
    else:
        kind = v.pick("不同的", "不重复的", "出现过的")
        ask = ask_fields(v, f"{groups.topic or scope.entity.noun + '中'}{kind}{join(scope, groups.shown)}")
    if query.order_by:
        tail, lead = v.pick("排列", "排序", "排列", "排"), v.pick("", "", "结果", "并")
        if len(query.order_by) == 1 and len(groups.figures) == 1 and _sorted_by_count(scope) and v.chance(0.45):
            way = (
                ("从多到少", "从多到少排列", "多的在前", "多的排前面")
                if query.order_by[0].descending
                else ("从少到多", "少的在前")
            )
            ask = Ask(f"{ask.text}，{v.of(way)}", ask.asks)
        else:
            ask = Ask(f"{ask.text}，{lead}按{order(scope, owner_of(scope, groups))}{tail}", ask.asks)
    if query.limit is not None:
        ask = Ask(f"{ask.text}，任取{how_many(v, query.limit, '条')}", ask.asks)
    return Ask(ask.text + groups.note + _outer_note(scope), ask.asks and not groups.note)


def _sorted_by_count(scope: Scope) -> bool:
    """Return whether the groups are sorted by a count that is shown."""
    key = scope.query.order_by[0].expression
    shown = any(item.expression == key for item in scope.query.select)
    return shown and isinstance(key, Aggregate) and key.function == "count"


def _outer_note(scope: Scope) -> str:
    for place in scope.places.values():
        if place.outer and scope.query.where is None:
            none = f"没有{place.noun}的{next(iter(scope.places.values())).noun}"
            return scope.voice.pick(
                f"，包括{none}", f"（{none}也要列出）", f"，{none}也算在内", f"（含{none}）", f"，{none}记为0"
            )
    return ""


_CALENDAR = {
    "年份": (("每年", "各年", "每一年", "各个年份"), ("哪年", "哪一年", "哪个年份")),
    "年月": (("每年每月", "每个年月", "各年各月", "逐月（按年月）"), ("哪年哪月", "哪个年月", "哪一年的哪个月")),
    "月份": (("每个月份", "各月份", "各个月份"), ("哪个月", "哪个月份", "几月份")),
}
"""(each, which) of the parts of a table's one date."""


def _every(scope: Scope, groups: Groups) -> str:
    v = scope.voice
    if len(groups.keys) > 1:
        return v.pick("、".join(f"每个{name}" for name in groups.keys), "各" + "、各".join(groups.keys))
    name = groups.keys[0]
    if name in _CALENDAR:
        return v.of(_CALENDAR[name][0])
    if is_latin(name[-1:]) or "的" in name or name.startswith("是否"):
        return v.pick("每个", "各个", "不同") + name
    return v.pick(f"每{v.measure(name)}", f"每{v.measure(name)}", "各", "各个", "不同") + name


def _each(scope: Scope, groups: Groups) -> Ask:
    v, name = scope.voice, groups.name
    figures = join(scope, groups.figures)
    if not groups.usual and groups.has_keys:
        listed = join(scope, groups.shown)
        lead = v.pick("列出", "给出", "显示", "查询", "统计", "输出")
        every = f"{groups.topic}{lead}{_every(scope, groups)}的{listed}"
        return Ask(v.pick(f"{groups.topic}按{name}分组，{lead}{listed}", every) if not groups.whole else every)
    single = scope.query.select[-1].expression
    roll = v.random() if ("的" not in name and "是否" not in name) or len(groups.keys) > 1 else 0.64 + 0.36 * v.random()
    counts = isinstance(single, Aggregate) and single.argument is None and len(groups.figures) == 1
    if groups.has_keys and v.chance(0.3):
        spoken = _spoken(scope, groups, counts=counts)
        if spoken:
            return Ask(groups.topic + spoken, "？" not in spoken)
    if len(groups.figures) > 1 and groups.has_keys and groups.usual and v.chance(0.35):
        listed = "、".join(groups.shown if v.chance(0.5) else groups.figures)
        every = v.pick(_every(scope, groups), f"按{name}统计", f"按{name}分组", f"按{name}汇总")
        return Ask(
            f"{groups.topic}{v.pick('', '', '麻烦', '帮我')}{every}{v.pick('：', '：', '，列出', '，给出')}{listed}"
        )
    if counts and roll < 0.3 and len(groups.keys) == 1:
        verb, measure = v.pick("有", "各有", "分别有"), v.measure(groups.noun)
        ask = Ask(f"{groups.topic}{_every(scope, groups)}{verb}多少{measure}{groups.noun}", True)
    elif roll < 0.64:
        ask = ask_number(v, f"{_every(scope, groups)}的{figures}", several=True)
        ask = Ask(groups.topic + ask.text, ask.asks)
    elif roll < 0.9:
        verb = v.pick("统计", "分组统计", "汇总", "统计", "分别统计", "计算", "查看")
        lead = groups.topic or v.pick("", "", "请", "帮我", "麻烦")
        ask = Ask(f"{lead}按{name}{verb}{figures}")
    else:
        verb = v.pick("", "统计", "查询", "列出", "看下")
        ask = Ask(f"{groups.topic}{verb}{figures}，按{name}{v.pick('分组', '分别统计', '分类', '分开看')}")
    if groups.has_keys:
        return ask
    numbers = "数值" if len(groups.figures) == 1 else "这些数值"
    note = v.pick(f"，不用显示{name}", f"，只要{numbers}，不显示{name}", f"（不列{name}）")
    return Ask(ask.text + note, ask.asks)


def _filtered(scope: Scope, groups: Groups) -> Ask:
    v, query = scope.voice, scope.query
    assert query.having is not None
    predicate = _having(scope, groups)
    which = ""
    if len(predicate) < 26:
        link = "的" if not predicate.startswith(("有", "至", "最", "正", "恰", "刚", "拥")) and v.chance(0.5) else ""
        which = f"{v.pick('哪些', '哪些', '哪几' + v.measure(groups.name))}{groups.name}{link}{predicate}"
    return _show(scope, groups, f"{predicate}的{groups.name}", which)


def _spoken(scope: Scope, groups: Groups, *, counts: bool) -> str:
    """Ask for one figure of each group as people say it: 每年入职多少位医生, 各部门的金额一共多少; or ""."""
    v, query = scope.voice, scope.query
    if len(query.group_by) != 1 or len(groups.figures) != 1 or len(groups.keys) != 1 or not groups.usual:
        return ""
    key, node, noun = query.group_by[0], query.select[-1].expression, scope.entity.noun
    every, tail = _every(scope, groups), ""
    if v.chance(0.5):
        brief = requests.brief_count(v, noun, quantity=scope.has_quantity) if counts else groups.figures[0]
        tail = (
            f"？{requests.want(v, (groups.shown[0], brief))}"
            if query.select[0].expression == key or groups.whole
            else ""
        )
    if counts:
        measure = "名" if is_person(noun) and v.chance(0.5) else v.measure(noun)
        many = v.pick(f"有多少{measure}", f"各有多少{measure}", f"分别有几{measure}", f"有几{measure}", "有多少")
        if isinstance(key, DatePart) and scope.is_own(key.column) and key.part == "year" and groups.noun == noun:
            verb = dates.event(subject_of(scope, key.column))
            if verb:
                return (
                    v.pick(
                        f"每年{verb}的{noun}{many}", f"每年有多少{measure}{noun}{verb}", f"各年{verb}的{noun}分别有多少"
                    )
                    + tail
                )
        return f"{every}{many}{groups.noun}" + tail
    if not isinstance(node, Aggregate) or not isinstance(node.argument, Column) or node.distinct or groups.noun != noun:
        return ""
    words, much = say(scope, node.argument), "多少"
    if tone(scope, node) in ("date", "text") or "的" in words or node.function not in ("sum", "avg"):
        return ""
    if tone(scope, node) == "money" and v.chance(0.3):
        much = "多少钱"
    mine = f"的{noun}" if len(scope.places) > 1 or v.chance(0.5) else v.pick("的", "")
    way = v.pick("一共", "总共", "加起来", "合计") if node.function == "sum" else "平均"
    return f"{every}{mine}{words}{way}{'分别' if v.chance(0.2) else ''}{much}{tail}"


def _having(scope: Scope, groups: Groups) -> str:
    """Return the HAVING in words; what is measured is told whose it is: 发票的金额总计大于2500."""
    having, owner = scope.query.having, owner_of(scope, groups)
    assert having is not None
    left = having.left if isinstance(having, Compare) else None
    measures = isinstance(left, Aggregate) and left.function != "count"
    return condition(
        scope, having, owner or (scope.entity.noun if measures and len(scope.places) > 1 else "")
    ).predicate


def _show(scope: Scope, groups: Groups, who: str, which: str) -> Ask:
    """Ask for some groups, by whatever of them is shown."""
    v, single = scope.voice, scope.query.limit == 1
    if groups.has_keys and groups.figures and v.chance(0.45):
        ones = which if which and v.chance(0.4) else who
        return Ask(groups.topic + _then_columns(scope, groups, ones, asked=ones == which, single=single))
    if groups.usual and not groups.figures:
        ask = ask_things(v, who, groups.name, which=which, single=single)
    elif groups.usual:
        link = v.pick("及其", "以及对应的", "和对应的", "及", "以及它的" if single else "以及它们的")
        if link.startswith("以及它") and is_person(groups.name):
            link = "以及他的" if single else "以及他们的"
        if v.chance(0.25):
            lead = ask_things(v, who, groups.name, which=which, single=single).text.removesuffix("吗")
            ask = Ask(f"{lead}，{v.pick('同时给出', '并给出', '顺便给出', '并显示')}{join(scope, groups.figures)}")
        else:
            ask = ask_fields(v, f"{who}{link}{join(scope, groups.figures)}", several=True)
    elif groups.has_keys:
        ask = ask_fields(v, f"{who}的{join(scope, groups.shown)}", several=len(groups.shown) > 1)
    else:
        ask = ask_number(v, f"{who}的{join(scope, groups.figures)}")
        ask = Ask(f"{ask.text}（不用显示{groups.name}）", ask.asks)
    return Ask(groups.topic + ask.text, ask.asks)


def _then_columns(scope: Scope, groups: Groups, who: str, *, asked: bool, single: bool) -> str:
    """Ask for groups and then for what of them is wanted: …的3种药是什么？给药名和次数."""
    v, query = scope.voice, scope.query
    said = [key.expression for key in query.order_by[:1]] + (
        [query.having.left] if isinstance(query.having, Compare) else []
    )
    columns = []
    for item, words in zip(query.select, groups.shown, strict=True):
        brief = isinstance(item.expression, Aggregate) and item.expression in said and v.chance(0.6)
        if brief and item.expression.function == "count" and not item.expression.distinct:  # type: ignore[union-attr]
            words = requests.brief_count(v, scope.entity.noun, quantity=scope.has_quantity)
        columns.append(words)
    if asked:
        return f"{who}{v.pick('？', '？', '，')}{requests.want(v, columns)}"
    ones = (
        v.pick("是谁", "是哪位")
        if single and is_person(groups.name)
        else "是哪个"
        if single
        else v.pick("有哪些", "是哪些", "都有哪些", "是什么")
    )
    return v.pick(
        f"{who}，{requests.listed(v, columns)}",
        f"{who}，{requests.want(v, columns)}",
        f"{who}{ones}？{requests.want(v, columns)}",
        f"{v.pick('', '麻烦查下', '查下', '帮我看下')}{who}：{'、'.join(columns)}",
    )


def _top_groups(scope: Scope, groups: Groups) -> Ask:
    v, query, name = scope.voice, scope.query, groups.name
    assert query.limit is not None
    owner, key = owner_of(scope, groups), query.order_by[0]
    one = query.limit == 1
    many = "" if one else how_many(v, query.limit, v.measure(name))
    which = ""
    if len(query.order_by) > 1 or isinstance(key.expression, Column | DatePart):
        best = f"按{order(scope, owner)}排在最前"
        front = many or f"1{v.measure(name)}"
    else:
        expression, noun = key.expression, owner
        if isinstance(expression, Aggregate) and expression.function != "count" and not owner and len(scope.places) > 1:
            noun = scope.entity.noun
        best = superlative(scope, expression, noun, descending=key.descending)
        front = v.pick("", "前") + many if many else ""
        who = (
            "谁" if one and groups.whole and is_person(name) and v.chance(0.5) else f"哪{many or v.measure(name)}{name}"
        )
        if one and name in _CALENDAR:
            who = v.of(_CALENDAR[name][1])
        which = f"{who}{v.pick('的', '')}{best}"
        if one and scope.entity.noun == "下属" and isinstance(expression, Aggregate) and expression.argument is None:
            most = "最多" if key.descending else "最少"
            which = v.pick("谁的下属", "谁手下的人", "谁带的人", "谁管的人", f"哪位{name}手下的人") + most
    if owner:
        which = ""
    if query.having is not None:
        best = f"{condition(scope, query.having, owner).predicate}的{name}中{best}"
        which = ""
    return _show(scope, groups, f"{best}的{front}{name}", which)
