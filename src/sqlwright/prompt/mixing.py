"""Chooses which examples give samples of which task.

    mixed = mix(examples, {"text-to-sql": 1.0, "sql-to-text": 0.3, "reasoning": 1.5}, seed=0)

A weight is the share of the examples that give a sample of the task: 0.3 takes three in ten, 1.5 takes all of them and
half of them again. The choice is the seed's and the same whatever the other weights are.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlwright.config import Task
from sqlwright.errors import DataError
from sqlwright.prompt.tasks import thought_of
from sqlwright.records import Example


@dataclass(frozen=True, slots=True)
class Asked:
    """An example in one task."""

    example: Example
    """Its id is unique in the mix: "<id>" for text-to-SQL, "<id>#<task>" for others, "<id>#<task>#2" when repeated."""
    task: Task


@dataclass(frozen=True, slots=True)
class Mix:
    """The samples to learn, in the order of the examples."""

    asked: list[Asked]
    unreasoned: tuple[str, ...]
    """Ids of the examples that should have reasoned, but have no reasoning and SQL that cannot be read."""


def mix(examples: Sequence[Example], weights: Mapping[Task, float], *, seed: int = 0) -> Mix:
    """Return each example in the tasks that fall to it.

    Args:
        weights: share of the examples by task, 0 or more.
        seed: of the choice.

    Raises:
        DataError: an example has no question or no SQL.
    """
    for example in examples:
        if lacking := "question" if not example.question.strip() else "SQL" if not example.sql.strip() else "":
            raise DataError(f"example {example.id}: has no {lacking}, so nothing can be learnt from it; leave it out")
    times = {task: _times(len(examples), weight, f"{seed} {task}") for task, weight in weights.items()}
    asked: list[Asked] = []
    unreasoned: list[str] = []
    for at, example in enumerate(examples):
        for task, counts in times.items():
            if task == "reasoning" and counts[at] and not thought_of(example):
                unreasoned.append(example.id)
                continue
            asked += [
                Asked(replace(example, id=_id(example.id, task, turn)), task) for turn in range(1, counts[at] + 1)
            ]
    return Mix(asked, tuple(unreasoned))


def _times(count: int, weight: float, seed: str) -> list[int]:
    """Return how often each of `count` examples is taken, `weight` times on average."""
    whole = int(weight)
    more = set(random.Random(seed).sample(range(count), round(count * (weight - whole))))
    return [whole + (at in more) for at in range(count)]


def _id(name: str, task: Task, turn: int) -> str:
    marked = name if task == "text-to-sql" and turn == 1 else f"{name}#{task}"
    return marked if turn == 1 else f"{marked}#{turn}"
