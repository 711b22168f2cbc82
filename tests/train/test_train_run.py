"""Whole runs of tune() on a real, tiny model."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from tiny_model import OTHER_SCHEMA, prompts
from transformers import AutoModelForCausalLM, AutoTokenizer

from sqlwright.config import TrainConfig
from sqlwright.errors import ConfigError, DataError, MissingExtra
from sqlwright.train import loss_curve, tune
from sqlwright.train.trainer import best_of

LEARN = TrainConfig(
    learning_rate=1e-2, epochs=40, batch_size=8, micro_batch_size=4, dropout=0.0, patience=99, precision="fp32"
)


def _greedy(model: Any, tokenizer: Any, text: str) -> str:
    ids = torch.tensor([tokenizer.encode(text, add_special_tokens=False)])
    out = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=40, do_sample=False)
    return str(tokenizer.decode(out[0, ids.shape[1] :]))


@pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing:FutureWarning")  # PEFT, in the test's own loading
@pytest.mark.parametrize("method", ["lora", "full"])
def test_it_learns_eight_pairs_by_heart(tiny_base: Path, tmp_path: Path, method: Any) -> None:
    learning_rate = 1e-2 if method == "lora" else 3e-3
    config = LEARN.model_copy(update={"method": method, "learning_rate": learning_rate, "eval_every": 20})
    steps: list[int] = []
    result = tune(
        prompts(), prompts(), tiny_base, tmp_path / "run", config, progress=lambda step, of, figures: steps.append(step)
    )
    assert result.train_loss < 0.1
    assert result.validation_loss is not None and result.validation_loss < 0.1
    assert (result.trainable == result.parameters) is (method == "full")
    assert steps[-1] == result.steps == 40 * 2 // 2
    tokenizer = AutoTokenizer.from_pretrained(result.model)
    if method == "lora":
        model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(tiny_base), result.model)
    else:
        model = AutoModelForCausalLM.from_pretrained(result.model)
    model.eval()
    for prompt in prompts():
        assert _greedy(model, tokenizer, prompt.prefix + prompt.suffix) == prompt.completion
    manifest = json.loads((tmp_path / "run" / "train.json").read_text())
    assert manifest["config"]["method"] == method
    assert manifest["result"]["train"]["kept"] == 8
    assert (tmp_path / "run" / "loss.svg").read_text().startswith("<svg")
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        "log.jsonl",
        "loss.svg",
        "model",
        "train.json",
    ]


def test_a_loss_that_is_no_number_ends_the_run(tiny_base: Path, tmp_path: Path) -> None:
    broken = AutoModelForCausalLM.from_pretrained(tiny_base)
    with torch.no_grad():
        broken.get_output_embeddings().weight.fill_(float("nan"))
    broken.save_pretrained(tmp_path / "broken")
    AutoTokenizer.from_pretrained(tiny_base).save_pretrained(tmp_path / "broken")
    config = LEARN.model_copy(update={"max_steps": 4})
    with pytest.raises(ConfigError, match="no longer a number at step 1"):
        tune(prompts(), [], tmp_path / "broken", tmp_path / "run", config)


@pytest.mark.parametrize("method", ["rslora", "dora"])
@pytest.mark.parametrize("checkpointing", ["off", "on"])
def test_every_adapter_trains(tiny_base: Path, tmp_path: Path, method: Any, checkpointing: Any) -> None:
    config = LEARN.model_copy(
        update={"method": method, "max_steps": 12, "gradient_checkpointing": checkpointing, "neftune": 1.0}
    )
    result = tune(prompts(), [], tiny_base, tmp_path, config)
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    losses = [row["loss"] for row in log if "loss" in row]
    assert losses[-1] < losses[0] / 2
    assert result.validation_loss is None
    assert result.best_step == result.steps == 12


def test_sharing_a_prefix_trains_the_same_weights(tiny_base: Path, tmp_path: Path) -> None:
    """All samples are in each step, so that only whether the prefix is computed once differs."""
    config = LEARN.model_copy(update={"batch_size": 16, "micro_batch_size": 8, "max_steps": 6})
    both = prompts() + prompts(OTHER_SCHEMA)
    a, b = (
        tune(both, [], tiny_base, tmp_path / str(share), config.model_copy(update={"share_schemas": share}))
        for share in (False, True)
    )
    assert a.train_loss == pytest.approx(b.train_loss, rel=1e-3)
    assert (a.share_saved, b.share_saved > 0.3) == (0.0, True)


class StopHereError(Exception):
    pass


def test_an_interrupted_run_resumes_and_ends_as_if_it_had_not_been(tiny_base: Path, tmp_path: Path) -> None:
    config = LEARN.model_copy(update={"max_steps": 16, "save_every": 5, "dropout": 0.1})
    whole = tune(prompts(), [], tiny_base, tmp_path / "whole", config)

    def interrupt(step: int, of: int, figures: dict[str, float]) -> None:
        if step == 8:
            raise StopHereError

    with pytest.raises(StopHereError):
        tune(prompts(), [], tiny_base, tmp_path / "cut", config, progress=interrupt)
    assert not (tmp_path / "cut" / "model").exists()
    seen: list[int] = []
    resumed = tune(
        prompts(), [], tiny_base, tmp_path / "cut", config, progress=lambda step, of, figures: seen.append(step)
    )
    assert seen[0] == 6
    assert resumed.steps == 16
    assert resumed.train_loss == pytest.approx(whole.train_loss, rel=1e-3)
    weights, other = (load_file(Path(result.model) / "adapter_model.safetensors") for result in (whole, resumed))
    assert all(torch.allclose(weights[name], other[name], atol=1e-4) for name in weights)
    log = [json.loads(line)["step"] for line in (tmp_path / "cut" / "log.jsonl").read_text().splitlines()]
    assert sorted(set(log)) == list(range(1, 17))


def test_other_inputs_start_over(tiny_base: Path, tmp_path: Path) -> None:
    def interrupt(step: int, of: int, figures: dict[str, float]) -> None:
        if step == 4:
            raise StopHereError

    config = LEARN.model_copy(update={"max_steps": 6, "save_every": 2})
    with pytest.raises(StopHereError):
        tune(prompts(), [], tiny_base, tmp_path, config, progress=interrupt)
    seen: list[int] = []
    other = config.model_copy(update={"rank": 4})
    tune(prompts(), [], tiny_base, tmp_path, other, progress=lambda step, of, figures: seen.append(step))
    assert seen[0] == 1


def test_it_stops_early_and_keeps_the_best(tiny_base: Path, tmp_path: Path) -> None:
    scores = iter([0.1, 0.5, 0.4, 0.5, 0.9])
    modes: list[bool] = []

    def accuracy(model: Any, tokenizer: Any) -> float:
        modes.append(model.training)
        return next(scores)

    config = LEARN.model_copy(update={"eval_every": 2, "early_stopping": "accuracy", "patience": 2})
    result = tune(prompts(), prompts(OTHER_SCHEMA), tiny_base, tmp_path, config, accuracy=accuracy)
    assert (result.steps, result.best_step, result.accuracy) == (8, 4, 0.5)
    assert result.stopped_early
    assert modes == [False] * 4


def test_contradictions_are_said_clearly(tiny_base: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="needs a function that measures accuracy"):
        tune(prompts(), prompts(), tiny_base, tmp_path, TrainConfig(early_stopping="accuracy"))
    with pytest.raises(ConfigError, match="cannot be loaded"):
        tune(prompts(), [], tmp_path / "nowhere", tmp_path, TrainConfig())
    with pytest.raises(ConfigError, match="target_modules"):
        tune(prompts(), [], tiny_base, tmp_path, TrainConfig(target_modules=["no_such_layer"]))
    with pytest.raises(DataError, match="no samples to train on"):
        tune(prompts(), [], tiny_base, tmp_path, TrainConfig(max_length=4, too_long="drop"))


def test_best_step_and_patience() -> None:
    history = [{"step": 1, "eval_loss": 2.0}, {"step": 2, "eval_loss": 1.0}, {"step": 3, "eval_loss": 1.0}]
    assert best_of(history, "eval_loss") == (2, 1)
    assert best_of([], "eval_loss") == (0, 0)


def test_loss_curve_of_nothing_and_of_something() -> None:
    assert "polyline" not in loss_curve([])
    assert loss_curve([{"step": 1, "loss": 2.0}, {"step": 2, "eval_loss": 1.5}]).count("<polyline") == 2


def test_qlora_trains_on_a_gpu_or_says_what_it_lacks(tiny_base: Path, tmp_path: Path) -> None:
    config = LEARN.model_copy(update={"method": "qlora", "max_steps": 4})
    if find_spec("bitsandbytes") is None:
        with pytest.raises(MissingExtra, match=r"sqlwright\[qlora\]"):
            tune(prompts(), [], tiny_base, tmp_path, config)
    elif not torch.cuda.is_available():
        with pytest.raises(ConfigError, match="GPU with CUDA"):
            tune(prompts(), [], tiny_base, tmp_path, config)
    else:
        assert tune(prompts(), [], tiny_base, tmp_path, config).steps == 4
