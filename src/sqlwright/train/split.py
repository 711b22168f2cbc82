"""Attention in two parts, for long schemas on a GPU: of a group's tokens to its prefix, and of samples to themselves.

FlexAttention computes both at once, at half the rate that cuDNN has without a mask or with a plainly causal one. Here
the tokens of a group attend to its prefix by cuDNN, and each suffix to itself by FlashAttention
(`sqlwright.train.spans`). The two are joined by their log-sum-exps: what a token makes of a part counts by that part's
share of its softmax. Backward, each part is given the joined outcome and log-sum-exp, with which its gradients are
exact, and they add up.

    parts = split(batch.segments, batch.computed, length, device)
    out = attend(query, key, value, parts, scale)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from sqlwright.train.batches import Segment
from sqlwright.train.spans import (
    Part,
    attend_long,
    attend_long_backward,
    attend_short,
    attend_short_backward,
    lined_up,
    listed,
)

_SHORT = 128
"""Tokens of a lone sample, or of padding, that are attended as a short part."""


@dataclass(frozen=True)
class Parts:
    """The parts of a sequence, as `sqlwright.train.spans` takes them.

    Not a tuple: who moves a model's inputs to its device, as data parallelism does, leaves these where they are.
    """

    long: Tensor
    short: Tensor
    ends: Tensor
    """Of the short parts' sequences, on the device."""


def split(segments: Sequence[Segment], computed: int, length: int, device: Any) -> Parts:
    """Return the parts of a sequence of groups.

    Args:
        computed: tokens of the sequence that count; those behind them are padding.
        length: all tokens of the sequence.
    """
    long: list[Part] = []
    short: list[Part] = []
    for segment in segments:
        start, seen = segment.prefix
        if start == computed:
            short += [_alone(at, min(at + _SHORT, length)) for at in range(start, length, _SHORT)]
            break
        if start < seen:
            long += [_alone(start, seen), (seen, max(stop for _, stop in segment.suffixes), start, seen)]
        for first, stop in segment.suffixes:
            (short if start < seen or stop - first <= _SHORT else long).append(_alone(first, stop))
    samples, ends = lined_up(short, length)
    return Parts(listed(long, length), samples, ends.to(device))


def _alone(start: int, stop: int) -> Part:
    return start, stop, start, stop


def attend(query: Tensor, key: Tensor, value: Tensor, parts: Parts, scale: float) -> Tensor:
    """Return what tokens make of their group's prefix and of their own sample.

    Shapes: query (length, heads, size), key and value (length, key heads, size); the result as query.
    """
    out: Tensor = _Joined.apply(  # type: ignore[no-untyped-call]
        query, key, value, parts.long, parts.short, parts.ends, scale
    )
    return out


class _Joined(torch.autograd.Function):
    """The two parts, joined in operations that a compiler fuses."""

    @staticmethod
    def forward(
        ctx: Any, query: Tensor, key: Tensor, value: Tensor, long: Tensor, short: Tensor, ends: Tensor, scale: float
    ) -> Tensor:
        shared, of_shared = attend_long(query, key, value, long, scale)
        own, of_own = attend_short(query, key, value, short, ends, scale)
        weight = torch.logaddexp(of_shared, of_own)
        exact = shared * (of_shared - weight).exp()[..., None] + own * (of_own - weight).exp()[..., None]
        out: Tensor = exact.to(query.dtype)
        ctx.save_for_backward(query, key, value, out, weight, long, short, ends)
        ctx.scale = scale
        return out

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        query, key, value, out, weight, long, short, ends = ctx.saved_tensors
        known = gradients[0].contiguous(), query, key, value, out, weight
        shared = attend_long_backward(*known, long, ctx.scale)
        own = attend_short_backward(*known, short, ends, ctx.scale)
        return *(a + b for a, b in zip(shared, own, strict=True)), None, None, None, None
