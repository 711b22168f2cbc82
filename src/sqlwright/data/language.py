"""Which language a question is written in, by its characters."""

from __future__ import annotations

import re

CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ebef"
"""Chinese characters, for use inside a regular expression's brackets."""

_CJK = re.compile(f"[{CJK}]")
_KANA_HANGUL = re.compile("[\u3040-\u30ff\uac00-\ud7af]")


def language_of(question: str) -> str:
    """Return "zh" when Chinese characters carry the text, else "en".

    Names and column names are often left in Latin letters ("查询 Ada Lovelace 的订单"), so as many Chinese characters
    as Latin words are enough; a Chinese value quoted in an English sentence is not. Kana or Hangul rule Chinese out.
    """
    chinese = len(_CJK.findall(question))
    if not chinese or _KANA_HANGUL.search(question):
        return "en"
    latin_words = len(re.findall(r"[A-Za-z0-9_]+", question))
    return "zh" if chinese >= latin_words else "en"
