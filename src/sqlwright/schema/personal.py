"""Tell which columns look as if they hold data about a person: names, contacts, papers, pay, secrets.

Values of such columns are read only on request. The judgement goes by names and comments, in English, Chinese and
pinyin, never by values; it would rather withhold a harmless column than show a personal one. A bare "name" is personal
in a table of people (`customer.name`) and is not in a table of things (`city.name`).
"""

from __future__ import annotations

import re

from sqlwright.schema.model import Column, Table
from sqlwright.schema.words import singular, split_identifier


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WORDS = _set(
    """email mail phone mobile tel telephone cellphone cell fax address addr street passport ssn password passwd pwd
    salary wage income birthday birthdate birthplace dob birth born
    surname firstname lastname fullname nickname username
    fname lname iban wechat weixin qq whatsapp token secret religion ethnicity fingerprint signature payroll diagnosis
    xingming shouji dianhua youxiang shenfenzheng mima gongzi shengri dizhi"""
)
_PHRASES = re.compile(
    r"\b(first|last|middle|full|given|family|maiden|user|nick|real|display|contact|login) names?\b|\be mail\b|"
    r"\bhome (town|address)\b|\b(id|identity|credit|debit|bank) cards?\b|\bsocial security\b|\bbank account\b|"
    r"\b(card|account|license|licence|national|tax|personal) (id|no|num|number|plate)\b|\bpass ?word\b|"
    r"\b(ip|mac) addr(ess)?\b|\blog ?in\b"
)
_PEOPLE = _set(
    """customer client user person people employee emp staff student teacher professor instructor patient doctor
    physician nurse member contact author player singer driver owner guest visitor passenger applicant candidate
    borrower buyer seller vendor supplier agent manager officer worker lawyer parent child guardian friend follower
    subscriber resident citizen tenant host reviewer actor director artist coach athlete swimmer donor victim
    perpetrator suspect beneficiary relative spouse cust usr head editor journalist musician entrepreneur"""
)
_TABLE_ENDINGS = _set("info information detail profile master table tbl list record data account")
_ABOUT = _set("id count cnt num number qty type kind status verified flag key total")
"""Last words that make a column say something about the personal thing, not the thing itself: `address_id`."""

_CHINESE = re.compile(
    "姓名|名字|真名|昵称|用户名|登录名|联系人|联系方式|电话|手机|座机|传真|邮箱|邮件|住址|地址|住所|身份证|证件号|护照|生日|出生|"
    "密码|口令|密钥|令牌|薪|工资|年收入|月收入|个人收入|银行卡|银行账|卡号|社保|公积金|微信|车牌|驾驶证|病历|诊断|民族|宗教|指纹|签名|籍贯"
)
_CHINESE_PEOPLE = re.compile(
    "客户|用户|人员|员工|职工|学生|教师|老师|患者|病人|医生|会员|联系人|作者|司机|乘客|居民|业主|经理"
)
_CHINESE_ABOUT = re.compile("(数|数量|次数|类型|状态|标志)$")
_CHINESE_KEY = re.compile("^[^证卡号]*(地址|联系人|邮箱|邮件|电话|手机)(ID|id|编号|标识|主键|外键)$")


def looks_personal(table: Table, column: Column) -> bool:
    """Return whether the column's name or comment suggests data about a person."""
    if column.kind == "boolean":
        return False
    words = tuple(singular(word) for word in split_identifier(column.name))
    return _name_says(words, table) or _comment_says(column.comment) or _chinese_says(column, table)


def _name_says(words: tuple[str, ...], table: Table) -> bool:
    if not words:
        return False
    text = " ".join(words)
    if _PHRASES.search(text):
        return True
    if len(words) > 1 and words[-1] in _ABOUT and not (words[-1] in {"num", "number"} and words[-2] in _WORDS):
        return False
    if not _WORDS.isdisjoint(words):
        return True
    if words[-1] not in {"name", "nm"}:
        return False
    return _is_people(words[:-1]) if len(words) > 1 else _holds_people(table)


def _is_people(words: tuple[str, ...]) -> bool:
    return not _PEOPLE.isdisjoint(words)


def _holds_people(table: Table) -> bool:
    words = [singular(word) for word in split_identifier(table.name)]
    while len(words) > 1 and words[-1] in _TABLE_ENDINGS:
        words.pop()
    return bool(words and words[-1] in _PEOPLE) or bool(_CHINESE_PEOPLE.search(table.name + table.comment))


def _comment_says(comment: str) -> bool:
    words = [singular(word) for word in re.findall(r"[a-z]+", comment.lower())]
    return not _WORDS.isdisjoint(words) or bool(_PHRASES.search(" ".join(words)))


def _chinese_says(column: Column, table: Table) -> bool:
    for text in (column.name, column.comment):
        if _CHINESE.search(text) and not _CHINESE_ABOUT.search(text) and not _CHINESE_KEY.search(text):
            return True
        if re.search("(名|名称)$", text) and (_CHINESE_PEOPLE.search(text) or text in {"名", "名称"}):
            return bool(_CHINESE_PEOPLE.search(text)) or _holds_people(table)
    return False
