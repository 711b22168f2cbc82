"""This project's engine, as `sqlwright train` runs it: `tune()` from a folder, its figures read from `log.jsonl`."""

from __future__ import annotations

import json
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

from random_base import make_prompts, vocabulary_of
from speed_parts import LONGEST, Job, Measure, Measured, Setting, reset_peak, work_of

from sqlwright.config import TrainConfig
from sqlwright.records import Prompt


def open_engine(job: Job) -> Measure:
    """Return what measures a setting; every run loads the model anew, as a user's does."""
    from sqlwright.train import estimate_run

    def measure(setting: Setting) -> Measured:
        prompts = make_prompts(setting.workload, vocabulary_of(job.shape), scale=job.scale)
        config = train_config(setting, job.method)
        said = estimate_run(prompts, job.base, config)
        reset_peak(job.device)
        with tempfile.TemporaryDirectory() as folder:
            log, manifest = tuned(prompts, job.base, Path(folder) / "run", config)
        found = measured(log, manifest, job, config, setting)
        found.notes["estimate"] = {"memory_gib": said.memory_gib, "seconds": said.seconds}
        return found

    return measure


def train_config(setting: Setting, method: str) -> TrainConfig:
    """Return the configuration of a setting; what it does not name is left to the engine."""
    options: dict[str, Any] = {"gradient_checkpointing": "on"} if setting.checkpointing else {}
    return TrainConfig(
        method="qlora" if method == "qlora" else "lora",
        rank=16,
        alpha=32,
        dropout=0.0,
        batch_size=setting.batch,
        max_steps=setting.steps,
        sequence_tokens=setting.tokens or "auto",
        max_length=LONGEST,
        learning_rate=1e-4,
        early_stopping="off",
        **options,
    )


def tuned(
    prompts: list[Prompt], base: str, out: Path, config: TrainConfig
) -> tuple[list[dict[str, float]], dict[str, Any]]:
    """Tune, and return the log's lines of steps and the manifest."""
    from sqlwright.train import tune
    from sqlwright.train.keeper import read_log

    tune(prompts, [], base, out, config)
    log = [row for row in read_log(out / "log.jsonl") if "loss" in row]
    return log, json.loads((out / "train.json").read_text())


def measured(
    log: list[dict[str, float]], manifest: dict[str, Any], job: Job, config: TrainConfig, setting: Setting
) -> Measured:
    """Return the figures of a run, whose steps are planned here once more to know what each of them held."""
    from transformers import AutoConfig

    from sqlwright.train.grouping import cost
    from sqlwright.train.steps import Steps, plan_settings

    samples = job.samples(setting.workload)
    steps = Steps(samples, plan_settings(config, manifest["sequence_tokens"]), manifest["attention"])
    model_config = AutoConfig.from_pretrained(job.base)
    epoch = len(steps)
    seen: set[int] = set()
    found = Measured(losses=[row["loss"] for row in log])
    found.seconds = [b["seconds"] - a["seconds"] for a, b in pairwise([{"seconds": 0.0}, *log])]
    computed, padded = 0, 0
    for number in range(len(log)):
        step = steps.plan(number // epoch)[number % epoch]
        costs = [sum(cost(samples, group) for group in pack) for pack in step]
        lengths = {-(-tokens // steps.multiple) * steps.multiple for tokens in costs}
        groups = [group for pack in step for group in pack]
        found.samples.append(sum(map(len, groups)))
        found.tokens.append(sum(costs))
        found.flops.append(work_of(model_config, samples, groups))
        computed += sum(costs)
        padded += sum(-(-tokens // steps.multiple) * steps.multiple for tokens in costs)
        compiled_for = lengths if manifest["attention"] in ("split", "flex") else set()
        if number >= 2 and compiled_for <= seen:
            found.steady.append(number)
        seen |= lengths
    found.notes = {
        "grad_norms": [round(row["grad_norm"], 4) for row in log],
        "attention": manifest["attention"],
        "checkpointed_layers": manifest["checkpointed_layers"],
        "activations_kept": manifest["activations_kept"],
        "padding": round(1 - computed / padded, 3),
        "lengths": sorted(seen),
        "samples_per_s_with_compilation": round(sum(found.samples) / log[-1]["seconds"], 2),
        "run_s": manifest["result"]["seconds"],
    }
    return found
