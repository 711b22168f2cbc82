"""Expressions, conditions and noun phrases: the recursive heart of the writer.

things(scope)               "状态为已关闭且金额超过100的订单"
condition(scope, cond)      Said("金额超过100")
say(scope, expression)      "平均金额"
"""

from __future__ import annotations

from dataclasses import replace

from sqlwright.synth.chinese import compare, dates, figures, joining, literals, nested
from sqlwright.synth.chinese.meaning import counts_rows, date_part, distinct_noun, span, tone
from sqlwright.synth.chinese.said import Said, Subject
from sqlwright.synth.chinese.scope import Place, Scope, Unsayable, open_scope, parent_of
from sqlwright.synth.chinese.words import BARE_SUPERLATIVES, SUPERLATIVES, is_person
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
    DaysBetween,
    Exists,
    Expression,
    InQuery,
    IsNull,
    Like,
    Query,
    Scalar,
    Value,
    Window,
)


def subject_of(scope: Scope, expression: Expression, noun: str = "") -> Subject:
    """Return an expression as something to compare."""
    if isinstance(expression, Column):
        known = scope.known(expression)
        own = scope.entity.noun if scope.is_own(expression) and scope.derived is None else ""
        only = bool(own) and known.tone == "date" and scope.voice.phrases.dates(scope.entity.table) == 1
        alone = bool(own) and scope.voice.phrases.alone(scope.entity.table, expression.name)
        return Subject(
            scope.column(expression), known.tone, own, scope.is_label(expression), known.is_key, alone, known.unit,
            f"{scope.place(expression).table}.{expression.name}" if scope.derived is None else "", only,
        )  # fmt: skip
    return Subject(say(scope, expression, noun), tone(scope, expression))


def say(scope: Scope, expression: Expression, noun: str = "") -> str:
    """Return the words for an expression; `noun` owns what an aggregate counts or measures, else nothing does."""
    v = scope.voice
    if isinstance(expression, Column):
        return scope.column(expression)
    if isinstance(expression, Aggregate):
        return aggregate(scope, expression, noun)
    if isinstance(expression, DatePart):
        return date_part(scope, expression)
    if isinstance(expression, DaysBetween):
        return span(scope, expression) + v.pick("的天数", "间隔的天数", "相差的天数", "用的天数")
    if isinstance(expression, Arithmetic):
        left, right = _operand(scope, expression.left, noun), _operand(scope, expression.right)
        return figures.arithmetic(v, expression.op, left, right)
    if isinstance(expression, Case):
        test = condition(scope, expression.condition).predicate
        yes, no = literals.constant(v, expression.then), literals.constant(v, expression.otherwise)
        return figures.label(v, test, yes, no)
    if isinstance(expression, Window):
        words = scope.column(expression.argument) if expression.argument else ""
        order = expression.order
        by = (
            scope.column(order) + figures.direction(v, tone(scope, order), descending=expression.descending)
            if order
            else ""
        )
        what = distinct_noun(scope, expression.partition) if expression.partition else ""
        return figures.window(v, expression.function, words, what, by, scope.entity.noun)
    return scalar(scope, expression.query)


def _operand(scope: Scope, operand: Expression | Value, noun: str = "") -> str:
    if isinstance(operand, str | int | float):
        return literals.literal(scope.voice, operand)
    words = say(scope, operand, noun)
    return f"（{words}）" if isinstance(operand, Arithmetic) else words


def aggregate(scope: Scope, node: Aggregate, noun: str = "") -> str:
    """Return the words for an aggregate: 订单数量, 平均价格; `noun` stands before it as an owner."""
    v, argument = scope.voice, node.argument
    if argument is None:
        return figures.count_of(v, noun or scope.entity.noun, quantity=scope.has_quantity)
    if node.function == "count":
        return _count_column(scope, node, noun)
    if isinstance(argument, Case):
        return _conditional(scope, node, argument, noun)
    if isinstance(argument, DaysBetween):
        return noun + figures.days(v, node.function, span(scope, argument))
    words = say(scope, argument)
    owner = noun
    if noun and isinstance(argument, Column) and not scope.is_own(argument):
        owner = f"{noun}对应"
    distinct = "去重后的" if node.distinct else ""
    said = distinct + figures.measure(
        v, node.function, words, tone(scope, argument), is_column=isinstance(argument, Column)
    )
    close = owner and "的" not in owner and isinstance(argument, Column) and scope.is_own(argument) and v.chance(0.5)
    link = (
        ""
        if not owner or (close and (said.startswith("总") or said.startswith(words)) and not owner[-1:].isascii())
        else "的"
    )
    return f"{owner}{link}{said}"


