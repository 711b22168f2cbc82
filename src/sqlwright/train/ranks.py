"""What processes that train together tell each other; with one process it is all as if it were not there.

    join("cuda")                     # meet the others, which torchrun (or accelerate launch) started
    for item, weight in my_share(items): total += weight * f(item)
    (total,) = sums(total)           # the same in all of them

Every process has to call these, in the same order.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import torch
from torch import distributed

from sqlwright._processes import local_rank, processes, rank
from sqlwright.errors import ConfigError

T = TypeVar("T")
_PATIENCE = timedelta(hours=2)
"""How long a process waits for another one, which may be measuring accuracy."""


def join(device: str) -> None:
    """Meet the other processes, if there are any, and take this one's GPU.

    Raises:
        ConfigError: accelerate was told to divide the model, which is for `parallel` to say.
    """
    if processes() == 1 or distributed.is_initialized():
        return
    for name in ("ACCELERATE_USE_FSDP", "ACCELERATE_USE_DEEPSPEED"):
        if os.environ.get(name, "").lower() in ("1", "true"):
            raise ConfigError(f"{name} is set; launch without it, and set train.parallel to 'fsdp', 'zero2' or 'zero3'")
    if rank():
        from transformers.utils.logging import set_verbosity_error

        logging.getLogger("sqlwright").setLevel(logging.ERROR)  # all say the same; the first one says it
        set_verbosity_error()  # type: ignore[no-untyped-call]
    options: dict[str, Any] = {"backend": "gloo"}
    if device == "cuda":
        torch.cuda.set_device(local_rank())
        options = {"backend": "nccl", "device_id": torch.device("cuda", local_rank())}
    distributed.init_process_group(timeout=_PATIENCE, **options)


def my_share(items: Sequence[T]) -> list[tuple[T, float]]:
    """Return this process's part of some items, as many as every other's: with weight 1, or 0 for a repeated one."""
    if not items:
        return []
    rounds = -(-len(items) // processes())
    mine = [rank() + processes() * turn for turn in range(rounds)]
    return [(items[at % len(items)], float(at < len(items))) for at in mine]


def sums(*values: float) -> list[float]:
    """Return the sums of the processes' values."""
    return _reduced(values, distributed.ReduceOp.SUM)


def least(value: float) -> float:
    """Return the least of the processes' values."""
    return _reduced((value,), distributed.ReduceOp.MIN)[0]


def of_first(measure: Callable[[], float]) -> float:
    """Return what the first process measures; the others wait for it."""
    return sums(measure() if rank() == 0 else 0.0)[0]


def any_of(flag: bool) -> bool:
    """Return whether the flag is set in any process."""
    return sums(float(flag))[0] > 0


def wait() -> None:
    """Return when every process has come here."""
    sums(0.0)


def _reduced(values: Sequence[float], how: Any) -> list[float]:
    if not distributed.is_initialized():
        return list(values)
    device = "cuda" if distributed.get_backend() == "nccl" else "cpu"
    held = torch.tensor(values, dtype=torch.float64, device=device)
    distributed.all_reduce(held, how)
    return held.tolist()
