"""Several GPUs: one process, DDP, FSDP2 and ZeRO through `tune`; do the losses agree, and how much quicker is it.

    python benchmarks/train_gpus.py run --out results --minutes 5                   # on two GPUs
    python benchmarks/train_gpus.py run --out results --tiny                        # on a CPU, with gloo

Each way tunes a model of Llama-3.1-8B's shape with random weights (`random_base.py`; LoRA of rank 16, bf16) on steps of
512 samples with Spider's lengths. `train_gpus.json` has a row a way; a way that fails has a row with its error.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import signal
import statistics
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

WAYS = {"one": 1, "ddp": 2, "fsdp": 2, "zero2": 2, "zero3": 2}
"""Values of `parallel`, and in how many processes."""
STEPS, WARM = 12, 4
"""Steps of a way, and those of them in which layers are still compiled."""


def worker(args: argparse.Namespace) -> None:
    """Tune in this process, which may be one of several, and write what came of it."""
    import torch
    from random_base import make_prompts, vocabulary_of

    from sqlwright._processes import processes, rank
    from sqlwright.config import TrainConfig
    from sqlwright.train import tune

    tiny = args.tiny
    config = TrainConfig(
        parallel="auto" if args.way == "one" else args.way,
        max_steps=STEPS,
        batch_size=64 if tiny else 512,
        sequence_tokens=512 if tiny else 18_432,
        max_length=8_192,
        dropout=0.0,
        learning_rate=1e-4,
        schedule="constant",
        warmup=0.0,
        precision="fp32" if tiny else "bf16",
    )
    prompts = make_prompts("spider", vocabulary_of(args.shape), scale=0.05 if tiny else 1.0)
    out = Path(args.out) / args.way
    result = tune(prompts, [], args.base, out, config)
    if rank() == 0:
        log = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
        steps = [row for row in log if "loss" in row]
        seconds = [after["seconds"] - before["seconds"] for before, after in pairwise(steps)]
        row = {
            "way": args.way,
            "processes": processes(),
            "samples_per_s": round(config.batch_size / statistics.median(seconds[WARM - 1 :]), 2),
            "losses": [round(row["loss"], 5) for row in steps],
            "grad_norms": [round(row["grad_norm"], 5) for row in steps],
            "step_seconds": [round(value, 2) for value in seconds],
            "peak_gib": round(torch.cuda.max_memory_allocated() / 2**30, 2) if torch.cuda.is_available() else None,
            "share_saved": result.share_saved,
            "trainable": result.trainable,
        }
        (Path(args.out) / f"{args.way}.json").write_text(json.dumps(row))


def run(args: argparse.Namespace) -> None:
    """Start each way in processes of its own, and compare."""
    import torch

    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + 60 * args.minutes
    shape = "tiny" if args.tiny else args.shape
    base = Path(args.base or out / "base")
    make = f"from random_base import write_base; write_base({str(base)!r}, {shape!r}, device={args.device!r})"
    subprocess.run([sys.executable, "-c", make], check=True, cwd=Path(__file__).parent)
    rows: list[dict[str, Any]] = []
    for way in args.ways:
        command = [sys.executable]
        if WAYS[way] > 1:
            command += ["-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={WAYS[way]}"]
        command += [__file__, "worker", "--out", str(out), "--base", str(base), "--way", way, "--shape", shape]
        command += ["--tiny"] if args.tiny else []
        began = time.monotonic()
        folders = [args.deepspeed] if way.startswith("zero") and args.deepspeed else []
        path = os.pathsep.join([*folders, os.environ.get("PYTHONPATH", "")])
        limit = min(args.limit, end - began)
        error = _run(command, out / f"{way}.log", {**os.environ, "PYTHONPATH": path}, limit)
        result = out / f"{way}.json"
        row = json.loads(result.read_text()) if result.exists() else {"way": way, "processes": WAYS[way]}
        rows.append(row | ({"error": error} if error else {}) | {"seconds": round(time.monotonic() - began, 1)})
        print(json.dumps(rows[-1]), flush=True)
        (out / "train_gpus.json").write_text(json.dumps(_figures(rows, shape, torch), indent=1) + "\n")


def _run(command: list[str], log: Path, environment: dict[str, str], seconds: float) -> str:
    """Run a command for so long at most; return its error's last line, "" for none."""
    if seconds < 10:
        return "no time was left"
    with log.open("w") as file:
        process = subprocess.Popen(
            command, stdout=file, stderr=subprocess.STDOUT, env=environment, start_new_session=True
        )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return f"stopped after {seconds:.0f} seconds"
    if process.returncode == 0:
        return ""
    lines = [line for line in log.read_text().splitlines() if "Error" in line]
    return (lines or [f"ended with {process.returncode}"])[0][-400:]


def _figures(rows: list[dict[str, Any]], shape: str, torch: Any) -> dict[str, Any]:
    """Return the rows, those of several processes compared with that of one, and the machine."""
    one = next((row for row in rows if row["processes"] == 1 and "losses" in row), None)
    for row in rows:
        if one is not None and "losses" in row and row is not one:
            row["efficiency"] = round(row["samples_per_s"] / one["samples_per_s"] / row["processes"], 3)
            pairs = zip(row["losses"], one["losses"], strict=True)
            difference = max(abs(found - expected) / expected for found, expected in pairs)
            row["largest_loss_difference"] = difference if math.isfinite(difference) else None
    cuda = torch.cuda.is_available()
    return {
        "shape": shape,
        "machine": f"{torch.cuda.device_count()} x {torch.cuda.get_device_name()}" if cuda else platform.machine(),
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "rows": rows,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    for name, call in (("run", run), ("worker", worker)):
        command = commands.add_parser(name)
        command.add_argument("--out", required=True)
        command.add_argument("--base", default="", help="folder of the base; written when it is not there")
        command.add_argument("--shape", default="llama-8b")
        command.add_argument("--tiny", action="store_true")
        command.set_defaults(call=call)
        if name == "run":
            command.add_argument("--minutes", type=float, default=5.0, help="for all of it")
            command.add_argument("--limit", type=float, default=120.0, help="seconds for one way")
            command.add_argument("--device", default="cpu", help="where the random weights are drawn")
            command.add_argument("--deepspeed", default="", help="folder of DeepSpeed, where it is not installed")
            command.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
        else:
            command.add_argument("--way", choices=WAYS, required=True)
    args = parser.parse_args()
    args.call(args)


if __name__ == "__main__":
    main()
