"""Keep questions different: no two that read the same, none that could mean two queries."""

from __future__ import annotations

import re

_WORDS = re.compile(r"[a-z0-9_.%]+|[^\W\d_a-z]", re.ASCII | re.IGNORECASE)
_CJK = re.compile(r"[^\x00-\x7f\s，。？！、“”‘’：；（）]")
_IDLE = frozenset("a an the please can could you me of for is are do does".split(" "))


def tokens(question: str) -> tuple[str, ...]:
    """Return the words of a question, lower case, without punctuation and idle words; Chinese characters one by one."""
    found = re.findall(r"[a-z0-9_.%'-]+|[^\x00-\x7f]", question.lower())
    return tuple(
        word.strip(".'-")
        for word in found
        if word not in _IDLE and (word.isascii() or _CJK.match(word)) and word.strip(".'-")
    )


class Novelty:
    """The questions taken so far."""

    def __init__(self, likeness: float = 0.92) -> None:
        """Take a question only when it shares less than `likeness` of its words with every other of its query."""
        self._likeness = likeness
        self._taken: set[tuple[str, ...]] = set()

    def take(self, question: str, others: list[frozenset[str]]) -> bool:
        """Return whether a question is new, and remember it.

        `others` holds the words of the query's earlier questions in this language; those of a new one are added.
        """
        words = tokens(question)
        if not words or words in self._taken:
            return False
        bag = frozenset(words)
        if any(len(bag & other) >= self._likeness * len(bag | other) for other in others):
            return False
        self._taken.add(words)
        others.append(bag)
        return True
