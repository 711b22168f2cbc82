"""The small carelessness of people at a keyboard: dropped articles, contractions, a slipped finger."""

from __future__ import annotations

import random
import re
from collections.abc import Collection

_CONTRACTIONS = (
    ("what is ", "what's "),
    ("who is ", "who's "),
    ("where is ", "where's "),
    ("do not ", "don't "),
    ("does not ", "doesn't "),
    ("is not ", "isn't "),
    ("are not ", "aren't "),
    ("please ", "pls "),
    ("please ", "plz "),
    (" please", " pls"),
)
_SAFE_WORD = re.compile(r"(?<![\w'\"-])[a-z]{6,}(?![\w'\"-])")
_ARTICLE = re.compile(r" the (?!same|most|fewest|ones|first)")


def roughen(text: str, rng: random.Random, level: float, keep: Collection[str]) -> str:
    """Return the text with a few slips.

    Args:
        level: 0 for none; 1 makes a slip of each sort likely.
        keep: lower-case words that must stay whole because the SQL needs them (literals).
    """
    if rng.random() < level:
        for old, new in _CONTRACTIONS:
            if old in text and rng.random() < 0.6:
                text = text.replace(old, new, 1)
                break
    if rng.random() < 0.6 * level:
        text = _ARTICLE.sub(" ", text, count=1)
    if rng.random() < 0.2 * level:
        text = _typo(text, rng, keep)
    return text


def _typo(text: str, rng: random.Random, keep: Collection[str]) -> str:
    words = [match for match in _SAFE_WORD.finditer(text) if match.group() not in keep]
    if not words:
        return text
    match = words[int(rng.random() * len(words))]
    word = match.group()
    at = 1 + int(rng.random() * (len(word) - 3))
    r = rng.random()
    if r < 0.4:
        word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    elif r < 0.75:
        word = word[:at] + word[at + 1 :]
    else:
        word = word[:at] + word[at] + word[at:]
    return text[: match.start()] + word + text[match.end() :]
