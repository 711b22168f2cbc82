"""Expressions, conditions and noun phrases: the recursive heart of the writer.

things(scope)               "状态为已关闭且金额超过100的订单"
condition(scope, cond)      Said("金额超过100")
expression(scope, expr)     "平均金额"
"""

from __future__ import annotations

from sqlwright.synth.chinese import compare, literals
from sqlwright.synth.chinese.compare import Said, Subject
from sqlwright.synth.chinese.scope import Place, Scope, Unsayable, open_scope
from sqlwright.synth.chinese.words import (
    AGGREGATE_EXTREMES,
    BARE_SUPERLATIVES,
    COMPARE,
    COMPARE_COUNT,
    DIRECTIONS,
    SUPERLATIVES,
    Tone,
    having_verbs,
    measure_word,
)
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
    Exists,
    Expression,
    InList,
    InQuery,
    IsNull,
    Like,
    Query,
    Scalar,
    Value,
    Window,
)

_OPERATORS = {"+": ("加", "加上"), "-": ("减", "减去"), "*": ("乘以", "乘"), "/": ("除以",)}
_PARTS = {"year": "年份", "month": "月份", "day": "日"}


def tone(scope: Scope, expression: Expression) -> Tone:
    """Return what an expression measures."""
    if isinstance(expression, Column):
        return scope.known(expression).tone
    if isinstance(expression, Aggregate):
        if expression.function == "count":
            return "count"
        return "number" if expression.argument is None else tone(scope, expression.argument)
    if isinstance(expression, DatePart):
        return "year" if expression.part == "year" else "number"
    if isinstance(expression, Arithmetic):
        return tone(scope, expression.left) if expression.op in "+-" else "number"
    return "number"


def subject_of(scope: Scope, expression: Expression, noun: str = "") -> Subject:
    """Return an expression as something to compare."""
    if isinstance(expression, Column):
        known = scope.known(expression)
        own = scope.is_own(expression) and scope.derived is None
        return Subject(
            scope.column(expression),
            known.tone,
            scope.entity.noun if own else "",
            scope.is_label(expression),
            known.is_key,
        )
    return Subject(say(scope, expression, noun), tone(scope, expression))


def say(scope: Scope, expression: Expression, noun: str = "") -> str:
    """Return the words for an expression; `noun` is what an aggregate counts or measures, else the entity."""
    v = scope.voice
    if isinstance(expression, Column):
        return scope.column(expression)
    if isinstance(expression, Aggregate):
        return aggregate(scope, expression, noun)
    if isinstance(expression, DatePart):
        return date_part(scope, expression)
    if isinstance(expression, Arithmetic):
        left = _operand(scope, expression.left)
        right = _operand(scope, expression.right)
        if expression.op == "-" and v.chance(0.3):
            return f"{left}与{right}的差"
        if expression.op == "*" and v.chance(0.3):
            return f"{left}与{right}的乘积"
        if expression.op == "+" and v.chance(0.3):
            return f"{left}与{right}之和"
        if expression.op == "/" and v.chance(0.3):
            return f"{left}与{right}的比值"
        return f"{left}{v.of(_OPERATORS[expression.op])}{right}"
    if isinstance(expression, Case):
        test = condition(scope, expression.condition).predicate
        yes, no = literals.literal(v, expression.then), literals.literal(v, expression.otherwise)
        return v.pick(
            f"标记（{test}则为{yes}，否则为{no}）",
            f"一列标签（如果{test}就是{yes}，否则是{no}）",
            f"分类（{test}的为{yes}，其余为{no}）",
        )
    if isinstance(expression, Window):
        return _window(scope, expression)
    return scalar(scope, expression.query)


def _operand(scope: Scope, operand: Expression | Value) -> str:
    if isinstance(operand, str | int | float):
        return literals.literal(scope.voice, operand)
    words = say(scope, operand)
    return f"（{words}）" if isinstance(operand, Arithmetic) else words


def date_part(scope: Scope, part: DatePart) -> str:
    """Return the words for a part of a date: "下单年份"."""
    words = scope.column(part.column)
    name = _PARTS[part.part]
    if part.part != "day" and words.endswith(("日期", "时间")) and len(words) > 3 and scope.voice.chance(0.5):
        return words[:-2] + name
    return f"{words}的{'日（几号）' if part.part == 'day' else name}"


