"""How much goes through the model at once: the tokens of a sequence, and the layers whose activations are not kept."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from typing import Any

import torch

from sqlwright.config import TrainConfig
from sqlwright.train.device import Arithmetic
from sqlwright.train.engine import decoder_layers
from sqlwright.train.memory import COMPILED_KEEPS, EAGER_KEEPS, PLAIN_KEEPS, activation_bytes, shape_of
from sqlwright.train.parallel import Division
from sqlwright.train.ranks import least

_LOG = logging.getLogger("sqlwright.train")
_ON_CPU = 4096
"""Tokens of a sequence where memory is not the limit: more are no quicker on a CPU."""
_WANTED = 16_384
"""Tokens of a sequence on a GPU, where there is room: enough to keep it busy and to share a schema among many."""
_LEAST = 2_048
_FREE = 0.92
"""Share of the free memory that is planned with."""


@dataclass(frozen=True, slots=True)
class Room:
    """What fits."""

    tokens: int
    """Most tokens of a sequence."""
    checkpointed: int
    """Decoder layers whose activations are computed again in the backward pass."""
    keeps: float = 1.0
    """Share of the activations that the other layers keep for it: 1 is all of a compiled layer's."""


def make_room(model: Any, config: TrainConfig, arithmetic: Arithmetic, longest: int, division: Division) -> Room:
    """Choose what the configuration leaves open by the device's free memory, and set the model's layers accordingly.

    Args:
        longest: tokens of the longest sample, which a sequence has to hold.
    """
    layers = len(decoder_layers(model))
    free = _free_bytes(arithmetic.device)
    found = choose_room(config, model.config, layers, free, longest, division)
    checkpoint_layers(model, found.checkpointed)
    return found


def choose_room(
    config: TrainConfig, shape: Any, layers: int, free: float | None, longest: int, division: Division = "one"
) -> Room:
    """Return the room for a configuration: as few layers computed again as will do, in sequences as long as wanted.

    Args:
        shape: the model's transformers configuration.
        free: bytes for activations; None where that is no limit.
    """
    if config.sequence_tokens != "auto":
        wanted = [config.sequence_tokens]
    elif free is None:
        wanted = [max(_ON_CPU, longest)]
    else:
        wanted = [max(tokens, longest) for tokens in (_WANTED, _WANTED // 2, _WANTED // 4, _LEAST)]
    fixed = {"on": layers, "off": 0}.get(config.gradient_checkpointing)
    if free is None:
        return Room(wanted[0], fixed or 0)
    sizes = shape_of(shape)
    budget = _FREE * free
    shares = _shares(config, division)
    for tokens in wanted:
        least = activation_bytes(sizes, tokens, checkpointing=True, keeps=shares[-1])
        kept = {share: activation_bytes(sizes, tokens, checkpointing=False, keeps=share) for share in shares}
        fitting = [share for share in shares if kept[share] < budget]
        if fitting and not fixed:
            return Room(tokens, 0, fitting[0])
        if least < budget and fixed != 0:
            excess, each = kept[shares[-1]] - budget, (kept[shares[-1]] - least) / layers
            return Room(tokens, fixed or min(layers, math.ceil(excess / max(each, 1.0))), shares[-1])
    _LOG.warning("memory is short: a sequence of %d tokens may not fit", wanted[-1])
    return Room(wanted[-1], layers if fixed is None else fixed, shares[-1])


def _shares(config: TrainConfig, division: Division) -> tuple[float, ...]:
    """Return the shares of their activations that layers may keep, the most wanted first."""
    if division == "zero3":
        return (PLAIN_KEEPS,)
    if config.compile == "off":
        return (EAGER_KEEPS,)
    if config.method == "qlora":  # which is chosen to save memory, and loses next to no speed
        return (COMPILED_KEEPS,)
    return (1.0, COMPILED_KEEPS)


def checkpoint_layers(model: Any, count: int) -> None:
    """Have so many of the decoder's layers, evenly spread, compute their activations again in the backward pass."""
    inner = model.get_base_model() if hasattr(model, "peft_config") else model
    if not count:
        return
    # transformers 5.23 calls it activations, older ones gradients.
    enable = getattr(inner, "activation_checkpointing_enable", None) or inner.gradient_checkpointing_enable
    enable({"use_reentrant": False})
    layers: list[Any] = list(decoder_layers(model))
    again = {int(number * len(layers) / count) for number in range(count)}
    for number, layer in enumerate(layers):
        if number not in again:
            layer.gradient_checkpointing = False


def _free_bytes(device: str) -> float | None:
    if device != "cuda":
        return None
    free, _ = torch.cuda.mem_get_info()
    # All processes have to plan the same steps.
    return least(float(free + torch.cuda.memory_reserved() - torch.cuda.memory_allocated()))
