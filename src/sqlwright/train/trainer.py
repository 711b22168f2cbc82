"""The transformers Trainer with our steps, loss and validation in it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import torch
from torch.distributed.tensor import DTensor
from torch.utils.data import DataLoader
from transformers import Trainer, TrainerCallback, TrainingArguments
from transformers.trainer_callback import PrinterCallback, ProgressCallback

from sqlwright.errors import ResourceError
from sqlwright.train.adapters import save
from sqlwright.train.batches import Batch
from sqlwright.train.engine import as_usual
from sqlwright.train.limits import first_sentence, out_of_memory
from sqlwright.train.loss import completion_loss, validation_loss
from sqlwright.train.parallel import Division, whole_weights
from sqlwright.train.ranks import of_first
from sqlwright.train.rate import Rate
from sqlwright.train.shards import load_shards, save_shards
from sqlwright.train.steps import Order, StepBatches, Steps, loader

Accuracy = Callable[[Any, Any], float]
"""Given the model (in evaluation mode) and its tokenizer, returns the accuracy on whatever the caller holds aside."""


class CompletionTrainer(Trainer):
    """Trains on `Steps` with `completion_loss`; keeps the best weights in `best`.

    What the Trainer calls a batch is a whole optimiser step here; `training_step` takes its sequences one by one.
    """

    def __init__(
        self,
        model: Any,
        args: TrainingArguments,
        *,
        tokenizer: Any,
        steps: Steps,
        validation: Sequence[Batch],
        best: Path,
        watch: str,
        accuracy: Accuracy | None,
        noise: float,
        division: Division,
        callbacks: list[TrainerCallback],
    ) -> None:
        """Build it.

        Args:
            watch: the figure that must improve ("eval_loss", "eval_accuracy"), "" for none.
            division: what this process holds of the model; FSDP's is divided already.
            noise: NEFTune's alpha, 0 for none; not the Trainer's own, which knows of no samples within a sequence.
        """
        self.order = Order(steps)
        super().__init__(
            model=model,
            args=args,
            train_dataset=steps,
            eval_dataset=list(validation) or None,  # it only asks whether there is one
            callbacks=[_Epochs(self.order), *callbacks],
        )
        for callback in (PrinterCallback, ProgressCallback):
            self.remove_callback(callback)
        self.rate = Rate(args.device.type)
        self.evaluation_seconds = 0.0
        self._steps = steps
        self._tokenizer = tokenizer
        self._best = best
        self._watch = watch
        self._accuracy = accuracy
        self._noise = noise
        self._division = division
        # Gradients that wait for their exchange are whole: too large where FSDP divides a model that learns whole.
        self._exchange_late = division != "fsdp" or hasattr(model, "peft_config")
        self._validation = validation

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Return the steps of an epoch; each process takes its part of every one, so nothing else divides them."""
        return loader(self._steps, self.order)

    def training_step(self, model: Any, inputs: Any, num_items_in_batch: Any = None) -> torch.Tensor:
        """Go forward and backward through a step's sequences; return its mean loss over labels.

        Raises:
            ResourceError: the device's memory is too small for a sequence.
        """
        step: StepBatches = inputs
        processes = self.accelerator.num_processes
        model.train()
        total = torch.zeros((), device=self.args.device)
        try:
            for number, (batch, weight) in enumerate(zip(step["batches"], step["weights"], strict=True)):
                last = number == len(step["batches"]) - 1
                with self._exchanging(model, last or not self._exchange_late):
                    loss = completion_loss(model, batch.to(self.args.device), self._steps.way, self._noise)
                    loss = loss * (weight / step["labels"] * processes)
                    self.accelerator.backward(loss)
                total += loss.detach()
                self.rate.add(batch, weight)
            self.rate.end_step()
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
            longest = max(batch.input_ids.numel() for batch in step["batches"])
            raise ResourceError(
                f"out of memory on a sequence of {longest} tokens ({first_sentence(error)}); set sequence_tokens "
                f"to {longest // 2} or gradient_checkpointing to 'on'. The last checkpoint is kept"
            ) from None
        return total

    @contextmanager
    def _exchanging(self, model: Any, now: bool) -> Iterator[None]:
        """Let processes exchange their gradients after this backward pass, or not yet: once a step is enough."""
        self.accelerator.gradient_state._set_sync_gradients(now)  # DeepSpeed also takes its step then
        if self._division == "fsdp":
            model.set_requires_gradient_sync(now)
        with nullcontext() if now else self.accelerator.no_sync(model):
            yield

    def _clip_grad_norm(self, model: Any) -> Any:
        norm = super()._clip_grad_norm(model)  # type: ignore[no-untyped-call]
        return norm.full_tensor() if isinstance(norm, DTensor) else norm

    def floating_point_ops(self, inputs: Any) -> int:
        """Return 0: a step is no dictionary of tensors that could be counted."""
        return 0

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Add speed, memory and the time that is left to a log line."""
        if "loss" in logs:
            logs |= self.rate.figures(self.state.max_steps - self.state.global_step)
        super().log(logs, start_time)

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Measure on the validation set, log it, and keep the weights when they are the best so far."""
        start = time.perf_counter()
        engine = self.model_wrapped if self._division == "zero3" else self.model
        metrics = {"eval_loss": validation_loss(engine, self._validation, self._steps.way)}
        if self._accuracy is not None:
            metrics["eval_accuracy"] = of_first(self._measured)
        if self._watch and improved(self.state.log_history, self._watch, metrics[self._watch]):
            self.keep(self._best)
        spent = time.perf_counter() - start
        self.evaluation_seconds += spent
        self.rate.pause(spent)
        self.log(dict(metrics))
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def keep(self, folder: Path) -> None:
        """Write the weights as they are now; every process has to call it, and the first one writes."""
        weights = whole_weights(self.model_wrapped, self._division)
        if self.is_world_process_zero():
            save(self.model, self._tokenizer, folder, weights)

    def save_model(self, output_dir: str | None = None, _internal_call: bool = False) -> None:
        """Write a checkpoint's weights; those that are divided are written with the optimiser's state."""
        if self._division in ("one", "ddp"):
            super().save_model(output_dir, _internal_call)

    def _save_optimizer_and_scheduler(self, output_dir: str) -> None:
        if self._division == "fsdp":
            save_shards(Path(output_dir), self.model, self.optimizer, self.lr_scheduler)
        else:
            super()._save_optimizer_and_scheduler(output_dir)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        if self._division != "fsdp":  # whose weights are read with the optimiser's state
            super()._load_from_checkpoint(resume_from_checkpoint, model)

    def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
        if self._division == "fsdp" and checkpoint is not None:
            load_shards(Path(checkpoint), self.model, self.optimizer, self.lr_scheduler)
        else:
            super()._load_optimizer_and_scheduler(checkpoint)

    def _measured(self) -> float:
        model: Any = self.model
        model.eval()
        with torch.inference_mode(), as_usual(model, self._steps.way):
            accuracy = float(self._accuracy(model, self._tokenizer)) if self._accuracy else 0.0
        model.train()
        return accuracy


class _Epochs(TrainerCallback):
    """Tells the order which epoch begins, also in a run that resumes in the middle of one."""

    def __init__(self, order: Order) -> None:
        self._order = order

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._order.set_epoch(state.global_step // len(self._order))


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
