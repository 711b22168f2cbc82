"""Short ways to say that a column has a value, before a noun: 男(患者), 家住杭州的, Medigen生产的, VIP(客户).

A modifier that names no column is only used where the table has a single column of that kind (`Subject.alone`), so
that it never leaves open whether 北京 is where a flight leaves or lands.
"""

from __future__ import annotations

from sqlwright.synth.chinese import literals
from sqlwright.synth.chinese.said import Said, Subject
from sqlwright.synth.chinese.voice import Voice
from sqlwright.synth.chinese.words import is_latin, is_person

PLACES = ("城市", "国家", "省份", "地区", "州", "区域", "省", "市", "所在地", "国籍")
KINDS = (
    "状态", "类型", "类别", "分类", "性别", "颜色", "品牌", "行业", "职位", "职称", "专业", "级别", "渠道", "方式",
    "种类", "体裁", "流派", "语言", "等级", "血型", "剂型", "学位", "学历", "货币", "优先级",
)  # fmt: skip
_BARE = ("职称", "职位", "等级", "级别", "类别", "品牌", "类型", "分类", "颜色", "行业", "血型", "剂型", "体裁", "流派")
"""Kinds whose values stand before a noun by themselves: 金牌客户, 主任医师级别 aside."""
_DOINGS: dict[str, tuple[str, ...]] = {
    "制造商": ("{}生产的", "{}的"),
    "厂商": ("{}生产的", "{}的"),
    "生产商": ("{}生产的",),
    "厂家": ("{}生产的",),
    "品牌": ("{}牌的", "{}品牌的", "{}的"),
    "出版社": ("{}出版的", "{}的"),
    "供应商": ("{}供应的", "{}供货的"),
    "作者": ("{}写的", "{}的"),
    "导演": ("{}导演的", "{}执导的"),
    "付款方式": ("用{}付款的", "{}付款的", "{}付的", "以{}方式付款的"),
    "支付方式": ("用{}支付的", "{}支付的", "用{}付的", "以{}方式支付的"),
    "来源": ("来自{}的", "{}来源的"),
    "渠道": ("通过{}来的", "{}渠道的", "走{}渠道的"),
    "国籍": ("{}籍的", "{}国籍的"),
    "专业": ("{}专业的", "学{}的"),
    "语言": ("{}的", "{}语言的"),
}
_CONTACTS = ("电话", "手机", "手机号", "邮箱", "地址", "联系方式", "邮件", "电子邮箱")
_STATES = ("状态", "进度")


def is_value(voice: Voice, subject: Subject, value: str, quoted: str) -> Said | None:
    """Say that a text column has a value the short way; None where the long way is the only clear one."""
    if not subject.noun or subject.is_label or subject.is_key or value.isdigit():
        return None
    words, person = subject.words, is_person(subject.noun)
    predicate = f"{words}{voice.pick('是', '是', '为')}{quoted}" if len(words) > 1 else f"{words}是{quoted}"
    if not subject.alone or quoted.strip(literals.OPEN + literals.CLOSE) in words:
        return None
    if words in ("城市", "国家", "省份", "地区", "省", "州", "所在地") or words.startswith(("所在", "居住")):
        return _in_place(voice, quoted, person=person)
    if words == "性别":
        return _sex(voice, value, quoted)
    for head, ways in _DOINGS.items():
        if words.endswith(head):
            said = voice.of(ways).format(quoted)
            plain = said.endswith(quoted + "的")
            return Said(predicate if plain else said.removesuffix("的"), said)
    if is_person(words) or words.endswith(("人", "员", "师")):
        modifier = voice.pick(f"{quoted}负责的", f"归{quoted}管的") if words == "负责人" else f"{words}是{quoted}的"
        return Said(predicate, modifier)
    if words.endswith((*_CONTACTS, "号码", "街道", "编码")):
        return Said(predicate, f"{words}是{quoted}的")
    if words.endswith(("原因", "理由")):
        return Said(predicate, voice.pick(f"因为{quoted}的", f"因{quoted}的", f"{words}是{quoted}的", f"{quoted}的"))
    if words.endswith(_STATES):
        return _state(voice, subject, value, quoted)
    if words.endswith(_BARE):
        tight = voice.chance(0.5) and not quoted.startswith(("“", '"', "'", "「", "‘"))
        modifier = quoted if tight else voice.pick(f"{quoted}的", f"{quoted}{words}的", f"{words}{quoted}的")
        return Said(predicate, modifier)
    if len(words) <= 4 and not is_latin(words[-1:]) and not words.endswith("情况"):
        return Said(
            predicate,
            voice.pick(f"{quoted}{words}的", f"{quoted}{words}的", f"{words}是{quoted}的", f"{words}{quoted}的"),
        )
    return None


def _in_place(voice: Voice, quoted: str, *, person: bool) -> Said:
    if person:
        verb = voice.pick("来自", "在", "家住", "住在", "住")
        return Said(verb + quoted, voice.pick(f"{verb}{quoted}的", f"{quoted}的", f"{quoted}的"))
    verb = voice.pick("位于", "在", "设在")
    return Said(verb + quoted, voice.pick(f"{verb}{quoted}的", f"{quoted}的", f"{quoted}的"))