def aggregate(scope: Scope, node: Aggregate, noun: str = "") -> str:
    """Return the words for an aggregate: "订单数量", "平均价格"; `noun` stands before it as an owner."""
    v = scope.voice
    if node.argument is None:
        return _count(scope, noun or scope.entity.noun)
    argument = node.argument
    if node.function == "count":
        return _count_column(scope, node, noun)
    if isinstance(argument, Case):
        return _conditional(scope, node, argument, noun)
    words = say(scope, argument)
    owner = ""
    if noun:
        owner = f"{noun}的" if not isinstance(argument, Column) or scope.is_own(argument) else f"{noun}对应的"
    distinct = "去重后的" if node.distinct else ""
    return (
        f"{owner}{distinct}{_measure(scope, node.function, words, tone(scope, argument), isinstance(argument, Column))}"
    )


def _count(scope: Scope, noun: str) -> str:
    if noun[-1:].isascii():
        return scope.voice.pick(f"{noun} 的数量", f"{noun} 数量", f"{noun} 的个数")
    if "的" in noun:
        return scope.voice.pick(f"{noun}数量", f"{noun}的数量", f"{noun}数", f"{noun}总数")
    return scope.voice.pick(f"{noun}数量", f"{noun}数", f"{noun}数", f"{noun}总数", f"{noun}的数量", f"{noun}的个数")


def _count_column(scope: Scope, node: Aggregate, noun: str) -> str:
    v, argument = scope.voice, node.argument
    if not isinstance(argument, Column):
        raise Unsayable("count of an expression")
    known = scope.known(argument)
    if node.distinct:
        what = distinct_noun(scope, argument)
        owner = f"{noun}的" if noun and not what.startswith(noun) else ""
        return v.pick(
            f"{owner}不同{what}的数量",
            f"{owner}不同的{what}数",
            f"{owner}去重后的{what}数量",
            f"{owner}不重复的{what}数",
        )
    if scope.is_primary(argument) or scope.derived is not None:
        own = scope.is_own(argument)
        return _count(scope, noun if noun and own else scope.place(argument).noun)
    nullable = scope.voice.phrases.schema.table(scope.place(argument).table).column(argument.name).nullable
    if not nullable and known.is_key:
        return _count(scope, noun or scope.entity.noun)
    words = scope.column(argument)
    return v.pick(f"填写了{words}的{noun or scope.entity.noun}数", f"{words}不为空的{noun or scope.entity.noun}数量")


def distinct_noun(scope: Scope, column: Column) -> str:
    """Return what different values of a column are called: "客户" for a key that points to customers, else its name."""
    known = scope.known(column)
    if scope.is_primary(column) and not scope.is_own(column):
        return scope.place(column).noun
    return known.role or scope.column(column)


def _conditional(scope: Scope, node: Aggregate, case: Case, noun: str) -> str:
    v, test = scope.voice, condition(scope, case.condition)
    name = noun or scope.entity.noun
    if node.function == "sum" and case.then == 1 and case.otherwise == 0:
        return v.pick(f"{test.predicate}的{name}数", f"{test.predicate}的{name}数量")
    if node.function == "avg" and case.otherwise == 0 and case.then in (1, 100):
        return f"{test.predicate}的{name}占比" + ("（百分比）" if case.then == 100 else "")
    yes, no = literals.literal(v, case.then), literals.literal(v, case.otherwise)
    what = {"sum": "总和", "avg": "平均值", "min": "最小值", "max": "最大值"}[node.function]
    return f"按“{test.predicate}记{yes}、否则记{no}”算出的{what}"


