"""Attention of parts of a sequence, each alone: what `sqlwright.train.split` joins to the attention of groups.

A part is a run of queries and a run of keys. Where they are the same tokens, each sees those up to itself; otherwise
all queries see all keys. The operators return the log-sum-exp with the outcome, so that parts with the same queries can
be joined; their backward passes take the outcome and log-sum-exp of the *whole*, and give the gradients that go through
this part, which add up.

- `attend_long`: part by part, by cuDNN. Long parts keep a GPU busy.
- `attend_short`: all parts at once, by FlashAttention; each is of the same queries and keys.

No two parts of a call have queries in common. Queries of no part get zeros, and -inf. On a CPU both are plain
operations, in any precision (`sqlwright.train.plain`).

    parts, ends = lined_up([(0, 100, 0, 100), (100, 180, 100, 180)], length=256)
    out, weight = attend_short(query, key, value, parts, ends.to(query.device), scale)

Shapes: query (length, heads, size), key and value (length, key heads, size), all contiguous; out as query, weight
(length, heads) in float32. `parts` stays on the CPU, so that nothing waits for a device.
"""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Iterator
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import register_flop_formula

from sqlwright.train import plain

Part = tuple[int, int, int, int]
"""First query and the one behind the last, first key and the one behind the last."""
_PLANS = "TORCH_CUDNN_SDPA_AVOID_RECOMPILE"
_CHUNK = 128
"""Queries in a block of FlashAttention: it starts as many blocks for each sequence as the longest one has, so tokens of
no part go into sequences no longer than this."""


def listed(parts: list[Part], length: int) -> Tensor:
    """Return parts as the operators take them: (length + 1, 4) int32, of which the first row counts the others.

    Its shape depends on the length alone, as layers are compiled for a shape: behind the parts are zeros.
    """
    table = torch.zeros(length + 1, 4, dtype=torch.int32)
    table[: len(parts) + 1] = torch.tensor([(len(parts), 0, 0, 0), *parts])
    return table


def lined_up(parts: list[Part], length: int) -> tuple[Tensor, Tensor]:
    """Return short parts, in the order of their tokens, as `attend_short` takes them: as listed, and as sequences.

    FlashAttention's sequences lie end to end: tokens between parts are queries without keys, then keys without queries.
    The first row of the list also counts them, and says how long the longest is. The second tensor, (2, 2 * length + 1)
    int32, is where their queries and keys end.
    """
    queries, keys, at = [0], [0], 0
    for start, stop, *_ in [*parts, (length, length)]:
        for first in range(at, start, _CHUNK):
            end = min(first + _CHUNK, start)
            queries += [end, end]
            keys += [first, end]
        if start < stop:
            queries.append(stop)
            keys.append(stop)
        at = stop
    table = listed(parts, length)
    table[0, 1] = len(queries) - 1
    table[0, 2] = max([_CHUNK, *(stop - start for start, stop, *_ in parts)])
    ends = torch.zeros(2, 2 * length + 1, dtype=torch.int32)
    ends[:, : len(queries)] = torch.tensor([queries, keys])
    return table, ends


def spare_plans() -> None:
    """Have cuDNN plan for lengths up to a power of two, not for each anew, which takes a tenth of a second each.

    PyTorch reads this once, when cuDNN first attends; where that was before, only time is lost.
    """
    os.environ.setdefault(_PLANS, "1")
    warnings.filterwarnings("ignore", message=f"{_PLANS}=1")


@torch.library.custom_op("sqlwright::attend_long", mutates_args=())
def attend_long(query: Tensor, key: Tensor, value: Tensor, parts: Tensor, scale: float) -> tuple[Tensor, Tensor]:
    """Attend part by part."""
    attend = _cudnn if query.is_cuda else plain.attend
    exact = torch.promote_types(query.dtype, torch.float32)
    out, weight = torch.zeros_like(query), query.new_full(query.shape[:2], -math.inf, dtype=exact)
    for own, seen in _slices(parts):
        out[own], weight[own] = attend(query[own], key[seen], value[seen], scale, own == seen)
    return out, weight


