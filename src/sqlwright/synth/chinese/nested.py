"""Conditions that tie a row to rows of another table, once those are in words: 有金额超过100的订单, 没有下过订单."""

from __future__ import annotations

from sqlwright.synth.chinese import compare, dates, short
from sqlwright.synth.chinese.meaning import tone
from sqlwright.synth.chinese.said import Said, Subject
from sqlwright.synth.chinese.scope import Place, Scope
from sqlwright.synth.chinese.voice import Voice
from sqlwright.synth.chinese.words import COMPARE, having_verbs, is_person, measure_word
from sqlwright.synth.tree import Aggregate, Both, Column, Compare, Condition, Expression, InQuery, IsNull, Query


def having(voice: Voice, owner: str, thing: str, head: str, *, negated: bool) -> Said:
    """Say that an owner has, or has not, a thing; `head` is the thing's bare noun."""
    verb = voice.of(having_verbs(owner, head))
    if negated and is_person(owner) and voice.chance(0.35):
        never = (
            ("从来没有过", "没有过", "从没有过", "从来没", "还没有过", "从来没有")
            if verb == "有"
            else (f"从来没有{verb}", f"从来没{verb}", f"还没{verb}", f"一次都没{verb}")
        )
        said = voice.of(never)
        return Said(f"{said}有过{thing}" if said == "从来没" else said + thing)
    if not negated:
        happens = is_person(owner) and measure_word(head.removesuffix("记录")) == "次"
        return Said(f"{voice.pick('有', '有过') if happens and verb == '有' else verb}{thing}")
    if verb == "有":
        any_ = voice.pick("没有", "没有", "没有任何", f"一{voice.measure(head)}") if thing == head else "没有"
        if any_.startswith("一"):
            return Said(voice.pick("连", "") + f"{any_}{thing}都没有")
        return Said(any_ + thing)
    return Said(voice.pick(f"没有{verb}{thing}", f"从未{verb}{thing}", f"没{verb}{thing}", f"从没{verb}{thing}"))


def referring(scope: Scope, node: InQuery, place: Place, pool: str, *, is_entity: bool) -> Said:
    """Say that the key of `node` points to one of `pool`, things of `place` that the subquery finds."""
    v = scope.voice
    known = scope.known(node.column)
    role = known.role or place.noun
    plain = scope.is_own(node.column) and role == place.noun
    what = pool if is_entity else f"{pool}的{place.noun}"
    if not scope.is_own(node.column):
        role = f"{scope.place(node.column).noun}的{role}"
    if node.negated:
        return Said(f"不属于{what}" if plain and v.chance(0.4) else f"{role}不是{what}")
    said = f"属于{what}" if plain and v.chance(0.3) else f"{role}是{what}"
    return Said(said, f"{what}的" if plain and "，" not in what and v.chance(0.5) else "")


def referred(
    scope: Scope, column: Column, key: Column, child: Place, pool: str, *, negated: bool, simple: bool
) -> Said:
    """Say that a row is, or is not, what `key` of one of `pool` points to; `simple` when that is all rows."""
    v = scope.voice
    owner = scope.place(column)
    role = _special_role(scope, owner, child, key)
    if role:
        verb = "担任" if is_person(owner.noun) else "作为"
        some = ("任何" if negated else f"某{v.measure(child.noun)}") if simple else ""
        return Said(f"{'没有' if negated else ''}{verb}{some}{pool}的{role}")
    said = having(v, owner.noun, pool, child.noun, negated=negated)
    return said if owner is scope.entity else Said(f"{owner.noun}{said.predicate}")


def _special_role(scope: Scope, owner: Place, child: Place, key: Column) -> str:
    """Return the noun that a key gives to its target, when that is not simply the target's own noun."""
    role = scope.voice.phrases.column(child.table, key.name).role
    return "" if not role or role in scope.voice.phrases.table(owner.table) or role == owner.noun else role


def within(voice: Voice, words: str, listed: str, *, negated: bool) -> Said:
    """Say that a value is, or is not, among others, where no key ties the two."""
    if negated:
        return Said(voice.pick(f"{words}不在{listed}之中", f"{words}没有出现在{listed}里"))
    return Said(voice.pick(f"{words}在{listed}之中", f"{words}出现在{listed}里"))


def uncorrelated(inner: Scope, where: Condition | None) -> tuple[Condition | None, list[Column]]:
    """Return the conditions that are the subquery's own, and its columns that must equal one of the outer row."""
    items = conjuncts(where)
    own: list[Condition] = []
    same: list[Column] = []
    for item in items:
        column = _tied(inner, item)
        if column is None:
            own.append(item)
        else:
            same.append(column)
    return rejoin(own), same


