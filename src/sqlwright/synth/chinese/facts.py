"""What is asked of one thing by its name: 神经内科在几楼，电话多少; and the question words of a column."""

from __future__ import annotations

from sqlwright.synth.chinese.said import Subject
from sqlwright.synth.chinese.short import PLACES
from sqlwright.synth.chinese.voice import Voice
from sqlwright.synth.chinese.words import EVENT_VERBS, is_person

_WORDS: dict[str, tuple[str, ...]] = {
    "楼层": ("在几楼", "在几层"),
    "年龄": ("多大", "多大年纪", "几岁"),
    "身高": ("多高",),
    "体重": ("多重",),
    "库存": ("库存还有多少", "库存多少", "还剩多少库存"),
    "人口": ("有多少人口", "人口多少"),
    "性别": ("是男是女", "性别是什么"),
    "状态": ("是什么状态", "状态是什么", "现在什么状态"),
    "地址": ("地址在哪", "地址是什么"),
    "生日": ("生日是哪天", "什么时候过生日"),
}
_NUMBERED = ("电话", "手机", "手机号", "号码", "编号", "邮编")
_WHO = ("负责人", "经理", "主管", "导师", "作者", "导演", "校长", "教练")


def question(voice: Voice, subject: Subject) -> str:
    """Return a column as a question of its own, after the thing it is asked of: 在几楼, 电话多少."""
    words, kind = subject.words, subject.tone
    found = _WORDS.get(words)
    if found:
        return voice.of(found)
    if words.endswith(_NUMBERED):
        return voice.pick(f"{words}多少", f"{words}是多少", f"{words}是几号" if words == "门牌" else f"{words}是什么")
    if words.endswith(PLACES[:4]) and subject.alone:
        return voice.pick(
            f"在哪个{words[-2:]}",
            f"{words}是哪",
            f"是哪个{words[-2:]}的" if is_person(subject.noun) else f"{words}是哪里",
        )
    if words.endswith(_WHO):
        return f"{words}是谁"
    if kind == "date":
        stem = next((words[: -len(end)] for end in ("日期", "时间") if words.endswith(end)), "")
        if stem in EVENT_VERBS and not subject.noun.startswith(stem):
            return voice.pick(f"什么时候{stem}的", f"哪天{stem}的", f"{words}是哪天", f"是什么时候{stem}的")
        return voice.pick(f"{words}是哪天", f"{words}是什么时候")
    if kind == "price":
        return voice.pick(f"{words}多少", f"{words}是多少", f"{words}多少钱")
    if kind in ("text", "rank"):
        return voice.pick(f"{words}是什么", f"是什么{words}") if len(words) < 4 else f"{words}是什么"
    return voice.pick(f"{words}多少", f"{words}是多少", f"{words}有多少" if kind == "count" else f"{words}是多少")


def of_one(voice: Voice, name: str, subjects: list[Subject]) -> str:
    """Return a question for columns of the thing called so: 神经内科在几楼，电话多少."""
    parts = [question(voice, subject) for subject in subjects]
    return f"{voice.pick('', '', '', '请问', '问下', '想问下')}{name}{'，'.join(parts)}"
