"""What each of several processes, one a GPU, holds of the model that they train.

    division = choose_division(config, model, arithmetic)
    if division == "fsdp": shard(model, arithmetic)
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
from sqlwright.train.engine import decoder_layers

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


def shard(model: Any, arithmetic: Arithmetic) -> None:
    """Leave this process its part of every weight: FSDP2, a decoder layer at a time, the rest together.

    A layer's adapters belong to its group, so its weights are gathered in one go, in the arithmetic's type; the head
    belongs to the group of the whole model, so it is there in the whole of a forward pass.
    """
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard

    mesh = init_device_mesh(arithmetic.device, (processes(),))
    short = arithmetic.dtype != torch.float32
    policy = MixedPrecisionPolicy(param_dtype=arithmetic.dtype, reduce_dtype=torch.float32) if short else None
    options: dict[str, Any] = {"mesh": mesh} | ({"mp_policy": policy} if policy else {})
    for layer in decoder_layers(model):
        fully_shard(layer, **options)
    fully_shard(model, **options)


def trainer_options(division: Division) -> dict[str, Any]:
    """Return what the Trainer's arguments say of a division."""
    if division == "fsdp":  # the model is divided already; so are its checkpoints
        return {
            "fsdp": True,
            "fsdp_config": {"version": 2, "auto_wrap_policy": "NO_WRAP", "state_dict_type": "SHARDED_STATE_DICT"},
        }
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
    adapted = hasattr(model, "peft_config")
    if division == "fsdp":
        from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict

        options = StateDictOptions(full_state_dict=True, cpu_offload=True, ignore_frozen_params=adapted)
        return get_model_state_dict(model, options=options)
    if division == "zero3":
        gathered: dict[str, Any] = model._zero3_consolidated_16bit_state_dict(exclude_frozen_parameters=adapted)
        return gathered
    return None
