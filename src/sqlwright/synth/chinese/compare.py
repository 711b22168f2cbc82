"""Comparisons of one thing with literals, as a predicate ("价格超过50") and as a modifier ("价格超过50的").

Nothing here looks into a tree: `clauses.py` says what is compared and passes the words.
"""

from __future__ import annotations

from sqlwright.synth.chinese import dates, literals, short
from sqlwright.synth.chinese.said import Said, Subject
from sqlwright.synth.chinese.voice import Voice
from sqlwright.synth.chinese.words import (
    AGGREGATE_EXTREMES,
    COMPARE,
    COMPARE_COUNT,
    DONE,
    SUPERLATIVES,
    Tone,
    is_person,
)
from sqlwright.synth.tree import Value

MORE: dict[Tone, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "price": (("高", "贵"), ("低", "便宜")),
    "money": (("高", "多"), ("低", "少")),
    "count": (("多",), ("少",)),
    "age": (("大",), ("小",)),
    "date": (("晚",), ("早",)),
    "year": (("晚",), ("早",)),
    "duration": (("长",), ("短",)),
    "length": (("长",), ("短",)),
    "weight": (("重",), ("轻",)),
    "size": (("大",), ("小",)),
    "grade": (("高",), ("低",)),
    "height": (("高",), ("低",)),
    "number": (("大", "高"), ("小", "低")),
}
"""(more, less) after 比, by tone."""


def compare(voice: Voice, subject: Subject, op: str, value: Value) -> Said:
    """Say `subject op value`."""
    if isinstance(value, str):
        if literals.DATE.match(value[:10]) and subject.tone in ("date", "text", "year"):
            return dates.compare(voice, subject, op, value)
        return _text(voice, subject, op, value)
    if value == 0 and op == "=" and not isinstance(value, bool) and voice.chance(0.7):
        none = short.is_none(voice, subject)
        if none is not None:
            return none
    count = subject.tone == "count"
    verbs = (COMPARE_COUNT if count else COMPARE)[op]
    words, amount = short.with_unit(voice, subject, literals.number(voice, value))
    if op in (">", ">=", "<", "<=") and subject.tone != "year" and voice.chance(0.3):
        return _bound(voice, words, subject.tone, op, amount)
    if op == ">=" and voice.chance(0.3):
        return Said(f"{words}{voice.pick(f'在{amount}及以上', f'达到或超过{amount}', f'≥{amount}', f'至少{amount}')}")
    if op == "<=" and voice.chance(0.25):
        return Said(f"{words}{voice.pick(f'在{amount}及以下', f'最多{amount}', f'≤{amount}', f'至多为{amount}')}")
    if subject.tone in ("year",) and op in ("<", ">") and voice.chance(0.4):
        return Said(f"{words}{'晚于' if op == '>' else '早于'}{amount}")
    if op in ("<", ">") and voice.chance(0.06):
        return Said(f"{words}{op}{amount}")
    if op == "=" and subject.is_key:
        return Said(f"{words}{voice.pick('为', '是', '', '等于', '=')}{amount}")
    if (
        op == "="
        and subject.alone
        and subject.unit in _SHORT_UNITS
        and amount.endswith(subject.unit)
        and voice.chance(0.5)
    ):
        return Said(f"{words}是{amount}", f"{amount}的")
    if op == "=" and voice.chance(0.12):
        return Said(f"{words}{voice.pick('正好是', '恰好为', '=')}{amount}")
    return Said(f"{words}{voice.of(verbs)}{amount}")


_SHORT_UNITS = frozenset(("岁", "楼", "分钟", "小时"))


def _bound(voice: Voice, words: str, tone: Tone, op: str, amount: str) -> Said:
    """Say a bound the short way: 时长超过30分钟, 年龄60岁以上."""
    said = {
        ">": (
            f"{words}超过{amount}",
            f"{words}多于{amount}" if tone == "count" else f"{words}高于{amount}",
            f"{words}在{amount}以上（不含）",
            f"{words}大于{amount}",
        ),
        ">=": (
            f"{words}至少{amount}",
            f"{words}{amount}及以上",
            f"{words}{amount}以上（含）",
            f"{words}不少于{amount}",
        ),
        "<": (f"{words}不到{amount}", f"{words}不足{amount}", f"{words}低于{amount}", f"{words}少于{amount}"),
        "<=": (f"{words}最多{amount}", f"{words}{amount}及以下", f"{words}不超过{amount}", f"{words}顶多{amount}"),
    }[op]
    return Said(voice.of(said))