def _count_column(scope: Scope, node: Aggregate, noun: str) -> str:
    v, argument = scope.voice, node.argument
    if not isinstance(argument, Column):
        raise Unsayable("count of an expression")
    if node.distinct:
        return figures.count_different(v, distinct_noun(scope, argument), noun)
    if counts_rows(scope, node) or scope.is_primary(argument):
        return figures.count_of(
            v, noun if noun and scope.is_own(argument) else scope.place(argument).noun, quantity=scope.has_quantity
        )
    words, what = scope.column(argument), noun or scope.entity.noun
    return v.pick(f"填写了{words}的{what}数", f"{words}不为空的{what}数量")


def _conditional(scope: Scope, node: Aggregate, case: Case, noun: str) -> str:
    v, test, name = scope.voice, condition(scope, case.condition), noun or scope.entity.noun
    if node.function == "sum" and case.then == 1 and case.otherwise == 0:
        return figures.count_of(v, test.before + name, quantity=scope.has_quantity)
    yes, no = literals.literal(v, case.then), literals.literal(v, case.otherwise)
    what = {"sum": "总和", "avg": "平均值", "min": "最小值", "max": "最大值"}[node.function]
    return f"把{test.predicate}的{name}记为{yes}、其余记为{no}算出的{what}"


def superlative(scope: Scope, expression: Expression, noun: str = "", *, descending: bool) -> str:
    """Return 价格最高 or, where it is clear, 最贵; for a count 订单最多."""
    v, kind = scope.voice, tone(scope, expression)
    side = 0 if descending else 1
    if isinstance(expression, Aggregate) and expression.function == "count":
        most = "最多" if descending else "最少"
        if expression.argument is None:
            name = noun or scope.entity.noun
            if scope.has_quantity:
                return v.pick(f"{name}{most}", f"{name}总数{most}")
            return v.pick(f"{name}{most}", f"{name}数量{most}", f"{name}{most}", f"{name}数{most}")
        return aggregate(scope, expression, noun) + most
    if (
        isinstance(expression, Column)
        and scope.derived is None
        and scope.is_own(expression)
        and kind in BARE_SUPERLATIVES
    ):
        same = [known for known in v.phrases.columns(scope.entity.table).values() if known.tone == kind]
        if len(same) == 1 and v.chance(0.4):
            return v.of(BARE_SUPERLATIVES[kind][side])
    if kind == "count" and isinstance(expression, Aggregate) and expression.function != "sum":
        kind = "number"
    if kind == "date" and isinstance(expression, Column) and "生" in scope.column(expression):
        return scope.column(expression) + ("最晚" if descending else "最早")
    return say(scope, expression, noun) + v.of(SUPERLATIVES.get(kind, SUPERLATIVES["number"])[side])


def condition(scope: Scope, node: Condition, noun: str = "") -> Said:
    """Return a condition in words; `noun` owns what an aggregate in it counts. Raises Unsayable."""
    v = scope.voice
    if isinstance(node, Both):
        return _both(scope, node, noun)
    if isinstance(node, Exists):
        return _exists(scope, node)
    if isinstance(node, InQuery):
        return _in_query(scope, node)
    parent = parent_of(scope, node)
    if parent is not None and v.chance(0.5 if parent.key in scope.entity.parents else 0.85):
        return _through(scope, node, parent)
    if isinstance(node, Compare):
        return _compare(scope, node, noun)
    if isinstance(node, IsNull):
        return nested.is_null(scope, node)
    if isinstance(node, Like):
        return compare.like(v, subject_of(scope, node.left), node.kind, node.text, negated=node.negated)
    if isinstance(node, Between):
        if isinstance(node.left, DatePart):
            inner = subject_of(scope, node.left.column)
            return dates.date_part_between(v, inner, node.left.part, node.low, node.high)
        return compare.between(v, subject_of(scope, node.left, noun), node.low, node.high)
    return compare.in_list(v, subject_of(scope, node.left, noun), node.values, negated=node.negated)


def _through(scope: Scope, node: Condition, parent: Place) -> Said:
    """Say a condition on a parent through it: 来自北京的客户的(订单), 客户来自北京."""
    said = condition(replace(scope, entity=parent), node)
    bare = node.left if isinstance(node, Compare) and node.op == "=" and isinstance(node.left, Column) else None
    value = node.right if isinstance(node, Compare) and isinstance(node.right, str) else None
    if bare and value is not None and scope.is_label(bare) and scope.voice.chance(0.75):
        value = literals.text(
            scope.voice, value, translate=not is_person(parent.noun), place=f"{parent.table}.{bare.name}"
        )
        if parent.table == scope.entity.table:
            return Said(f"{parent.noun}{scope.voice.pick('是', '为')}{value}")
        name = scope.voice.pick("", "", parent.noun)
        whose = f"{value}{name}" if scope.voice.chance(0.6) and value[-1:] == literals.CLOSE else f"{name}{value}"
        return Said(f"{parent.noun}是{value}", f"{whose}的")
    predicate = said.predicate if said.predicate.startswith(parent.noun) else f"{parent.noun}{said.predicate}"
    own = scope.voice.chosen.values()
    if any(said.predicate.startswith(word) for word in own) and scope.voice.chance(0.5):
        predicate = f"{parent.noun}的{said.predicate}"
    return Said(predicate, f"{said.before}{parent.noun}的")


