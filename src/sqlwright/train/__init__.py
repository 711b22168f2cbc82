"""Tunes a causal language model on prompts: adapters or every weight, with the loss on the completions alone.

    result = tune(train, validation, base="path/of/model", out="runs/1/train", config=TrainConfig(epochs=3))
    result.model   # folder of the adapter (or of the whole model, when every weight was tuned)

The way of a sample: `tokenise` (three parts, never merged across their boundaries) -> `plan` (which samples stand in a
step, and which of them share a sequence) -> `collate` (a schema once, its questions behind it) -> `completion_loss`
(each question sees its schema and itself alone). Each is a function that knows nothing of the others' insides.
`choose_way` finds how the model at hand can be made to attend like that, and compares it with separate samples first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlwright._lazy import on_demand
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
    "batches": ("Batch", "collate"),
    "engine": ("choose_way",),
    "estimate": ("Estimate", "estimate_run"),
    "keeper": ("Progress",),
    "loss": ("completion_loss", "teach", "validation_loss"),
    "grouping": ("plan",),
    "outcome": ("TrainResult",),
    "run": ("tune",),
    "trainer": ("Accuracy",),
}
__getattr__ = on_demand(__name__, _MODULES)
