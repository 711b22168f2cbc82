"""Name an identifier from the lexicon rows of its parts.

Chinese puts what modifies before what is modified, as English noun compounds do ("order status", 订单状态), so parts
are written in order, but for the patterns that turn it: "date of x", "number of x", "x per y", "created by".
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import product
from typing import NamedTuple

from sqlwright.schema.lexicon_rows import Row, rows
from sqlwright.schema.words import plural, singular, split_identifier

_LONGEST = 4
"""Words of the longest phrase looked up inside an identifier."""
_MOST = 6
"""Composed names of one identifier."""
_NOISE_BEFORE = frozenset(
    (
        "tbl",
        "tb",
        "t",
        "dim",
        "fact",
        "stg",
        "stage",
        "fk",
        "pk",
        "vw",
        "v",
        "ods",
        "dwd",
        "dws",
        "dwh",
        "lkp",
        "lk",
        "ref",
        "tab",
    )
)
_NOISE_AFTER = frozenset(("tbl", "tb", "table", "tab", "vw", "dim", "fact", "fk", "pk", "fld"))
_CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_COUNTS = frozenset(("num", "no", "nbr", "number", "count", "cnt", "n", "nr", "qty", "quantity"))
_FLAGS = frozenset(("is", "has", "can", "was", "are", "if"))
_ZH_FLAG = {"has": "是否有", "can": "能否", "is": "是否", "was": "是否", "are": "是否", "if": "是否"}

_ZH_UNITS = {
    "days": "天数",
    "pages": "页数",
    "hours": "小时数",
    "minutes": "分钟数",
    "months": "月数",
    "weeks": "周数",
    "km": "公里数",
    "kg": "公斤数",
    "cm": "厘米数",
}
"""What a plural counts at the end of a name."""
_MEASURED = ("时长", "重量", "体重", "身高", "高度", "时间", "长度", "距离", "里程", "延误", "延迟", "期", "龄")
_ZH_ENDS = {"by": ("人",), "at": ("时间", "日期"), "on": ("日期", "时间")}


class Index(NamedTuple):
    """The rows by phrase: what names things, and what stands before a noun."""

    names: dict[str, Row]
    modifiers: dict[str, Row]


Part = tuple[tuple[str, ...], Row | str | None]
"""Words of an identifier with their row; a number or Chinese stands for itself, and None is unknown."""


@lru_cache(maxsize=65536)
def key_of(phrase: str) -> str:
    """Return the form by which a phrase is looked up: lower case, single spaces, the last word singular."""
    *before, last = phrase.lower().replace("_", " ").split() or [""]
    return " ".join((*before, singular(last)))


def without_noise(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words without the warehouse's own (tbl, dim, fk), unless nothing would be left."""
    while len(words) > 1 and words[0] in _NOISE_BEFORE:
        words = words[1:]
    while len(words) > 1 and words[-1] in _NOISE_AFTER:
        words = words[:-1]
    return words


def row_of(words: tuple[str, ...], index: Index) -> Row | None:
    """Return the row of the whole phrase, or None."""
    phrase = " ".join(words)
    return index.names.get(phrase) or index.names.get(key_of(phrase))


def english_names(words: tuple[str, ...], index: Index) -> tuple[str, ...]:
    """Return English names: the identifier with abbreviations written out, its row's, and its parts'."""
    if not words:
        return ()
    row = row_of(words, index)
    plain = _plain(words, index)
    if row is not None:
        initials = any(len(word) == 1 for word in words)
        bare = plain not in _spellings(row) or len(words) == 1 or initials or words[-1] in _ZH_ENDS
        own = (row.head,) if bare else (plain, row.head)
        return tuple(dict.fromkeys((*own, *row.en, *(() if bare else (plain,)))))
    found = [plain]
    parts = _segments(words, index)
    if words[0] in _FLAGS and len(words) > 1:
        found.append(" ".join(words) if words[0] in ("is", "has", "can") else plain)
    elif len(parts) > 1:
        last, first = parts[-1][1], parts[0][1]
        if last is not None and not isinstance(last, str):
            start = plain.removesuffix(" " + _said(parts[-1], index, final=True))
            if start != plain:
                found += [f"{start} {name}" for name in last.en[:2] if _fits(name)]
        if first is not None and not isinstance(first, str):
            end = plain.removeprefix(_said(parts[0], index, final=False) + " ")
            if end != plain:
                found += [f"{name} {end}" for name in first.en[:1] if _fits(name)]
    return tuple(dict.fromkeys(found))[:_MOST]


