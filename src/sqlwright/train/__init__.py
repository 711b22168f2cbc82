"""Tunes a causal language model on prompts: adapters or every weight, with the loss on the completions alone.

    result = tune(train, validation, base="path/of/model", out="runs/1/train", config=TrainConfig(epochs=3))
    result.model   # folder of the adapter (or of the whole model, when every weight was tuned)

The way of a sample: `tokenise` (three parts, never merged across their boundaries) -> `plan` (which samples stand in a
micro-batch) -> `collate` (tensors; a schema prefix that a whole micro-batch shares is kept once) -> `completion_loss`.
Each is a function that knows nothing of the others' insides, so that another engine can take the place of one of them.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sqlwright.train.curve import loss_curve
from sqlwright.train.tokens import Sample, TokenCount, tokenise

if TYPE_CHECKING:
    from sqlwright.train.batches import PlannedBatches, collate, plan
    from sqlwright.train.loss import completion_loss, validation_loss
    from sqlwright.train.run import TrainResult, tune
    from sqlwright.train.trainer import Accuracy, Progress

__all__ = [
    "Accuracy",
    "PlannedBatches",
    "Progress",
    "Sample",
    "TokenCount",
    "TrainResult",
    "collate",
    "completion_loss",
    "loss_curve",
    "plan",
    "tokenise",
    "tune",
    "validation_loss",
]

_MODULES = {
    "PlannedBatches": "batches",
    "collate": "batches",
    "plan": "batches",
    "completion_loss": "loss",
    "validation_loss": "loss",
    "Accuracy": "trainer",
    "Progress": "trainer",
    "TrainResult": "run",
    "tune": "run",
}


def __getattr__(name: str) -> Any:
    """Import what needs torch only when it is asked for."""
    if name in _MODULES:
        # Read when torch loads. Threads that spin while they wait are ten times slower as soon as another process
        # wants a core, and hardly quicker when none does.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        return getattr(import_module(f"sqlwright.train.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
