"""A benchmark worked off with real processes: killed and gone on with, failing cells, what is left to do."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from bench_world import BENCH

from sqlwright.bench import estimates, job, read_bench, run_bench
from sqlwright.bench.prepare import job_folder
from sqlwright.bench.run import make_plan
from sqlwright.bench.workers import why, work_off
from sqlwright.cli import main
from sqlwright.errors import DataError
from sqlwright.project import Project, silent

TOO_MANY = 'methods = ["lora"]\naxes = { pairs = [99] }\n'
SLOW = BENCH.replace("epochs = 3.0", "epochs = 20.0\nsave_every = 2")


def written(world: Path, folder: Path, text: str) -> Path:
    """Write a benchmark beside the world's files and return its path."""
    for name in ("shop.db", "tiny", "train.jsonl", "test.jsonl"):
        (folder / name).symlink_to(world / name)
    file = folder / "bench.toml"
    file.write_text(text, encoding="utf-8")
    return file


def records(out: Path) -> dict[str, dict[str, Any]]:
    """Return the finished cells by method and beam."""
    found = [json.loads(file.read_text(encoding="utf-8")) for file in (out / "cells").glob("*.json")]
    return {f"{one['cell']['method']}-{one['cell']['config']['predict']['candidates']}": one for one in found}