def _spellings(row: Row) -> frozenset[str]:
    return frozenset((row.head, *row.en, *(alias.replace("_", " ") for alias in row.aliases)))


def _fits(name: str) -> bool:
    """Whether a synonym may stand inside a compound: short, and no clause of its own."""
    return name.count(" ") < 2 and " of " not in name


def _plain(words: tuple[str, ...], index: Index) -> str:
    """The identifier as a phrase: abbreviations expanded, last word singular, flags and counts as people say them."""
    if words[0] in _FLAGS and len(words) > 1:
        rest = _plain(words[1:], index)
        return rest if words[0] != "has" else f"has {rest}"
    if len(words) > 1 and words[0] in _COUNTS and not words[1].isdigit():
        counted = words[2:] if words[1] == "of" and len(words) > 2 else words[1:]
        if row_of(counted[-1:], index) is None and counted[-1] in index.modifiers:
            return f"number {_plain(counted, index)}"
        return f"number of {plural(_plain(counted, index))}"
    if len(words) > 1 and words[-1] in ("cnt", "count") and words[-2] not in ("head", "word", "page"):
        return f"number of {plural(_plain(words[:-1], index))}"
    if len(words) > 1 and words[-1] in ("at", "on"):
        return f"{_plain(words[:-1], index)} {'time' if words[-1] == 'at' else 'date'}"
    if _is_total(words):
        return f"total number of {plural(_plain(words[1:], index))}"
    parts = _segments(words, index) if len(words) > 1 else [(words, None)]
    return " ".join(_said(part, index, final=place == len(parts) - 1) for place, part in enumerate(parts))


def _expanded(word: str, index: Index, *, final: bool) -> str:
    row = row_of((word,), index)
    if row is not None and word != row.head and word in row.aliases:
        return row.head
    if word in index.modifiers and (row is None or (not final and word != row.head)):
        return index.modifiers[word].head
    return word if row is not None and word == row.head else singular(word)


def _segments(words: tuple[str, ...], index: Index) -> list[Part]:
    """Take the words apart into the longest known phrases, from the left; a number or Chinese stands for itself."""
    out: list[Part] = []
    at = 0
    while at < len(words):
        for size in range(min(_LONGEST, len(words) - at), 0, -1):
            piece = words[at : at + size]
            final = at + size == len(words)
            found: Row | str | None = None
            if size == 1 and (piece[0].isdigit() or _CJK.match(piece[0])):
                found = piece[0]
            elif size == 1 and not final:
                found = index.modifiers.get(piece[0]) or row_of(piece, index)
            elif size != len(words):
                found = row_of(piece, index) or (index.modifiers.get(piece[0]) if size == 1 else None)
            if found is not None or size == 1:
                out.append((piece, found))
                at += size
                break
    return out


def _said(part: Part, index: Index, *, final: bool) -> str:
    """The words of a part as `_plain` writes them: one by one, unless some are initials ("l_name")."""
    words, row = part
    if isinstance(row, Row) and len(words) > 1 and any(len(word) == 1 for word in words):
        return row.head
    return " ".join(_expanded(word, index, final=final and at == len(words) - 1) for at, word in enumerate(words))


@cache
def _countable() -> frozenset[str]:
    return frozenset(row.head for row in rows("entities"))


def _is_total(words: tuple[str, ...]) -> bool:
    """Whether this counts things: "total horses", unlike "total sales"."""
    return len(words) == 2 and words[0] in ("total", "tot") and words[1] != singular(words[1]) in _countable()