def _both(scope: Scope, node: Both, noun: str) -> Said:
    v = scope.voice
    within = _best_within(scope, node)
    if within is not None:
        return within
    one = joining.one_of(node)
    if one is not None and v.chance(0.6):
        return condition(scope, one)
    items: list[Condition | Said] = list(node.items)
    month = joining.year_and_month(node)
    if month is not None:
        year, other = month
        subject = subject_of(scope, year.left.column)  # type: ignore[union-attr]
        items = [dates.in_month(v, subject, year.right, other.right), *(i for i in items if i not in month)]
    parts = [item if isinstance(item, Said) else condition(scope, item, noun) for item in items]
    if len(parts) == 1:
        return parts[0]
    first = node.items[0]
    subject_words = scope.column(first.left) if isinstance(first, Compare) and isinstance(first.left, Column) else ""
    return joining.joined(v, node, parts, [isinstance(item, Both) for item in items], subject_words)


def _best_within(scope: Scope, node: Both) -> Said | None:
    """Say a condition, and being the extreme of those that meet it, as 北京的客户中年龄最大."""
    if node.op != "and" or len(node.items) != 2 or scope.query.source.joins:
        return None
    kept, last = node.items
    if not isinstance(last, Compare) or last.op != "=" or not isinstance(last.right, Scalar):
        return None
    inner, left = last.right.query, last.left
    item = inner.select[0].expression if len(inner.select) == 1 else None
    if (
        inner.where != kept
        or not isinstance(item, Aggregate)
        or item.argument != left
        or item.function not in ("max", "min")
    ):
        return None
    best = superlative(scope, left, descending=item.function == "max")
    pool = condition(scope, kept).before + scope.entity.noun
    return Said(f"是{pool}中{best}", f"{pool}中{best}的")


def _compare(scope: Scope, node: Compare, noun: str) -> Said:
    v, left, right = scope.voice, node.left, node.right
    if isinstance(right, Scalar):
        return _compare_scalar(scope, left, node.op, right.query, noun)
    if isinstance(right, str | int | float):
        if isinstance(left, DatePart):
            return dates.date_part(v, subject_of(scope, left.column), left.part, node.op, right)
        if isinstance(left, Aggregate) and left.function == "count" and isinstance(right, int):
            return _how_many(scope, left, node.op, right, noun)
        if isinstance(left, Column):
            known, place = scope.known(left), scope.place(left)
            name = scope.column(left) if scope.derived is not None else v.column(place.table, left.name)
            yes = compare.truth(name, known.kind, right)
            if yes is not None and node.op in ("=", "<>"):
                said = compare.flag(v, name, yes=yes == (node.op == "="), boolean=known.kind == "boolean")
                return said if scope.is_own(left) else Said(f"{place.noun}{said.predicate}")
        return compare.compare(v, subject_of(scope, left, noun), node.op, right)
    than = nested.than_parent(scope, left, node.op, right)
    if than is not None:
        return than
    return compare.against(v, say(scope, left, noun), tone(scope, left), node.op, say(scope, right, noun))


def _how_many(scope: Scope, left: Aggregate, op: str, number: int, noun: str) -> Said:
    v, argument = scope.voice, left.argument
    if left.distinct or v.chance(0.4) or not (argument is None or counts_rows(scope, left)):
        return compare.compare(v, Subject(aggregate(scope, left, noun), "count"), op, number)
    return compare.how_many(v, noun or scope.entity.noun, op, number)


def _compare_scalar(scope: Scope, left: Expression, op: str, query: Query, noun: str) -> Said:
    v, words, kind = scope.voice, say(scope, left, noun), tone(scope, left)
    own = nested.against_all(scope, left, op, query, words) if isinstance(left, Column) else None
    return own or compare.against(v, words, kind, op, scalar(scope, query), literal=True)


