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
            ways = (f"什么时候{stem}的", f"是什么时候{stem}的", f"哪天{stem}的", f"{words}是哪天")
            return voice.of(ways[:2] if words.endswith("时间") else ways)
        return f"{words}是什么时候" if words.endswith("时间") else voice.pick(f"{words}是哪天", f"{words}是什么时候")
    if kind == "price":
        return voice.pick(f"{words}多少", f"{words}是多少", f"{words}多少钱")
    if kind in ("text", "rank"):
        return voice.pick(f"{words}是什么", f"是什么{words}") if len(words) < 4 else f"{words}是什么"
    return voice.pick(f"{words}多少", f"{words}是多少", f"{words}有多少" if kind == "count" else f"{words}是多少")


_ASKED: dict[str, tuple[str, ...]] = {
    "楼层": ("在几楼", "在几层"),
    "所在楼层": ("在几楼", "在几层"),
    "年龄": ("多大年纪", "几岁"),
    "制造商": ("是谁生产的", "是哪家生产的", "是哪个厂家生产的"),
    "生产商": ("是谁生产的", "是哪家生产的"),
    "厂商": ("是谁生产的", "是哪家厂商的"),
    "作者": ("是谁写的", "是哪位作者写的"),
    "作家": ("是谁写的",),
    "出版社": ("是哪家出版社出的", "是哪个出版社出版的"),
    "导演": ("是谁导演的", "是谁执导的"),
    "供应商": ("是谁供的货", "是哪家供应商的"),
    "负责人": ("由谁负责", "归谁管"),
    "单价": ("卖多少钱", "单价多少钱"),
    "价格": ("多少钱", "卖多少钱"),
    "售价": ("多少钱", "卖多少钱"),
    "票价": ("票价多少钱", "要多少钱"),
    "房价": ("一晚多少钱",),
    "租金": ("租金多少钱",),
    "工资": ("工资多少", "挣多少钱"),
    "身高": ("有多高",),
    "体重": ("有多重",),
    "时长": ("持续多久", "多长时间"),
    "持续时间": ("持续多久", "持续多长时间"),
    "开始时间": ("几点开始", "什么时候开始"),
    "结束时间": ("几点结束", "什么时候结束"),
    "页数": ("有多少页", "是多少页"),
    "学分": ("有几个学分", "多少学分"),
    "容量": ("能容纳多少", "容量多大"),
    "库存": ("还剩多少", "库存还有多少"),
    "天数": ("是几天的", "多少天"),
    "语言": ("是什么语言的", "是哪种语言"),
    "类别": ("属于哪一类", "是什么类别"),
    "类型": ("是什么类型", "是哪种类型"),
    "状态": ("是什么状态", "现在什么状态"),
    "职称": ("是什么职称",),
    "职位": ("是什么职位", "做什么职位"),
    "剂型": ("是什么剂型", "是哪种剂型"),
    "血型": ("是什么血型",),
    "性别": ("是男是女",),
    "等级": ("是什么等级",),
    "面积": ("有多大", "面积多大"),
    "人口": ("有多少人口",),
}
"""What a column asks of a thing that was named before."""


def asked(voice: Voice, subject: Subject) -> str:
    """Return the question words of a column, which need not name it: 在几楼, 是谁写的, 什么时候入职的; or ""."""
    words = subject.words
    if not subject.noun or subject.is_key or "的" in words:
        return ""
    if subject.tone == "date" and words not in _ASKED:
        stem = next((words[: -len(end)] for end in ("日期", "时间") if words.endswith(end)), "")
        if stem in EVENT_VERBS and not subject.noun.startswith(stem):
            day = "是什么时候" if words.endswith("时间") else "是哪天"
            return voice.pick(f"是什么时候{stem}的", f"{day}{stem}的", f"什么时候{stem}的", f"何时{stem}")
        return ""
    if not subject.alone:
        return ""
    if words in ("城市", "国家", "地区", "省份", "区域"):
        kind = words if words != "省份" else "省"
        if is_person(subject.noun):
            return voice.pick(f"来自哪个{kind}", f"住在哪个{kind}", f"是哪个{kind}的")
        return voice.pick(f"在哪个{kind}", f"位于哪个{kind}")
    found = _ASKED.get(words, ())
    if words.endswith("原因"):
        found = ("是什么原因", "是因为什么")
    return voice.of(found) if found else ""


def of_several(voice: Voice, pool: str, subjects: list[Subject], *, single: bool) -> str:
    """Return a question for columns of things, by their question words: 1楼的科室有哪些，分别在几楼; or ""."""
    named = subjects[0].is_label and bool(subjects[0].noun)
    rest = subjects[1:] if named else subjects
    if not 1 <= len(rest) <= 2:
        return ""
    parts = [asked(voice, subject) for subject in rest]
    if not all(parts):
        return ""
    each = "" if single else voice.pick("分别", "都", "各自", "分别")
    lead = voice.pick("", "", "", "请问", "想问下", "帮我查下", "我想知道")
    if not named:
        return f"{lead}{pool}{each}{'，'.join(parts)}"
    person = is_person(subjects[0].noun)
    which = (
        voice.pick("是谁", "叫什么", "叫什么名字") if single and person
        else voice.pick("是哪个", "叫什么") if single
        else voice.pick("有哪些", "都有谁", "有哪几位", "是哪些人") if person
        else voice.pick("有哪些", "都有哪些", "是哪些", "是哪几个")
    )  # fmt: skip
    return f"{lead}{pool}{which}{voice.pick('，', '？', '，')}{each}{'，'.join(parts)}"


def of_one(voice: Voice, name: str, subjects: list[Subject]) -> str:
    """Return a question for columns of the thing called so: 神经内科在几楼，电话多少."""
    parts = [question(voice, subject) for subject in subjects]
    return f"{voice.pick('', '', '', '请问', '问下', '想问下')}{name}{'，'.join(parts)}"
