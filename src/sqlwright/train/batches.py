"""Makes the tensors of a sequence of groups: `[prefix][suffix 1][suffix 2] ...`, then the next group.

Every suffix's positions start behind the prefix, and the attention mask (`sqlwright.train.masks`) lets it see the
prefix and itself alone, so that each sample is what it would be on its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import torch
from torch import Tensor

from sqlwright.train.grouping import Pack
from sqlwright.train.noise import spread_of
from sqlwright.train.tokens import Sample

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Segment:
    """Where a group stands in its sequence."""

    prefix: Span
    """First token and the one after the last; empty for a lone sample, which is all suffix."""
    suffixes: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes through the model at once: one sequence of groups, or rows of whole samples, padded on the right."""

    input_ids: Tensor
    """(1, length), or (samples, length) for rows."""
    positions: Tensor
    """Of the same shape."""
    rows: Tensor
    """(labels,): where, in the flattened `input_ids`, a label is predicted."""
    targets: Tensor
    """(labels,): the labels."""
    stop: Tensor | None
    """(length,): the place from which on a token is not seen any more, the end of its group for one of a prefix, of its
    sample for another; None for rows, where ordinary causal attention is right."""
    spread: Tensor
    """Of the shape of `input_ids`: how far NEFTune's noise goes (`sqlwright.train.noise`); 0 for padding."""
    segments: tuple[Segment, ...]
    samples: int
    computed: int
    """Tokens that are computed, padding aside."""
    tokens: int
    """Tokens of the samples, each with its whole prompt."""

    def to(self, device: Any, **options: Any) -> Batch:
        """Return the batch with its tensors on a device."""
        held: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        tensors = {name: value for name, value in held.items() if isinstance(value, Tensor)}
        return Batch(**{**held, **{name: value.to(device, **options) for name, value in tensors.items()}})


def collate(samples: Sequence[Sample], groups: Pack, *, multiple: int = 1, pad: int = 0) -> Batch:
    """Return one sequence of groups.

    Args:
        groups: positions in `samples`; those of one group must have the same prefix, and suffixes that are not empty.
        multiple: the length is padded to a multiple of this.
    """
    ids: list[int] = []
    positions: list[int] = []
    stop: list[int] = []
    spread: list[float] = []
    rows: list[int] = []
    targets: list[int] = []
    segments = []
    number = 0
    for members in groups:
        start = len(ids)
        prefix = samples[members[0]].prefix if len(members) > 1 else ()
        ids += prefix
        positions += range(len(prefix))
        spread += [spread_of(len(samples[index]) for index in members)] * len(prefix)
        spans = []
        own: list[int] = []
        for index in members:
            number += 1
            sample = samples[index]
            prompt = sample.suffix if len(members) > 1 else sample.prefix + sample.suffix
            begin = len(ids)
            ids += prompt + sample.completion
            positions += range(len(prefix), len(prefix) + len(ids) - begin)
            own += [len(ids)] * (len(ids) - begin)
            spread += [spread_of([len(sample)])] * (len(ids) - begin)
            first = begin + max(len(prompt), 1)  # nothing comes before a first token to predict it from
            rows += range(first - 1, len(ids) - 1)
            targets += ids[first:]
            spans.append((begin, len(ids)))
        stop += [len(ids)] * len(prefix) + own
        segments.append(Segment((start, start + len(prefix)), tuple(spans)))
    computed = len(ids)
    padding = -computed % multiple
    return Batch(
        input_ids=torch.tensor([ids + [pad] * padding]),
        positions=torch.tensor([[*positions, *range(padding)]]),
        rows=torch.tensor(rows),
        targets=torch.tensor(targets),
        stop=torch.tensor(stop + [computed + padding] * padding, dtype=torch.int32),
        spread=torch.tensor([spread + [0.0] * padding]),
        segments=(*segments, Segment((computed, computed), ((computed, computed + padding),)))
        if padding
        else tuple(segments),
        samples=number,
        computed=computed,
        tokens=sum(len(samples[index]) for members in groups for index in members),
    )


def collate_rows(samples: Sequence[Sample], groups: Pack, *, pad: int = 0) -> Batch:
    """Return every sample as a row of its own, padded on the right, where causal attention never looks."""
    members = [samples[index] for group in groups for index in group]
    length = max(map(len, members))
    ids: list[tuple[int, ...]] = []
    spread: list[list[float]] = []
    rows: list[int] = []
    targets: list[int] = []
    for row, sample in enumerate(members):
        tokens = sample.prefix + sample.suffix + sample.completion
        first = max(len(tokens) - len(sample.completion), 1)
        rows += range(row * length + first - 1, row * length + len(tokens) - 1)
        targets += tokens[first:]
        ids.append(tokens + (pad,) * (length - len(tokens)))
        spread.append([spread_of([len(tokens)])] * len(tokens) + [0.0] * (length - len(tokens)))
    total = sum(map(len, members))
    return Batch(
        input_ids=torch.tensor(ids),
        positions=torch.arange(length).expand(len(members), length),
        rows=torch.tensor(rows),
        targets=torch.tensor(targets),
        stop=None,
        spread=torch.tensor(spread),
        segments=(),
        samples=len(members),
        computed=total,
        tokens=total,
    )
