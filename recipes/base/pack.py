"""Packs groups of samples into sequences of a fixed number of tokens, each schema's prefix once.

A group lies as prefix, then suffix and completion of each sample. A token sees its group's prefix and its own sample,
up to itself: what it learns is what it would learn in a row of its own (see `sqlwright.train`, whose rule this is).

    for pack in packs(groups, tokens=81_920): ...
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Group = tuple[list[int], list[tuple[list[int], list[int]]]]
"""The ids of a prefix, and of the suffix and the completion of each sample."""
LONGEST = 1024
"""Tokens of a prompt with its SQL; longer samples are left out."""


@dataclass(frozen=True, slots=True)
class Pack:
    """Samples in one sequence; all arrays but `labels` have its length."""

    ids: NDArray[np.uint16]
    positions: NDArray[np.int16]
    """Place of each token in its own prompt."""
    stop: NDArray[np.int32]
    """Where the tokens that may see it end: at the end of its group for a prefix, else of its sample."""
    labels: NDArray[np.int32]
    """Places of the tokens that are learnt: those of the SQL."""
    samples: int
    unshared: int
    """Tokens that the samples would take in rows of their own."""


class _Open:
    """A pack being filled."""

    def __init__(self, tokens: int) -> None:
        self.ids = np.zeros(tokens, dtype=np.uint16)
        self.positions = np.zeros(tokens, dtype=np.int16)
        self.stop = np.arange(1, tokens + 1, dtype=np.int32)
        self.labels: list[NDArray[np.int32]] = []
        self.samples = self.unshared = self.at = 0

    def put(self, ids: list[int], position: int, stop: int) -> None:
        end = self.at + len(ids)
        self.ids[self.at : end] = ids
        self.positions[self.at : end] = np.arange(position, position + len(ids))
        self.stop[self.at : end] = stop
        self.at = end

    def add(self, group: Group) -> Group | None:
        """Take as many samples as there is room for; return what is left of the group."""
        prefix, samples = group
        fit, length = 0, len(prefix)
        room = len(self.ids) - self.at
        while fit < len(samples) and length + sum(map(len, samples[fit])) <= room:
            length += sum(map(len, samples[fit]))
            fit += 1
        if fit:
            self.put(prefix, 0, self.at + length)
        for suffix, completion in samples[:fit]:
            end = self.at + len(suffix) + len(completion)
            self.put(suffix + completion, len(prefix), end)
            self.labels.append(np.arange(end - len(completion), end, dtype=np.int32))
            self.unshared += len(prefix) + len(suffix) + len(completion)
        self.samples += fit
        return (prefix, samples[fit:]) if fit < len(samples) else None

    def close(self) -> Pack:
        return Pack(self.ids, self.positions, self.stop, np.concatenate(self.labels), self.samples, self.unshared)


def packs(groups: Iterable[Group], tokens: int) -> Iterator[Pack]:
    """Yield packs of `tokens` tokens (id 0 where nothing fitted); a group that does not fit goes on in the next.

    Raises:
        ValueError: a sample might not fit.
    """
    if tokens < LONGEST:
        raise ValueError(f"a pack must have room for {LONGEST} tokens, the longest sample")
    pack = _Open(tokens)
    for prefix, samples in groups:
        kept = [sample for sample in samples if len(prefix) + sum(map(len, sample)) <= LONGEST]
        rest: Group | None = (prefix, kept) if kept else None
        while rest is not None:
            rest = pack.add(rest)
            if rest is not None:
                yield pack.close()
                pack = _Open(tokens)
    if pack.samples:
        yield pack.close()
