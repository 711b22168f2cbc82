"""Sentences around what is asked for: terse, polite, imperative, colloquial; and the finishing touches.

A frame takes the thing asked for ("北京的客户的姓名") and gives a sentence without its final punctuation, as an `Ask`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from sqlwright.synth.chinese.literals import CLOSE, OPEN
from sqlwright.synth.chinese.voice import Voice
from sqlwright.synth.chinese.words import is_person


class Ask(NamedTuple):
    """A sentence to be, and whether it asks (？) or tells (。)."""

    text: str
    asks: bool = False


_LOOK = (
    "查询",
    "查询",
    "列出",
    "列出",
    "显示",
    "给出",
    "找出",
    "查一下",
    "看一下",
    "查找",
    "获取",
    "返回",
    "展示",
    "检索",
    "查看",
)
_POLITE = (
    "请列出",
    "请查询",
    "请给出",
    "请帮我查一下",
    "帮我查一下",
    "帮我查",
    "麻烦查一下",
    "麻烦列一下",
    "请问能给出",
    "帮我找出",
    "帮我列出",
    "请显示",
    "帮忙查下",
    "麻烦查下",
    "麻烦看下",
    "请查下",
    "帮我看看",
    "帮忙列下",
)
_LOOSE = (
    "我想知道",
    "我想看看",
    "我想看一下",
    "给我看看",
    "给我",
    "想看下",
    "拉一下",
    "给我列一下",
    "把",
    "我需要",
)
_SUM = ("统计", "统计", "计算", "求", "查询", "统计一下", "算一下", "算出", "查一下", "给出")
_SUM_POLITE = ("请统计", "请计算", "帮我统计", "帮我算一下", "麻烦统计一下", "请给出", "帮我看下", "请问", "帮忙算下")
_LATIN = re.compile(r"(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[\u4e00-\u9fff])")


def _led(voice: Voice, thing: str, verbs: tuple[str, ...]) -> Ask:
    verb = voice.of(verbs)
    if verb == "把":
        return Ask(f"把{thing}{voice.pick('列出来', '列一下', '给我看看', '查出来')}")
    if verb.startswith("请问能"):
        return Ask(f"{verb}{thing}吗", True)
    return Ask(f"{verb}{thing}")


def ask_things(voice: Voice, thing: str, noun: str, *, which: str = "", single: bool = False) -> Ask:
    """Ask which things there are: 有哪些, 列出, 谁.

    `which` is the same as a clause that asks by itself ("哪个产品最贵"); empty when there is none.
    """
    roll = voice.random()
    person = is_person(noun)
    if which and roll < 0.3:
        return Ask(voice.pick("", "", "请问", "我想知道", "帮我看下", "看一下") + which, True)
    roll = voice.random()
    if single and roll < 0.36:
        alone = (
            ("是谁", "是谁", "是哪位", "叫什么")
            if person
            else ("是哪个", f"是哪{voice.measure(noun)}", "是什么", "是哪个")
        )
        return Ask(f"{voice.pick('', '', '请问')}{thing}{voice.of(alone)}", True)
    if not single and roll < 0.36:
        short = len(thing) <= 9 and not thing.startswith(("所有", "全部")) and voice.chance(0.6)
        if short:
            return Ask(f"{voice.pick('', '', '请问', '我想知道')}{voice.pick('有哪些', '都有哪些')}{thing}", True)
        ends: tuple[str, ...] = ("有哪些", "有哪些", "都有哪些", "是哪些", "分别是哪些")
        if not person and voice.chance(0.2):
            ends = ("是什么", "包括哪些", "有什么")
        if person and voice.chance(0.5):
            ends = ("都有谁", "有谁", "都是谁", "有哪些人", "是谁", "都有哪些人")
        return Ask(f"{voice.pick('', '', '请问')}{thing}{voice.of(ends)}", True)
    if roll < 0.64:
        return _led(voice, thing, _LOOK)
    if roll < 0.78:
        return _led(voice, thing, _POLITE)
    if roll < 0.88:
        return _led(voice, thing, _LOOSE)
    return Ask(thing)


def ask_fields(voice: Voice, thing: str, *, several: bool = False, figures: bool = False, single: bool = False) -> Ask:
    """Ask for columns of things: 是什么, 查询; `figures` when all of them are numbers, `single` of one thing."""
    roll = voice.random()
    if roll < 0.25 and figures:
        return Ask(
            f"{voice.pick('', '', '请问')}{thing}{voice.pick('是多少', '分别是多少') if several else '是多少'}", True
        )
    if roll < 0.25 and single and not several:
        return Ask(f"{voice.pick('', '', '请问')}{thing}是什么", True)
    if roll < 0.25:
        tail = (
            ("分别是什么", "是什么", "各是什么", "都是什么", "分别是多少")
            if several
            else ("是什么", "是什么", "分别是什么", "都是什么")
        )
        return Ask(f"{voice.pick('', '', '请问')}{thing}{voice.of(tail[:4])}", True)
    if roll < 0.6:
        return _led(voice, thing, _LOOK)
    if roll < 0.76:
        return _led(voice, thing, _POLITE)
    if roll < 0.88:
        return _led(voice, thing, _LOOSE)
    return Ask(thing)


def ask_number(voice: Voice, thing: str, *, several: bool = False, when: bool = False) -> Ask:
    """Ask for figures: 是多少, 统计; or, of a date, 是什么时候."""
    roll = voice.random()
    if when:
        if roll < 0.5:
            return Ask(f"{voice.pick('', '', '请问')}{thing}{voice.pick('是什么时候', '是哪一天', '是哪天')}", True)
        return _led(voice, thing, _LOOK) if roll < 0.8 else Ask(thing)
    if roll < 0.34:
        tail = ("分别是多少", "各是多少", "是多少") if several else ("是多少", "是多少", "有多少", "是几")[:2]
        return Ask(f"{voice.pick('', '', '', '请问', '我想知道')}{thing}{voice.of(tail)}", True)
    if roll < 0.64:
        return _led(voice, thing, _SUM)
    if roll < 0.78:
        return _led(voice, thing, _SUM_POLITE)
    if roll < 0.86:
        return Ask(f"{voice.pick('我想知道', '我想看看', '看一下', '给我看看')}{thing}")
    return Ask(thing)


_PARTICLES = ("多少", "哪些", "几个", "是谁", "几位", "什么", "有谁", "哪位", "哪个")


def _particle(voice: Voice, text: str) -> str:
    """Return a closing particle for a question now and then: 呢, 呀, 啊."""
    return voice.pick("呢", "呀", "啊", "呢") if text.endswith(_PARTICLES) and voice.chance(0.1) else ""


_OPENINGS = ("你好，", "我想问下，", "想问下", "问一下，", "目前", "现在", "系统里", "库里", "数据里", "咱们")


def ask_count(voice: Voice, thing: str, noun: str, amount: str) -> Ask:
    """Ask how many things there are; `amount` is the same as a noun (北京的客户数量), `noun` the thing alone."""
    roll, measure = voice.random(), voice.measure(noun)
    if is_person(noun) and voice.chance(0.3):
        measure = voice.pick("名", "个")
    soft = voice.pick("", "", "", "啊", "呢")
    if roll < 0.3 and not _starts_with_other(voice, thing, noun):
        lead = voice.pick("", "", "请问", "一共", "总共", "我想知道", "帮我查一下", "查一下", "统计")
        return Ask(f"{lead}{voice.pick('有多少', f'有多少{measure}', f'有几{measure}')}{thing}{soft}", True)
    if roll < 0.58:
        tail = voice.pick(
            "有多少", f"有多少{measure}", f"有几{measure}", "一共有多少", f"总共有多少{measure}", f"共有多少{measure}",
            "数量是多少" if "数量" in amount else "总数是多少", "有几个" if measure == "个" else "有多少",
        )  # fmt: skip
        lead = voice.pick("", "", "", "请问", "我想知道", "查一下")
        return Ask(f"{lead}{thing}{tail}{'' if tail.endswith('数量是多少') or tail == '总数是多少' else soft}", True)
    return ask_number(voice, amount)


def _starts_with_other(voice: Voice, thing: str, noun: str) -> bool:
    """Return whether 多少 before a thing would seem to count another table's: 多少设备固件为1.0的维护."""
    nouns = [name for (_, column), name in voice.chosen.items() if not column and name != noun]
    return any(thing.startswith(name) for name in nouns)