def _measure(scope: Scope, function: str, words: str, kind: Tone, is_column: bool) -> str:
    v = scope.voice
    short = is_column and "的" not in words and len(words) <= 6 and not words.isascii()
    if function == "sum":
        if short and not words.startswith(("总", "平均")) and v.chance(0.4):
            return f"总{words}"
        return v.pick(f"{words}总和", f"{words}合计", f"{words}的总和", f"{words}之和", f"{words}总计")
    if function == "avg":
        if short and not words.startswith(("总", "平均")) and v.chance(0.6):
            return f"平均{words}"
        return v.pick(
            f"{words}平均值",
            f"{words}的平均值",
            f"{words}均值",
            f"{words}的平均数" if kind != "date" else f"{words}的平均值",
        )
    most, least = AGGREGATE_EXTREMES.get(kind, ("最高", "最低"))
    if kind == "text":
        return f"{words}中按字母顺序{'最后' if function == 'max' else '最前'}的值"
    if kind in ("date", "year"):
        return f"{most if function == 'max' else least}的{words}"
    if short and v.chance(0.5):
        return f"{most if function == 'max' else least}{words}"
    if v.chance(0.25):
        return (
            f"{most if function == 'max' else least}的{words}"
            if "的" not in words
            else f"{words}的{'最大值' if function == 'max' else '最小值'}"
        )
    return (
        v.pick(f"{words}最大值", f"{words}的最大值")
        if function == "max"
        else v.pick(f"{words}最小值", f"{words}的最小值")
    )


def _window(scope: Scope, node: Window) -> str:
    v = scope.voice
    order = direction = part = ""
    if node.partition is not None:
        what = distinct_noun(scope, node.partition)
        part = v.pick(f"在每个{what}内", f"在各{what}内", f"在同一{what}内")
    if node.order is not None:
        order = scope.column(node.order)
        direction = ways(scope, node.order, node.descending)
    if node.function in ("rank", "row_number"):
        name = v.pick("排名", "名次") if node.function == "rank" else v.pick("序号", "行号")
        return f"{part}按{order}{direction}的{name}" if order else f"{part}的{name}"
    if node.argument is None:
        raise Unsayable("a window sum of nothing")
    words = scope.column(node.argument)
    what = "总和" if node.function == "sum" else "平均值"
    if node.order is not None:
        running = f"累计{words}" if node.function == "sum" else f"{words}的累计平均值"
        return f"{part}按{order}{direction}的{running}"
    if node.partition is not None:
        what_of = distinct_noun(scope, node.partition)
        return f"{v.pick('所在', '所属', '同一')}{what_of}的{words}{what}"
    return f"全部{scope.entity.noun}的{words}{what}"


def ways(scope: Scope, expression: Expression, descending: bool) -> str:
    """Return the words for an order's direction: "从高到低"."""
    kind = tone(scope, expression)
    key = kind if kind in DIRECTIONS else "number"
    return scope.voice.of(DIRECTIONS[key][0 if descending else 1])


def superlative(scope: Scope, expression: Expression, descending: bool, noun: str = "") -> str:
    """Return "价格最高" or, where it is clear, "最贵"; for a count "订单最多"."""
    v, kind = scope.voice, tone(scope, expression)
    side = 0 if descending else 1
    if isinstance(expression, Aggregate) and expression.function == "count" and expression.argument is None:
        name = noun or scope.entity.noun
        if v.chance(0.5):
            return (
                f"{name}{v.pick('最多', '数量最多', '数最多')}"
                if descending
                else f"{name}{v.pick('最少', '数量最少', '数最少')}"
            )
    if isinstance(expression, Column) and scope.is_own(expression) and kind in BARE_SUPERLATIVES and v.chance(0.4):
        same = (
            [k for k in v.phrases.columns(scope.entity.table).values() if k.tone == kind]
            if scope.derived is None
            else []
        )
        if len(same) == 1:
            return v.of(BARE_SUPERLATIVES[kind][side])
    words = say(scope, expression, noun)
    if kind == "text":
        return f"按{words}{'倒序' if descending else '升序'}排在最前"
    return words + v.of(SUPERLATIVES[kind][side])


def condition(scope: Scope, node: Condition, noun: str = "") -> Said:
    """Return a condition in words. Raises Unsayable."""
    if isinstance(node, Both):
        return _both(scope, node, noun)
    v = scope.voice
    if isinstance(node, Compare):
        return _compare(scope, node, noun)
    if isinstance(node, IsNull):
        return _is_null(scope, node)
    if isinstance(node, InQuery):
        return _in_query(scope, node)
    if isinstance(node, Exists):
        return _exists(scope, node)
    if isinstance(node, Like):
        return compare.like(v, subject_of(scope, node.left), node.kind, node.text, node.negated)
    subject = subject_of(scope, node.left, noun)
    if isinstance(node, Between):
        if isinstance(node.left, DatePart):
            inner = subject_of(scope, node.left.column)
            unit = {"year": "年", "month": "月", "day": "日"}[node.left.part]
            a, b = literals.fence(f"{node.low}{unit}"), literals.fence(f"{node.high}{unit}")
            if node.left.part != "day":
                return Said(v.pick(f"{inner.words}在{a}到{b}之间", f"{inner.words}在{a}至{b}"))
        return compare.between(v, subject, node.low, node.high)
    return compare.in_list(v, subject, node.values, node.negated)


