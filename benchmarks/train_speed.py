"""How many samples a second go through a tuning step: this engine against others, on one GPU, on the same samples.

    python benchmarks/train_speed.py run --out results --minutes 9              # on the GPU
    python benchmarks/train_speed.py run --out results --method qlora --minutes 9
    python benchmarks/train_speed.py run --out results --tiny                   # on a CPU: does it run
    python benchmarks/train_speed.py collect results ... > benchmarks/results/train_speed_h200.json

Every engine loads the same model from a folder (`random_base.py`: Llama-3.1-8B's shape, random weights) and tunes LoRA
of rank 16 on all linear layers, in bf16, with AdamW, on samples with the same token ids. sqlwright runs through
`tune()`, with all its samples and a self-check, and is measured in the steps whose lengths were all seen before; the
others see a part of the samples, taken evenly over the sorted lengths, in batches of like length. Each engine runs in a
process of its own with a time limit, and writes a line to `rows.jsonl` as soon as a setting is measured.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from speed_machine import machine, scratch, started
from speed_parts import Job, Setting

MODULES = {
    "sqlwright": "speed_sqlwright",
    "unsloth": "speed_unsloth",
    "liger": "speed_rows",
    "trl": "speed_trl",
}
"""Each engine's module, with its `open_engine`."""
BASE = str(Path(__file__).with_name("random_base.py"))
WORKLOADS = ("spider", "bird")
COUNTS = {"spider": 384, "bird": 48}
"""Samples that the other engines see."""


def turns(method: str) -> Iterator[tuple[str, tuple[Setting, ...], int]]:
    """Yield (engine, settings, most seconds): this engine, then the fastest of the others, then the rest.

    The settings of a turn share a process, and a model where the engine keeps one.
    """
    spider = Setting("spider", tokens=18_432, batch=512, steps=13)
    bird = Setting("bird", tokens=20_480, batch=520, steps=6)
    short = Setting("spider", tokens=16_384), Setting("bird", tokens=12_288)
    again = tuple(replace(each, tokens=16_384, checkpointing=True) for each in short)
    if method == "qlora":
        yield "sqlwright", (replace(spider, tokens=16_384),), 180
        yield "unsloth", (short[0], replace(short[1], tokens=16_384)), 200
        yield "sqlwright", (replace(bird, tokens=16_384),), 170
        yield "unsloth", again, 120
        return
    yield "sqlwright", (spider,), 190
    yield "sqlwright", (bird,), 190
    yield "unsloth", short, 120
    yield "liger", (Setting("spider", tokens=8_192), Setting("bird", tokens=12_288), *again), 100
    yield "unsloth", again, 90
    yield "unsloth", (Setting("spider", tokens=8_192, packing=True),), 60
    yield "trl", (Setting("bird", rows=2),), 90
    yield "trl", (Setting("spider", rows=4),), 90
    yield "trl", (Setting("spider", rows=8, checkpointing=True),), 80
    yield "trl", (Setting("spider", tokens=8_192, packing=True),), 80


def run(args: argparse.Namespace) -> None:
    """Start a process for each engine, the next one when it ends or its time is up."""
    import torch

    end = time.monotonic() + 60 * args.minutes
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() and not args.tiny else "cpu"
    shape = "tiny" if args.tiny else "llama-8b"
    base = Path(args.base) if args.base else scratch(20) / f"random-{shape}"
    if started([BASE, "--folder", str(base), "--shape", shape, "--device", device], sys.stdout, 240):
        raise SystemExit(f"{base}: the model was not written")
    rate = machine(out, device)
    wanted = args.only.split(",") if args.only else list(MODULES)
    for engine, settings, limit in turns(args.method):
        left = end - time.monotonic()
        if engine not in wanted:
            continue
        if left < 30:
            print("no time left for", engine, flush=True)
            continue
        settings = tuple(each for each in settings if each.workload in args.workloads.split(","))[: args.first or None]
        if not settings:
            continue
        if args.tiny:
            settings = tuple(
                replace(each, tokens=1024 if each.workload == "bird" else 512, batch=64, steps=6, rows=2)
                for each in settings
            )
        job = Job(engine, args.method, shape, str(base), device, settings, COUNTS)
        if args.tiny:
            job = replace(job, scale=0.05, most=2.0, counts={"spider": 64, "bird": 24})
        with (out / "logs.txt").open("a") as log:
            log.write(f"==== {engine} {[each.described() for each in settings]}\n")
            log.flush()
            began = time.monotonic()
            described = json.dumps({"job": job.as_json(), "out": str(out), "rate": rate})
            code = started([__file__, "one", "--job", described], log, min(limit, left - 10))
        print(engine, "rc", code, round(time.monotonic() - began, 1), "s", flush=True)
    rows = out / "rows.jsonl"
    print(rows.read_text() if rows.exists() else "nothing measured", flush=True)


