"""Tunes a base model on prompts, from start or from the last checkpoint, and writes what came of it.

<out>/model/       the adapter (or the whole model), with its tokenizer; written in one step at the end
<out>/log.jsonl    loss, learning rate and validation figures by step
<out>/loss.svg     their curve
<out>/train.json   configuration, versions, counts, seconds
<out>/checkpoints/ while it runs: what an interrupted run resumes from
"""

from __future__ import annotations

import hashlib
import json
import math
import platform
import shutil
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
from transformers import TrainingArguments, set_seed

from sqlwright.config import TrainConfig
from sqlwright.errors import ConfigError, DataError
from sqlwright.records import Prompt, write_text
from sqlwright.train.adapters import attach, load_base, replace_folder, save
from sqlwright.train.batches import plan
from sqlwright.train.curve import loss_curve
from sqlwright.train.device import Arithmetic, choose, prepare_cpu
from sqlwright.train.loss import can_share
from sqlwright.train.tokens import Sample, TokenCount, Trim, tokenise
from sqlwright.train.trainer import Accuracy, CompletionTrainer, Keeper, Progress, best_of, read_log

_EVALUATION_BATCH = 64
_LOG_LINES = 200


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
    share: bool = True,
) -> TrainResult:
    """Tune `base` on `train` and write the result to the folder `out`.

    A run that was interrupted (Ctrl-C saves a checkpoint first) is resumed when called again with the same prompts and
    configuration; with others, it starts over.

    Args:
        validation: prompts of which the loss is measured while training; may be empty.
        base: folder or Hub name of a causal language model.
        progress: called at every log line.
        accuracy: measures the model while it trains; needed for early stopping on "accuracy".
        trim: shortens a schema for `too_long = "trim-schema"` (see `tokenise`).
        share: let a micro-batch of one schema compute its prefix once.

    Raises:
        ConfigError: the base cannot be loaded, or settings contradict each other.
        DataError: nothing to train on, or a sample is too long (see `tokenise`).
        MissingExtra: QLoRA without bitsandbytes.
        KeyboardInterrupt: it was cancelled; the checkpoint is saved.
    """
    start = time.perf_counter()
    out = Path(out)
    watch = _watched(config, bool(validation), accuracy is not None)
    arithmetic = choose(config.precision)
    if arithmetic.device == "cpu":
        prepare_cpu()
    set_seed(config.seed)
    model, tokenizer = load_base(base, config, arithmetic)
    cut = partial(tokenise, tokenizer=tokenizer, max_length=config.max_length, too_long=config.too_long, trim=trim)
    samples, train_count = cut(train)
    held, validation_count = cut(validation)
    if not samples:
        raise DataError(f"no samples to train on ({len(train_count.dropped)} were dropped as too long)")
    model = attach(model, config)
    share = share and not config.gradient_checkpointing and can_share(model) and torch.cuda.device_count() < 2
    checkpoints = _checkpoints(out, samples, held, base, config)
    keeper = Keeper(out / "log.jsonl", watch=watch, patience=config.patience, progress=progress)
    trainer = CompletionTrainer(
        model,
        _arguments(config, samples, arithmetic, checkpoints, validated=bool(held), share=share),
        tokenizer=tokenizer,
        train=samples,
        validation=held,
        share=share,
        best=out / "checkpoints" / "best",
        watch=watch,
        accuracy=accuracy,
        callbacks=[keeper],
    )
    last = _last_checkpoint(checkpoints)
    with _cancellable(keeper):
        outcome = trainer.train(resume_from_checkpoint=last)
    if keeper.cancelled:
        raise KeyboardInterrupt
    history = trainer.state.log_history
    best = checkpoints / "best"
    if watch and best.exists():
        best_step = best_of(history, watch)[0]
        replace_folder(best, out / "model")
    else:
        best_step = trainer.state.global_step
        save(trainer.model, tokenizer, out / "model")
    seconds = float(outcome.metrics["train_runtime"])
    # A resumed run trained only the steps after its checkpoint in these seconds.
    share_trained = 1 - (_step_of(last) / max(trainer.state.global_step, 1) if last else 0)
    trained = train_count.tokens * (trainer.state.epoch or 0.0) * share_trained
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
        tokens_per_second=round(trained / max(seconds - trainer.evaluation_seconds, 1e-9), 1),
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        trainable=sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad),
        train=train_count,
        validation=validation_count,
    )
    _write_records(out, result, base, config, arithmetic, share=share)
    shutil.rmtree(checkpoints, ignore_errors=True)
    return result


