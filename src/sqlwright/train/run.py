"""Tunes a base model on prompts, from start or from the last checkpoint, and writes what came of it.

<out>/model/       the adapter (or the whole model), with its tokenizer; written in one step at the end
<out>/log.jsonl    loss, learning rate and validation figures by step
<out>/loss.svg     their curve
<out>/train.json   configuration, versions, counts, seconds
<out>/checkpoints/ while it runs: what an interrupted run resumes from
"""

from __future__ import annotations

import json
import math
import platform
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from transformers import set_seed

from sqlwright._processes import processes, rank
from sqlwright.config import TrainConfig
from sqlwright.errors import DataError
from sqlwright.records import Prompt, write_text
from sqlwright.train.adapters import attach, copy_folder, load_base
from sqlwright.train.arguments import (
    keep_checkpoints_of,
    last_checkpoint,
    remove_checkpoints,
    step_of,
    training_arguments,
    watched,
)
from sqlwright.train.curve import loss_curve
from sqlwright.train.device import Arithmetic, choose, prepare_cpu
from sqlwright.train.engine import choose_way, compile_layers
from sqlwright.train.keeper import Keeper, Progress, read_log
from sqlwright.train.lean import make_lean
from sqlwright.train.limits import limits
from sqlwright.train.loss import teach
from sqlwright.train.masks import Way
from sqlwright.train.parallel import Division, choose_division
from sqlwright.train.ranks import join, wait
from sqlwright.train.room import Room, make_room
from sqlwright.train.shards import shard
from sqlwright.train.steps import Steps, plan_settings
from sqlwright.train.tokens import TokenCount, Trim, tokenise
from sqlwright.train.trackers import require_trackers, tracking
from sqlwright.train.trainer import Accuracy, CompletionTrainer, best_of


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
    arithmetic = choose(config.precision)
    if arithmetic.device == "cpu":
        prepare_cpu()
    join(arithmetic.device)
    set_seed(config.seed)
    model, tokenizer = load_base(base, config, arithmetic)
    cut = partial(tokenise, tokenizer=tokenizer, max_length=config.max_length, too_long=config.too_long, trim=trim)
    samples, train_count = cut(train)
    held, validation_count = cut(validation)
    if not samples:
        raise DataError(f"no samples to train on ({len(train_count.dropped)} were dropped as too long)")
    model = teach(attach(model, config))
    weights = list(model.parameters())
    parameters = sum(weight.numel() for weight in weights)
    trainable = sum(weight.numel() for weight in weights if weight.requires_grad)
    division = choose_division(config, model, arithmetic)
    if division == "fsdp":
        shard(model, arithmetic)
    elif config.method != "qlora":  # which is loaded where it stays
        model.to(arithmetic.device)
    if division != "zero3":  # which gathers a layer's weights only when that very layer is called
        make_lean(model)
    way = choose_way(
        model,
        [*samples, *held],
        device=arithmetic.device,
        exact=arithmetic.dtype == torch.float32,
        share=config.share_schemas,
    )
    room = make_room(model, config, arithmetic, train_count.longest)
    settings = plan_settings(config, room.tokens)
    steps = Steps(samples, settings, way, rank=rank(), processes=processes())
    if config.compile == "on" or (config.compile == "auto" and arithmetic.device == "cuda" and division != "zero3"):
        compile_layers(model, len(steps.lengths()), room.keeps)
    checkpoints = out / "checkpoints"
    arguments = training_arguments(config, len(steps), arithmetic, checkpoints, validated=bool(held), division=division)
    if rank() == 0:
        keep_checkpoints_of(checkpoints, samples, held, base, config, division)
    wait()
    last = last_checkpoint(checkpoints)
    keeper = Keeper(out / "log.jsonl", watch=watch, patience=config.patience, progress=progress)
    trainer = CompletionTrainer(
        model,
        arguments,
        tokenizer=tokenizer,
        steps=steps,
        validation=Steps(held, settings, way).all_batches() if held else [],
        best=checkpoints / "best",
        watch=watch,
        accuracy=accuracy,
        noise=config.neftune,
        division=division,
        callbacks=[keeper],
    )
    resumed = step_of(last) if last else None
    with _cancellable(keeper), tracking(config, out, resumed=resumed) as trackers:
        for tracker in trackers:
            trainer.add_callback(tracker)
        outcome = trainer.train(resume_from_checkpoint=last)
    if keeper.cancelled:
        raise KeyboardInterrupt
    history = trainer.state.log_history
    best_kept = best_of(history, watch)[0] if watch else 0
    best_step = best_kept or trainer.state.global_step
    seconds = float(outcome.metrics["train_runtime"])
    # A resumed run trained only the steps after its checkpoint in these seconds.
    share_trained = 1 - (step_of(last) / max(trainer.state.global_step, 1) if last else 0)
    epochs = (trainer.state.epoch or 0.0) * share_trained
    training = max(seconds - trainer.evaluation_seconds, 1e-9)
    figures = next((row for row in reversed(history) if "eval_loss" in row and row["step"] == best_step), {})
    result = TrainResult(
        model=str(out / "model"),
        steps=trainer.state.global_step,
        epochs=round(trainer.state.epoch or 0.0, 4),
        best_step=best_step,
        stopped_early=keeper.stopped_early,
        train_loss=next((row["loss"] for row in reversed(history) if "loss" in row), math.nan),
        validation_loss=figures.get("eval_loss"),
        accuracy=figures.get("eval_accuracy"),
        seconds=round(time.perf_counter() - start, 2),
        evaluation_seconds=round(trainer.evaluation_seconds, 2),
        tokens_per_second=round(train_count.tokens * epochs / training, 1),
        samples_per_second=round(train_count.kept * epochs / training, 2),
        share_saved=round(steps.saved(), 4),
        parameters=parameters,
        trainable=trainable,
        train=train_count,
        validation=validation_count,
    )
    if not best_kept:
        trainer.keep(out / "model")
    if rank() == 0:
        if best_kept:
            copy_folder(checkpoints / "best", out / "model")
        _write_records(out, result, base, config, arithmetic, way, room, division)
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


def _write_records(
    out: Path,
    result: TrainResult,
    base: Path | str,
    config: TrainConfig,
    arithmetic: Arithmetic,
    way: Way,
    room: Room,
    division: Division,
) -> None:
    write_text(out / "loss.svg", loss_curve(read_log(out / "log.jsonl")))
    packages = ("sqlwright", "torch", "transformers", "peft", "tokenizers")
    manifest = {
        "base": str(base),
        "config": config.model_dump(),
        "device": arithmetic.device,
        "arithmetic": str(arithmetic.dtype).removeprefix("torch."),
        "attention": way,
        "processes": processes(),
        "parallel": division,
        "sequence_tokens": room.tokens,
        "checkpointed_layers": room.checkpointed,
        "activations_kept": room.keeps,
        "threads": torch.get_num_threads(),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in packages}},
        "result": asdict(result),
    }
    write_text(out / "train.json", json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
