"""Decides which samples stand in a micro-batch, and makes its tensors.

Samples of one schema are put together, because their prefix can then go through the model once for all of them
(`sqlwright.train.loss`); within a schema, samples of like length, to waste little on padding. Micro-batches are then
shuffled, so that a step sees several schemas.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence

import torch
from torch.utils.data import Sampler

from sqlwright.train.tokens import Sample

IGNORE = -100
"""Label of a token that is not learnt."""
Batch = dict[str, torch.Tensor]
_WINDOW = 8
"""Micro-batches whose samples are sorted by length together; more would pad less and shuffle less."""


def plan(samples: Sequence[Sample], size: int, *, seed: int, epoch: int = 0, share: bool = True) -> list[list[int]]:
    """Return micro-batches of at most `size` positions in `samples`, every sample once.

    Args:
        share: put samples with the same prefix together, where at least two fill the same micro-batch.
    """
    rng = random.Random(f"{seed}/{epoch}")
    order = list(range(len(samples)))
    rng.shuffle(order)
    groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for index in order:
        groups[samples[index].prefix if share else ()].append(index)
    batches: list[list[int]] = []
    singles: list[int] = []
    for members in groups.values():
        if len(members) == 1:
            singles += members
        else:
            batches += _cut(samples, members, size)
    batches += _cut(samples, singles, size)
    rng.shuffle(batches)
    return batches


def _cut(samples: Sequence[Sample], members: list[int], size: int) -> list[list[int]]:
    """Cut members into micro-batches of like lengths, window by window."""
    batches = []
    for start in range(0, len(members), size * _WINDOW):
        window = sorted(members[start : start + size * _WINDOW], key=lambda index: len(samples[index]))
        batches += [window[at : at + size] for at in range(0, len(window), size)]
    return batches


def collate(samples: Sequence[Sample], *, pad: int = 0, share: bool = True) -> Batch:
    """Return the tensors of a micro-batch, padded on the right.

    - `input_ids`, `labels`: (samples, length); a label is the token at the same place, or -100 for prompt and padding.
    - `prefix_ids`: (1, prefix length), only where all samples have the same prefix; `input_ids` and `labels` then hold
      suffix and completion alone, and a sample's positions start behind the prefix.
    """
    first = samples[0]
    shared = (
        share
        and len(samples) > 1
        and bool(first.prefix)
        and all(sample.prefix == first.prefix and sample.suffix for sample in samples)
    )
    rows = []
    for sample in samples:
        prompt = sample.suffix if shared else sample.prefix + sample.suffix
        rows.append((prompt + sample.completion, (IGNORE,) * len(prompt) + sample.completion))
    length = max(len(ids) for ids, _ in rows)
    batch = {
        "input_ids": torch.tensor([ids + (pad,) * (length - len(ids)) for ids, _ in rows]),
        "labels": torch.tensor([labels + (IGNORE,) * (length - len(labels)) for _, labels in rows]),
    }
    if shared:
        batch["prefix_ids"] = torch.tensor([first.prefix])
    return batch


class PlannedBatches(Sampler[list[int]]):
    """`plan` as torch's batch sampler: another order every epoch, the same for the same seed."""

    drop_last = False

    def __init__(self, samples: Sequence[Sample], size: int, *, seed: int, share: bool) -> None:
        """Take the arguments of `plan`."""
        self._samples = samples
        self._seed = seed
        self._share = share
        self._epoch = 0
        self.batch_size = size

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch whose order comes next."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[list[int]]:
        """Yield the epoch's micro-batches."""
        return iter(plan(self._samples, self.batch_size, seed=self._seed, epoch=self._epoch, share=self._share))

    def __len__(self) -> int:
        """Return the number of micro-batches, the same in every epoch."""
        return len(plan(self._samples, self.batch_size, seed=self._seed, share=self._share))
