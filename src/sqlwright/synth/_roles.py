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
"""key: identifies a row or points to one; name: what people call a row; category: text with few values; text: any other text; measure: a number
worth aggregating; ordinal: a number with an order but no sum (year, age, rank); code: a number or text that only names
(zip, phone); date; flag: yes or no; other: not for questions (blobs, JSON, times of day)."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")

KEYS = frozenset("id ids key uuid guid pk fk".split())
NAMES = frozenset(
    "name title fullname nickname label headline subject surname lastname firstname 名 名称 姓名 标题".split()
)
CATEGORIES = frozenset(
    "type category status state city country region gender sex color colour class kind department genre currency priority channel language "
    "nationality brand segment source role position level tier mode method stage county continent district province location unit shift "
    "industry major format size grade hometown sector plan outcome result severity reason team party religion species breed".split()
)
CODES = frozenset(
    "zip zipcode postcode postal phone mobile fax telephone isbn sku ssn code number no ip serial barcode plate reference".split()
)
CONTACTS = frozenset(
    "email mail url website address street phone mobile fax telephone password token hash iban ssn".split()
)
ORDINALS = frozenset(
    "year age rank ranking position round week month day floor season sequence version chapter edition founded built "
    "established opened grade level order lap 年 年份 年龄 排名".split()
)
YEARS = frozenset("year founded built established opened 年 年份".split())
MEASURES = frozenset(
    "price amount cost total quantity qty salary budget revenue income sales profit balance fee payment discount tax stock units count points "
    "score rating weight height length width distance duration temperature humidity pressure speed population area capacity attendance "
    "credits hours minutes seconds votes views likes gpa percentage percent rate ratio value reading level volume num wins losses goals "
    "worth volume usage consumption voltage current power energy limit expense wage bonus members employees students".split()
)
UNSUMMABLE = frozenset(
    "age rating score temperature temp percent percentage pct rate ratio height gpa humidity pressure speed voltage level grade latitude longitude "
    "lat lon lng long size width depth altitude elevation rank year average avg max min density ph reading value price stars index discount".split()
)
DATES = frozenset("date datetime timestamp birthday dob at on time since birthdate 日期 时间 生日".split())
_FLAG_PREFIXES = frozenset("is has was can should are does allow allows".split())
_FLAG_VALUES = (
    frozenset({0, 1}), frozenset({"Y", "N"}), frozenset({"y", "n"}), frozenset({"yes", "no"}), frozenset({"Yes", "No"}),
    frozenset({"T", "F"}), frozenset({"true", "false"}), frozenset({"True", "False"}), frozenset({"TRUE", "FALSE"}), frozenset({"0", "1"}),
)  # fmt: skip
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?$")
_CHINESE_ENDINGS: tuple[tuple[str, Role], ...] = (
    ("编号", "key"), ("日期", "date"), ("时间", "date"), ("生日", "date"), ("名称", "name"), ("姓名", "name"), ("名字", "name"), ("标题", "name"),
    ("金额", "measure"), ("价格", "measure"), ("单价", "measure"), ("数量", "measure"), ("成本", "measure"), ("工资", "measure"), ("总额", "measure"),
    ("分数", "measure"), ("成绩", "measure"), ("评分", "measure"), ("重量", "measure"), ("余额", "measure"), ("库存", "measure"), ("年龄", "ordinal"),
    ("年份", "ordinal"), ("电话", "code"), ("手机", "code"), ("邮编", "code"), ("邮箱", "code"), ("状态", "category"), ("类型", "category"), ("类别", "category"),
    ("城市", "category"), ("国家", "category"), ("性别", "category"), ("等级", "category"), ("省份", "category"), ("部门", "category"), ("地址", "text"),
)  # fmt: skip


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
        return "name"
    if not CONTACTS.isdisjoint(words):
        return "code" if last not in ("address", "street") else "text"
    if not values:
        return "category" if last in CATEGORIES else "code" if last in CODES else "text"
    if any(len(str(value)) > 60 for value in values[:20]):
        return "text"
    if distinct <= 12 or (last in CATEGORIES and distinct <= 60):
        return "category"
    return "code" if last in CODES else "text"


def number_role(name: str, distinct: int, low: float, high: float) -> Role:
    """Return the role of a number column that is neither key nor flag."""
    ending = _chinese(name)
    if ending:
        return ending if ending in ("measure", "ordinal", "code", "key") else "measure"
    words = words_of(name)
    last = words[-1]
    if last in YEARS or (distinct and 1000 <= low and high <= 2100 and "year" in words):
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
