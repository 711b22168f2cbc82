"""What a run will take, before it runs: tokens, memory, time. Reads the base's configuration and tokenizer alone.

print(estimate(prompts, "meta-llama/Llama-3.1-8B-Instruct", config).text())
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from sqlwright._loading import loading
from sqlwright.config import TrainConfig
from sqlwright.records import Prompt
from sqlwright.train.device import Arithmetic, choose
from sqlwright.train.engine import decoder_layers, narrow_window, ways_for
from sqlwright.train.masks import Way
from sqlwright.train.memory import activation_bytes, operations, shape_of
from sqlwright.train.room import choose_room
from sqlwright.train.steps import Steps, plan_settings
from sqlwright.train.tokens import Trim, tokenise

_GIB = 2**30
_BYTES = {torch.float32: 4, torch.bfloat16: 2, torch.float16: 2}
_NF4 = 0.52
"""Bytes of a weight in NF4 with double quantisation, its scales among them."""
_REACHED = {"cuda": 0.6, "mps": 0.3, "cpu": 0.25}
"""Part of the rate of a large matrix product that a step reaches, as measured on an H200 and on two CPU cores."""
_REACHED_IN_4_BITS = 0.9
"""Part of that which QLoRA reaches, whose weights are unpacked for every product; all of it with long schemas."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a configuration will take."""

    samples: int
    steps: int
    """Optimiser steps, all epochs together."""
    tokens: int
    """Of the samples in an epoch, each with its whole prompt."""
    computed: int
    """Of these, how many go through the model."""
    sequence_tokens: int
    checkpointed_layers: int
    trainable: int
    memory_gib: float
    """Most memory at once, of the device that it was estimated for."""
    seconds: float
    """Training time, without validation and start."""

    def text(self) -> str:
        """Return it in words."""
        saved = 1 - self.computed / max(self.tokens, 1)
        return (
            f"{self.samples} samples, {self.steps} steps; {self.tokens} tokens an epoch, {saved:.0%} of them saved; "
            f"{self.trainable / 1e6:.1f} million weights learn; {self.memory_gib:.1f} GiB; about {_span(self.seconds)}"
        )


def estimate_run(
    train: Sequence[Prompt],
    base: Path | str,
    config: TrainConfig,
    *,
    trim: Trim | None = None,
    rate: float | None = None,
) -> Estimate:
    """Return what training on the prompts will take on this machine.

    Args:
        rate: operations a second of a large matrix product here; measured when None.

    Raises:
        ConfigError: the base's configuration or tokenizer cannot be read.
        DataError: a sample is too long, as in training.
    """
    arithmetic = choose(config.precision)
    with loading(str(base), own_code=config.trust_remote_code) as own_code:
        settings = AutoConfig.from_pretrained(str(base), **own_code)
        tokenizer = AutoTokenizer.from_pretrained(str(base), **own_code)
    samples, count = tokenise(train, tokenizer, max_length=config.max_length, too_long=config.too_long, trim=trim)
    weights = _weights(settings, config, own_code)
    frozen = config.method != "full"
    held = _held_bytes(weights, config, arithmetic)
    free = torch.cuda.mem_get_info()[0] - held if arithmetic.device == "cuda" else None
    room = choose_room(config, settings, weights.layers, free, count.longest)
    text = settings.get_text_config()
    ways = ways_for(text, samples, device=arithmetic.device, exact=arithmetic.dtype == torch.float32)
    way: Way = "rows" if narrow_window(text, count.longest) else ways[0]
    steps = Steps(samples, plan_settings(config, room.tokens), way)
    groups = [group for step in steps.plan(0) for pack in step for group in pack]
    shape = shape_of(settings)
    total = config.max_steps if config.max_steps > 0 else max(1, math.ceil(config.epochs * len(steps)))
    share = room.checkpointed / max(weights.layers, 1)
    work = operations(shape, samples, groups, frozen=frozen) * total / max(len(steps), 1)
    work *= 1 + share / (2 if frozen else 3)  # the forward pass of these layers once more
    rate = (rate or matmul_rate(arithmetic.device, arithmetic.dtype)) * _REACHED[arithmetic.device]
    rate *= _REACHED_IN_4_BITS if config.method == "qlora" and way != "split" else 1.0
    longest = max(steps.lengths(), default=0)
    kept = activation_bytes(shape, longest, checkpointing=False, keeps=room.keeps)
    least = activation_bytes(shape, longest, checkpointing=True, keeps=room.keeps)
    return Estimate(
        samples=count.kept,
        steps=total,
        tokens=count.tokens,
        computed=round(count.tokens * (1 - steps.saved())),
        sequence_tokens=room.tokens,
        checkpointed_layers=room.checkpointed,
        trainable=weights.trainable,
        memory_gib=round((held + kept + (least - kept) * share) / _GIB, 2),
        seconds=round(work / rate, 1),
    )


@dataclass(frozen=True, slots=True)
class _Weights:
    """What a model holds."""

    count: int
    linear: int
    """Of these, in linear layers other than the head: what QLoRA holds in 4 bits."""
    trainable: int
    layers: int


def _weights(settings: Any, config: TrainConfig, own_code: dict[str, bool]) -> _Weights:
    """Return what there is to hold, from a model without storage."""
    auto: Any = AutoModelForCausalLM
    with torch.device("meta"):
        model = auto.from_config(settings, **own_code)
    count = sum(parameter.numel() for parameter in model.parameters())
    layers = len(decoder_layers(model))
    head = model.get_output_embeddings()
    linear, trainable = 0, 0
    for name, module in model.named_modules():
        if not isinstance(module, torch.nn.Linear) or module is head:
            continue
        linear += module.weight.numel()
        if config.target_modules == "all-linear" or name.split(".")[-1] in config.target_modules:
            trainable += config.rank * (module.in_features + module.out_features)
            trainable += module.out_features * (config.method == "dora")
    return _Weights(count, linear, count if config.method == "full" else trainable, layers)


def _held_bytes(weights: _Weights, config: TrainConfig, arithmetic: Arithmetic) -> float:
    """Return what weights, gradients and AdamW's two averages take; what learns is held in float32."""
    if config.method == "full":
        return 16.0 * weights.count
    small = weights.linear if config.method == "qlora" else 0
    return _NF4 * small + _BYTES[arithmetic.dtype] * (weights.count - small) + 16.0 * weights.trainable


def matmul_rate(device: str, dtype: torch.dtype) -> float:
    """Return the operations a second of a large matrix product of random numbers."""
    size = 8192 if device == "cuda" else 1024
    a, b = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))
    best = math.inf
    for _ in range(6):
        start = time.perf_counter()
        float((a @ b)[0, 0])  # waits for the device
        best = min(best, time.perf_counter() - start)
    return 2 * size**3 / best


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"
