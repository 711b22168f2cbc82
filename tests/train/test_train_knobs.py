"""Every setting does what its name says."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from tiny_model import OTHER_SCHEMA, prompts
from train_shapes import tiny

from sqlwright.config import TrainConfig
from sqlwright.infer import load
from sqlwright.train import Sample, tune
from sqlwright.train.adapters import attach
from sqlwright.train.arguments import training_arguments
from sqlwright.train.device import choose
from sqlwright.train.keeper import read_log
from sqlwright.train.steps import Steps, plan_settings


def config(**changes: Any) -> TrainConfig:
    return TrainConfig.model_validate({"precision": "fp32", "batch_size": 8, "dropout": 0.0, **changes})


@pytest.mark.parametrize(("method", "scale"), [("lora", 12 / 4), ("rslora", 12 / math.sqrt(4)), ("dora", 12 / 4)])
def test_the_adapter_is_the_one_asked_for(method: str, scale: float) -> None:
    asked = config(method=method, rank=4, alpha=12.0, dropout=0.25, target_modules=["q_proj", "down_proj"])
    model = attach(tiny("llama"), asked)
    adapted = {name.split(".")[-1]: module for name, module in model.named_modules() if hasattr(module, "lora_A")}
    assert set(adapted) == {"q_proj", "down_proj"}
    for module in adapted.values():
        assert module.lora_A["default"].weight.shape[0] == 4
        assert module.scaling["default"] == pytest.approx(scale)
        assert module.lora_dropout["default"].p == 0.25
        assert module.use_dora["default"] is (method == "dora")


def test_a_blend_lies_between_base_and_tuned(tmp_path: Path, tiny_base: Path) -> None:
    asked = config(max_steps=3, rank=4, alpha=12.0, target_modules=["q_proj"], early_stopping="off", learning_rate=0.1)
    weights = []
    for share in (1.0, 0.25):
        folder = tmp_path / str(share)
        tune(prompts(), [], tiny_base, folder, asked.model_copy(update={"blend": share}))
        weights.append(load(tiny_base, folder / "model", precision="fp32").model.state_dict())
    base = load(tiny_base, precision="fp32").model.state_dict()
    moved = 0.0
    for name, value in base.items():
        whole, part = (found[name] - value for found in weights)
        assert torch.allclose(part, 0.25 * whole, atol=1e-6)
        moved += float(whole.abs().sum())
    assert moved > 0


def test_the_optimiser_is_the_one_asked_for(tmp_path: Path) -> None:
    asked = config(learning_rate=3e-4, weight_decay=0.2, beta1=0.7, beta2=0.8, max_grad_norm=0.5, seed=7, epochs=2.5)
    found = training_arguments(asked, 10, choose("fp32"), tmp_path, validated=True)
    assert (found.learning_rate, found.weight_decay, found.max_grad_norm) == (3e-4, 0.2, 0.5)
    assert (found.adam_beta1, found.adam_beta2) == (0.7, 0.8)
    assert (found.seed, found.num_train_epochs, found.warmup_steps) == (7, 2.5, 2)  # 5 % of 25 steps
    assert (found.bf16, found.fp16) == (False, False)
    assert training_arguments(asked, 10, choose("bf16"), tmp_path, validated=True).bf16


def test_gradients_are_clipped_and_decay_pulls_to_zero(tiny_base: Path, tmp_path: Path) -> None:
    """Steps of a rate of 0.1 with a decay of 10 set a weight to nothing before the gradient moves it by the rate."""
    norms = {}
    for name, changes in {"plain": {}, "decay": {"weight_decay": 10.0}, "clip": {"max_grad_norm": 1e-12}}.items():
        settings = {"max_steps": 1, "learning_rate": 0.1, "warmup": 0.0, "schedule": "constant", "weight_decay": 0.0}
        result = tune(prompts(), [], tiny_base, tmp_path / name, config(**{**settings, **changes}))
        weights = load_file(Path(result.model) / "adapter_model.safetensors")
        norms[name] = {
            part: math.sqrt(sum(float(value.square().sum()) for key, value in weights.items() if part in key))
            for part in ("lora_A", "lora_B")
        }
    assert norms["decay"]["lora_A"] < 0.1 * norms["plain"]["lora_A"]
    assert norms["clip"]["lora_B"] < 1e-2 * norms["plain"]["lora_B"]


@pytest.mark.parametrize("schedule", ["cosine", "linear", "constant"])
def test_the_rate_rises_and_falls_as_asked(tiny_base: Path, tmp_path: Path, schedule: str) -> None:
    asked = config(max_steps=10, warmup=0.2, schedule=schedule, learning_rate=1e-3)
    tune(prompts(), [], tiny_base, tmp_path, asked)
    found = [row["learning_rate"] for row in read_log(tmp_path / "log.jsonl") if "learning_rate" in row]
    left = [(10 - step) / 8 for step in range(2, 10)]
    falls = {
        "cosine": [0.5 * (1 + math.cos(math.pi * (1 - share))) for share in left],
        "linear": left,
        "constant": [1.0] * 8,
    }[schedule]
    assert found == pytest.approx([0.0, 0.5e-3, *(1e-3 * share for share in falls)])


def test_steps_hold_the_batch_and_sequences_the_micro_batch() -> None:
    samples = [Sample("", (n % 3 + 1,) * 5, (9,), (n + 1, 2)) for n in range(50)]
    for asked, most in ((config(batch_size=20), 20), (config(batch_size=20, micro_batch_size=3), 3)):
        steps = Steps(samples, plan_settings(asked, tokens=1000), "blocks")
        sizes = [sum(map(len, pack)) for step in steps.plan(0) for pack in step]
        assert [sum(len(group) for pack in step for group in pack) for step in steps.plan(0)] == [20, 20, 10]
        assert max(sizes) == most
    narrow = Steps(samples, plan_settings(config(batch_size=20), tokens=30), "blocks")
    assert max(narrow.lengths()) <= 30


def test_epochs_validations_and_checkpoints_come_when_asked_for(tiny_base: Path, tmp_path: Path) -> None:
    seen: set[int] = set()

    def look(step: int, of: int, figures: dict[str, float]) -> None:
        seen.update(int(path.parent.name.split("-")[1]) for path in tmp_path.glob("checkpoints/checkpoint-*/whole"))

    asked = config(epochs=3.0, eval_every=2, save_every=3, batch_size=4, patience=9)
    result = tune(prompts(), prompts(), tiny_base, tmp_path, asked, progress=look)
    assert (result.steps, result.epochs) == (6, 3.0)
    log = read_log(tmp_path / "log.jsonl")
    assert [row["step"] for row in log if "eval_loss" in row] == [2, 4, 6]
    assert 3 in seen
    once_an_epoch = tune(prompts(), prompts(), tiny_base, tmp_path / "b", config(epochs=1.5, batch_size=4, patience=9))
    assert once_an_epoch.steps == 3


def test_it_stops_when_the_validation_loss_stays(tiny_base: Path, tmp_path: Path) -> None:
    asked = config(max_steps=20, eval_every=1, patience=2, learning_rate=1e-12, early_stopping="loss")
    result = tune(prompts(), prompts(OTHER_SCHEMA), tiny_base, tmp_path / "loss", asked)
    assert result.stopped_early and result.steps < 8
    off = asked.model_copy(update={"early_stopping": "off", "max_steps": 5})
    result = tune(prompts(), prompts(OTHER_SCHEMA), tiny_base, tmp_path / "off", off)
    assert not result.stopped_early and result.steps == result.best_step == 5


def test_arithmetic_checkpointing_and_seed(tiny_base: Path, tmp_path: Path) -> None:
    told = {}
    weights = {}
    for name, changes in {"a": {}, "same": {}, "seed": {"seed": 1}, "bf16": {"precision": "bf16"}}.items():
        asked = config(max_steps=2, gradient_checkpointing="off" if name == "a" else "on", **changes)
        result = tune(prompts(), [], tiny_base, tmp_path / name, asked)
        told[name] = json.loads((tmp_path / name / "train.json").read_text())
        weights[name] = torch.cat(
            [value.flatten() for value in load_file(Path(result.model) / "adapter_model.safetensors").values()]
        )
    assert [told[name]["checkpointed_layers"] for name in ("a", "same")] == [0, 2]
    assert [told[name]["arithmetic"] for name in ("a", "bf16")] == ["float32", "bfloat16"]
    assert torch.allclose(weights["a"], weights["same"], atol=1e-6)
    assert not torch.allclose(weights["a"], weights["seed"], atol=1e-3)
    assert weights["bf16"].dtype == torch.float32