def test_a_killed_benchmark_goes_on_where_it_was(world: Path, tmp_path: Path) -> None:
    beams = '[matrix.beams]\nmethods = ["lora"]\naxes = { "predict.candidates" = [1, 2] }\n'
    file, out = written(world, tmp_path, SLOW + beams), tmp_path / "bench.results"
    command = [sys.executable, "-m", "sqlwright.cli", "bench", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=tmp_path) as running:
        until = time.monotonic() + 60
        while not list(out.glob("jobs/*/runs/tuned/checkpoints/*/whole")) and time.monotonic() < until:
            assert running.poll() is None, running.communicate()
            time.sleep(0.02)
        worker = next(int(p.name) for p in Path("/proc").glob("[0-9]*") if is_job(p, out))
        running.send_signal(signal.SIGKILL)
    until = time.monotonic() + 10
    while is_job(Path(f"/proc/{worker}"), out) and time.monotonic() < until:
        time.sleep(0.02)
    assert not is_job(Path(f"/proc/{worker}"), out)  # nobody waits for its results any more
    assert not records(out)

    bench = read_bench(file)
    with (out / ".lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(DataError, match="another benchmark is at work"):
            run_bench(bench, out)
    found = run_bench(bench, out, side_by_side=2)
    assert found["cells"] == 2 and not found["failed"]
    done = records(out)
    assert set(done) == {"lora-1", "lora-2"}
    assert done["lora-1"]["train"]["resumed"] and done["lora-1"]["train"]["steps"] == 40
    assert done["lora-2"]["train"] == done["lora-1"]["train"]  # trained once
    for one in done.values():
        assert one["status"] == "done" and one["side_by_side"] == 2
        assert one["predict"]["questions"] == 2 and one["predict"]["seconds"] > 0
        assert one["versions"]["torch"] and one["machine"]["cores"] == os.cpu_count()
        assert one["scores"]["measures"]["ex"]["levels"] == {
            "easy": [one["scores"]["measures"]["ex"]["right"].count("1"), 2]
        }
        assert one["predict"]["energy_wh"] is None
    assert "≥ " in (out / "results.md").read_text(encoding="utf-8")

    # What is done stays; a changed test set is another matter.
    before = {path.name: path.stat().st_mtime_ns for path in (out / "cells").iterdir()}
    assert run_bench(bench, out)["rows"] == found["rows"]
    assert {path.name: path.stat().st_mtime_ns for path in (out / "cells").iterdir()} == before
    assert {one["state"] for one in estimates(bench, out)} == {"done"}
    (tmp_path / "test.jsonl").unlink()
    (tmp_path / "test.jsonl").write_bytes((world / "train.jsonl").read_bytes())
    (tmp_path / "train.jsonl").unlink()
    (tmp_path / "train.jsonl").write_bytes((world / "test.jsonl").read_bytes())
    told = estimates(bench, out)
    assert {one["state"] for one in told} == {"to do"}
    assert [one.get("samples") for one in told] == [2, 2]


def is_job(process: Path, out: Path) -> bool:
    """Return whether a process measures cells for this folder."""
    try:
        told = (process / "cmdline").read_bytes().decode().split("\0")
    except OSError:
        return False
    return "sqlwright.bench.job" in told and any(part.startswith(str(out)) for part in told)


def test_a_cell_that_fails_says_why_and_leaves_the_others_alone(
    world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = BENCH.replace('"base", "lora"', '"short", "base"')
    text += '[method.short]\ntrain = { method = "lora", max_length = 20 }\n'
    file, out = written(world, tmp_path, text), tmp_path / "bench.results"
    plan = make_plan(read_bench(file), out, silent)
    for (cell,) in plan.left.values():  # as the command does, but in this process
        told = {"folder": str(job_folder(cell, plan.prepared["shop"], out)), "out": str(out / "cells")}
        told |= {"data": plan.marks["shop"], "side_by_side": 1, "workers": 1, "cells": [cell.to_json()]}
        (tmp_path / "spec.json").write_text(json.dumps(told))
        assert job.main([str(tmp_path / "spec.json")]) == 0
    done = records(out)
    assert done["base-1"]["status"] == "done"
    assert done["short-1"]["status"] == "failed"
    assert done["short-1"]["reason"].startswith("sample 'train-0' has ")

    file.write_text(BENCH.replace('"base", "lora"', '"base"') + "[matrix.methods]\n[matrix.pairs]\n" + TOO_MANY)
    assert main(["bench", str(file), "--dry-run", "--json"]) == 0
    base, many = json.loads(capsys.readouterr().out)["cells"]
    assert (base["state"], many["state"]) == ("done", "to do") and "99 pairs" in many["reason"]
    assert main(["bench", str(file), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found["failed"].values()) == ["99 pairs were asked for; the train split holds 8"]
    assert [row["method"] for row in found["rows"]] == ["base"]
    assert main(["bench", str(file), "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "failed" in told and "done" in told and "next: sqlwright bench" in told


def test_processes_that_end_badly_are_told_of(tmp_path: Path) -> None:
    commands = {
        "dies": ("-c", "import os, sys; print('at work', flush=True); os.kill(os.getpid(), 9)"),
        "fails": ("-c", "import sys; sys.exit('no such thing')"),
        "works": ("-c", "import os; print(os.environ['OMP_NUM_THREADS'])"),
    }
    codes = dict(work_off(commands, side_by_side=2, logs=tmp_path, threads=3))
    assert codes == {"dies": -9, "fails": 1, "works": 0}
    dead = why(-9, tmp_path / "dies.log")
    assert dead == "its process was ended by signal 9 (SIGKILL), as when memory runs out: at work"
    assert why(1, tmp_path / "fails.log") == "its process was ended with code 1: no such thing"
    assert (tmp_path / "works.log").read_text().strip() in ("3", os.environ.get("OMP_NUM_THREADS"))


def test_ctrl_c_reaches_every_process_once(tmp_path: Path) -> None:
    program = (
        "import signal, sys, time\n"
        "def stop(*_):\n    print('asked', flush=True); time.sleep(0.3); print('kept', flush=True); sys.exit(130)\n"
        "signal.signal(signal.SIGINT, stop); print('ready', flush=True); time.sleep(60)"
    )
    quick = f"import time\nwhile 'ready' not in open({str(tmp_path / 'slow.log')!r}).read(): time.sleep(0.01)"
    running = work_off({"slow": ("-c", program), "quick": ("-c", quick)}, side_by_side=2, logs=tmp_path, threads=1)
    assert next(running) == ("quick", 0)
    with pytest.raises(KeyboardInterrupt):
        running.throw(KeyboardInterrupt)
    assert (tmp_path / "slow.log").read_text().split() == ["ready", "asked", "kept"]


def test_a_project_s_own_splits_are_taken_as_they_are(world: Path, tmp_path: Path) -> None:
    project = Project.init(tmp_path / "shop", str(world / "shop.db"))
    project.import_data(world / "train.jsonl", split="train")
    project.import_data(world / "test.jsonl", split="test")
    project.audit()
    project.split()
    text = BENCH.replace('databases = "shop.db"', 'project = "shop"')
    text = "\n".join(line for line in text.splitlines() if not line.startswith(("train =", "test =")))
    file = written(world, tmp_path, text)
    out = tmp_path / "elsewhere" / "deep"
    plan = make_plan(read_bench(file), out, silent)
    taken = Project.open(plan.prepared["shop"])
    for name in ("train", "test"):
        assert taken.layout.split(name).read_bytes() == project.layout.split(name).read_bytes()
    assert taken.schema() == project.schema()