def _both(scope: Scope, node: Both, noun: str) -> Said:
    v, items = scope.voice, list(node.items)
    if node.op == "and":
        items = _merge_year_month(scope, items)
    parts = [item if isinstance(item, Said) else condition(scope, item, noun) for item in items]
    if len(parts) == 1:
        return parts[0]
    nested = [isinstance(item, Both) for item in items]
    words = [part.predicate for part in parts]
    if node.op == "or":
        words = [f"同时满足“{w}”" if deep else w for w, deep in zip(words, nested, strict=True)]
        return Said(v.pick("或者", "或", "，或者", "或").join(words))
    if any(nested):
        plain = [w for w, deep in zip(words, nested, strict=True) if not deep]
        either = [f"满足“{w}”" for w, deep in zip(words, nested, strict=True) if deep]
        return Said(v.pick("，并且", "且", "，同时").join([*plain, *either]))
    joined = v.pick("且", "并且", "，并且", "且", "而且").join(words)
    if len(parts) == 2 and all(len(part.before) <= 14 for part in parts) and v.chance(0.35):
        return Said(joined, f"{parts[0].before}{'' if parts[1].modifier or v.chance(0.3) else '、'}{parts[1].before}")
    return Said(joined)


def _merge_year_month(scope: Scope, items: list[Condition]) -> list[Condition | Said]:
    """Say `year = 2024 AND month = 3` of one column as 2024年3月."""
    dates = {i.left.part: i for i in items if isinstance(i, Compare) and i.op == "=" and isinstance(i.left, DatePart)}
    year, month = dates.get("year"), dates.get("month")
    if year is None or month is None or len(dates) != 2 or year.left.column != month.left.column:  # type: ignore[union-attr]
        return list(items)
    rest: list[Condition | Said] = [i for i in items if i is not year and i is not month]
    subject = subject_of(scope, year.left.column)  # type: ignore[union-attr]
    when, verb = literals.fence(f"{year.right}年{month.right}月"), compare.event(subject)
    said = f"{when}{verb}" if verb and scope.voice.chance(0.6) else f"{subject.words}在{when}"
    return [Said(said), *rest]


def _compare(scope: Scope, node: Compare, noun: str) -> Said:
    v = scope.voice
    left, right = node.left, node.right
    if isinstance(right, str | int | float):
        if isinstance(left, DatePart):
            return compare.date_part(v, subject_of(scope, left.column), left.part, node.op, right)
        if isinstance(left, Aggregate) and left.function == "count" and not left.distinct and isinstance(right, int):
            return _how_many(scope, left, node.op, right, noun)
        if isinstance(left, Column):
            yes = _truth(scope, left, right)
            if yes is not None and node.op in ("=", "<>"):
                said = compare.flag(v, scope.column(left), yes == (node.op == "="))
                if said is not None:
                    return said
        return compare.compare(v, subject_of(scope, left, noun), node.op, right)
    if isinstance(right, Scalar):
        return _compare_scalar(scope, left, node.op, right.query, noun)
    words, other = say(scope, left, noun), say(scope, right, noun)
    kind = tone(scope, left)
    if kind == "date" and node.op in "<>":
        return Said(f"{words}{'晚于' if node.op == '>' else '早于'}{other}")
    if node.op == "=":
        return Said(v.pick(f"{words}等于{other}", f"{words}与{other}相同", f"{words}和{other}相同"))
    if node.op == "<>":
        return Said(v.pick(f"{words}不等于{other}", f"{words}与{other}不同"))
    return Said(f"{words}{v.of((COMPARE_COUNT if kind == 'count' else COMPARE)[node.op])}{other}")