@torch.library.custom_op("sqlwright::attend_long_backward", mutates_args=())
def attend_long_backward(
    gradient: Tensor,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    out: Tensor,
    weight: Tensor,
    parts: Tensor,
    scale: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients of queries, keys and values through these parts."""
    backward = _cudnn_backward if query.is_cuda else plain.backward
    found = torch.zeros_like(query), torch.zeros_like(key), torch.zeros_like(value)
    for own, seen in _slices(parts):
        known = gradient[own], query[own], key[seen], value[seen], out[own], weight[own]
        of_query, of_key, of_value = backward(*known, scale, own == seen)
        found[0][own] = of_query
        found[1][seen] += of_key
        found[2][seen] += of_value
    return found


@torch.library.custom_op("sqlwright::attend_short", mutates_args=(), device_types="cuda")
def attend_short(
    query: Tensor, key: Tensor, value: Tensor, parts: Tensor, ends: Tensor, scale: float
) -> tuple[Tensor, Tensor]:
    """Attend all parts at once.

    Args:
        ends: of FlashAttention's sequences, on the device of the queries.
    """
    _, sequences, longest, _ = parts[0].tolist()
    queries, keys = ends[:, : sequences + 1]
    out, weight, *_ = torch.ops.aten._flash_attention_forward(
        query, key, value, queries, keys, longest, longest, 0.0, True, False, scale=scale
    )
    # The logarithm of a sum of no numbers, which is -inf, is +inf to FlashAttention.
    return out, torch.where(weight == math.inf, -math.inf, weight).t().contiguous()


@torch.library.custom_op("sqlwright::attend_short_backward", mutates_args=(), device_types="cuda")
def attend_short_backward(
    gradient: Tensor,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    out: Tensor,
    weight: Tensor,
    parts: Tensor,
    ends: Tensor,
    scale: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients of queries, keys and values through these parts."""
    _, sequences, longest, _ = parts[0].tolist()
    queries, keys = ends[:, : sequences + 1]
    none = torch.empty(2, dtype=torch.uint64, device=query.device)  # the random numbers of a dropout
    found: tuple[Tensor, Tensor, Tensor] = torch.ops.aten._flash_attention_backward(
        gradient,
        query,
        key,
        value,
        out,
        weight.t().contiguous(),
        queries,
        keys,
        longest,
        longest,
        0.0,
        True,
        none,
        none,
        scale=scale,
    )
    return found


@attend_short.register_kernel("cpu")
def _(query: Tensor, key: Tensor, value: Tensor, parts: Tensor, _ends: Tensor, scale: float) -> Any:
    return attend_long(query, key, value, parts, scale)


@attend_short_backward.register_kernel("cpu")
def _(*known_parts_ends_scale: Any) -> Any:
    *known, parts, _ends, scale = known_parts_ends_scale
    return attend_long_backward(*known, parts, scale)


@attend_long.register_fake
@attend_short.register_fake
def _(query: Tensor, key: Tensor, value: Tensor, *_: Any) -> tuple[Tensor, Tensor]:
    exact = torch.promote_types(query.dtype, torch.float32)
    return torch.empty_like(query), query.new_empty(query.shape[:2], dtype=exact)


@attend_long_backward.register_fake
@attend_short_backward.register_fake
def _(gradient: Tensor, query: Tensor, key: Tensor, value: Tensor, *_: Any) -> tuple[Tensor, Tensor, Tensor]:
    return torch.empty_like(query), torch.empty_like(key), torch.empty_like(value)


@register_flop_formula([torch.ops.sqlwright.attend_long, torch.ops.sqlwright.attend_short])
def _operations(query: Any, *_: Any, **__: Any) -> Any:
    """Return the operations of attention without a mask: whoever asks weighs whether to compute it twice."""
    length, heads, size = query
    return 4 * length * length * heads * size


def _slices(parts: Tensor) -> Iterator[tuple[slice, slice]]:
    for start, stop, first, last in parts[1 : 1 + int(parts[0, 0])].tolist():
        yield slice(start, stop), slice(first, last)


def _cudnn(query: Tensor, key: Tensor, value: Tensor, scale: float, causal: bool) -> tuple[Tensor, Tensor]:
    out, sums, *_ = torch.ops.aten._scaled_dot_product_cudnn_attention(
        _by_head(query), _by_head(key), _by_head(value), None, True, 0.0, causal, False, scale=scale
    )
    return out[0].transpose(0, 1), sums[0, :, :, 0].t()


def _cudnn_backward(
    gradient: Tensor,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    out: Tensor,
    weight: Tensor,
    scale: float,
    causal: bool,
) -> tuple[Tensor, ...]:
    sums = weight[None, :, :, None].transpose(1, 2)
    none = torch.empty((), dtype=torch.long, device=query.device)  # the random numbers of a dropout
    found = torch.ops.aten._scaled_dot_product_cudnn_attention_backward(
        *map(_by_head, (gradient, query, key, value, out)),
        sums if _sums_by_token(query.device) else sums.contiguous(),
        none,
        none,
        None,
        None,
        None,
        len(query),
        len(key),
        0.0,
        causal,
        scale=scale,
    )
    return tuple(each[0].transpose(0, 1) for each in found)


def _by_head(states: Tensor) -> Tensor:
    return states.transpose(0, 1)[None]


@cache
def _sums_by_token(device: torch.device) -> bool:
    """Return whether cuDNN's log-sum-exps lie token by token, as they do when plans are spared, or head by head."""
    states = torch.zeros(1, 64, 2, 64, dtype=torch.bfloat16, device=device).transpose(1, 2)
    sums = torch.ops.aten._scaled_dot_product_cudnn_attention(states, states, states, None, True)[1]
    return bool(sums.stride(1) == 1)
