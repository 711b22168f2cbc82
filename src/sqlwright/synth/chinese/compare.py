"""Comparisons of one thing with literals, as a predicate ("价格超过50") and as a modifier ("价格超过50的").

Nothing here looks into a tree: `clauses.py` says what is compared and passes the words.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlwright.synth.chinese import literals
from sqlwright.synth.chinese.voice import Voice
from sqlwright.synth.chinese.words import COMPARE, COMPARE_COUNT, DONE, EVENT_VERBS, Tone, is_person
from sqlwright.synth.tree import Value


class Said(NamedTuple):
    """A condition in words; `modifier` stands before a noun and is `predicate` + 的 when empty."""

    predicate: str
    modifier: str = ""

    @property
    def before(self) -> str:
        """Return the words that stand before a noun."""
        return self.modifier or self.predicate + "的"


class Subject(NamedTuple):
    """What is compared."""

    words: str
    tone: Tone
    noun: str = ""
    """The noun of the thing whose own column this is; empty for a column of another place."""
    is_label: bool = False
    is_key: bool = False


_PLACES = ("城市", "国家", "省份", "地区", "州", "区域", "省", "市", "所在地", "国籍")
_KINDS = (
    "状态",
    "类型",
    "类别",
    "分类",
    "性别",
    "颜色",
    "品牌",
    "行业",
    "职位",
    "职称",
    "专业",
    "级别",
    "渠道",
    "方式",
    "种类",
    "体裁",
    "流派",
    "语言",
)
_STEMS = ("日期", "时间", "年份")


def compare(voice: Voice, subject: Subject, op: str, value: Value) -> Said:
    """Say `subject op value`."""
    if isinstance(value, str):
        if literals.DATE.match(value[:10]) and subject.tone in ("date", "text", "year"):
            return _date(voice, subject, op, value)
        return _text(voice, subject, op, value)
    count = subject.tone == "count"
    verbs = (COMPARE_COUNT if count else COMPARE)[op]
    amount = literals.number(voice, value)
    words = subject.words
    if op == ">=" and voice.chance(0.3):
        return Said(f"{words}{voice.pick(f'在{amount}及以上', f'达到或超过{amount}', f'≥{amount}', f'至少{amount}')}")
    if op == "<=" and voice.chance(0.25):
        return Said(f"{words}{voice.pick(f'在{amount}及以下', f'最多{amount}', f'≤{amount}', f'至多为{amount}')}")
    if subject.tone in ("year",) and op in ("<", ">") and voice.chance(0.4):
        return Said(f"{words}{'晚于' if op == '>' else '早于'}{amount}")
    if op in ("<", ">") and voice.chance(0.06):
        return Said(f"{words}{op}{amount}")
    if op == "=" and (subject.is_key or voice.chance(0.12)):
        return Said(
            f"{words}{voice.pick('为', '是', '', '等于', '=') if subject.is_key else voice.pick('为', '正好是', '恰好为', '=')}{amount}"
        )
    return Said(f"{words}{voice.of(verbs)}{amount}")


def _text(voice: Voice, subject: Subject, op: str, value: str) -> Said:
    words = subject.words
    stored = subject.is_label or subject.is_key
    quoted = literals.text(voice, value, translate=not stored)
    if op == "<>":
        if voice.chance(0.15):
            return Said(f"{words}不是{quoted}", f"除{words}为{quoted}以外的")
        return Said(f"{words}{voice.pick('不是', '不为', '不等于')}{quoted}")
    if op != "=":
        return Said(f"{words}{voice.of(COMPARE[op])}{quoted}")
    if subject.is_label and subject.noun:
        if voice.chance(0.35):
            return Said(voice.pick(f"名为{quoted}", f"叫{quoted}", f"名叫{quoted}", f"叫做{quoted}"))
    elif subject.noun and words.endswith(_PLACES) and voice.chance(0.4):
        if words in ("城市", "国家", "省份", "地区", "国籍") or words.startswith("所在"):
            verb = voice.pick("来自", "在") if is_person(subject.noun) else voice.pick("位于", "在")
            return Said(f"{verb}{quoted}", voice.pick(f"{verb}{quoted}的", f"{quoted}的"))
    elif subject.noun and words.endswith(_KINDS) and not value.isdigit() and len(value) > 1 and voice.chance(0.22):
        return Said(f"{words}为{quoted}", f"{quoted}的")
    return Said(f"{words}{voice.pick('为', '为', '是', '是', '等于', '=')}{quoted}")


def _date(voice: Voice, subject: Subject, op: str, value: str) -> Said:
    day = literals.date(voice, value)
    words, verb = subject.words, event(subject)
    if verb and voice.chance(0.55):
        said = {
            ">": (f"在{day}之后{verb}", f"{day}之后{verb}", f"{day}以后{verb}", f"晚于{day}{verb}"),
            ">=": (
                f"在{day}或之后{verb}",
                f"{day}起{verb}",
                f"从{day}起{verb}",
                f"{day}以来{verb}",
                f"{day}及以后{verb}",
            ),
            "<": (f"在{day}之前{verb}", f"{day}之前{verb}", f"{day}以前{verb}", f"早于{day}{verb}"),
            "<=": (f"在{day}或之前{verb}", f"截至{day}{verb}", f"{day}及以前{verb}", f"不晚于{day}{verb}"),
            "=": (f"{day}{verb}", f"在{day}{verb}", f"{day}当天{verb}"),
            "<>": (f"不是{day}{verb}", f"不在{day}{verb}"),
        }[op]
        return Said(voice.of(said))
    said = {
        ">": (f"{words}在{day}之后", f"{words}晚于{day}", f"{words}在{day}以后", f"{words}大于{day}"),
        ">=": (f"{words}不早于{day}", f"{words}在{day}及以后", f"{words}在{day}或之后", f"{words}大于等于{day}"),
        "<": (f"{words}早于{day}", f"{words}在{day}之前", f"{words}在{day}以前", f"{words}小于{day}"),
        "<=": (f"{words}不晚于{day}", f"{words}在{day}及以前", f"{words}在{day}或之前", f"{words}小于等于{day}"),
        "=": (f"{words}为{day}", f"{words}是{day}"),
        "<>": (f"{words}不是{day}", f"{words}不为{day}"),
    }[op]
    return Said(voice.of(said))


def event(subject: Subject) -> str:
    """Return the verb that a date column is named after ("下单" of 下单日期), or nothing."""
    if not subject.noun:
        return ""
    for ending in _STEMS:
        if subject.words.endswith(ending):
            stem = subject.words[: -len(ending)]
            return stem if stem in EVENT_VERBS else ""
    return ""


def date_part(voice: Voice, subject: Subject, part: str, op: str, value: Value) -> Said:
    """Say that the year, month or day of a date compares so with a number."""
    words, verb = subject.words, event(subject)
    unit = {"year": "年", "month": "月", "day": "日"}[part]
    name = {"year": "年份", "month": "月份", "day": "日"}[part]
    when = literals.fence(
        f"{value}{voice.pick('月', '月份') if part == 'month' and op == '=' else '号' if part == 'day' else unit}"
    )
    if op == "=" and voice.chance(0.85):
        if part == "day":
            return Said(f"{words}是每月{when}" if voice.chance(0.5) else f"{words}的日期为{when}")
        if verb and voice.chance(0.7):
            return Said(voice.pick(f"{when}{verb}", f"在{when}{verb}"))
        return Said(voice.pick(f"{words}在{when}", f"{words}是{when}", f"{words}为{when}"))
    if part == "year" and op in (">", ">=", "<", "<=") and voice.chance(0.75):
        if verb and voice.chance(0.6):
            said = {
                ">": (f"晚于{when}{verb}", f"{when}之后（不含{when}）{verb}"),
                ">=": (f"{when}及以后{verb}", f"{when}以来{verb}", f"从{when}起{verb}", f"不早于{when}{verb}"),
                "<": (f"{when}之前{verb}", f"早于{when}{verb}", f"{when}以前{verb}"),
                "<=": (f"{when}及以前{verb}", f"不晚于{when}{verb}", f"{when}或更早{verb}"),
            }[op]
            return Said(voice.of(said))
        said = {
            ">": (f"{words}晚于{when}", f"{words}在{when}之后"),
            ">=": (f"{words}在{when}及以后", f"{words}不早于{when}", f"{words}在{when}或更晚"),
            "<": (f"{words}早于{when}", f"{words}在{when}之前"),
            "<=": (f"{words}在{when}及以前", f"{words}不晚于{when}"),
        }[op]
        return Said(voice.of(said))
    if op == "<>" and part != "day" and voice.chance(0.6):
        return Said(f"{words}不在{when}")
    return Said(f"{words}的{name}{voice.of(COMPARE[op])}{literals.fence(str(value))}")


def between(voice: Voice, subject: Subject, low: Value, high: Value) -> Said:
    """Say `subject BETWEEN low AND high`."""
    words = subject.words
    if isinstance(low, str) and isinstance(high, str):
        verb = event(subject)
        span = _span(voice, low, high)
        if verb and voice.chance(0.55):
            return Said(
                voice.pick(
                    f"{span}{verb}",
                    f"在{span}{verb}",
                    f"在{span}期间{verb}" if not span.endswith("间") else f"在{span}{verb}",
                )
            )
        return Said(f"{words}{voice.pick('在', '介于') if span.endswith('间') else '在'}{span}")
    a, b = literals.literal(voice, low), literals.literal(voice, high)
    return Said(
        voice.pick(
            f"{words}在{a}到{b}之间", f"{words}介于{a}和{b}之间", f"{words}在{a}和{b}之间", f"{words}从{a}到{b}", f"{words}为{a}到{b}",
            f"{words}在{a}至{b}之间", f"{words}{a}到{b}之间", f"{words}在{a}~{b}之间", f"{words}不低于{a}且不高于{b}",
        )
    )  # fmt: skip


def _span(voice: Voice, low: str, high: str) -> str:
    whole_year = low[4:] == "-01-01" and high[4:] in ("-12-31", "-12-31 23:59:59")
    if whole_year and low[:4] == high[:4] and voice.chance(0.5):
        return literals.fence(f"{low[:4]}年")
    chinese = voice.plain or voice.chance(0.5)
    a, b = (
        (literals.date(voice, low), literals.date(voice, high))
        if chinese
        else (literals.fence(low), literals.fence(high))
    )
    if a.endswith("日" + literals.CLOSE) != b.endswith("日" + literals.CLOSE):
        a, b = literals.fence(low), literals.fence(high)
    return voice.pick(f"{a}到{b}之间", f"{a}至{b}之间", f"{a}和{b}之间", f"{a}到{b}")


def in_list(voice: Voice, subject: Subject, values: tuple[Value, ...], negated: bool) -> Said:
    """Say `subject [NOT] IN (values)`."""
    words = subject.words
    translate = not (subject.is_label or subject.is_key)
    state = voice.phrases.value
    chinese = translate and voice.chance(0.4) and all(isinstance(v, str) and state(v) for v in values)
    if chinese:
        said = [literals.fence(state(v)[0]) if isinstance(v, str) else "" for v in values]
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


def like(voice: Voice, subject: Subject, kind: str, fragment: str, negated: bool) -> Said:
    """Say `subject [NOT] LIKE pattern`."""
    words = subject.words
    if subject.tone == "date" and kind == "starts" and not negated:
        month = literals.MONTH.match(fragment)
        if month or (len(fragment.rstrip("-")) == 4 and fragment.rstrip("-").isdigit()):
            when = literals.fence(f"{month[1]}年{int(month[2])}月" if month else f"{fragment[:4]}年")
            verb = event(subject)
            return Said(f"{when}{verb}" if verb and voice.chance(0.6) else f"{words}在{when}")
    if kind == "starts" and not negated and len(fragment) == 1 and fragment > "\u4e00" and words.endswith("姓名"):
        if voice.chance(0.5):
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


def is_null(voice: Voice, words: str, negated: bool, tone: Tone) -> Said:
    """Say `subject IS [NOT] NULL`."""
    if negated:
        return Said(
            voice.pick(
                f"{words}不为空", f"{words}非空", f"填写了{words}", f"有{words}", f"{words}已填写", f"有{words}信息"
            )
        )
    return Said(
        voice.pick(
            f"{words}为空",
            f"没有填写{words}",
            f"没填{words}",
            f"{words}缺失",
            f"没有{words}",
            f"{words}是空的",
            f"未填写{words}",
        )
    )


def flag(voice: Voice, words: str, yes: bool) -> Said | None:
    """Say a yes-or-no column by its name ("是否有效": 有效的, 无效的); None when the name gives no such words."""
    if not words.startswith("是否"):
        for verb in ("已",):
            if words.startswith(verb) and words[1:] in DONE:
                return Said(words if yes else f"未{words[1:]}")
        return None
    stem = words[2:].removeprefix("已经").removeprefix("已")
    if voice.chance(0.15):
        return Said(f"{words}为{'是' if yes else '否'}")
    if stem in DONE:
        return Said(
            f"{voice.pick('已', '已经')}{stem}"
            if yes
            else voice.pick(f"未{stem}", f"还没{stem}", f"没有{stem}", f"尚未{stem}")
        )
    if stem == "有效":
        return Said("有效" if yes else "无效")
    if stem == "有货":
        return Said("有货" if yes else "没有货")
    if stem.startswith("有"):
        return Said(stem if yes else f"没{stem}")
    if stem.startswith(("可", "能", "支持", "需要", "允许", "含", "在")):
        return Said(stem if yes else f"不{stem}")
    if stem.startswith("为"):
        return Said(f"是{stem[1:]}" if yes else f"不是{stem[1:]}")
    if is_person(stem) or stem.endswith(
        ("会员", "用户", "地址", "客户", "联系人", "VIP", "vip", "全职", "主地址", "日")
    ):
        return Said(f"是{stem}" if yes else f"不是{stem}")
    return Said(f"{words}为{'是' if yes else '否'}")
