"""Split examples into train, validation and test, the same way whenever data is added.

What must stay together is a group: the turns of a dialogue, the examples with the same SQL on the same database, and,
as asked, those of a database or of a skeleton. A hash of a group's key and the seed decides its split, so an example's
split depends on nothing but its own group: new data moves only groups that it joins to one another. Single questions
never join groups; a dialogue does, when its turns have the SQL of several.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Literal

from sqlwright.data.keys import skeleton_key, sql_key
from sqlwright.errors import DataError
from sqlwright.records import Example

SplitBy = Literal["random", "database", "skeleton"]
FRACTIONS: Mapping[str, float] = {"train": 0.7, "validation": 0.15, "test": 0.15}


def split(
    examples: Sequence[Example],
    *,
    by: SplitBy = "random",
    fractions: Mapping[str, float] | Sequence[float] = FRACTIONS,
    seed: int = 0,
) -> dict[str, list[Example]]:
    """Return the examples of each split, in their own order.

    Shares are met on average over groups: a few large groups, say three databases, can miss them widely and leave a
    split empty. Dialogues join the skeletons of all their turns, so nearly all of a set of dialogues is one group by
    "skeleton"; split those by "database" or "random".

    Args:
        examples: what to split.
        by: "random" keeps only what is the same SQL or dialogue together, "database" whole databases, and "skeleton"
            all examples with the same SQL skeleton, whatever their database.
        fractions: share of each split by name, or three shares for train, validation and test; they add up to 1.
        seed: another seed gives another split.

    Raises:
        DataError: `fractions` are no shares that add up to 1, or `by` is unknown.
    """
    if by not in ("random", "database", "skeleton"):
        raise DataError(f"unknown way to split {by!r}; known: random, database, skeleton")
    shares = _shares(fractions)
    out: dict[str, list[Example]] = {name: [] for name in shares}
    for example, key in zip(examples, _group_keys(examples, by), strict=True):
        out[_choose(key, shares, seed)].append(example)
    return out


def _shares(fractions: Mapping[str, float] | Sequence[float]) -> dict[str, float]:
    if not isinstance(fractions, Mapping):
        if len(fractions) != len(FRACTIONS):
            raise DataError(f"expected shares of {', '.join(FRACTIONS)}, found {len(fractions)} numbers")
        fractions = dict(zip(FRACTIONS, fractions, strict=True))
    if any(not 0 <= share <= 1 for share in fractions.values()) or abs(sum(fractions.values()) - 1) > 1e-6:
        raise DataError(f"the shares of a split lie between 0 and 1 and add up to 1; found {dict(fractions)}")
    return dict(fractions)


def _choose(key: str, shares: Mapping[str, float], seed: int) -> str:
    digest = hashlib.sha256(f"{seed}\n{key}".encode()).digest()
    point = int.from_bytes(digest[:8]) / 2**64
    names = [name for name, share in shares.items() if share > 0]
    for name in names:
        point -= shares[name]
        if point < 0:
            return name
    return names[-1]


def _group_keys(examples: Sequence[Example], by: SplitBy) -> list[str]:
    """Return the key of each example's group: that of the first of the keys its group is joined by, in text order."""
    joined = [_keys(example, by) for example in examples]
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            parent[key] = key = parent[parent[key]]
        return key

    for keys in joined:
        first = root(keys[0])
        for key in keys[1:]:
            other = root(key)
            first, last = sorted((first, other))
            parent[last] = first
    return [root(keys[0]) for keys in joined]


def _keys(example: Example, by: SplitBy) -> list[str]:
    """Return what joins an example to others."""
    if by == "database":
        return [f"database\n{example.db_id}"]
    if by == "skeleton":
        keys = [f"skeleton\n{skeleton_key(example.sql, example.dialect)}"]
    else:
        keys = [f"sql\n{example.db_id}\n{sql_key(example.sql, example.dialect)}"]
    if "dialogue" in example.meta:
        keys.append(f"dialogue\n{example.db_id}\n{example.source}\n{example.meta['dialogue']}")
    return keys
