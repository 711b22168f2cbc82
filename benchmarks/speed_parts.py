"""What the engines of `train_speed.py` have in common: what is measured, and the figures that come of it."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from random_base import Workload, make_prompts, vocabulary_of

from sqlwright.train import Sample, tokenise

TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
LONGEST = 8192
"""More than the longest sample of both workloads has."""


@dataclass(frozen=True)
class Setting:
    """How an engine is run on a workload."""

    workload: Workload
    tokens: int = 0
    """Most tokens of a sequence (sqlwright, packing) or of a padded micro-batch; 0 leaves it to the engine."""
    batch: int = 0
    """Samples in an optimiser step (sqlwright); the others make a step of each micro-batch."""
    steps: int = 0
    """Optimiser steps of the run (sqlwright)."""
    rows: int = 0
    """Samples in a micro-batch (TRL, which counts no tokens)."""
    checkpointing: bool = False
    packing: bool = False

    def described(self) -> dict[str, Any]:
        """Return what is not left at its default."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}


@dataclass(frozen=True)
class Job:
    """An engine's turn: what it is to measure in a process of its own."""

    engine: str
    method: str
    shape: str
    base: str
    """The model's folder."""
    device: str
    settings: tuple[Setting, ...]
    counts: dict[str, int]
    """Samples of each workload that the others see, taken evenly over the sorted lengths."""
    scale: float = 1.0
    most: float = 12.0
    """Seconds to measure for, behind the warm-up."""

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON objects."""
        return asdict(self)

    @classmethod
    def from_json(cls, described: dict[str, Any]) -> Job:
        """Return the job of `as_json`."""
        return cls(**{**described, "settings": tuple(Setting(**each) for each in described["settings"])})

    def samples(self, workload: Workload) -> list[Sample]:
        """Return all samples of a workload."""
        from transformers import AutoTokenizer

        prompts = make_prompts(workload, vocabulary_of(self.shape), scale=self.scale)
        tokenizer: Any = AutoTokenizer.from_pretrained(self.base)
        return tokenise(prompts, tokenizer, max_length=LONGEST)[0]

    def some(self, workload: Workload) -> list[Sample]:
        """Return so many samples as the others see, with the whole set's lengths, shortest first."""
        samples, count = sorted(self.samples(workload), key=lambda sample: (len(sample), sample.id)), 0
        count = min(self.counts[workload], len(samples))
        return [samples[int((number + 0.5) * len(samples) / count)] for number in range(count)]


@dataclass
class Measured:
    """What a run came to, step by step."""

    samples: list[int] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    """Really computed, padding aside."""
    flops: list[float] = field(default_factory=list)
    """That these tokens need."""
    seconds: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    """Mean loss a label."""
    steady: list[int] = field(default_factory=list)
    """Steps that count: all lengths in them have been seen before."""
    notes: dict[str, Any] = field(default_factory=dict)

    def row(self, rate: float, device: str) -> dict[str, Any]:
        """Return the figures. Raises ValueError where a loss is no number, or no step was steady.

        Args:
            rate: operations a second of a large matrix product here.
        """
        if not self.steady:
            raise ValueError(f"none of {len(self.seconds)} steps was steady")
        if not all(map(math.isfinite, self.losses)):
            raise ValueError(f"losses are not finite: {self.losses[:8]}")
        seconds = sum(self.seconds[step] for step in self.steady)
        speeds = [self.samples[step] / self.seconds[step] for step in self.steady]
        return {
            "samples_per_s": round(sum(self.samples[step] for step in self.steady) / seconds, 3),
            "samples_per_s_of_steps": [round(pick(speeds), 3) for pick in (min, statistics.median, max)],
            "tokens_per_s": round(sum(self.tokens[step] for step in self.steady) / seconds, 1),
            "peak_gib": round(peak_gib(device), 2),
            "mfu": round(sum(self.flops[step] for step in self.steady) / seconds / rate, 3),
            "steady_steps": len(self.steady),
            "seconds": round(seconds, 2),
            "losses": [round(loss, 4) for loss in self.losses],
            **self.notes,
        }


Measure = Callable[[Setting], Measured]
"""Runs a setting; each engine's `open_engine(job)` loads the model and returns one."""


def work_of(model_config: Any, samples: Sequence[Sample], groups: Sequence[Sequence[int]]) -> float:
    """Return the operations of a LoRA step over groups of samples (`sqlwright.train.memory`)."""
    from sqlwright.train.memory import operations, shape_of

    return operations(shape_of(model_config), samples, groups, frozen=True)


def synchronise(device: str) -> None:
    """Wait for the device."""
    if device == "cuda":
        import torch

        torch.cuda.synchronize()


def reset_peak(device: str) -> None:
    """Forget the most memory that was in use."""
    if device == "cuda":
        import torch

        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def peak_gib(device: str) -> float:
    """Return the most memory in use since `reset_peak`; 0 on a CPU."""
    if device != "cuda":
        return 0.0
    import torch

    return float(torch.cuda.max_memory_allocated()) / 2**30


def clock(device: str) -> float:
    """Return the time when the device has done all that it was told."""
    synchronise(device)
    return time.perf_counter()
