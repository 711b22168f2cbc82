"""What each of several processes, one a GPU, holds of the model that they train.

    division = choose_division(config, model, arithmetic)
    if division == "fsdp": shard(model, arithmetic)     # sqlwright.train.shards
    TrainingArguments(..., **trainer_options(division))

| division | each process holds |
|---|---|
| one | everything; there is one process |
| ddp | everything |
| fsdp | its part of every weight, gradient and optimiser state (PyTorch's FSDP2) |
| zero2 | all weights, its part of gradients and optimiser state (DeepSpeed) |
| zero3 | its part of everything (DeepSpeed) |

The steps are divided in `sqlwright.train.steps`; what processes tell each other is in `sqlwright.train.ranks`.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any, Literal

import torch

from sqlwright._processes import local_rank, processes
from sqlwright.config import TrainConfig
from sqlwright.errors import ConfigError, MissingExtra
from sqlwright.train.device import Arithmetic

Division = Literal["one", "ddp", "fsdp", "zero2", "zero3"]

_ADAM = 12
"""Bytes that a weight that learns takes beside itself: its gradient and two averages of it."""
_WHOLE = 0.6
"""Share of a GPU's memory that a whole model may take; the rest is for activations."""


def choose_division(config: TrainConfig, model: Any, arithmetic: Arithmetic) -> Division:
    """Return how a model that was just loaded is to be divided among the processes.

    "auto" is DDP where weights, gradients and optimiser state fit into each GPU whole, else FSDP2.

    Raises:
        ConfigError: the method, the arithmetic or early stopping does not go with the division.
        MissingExtra: ZeRO without DeepSpeed.
    """
    if processes() == 1:
        return "one"
    wanted: Division = "ddp" if config.parallel == "auto" else config.parallel
    if config.parallel == "auto" and config.method != "qlora" and arithmetic.device == "cuda":
        learnt = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
        needed = sum(weight.nbytes for weight in model.parameters()) + _ADAM * learnt
        if needed > _WHOLE * torch.cuda.get_device_properties(local_rank()).total_memory:
            wanted = "fsdp"
    if wanted in ("zero2", "zero3") and find_spec("deepspeed") is None:
        raise MissingExtra("deepspeed", "deepspeed")
    if wanted in ("fsdp", "zero3"):
        if config.method == "qlora":
            raise ConfigError(f"parallel = {wanted!r} cannot divide a base of 4 bits; set 'ddp' or 'zero2'")
        if config.early_stopping == "accuracy":
            raise ConfigError(
                f"early_stopping = 'accuracy' needs the whole model in a process; with parallel = {wanted!r} set 'loss'"
            )
    if wanted == "fsdp" and arithmetic.dtype == torch.float16:
        raise ConfigError("parallel = 'fsdp' does not go with precision = 'fp16'; set 'bf16', or parallel = 'ddp'")
    return wanted


def trainer_options(division: Division) -> dict[str, Any]:
    """Return what the Trainer's arguments say of a division."""
    if division in ("zero2", "zero3"):
        stage: dict[str, Any] = {"stage": int(division[-1]), "contiguous_gradients": True}
        if division == "zero3":
            stage["stage3_gather_16bit_weights_on_model_save"] = True
        automatic = ("train_batch_size", "train_micro_batch_size_per_gpu", "gradient_accumulation_steps")
        config: dict[str, Any] = dict.fromkeys((*automatic, "gradient_clipping"), "auto")
        config |= {"bf16": {"enabled": "auto"}, "fp16": {"enabled": "auto"}, "zero_optimization": stage}
        return {"deepspeed": config | {"zero_allow_untested_optimizer": True}}
    return {"ddp_find_unused_parameters": False} if division == "ddp" else {}


def whole_weights(model: Any, division: Division) -> dict[str, Any] | None:
    """Return the weights that learn, gathered in the first process; None where each process has them anyway.

    Every process has to call this.

    Args:
        model: what the Trainer trains: for ZeRO, DeepSpeed's engine.
    """
    if division == "fsdp":
        from sqlwright.train.shards import gathered

        return gathered(model)
    if division == "zero3":
        adapted = hasattr(model.module, "peft_config")
        weights: dict[str, Any] = model._zero3_consolidated_16bit_state_dict(exclude_frozen_parameters=adapted)
        return weights
    return None
