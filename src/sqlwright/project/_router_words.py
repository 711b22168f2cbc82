"""The words by which the router tells questions from other texts: `router_words.txt`, as regular expressions."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

LEAST = 0.2
"""Least share of a question's telling words that the database must explain."""
LEAST_WITH_TABLE = 0.1
"""The same where a table is named."""


@cache
def _sections() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    text = (files("sqlwright.project") / "router_words.txt").read_text(encoding="utf-8")
    for line in filter(None, map(str.strip, text.splitlines())):
        if heading := re.fullmatch(r"\[([\w.-]+)\]", line):
            lines = found.setdefault(heading[1], [])
        elif not line.startswith("#"):
            lines.append(line)
    return found


def _any(section: str) -> str:
    return f"(?:{'|'.join(_sections()[section])})"


_PLEASE_EN = (
    r"(?:(?:please|kindly|now|ok|okay|hey|hi|just|then|and|so|(?:could|can|would|will) you|can we|let'?s"
    r"|i (?:want|need|would like)(?: you)? to|i'd like(?: you)? to|go ahead and|you (?:must|should))[ ,]+)*"
)
_PLEASE_ZH = r"(?:请|麻烦|帮我|帮忙|给我|你|能不能|可以|现在|我要|我想|立即|马上|，|,| )*"

CHANGE_EN = re.compile(f"^{_PLEASE_EN}{_any('change.en')}")
CHANGE_ZH = re.compile(f"^{_PLEASE_ZH}{_any('change.zh')}")
CHANGE_SQL = re.compile(
    r"\b(?:drop|truncate|alter|create) (?:table|database|schema|index|view|user)\b|\bdelete from \w|\binsert into \w"
    r"|\bupdate \w+ set \w+ ?="
)
SMALL_TALK = re.compile(_any("small-talk"))
OTHER_EN = re.compile(rf"\b{_any('other.en')}\b")
OTHER_ZH = re.compile(_any("other.zh"))
FIGURE_EN = re.compile(r"\b(?:how (?:much|many)|total|average|number of|count)\b")
OURS = re.compile(r"\b(?:we|our|us|ours)\b")
FIGURE_ZH = re.compile("多少|几|平均|总共|一共|合计|总")
ASKING_EN = frozenset(word for line in _sections()["asking.en"] for word in line.split())
"""Words of asking, which say nothing of what a question is about."""
ASKING_ZH = re.compile(_any("asking.zh"))
"""The same in Chinese."""
