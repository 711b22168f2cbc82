"""FSDP2: divides a model among processes, and writes and reads checkpoints of which each process has a part.

    shard(model, arithmetic)
    save_shards(folder, model, optimizer, schedule)
    load_shards(folder, model, optimizer, schedule)

PyTorch's own `fully_shard` and distributed checkpoints, on the model that the Trainer then trains as it is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch.distributed.checkpoint import state_dict_loader, state_dict_saver
from torch.distributed.checkpoint.state_dict import (
    StateDictOptions,
    get_model_state_dict,
    get_state_dict,
    set_state_dict,
)
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard

from sqlwright._processes import processes
from sqlwright.train.device import Arithmetic
from sqlwright.train.engine import decoder_layers

_FOLDER = "shards"
_LEARNT = StateDictOptions(ignore_frozen_params=True)


def shard(model: Any, arithmetic: Arithmetic) -> None:
    """Leave this process its part of every weight: a decoder layer at a time, and the rest together.

    A layer's adapters belong to its group, so that all its weights are gathered in one go, in the arithmetic's type.
    """
    mesh = init_device_mesh(arithmetic.device, (processes(),))
    short = arithmetic.dtype != torch.float32
    policy = MixedPrecisionPolicy(arithmetic.dtype, reduce_dtype=torch.float32) if short else MixedPrecisionPolicy()
    for module in (*decoder_layers(model), model):
        fully_shard(module, mesh=mesh, mp_policy=policy)
    model._is_accelerate_prepared = True  # or accelerate would put it into DDP


def gathered(model: Any) -> dict[str, Any]:
    """Return the weights that learn, whole, in the first process; every process has to call it."""
    options = StateDictOptions(full_state_dict=True, cpu_offload=True, ignore_frozen_params=True)
    weights = get_model_state_dict(model, options=options)
    tied = dict(model.named_parameters(remove_duplicate=False)).keys() - dict(model.named_parameters()).keys()
    return {name: weight for name, weight in weights.items() if name not in tied}


def save_shards(folder: Path, model: Any, optimizer: Any, schedule: Any) -> None:
    """Write this process's part of the weights that learn, of the optimiser's state, and the schedule."""
    state_dict_saver.save(_state(model, optimizer, schedule), checkpoint_id=folder / _FOLDER)


def load_shards(folder: Path, model: Any, optimizer: Any, schedule: Any) -> None:
    """Read what `save_shards` wrote, in as many processes."""
    state = _state(model, optimizer, schedule)
    state_dict_loader.load(state, checkpoint_id=folder / _FOLDER)
    options = StateDictOptions(ignore_frozen_params=True, strict=False)
    weights, learnt = state["weights"], state["optimizer"]
    set_state_dict(model, optimizer.optimizer, model_state_dict=weights, optim_state_dict=learnt, options=options)
    schedule.load_state_dict(state["schedule"])


def _state(model: Any, optimizer: Any, schedule: Any) -> dict[str, Any]:
    # accelerate wraps the optimiser.
    weights, learnt = get_state_dict(model, optimizer.optimizer, options=_LEARNT)
    return {"weights": weights, "optimizer": learnt, "schedule": schedule.state_dict()}
