"""Words for computed things, once their parts are in words: counts, sums, extremes, windows, directions.

Nothing here looks into a tree; `clauses.py` does.
"""

from __future__ import annotations

from typing import Literal

from sqlwright.synth.chinese.voice import Voice
from sqlwright.synth.chinese.words import AGGREGATE_EXTREMES, DIRECTIONS, Tone, is_latin, is_person, measure_word

_OPERATORS = {"+": ("加", "加上"), "-": ("减", "减去"), "*": ("乘以", "乘"), "/": ("除以",)}
_NOUNS = {"+": "之和", "-": "的差", "*": "的乘积", "/": "的比值"}


def count_of(voice: Voice, noun: str, *, quantity: bool = False) -> str:
    """Return the words for how many there are: 订单数量; never 数量 where `quantity` says that is a column."""
    if quantity:
        each = f"{noun}{voice.measure(noun)}数" if voice.measure(noun) in "张条份笔" else f"{noun}个数"
        return voice.pick(f"{noun}总数", f"{noun}的个数", f"{noun}的总数", each)
    stem = noun.removesuffix("记录")
    if measure_word(stem) == "次" and voice.chance(0.5):
        return voice.pick(f"{stem}次数", f"{stem}的次数", f"{stem}次数") if "的" not in noun else f"{stem}的次数"
    if is_person(noun) and voice.chance(0.2):
        return f"{noun}人数"
    if is_latin(noun[-1:]):
        return voice.pick(f"{noun}的数量", f"{noun}数量", f"{noun}的个数", f"{noun}总数")
    if "的" in noun:
        return voice.pick(f"{noun}数量", f"{noun}的数量", f"{noun}数", f"{noun}总数")
    tail = voice.pick("数量", "数", "数", "总数", "的数量", "的个数")
    return noun + ("数量" if tail == "数" and noun.endswith("数") else tail)


def count_different(voice: Voice, what: str, owner: str) -> str:
    """Return the words for how many different values there are: 不同城市的数量."""
    of = f"{owner}的" if owner and not what.startswith(owner) else ""
    return of + voice.pick(
        f"不同{what}的数量", f"不同的{what}数", f"去重后的{what}数量", f"不重复的{what}数", f"不同{what}数"
    )


def arithmetic(voice: Voice, op: Literal["+", "-", "*", "/"], left: str, right: str) -> str:
    """Return the words for a sum, difference, product or quotient."""
    if voice.chance(0.3):
        return f"{left}与{right}{_NOUNS[op]}"
    return f"{left}{voice.of(_OPERATORS[op])}{right}"


def measure(voice: Voice, function: str, words: str, tone: Tone, *, is_column: bool) -> str:
    """Return the words for SUM, AVG, MIN or MAX of something: 平均价格, 金额合计."""
    short = is_column and "的" not in words and len(words) <= 6 and not is_latin(words[:1])
    if function == "sum" and words.endswith("金额") and voice.chance(0.3):
        return "总额" if words == "金额" else voice.pick(f"{words[:-2]}总额", f"{words}总额")
    if function == "avg" and words in ("单价", "价格", "售价") and voice.chance(0.25):
        return "均价"
    if function == "sum":
        if short and not words.startswith(("总", "平均")) and voice.chance(0.4):
            return f"总{words}"
        return voice.pick(f"{words}总和", f"{words}合计", f"{words}的总和", f"{words}之和", f"{words}总计")
    if function == "avg":
        if short and not words.startswith(("总", "平均")) and voice.chance(0.6):
            return f"平均{words}"
        return voice.pick(f"{words}平均值", f"{words}的平均值", f"{words}均值", f"{words}的平均值")
    top = function == "max"
    extreme = AGGREGATE_EXTREMES.get(tone, ("最高", "最低"))[0 if top else 1]
    if tone == "text":
        return f"{words}中按字母顺序{'最后' if top else '最前'}的值"
    if tone in ("date", "year"):
        return f"{extreme}的{words}"
    if short and not words.startswith("最") and voice.chance(0.55):
        return f"{extreme}{words}"
    if "的" not in words and not words.startswith("最") and voice.chance(0.3):
        return f"{extreme}的{words}"
    what = "最大值" if top else "最小值"
    return voice.pick(f"{words}{what}", f"{words}的{what}")


def label(voice: Voice, test: str, yes: str, no: str) -> str:
    """Return the words for a column that says one of two things by a test."""
    return voice.pick(
        f"标记（{test}则为{yes}，否则为{no}）",
        f"一列标签（如果{test}就是{yes}，否则是{no}）",
        f"分类（{test}的为{yes}，其余为{no}）",
    )


def days(voice: Voice, function: str, span: str) -> str:
    """Return the words for the mean or an extreme of the days from one date to another: 从下单到发货的平均天数."""
    if function == "sum":
        return span + voice.pick("的总天数", "的天数总和")
    word = {"avg": "平均", "max": "最长", "min": "最短"}[function]
    return span + voice.pick(f"的{word}天数", f"{word}间隔天数", f"相隔的{word}天数", f"{word}相差的天数")


def window(voice: Voice, function: str, words: str, partition: str, order: str, noun: str) -> str:
    """Return the words for a window; `words` is what it adds up, `order` names key and direction, `noun` a row."""
    part = voice.pick(f"在每个{partition}内", f"在各{partition}内", f"在同一{partition}内") if partition else ""
    if function in ("rank", "row_number"):
        name = voice.pick("排名", "名次") if function == "rank" else voice.pick("序号", "行号")
        return f"{part}按{order}的{name}" if order else f"{part}的{name}"
    if order:
        return f"{part}按{order}的" + (f"累计{words}" if function == "sum" else f"{words}累计平均值")
    what = "总和" if function == "sum" else "平均值"
    return (
        f"{voice.pick('所在', '所属', '同一')}{partition}的{words}{what}" if partition else f"全部{noun}的{words}{what}"
    )


def direction(voice: Voice, tone: Tone, *, descending: bool) -> str:
    """Return the words for an order's direction: 从高到低."""
    if tone == "date" and not descending and voice.chance(0.25):
        return voice.pick("先后", "先后顺序", "的先后")
    ways = DIRECTIONS[tone if tone in DIRECTIONS else "number"]
    return voice.of(ways[0 if descending else 1])
