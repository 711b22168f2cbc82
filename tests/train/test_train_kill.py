"""A run that is killed, at whatever moment, goes on from its last whole checkpoint and ends as if it had not been."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from forked import run
from safetensors.torch import load_file
from tiny_model import OTHER_SCHEMA, prompts

from sqlwright.config import TrainConfig
from sqlwright.train import trainer, tune


def _train(base: Path, out: Path, moment: str) -> None:
    """Train in this process, which kills itself at that moment: "step", "save" or "never"."""
    if moment == "step":
        _die_between_two_sequences(28)
    if moment == "save":
        _die_with_half_an_optimiser_written(2)
    config = TrainConfig(
        learning_rate=1e-2, max_steps=18, batch_size=8, micro_batch_size=4, dropout=0.1, precision="fp32",
        save_every=5, eval_every=5, patience=99,
    )  # fmt: skip
    tune(prompts() + prompts(OTHER_SCHEMA), prompts(), base, out, config)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_between_two_sequences(number: int) -> None:
    whole, calls = trainer.completion_loss, []

    def loss(*args: Any) -> Any:
        calls.append(1)
        if len(calls) == number:
            _die()
        return whole(*args)

    trainer.completion_loss = loss


def _die_with_half_an_optimiser_written(number: int) -> None:
    whole, calls = torch.save, []

    def save(state: Any, path: Any, *args: Any, **options: Any) -> None:
        whole(state, path, *args, **options)
        if "optimizer" in str(path):
            calls.append(1)
            if len(calls) == number:
                data = Path(path).read_bytes()
                Path(path).write_bytes(data[: len(data) // 2])
                _die()

    torch.save = save


def _curve(out: Path) -> list[tuple[float, float]]:
    rows = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    return [(row["step"], row[name]) for row in rows for name in ("loss", "eval_loss") if name in row]


@pytest.fixture(scope="module")
def whole(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "run"
    ended = run(_train, tiny_base, out, "never")
    assert ended.code == 0, ended.err
    return out


@pytest.mark.parametrize(("moment", "kept"), [("step", {5, 10}), ("save", {5})])
def test_a_killed_run_ends_with_the_same_curve(
    tiny_base: Path, tmp_path: Path, whole: Path, moment: str, kept: set[int]
) -> None:
    assert run(_train, tiny_base, tmp_path / "run", moment).code == -signal.SIGKILL
    assert not (tmp_path / "run" / "model").exists()
    marks = (tmp_path / "run" / "checkpoints").glob("checkpoint-*/whole")
    assert {int(mark.parent.name.removeprefix("checkpoint-")) for mark in marks} == kept
    assert run(_train, tiny_base, tmp_path / "run", "never").code == 0
    expected, found = _curve(whole), _curve(tmp_path / "run")
    assert [step for step, _ in found] == [step for step, _ in expected]
    assert [loss for _, loss in found] == pytest.approx([loss for _, loss in expected], rel=1e-5)
    weights, other = (load_file(out / "model" / "adapter_model.safetensors") for out in (whole, tmp_path / "run"))
    assert all(torch.allclose(weights[name], other[name], atol=1e-6) for name in weights)
