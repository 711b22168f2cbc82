"""What a column is good for, decided from its name, type and stored values.

The words below are the last or any word of an identifier, lower case; Chinese identifiers are matched by their ending.
They are hints: stored values overrule them where the two disagree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

Role = Literal["key", "name", "category", "text", "measure", "ordinal", "code", "date", "flag", "other"]
"""What a column is good for.

key: identifies a row or points to one; name: what people call a row; category: text with few values; text: any other
text; measure: a number worth aggregating; ordinal: a number with an order but no sum (year, age, rank); code: a number
or text that only names (zip, phone); date; flag: yes or no; other: not for questions (blobs, JSON, times of day).
"""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


NAMES = _set("name title fullname nickname label headline subject surname lastname firstname 名 名称 姓名 标题")
CATEGORIES = _set(
    "type category status state city country region gender sex color colour class kind department genre currency "
    "priority channel language nationality brand segment source role position level tier mode method stage county "
    "continent district province location unit shift industry major format size grade hometown sector plan outcome "
    "result severity reason team party religion species breed model"
)
CODES = _set(
    "zip zipcode postcode postal phone mobile fax telephone isbn sku ssn code number no ip serial barcode plate "
    "reference"
)
CONTACTS = _set("email mail url website address street phone mobile fax telephone password token hash iban ssn")
ORDINALS = _set(
    "year age rank ranking position round week month day floor season sequence version chapter edition founded built "
    "established opened grade level order lap latitude longitude lat lon lng 年 年份 年龄 排名"
)
YEARS = _set("year founded built established opened 年 年份")
MEASURES = _set(
    "price amount cost total quantity qty salary budget revenue income sales profit balance fee payment discount tax "
    "stock units count points score rating weight height length width distance duration temperature humidity pressure "
    "speed population area capacity attendance credits hours minutes seconds votes views likes gpa percentage percent "
    "rate ratio value reading volume num wins losses goals worth usage consumption voltage current power energy limit "
    "expense wage bonus members employees students"
)
UNSUMMABLE = _set(
    "age rating score temperature temp percent percentage pct rate ratio height gpa humidity pressure speed voltage "
    "level grade latitude longitude lat lon lng long size width depth altitude elevation rank year average avg max min "
    "density ph reading value price stars index discount satisfaction"
)
COUNTED = _set(
    "quantity qty count units stock number num total amount credits items pieces goals wins losses hours days"
)
_FLAG_PREFIXES = _set("is has was can should are does allow allows")
_FLAG_PAIRS = ("Y N", "y n", "yes no", "Yes No", "T F", "true false", "True False", "TRUE FALSE", "0 1")
_FLAG_VALUES: tuple[frozenset[object], ...] = (frozenset({0, 1}), *(frozenset(pair.split()) for pair in _FLAG_PAIRS))
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?$")
_CHINESE: dict[Role, str] = {
    "key": "编号",
    "date": "日期 时间 生日",
    "name": "名称 姓名 名字 标题",
    "measure": "金额 价格 单价 数量 成本 工资 总额 分数 成绩 评分 重量 余额 库存",
    "ordinal": "年龄 年份",
    "code": "电话 手机 邮编 邮箱",
    "category": "状态 类型 类别 城市 国家 性别 等级 省份 部门",
    "text": "地址",
}
_CHINESE_ENDINGS = tuple((ending, role) for role, endings in _CHINESE.items() for ending in endings.split())


@lru_cache(maxsize=65536)
def words_of(name: str) -> tuple[str, ...]:
    """Return the lower-case words of an identifier: "orderDate" and "order_date" give ("order", "date")."""
    return tuple(word.lower() for word in _WORD.findall(name)) or (name.lower(),)


def is_iso_date(value: object) -> bool:
    """Return whether a stored value is a date, or a date and time, in ISO form."""
    return _ISO.match(str(value)) is not None


def is_flag(name: str, kind: str, values: Sequence[object]) -> bool:
    """Return whether a column says yes or no: by type, or because only a pair such as 0/1 or Y/N is stored."""
    if kind == "boolean":
        return True
    prefixed = words_of(name)[0] in _FLAG_PREFIXES
    if not values:
        return prefixed
    if len(values) > 2:
        return False
    stored = frozenset(values)
    return any(stored == pair or (prefixed and stored <= pair) for pair in _FLAG_VALUES)


def text_role(name: str, values: Sequence[object], distinct: int) -> Role:
    """Return the role of a text column that is neither key nor date."""
    ending = _chinese(name)
    if ending:
        return ending
    words = words_of(name)
    last = words[-1]
    if last in NAMES:
        return "category" if words[0] in ("job", "work") else "name"
    if not CONTACTS.isdisjoint(words):
        return "code" if last not in ("address", "street") else "text"
    if not values:
        return "category" if last in CATEGORIES else "code" if last in CODES else "text"
    if any(len(str(value)) > 60 for value in values[:20]):
        return "text"
    if distinct <= 12 or (last in CATEGORIES and distinct <= 60):
        return "category"
    return "code" if last in CODES else "text"


def names_rows(name: str, distinct: int, rows: int) -> bool:
    """Return whether a text called a name tells rows apart; a subject shared by dozens of tickets is a category."""
    person = not {"first", "last", "given", "family", "surname"}.isdisjoint(words_of(name))
    return person or rows < 20 or distinct * 4 > rows or distinct > 100


def number_role(name: str, distinct: int, low: float, high: float) -> Role:
    """Return the role of a number column that is neither key nor flag."""
    ending = _chinese(name)
    if ending:
        return ending if ending in ("measure", "ordinal", "code", "key") else "measure"
    words = words_of(name)
    last = words[-1]
    if last in YEARS or (distinct and low >= 1000 and high <= 2100 and "year" in words):
        return "ordinal"
    if last in MEASURES and last not in ORDINALS:
        return "measure"
    if words[0] in ("number", "num", "no", "count", "total") and len(words) > 1:
        return "measure"
    if last in CODES or not CONTACTS.isdisjoint(words):
        return "code"
    if last in ORDINALS:
        return "ordinal"
    return "measure"


def _chinese(name: str) -> Role | None:
    if name.isascii():
        return None
    for ending, role in _CHINESE_ENDINGS:
        if name.endswith(ending):
            return role
    return None
