"""Attention in plain operations, with its log-sum-exp: what `sqlwright.train.spans` does on a CPU, in any precision.

Shapes: query, gradient and out (queries, heads, size), key and value (keys, key heads, size), weight (queries, heads).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def attend(query: Tensor, key: Tensor, value: Tensor, scale: float, causal: bool) -> tuple[Tensor, Tensor]:
    """Return the outcome, and the log-sum-exps as (queries, heads)."""
    scores = _scores(query, key, scale, causal)
    weight = scores.logsumexp(-1)
    shares = (scores - weight[..., None]).exp().to(value.dtype)
    return torch.einsum("hqk,khd->qhd", shares, _spread(value, query)), weight.t()


def backward(
    gradient: Tensor,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    out: Tensor,
    weight: Tensor,
    scale: float,
    causal: bool,
) -> tuple[Tensor, ...]:
    """Return the gradients of query, key and value; `out` and `weight` may be of more keys than are given."""
    scores = _scores(query, key, scale, causal)
    shares = (scores - weight.t()[..., None]).exp()
    wanted = torch.einsum("qhd,khd->hqk", gradient, _spread(value, query)).to(shares.dtype)
    slopes = shares * (wanted - (gradient * out).sum(-1).t()[..., None]) * scale
    slopes, shares = slopes.to(query.dtype), shares.to(query.dtype)
    each = len(key), key.shape[1], -1, key.shape[2]  # a head of keys has several of queries
    return (
        torch.einsum("hqk,khd->qhd", slopes, _spread(key, query)),
        torch.einsum("hqk,qhd->khd", slopes, query).view(each).sum(2),
        torch.einsum("hqk,qhd->khd", shares, gradient).view(each).sum(2),
    )


def _scores(query: Tensor, key: Tensor, scale: float, causal: bool) -> Tensor:
    """Return (heads, queries, keys), -inf where a key is not seen."""
    scores = torch.einsum("qhd,khd->hqk", query, _spread(key, query)) * scale
    exact = scores.to(torch.promote_types(query.dtype, torch.float32))
    return exact.masked_fill(torch.ones_like(exact, dtype=torch.bool).triu(1), -math.inf) if causal else exact


def _spread(states: Tensor, query: Tensor) -> Tensor:
    return states.repeat_interleave(query.shape[1] // states.shape[1], dim=1)
