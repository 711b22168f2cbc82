"""What a run that resumes has to find and to log, so that it ends as one that was never interrupted."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from tiny_model import OTHER_SCHEMA, prompts
from transformers import AutoModelForCausalLM, AutoTokenizer

from sqlwright.config import TrainConfig
from sqlwright.errors import ConfigError
from sqlwright.train import run, tune
from sqlwright.train.rate import Rate

CONFIG = TrainConfig(learning_rate=1e-2, batch_size=8, micro_batch_size=4, dropout=0.1, precision="fp32", patience=99)


class StopHereError(Exception):
    pass


def _losses(out: Path) -> dict[float, float]:
    rows = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    return {row["step"]: row["loss"] for row in rows if "loss" in row}


def test_log_lines_of_several_steps_are_the_same_after_a_checkpoint_between_two(
    tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sqlwright.train.arguments._LOG_LINES", 4)  # so that a line stands for 16 / 4 steps
    config = CONFIG.model_copy(update={"max_steps": 16, "save_every": 5})
    tune(prompts(), [], tiny_base, tmp_path / "whole", config)

    def interrupt(step: int, of: int, figures: dict[str, float]) -> None:
        if step == 8:
            raise StopHereError

    with pytest.raises(StopHereError):
        tune(prompts(), [], tiny_base, tmp_path / "cut", config, progress=interrupt)
    tune(prompts(), [], tiny_base, tmp_path / "cut", config)
    expected, found = _losses(tmp_path / "whole"), _losses(tmp_path / "cut")
    assert sorted(found) == sorted(expected) == [4, 5, 8, 10, 12, 15, 16]
    assert [found[step] for step in expected] == pytest.approx(list(expected.values()), rel=1e-5)


def test_a_run_that_is_cut_off_while_it_finishes_keeps_its_best_weights(
    tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = CONFIG.model_copy(update={"max_steps": 6, "eval_every": 2, "early_stopping": "accuracy"})
    measured: list[dict[str, Any]] = []

    def falling(model: Any, tokenizer: Any) -> float:
        weights = {name: p.detach().clone() for name, p in model.named_parameters() if p.requires_grad}
        measured.append(weights)
        return 1 / len(measured)

    def cut_off(*args: Any) -> None:
        raise StopHereError

    out = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr(run, "write_records", cut_off)
        with pytest.raises(StopHereError):
            tune(prompts(), prompts(), tiny_base, out, config, accuracy=falling)
    result = tune(prompts(), prompts(), tiny_base, out, config, accuracy=falling)
    assert (result.best_step, result.steps) == (2, 6)
    assert not (out / "checkpoints").exists()
    kept = load_file(out / "model" / "adapter_model.safetensors")
    best = {name.replace(".default", ""): weight for name, weight in measured[0].items()}
    assert kept.keys() == best.keys()
    assert all(torch.equal(kept[name], best[name]) for name in kept)


def test_a_loss_that_is_no_number_is_not_saved(
    tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sqlwright.train.arguments._LOG_LINES", 1)
    broken = AutoModelForCausalLM.from_pretrained(tiny_base)
    with torch.no_grad():
        broken.get_output_embeddings().weight.fill_(float("nan"))
    broken.save_pretrained(tmp_path / "broken")
    AutoTokenizer.from_pretrained(tiny_base).save_pretrained(tmp_path / "broken")
    config = CONFIG.model_copy(update={"max_steps": 8, "save_every": 2})
    with pytest.raises(ConfigError, match="no longer a number at step 2"):
        tune(prompts(), [], tmp_path / "broken", tmp_path / "run", config)
    assert not list((tmp_path / "run" / "checkpoints").glob("checkpoint-*"))


def test_accuracy_is_measured_with_the_usual_attention_and_training_goes_on_in_its_own(
    tiny_base: Path, tmp_path: Path
) -> None:
    both = prompts() + prompts(OTHER_SCHEMA)
    config = CONFIG.model_copy(update={"max_steps": 4, "eval_every": 1, "early_stopping": "accuracy"})
    seen: list[str] = []

    def accuracy(model: Any, tokenizer: Any) -> float:
        seen.append(model.config._attn_implementation)
        return 0.5

    tune(both, prompts(), tiny_base, tmp_path / "measured", config, accuracy=accuracy)
    assert seen == ["sdpa"] * 4
    other = config.model_copy(update={"early_stopping": "off"})
    tune(both, prompts(), tiny_base, tmp_path / "not", other)
    assert _losses(tmp_path / "measured") == _losses(tmp_path / "not")


def test_the_time_left_counts_every_step_since_the_last_line() -> None:
    before = time.monotonic()
    rate = Rate("cpu")
    began = time.monotonic()
    for _ in range(10):
        rate.end_step()
    time.sleep(0.06)
    least = time.monotonic() - began
    left = rate.figures(180)["seconds_left"]
    assert 18 * least - 0.1 <= left <= 18 * (time.monotonic() - before) + 0.1  # 18 times what the ten took