def _tied(inner: Scope, item: Condition) -> Column | None:
    if not isinstance(item, Compare) or item.op != "=":
        return None
    left, right = item.left, item.right
    if not isinstance(left, Column) or not isinstance(right, Column):
        return None
    here = [column for column in (left, right) if (column.alias or column.table) in inner.places]
    return here[0] if len(here) == 1 else None


def conjuncts(where: Condition | None) -> list[Condition]:
    """Return the conditions that a WHERE joins by AND."""
    if where is None:
        return []
    return list(where.items) if isinstance(where, Both) and where.op == "and" else [where]


def rejoin(items: list[Condition]) -> Condition | None:
    """Return conditions joined by AND; None when there are none."""
    if not items:
        return None
    return items[0] if len(items) == 1 else Both("and", tuple(items))


def than_parent(scope: Scope, left: Expression, op: str, right: Expression) -> Said | None:
    """Say that a row has more of something than the row it points to: 入职比自己的主管还早."""
    v = scope.voice
    if not isinstance(left, Column) or not isinstance(right, Column) or left.name != right.name or op not in ("<", ">"):
        return None
    other = scope.places.get(right.alias or right.table)
    if other is None or not scope.is_own(left) or other.key not in scope.entity.parents or v.chance(0.3):
        return None
    words = scope.column(left)
    what = dates.event(Subject(words, tone(scope, left), scope.entity.noun)) or words
    more = v.of(compare.MORE.get(tone(scope, left), compare.MORE["number"])[0 if op == ">" else 1])
    own = v.pick("自己的", "", "其") if other.table == scope.entity.table else v.pick("", "对应", "所属")
    return Said(f"{what}比{own}{other.noun}{v.pick('还', '更', '')}{more}")


def is_null(scope: Scope, node: IsNull) -> Said:
    """Say that a column is, or is not, NULL: 没有主管, 还没付款; of a LEFT JOIN, that there is no such row."""
    place = scope.place(node.column)
    if place.outer and scope.known(node.column).is_key:
        owner = next(iter(scope.places.values()))
        key = next((c for join in scope.query.source.joins for c in (join.left, join.right) if _at(c, place)), None)
        role = _special_role(scope, owner, place, key) if key is not None else ""
        if role and not node.negated:
            verb = "担任" if is_person(owner.noun) else "作为"
            return Said(f"{scope.voice.pick('没有', '没', '从未')}{verb}任何{place.noun}的{role}")
        return having(scope.voice, owner.noun, place.noun, place.noun, negated=not node.negated)
    words, known = scope.column(node.column), scope.known(node.column)
    if known.role and scope.is_own(node.column) and "对应" not in known.role:
        return Said(
            scope.voice.pick("有", "已有") + known.role
            if node.negated
            else scope.voice.pick("没有", "还没有", "没") + known.role
        )
    if scope.is_own(node.column) and scope.voice.chance(0.75):
        meant = short.unset(scope.voice, place.table, words, known.tone, negated=node.negated)
        if meant is not None:
            return meant
    return compare.is_null(scope.voice, words, negated=node.negated)


def _at(column: Column, place: Place) -> bool:
    return (column.alias or column.table) == place.key


def against_all(scope: Scope, left: Column, op: str, query: Query, words: str) -> Said | None:
    """Say a comparison with an aggregate of the same column over all rows: 单价最高, 单价高于平均值."""
    v, kind = scope.voice, tone(scope, left)
    item = query.select[0].expression if len(query.select) == 1 else None
    plain = query.where is None and not query.source.joins and not query.group_by
    if plain and isinstance(item, Aggregate) and isinstance(item.argument, Column):
        same = item.argument.name == left.name and query.source.table == left.table
        if same and op == "=" and item.function in ("max", "min") and kind != "text":
            everyone = f"全部{scope.place(left).noun}的" if isinstance(scope.query.where, Both) else ""
            return compare.at_extreme(v, words, kind, everyone, top=item.function == "max")
        if same and item.function == "avg" and v.chance(0.6):
            everyone = f"所有{scope.place(left).noun}的平均{words}"
            if op in (">", "<") and v.chance(0.3):
                more = compare.MORE.get(kind, compare.MORE["number"])[0 if op == ">" else 1][0]
                return Said(f"{words}比{v.pick('平均值', '平均水平', '平均')}{v.pick('', '还')}{more}")
            average = v.pick("平均值", "均值", "平均水平", f"平均{words}", everyone)
            return Said(f"{words}{v.of(COMPARE[op])}{average}")
    return None