def _truth(scope: Scope, column: Column, value: Value) -> bool | None:
    words = scope.column(column)
    if scope.known(column).kind == "boolean" or words.startswith(("是否", "已")) or "的是否" in words:
        if value in (0, 1):
            return bool(value)
        if isinstance(value, str) and value.upper() in ("Y", "N", "YES", "NO", "T", "F", "TRUE", "FALSE", "是", "否"):
            return value.upper()[0] in "YT是"
    return None


def _how_many(scope: Scope, left: Aggregate, op: str, number: int, noun: str) -> Said:
    v = scope.voice
    if v.chance(0.4) or (left.argument is not None and not scope.is_primary(left.argument)):  # type: ignore[arg-type]
        return compare.compare(v, Subject(aggregate(scope, left, noun), "count"), op, number)
    name = noun or scope.entity.noun
    if isinstance(left.argument, Column) and not scope.is_own(left.argument):
        name = scope.place(left.argument).noun
    many = literals.how_many(v, number, measure_word(name) if not name[-1:].isascii() else "个")
    said = {
        ">": (
            f"有超过{many}{name}",
            f"{name}超过{many}",
            f"有{many}以上（不含）{name}" if v.chance(0.1) else f"{name}多于{many}",
        ),
        ">=": (f"至少有{many}{name}", f"{name}不少于{many}", f"有{many}或更多{name}", f"有不少于{many}{name}"),
        "<": (f"{name}不到{many}", f"{name}少于{many}", f"有不到{many}{name}"),
        "<=": (f"{name}不超过{many}", f"最多有{many}{name}", f"有不超过{many}{name}"),
        "=": (f"正好有{many}{name}", f"恰好有{many}{name}", f"有{many}{name}"),
        "<>": (f"{name}数不等于{number}",),
    }[op]
    return Said(v.of(said))


def _compare_scalar(scope: Scope, left: Expression, op: str, query: Query, noun: str) -> Said:
    v = scope.voice
    words = say(scope, left, noun)
    item = query.select[0].expression if len(query.select) == 1 else None
    plain = query.where is None and not query.source.joins and not query.group_by
    if isinstance(left, Column) and isinstance(item, Aggregate) and item.argument is not None and plain:
        same = (
            isinstance(item.argument, Column) and item.argument.name == left.name and query.source.table == left.table
        )
        if same and op == "=" and item.function in ("max", "min") and not scope.query.source.joins:
            alone = scope.query.where is not None and not isinstance(scope.query.where, Both)
            kind = tone(scope, left)
            if kind != "text":
                return Said(
                    words + v.of(SUPERLATIVES[kind][0 if item.function == "max" else 1])
                    if alone
                    else f"{words}等于全部{scope.entity.noun}的{_extreme(kind, item.function)}{words}"
                )
        if same and item.function == "avg" and v.chance(0.6):
            average = v.pick("平均值", "均值", "平均水平", f"平均{words}", f"所有{scope.place(left).noun}的平均{words}")
            verb = {
                ">": v.pick("高于", "大于", "超过"),
                "<": v.pick("低于", "小于"),
                ">=": "不低于",
                "<=": "不高于",
            }.get(op)
            if verb:
                return Said(f"{words}{verb}{average}")
    right = scalar(scope, query)
    kind = tone(scope, left)
    if kind == "date" and op in "<>":
        return Said(f"{words}{'晚于' if op == '>' else '早于'}{right}")
    return Said(f"{words}{v.of((COMPARE_COUNT if kind == 'count' else COMPARE)[op])}{right}")


def _extreme(kind: Tone, function: str) -> str:
    most, least = AGGREGATE_EXTREMES.get(kind, ("最高", "最低"))
    return most if function == "max" else least


def scalar(scope: Scope, query: Query) -> str:
    """Return the words for a one-value subquery: "所有产品的平均价格"."""
    inner = open_scope(scope.voice, query, scope)
    if len(query.select) != 1 or query.group_by:
        raise Unsayable("a scalar subquery with groups")
    where, same = _uncorrelate(inner, query.where)
    expression = query.select[0].expression
    if same:
        like = "且".join(f"{inner.column(column)}相同" for column in same)
        owner = f"{like}的{_things(inner, where, inner.entity.noun)}"
    else:
        owner = _things(inner, where, inner.entity.noun)
        if where is None and query.limit is None:
            owner = scope.voice.pick("所有", "全部", "全体" if measure_word(owner) == "位" else "所有") + owner
    if isinstance(expression, Aggregate):
        return aggregate(inner, expression, owner)
    if query.limit is not None:
        return f"{top(inner, owner, 1)}的{say(inner, expression)}"
    return f"{owner}的{say(inner, expression)}"


