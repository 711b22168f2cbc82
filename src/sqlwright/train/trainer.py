"""The transformers Trainer with our batches, loss and validation in it, and the callback that keeps the records."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader
from transformers import Trainer, TrainerCallback, TrainingArguments
from transformers.trainer_callback import PrinterCallback, ProgressCallback

from sqlwright.train.adapters import save
from sqlwright.train.batches import Batch, PlannedBatches, collate, plan
from sqlwright.train.loss import completion_loss, validation_loss
from sqlwright.train.tokens import Sample

Progress = Callable[[int, int, dict[str, float]], None]
"""Called with the step, the number of steps, and the latest figures (`loss`, `learning_rate`, `eval_loss` ...)."""
Accuracy = Callable[[Any, Any], float]
"""Given the model (in evaluation mode) and its tokenizer, returns the accuracy on whatever the caller holds aside."""


class CompletionTrainer(Trainer):
    """Trains on `Sample`s with `completion_loss`; keeps the best weights in `best`."""

    loss_is_scaled_for_ga = True

    def __init__(
        self,
        model: Any,
        args: TrainingArguments,
        *,
        tokenizer: Any,
        train: Sequence[Sample],
        validation: Sequence[Sample],
        share: bool,
        best: Path,
        watch: str,
        accuracy: Accuracy | None,
        callbacks: list[TrainerCallback],
    ) -> None:
        """Build it; `watch` is the figure that must improve ("eval_loss", "eval_accuracy"), "" for none."""
        super().__init__(
            model=model, args=args, train_dataset=train, eval_dataset=validation or None, callbacks=callbacks
        )
        for callback in (PrinterCallback, ProgressCallback):
            self.remove_callback(callback)
        self.model_accepts_loss_kwargs = True  # the Trainer counts labelled tokens for us (before transformers 5.20)
        self.evaluation_seconds = 0.0
        self._tokenizer = tokenizer
        self._share = share
        self._best = best
        self._watch = watch
        self._accuracy = accuracy
        self._validation = _batches(validation, args.per_device_eval_batch_size, share)

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Return the micro-batches of an epoch, in the order that `plan` gives."""
        samples: Any = self.train_dataset
        sampler = PlannedBatches(samples, self.args.per_device_train_batch_size, seed=self.args.seed, share=self._share)
        loader = DataLoader(
            samples, batch_sampler=sampler, collate_fn=lambda rows: collate(rows, share=self._share), num_workers=0
        )
        prepared: DataLoader[Any] = self.accelerator.prepare(loader)
        return prepared

    def compute_loss(
        self,
        model: Any,
        inputs: Batch,
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> Any:
        """Return the loss of a micro-batch as its share of the whole step's mean over labelled tokens."""
        total, count = completion_loss(model, inputs)
        if num_items_in_batch is None:
            loss = total / count
        else:
            loss = total / num_items_in_batch * self.accelerator.num_processes
        return (loss, {}) if return_outputs else loss

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Measure on the validation set, log it, and keep the weights when they are the best so far."""
        start = time.perf_counter()
        with self.compute_loss_context_manager():
            metrics = {"eval_loss": validation_loss(self.model, self._validation)}
        if self._accuracy is not None:
            model: Any = self.model
            model.eval()
            with torch.inference_mode():
                metrics["eval_accuracy"] = float(self._accuracy(model, self._tokenizer))
            model.train()
        if self._watch and improved(self.state.log_history, self._watch, metrics[self._watch]):
            save(self.model, self._tokenizer, self._best)
        self.evaluation_seconds += time.perf_counter() - start
        self.log(dict(metrics))
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics


def _batches(samples: Sequence[Sample], size: int, share: bool) -> list[Batch]:
    return [collate([samples[i] for i in rows], share=share) for rows in plan(samples, size, seed=0, share=share)]


def improved(history: Sequence[dict[str, float]], watch: str, value: float) -> bool:
    """Return whether `value` is better than all values of the figure `watch` in the log so far."""
    earlier = [row[watch] for row in history if watch in row]
    if math.isnan(value):
        return False
    if watch == "eval_accuracy":
        return value > max(earlier, default=-math.inf)
    return value < min(earlier, default=math.inf)


def best_of(history: Sequence[dict[str, float]], watch: str) -> tuple[int, int]:
    """Return the step of the first best value of the figure `watch`, and how many validations came after it."""
    rows = [row for row in history if watch in row]
    best, at = 0, -1
    for index, row in enumerate(rows):
        if improved(rows[:index], watch, row[watch]):
            best, at = int(row["step"]), index
    return best, len(rows) - 1 - at


class Keeper(TrainerCallback):
    """Writes `log.jsonl`, reports progress, stops when patience is at its end or when it is told to."""

    def __init__(self, log: Path, *, watch: str, patience: int, progress: Progress | None) -> None:
        """Take the log's path, the figure that must improve, and for how many validations it may not."""
        self._log = log
        self._watch = watch
        self._patience = patience
        self._progress = progress
        self._start = time.perf_counter()
        self.cancelled = False
        self.stopped_early = False

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Start the log, or cut it back to the checkpoint that training resumes from."""
        rows = [row for row in read_log(self._log) if row["step"] <= state.global_step] if state.global_step else []
        self._log.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **kwargs: Any) -> None:
        """Append the figures to the log."""
        row: dict[str, float] = {"step": state.global_step, "epoch": round(state.epoch or 0.0, 4)}
        row |= {k: v for k, v in (logs or {}).items() if k in _LOGGED}
        row["seconds"] = round(time.perf_counter() - self._start, 2)
        with self._log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        if self._progress is not None:
            self._progress(state.global_step, state.max_steps, row)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Validate after the last step too; when cancelled, save a checkpoint and stop."""
        if state.global_step >= state.max_steps and args.eval_strategy == "steps":
            control.should_evaluate = True
        if self.cancelled:
            control.should_save = True
            control.should_training_stop = True

    def on_evaluate(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Stop when the watched figure has not improved for `patience` validations."""
        if self._watch and best_of(state.log_history, self._watch)[1] >= self._patience:
            self.stopped_early = state.global_step < state.max_steps
            control.should_training_stop = True


_LOGGED = ("loss", "grad_norm", "learning_rate", "eval_loss", "eval_accuracy")


def read_log(path: Path) -> list[dict[str, float]]:
    """Return the lines of a `log.jsonl`; none when there is no such file."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
