"""The optimiser steps of a run as a data set: step k of epoch e is always the same, whatever came before.

    steps = Steps(samples, PlanSettings(batch_size=64, budget=16_384, seed=0), way="flex")
    for step in loader(steps): step["batches"]

So a run that resumes needs only to know its epoch and step. With several processes each takes its part of a step's
sequences, as many as every other; one that has none left repeats one with no weight.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from torch.utils.data import DataLoader, Dataset, Sampler

from sqlwright.config import TrainConfig
from sqlwright.train.batches import Batch, collate, collate_rows
from sqlwright.train.engine import multiple_of
from sqlwright.train.grouping import Pack, Step, cost, plan
from sqlwright.train.masks import Way
from sqlwright.train.tokens import Sample


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """What `plan` is called with."""

    batch_size: int
    budget: int
    seed: int
    schemas: int = 4
    most: int | None = None
    share: bool = True


def plan_settings(config: TrainConfig, tokens: int) -> PlanSettings:
    """Return what a configuration asks of the plan, in sequences of at most so many tokens."""
    return PlanSettings(
        batch_size=config.batch_size,
        budget=tokens,
        seed=config.seed,
        schemas=config.schemas_per_batch,
        most=None if config.micro_batch_size == "auto" else config.micro_batch_size,
        share=config.share_schemas,
    )


class StepBatches(TypedDict):
    """One optimiser step, or a process's part of it."""

    batches: list[Batch]
    weights: list[float]
    """1 for each batch, 0 for one that only keeps this process in step with the others."""
    labels: int
    """Labels of the whole step, in all processes."""


class Steps(Dataset[StepBatches]):
    """Steps by (epoch, number)."""

    def __init__(
        self, samples: Sequence[Sample], settings: PlanSettings, way: Way, *, rank: int = 0, processes: int = 1
    ) -> None:
        """Take the samples and how they are planned and attended."""
        self.samples = samples
        self.way = way
        self.multiple = multiple_of(way, settings.budget)
        self._settings = settings
        self._rank = rank
        self._processes = processes
        self._planned: tuple[int, list[Step]] = (-1, [])

    def plan(self, epoch: int) -> list[Step]:
        """Return the steps of an epoch; every epoch has as many."""
        if self._planned[0] != epoch:
            s = self._settings
            steps = plan(
                self.samples,
                batch_size=s.batch_size,
                budget=s.budget,
                seed=s.seed,
                epoch=epoch,
                share=s.share,
                schemas=s.schemas,
                most=s.most,
                parts=self._processes,
                padded=self.way == "rows",
            )
            self._planned = epoch, steps
        return self._planned[1]

    def __len__(self) -> int:
        """Return the steps of an epoch."""
        return -(-len(self.samples) // self._settings.batch_size)

    def __getitem__(self, key: tuple[int, int]) -> StepBatches:
        """Return a step as tensors."""
        epoch, number = key
        step = self.plan(epoch)[number]
        rounds = -(-len(step) // self._processes)
        mine = [self._rank + self._processes * turn for turn in range(rounds)]
        return {
            "batches": [self._collated(step, at) for at in mine],
            "weights": [float(at < len(step)) for at in mine],
            "labels": sum(labels(self.samples[i]) for pack in step for group in pack for i in group),
        }

    def _collated(self, step: Step, at: int) -> Batch:
        pack = step[at] if at < len(step) else step[0]
        if self.way == "rows":
            return collate_rows(self.samples, pack)
        return collate(self.samples, pack, multiple=self.multiple)

    def lengths(self, epoch: int = 0) -> set[int]:
        """Return the tokens that an epoch's sequences have, their padding too."""
        return {self._length(pack) for step in self.plan(epoch) for pack in step}

    def _length(self, pack: Pack) -> int:
        if self.way == "rows":
            return len(pack) * max(len(self.samples[i]) for group in pack for i in group)
        return -(-sum(cost(self.samples, group) for group in pack) // self.multiple) * self.multiple

    def all_batches(self) -> list[Batch]:
        """Return every sequence of the first epoch."""
        return [self._collated(step, at) for step in self.plan(0) for at in range(len(step))]

    def saved(self, epoch: int = 0) -> float:
        """Return the share of the samples' tokens that sharing saves in an epoch."""
        steps = self.plan(epoch)
        computed = sum(cost(self.samples, group) for step in steps for pack in step for group in pack)
        return 1 - computed / max(sum(map(len, self.samples)), 1)


def labels(sample: Sample) -> int:
    """Return how many of a sample's tokens are learnt: its completion, but no first token of all."""
    return len(sample.completion) - (not sample.prefix and not sample.suffix)


class Order(Sampler[list[tuple[int, int]]]):
    """The steps of the epoch that was set, in order."""

    drop_last = False
    batch_size = 1

    def __init__(self, steps: Steps) -> None:
        """Take the steps to go through."""
        self._steps = steps
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch that comes next."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        """Yield the keys of the epoch's steps."""
        return iter([[(self._epoch, number)] for number in range(len(self))])

    def __len__(self) -> int:
        """Return the steps of an epoch."""
        return len(self._steps)


def loader(steps: Steps, order: Order) -> DataLoader[Any]:
    """Return the steps one by one."""
    return DataLoader(steps, batch_sampler=order, collate_fn=lambda found: found[0], num_workers=0)
