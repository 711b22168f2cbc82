"""A full disk and memory that does not suffice: one line that says what to do, and the last checkpoint stays."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_RUN = """
import json, resource, sys
from pathlib import Path
sys.path[:0] = [sys.argv[3]]
from tiny_model import OTHER_SCHEMA, prompts
from transformers import AutoTokenizer
from sqlwright.config import TrainConfig
from sqlwright.errors import ResourceError
from sqlwright.records import Prompt
from sqlwright.train import plan, tokenise, tune

base, out = map(Path, sys.argv[1:3])
what = sys.argv[4]
train, options = prompts(), {}

def fill(step, of, figures):
    if step == 4 and "loss" in figures:
        with (out.parent / "filler").open("wb") as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass

def hold(step, of, figures):  # 64 MiB more than there is now; the long sample's embeddings take 100
    if step == 1:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + (64 << 20), resource.RLIM_INFINITY))

if what == "memory":
    train += [*prompts(OTHER_SCHEMA), Prompt("long", "city " * 400_000, "which ?", " SELECT name FROM city<|end|>")]
    samples, _ = tokenise(train, AutoTokenizer.from_pretrained(base), max_length=10**6)
    first = lambda seed: plan(samples, batch_size=3, budget=4096, seed=seed)[0]
    late = (seed for seed in range(99) if not any(16 in group for pack in first(seed) for group in pack))
    options = {"seed": next(late)}
config = TrainConfig(
    precision="fp32", max_steps=8, batch_size=3, save_every=3, max_length=10**6, method="full", early_stopping="off",
    learning_rate=1e-4, **options
)
try:
    tune(train, [], base, out, config, progress=fill if what == "disk" else hold)
except ResourceError as error:
    marks = sorted(path.parent.name for path in (out / "checkpoints").glob("checkpoint-*/whole"))
    print(json.dumps({"error": str(error), "whole": marks}))
"""


def _run(base: Path, out: Path, what: str, before: str = "") -> dict[str, object]:
    script = out.parents[1] / "run.py"
    script.write_text(_RUN)
    tests = str(Path(__file__).parents[1])
    command = [sys.executable, str(script), str(base), str(out), tests, what]
    if before:
        command = ["unshare", "-Urm", "sh", "-c", f'{before} && exec "$@"', "sh", *command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.stdout, done.stderr[-2000:]
    told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return told


def _may_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    mount = 'd=$(mktemp -d) && mount -t tmpfs tmpfs "$d" && umount "$d" && rmdir "$d"'
    return subprocess.run(["unshare", "-Urm", "sh", "-c", mount], capture_output=True).returncode == 0


@pytest.mark.skipif(not _may_mount(), reason="needs to mount a small disk of its own")
def test_a_full_disk_is_told_and_the_last_checkpoint_stays(tiny_base: Path, tmp_path: Path) -> None:
    (tmp_path / "small").mkdir()
    mount = f'mount -t tmpfs -o size=6m tmpfs "{tmp_path / "small"}"'
    told = _run(tiny_base, tmp_path / "small" / "run", "disk", before=mount)
    assert "no space left on the disk; free some and start again" in str(told["error"])
    assert told["whole"] == ["checkpoint-3"]


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit on a process's memory that holds")
def test_memory_that_does_not_suffice_is_told_with_what_to_change(tiny_base: Path, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    told = _run(tiny_base, tmp_path / "here" / "run", "memory")
    assert "out of memory on a sequence of " in str(told["error"])
    assert "set sequence_tokens" in str(told["error"])
