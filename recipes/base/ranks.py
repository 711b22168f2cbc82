"""Several GPUs, one process each (`torchrun`): each takes packs of its own, all step by the mean gradient.

    ranks = Ranks()
    flat = ranks.flat_gradients(model)
    loss.backward(); ranks.average(flat)

With one process nothing is sent, and `average` and `agreed` give back what they got.
"""

from __future__ import annotations

import os

import torch
from torch import Tensor, distributed, nn


class Ranks:
    """The processes that train together, and this one's place among them."""

    def __init__(self) -> None:
        self.count = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = int(os.environ.get("RANK", "0"))
        self.device = "cpu"
        if torch.cuda.is_available():
            self.device = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
            torch.cuda.set_device(self.device)
        if self.count > 1:
            distributed.init_process_group("nccl" if self.cuda else "gloo")

    @property
    def cuda(self) -> bool:
        """Whether this process has a GPU."""
        return self.device != "cpu"

    @property
    def first(self) -> bool:
        """Whether this process writes the files."""
        return self.rank == 0

    def flat_gradients(self, model: nn.Module) -> Tensor:
        """Lay the gradients of all parameters into one tensor (parameters,), and return it; zero it between steps."""
        parameters = list(model.parameters())
        flat = torch.zeros(sum(p.numel() for p in parameters), device=self.device)
        for parameter, part in zip(parameters, torch.split(flat, [p.numel() for p in parameters]), strict=True):
            parameter.grad = part.view_as(parameter)
        return flat

    def average(self, values: Tensor) -> None:
        """Put the mean over all processes into `values`."""
        if self.count > 1:
            distributed.all_reduce(values)
            values /= self.count

    def agreed(self, value: float) -> float:
        """Return the first process's number in all of them."""
        if self.count == 1:
            return value
        sent = torch.tensor(value, dtype=torch.float64, device=self.device)
        distributed.broadcast(sent, 0)
        return sent.item()

    def close(self) -> None:
        """Leave the others."""
        if self.count > 1:
            distributed.destroy_process_group()


__all__ = ["Ranks"]