def _text(voice: Voice, subject: Subject, op: str, value: str) -> Said:
    words = subject.words
    stored = (subject.is_label and is_person(subject.noun)) or subject.is_key
    quoted = literals.text(voice, value, translate=not stored, place=subject.place)
    if op == "<>":
        if voice.chance(0.15):
            return Said(f"{words}不是{quoted}", f"除{words}为{quoted}以外的")
        return Said(f"{words}{voice.pick('不是', '不为', '不等于')}{quoted}")
    if op != "=":
        return Said(f"{words}{voice.of(COMPARE[op])}{quoted}")
    if subject.is_label and subject.noun:
        if voice.chance(0.35):
            return Said(voice.pick(f"名为{quoted}", f"叫{quoted}", f"名叫{quoted}", f"叫做{quoted}"))
    elif voice.chance(0.72):
        said = short.is_value(voice, subject, value, quoted)
        if said is not None:
            return said
    if op == "=" and literals.DATE.match(value):
        return Said(f"{words}为{quoted}")
    return Said(
        f"{words}{voice.pick('为', '为', '为', '是', '是', '是', '等于', '=' if voice.chance(0.5) else '为')}{quoted}"
    )


def between(voice: Voice, subject: Subject, low: Value, high: Value) -> Said:
    """Say `subject BETWEEN low AND high`."""
    words = subject.words
    if isinstance(low, str) and isinstance(high, str):
        return dates.between(voice, subject, low, high)
    a, b = literals.literal(voice, low), literals.literal(voice, high)
    return Said(
        voice.pick(
            f"{words}在{a}到{b}之间", f"{words}介于{a}和{b}之间", f"{words}在{a}和{b}之间", f"{words}从{a}到{b}",
            f"{words}为{a}到{b}",
            f"{words}在{a}至{b}之间", f"{words}{a}到{b}之间", f"{words}在{a}~{b}之间", f"{words}不低于{a}且不高于{b}",
        )
    )  # fmt: skip


def in_list(voice: Voice, subject: Subject, values: tuple[Value, ...], *, negated: bool) -> Said:
    """Say `subject [NOT] IN (values)`."""
    words = subject.words
    translate = not (subject.is_label or subject.is_key)
    names = [voice.phrases.value(v, subject.place) if isinstance(v, str) else () for v in values]
    first = {found[0] for found in names if found}
    if translate and len(first) == len(values) and voice.chance(0.6):
        said = [literals.fence(found[0]) for found in names]
    else:
        said = [
            literals.text(voice, v, translate=False) if isinstance(v, str) else literals.literal(voice, v)
            for v in values
        ]
    if len(said) == 1:
        return Said(f"{words}{'不是' if negated else '为'}{said[0]}")
    listed = "、".join(said[:-1])
    if negated:
        if len(said) == 2 and voice.chance(0.5):
            return Said(voice.pick(f"{words}既不是{said[0]}也不是{said[1]}", f"{words}不是{said[0]}或{said[1]}"))
        return Said(
            voice.pick(
                f"{words}不在{listed}和{said[-1]}之中",
                f"{words}不是{listed}、{said[-1]}中的任何一个",
                f"{words}不属于{listed}和{said[-1]}",
            )
        )
    return Said(
        voice.pick(
            f"{words}为{listed}或{said[-1]}", f"{words}是{listed}或者{said[-1]}", f"{words}是{listed}、{said[-1]}之一",
            f"{words}在{listed}、{said[-1]}之中", f"{words}属于{listed}或{said[-1]}",
        )
    )  # fmt: skip


