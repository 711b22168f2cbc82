"""Tunes a causal language model on prompts: adapters or every weight, with the loss on the completions alone.

    result = tune(train, validation, base="path/of/model", out="runs/1/train", config=TrainConfig(epochs=3))
    result.model   # folder of the adapter (or of the whole model, when every weight was tuned)

The way of a sample: `tokenise` (three parts, never merged across their boundaries) -> `plan` (which samples stand in a
step, and which of them share a sequence) -> `collate` (a schema once, its questions behind it) -> `completion_loss`
(each question sees its schema and itself alone). Each is a function that knows nothing of the others' insides.
`choose_way` finds how the model at hand can be made to attend like that, and compares it with separate samples first.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sqlwright.train.curve import loss_curve
from sqlwright.train.tokens import Sample, TokenCount, tokenise

if TYPE_CHECKING:
    from sqlwright.train.batches import Batch, collate
    from sqlwright.train.engine import choose_way
    from sqlwright.train.estimate import Estimate, estimate_run
    from sqlwright.train.grouping import plan
    from sqlwright.train.keeper import Progress
    from sqlwright.train.loss import completion_loss, teach, validation_loss
    from sqlwright.train.outcome import TrainResult
    from sqlwright.train.run import tune
    from sqlwright.train.trainer import Accuracy

__all__ = [
    "Accuracy",
    "Batch",
    "Estimate",
    "Progress",
    "Sample",
    "TokenCount",
    "TrainResult",
    "choose_way",
    "collate",
    "completion_loss",
    "estimate_run",
    "loss_curve",
    "plan",
    "teach",
    "tokenise",
    "tune",
    "validation_loss",
]

_MODULES = {
    "Batch": "batches",
    "collate": "batches",
    "choose_way": "engine",
    "Estimate": "estimate",
    "estimate_run": "estimate",
    "Progress": "keeper",
    "completion_loss": "loss",
    "teach": "loss",
    "validation_loss": "loss",
    "plan": "grouping",
    "TrainResult": "outcome",
    "tune": "run",
    "Accuracy": "trainer",
}


def __getattr__(name: str) -> Any:
    """Import what needs torch only when it is asked for."""
    if name in _MODULES:
        # Read when torch loads. Threads that spin while they wait are ten times slower as soon as another process
        # wants a core, and hardly quicker when none does.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        return getattr(import_module(f"sqlwright.train.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