def _watched(config: TrainConfig, validated: bool, measured: bool) -> str:
    """Return the figure that early stopping watches, "" for none. Raises ConfigError."""
    if config.early_stopping == "off" or not validated:
        return ""
    if config.early_stopping == "accuracy":
        if not measured:
            raise ConfigError(
                "early_stopping = 'accuracy' needs a function that measures accuracy; set 'loss' or 'off'"
            )
        return "eval_accuracy"
    return "eval_loss"


def _arguments(
    config: TrainConfig,
    samples: Sequence[Sample],
    arithmetic: Arithmetic,
    folder: Path,
    *,
    validated: bool,
    share: bool,
) -> TrainingArguments:
    micro = min(config.micro_batch_size, config.batch_size)
    if config.batch_size % micro:
        raise ConfigError(f"batch_size = {config.batch_size} is no multiple of micro_batch_size = {micro}; make it one")
    accumulation = config.batch_size // micro
    steps = config.max_steps
    if steps <= 0:
        micro_batches = len(plan(samples, micro, seed=config.seed, share=share))
        steps = max(1, math.ceil(config.epochs * math.ceil(micro_batches / accumulation)))
    evaluation = "no" if not validated else "steps" if config.eval_every else "epoch"
    saving = "steps" if config.save_every or (config.eval_every and validated) else "epoch"
    schedule = {"cosine": "cosine", "linear": "linear", "constant": "constant_with_warmup"}[config.schedule]
    return TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=config.epochs,
        max_steps=config.max_steps if config.max_steps > 0 else -1,
        per_device_train_batch_size=micro,
        per_device_eval_batch_size=max(micro, _EVALUATION_BATCH if arithmetic.device == "cpu" else micro),
        gradient_accumulation_steps=accumulation,
        learning_rate=config.learning_rate,
        lr_scheduler_type=schedule,
        warmup_steps=math.ceil(config.warmup * steps),
        weight_decay=config.weight_decay,
        adam_beta1=config.beta1,
        adam_beta2=config.beta2,
        max_grad_norm=config.max_grad_norm,
        neftune_noise_alpha=config.neftune or None,
        bf16=arithmetic.dtype == torch.bfloat16,
        fp16=arithmetic.dtype == torch.float16,
        use_cpu=arithmetic.device == "cpu",
        eval_strategy=evaluation,
        eval_steps=config.eval_every or None,
        save_strategy=saving,
        save_steps=config.save_every or config.eval_every or 500,
        save_total_limit=2,
        logging_steps=max(1, steps // _LOG_LINES),
        seed=config.seed,
        data_seed=config.seed,
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=False,
        remove_unused_columns=False,
    )


def _checkpoints(
    out: Path, train: Sequence[Sample], validation: Sequence[Sample], base: Path | str, config: TrainConfig
) -> Path:
    """Return the folder of checkpoints, emptied when they are of a run with other inputs."""
    content = repr((list(train), list(validation), str(base), config.model_dump()))
    inputs = hashlib.sha256(content.encode()).hexdigest()
    folder = out / "checkpoints"
    marker = folder / "inputs.sha256"
    if not marker.exists() or marker.read_text(encoding="utf-8") != inputs:
        shutil.rmtree(folder, ignore_errors=True)
        write_text(marker, inputs)
    return folder


def _last_checkpoint(folder: Path) -> str | None:
    """Return the newest whole checkpoint; its trainer state is written last, so one without it was cut short."""
    whole = [path for path in folder.glob("checkpoint-*") if (path / "trainer_state.json").exists()]
    return str(max(whole, key=_step_of)) if whole else None


def _step_of(checkpoint: Path | str) -> int:
    return int(str(checkpoint).rsplit("-", 1)[1])


@contextmanager
def _cancellable(keeper: Keeper) -> Iterator[None]:
    """Let the first Ctrl-C finish the step and save a checkpoint; the second one stops at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def cancel(number: int, frame: Any) -> None:
        if keeper.cancelled:
            raise KeyboardInterrupt
        keeper.cancelled = True

    before = signal.signal(signal.SIGINT, cancel)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _write_records(
    out: Path, result: TrainResult, base: Path | str, config: TrainConfig, arithmetic: Arithmetic, *, share: bool
) -> None:
    write_text(out / "loss.svg", loss_curve(read_log(out / "log.jsonl")))
    packages = ("sqlwright", "torch", "transformers", "peft", "tokenizers")
    manifest = {
        "base": str(base),
        "config": config.model_dump(),
        "device": arithmetic.device,
        "arithmetic": str(arithmetic.dtype).removeprefix("torch."),
        "shared_prefix": share,
        "threads": torch.get_num_threads(),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in packages}},
        "result": asdict(result),
    }
    write_text(out / "train.json", json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
