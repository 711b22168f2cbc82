"""What stands in two splits that should share nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlwright.data.keys import question_key, skeleton_key, sql_key
from sqlwright.records import Example

Kind = Literal["question", "skeleton", "question-and-sql"]


@dataclass(frozen=True, slots=True)
class Leak:
    """Examples of different splits that have something in common."""

    kind: Kind
    """"question" and "skeleton" are on one database; "question-and-sql" is across databases."""
    what: str
    """The question or skeleton they share."""
    members: tuple[tuple[str, str], ...]
    """(split, example id), in the order of the splits."""


def find_leaks(splits: Mapping[str, Iterable[Example]]) -> list[Leak]:
    """Return every group of examples that crosses splits.

    A leak is the same question on the same database (after its earlier turns, in normal form), the same SQL skeleton on
    the same database, or, across databases, the same question with the same SQL.
    """
    Groups = defaultdict[Hashable, list[tuple[str, Example]]]  # noqa: N806 - a type
    questions, skeletons, pairs = Groups(list), Groups(list), Groups(list)
    for split, examples in splits.items():
        for example in examples:
            asked = question_key(example)
            if asked:
                questions[example.db_id, asked].append((split, example))
                pairs[asked, sql_key(example.sql, example.dialect)].append((split, example))
            skeletons[example.db_id, skeleton_key(example.sql, example.dialect)].append((split, example))
    return [
        *(_leak("question", group, group[0][1].question) for group in questions.values() if _crosses(group)),
        *(_leak("skeleton", group, _skeleton(group)) for group in skeletons.values() if _crosses(group)),
        *(
            _leak("question-and-sql", group, group[0][1].question)
            for group in pairs.values()
            if _crosses(group) and len({example.db_id for _, example in group}) > 1
        ),
    ]


def _crosses(group: list[tuple[str, Example]]) -> bool:
    return any(split != group[0][0] for split, _ in group)


def _leak(kind: Kind, group: list[tuple[str, Example]], what: str) -> Leak:
    return Leak(kind, what, tuple((split, example.id) for split, example in group))


def _skeleton(group: list[tuple[str, Example]]) -> str:
    example = group[0][1]
    return skeleton_key(example.sql, example.dialect)