def _uncorrelate(inner: Scope, where: Condition | None) -> tuple[Condition | None, list[Column]]:
    """Return the conditions that are the subquery's own, and its columns that must equal the outer row's."""
    items = list(where.items) if isinstance(where, Both) and where.op == "and" else [] if where is None else [where]
    own: list[Condition] = []
    same: list[Column] = []
    for item in items:
        if (
            isinstance(item, Compare)
            and item.op == "="
            and isinstance(item.left, Column)
            and isinstance(item.right, Column)
        ):
            mine, other = item.left, item.right
            if (mine.alias or mine.table) not in inner.places:
                mine, other = other, mine
            if (other.alias or other.table) not in inner.places and (mine.alias or mine.table) in inner.places:
                same.append(mine)
                continue
        own.append(item)
    return (None if not own else own[0] if len(own) == 1 else Both("and", tuple(own))), same


def _is_null(scope: Scope, node: IsNull) -> Said:
    place = scope.place(node.column)
    if place.outer and scope.is_primary(node.column) or (place.outer and scope.known(node.column).is_key):
        return _has(scope, scope.places[next(iter(scope.places))].noun, place.noun, not node.negated)
    return compare.is_null(scope.voice, scope.column(node.column), node.negated, scope.known(node.column).tone)


def _has(scope: Scope, owner: str, thing: str, negated: bool) -> Said:
    verb = scope.voice.of(having_verbs(owner, thing.rsplit("的", 1)[-1]))
    if not negated:
        return Said(f"{verb}{thing}")
    if verb == "有":
        return Said(
            scope.voice.pick(f"没有{thing}", f"没有任何{thing}", f"没有{thing}")
            if "的" not in thing
            else f"没有{thing}"
        )
    return Said(scope.voice.pick(f"没有{verb}{thing}", f"从未{verb}{thing}", f"没{verb}{thing}", f"从没{verb}{thing}"))


def _in_query(scope: Scope, node: InQuery) -> Said:
    v, query = scope.voice, node.query
    inner = open_scope(v, query, None)
    if len(query.select) != 1 or not isinstance(query.select[0].expression, Column):
        raise Unsayable("IN over something that is no column")
    picked = query.select[0].expression
    place, mine = inner.place(picked), scope.place(node.column)
    target = v.phrases.target(mine.table, node.column.name)
    back = v.phrases.target(place.table, picked.name)
    own = scope.is_own(node.column)
    if target and target[0].lower() == place.table.lower() and inner.is_primary(picked):
        role = scope.known(node.column).role or place.noun
        what = _owners(inner, place)
        if not own:
            role = f"{mine.noun}的{role}"
        if node.negated:
            return Said(
                v.pick(f"{role}不是{what}", f"不属于{what}" if own and role == place.noun else f"{role}不是{what}")
            )
        direct = own and (role == place.noun or not role)
        return Said(
            f"属于{what}" if direct and v.chance(0.3) else f"{role}是{what}",
            f"{what}的" if direct and "，" not in what and v.chance(0.5) else "",
        )
    if back and back[0].lower() == mine.table.lower() and scope.is_primary(node.column):
        if query.group_by and query.having is not None:
            owner = things(inner) if query.where is not None else ""
            said = condition(inner, query.having, owner)
            return Said(f"不满足“{said.predicate}”") if node.negated else said
        thing = things(inner) if query.limit is None else top(inner, things(inner), query.limit)
        said = _has(scope, mine.noun, thing, node.negated)
        extra = _extra_role(scope, mine, place, picked)
        if extra and not own:
            return Said(f"{mine.noun}{said.predicate}")
        if extra:
            return Said(
                f"{'不是' if node.negated else '是'}{things(inner)}的{extra}" if query.limit is None else said.predicate
            )
        return said if own else Said(f"{mine.noun}{said.predicate}")
    words = scope.column(node.column)
    if query.group_by and query.having is not None:
        source = f"{things(inner)}里" if query.where is not None else f"{inner.entity.noun}里"
        said = condition(inner, query.having)
        return Said(f"{words}{'不' if node.negated else ''}是{source}{said.predicate}的{say(inner, picked)}")
    pool = things(inner) if query.limit is None else top(inner, things(inner), query.limit)
    listed = f"{pool}的{say(inner, picked)}"
    if scope.is_primary(node.column) and inner.is_primary(picked) and place.table == mine.table:
        return Said(
            f"{'不' if node.negated else '也'}属于{pool}"
            if place.key == inner.entity.key
            else f"{'不' if node.negated else ''}在{listed}之中"
        )
    return Said(
        v.pick(f"{words}不在{listed}之中", f"{words}不属于任何一个{listed}")
        if node.negated
        else v.pick(f"{words}在{listed}之中", f"{words}属于{listed}", f"{words}出现在{listed}里")
    )


