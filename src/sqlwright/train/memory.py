"""How much memory and how many operations a run needs: what "auto" chooses by, and what an estimate says.

The figures are for bf16 or fp16 arithmetic and decoder layers of the usual make (attention and a gated MLP). On an H200
(Llama-3.1-8B's shape, adapters on all linear layers) the peak came out 2 % lower than said here with all activations
kept (LoRA, 18,176 and 20,480 tokens), and 5 % lower with those that compiled layers keep (QLoRA, 16,384 tokens).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlwright.train.tokens import Sample

_NUMBER = 2
"""Bytes of an activation."""
COMPILED_KEEPS = 0.7
"""Share of a compiled layer's activations that are enough for the backward pass: what is quick to compute again (norms,
the MLP's product) need not be kept. On an H200 that took 28 % of the memory away, and 1 % of the speed."""
EAGER_KEEPS = 1.35
PLAIN_KEEPS = 1.6
"""The same of layers that are not compiled, whose norms keep float32 copies; and of those that besides run adapters
as PEFT does, with copies in their type (under ZeRO-3). Counted from what autograd saves (Llama, bf16): 1.34
and 1.58."""
_ROWS = 1024
"""Rows of logits that stand in memory at once (`sqlwright.train.loss`)."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a decoder that its memory and work depend on."""

    layers: int
    hidden: int
    inner: int
    heads: int
    keys: int
    """Size of all keys, or all values, of a token."""
    vocabulary: int

    @property
    def linear(self) -> int:
        """Weights of all linear layers of the decoder, without the head."""
        return self.layers * (
            2 * self.hidden * self.hidden + 2 * self.hidden * self.keys + 3 * self.hidden * self.inner
        )


def shape_of(config: Any) -> Shape:
    """Return the sizes that a transformers configuration gives."""
    text = config.get_text_config()
    heads = text.num_attention_heads
    size = getattr(text, "head_dim", None) or text.hidden_size // heads
    return Shape(
        layers=text.num_hidden_layers,
        hidden=text.hidden_size,
        inner=getattr(text, "intermediate_size", None) or 4 * text.hidden_size,
        heads=heads,
        keys=size * (getattr(text, "num_key_value_heads", None) or heads),
        vocabulary=text.vocab_size,
    )


def activation_bytes(shape: Shape, tokens: int, *, checkpointing: bool, keeps: float = 1.0) -> float:
    """Return what the activations of a sequence of so many tokens take at their peak.

    A layer keeps its input, two norms' outputs, queries, attention's output and the sum behind it (6 hidden), keys and
    values, and the MLP's gate, input and product (3 inner). With checkpointing, only its input, and one layer's whole.

    Args:
        keeps: share of a layer's activations that is kept.
    """
    layer = tokens * _NUMBER * (6 * shape.hidden + 2 * shape.keys + 3 * shape.inner)
    kept = layer * shape.layers * keeps
    if checkpointing:
        kept = tokens * _NUMBER * shape.hidden * shape.layers + 2 * layer * max(keeps, 1.0)
    logits = 3 * 4 * shape.vocabulary * min(tokens, _ROWS)
    return kept + layer + logits


def operations(shape: Shape, samples: Sequence[Sample], groups: Iterable[Sequence[int]], *, frozen: bool) -> float:
    """Return the floating-point operations of a forward and a backward pass over groups of samples.

    Args:
        groups: positions in `samples`; a group's prefix is computed once.
        frozen: whether the base's weights need no gradient, as under an adapter.
    """
    tokens, seen, labels = 0, 0.0, 0
    for group in groups:
        prefix = len(samples[group[0]].prefix) if len(group) > 1 else 0
        runs = [(prefix, 0), *((len(samples[index]) - prefix, prefix) for index in group)]
        tokens += sum(count for count, _ in runs)
        seen += sum(count * before + count * (count + 1) / 2 for count, before in runs)
        labels += sum(len(samples[index].completion) for index in group)
    passes = 4 if frozen else 6  # forward, and one or two products of the same size backward
    linear = passes * (shape.linear * tokens + shape.hidden * shape.vocabulary * labels)
    return linear + 3 * 4 * shape.layers * shape.hidden * seen