def like(voice: Voice, subject: Subject, kind: str, fragment: str, *, negated: bool) -> Said:
    """Say `subject [NOT] LIKE pattern`."""
    words = subject.words
    if subject.tone == "date" and kind == "starts" and not negated:
        month = literals.MONTH.match(fragment)
        if month or (len(fragment.rstrip("-")) == 4 and fragment.rstrip("-").isdigit()):
            when = literals.fence(f"{month[1]}年{int(month[2])}月" if month else f"{fragment[:4]}年")
            verb = dates.event(subject)
            return Said(f"{when}{verb}" if verb and voice.chance(0.6) else f"{words}在{when}")
    surname = kind == "starts" and not negated and len(fragment) == 1 and fragment > "\u4e00"
    if surname and words.endswith("姓名") and voice.chance(0.5):
        return Said(f"姓{literals.fence(fragment)}")
    quoted = literals.fence(fragment)
    opening, closing = voice.pick(("“", "”"), ("“", "”"), ('"', '"'), ("'", "'"))
    if voice.chance(0.6) or not fragment.isalnum():
        quoted = f"{opening}{quoted}{closing}"
    no = "不" if negated else ""
    if kind == "starts":
        return Said(
            voice.pick(f"{words}{no}以{quoted}开头", f"{words}{no}是以{quoted}开头", f"{words}{no}以{quoted}打头")
        )
    if kind == "ends":
        return Said(voice.pick(f"{words}{no}以{quoted}结尾", f"{words}{no}是以{quoted}结尾"))
    if negated:
        return Said(voice.pick(f"{words}不包含{quoted}", f"{words}中不含{quoted}", f"{words}里没有{quoted}"))
    return Said(
        voice.pick(
            f"{words}包含{quoted}",
            f"{words}中含有{quoted}",
            f"{words}里有{quoted}",
            f"{words}里带{quoted}",
            f"{words}含{quoted}",
        )
    )


def is_null(voice: Voice, words: str, *, negated: bool) -> Said:
    """Say `subject IS [NOT] NULL`."""
    if negated:
        return Said(
            voice.pick(
                f"{words}不为空", f"{words}非空", f"填写了{words}", f"有{words}", f"{words}已填写", f"有{words}信息"
            )
        )
    return Said(
        voice.pick(
            f"{words}为空", f"没有填写{words}", f"没填{words}", f"{words}缺失", f"没有{words}", f"{words}是空的",
            f"未填写{words}", f"缺少{words}",
        )
    )  # fmt: skip


def against(voice: Voice, words: str, tone: Tone, op: str, other: str, *, literal: bool = False) -> Said:
    """Say that one thing in words compares so with another; `literal` when the other is a figure, not a column."""
    if tone == "date" and op in ("<", ">"):
        return Said(f"{words}{'晚于' if op == '>' else '早于'}{other}")
    if not literal and op == "=":
        return Said(voice.pick(f"{words}等于{other}", f"{words}与{other}相同", f"{words}和{other}相同"))
    if not literal and op == "<>":
        return Said(voice.pick(f"{words}不等于{other}", f"{words}与{other}不同"))
    return Said(f"{words}{voice.of((COMPARE_COUNT if tone == 'count' else COMPARE)[op])}{other}")


def at_extreme(voice: Voice, words: str, tone: Tone, everyone: str, *, top: bool) -> Said:
    """Say that a value is the extreme of all: every row that reaches it; `everyone` names all where needed."""
    extreme = AGGREGATE_EXTREMES.get(tone, ("最高", "最低"))[0 if top else 1]
    value = f"{extreme}的{words}" if tone == "date" else voice.pick("最大值" if top else "最小值", f"{extreme}{words}")
    if everyone:
        return Said(f"{words}等于{everyone}{extreme}{words}")
    word = voice.of(SUPERLATIVES.get(tone, SUPERLATIVES["number"])[0 if top else 1])
    said = (
        f"{words}等于{value}",
        f"{words}为{value}",
        f"{words}{word}（并列都算）",
        f"{words}{word}",
        f"{words}{word}（含并列）",
    )
    return Said(voice.of(said))


