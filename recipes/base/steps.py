"""How a step is taken: the optimisers, the learning rate over time, and a guard that goes back when the loss climbs."""

from __future__ import annotations

import copy
import math
from typing import Any

import torch
from torch import Tensor

from model import Model


def optimizers_of(model: Model, options: dict[str, Any], *, fused: bool) -> list[torch.optim.Optimizer]:
    """Return AdamW for all, or Muon for the layers' matrices and AdamW for the rest (`optimizer = "muon"`)."""
    hidden = [p for p in model.layers.parameters() if p.dim() == 2] if options["optimizer"] == "muon" else []
    others = [p for p in model.parameters() if not any(p is known for known in hidden)]
    groups = [
        {"params": [p for p in others if p.dim() == 2], "weight_decay": options["weight_decay"]},
        {"params": [p for p in others if p.dim() < 2], "weight_decay": 0.0},
    ]
    rate = options["learning_rate"]
    made: list[torch.optim.Optimizer] = [torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.95), fused=fused)]
    if hidden:
        decay = options["weight_decay"]
        made.append(torch.optim.Muon(hidden, lr=rate, weight_decay=decay, adjust_lr_fn="match_rms_adamw"))
    return made


def rate(progress: float, *, warmup: float, decay: float) -> float:
    """Return the share of the peak learning rate at `progress` (0 to 1): warm up, hold, cosine to zero."""
    if progress < warmup:
        return progress / warmup
    if progress < 1 - decay:
        return 1.0
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - (1 - decay)) / decay)))


class Guard:
    """Watches the loss; when it climbs, goes back to the last good state and halves the learning rate."""

    def __init__(self, model: Model, optimizers: list[torch.optim.Optimizer], tolerance: float = 1.35) -> None:
        self.model = model
        self.optimizers = optimizers
        self.tolerance = tolerance
        self.scale = 1.0
        self.best = math.inf
        self.checks = 0
        self.good = self._state()

    def _state(self) -> tuple[dict[str, Tensor], list[dict[str, Any]]]:
        weights = {name: value.clone() for name, value in self.model.state_dict().items()}
        return weights, [copy.deepcopy(optimizer.state_dict()) for optimizer in self.optimizers]

    def watch(self, loss: float) -> bool:
        """Take the mean loss of the last steps; return whether the run was set back."""
        self.checks += 1
        if self.checks <= 8:  # the rate is still rising
            self.best = loss if math.isfinite(loss) else math.inf
            return False
        self.best = min(self.best, loss)
        if not loss < self.tolerance * self.best:
            self.model.load_state_dict(self.good[0])
            for optimizer, state in zip(self.optimizers, self.good[1], strict=True):
                optimizer.load_state_dict(copy.deepcopy(state))
            self.scale /= 2
            self.checks = 0
            return True
        if self.checks % 5 == 0 and loss < 1.1 * self.best:
            self.good = self._state()
        return False


__all__ = ["Guard", "optimizers_of", "rate"]
