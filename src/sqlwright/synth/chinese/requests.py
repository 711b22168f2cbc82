"""Requests in two parts: which things first, then what of them is wanted.

2010年以前入职的医生都是谁？要姓名和入职日期
麻烦查下林丽华的就诊记录：日期、医生姓名、就诊原因
单价最贵的三种药，名称和单价
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlwright.synth.chinese.frames import Ask
from sqlwright.synth.chinese.voice import Voice
from sqlwright.synth.chinese.words import is_person

_WANT = (
    "要", "要", "列一下", "给出", "给", "列出", "只要", "只看", "显示", "我要", "需要", "列", "给我", "返回", "写出",
)  # fmt: skip
_LEADS = (
    "", "", "", "", "麻烦查下", "麻烦查一下", "帮我查下", "帮忙查一下", "查下", "查一下", "查查", "看看", "看下",
    "列一下", "找一下", "帮我找下", "列出", "查询", "请查", "想看", "拉一下", "导出", "帮忙拉一下", "我要看",
    "给我看下", "找出",
)  # fmt: skip


def want(voice: Voice, columns: Sequence[str]) -> str:
    """Return what is wanted, as a part of its own: 要姓名和入职日期."""
    return wanted(voice, columns, _WANT)


def wanted(voice: Voice, columns: Sequence[str], verbs: Sequence[str]) -> str:
    """Return what is wanted after one of the verbs, or before 都列出来."""
    both = listed(voice, columns)
    if len(columns) > 1 and voice.chance(0.2):
        return both + voice.pick("都列出来", "都要", "一起列出来", "都列一下", "都给我")
    if len(columns) == 1 and voice.chance(0.12):
        return f"{both}{voice.pick('列出来', '列一下', '就行', '即可')}"
    return f"{voice.of(verbs)}{both}"


def listed(voice: Voice, columns: Sequence[str]) -> str:
    """Return words as a list: A、B和C or A、B、C."""
    if len(columns) == 1 or voice.chance(0.25):
        return "、".join(columns)
    return "、".join(columns[:-1]) + voice.pick("和", "和", "和", "跟", "以及", "及") + columns[-1]


def of_things(voice: Voice, pool: str, noun: str, columns: Sequence[str], *, which: str, single: bool) -> Ask:
    """Ask for columns of things: the things, and then the columns.

    Args:
        voice: makes the choices.
        pool: the things in words, with what is asked of them.
        noun: what one of them is called.
        columns: the words of what is wanted.
        which: a clause that asks for the things by itself ("哪些客户没有下过订单"), or "".
        single: whether there is one thing at most.
    """
    stop = voice.pick("？", "？", "？", "，", "?")
    if which and voice.chance(0.35):
        return Ask(f"{voice.pick('', '', '', '请问')}{which}{stop}{want(voice, columns)}")
    roll = voice.random()
    if roll < 0.3:
        asked = _which_ones(voice, noun, single=single)
        return Ask(f"{voice.pick('', '', '', '请问')}{pool}{asked}{stop}{want(voice, columns)}")
    if roll < 0.5:
        separator = voice.pick("：", "：", ":", "，")
        return Ask(f"{voice.of(_LEADS)}{pool}{separator}{'、'.join(columns)}")
    if roll < 0.7:
        return Ask(f"{pool}{voice.pick('，', '，', '。', '：')}{listed(voice, columns)}")
    if roll < 0.8:
        return Ask(
            f"{pool}的{listed(voice, columns)}{voice.pick('列一下', '都列出来', '给我看看', '发我', '拉个清单')}"
        )
    return Ask(f"{voice.of(_LEADS)}{pool}{voice.pick('，', '，', '。')}{want(voice, columns)}")


def _which_ones(voice: Voice, noun: str, *, single: bool) -> str:
    person = is_person(noun)
    if single:
        return voice.pick("是谁", "是哪位") if person else voice.pick(f"是哪{voice.measure(noun)}", "是哪个", "是什么")
    return (
        voice.pick("都是谁", "有哪些人", "有谁", "有哪些", "都有哪些")
        if person
        else voice.pick("有哪些", "有哪些", "都有哪些", "是哪些")
    )


def names(voice: Voice, pool: str, noun: str, column: str, *, which: str, single: bool) -> Ask:
    """Ask for what things are called, with the name asked for after them: …有哪些，列一下姓名."""
    roll = voice.random()
    if is_person(noun) and roll < 0.3 and column in ("姓名", "名字", "全名"):
        return Ask(f"{pool}{voice.pick('叫什么名字', '叫什么', '都叫什么名字', '的名字是什么')}", True)
    if roll < 0.45:
        ones = which or pool + _which_ones(voice, noun, single=single)
        only = voice.pick(
            f"只要{column}", f"列{column}", f"列一下{column}", f"给{column}就行", f"{column}就可以", f"给出{column}"
        )
        return Ask(f"{ones}{voice.pick('？', '？', '，')}{only}")
    return of_things(voice, pool, noun, (column,), which=which, single=single)


def once(voice: Voice, noun: str) -> str:
    """Return a note that each thing is to be there once."""
    each = "人" if is_person(noun) else f"个{noun}" if len(noun) <= 3 else voice.measure(noun)
    return voice.pick(f"每{each}只列一次", "不要重复", "重复的只列一次", "去重", "去掉重复的")


_COUNTS = {"次": "次数", "位": "人数", "名": "人数"}


def brief_count(voice: Voice, noun: str, *, quantity: bool = False) -> str:
    """Return the word for a count that has been said before: 人数, 次数, 数量."""
    measure = voice.measure(noun)
    if quantity:
        return voice.pick("总数", "个数", f"{measure}数")
    known = _COUNTS.get(measure, "数量") if is_person(noun) or measure == "次" else "数量"
    return voice.pick(known, known, f"{noun}数" if len(noun) <= 4 and not noun.endswith("数") else known)
