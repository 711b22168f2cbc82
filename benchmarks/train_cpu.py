"""Training on a CPU: the embedded base, schemas computed once, against transformers' own Trainer with padding.

    python benchmarks/train_cpu.py > benchmarks/results/train_cpu.json

The samples have the token lengths of Spider's training questions (`data/spider_lengths.json`), of some of its schemas,
and random words. Both tune LoRA of rank 16 on all linear layers, in steps of 32 samples, in the arithmetic that
sqlwright chooses here; the Trainer sorts its samples by length and computes logits at every token, its default.
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import torch
import transformers
from random_base import prompts_of
from transformers import AutoTokenizer, Trainer, TrainerCallback, TrainingArguments

import sqlwright.base
from sqlwright.config import TrainConfig
from sqlwright.records import Prompt
from sqlwright.train import Sample, tokenise, tune
from sqlwright.train.adapters import attach, load_base
from sqlwright.train.device import Arithmetic, choose, prepare_cpu
from sqlwright.train.keeper import read_log

SCHEMAS, QUESTIONS, BATCH, WARM = 10, 32, 32, 2
CONFIG = TrainConfig(
    batch_size=BATCH, dropout=0.0, epochs=1, sequence_tokens=4096, max_length=4096, early_stopping="off"
)


class Clock(TrainerCallback):
    """When each step ended."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def on_step_end(self, *args: Any, **kwargs: Any) -> None:
        """Note the time."""
        self.times.append(time.perf_counter())

    def rate(self, per_step: int) -> float:
        """Return samples a second, the first steps left out."""
        return per_step * (len(self.times) - 1 - WARM) / (self.times[-1] - self.times[WARM])


def ours(prompts: list[Prompt], folder: Path) -> dict[str, Any]:
    """Train one epoch with `tune`; its log says when each step ended."""
    result = tune(prompts, [], sqlwright.base.path(), folder, CONFIG)
    times = [row["seconds"] for row in read_log(folder / "log.jsonl") if "loss" in row]
    rate = BATCH * (len(times) - 1 - WARM) / (times[-1] - times[WARM])
    return {"samples_per_s": round(rate, 2), "share_saved": round(result.share_saved, 3)}


def padded(samples: list[Sample], arithmetic: Arithmetic, folder: Path) -> dict[str, Any]:
    model, _ = load_base(sqlwright.base.path(), CONFIG, arithmetic)
    model = attach(model, CONFIG)
    rows = [
        {
            "input_ids": list(s.prefix + s.suffix + s.completion),
            "labels": [-100] * (len(s.prefix) + len(s.suffix)) + list(s.completion),
        }
        for s in samples
    ]

    def collate(some: list[dict[str, list[int]]]) -> dict[str, torch.Tensor]:
        length = max(len(row["input_ids"]) for row in some)
        return {
            "input_ids": torch.tensor([row["input_ids"] + [0] * (length - len(row["input_ids"])) for row in some]),
            "labels": torch.tensor([row["labels"] + [-100] * (length - len(row["labels"])) for row in some]),
        }

    clock = Clock()
    arguments = TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=1,
        per_device_train_batch_size=8,
        gradient_accumulation_steps=BATCH // 8,
        train_sampling_strategy="group_by_length",
        bf16=arithmetic.dtype == torch.bfloat16,
        use_cpu=True,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        logging_steps=10_000,
        remove_unused_columns=False,
        dataloader_pin_memory=False,
    )
    data: Any = rows
    Trainer(model=model, args=arguments, train_dataset=data, data_collator=collate, callbacks=[clock]).train()
    return {"samples_per_s": round(clock.rate(BATCH), 2), "micro_batch": 8}


def chosen(tokenizer: Any) -> list[Prompt]:
    """Return questions about some schemas, with Spider's lengths, of words that are one token of the base's."""
    words = [f" {token[1:]}" for token in sorted(tokenizer.get_vocab()) if re.fullmatch("\u0120[a-z]{2,}", token)]
    by_schema: dict[str, list[Prompt]] = {}
    for prompt in prompts_of("spider", words):
        by_schema.setdefault(prompt.prefix, []).append(prompt)
    large = [members for members in by_schema.values() if len(members) >= QUESTIONS]
    some = [prompt for members in random.Random(0).sample(large, SCHEMAS) for prompt in members[:QUESTIONS]]
    random.Random(0).shuffle(some)
    return some


def main() -> None:
    warnings.simplefilter("ignore", FutureWarning)
    arithmetic = choose()
    prepare_cpu()
    tokenizer: Any = AutoTokenizer.from_pretrained(sqlwright.base.path())
    prompts = chosen(tokenizer)
    samples, _ = tokenise(prompts, tokenizer, max_length=CONFIG.max_length)
    with tempfile.TemporaryDirectory() as folder:
        grouped = ours(prompts, Path(folder) / "a")
        plain = padded(samples, arithmetic, Path(folder) / "b")
    result = {
        "sqlwright": grouped,
        "transformers_trainer": plain,
        "ratio": round(grouped["samples_per_s"] / plain["samples_per_s"], 2),
        "samples": len(samples),
        "mean_tokens": round(sum(map(len, samples)) / len(samples), 1),
        "arithmetic": str(arithmetic.dtype).removeprefix("torch."),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
    }
    print(json.dumps(result, indent=1), file=sys.stdout)


if __name__ == "__main__":
    main()