def chinese_names(words: tuple[str, ...], index: Index) -> tuple[str, ...]:
    """Return Chinese names of an identifier, or () when a part of it is unknown."""
    if not words:
        return ()
    if len(words) == 1 and _CJK.match(words[0]):
        return (words[0].removesuffix("表") if len(words[0]) > 2 else words[0],)
    row = row_of(words, index)
    composed = _composed(words, index)
    return tuple(dict.fromkeys((*(row.zh if row else ()), *(composed if row is None else ()))))


def _composed(words: tuple[str, ...], index: Index) -> tuple[str, ...]:
    if len(words) == 1:
        found = index.modifiers.get(words[0])
        return found.zh[:2] if found else ()
    if words[0] in _FLAGS:
        return tuple(_ZH_FLAG[words[0]] + name for name in chinese_names(words[1:], index)[:3])
    if words[0] in _COUNTS:
        return _counted(words[2:] if words[1] == "of" and len(words) > 2 else words[1:], index)
    if words[-1] in ("cnt", "count"):
        return _counted(words[:-1], index)
    for turn, link in (("of", ""), ("per", "每")):
        if turn in words[1:-1]:
            at = words.index(turn)
            heads, owners = chinese_names(words[:at], index)[:2], chinese_names(words[at + 1 :], index)[:2]
            return tuple(f"{link}{owner}{head}" for owner, head in product(owners, heads))[:_MOST]
    if words[-1] in _ZH_UNITS:
        heads = chinese_names(words[:-1], index)[:2]
        return (
            heads if any(head.endswith(_MEASURED) for head in heads) else tuple(h + _ZH_UNITS[words[-1]] for h in heads)
        )
    if words[-1] in _ZH_ENDS:
        before = index.modifiers.get(words[-2])
        starts = before.zh[:1] if before and len(words) == 2 else chinese_names(words[:-1], index)[:1]
        return tuple(start + end for start in starts for end in _ZH_ENDS[words[-1]])
    if _is_total(words):
        return tuple(name + "总数" for name in chinese_names(words[1:], index)[:2])
    parts = _segments(words, index)
    if parts[-1][0] == words[-1:] and row_of(words[-1:], index) is None:  # "amount outstanding": a modifier goes first
        parts = [parts[-1], *parts[:-1]]
    return _joined(parts, index)


def _counted(words: tuple[str, ...], index: Index) -> tuple[str, ...]:
    names = chinese_names(words, index)[:2]
    return tuple(name + end for name in names for end in (("数量", "数") if not name.endswith("数") else ("",)))


def _joined(parts: list[Part], index: Index) -> tuple[str, ...]:
    choices: list[tuple[str, ...]] = []
    for place, (_, found) in enumerate(parts):
        if found is None:
            return ()
        if isinstance(found, str):
            choices.append((found,))
        elif not found.zh:
            return ()
        else:
            fixed = place < len(parts) - 1 and (place > 0 or found is index.modifiers.get(found.head))
            choices.append(found.zh[:1] if fixed else (_long(found.zh) if place else found.zh)[:2])
    combined = sorted(product(*(range(len(names)) for names in choices)), key=sum)
    return tuple("".join(choices[at][pick] for at, pick in enumerate(picks)) for picks in combined[:_MOST])


def _long(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names of two characters and more, which can stand at the end of a compound; all when there are none."""
    return tuple(name for name in names if len(name) > 1) or names


_PERSON_ENDS = frozenset("人员者师生手家户工民长友徒客官士")
_PERSONS = frozenset(
    ("教练", "经理", "导演", "司机", "主管", "裁判", "会计", "顾问", "编剧", "用户", "父母", "母亲", "父亲", "孩子")
)
_NO_PERSONS = frozenset(("国家", "商家", "账户", "机器人", "博客", "器官", "独家"))


def is_person(chinese: str) -> bool:
    """Whether a Chinese noun names people, by its last character."""
    if chinese in _NO_PERSONS or not chinese:
        return False
    return chinese[-1] in _PERSON_ENDS or chinese in _PERSONS


def words_of(identifier: str) -> tuple[str, ...]:
    """Return the identifier's words without the warehouse's own."""
    return without_noise(split_identifier(identifier))
