"""Makes a model ready to be trained on groups: how it attends, what is compiled, what is kept for the backward pass.

way = choose_way(model, samples, device="cuda", exact=False)   # compares grouped with separate samples first
compile_layers(model, lengths=1)
"""

from __future__ import annotations

import logging
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from sqlwright.train.batches import collate, collate_rows
from sqlwright.train.grouping import Group, Pack, cost
from sqlwright.train.loss import completion_losses
from sqlwright.train.masks import FLEX_BLOCK, Way, prepare
from sqlwright.train.spans import spare_plans
from sqlwright.train.tokens import Sample

_LOG = logging.getLogger("sqlwright.train")
_FEW_LENGTHS = 4
_CHECKED = 4
"""Questions of a schema in the batch of the self-check."""
_TRIED = 3
"""Blocks of FlexAttention that this batch is longer than, where there are enough samples."""
_TOLERANCE = {True: 1e-3, False: 0.1}
"""Largest difference of the labels' losses, as a part of their spread, in float32 and in shorter arithmetic."""
_SPREAD = 0.01
"""Least spread of a label's loss: that of a model which is certain of all labels is noise, in short arithmetic."""
_LONG = 1_500
"""Tokens of a schema, on average over what is behind it, from which attention in two parts is quicker. On an H200 it
took 0.81 of FlexAttention's time at 4,000 tokens, and more than its time at 550, where it has many small kernels."""


def choose_way(model: Any, samples: Sequence[Sample], *, device: str, exact: bool, share: bool = True) -> Way:
    """Return the quickest way to attend that gives the losses of separate samples, and prepare the model for it.

    It is tried on a sequence of two schemas' questions; a way that fails or differs is passed over with a warning.
    Where all do, or where the model's attention looks back less far than a sample is long, samples stay in rows of
    their own.

    Args:
        device: the type of device that the model is on.
        exact: whether the arithmetic is float32.
        share: whether the questions of a schema will share it; otherwise sequences of lone samples are tried.
    """
    narrow = narrow_window(model.config.get_text_config(), max(map(len, samples), default=0))
    if narrow:
        _LOG.warning("schemas are not shared, samples are padded: %s", narrow)
        prepare(model, "rows")
        return "rows"
    ways = ways_for(model.config.get_text_config(), samples, device=device, exact=exact)
    if "split" in ways:
        spare_plans()
    packs = trial(samples, share=share)
    training = model.training
    model.eval()
    try:
        for way in ways:
            try:
                error = _difference(model, samples, packs, way)
            except torch.OutOfMemoryError:
                raise
            except Exception as problem:  # whatever a model's own code raises
                _LOG.warning("grouping by %s does not run on %s: %s", way, _name(model), _first_line(problem))
                continue
            if error < _TOLERANCE[exact]:
                return way
            _LOG.warning("grouping by %s changes the loss (by %.2g of its spread): not used", way, error)
    finally:
        model.train(training)
    _LOG.warning(
        "schemas are not shared, samples are padded: no other way gives this model the loss of separate samples"
    )
    prepare(model, "rows")
    return "rows"


def ways_for(config: Any, samples: Sequence[Sample], *, device: str, exact: bool) -> tuple[Way, ...]:
    """Return the ways that may run on a device, the quickest first.

    Args:
        config: the model's, of its text.
        exact: whether the arithmetic is float32, in which nothing attends in two parts on a GPU.
    """
    if device != "cuda":
        return "blocks", "dense"
    own = sum(len(sample) - len(sample.prefix) for sample in samples)
    seen = sum(len(sample.prefix) * (len(sample) - len(sample.prefix)) for sample in samples)
    if exact or seen < _LONG * own or bool(getattr(config, "attention_dropout", None)):
        return "flex", "blocks", "dense"
    return "split", "flex", "blocks", "dense"


def narrow_window(config: Any, longest: int) -> str:
    """Return why a model cannot see the whole of the longest sample in every layer; "" when it can."""
    window = getattr(config, "sliding_window", None)
    used = getattr(config, "use_sliding_window", True)
    kinds = set(getattr(config, "layer_types", None) or ())
    if window and used and window < longest and (not kinds or "sliding_attention" in kinds):
        return f"its attention sees the last {window} tokens, and the longest sample has {longest}"
    other = kinds - {"full_attention", "sliding_attention"}
    return f"it has layers of another kind ({', '.join(sorted(other))})" if other else ""


