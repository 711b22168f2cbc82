"""Values to stand in a question in place of others: real ones of a column of the same name, or made-up ones.

A city is known for a city by whoever has read of some, so "in London" tells the column where nothing is linked.

    literals = Literals(databases, vocabulary)
    literals.other("Oslo", "home_city", rng)     # "Lima", or "Tarvo"
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable

from pairs import Database
from sqlwright.schema.words import singular, split_identifier
from words import Vocabulary

KNOWN = 0.6
"""How often a value is a real one, where there are some."""
FEWEST = 6
"""Fewest real values of columns of a name that stand for others."""


class Literals:
    """The texts of all public columns by the last words of their names."""

    def __init__(self, databases: Iterable[Database], vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for database in databases:
            for (_, column), values in database.values.items():
                for value in values:
                    if isinstance(value, str) and _plain(value):
                        for words in _endings(column):
                            found[words][value] = None
        self.known = {words: list(values) for words, values in found.items() if len(values) >= FEWEST}

    def other(self, old: str, column: str, rng: random.Random) -> str:
        """Return another value for one of a column, in its letter case."""
        if len(old) == 1:
            return rng.choice("ABCDEFGHKLMNPRST") if old.isupper() else rng.choice("abcdefghklmnprst")
        known = next((self.known[words] for words in _endings(column) if words in self.known), None)
        if known and rng.random() < KNOWN:
            new = rng.choice(known)
        else:
            new = self.vocabulary.title(rng) if " " in old else self.vocabulary.value(rng)
        return new.lower() if old.islower() else new


def _endings(column: str) -> list[str]:
    """Return the last two words of a name, and the last."""
    words = [singular(word) for word in split_identifier(column)]
    return [" ".join(words[-2:]), words[-1]] if len(words) > 1 else words


def _plain(value: str) -> bool:
    return 1 < len(value) <= 24 and value.replace(" ", "").replace("-", "").isalpha()
