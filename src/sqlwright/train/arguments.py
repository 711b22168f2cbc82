"""What the Trainer is told: its arguments from ours, and where its checkpoints are."""

from __future__ import annotations

import hashlib
import math
import shutil
from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import TrainingArguments

from sqlwright._folders import sync
from sqlwright._processes import processes
from sqlwright.config import TrainConfig
from sqlwright.errors import ConfigError
from sqlwright.records import write_text
from sqlwright.train.device import Arithmetic
from sqlwright.train.parallel import Division, trainer_options
from sqlwright.train.tokens import Sample

_LOG_LINES = 200
_WHOLE = "whole"
"""Name of the file that marks a checkpoint as whole."""
_INPUTS = "inputs.sha256"
"""Name of the file that says what run the checkpoints are of."""


def training_arguments(
    config: TrainConfig,
    steps_an_epoch: int,
    arithmetic: Arithmetic,
    folder: Path,
    *,
    validated: bool,
    division: Division = "one",
) -> TrainingArguments:
    """Return the Trainer's arguments; what it calls a batch is one of our steps."""
    total = config.max_steps if config.max_steps > 0 else max(1, math.ceil(config.epochs * steps_an_epoch))
    evaluation = "no" if not validated else "steps" if config.eval_every else "epoch"
    saving = "steps" if config.save_every or (config.eval_every and validated) else "epoch"
    schedule = {"cosine": "cosine", "linear": "linear", "constant": "constant_with_warmup"}[config.schedule]
    arguments = TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=config.epochs,
        max_steps=config.max_steps if config.max_steps > 0 else -1,
        per_device_train_batch_size=1,
        gradient_accumulation_steps=1,
        learning_rate=config.learning_rate,
        lr_scheduler_type=schedule,
        warmup_steps=math.ceil(config.warmup * total),
        weight_decay=config.weight_decay,
        adam_beta1=config.beta1,
        adam_beta2=config.beta2,
        max_grad_norm=config.max_grad_norm,
        bf16=arithmetic.dtype == torch.bfloat16,
        fp16=arithmetic.dtype == torch.float16,
        use_cpu=arithmetic.device == "cpu",
        eval_strategy=evaluation,
        eval_steps=config.eval_every or None,
        save_strategy=saving,
        save_steps=config.save_every or config.eval_every or 500,
        save_total_limit=2,
        logging_steps=max(1, total // _LOG_LINES),
        logging_nan_inf_filter=False,  # a loss that is no number is shown, and ends the run
        seed=config.seed,
        data_seed=config.seed,
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=False,
        remove_unused_columns=False,
        **trainer_options(division),
    )
    arguments._n_gpu = min(arguments.n_gpu, 1)  # several GPUs are for torchrun; DataParallel would copy the model
    return arguments


def watched(config: TrainConfig, validated: bool, measured: bool) -> str:
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


def keep_checkpoints_of(
    folder: Path,
    train: Sequence[Sample],
    validation: Sequence[Sample],
    base: Path | str,
    config: TrainConfig,
    division: Division = "one",
) -> None:
    """Empty the folder of checkpoints when they are of a run with other inputs, or were cut short."""
    settings = config.model_dump(exclude={"report_to"})
    content = repr((list(train), list(validation), str(base), settings, division, processes()))
    inputs = hashlib.sha256(content.encode()).hexdigest()
    marker = folder / _INPUTS
    if not marker.exists() or marker.read_text(encoding="utf-8") != inputs:
        shutil.rmtree(folder, ignore_errors=True)
        write_text(marker, inputs)
    for path in folder.glob("checkpoint-*"):
        if not (path / _WHOLE).exists():
            shutil.rmtree(path)


def remove_checkpoints(folder: Path) -> None:
    """Remove the folder of checkpoints; what a kill leaves of it is of no run, and not resumed from."""
    (folder / _INPUTS).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def seal_checkpoint(folder: Path) -> None:
    """Mark a checkpoint as whole, once all its files are on the disk."""
    sync(folder)
    write_text(folder / _WHOLE, "")


def last_checkpoint(folder: Path) -> str | None:
    """Return the newest whole checkpoint."""
    whole = [path.parent for path in folder.glob(f"checkpoint-*/{_WHOLE}")]
    return str(max(whole, key=step_of)) if whole else None


def step_of(checkpoint: Path | str) -> int:
    """Return the step that a checkpoint was written after."""
    return int(str(checkpoint).rsplit("-", 1)[1])