def _sex(voice: Voice, value: str, quoted: str) -> Said:
    sex = {"m": "男", "male": "男", "男": "男", "f": "女", "female": "女", "女": "女"}.get(value.lower(), "")
    if not sex:
        return Said(f"性别是{quoted}")
    said = literals.fence(sex)
    return Said(voice.pick(f"是{said}的", f"性别为{said}", f"是{said}性"), voice.pick(said, said, f"{said}性"))


def _state(voice: Voice, subject: Subject, value: str, quoted: str) -> Said:
    words, names = subject.words, voice.phrases.value(value, subject.place)
    if names and names[0].startswith(("已", "未", "待", "进行", "取消")) and voice.chance(0.55):
        name = literals.fence(names[0])
        return Said(voice.pick(name, f"是{name}的", f"{words}是{name}"), f"{name}的")
    still = voice.pick("还是", "是", "为", "目前是", "现在是")
    return Said(f"{words}{still}{quoted}", voice.pick(f"{words}{still}{quoted}的", f"{quoted}{words}的", f"{quoted}的"))


_MONEY = ("元", "块", "块钱", "元")


def with_unit(voice: Voice, subject: Subject, amount: str) -> tuple[str, str]:
    """Return the words for a measured column and an amount, at times with its unit: ("时长", "30分钟")."""
    words = subject.words
    if subject.unit and voice.chance(0.6):
        shorter = words.removesuffix(subject.unit)
        return shorter if len(shorter) > 1 and not shorter.endswith("的") else words, amount + subject.unit
    if subject.tone in ("price", "money") and voice.chance(0.25):
        return words, amount + voice.of(_MONEY)
    return words, amount


_DOUBLED = ("没填", "没有填写", "没写", "未填写", "没登记", "没有登记", "没有")
_LEFT = ("没留", "没登记", "没有登记", "没填", "没有", "没写", "没留下")
_ENDINGS = ("日期", "时间", "日")
_VERBS = {
    "付款": "付款", "已付": "付款", "支付": "付款", "关闭": "关闭", "归还": "归还", "还书": "归还", "离职": "离职",
    "出院": "出院", "发货": "发货", "送达": "送达", "交付": "交付", "完成": "完成", "结束": "结束", "解决": "解决",
    "取消": "取消", "退货": "退货", "毕业": "毕业", "审核": "审核", "退款": "退款", "到货": "到货", "结清": "结清",
    "缴费": "缴费", "签收": "签收", "退房": "退房", "离店": "离店", "下架": "下架", "停产": "停产", "审批": "审批",
    "批准": "批准", "提交": "提交", "校准": "校准", "保养": "保养", "检查": "检查", "回复": "回复", "响应": "响应",
    "到达": "到达", "收货": "收货", "领养": "领养", "售出": "卖出", "销售": "卖出", "取货": "取货", "返还": "归还",
    "发布": "发布", "上线": "上线", "开始": "开始", "处理": "处理",
}  # fmt: skip
"""What has been done once a date of it is there."""


def unset(voice: Voice, table: str, words: str, tone: str, *, negated: bool) -> Said | None:
    """Say by its meaning that a column is, or is not, NULL: 还没付款, 没登记电话; None where only 为空 is clear.

    Where a state of the table says the same (已归还 beside 归还日期), 还没归还 would leave open which is meant.
    """
    verb = next(
        (_VERBS[words[: -len(end)]] for end in _ENDINGS if words[: -len(end)] in _VERBS and words.endswith(end)), ""
    )
    if verb and tone == "date" and voice.phrases.has_state(table, verb):
        return Said(
            f"{voice.pick('有', '已有')}{words}" if negated else f"{voice.pick('没有', '还没有', '没填')}{words}"
        )
    if verb and tone == "date":
        done = (
            (f"已经{verb}", f"已{verb}", f"{verb}了")
            if negated
            else (f"还没{verb}", f"没{verb}", f"未{verb}", f"尚未{verb}", f"还未{verb}", f"没有{verb}")
        )
        said = voice.of(done)
        return Said(said, "已经" + verb + "的" if said.endswith("了") else "")
    if words.endswith(_CONTACTS):
        if negated:
            return Said(voice.pick(f"留了{words}", f"登记了{words}", f"有{words}", f"填了{words}"))
        return Said(voice.of(_LEFT) + words)
    if not negated and len(words) <= 6 and "的" not in words and voice.chance(0.4):
        return Said(voice.of(_DOUBLED) + words)
    return None


def is_none(voice: Voice, subject: Subject) -> Said | None:
    """Say that a stock or a sum of money is 0 by what that means: 缺货, 没有罚款; None where only 为0 is clear."""
    words = subject.words
    if words.startswith("库存") and subject.noun and "价" not in words:
        if not is_person(subject.noun) and subject.alone:
            return Said(voice.pick("没货", "缺货", "断货", "没有库存", "已经卖完", "没有存货", "库存为0", "没有货"))
        return Said(voice.pick(f"没有{words}", f"{words}为0", f"{words}为零"))
    if words in ("罚款", "罚金", "折扣", "优惠", "滞纳金", "奖金", "小费", "运费", "欠款", "押金", "余额"):
        return Said(voice.pick(f"没有{words}", f"{words}为0", f"{words}为零", f"没{words}"))
    return None