def _extra_role(scope: Scope, owner: Place, child: Place, column: Column) -> str:
    """Return the noun that a key gives to its target, when that is not simply the target's own noun."""
    role = scope.voice.phrases.column(child.table, column.name).role
    return "" if not role or role in scope.voice.phrases.table(owner.table) or role == owner.noun else role


def _owners(inner: Scope, place: Place) -> str:
    """Return the things of a place in a subquery, which may not be the entity of its join."""
    pool = things(inner) if inner.query.limit is None else top(inner, things(inner), inner.query.limit)
    return pool if place.key == inner.entity.key else f"{pool}的{place.noun}"


def _exists(scope: Scope, node: Exists) -> Said:
    inner = open_scope(scope.voice, node.query, scope)
    where, same = _uncorrelate(inner, node.query.where)
    if len(same) != 1:
        raise Unsayable("EXISTS without one key")
    thing = _things(inner, where, inner.entity.noun)
    column = same[0]
    target = scope.voice.phrases.target(inner.place(column).table, column.name)
    if target and target[0].lower() == scope.entity.table.lower():
        role = _extra_role(scope, scope.entity, inner.place(column), column)
        if role:
            return Said(f"{'不是任何' if node.negated else '是某个'}{thing}的{role}")
        return _has(scope, scope.entity.noun, thing, node.negated)
    return Said(f"{'没有' if node.negated else '有'}对应的{thing}")


def things(scope: Scope) -> str:
    """Return the rows of a query's WHERE as a noun phrase, without order, limit or groups."""
    return _things(scope, scope.query.where, scope.entity.noun)


def _things(scope: Scope, where: Condition | None, noun: str) -> str:
    return noun if where is None else condition(scope, where).before + noun


def top(scope: Scope, pool: str, limit: int) -> str:
    """Return the first rows of an ordered query as a noun phrase: "价格最高的3个产品"."""
    v, query, noun = scope.voice, scope.query, scope.entity.noun
    many = "" if limit == 1 else literals.how_many(v, limit, measure_word(noun) if not noun[-1:].isascii() else "个")
    one = f"1{measure_word(noun)}"
    if not query.order_by:
        return f"任意{many or one}{pool}"
    if len(query.order_by) > 1 or tone(scope, query.order_by[0].expression) == "text":
        front = v.pick("前", "最前面的") + (many or one)
        return f"{pool}按{order(scope)}排列的{front}" if pool == noun else f"{pool}中按{order(scope)}排列的{front}"
    key = query.order_by[0]
    best = superlative(scope, key.expression, key.descending)
    front = v.pick("", "前") + many if many else ""
    if pool == noun:
        return f"{best}的{front}{noun}"
    if scope.query.where is not None and "，" not in pool and v.chance(0.3):
        return (
            f"{pool}里{best}的{front or v.pick('', one)}{noun if not front or v.chance(0.5) else ''}".rstrip("的")
            if front
            else f"{pool}里{best}的{noun}"
        )
    return f"{pool}中{best}的{front}{noun}"


def order(scope: Scope, noun: str = "") -> str:
    """Return the ORDER BY keys in words: "金额从高到低、再按日期升序"."""
    parts = [
        f"{say(scope, key.expression, noun)}{ways(scope, key.expression, key.descending)}"
        for key in scope.query.order_by
    ]
    return scope.voice.pick("、再按", "，再按", "，然后按").join(parts)
