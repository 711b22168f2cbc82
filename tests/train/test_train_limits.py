"""A full disk and memory that does not suffice: one line that says what to do, and the last checkpoint stays."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from forked import run
from tiny_model import OTHER_SCHEMA, prompts
from transformers import AutoTokenizer

from sqlwright.config import TrainConfig
from sqlwright.errors import ResourceError
from sqlwright.records import Prompt
from sqlwright.train import plan, tokenise, tune


def _train_on_a_disk_that_fills(base: Path, out: Path) -> None:
    """Train, and fill the disk once a checkpoint has been saved; print what is said, and the whole checkpoints."""

    def fill(step: int, of: int, figures: Any) -> None:
        if step == 4 and "loss" in figures:
            with (out.parent / "filler").open("wb") as file:
                try:
                    while True:
                        file.write(bytes(4096))
                except OSError:
                    pass

    _train(prompts(), base, out, fill)


def _train_with_little_memory(base: Path, out: Path) -> None:
    """Train with 64 MiB more than there is after the first step; the long sample's embeddings take 100."""
    long = Prompt("long", "city " * 400_000, "which ?", " SELECT name FROM city<|end|>")
    train = [*prompts(), *prompts(OTHER_SCHEMA), long]
    samples, _ = tokenise(train, AutoTokenizer.from_pretrained(base), max_length=10**6)

    def is_late(seed: int) -> bool:
        first = plan(samples, batch_size=3, budget=4096, seed=seed)[0]
        return not any(16 in group for pack in first for group in pack)

    def hold(step: int, of: int, figures: Any) -> None:
        if step == 1:
            used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + (64 << 20), resource.RLIM_INFINITY))

    _train(train, base, out, hold, seed=next(filter(is_late, range(99))))


def _train(train: list[Prompt], base: Path, out: Path, progress: Any, **options: int) -> None:
    config = TrainConfig(
        precision="fp32", max_steps=8, batch_size=3, save_every=3, max_length=10**6, method="full",
        early_stopping="off", learning_rate=1e-4, **options,
    )  # fmt: skip
    try:
        tune(train, [], base, out, config, progress=progress)
    except ResourceError as error:
        marks = sorted(path.parent.name for path in (out / "checkpoints").glob("checkpoint-*/whole"))
        print(json.dumps({"error": str(error), "whole": marks}))


def _told(out: str, err: str) -> dict[str, Any]:
    assert out, err[-2000:]
    told: dict[str, Any] = json.loads(out.splitlines()[-1])
    return told


def _may_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    mount = 'd=$(mktemp -d) && mount -t tmpfs tmpfs "$d" && umount "$d" && rmdir "$d"'
    return subprocess.run(["unshare", "-Urm", "sh", "-c", mount], capture_output=True).returncode == 0


@pytest.mark.skipif(not _may_mount(), reason="needs to mount a small disk of its own")
def test_a_full_disk_is_told_and_the_last_checkpoint_stays(tiny_base: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    program = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[3:]
from test_train_limits import _train_on_a_disk_that_fills
_train_on_a_disk_that_fills(Path(sys.argv[1]), Path(sys.argv[2]))
"""
    mount = f'mount -t tmpfs -o size=6m tmpfs "{small}" && exec "$@"'
    command = ["unshare", "-Urm", "sh", "-c", mount, "sh", sys.executable, "-c", program]
    command += [str(tiny_base), str(small / "run"), *map(str, Path(__file__).parents[:2])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    told = _told(done.stdout, done.stderr)
    assert "no space left on the disk; free some and start again" in told["error"]
    assert told["whole"] == ["checkpoint-3"]


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit on a process's memory that holds")
def test_memory_that_does_not_suffice_is_told_with_what_to_change(tiny_base: Path, tmp_path: Path) -> None:
    ended = run(_train_with_little_memory, tiny_base, tmp_path / "run")
    told = _told(ended.out, ended.err)
    assert "out of memory on a sequence of " in told["error"]
    assert "set sequence_tokens" in told["error"]
