"""Tunes a base model on prompts, from start or from the last checkpoint, and writes what came of it.

<out>/model/       the adapter (or the whole model), with its tokenizer; written in one step at the end
<out>/log.jsonl    loss, learning rate and validation figures by step
<out>/loss.svg     their curve
<out>/train.json   configuration, versions, counts, seconds
<out>/checkpoints/ while it runs: what an interrupted run resumes from
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlwright._processes import processes, rank
from sqlwright.config import TrainConfig
from sqlwright.records import Prompt
from sqlwright.train.adapters import blend, copy_folder
from sqlwright.train.arguments import (
    keep_checkpoints_of,
    last_checkpoint,
    remove_checkpoints,
    step_of,
    training_arguments,
    watched,
)
from sqlwright.train.keeper import Keeper, Progress
from sqlwright.train.limits import limits
from sqlwright.train.outcome import TrainResult, sum_up, write_records
from sqlwright.train.ranks import wait
from sqlwright.train.ready import make_ready
from sqlwright.train.tokens import Trim
from sqlwright.train.trackers import require_trackers, tracking
from sqlwright.train.trainer import Accuracy, CompletionTrainer, best_of


def tune(
    train: Sequence[Prompt],
    validation: Sequence[Prompt],
    base: Path | str,
    out: Path | str,
    config: TrainConfig,
    *,
    progress: Progress | None = None,
    accuracy: Accuracy | None = None,
    trim: Trim | None = None,
) -> TrainResult:
    """Tune `base` on `train` and write the result to the folder `out`.

    A run that was interrupted (Ctrl-C saves a checkpoint first) is resumed when called again with the same prompts and
    configuration; with others, it starts over. Under `torchrun` each process trains its part of every step, and the
    first one writes.

    Args:
        validation: prompts of which the loss is measured while training; may be empty.
        base: folder or Hub name of a causal language model.
        progress: called at every log line.
        accuracy: measures the model while it trains; needed for early stopping on "accuracy".
        trim: shortens a schema for `too_long = "trim-schema"` (see `tokenise`).

    Raises:
        ConfigError: the base cannot be loaded, or settings contradict each other.
        DataError: nothing to train on, or a sample is too long (see `tokenise`).
        MissingExtra: QLoRA without bitsandbytes, or a tracker that is not installed.
        ResourceError: memory or disk space ran out; the last checkpoint is kept.
        KeyboardInterrupt: it was cancelled; the checkpoint is saved.
    """
    with limits(Path(out)):
        return _tune(train, validation, base, Path(out), config, progress, accuracy, trim)


def _tune(
    train: Sequence[Prompt],
    validation: Sequence[Prompt],
    base: Path | str,
    out: Path,
    config: TrainConfig,
    progress: Progress | None,
    accuracy: Accuracy | None,
    trim: Trim | None,
) -> TrainResult:
    start = time.perf_counter()
    require_trackers(config.report_to)
    watch = watched(config, bool(validation), accuracy is not None)
    ready = make_ready(train, validation, base, config, trim)
    checkpoints = out / "checkpoints"
    if rank() == 0:
        keep_checkpoints_of(checkpoints, ready.samples, ready.held, base, config, ready.division)
    wait()
    last = last_checkpoint(checkpoints)
    keeper = Keeper(out / "log.jsonl", watch=watch, patience=config.patience, progress=progress)
    trainer = CompletionTrainer(
        ready.model,
        training_arguments(
            config,
            len(ready.steps),
            ready.arithmetic,
            checkpoints,
            validated=bool(ready.held),
            division=ready.division,
        ),
        tokenizer=ready.tokenizer,
        steps=ready.steps,
        validation=ready.validation,
        best=checkpoints / "best",
        watch=watch,
        accuracy=accuracy,
        noise=config.neftune,
        division=ready.division,
        callbacks=[keeper],
    )
    with _cancellable(keeper), tracking(config, out, resumed=step_of(last) if last else None) as trackers:
        for tracker in trackers:
            trainer.add_callback(tracker)
        outcome = trainer.train(resume_from_checkpoint=last)
    if keeper.cancelled:
        raise KeyboardInterrupt
    best = best_of(trainer.state.log_history, watch)[0] if watch else 0
    result = sum_up(
        trainer,
        ready,
        model=out / "model",
        best_step=best or trainer.state.global_step,
        stopped_early=keeper.stopped_early,
        resumed_at=step_of(last) if last else 0,
        loop_seconds=float(outcome.metrics["train_runtime"]),
        seconds=time.perf_counter() - start,
    )
    if not best:
        trainer.keep(out / "model")
    if rank() == 0:
        if best:
            copy_folder(checkpoints / "best", out / "model")
        if config.blend < 1 and config.method in ("lora", "rslora", "qlora"):
            blend(out / "model", config.blend)
        write_records(out, result, base, config, ready)
        remove_checkpoints(checkpoints)  # until here a run that is killed finds all it needs to end the same way again
    wait()
    return result


@contextmanager
def _cancellable(keeper: Keeper) -> Iterator[None]:
    """Let the first Ctrl-C finish the step and save a checkpoint; the second one stops at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def cancel(number: int, frame: Any) -> None:
        if keeper.cancelled and processes() == 1:  # torchrun passes on what the terminal has already said
            raise KeyboardInterrupt
        keeper.cancelled = True

    before = signal.signal(signal.SIGINT, cancel)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