def one(described: dict[str, Any]) -> None:
    """Measure one engine in its settings, in this process."""
    job, out = Job.from_json(described["job"]), Path(described["out"])
    measure: Any = None
    for setting in job.settings:
        row: dict[str, Any] = {"engine": job.engine, "workload": setting.workload, "method": job.method}
        row["settings"] = setting.described()
        began = time.perf_counter()
        try:
            measure = measure or import_module(MODULES[job.engine]).open_engine(job)
            row |= measure(setting).row(described["rate"], job.device)
        except Exception as error:
            row["error"] = f"{type(error).__name__}: {str(error).split('. ')[0][:300]}"
            if "memory" not in row["error"]:
                import traceback

                traceback.print_exc()
        row["wall_s"] = round(time.perf_counter() - began, 1)
        with (out / "rows.jsonl").open("a") as file:
            file.write(json.dumps(row) + "\n")
        print(json.dumps(row), flush=True)
        gc.collect()


def collect(args: argparse.Namespace) -> None:
    """Print the rows of some runs as one result, with the ratios."""
    rows = [json.loads(line) for folder in args.folders for line in (Path(folder) / "rows.jsonl").open()]
    machines = [json.loads((Path(folder) / "machine.json").read_text()) for folder in args.folders]
    result = {
        **machines[0],
        "matmul_tflops": [each["matmul_tflops"] for each in machines],
        "model": "Llama-3.1-8B's shape, random weights, bf16 (QLoRA: NF4); LoRA r=16 on all linear layers",
        "command": "python benchmarks/train_speed.py run --out OUT [--method qlora]; each engine in its own process",
        **ratios([row for row in rows if row["method"] == "lora"]),
        "qlora": {
            **ratios([row for row in rows if row["method"] == "qlora"]),
            "peak_gib": {workload: memory_at_equal_batch(rows, workload) for workload in WORKLOADS},
        },
        "rows": rows,
    }
    print(json.dumps(result, indent=1))


def ratios(rows: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Return samples a second over the fastest peer's, and tokens a second over Unsloth's, each at its best."""
    found: dict[str, dict[str, float]] = {"ratio": {}, "per_token_ratio": {}}
    peers = set(MODULES) - {"sqlwright"}
    for name, figure, others in (("ratio", "samples_per_s", peers), ("per_token_ratio", "tokens_per_s", {"unsloth"})):
        for workload in WORKLOADS:
            good = [row for row in rows if row["workload"] == workload and figure in row]
            ours = [row[figure] for row in good if row["engine"] == "sqlwright"]
            theirs = [row[figure] for row in good if row["engine"] in others]
            if ours and theirs:
                found[name][workload] = round(max(ours) / max(theirs), 3)
    return found


def memory_at_equal_batch(rows: list[dict[str, Any]], workload: str) -> dict[str, float]:
    """Return, by engine, the GiB of QLoRA in sequences or micro-batches of 16k tokens, without checkpointing."""
    return {
        row["engine"]: row["peak_gib"]
        for row in rows
        if (row["method"], row["workload"]) == ("qlora", workload)
        and row["settings"].get("tokens") == 16_384
        and not row["settings"].get("checkpointing")
        and "peak_gib" in row
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("run")
    command.add_argument("--out", required=True)
    command.add_argument("--minutes", type=float, default=9.0)
    command.add_argument("--only", default="", help="engines, by comma")
    command.add_argument("--workloads", default=",".join(WORKLOADS), help="by comma")
    command.add_argument("--method", default="lora", choices=["lora", "qlora"])
    command.add_argument("--first", type=int, default=0, help="only so many settings of each turn")
    command.add_argument("--base", default="", help="the model's folder; made where it is not there")
    command.add_argument("--tiny", action="store_true")
    command.set_defaults(call=run)
    command = commands.add_parser("one", help="started by run")
    command.add_argument("--job", type=json.loads)
    command.set_defaults(call=lambda args: one(args.job))
    command = commands.add_parser("collect")
    command.add_argument("folders", nargs="+")
    command.set_defaults(call=collect)
    args = parser.parse_args()
    args.call(args)


if __name__ == "__main__":
    main()