def compile_layers(model: Any, lengths: int, keeps: float = 1.0) -> None:
    """Compile each decoder layer, for every length of sequence apart where they are few: that is a little quicker.

    Args:
        lengths: how many different lengths there will be.
        keeps: share of a layer's activations that is kept for the backward pass; the rest, what is quickest to compute
            again, is. The gradients stay the same.
    """
    torch._functorch.config.activation_memory_budget = keeps
    torch._dynamo.config.cache_size_limit = max(torch._dynamo.config.cache_size_limit, 64)
    for layer in decoder_layers(model):
        layer.compile(dynamic=False if lengths <= _FEW_LENGTHS else None)


@contextmanager
def as_usual(model: Any, way: Way) -> Iterator[None]:
    """Let a model that was prepared for `way` attend as it would anyhow, with nothing compiled: to generate with it.

    A kernel for every length that an answer grows through would be compiled otherwise.
    """
    prepare(model, "rows")
    try:
        with torch.compiler.set_stance("force_eager"):
            yield
    finally:
        prepare(model, way)


def decoder_layers(model: Any) -> list[torch.nn.Module]:
    """Return the decoder's layers: the longest list of modules of one class in the model."""
    lists = [module for module in model.modules() if isinstance(module, torch.nn.ModuleList)]
    return list(max(lists, key=len, default=()))


def multiple_of(way: Way, budget: int = FLEX_BLOCK) -> int:
    """Return what the length of a sequence is to be a multiple of: in sixteenths of the longest where one compiles.

    So there are few lengths to compile for, and little is padding.
    """
    return max(1, budget // 16 // FLEX_BLOCK) * FLEX_BLOCK if way in ("split", "flex") else 1


def trial(samples: Sequence[Sample], *, share: bool) -> Pack:
    """Return short groups of the prefixes that most samples have, two of them or more, and a lone sample.

    They are so many that some share a block of FlexAttention's, whose kernels are at their most intricate there.

    Args:
        share: whether samples of a prefix share it; otherwise each is a group of its own.
    """
    members: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for index, sample in enumerate(samples):
        if sample.prefix and sample.suffix:
            members[sample.prefix].append(index)
    wanted = _TRIED * FLEX_BLOCK
    groups: list[Group] = []
    for number, group in enumerate(sorted(members.values(), key=len, reverse=True)):
        shortest = tuple(sorted(group, key=lambda index: len(samples[index]))[:_CHECKED])
        if number < 2 or cost(samples, shortest) <= wanted:  # one long sample more would cost minutes
            groups.append(shortest)
        if number > 0 and sum(cost(samples, chosen) for chosen in groups) > wanted:
            break
    lone = min(range(len(samples)), key=lambda index: len(samples[index]))
    groups.append((lone,))
    return tuple(groups) if share else tuple((index,) for group in groups for index in group)


def _difference(model: Any, samples: Sequence[Sample], packs: Pack, way: Way) -> float:
    """Return how far the labels' losses are from those of separate samples, as a part of their spread."""
    separate = collate_rows(samples, packs)
    grouped = collate(samples, packs, multiple=multiple_of(way))
    with torch.no_grad():
        prepare(model, "rows")
        expected = completion_losses(model, separate.to(model.device), "rows").float()
        prepare(model, way)
        found = completion_losses(model, grouped.to(model.device), way).float()
    return apart(found, expected)


def apart(found: torch.Tensor, expected: torch.Tensor) -> float:
    """Return how far losses, (labels,), are from the expected ones, as a part of the spread of these."""
    spread = (expected - expected.mean()).norm().clamp_min(_SPREAD * math.sqrt(len(expected)))
    return float((found - expected).norm() / spread)


def _name(model: Any) -> str:
    return type(model.get_base_model() if hasattr(model, "peft_config") else model).__name__


def _first_line(problem: Exception) -> str:
    return next(iter(str(problem).strip().splitlines()), type(problem).__name__)