def scalar(scope: Scope, query: Query) -> str:
    """Return the words for a one-value subquery: 所有产品的平均价格."""
    if len(query.select) != 1 or query.group_by:
        raise Unsayable("a scalar subquery with groups")
    inner = open_scope(scope.voice, query, scope)
    where, same = nested.uncorrelated(inner, query.where)
    expression, owner = query.select[0].expression, _things(inner, where)
    if same:
        owner = "且".join(f"{inner.column(column)}相同" for column in same) + f"的{owner}"
    elif where is None and query.limit is None:
        owner = scope.voice.pick("所有", "全部") + owner
    if isinstance(expression, Aggregate):
        return aggregate(inner, expression, owner)
    if query.limit is not None:
        owner = top(inner, owner, 1)
    return f"{owner}的{say(inner, expression)}"


def _in_query(scope: Scope, node: InQuery) -> Said:
    v, query = scope.voice, node.query
    inner = open_scope(v, query, None)
    picked = query.select[0].expression if len(query.select) == 1 else None
    if not isinstance(picked, Column):
        raise Unsayable("IN over something that is no column")
    place, mine = inner.place(picked), scope.place(node.column)
    target = v.phrases.target(mine.table, node.column.name)
    back = v.phrases.target(place.table, picked.name)
    points = target is not None and target[0].lower() == place.table.lower() and inner.is_primary(picked)
    pointed = back is not None and back[0].lower() == mine.table.lower() and scope.is_primary(node.column)
    if query.group_by and query.having is not None:
        owner = things(inner) if query.where is not None else ""
        said = condition(inner, query.having, owner).predicate
        if pointed:
            return Said(f"不满足“{said}”" if node.negated else said)
        return nested.within(v, scope.column(node.column), f"{said}的{say(inner, picked)}", negated=node.negated)
    pool = things(inner) if query.limit is None else top(inner, things(inner), query.limit)
    if points:
        return nested.referring(scope, node, place, pool, is_entity=place.key == inner.entity.key)
    if pointed:
        simple = query.where is None and query.limit is None
        return nested.referred(scope, node.column, picked, place, pool, negated=node.negated, simple=simple)
    return nested.within(v, scope.column(node.column), f"{pool}的{say(inner, picked)}", negated=node.negated)


def _exists(scope: Scope, node: Exists) -> Said:
    inner = open_scope(scope.voice, node.query, scope)
    where, same = nested.uncorrelated(inner, node.query.where)
    if len(same) != 1:
        raise Unsayable("EXISTS without one key")
    child, key = inner.place(same[0]), same[0]
    pool = _things(inner, where)
    target = scope.voice.phrases.target(child.table, key.name)
    if target is not None and target[0].lower() == scope.entity.table.lower():
        column = Column(
            scope.entity.table, target[1], scope.entity.key if scope.entity.key != scope.entity.table else ""
        )
        return nested.referred(scope, column, key, child, pool, negated=node.negated, simple=where is None)
    return Said(f"{'没有' if node.negated else '有'}对应的{pool}")


def things(scope: Scope) -> str:
    """Return the rows of a query's WHERE as a noun phrase, without order, limit or groups."""
    return _things(scope, scope.query.where)


def _things(scope: Scope, where: Condition | None) -> str:
    return scope.entity.noun if where is None else condition(scope, where).before + scope.entity.noun


def top(scope: Scope, pool: str, limit: int) -> str:
    """Return the first rows of an ordered query as a noun phrase: 价格最高的3个产品."""
    v, query, noun = scope.voice, scope.query, scope.entity.noun
    many = "" if limit == 1 else literals.how_many(v, limit, v.measure(noun))
    one = f"1{v.measure(noun)}"
    if not query.order_by:
        return f"任意{many or one}{pool}"
    key = query.order_by[0]
    if len(query.order_by) > 1 or tone(scope, key.expression) == "text":
        front = v.pick("前", "最前面的") + (many or one)
        return f"{pool}{'' if pool == noun else '中'}按{order(scope)}排列的{front}"
    best = superlative(scope, key.expression, descending=key.descending)
    front = v.pick("", "前") + many if many else ""
    if pool == noun:
        return f"{best}的{front}{noun}"
    return f"{pool}{v.pick('中', '里', '中')}{best}的{front}{noun}"


_COURSES = ("先后", "先后顺序", "的先后", "从早到晚", "从晚到早", "由近到远")


def order(scope: Scope, noun: str = "") -> str:
    """Return the ORDER BY keys in words: 金额从高到低、再按日期升序."""
    v = scope.voice
    parts = []
    for key in scope.query.order_by:
        way = figures.direction(v, tone(scope, key.expression), descending=key.descending)
        words = say(scope, key.expression, noun)
        if isinstance(key.expression, Column) and way in _COURSES and v.chance(0.6):
            words = dates.event(subject_of(scope, key.expression)) or words
        parts.append(f"{words}{way}")
    return v.pick("、再按", "，再按", "，然后按").join(parts)
