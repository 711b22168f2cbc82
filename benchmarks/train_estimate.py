"""What `sqlwright train --estimate` says of a run, against the run itself, on the same machine.

    python benchmarks/train_estimate.py run --out results --minutes 9        # on the GPU
    python benchmarks/train_estimate.py run --out results --tiny             # on a CPU: does it run
    python benchmarks/train_estimate.py collect results > benchmarks/results/train_estimate_h200.json

Each case is estimated and then trained by `tune()` in a process of its own, from a model with random weights
(`random_base.py`). The log says how long each step took. Seconds of training are those of the steps whose lengths had
all been seen before, carried over to all steps; what the others took beyond that is the compiler's.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from random_base import make_prompts, vocabulary_of
from speed_machine import machine, scratch, started
from speed_parts import Job, Setting, peak_gib, reset_peak
from speed_sqlwright import measured, train_config, tuned

BASE = str(Path(__file__).with_name("random_base.py"))
CASES: dict[str, tuple[str, str, Setting]] = {
    "8b-lora": ("llama-8b", "lora", Setting("spider", batch=512, steps=10)),
    "8b-lora-checkpointing": ("llama-8b", "lora", Setting("bird", batch=260, steps=5, checkpointing=True)),
    "1b-lora": ("llama-1b", "lora", Setting("spider", batch=512, steps=12)),
    "8b-qlora": ("llama-8b", "qlora", Setting("spider", batch=512, steps=8)),
}
"""Shape, method and setting of each; sequences are as long as the engine chooses."""


def run(args: argparse.Namespace) -> None:
    """Estimate and train every case in a process of its own."""
    import torch

    end = time.monotonic() + 60 * args.minutes
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() and not args.tiny else "cpu"
    rate = machine(out, device)
    for case in args.only.split(",") if args.only else CASES:
        shape, method, setting = CASES[case]
        if args.tiny and method == "qlora":
            continue
        shape, scale = ("tiny", 0.05) if args.tiny else (shape, 1.0)
        setting = replace(setting, batch=32) if args.tiny else setting
        base = Path(args.base) if args.base else scratch(20) / f"random-{shape}"
        with (out / "logs.txt").open("a") as log:
            log.write(f"==== {case}\n")
            log.flush()
            code = started([BASE, "--folder", str(base), "--shape", shape, "--device", device], log, 240)
            job = Job("sqlwright", method, shape, str(base), device, (setting,), {}, scale=scale)
            described = json.dumps({"case": case, "job": job.as_json(), "out": str(out), "rate": rate})
            left = end - time.monotonic()
            if not code and left > 30:
                code = started([__file__, "one", "--job", described], log, min(180, left - 5))
        print(case, "rc", code, flush=True)
    print((out / "estimates.jsonl").read_text() if (out / "estimates.jsonl").exists() else "nothing measured")


def one(described: dict[str, Any]) -> None:
    """Estimate and train a case in this process."""
    from sqlwright.train import estimate_run

    job, out = Job.from_json(described["job"]), Path(described["out"])
    (setting,) = job.settings
    prompts = make_prompts(setting.workload, vocabulary_of(job.shape), scale=job.scale)
    config = train_config(setting, job.method)
    said = estimate_run(prompts, job.base, config, rate=described["rate"])
    reset_peak(job.device)
    with tempfile.TemporaryDirectory() as folder:
        log, manifest = tuned(prompts, job.base, Path(folder) / "run", config)
    found = measured(log, manifest, job, config, setting)
    steady = sum(found.seconds[step] for step in found.steady)
    training = steady / sum(found.tokens[step] for step in found.steady) * sum(found.tokens)
    peak = peak_gib(job.device) or log[-1]["memory_gib"]
    row = {
        "case": described["case"],
        "shape": job.shape,
        "method": job.method,
        "settings": setting.described(),
        "estimate": asdict(said),
        "trained": {
            "memory_gib": round(peak, 2),
            "seconds": round(training, 1),
            "compiler_seconds": round(sum(found.seconds) - training, 1),
            "step_seconds": [round(seconds, 2) for seconds in found.seconds],
            "steady": found.steady,
            "run_seconds": manifest["result"]["seconds"],
            "computed_an_epoch": round(said.tokens * (1 - manifest["result"]["share_saved"])),
            "sequence_tokens": manifest["sequence_tokens"],
            "checkpointed_layers": manifest["checkpointed_layers"],
            "losses": [round(loss, 4) for loss in found.losses],
            **{name: found.notes[name] for name in ("attention", "lengths", "padding")},
        },
        "error": {
            "memory": round(said.memory_gib / peak - 1, 3),
            "seconds": round(said.seconds / training - 1, 3),
        },
    }
    with (out / "estimates.jsonl").open("a") as file:
        file.write(json.dumps(row) + "\n")
    print(json.dumps(row), flush=True)


def collect(args: argparse.Namespace) -> None:
    """Print the cases of a run as one result."""
    folder = Path(args.folder)
    rows = [json.loads(line) for line in (folder / "estimates.jsonl").open()]
    largest = {name: max(abs(row["error"][name]) for row in rows) for name in ("memory", "seconds")}
    found = json.loads((folder / "machine.json").read_text())
    json.dump({**found, "largest_error": largest, "rows": rows}, sys.stdout, indent=1)
    print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("run")
    command.add_argument("--out", required=True)
    command.add_argument("--minutes", type=float, default=9.0)
    command.add_argument("--only", default="", help="cases, by comma")
    command.add_argument("--base", default="", help="the model's folder; made where it is not there")
    command.add_argument("--tiny", action="store_true")
    command.set_defaults(call=run)
    command = commands.add_parser("one", help="started by run")
    command.add_argument("--job", type=json.loads)
    command.set_defaults(call=lambda args: one(args.job))
    command = commands.add_parser("collect")
    command.add_argument("folder")
    command.set_defaults(call=collect)
    args = parser.parse_args()
    args.call(args)


if __name__ == "__main__":
    main()
