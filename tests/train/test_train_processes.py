"""Two processes train what one does, however the model is divided, and also when they are killed on the way."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from forked import started
from safetensors.torch import load_file
from tiny_model import OTHER_SCHEMA, prompts

from sqlwright.config import TrainConfig
from sqlwright.errors import ConfigError, MissingExtra
from sqlwright.train import trainer, tune
from sqlwright.train.device import Arithmetic
from sqlwright.train.parallel import choose_division, trainer_options
from sqlwright.train.ranks import any_of, least, my_share, sums

_NEVER = 0
needs_deepspeed = pytest.mark.skipif(find_spec("deepspeed") is None, reason="deepspeed is not installed")


def _alone(base: Path, out: Path, settings: dict[str, Any]) -> None:
    tune(prompts() + prompts(OTHER_SCHEMA), prompts(), base, out, TrainConfig(**settings))


def _share(base: Path, out: Path, settings: dict[str, Any], killed_at: int) -> None:
    """Be one of the processes; kill it in the middle of a step, before the forward pass of this number."""
    whole, calls = trainer.completion_loss, []

    def loss(*args: Any) -> Any:
        calls.append(1)
        if len(calls) == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return whole(*args)

    trainer.completion_loss = loss
    _alone(base, out, settings)


def _together(base: Path, out: Path, settings: dict[str, Any], killed_at: int = _NEVER) -> int:
    """Train in two processes, with what torchrun tells each of them; return an exit status."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        told = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(probe.getsockname()[1]), "WORLD_SIZE": "2"}
    told |= {"LOCAL_WORLD_SIZE": "2", "OMP_NUM_THREADS": "1", "DS_ACCELERATOR": "cpu"}
    of_each = [told | {"RANK": str(rank), "LOCAL_RANK": str(rank)} for rank in range(2)]
    with ExitStack() as both:
        processes = [
            both.enter_context(started(_share, base, out, settings, killed_at, environment=own)) for own in of_each
        ]
        first, second = (process.end() for process in processes)
    assert (first.code, second.code) == (0, 0) or killed_at, first.err[-1500:] + second.err[-1500:]
    return first.code


def _with_torchrun(base: Path, out: Path, settings: dict[str, Any]) -> None:
    """Train in two processes that torchrun starts."""
    script = out.parent / "script.py"
    script.write_text("""
import json, sys
from pathlib import Path
sys.path[:0] = sys.argv[4:]
from test_train_processes import _alone
_alone(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]))
""")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2", str(script)]
    command += [str(base), str(out), json.dumps(settings), *map(str, Path(__file__).parents[:2])]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]


def _curve(out: Path) -> list[tuple[float, float]]:
    rows = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    return [(row["step"], row[name]) for row in rows for name in ("loss", "grad_norm", "eval_loss") if name in row]


def _same(out: Path, expected: Path, file: str) -> None:
    assert sorted(path.name for path in out.iterdir()) == ["log.jsonl", "loss.svg", "model", "train.json"]
    assert [step for step, _ in _curve(out)] == [step for step, _ in _curve(expected)]
    assert [value for _, value in _curve(out)] == pytest.approx([value for _, value in _curve(expected)], rel=1e-5)
    found, weights = (load_file(folder / "model" / file) for folder in (out, expected))
    assert found.keys() == weights.keys()
    assert all(torch.allclose(found[name], weights[name], atol=2e-4) for name in weights)
    assert (out / "model" / "tokenizer.json").exists()


LORA = {
    "learning_rate": 1e-2,
    "max_steps": 6,
    "batch_size": 8,
    "micro_batch_size": 2,
    "dropout": 0.0,
    "precision": "fp32",
    "eval_every": 2,
    "schedule": "constant",
    "patience": 99,
}
FULL = LORA | {"learning_rate": 1e-3, "max_steps": 4, "method": "full", "gradient_checkpointing": "on"}


@pytest.fixture(scope="module")
def alone(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The adapter that one process trains."""
    out = tmp_path_factory.mktemp("alone") / "run"
    _alone(tiny_base, out, LORA)
    return out


@pytest.mark.parametrize("parallel", ["ddp", "fsdp", pytest.param("zero3", marks=needs_deepspeed)])
def test_two_processes_that_were_killed_end_as_one_that_was_not(
    tiny_base: Path, tmp_path: Path, alone: Path, parallel: str
) -> None:
    settings = LORA | {"parallel": parallel}
    assert _together(tiny_base, tmp_path / "run", settings, killed_at=10) != 0
    assert not (tmp_path / "run" / "model").exists()
    marks = (tmp_path / "run" / "checkpoints").glob("checkpoint-*/whole")
    assert {mark.parent.name for mark in marks} == {"checkpoint-2", "checkpoint-4"}
    if parallel == "ddp":
        _with_torchrun(tiny_base, tmp_path / "run", settings)
    else:
        _together(tiny_base, tmp_path / "run", settings)
    _same(tmp_path / "run", alone, "adapter_model.safetensors")
    record = json.loads((tmp_path / "run" / "train.json").read_text())
    assert (record["parallel"], record["processes"]) == (parallel, 2)
    assert record["result"]["parameters"] == json.loads((alone / "train.json").read_text())["result"]["parameters"]


@needs_deepspeed
def test_zero_2_trains_what_one_process_does(tiny_base: Path, tmp_path: Path, alone: Path) -> None:
    _together(tiny_base, tmp_path / "run", LORA | {"parallel": "zero2"})
    _same(tmp_path / "run", alone, "adapter_model.safetensors")


def test_fsdp_trains_every_weight(tiny_base: Path, tmp_path: Path) -> None:
    _alone(tiny_base, tmp_path / "one", FULL)
    _together(tiny_base, tmp_path / "two", FULL | {"parallel": "fsdp"})
    _same(tmp_path / "two", tmp_path / "one", "model.safetensors")


CPU = Arithmetic("cpu", torch.float32)


def _wanted(**settings: Any) -> str:
    return choose_division(TrainConfig(**settings), torch.nn.Linear(2, 2), CPU)


def test_one_process_has_nothing_to_divide() -> None:
    assert _wanted(parallel="fsdp") == "one"
    assert trainer_options("one") == {}
    assert my_share(["a", "b"]) == [("a", 1.0), ("b", 1.0)]
    assert (sums(1.0, 2.0), least(3.0), any_of(True), any_of(False)) == ([1.0, 2.0], 3.0, True, False)


def test_what_does_not_go_together_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert _wanted() == "ddp"
    with pytest.raises(ConfigError, match="parallel = 'fsdp' cannot divide a base of 4 bits; set 'ddp' or 'zero2'"):
        _wanted(parallel="fsdp", method="qlora")
    with pytest.raises(ConfigError, match="needs the whole model in a process"):
        _wanted(parallel="fsdp", early_stopping="accuracy")
    with pytest.raises(ConfigError, match="does not go with precision = 'fp16'"):
        choose_division(TrainConfig(parallel="fsdp"), torch.nn.Linear(2, 2), Arithmetic("cuda", torch.float16))
    if find_spec("deepspeed") is None:
        with pytest.raises(MissingExtra, match=r"sqlwright\[deepspeed\]"):
            _wanted(parallel="zero2")


def test_a_share_is_as_long_as_every_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    shares = []
    for number in range(2):
        monkeypatch.setenv("RANK", str(number))
        shares.append(my_share("abc"))
    assert shares == [[("a", 1.0), ("c", 1.0)], [("b", 1.0), ("a", 0.0)]]