_DOUBLED = re.compile("([\u4e00-\u9fff]{2,4})的\\1(?=名称|金额|状态|编号|日期|等级|类型|数量)")
"""A noun said twice: 订单的订单编号."""
_BARE_START = ("有多少", "有几", "有哪些", "一共", "总共")


def finish(voice: Voice, ask: Ask, noise: float = 0.0) -> str:
    """Return the sentence with punctuation, spacing and, at times, a slip; literals stay as they are."""
    text = ask.text
    roll = voice.random()
    if ask.asks:
        if text.startswith(_BARE_START) and voice.chance(0.03):
            text = voice.of(_OPENINGS) + text
        text += _particle(voice, text)
        text += "？" if roll < 0.68 else "?" if roll < 0.78 else ""
    elif roll < 0.42:
        text += "。" if roll < 0.38 else "."
    if voice.chance(0.75):
        text = _DOUBLED.sub(r"\1的", text)
    if noise and voice.chance(noise):
        text = _slip(voice, text)
    spaced = voice.chance(0.4)
    parts = re.split(f"[{OPEN}{CLOSE}]", text)
    if spaced:
        parts = [part if index % 2 else _LATIN.sub(" ", part) for index, part in enumerate(parts)]
    out = parts[0]
    for index in range(1, len(parts)):
        left, right = out[-1:], parts[index][:1]
        mixed = left and right and ((left >= "\u4e00") != (right >= "\u4e00")) and left.isalnum() and right.isalnum()
        latin = (left.isascii() and left.isalpha() and right.isascii() and right.isalnum()) or (
            right.isascii() and right.isalpha() and left.isascii() and left.isalnum()
        )
        out += (" " if (mixed and spaced) or latin else "") + parts[index]
    return out


_HOMOPHONES = (("的", "得"), ("做", "作"), ("账", "帐"), ("少", "小"), ("哪些", "那些"), ("再", "在"))


def _slip(voice: Voice, text: str) -> str:
    outside = text.split(OPEN, 1)[0]
    if voice.chance(0.6) and outside.count("的") > 1:
        at = outside.rindex("的")
        return text[:at] + text[at + 1 :]
    for right, wrong in _HOMOPHONES:
        if right in outside and voice.chance(0.4):
            return text.replace(right, wrong, 1)
    return text.rstrip("？。?.")