def how_many(voice: Voice, noun: str, op: str, number: int) -> Said:
    """Say how many things something has: 至少有3个订单."""
    stem = noun.removesuffix("记录")
    if stem != noun and voice.measure(stem) == "次" and voice.chance(0.5):
        noun = stem
    many, times = literals.how_many(voice, number, voice.measure(noun)), "次数" if voice.measure(noun) == "次" else "数"
    if noun.endswith(("数", "记录")):
        times = ""
    if op == "<>":
        return Said(f"{noun}数不等于{literals.fence(str(number))}")
    said = {
        ">": (
            f"有超过{many}{noun}",
            f"{noun}{times}超过{many}",
            f"{noun}超过{many}",
            f"{noun}多于{many}",
            f"拥有{many}以上（不含）{noun}",
        ),
        ">=": (
            f"至少有{many}{noun}",
            f"{noun}{times}至少{many}",
            f"{noun}不少于{many}",
            f"有{many}或更多{noun}",
            f"有不少于{many}{noun}",
        ),
        "<": (f"{noun}不到{many}", f"{noun}{times}不到{many}", f"{noun}少于{many}", f"有不到{many}{noun}"),
        "<=": (f"{noun}不超过{many}", f"最多有{many}{noun}", f"有不超过{many}{noun}"),
        "=": (f"正好有{many}{noun}", f"恰好有{many}{noun}", f"刚好有{many}{noun}"),
    }[op]
    return Said(said[int(voice.random() * (len(said) - (0.8 if op == ">" else 0)))])


def truth(words: str, kind: str, value: Value) -> bool | None:
    """Return what a stored value says of a yes-or-no column; None when the column is not one."""
    if kind == "boolean" or words.startswith(("是否", "已")) or "的是否" in words:
        if value in (0, 1):
            return bool(value)
        if isinstance(value, str) and value.upper() in _YES | _NO:
            return value.upper() in _YES
    return None


_YES, _NO = frozenset(("Y", "YES", "T", "TRUE", "是")), frozenset(("N", "NO", "F", "FALSE", "否"))


def flag(voice: Voice, words: str, *, yes: bool, boolean: bool) -> Said:
    """Say a yes-or-no column by its name: 有效 and 无效 of 是否有效, 已付款 and 未付款 of 是否付款."""
    said = _adjective(voice, words, yes)
    if said and not voice.chance(0.12):
        return Said(said)
    if not words.startswith("是否") and "的是否" not in words:
        pairs = (("是", "否"), ("1", "0"), ("true", "false"), ("真", "假")) if boolean else (("1", "0"), ("是", "否"))
        good, bad = voice.of(pairs)
        return Said(f"{words}{voice.pick('为', '为', '是', '=')}{literals.fence(good if yes else bad)}")
    return Said(f"{words}为{'是' if yes else '否'}")


def _adjective(voice: Voice, words: str, yes: bool) -> str:
    if words.startswith("已") and words[1:] in DONE:
        return words if yes else voice.pick("未", "尚未", "还没") + words[1:]
    if words in DONE:
        return f"已{words}" if yes else f"未{words}"
    if words in _OPPOSITES:
        return words if yes else _OPPOSITES[words]
    if not words.startswith("是否"):
        return ""
    stem = words[2:].removeprefix("已经").removeprefix("已")
    if stem in DONE:
        return voice.pick("已", "已经") + stem if yes else voice.pick("未", "还没", "没有", "尚未") + stem
    if stem in _OPPOSITES:
        return stem if yes else _OPPOSITES[stem]
    if stem.startswith("有"):
        return stem if yes else f"没{stem}"
    if stem.startswith(("可", "能", "支持", "需要", "允许", "含", "在", "愿意")):
        return stem if yes else f"不{stem}"
    if stem.startswith("为"):
        return f"是{stem[1:]}" if yes else f"不是{stem[1:]}"
    if is_person(stem) or stem.endswith(_NOUNS):
        return f"是{stem}" if yes else f"不是{stem}"
    return ""


_OPPOSITES = {
    "有效": "无效", "有货": "没货", "活跃": "不活跃", "公开": "不公开", "在职": "不在职", "在线": "不在线",
    "合格": "不合格", "缺货": "不缺货", "必修": "非必修", "免费": "不免费", "成功": "不成功", "正常": "不正常",
    "可用": "不可用", "默认": "非默认", "主要": "非主要",
}  # fmt: skip
_NOUNS = (
    "会员",
    "用户",
    "地址",
    "客户",
    "联系人",
    "VIP",
    "vip",
    "全职",
    "主地址",
    "节假日",
    "工作日",
    "国际航班",
    "主场",
    "冠军",
    "连锁店",
)
