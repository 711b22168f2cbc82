"""What a run of training came to, and its records: `train.json` and the curve of the loss."""

from __future__ import annotations

import json
import math
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from sqlwright._processes import processes
from sqlwright.config import TrainConfig
from sqlwright.records import write_text
from sqlwright.train.curve import loss_curve
from sqlwright.train.keeper import read_log
from sqlwright.train.ready import Ready
from sqlwright.train.tokens import TokenCount

_PACKAGES = ("sqlwright", "torch", "transformers", "peft", "tokenizers")


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What a run of training came to."""

    model: str
    """Folder of the adapter or of the whole model."""
    steps: int
    epochs: float
    best_step: int
    """Step whose weights were kept; the last one when nothing was watched."""
    stopped_early: bool
    train_loss: float
    """Mean loss a completion token over the last logged steps."""
    validation_loss: float | None
    """At the step whose weights were kept."""
    accuracy: float | None
    seconds: float
    evaluation_seconds: float
    tokens_per_second: float
    """Tokens of the samples trained on a second of training, each sample with its whole prompt."""
    samples_per_second: float
    share_saved: float
    """Part of those tokens that were not computed, because samples shared them."""
    parameters: int
    trainable: int
    train: TokenCount
    validation: TokenCount


def sum_up(
    trainer: Any,
    ready: Ready,
    *,
    model: Path,
    best_step: int,
    stopped_early: bool,
    resumed_at: int,
    loop_seconds: float,
    seconds: float,
) -> TrainResult:
    """Return what came of a run.

    Args:
        trainer: a `CompletionTrainer` that has trained.
        model: where the weights are kept.
        best_step: the step whose weights these are.
        resumed_at: the step that it went on from; 0 where it began at the start.
        loop_seconds: what the Trainer's loop took, validation included.
        seconds: since the run began, everything included.
    """
    state = trainer.state
    history: list[dict[str, float]] = state.log_history
    epochs = state.epoch or 0.0
    # A resumed run trained only the steps after its checkpoint in its seconds.
    share_trained = 1 - resumed_at / max(state.global_step, 1)
    training = max(loop_seconds - trainer.evaluation_seconds, 1e-9)
    figures: dict[str, float] = next(
        (row for row in reversed(history) if "eval_loss" in row and row["step"] == best_step), {}
    )
    return TrainResult(
        model=str(model),
        steps=state.global_step,
        epochs=round(epochs, 4),
        best_step=best_step,
        stopped_early=stopped_early,
        train_loss=next((row["loss"] for row in reversed(history) if "loss" in row), math.nan),
        validation_loss=figures.get("eval_loss"),
        accuracy=figures.get("eval_accuracy"),
        seconds=round(seconds, 2),
        evaluation_seconds=round(trainer.evaluation_seconds, 2),
        tokens_per_second=round(ready.train_count.tokens * epochs * share_trained / training, 1),
        samples_per_second=round(ready.train_count.kept * epochs * share_trained / training, 2),
        share_saved=round(ready.steps.saved(), 4),
        parameters=ready.parameters,
        trainable=ready.trainable,
        train=ready.train_count,
        validation=ready.validation_count,
    )


def write_records(out: Path, result: TrainResult, base: Path | str, config: TrainConfig, ready: Ready) -> None:
    """Write the curve of the loss, and what was trained, how, with what, and what it came to."""
    write_text(out / "loss.svg", loss_curve(read_log(out / "log.jsonl")))
    manifest = {
        "base": str(base),
        "config": config.model_dump(),
        "device": ready.arithmetic.device,
        "arithmetic": str(ready.arithmetic.dtype).removeprefix("torch."),
        "attention": ready.way,
        "processes": processes(),
        "parallel": ready.division,
        "sequence_tokens": ready.room.tokens,
        "checkpointed_layers": ready.room.checkpointed,
        "activations_kept": min(ready.room.keeps, 1.0),
        "threads": torch.get_num_threads(),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}},
        "result": asdict(result),
    }
    write_text(out / "train.json", json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
