"""Whether grouping costs accuracy: the embedded base tuned on Spider with schemas shared and with every sample alone.

    python benchmarks/train_quality.py --data ../shared/data/spider --work quality --epochs 2 \
        --out benchmarks/results/train_quality.json

Same samples, same number of steps of the same size, three seeds each; only which samples meet in a step differs, since
grouping puts questions of one schema together. Execution accuracy is on Spider dev, on the test suites of the 19
databases that are there (972 questions). Runs go side by side, each in a process of its own; what a finished one gave
is a line of `--runs`, and is not done again. The last word is the difference's interval: over questions, paired, each
question's share of right answers over the seeds.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sqlwright.evaluate.bootstrap import interval
from sqlwright.project import Project

WAYS = {"grouped": True, "alone": False}
BASE = "base"
"""The run of the untuned model, to compare with."""
ARCHIVES = ("databases-train.tar.zst", "databases-dev-suites.tar.zst")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with train.jsonl and dev.json")
    parser.add_argument("--databases", type=Path, help="folder of unpacked databases; else --data has archives of them")
    parser.add_argument("--work", type=Path, required=True, help="folder for the project")
    parser.add_argument("--runs", type=Path, help="file of finished runs; by default runs.jsonl in the work folder")
    parser.add_argument("--out", type=Path, required=True, help="file of results, written anew after each run")
    parser.add_argument("--samples", type=int, default=10_000, help="most training samples")
    parser.add_argument("--questions", type=int, default=10_000, help="most questions of dev")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--schemas", type=int, default=0, help="schemas_per_batch; 0 is its default")
    parser.add_argument("--batch", type=int, default=0, help="batch_size; 0 is its default")
    parser.add_argument("--side-by-side", type=int, default=1, help="runs at once")
    parser.add_argument("--compile", choices=["auto", "on", "off"], default="auto", help="as in [train]")
    parser.add_argument("--one", help=argparse.SUPPRESS)  # the name of the run that a process is for
    return parser.parse_args()


def databases(args: argparse.Namespace) -> Path:
    """Return a folder with the training databases and the dev suites."""
    if args.databases:
        return Path(args.databases)
    folder: Path = args.work / "databases"
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for archive in ARCHIVES:
            subprocess.run(["tar", "--zstd", "-xf", str(args.data / archive), "-C", str(folder)], check=True)
        (folder / "done").touch()
    return folder


def examples(args: argparse.Namespace, found: Path) -> tuple[Path, Path]:
    """Write the training sample and the dev set, without what has no database."""
    rows = [json.loads(line) for line in (args.data / "train.jsonl").open()]
    rows = [row for row in rows if row["status"] == "ok_nonempty" and (found / row["db_id"]).is_dir()]
    dev = [row for row in json.loads((args.data / "dev.json").read_text()) if (found / row["db_id"]).is_dir()]
    paths = args.work / "train.json", args.work / "dev.json"
    for path, part, most in zip(paths, (rows, dev), (args.samples, args.questions), strict=True):
        chosen = random.Random(0).sample(part, min(most, len(part)))
        path.write_text(json.dumps([{name: row[name] for name in ("question", "query", "db_id")} for row in chosen]))
    return paths


def opened(args: argparse.Namespace) -> Project:
    """Return the project with the samples in it; made when it is not there yet."""
    folder = args.work / "project"
    settings: dict[str, Any] = {
        "train": {
            "epochs": args.epochs,
            "early_stopping": "off",
            "max_length": 4096,
            "too_long": "drop",
            "compile": args.compile,
            **({"schemas_per_batch": args.schemas} if args.schemas else {}),
            **({"batch_size": args.batch} if args.batch else {}),
        },
        "evaluate": {"rule": "ts", "workers": max(1, (os.cpu_count() or 1) // args.side_by_side)},
    }
    if (folder / "sqlwright.toml").exists():
        return Project.open(folder, settings)
    args.work.mkdir(parents=True, exist_ok=True)
    found = databases(args)
    train, dev = examples(args, found)
    project = Project.init(folder, str(found), settings)
    project.import_data(train, split="train", name="train")
    project.import_data(dev, split="test", name="dev")
    project.audit()
    project.split()
    return project


def one(args: argparse.Namespace) -> dict[str, Any]:
    """Train and judge a run; return its figures, and for each question whether the answer was right."""
    project = opened(args)
    if args.one == BASE:
        return judged(project, BASE)
    way, seed = args.one.split("-")
    start = time.perf_counter()
    project.train(args.one, seed=int(seed), share_schemas=WAYS[way])
    trained = time.perf_counter()
    right = judged(project, args.one)
    told = json.loads((project.layout.run(args.one) / "train.json").read_text())
    log = [json.loads(line) for line in (project.layout.run(args.one) / "log.jsonl").read_text().splitlines()]
    losses = [row["loss"] for row in log if "loss" in row]
    record = told["result"]
    return {
        "seed": int(seed),
        "grouped": WAYS[way],
        "attention": told["attention"],
        "device": told["device"],
        "arithmetic": told["arithmetic"],
        "compile": told["config"]["compile"],
        "versions": told["versions"],
        "samples": record["train"]["kept"],
        "epochs": record["epochs"],
        "steps": record["steps"],
        "batch_size": told["config"]["batch_size"],
        "schemas_per_batch": told["config"]["schemas_per_batch"],
        "share_saved": record["share_saved"],
        "samples_per_second": record["samples_per_second"],
        "first_loss": round(losses[0], 4),
        "last_loss": round(statistics.mean(losses[-10:]), 4),
        "seconds": {"train": round(trained - start, 1), "answer_and_judge": round(time.perf_counter() - trained, 1)},
        **right,
    }


def judged(project: Project, run: str) -> dict[str, Any]:
    """Let a run answer dev; return its accuracy, and which answers were right."""
    found = project.evaluate(run, on="test", base=False)
    ((name, summary),) = found.figures.items()
    return {
        "run": run,
        "ex": round(100 * summary.ex, 2),
        "interval": [round(100 * bound, 2) for bound in summary.ex_interval],
        "right": {verdict.id: int(verdict.correct) for verdict in found.verdicts[name]},
    }


def work_off(args: argparse.Namespace, file: Path) -> None:
    """Do the runs that are not in the file yet, some at once; one that fails leaves the others alone."""
    done = {row["run"] for row in finished(file)}
    left = [run for run in wanted(args) if run not in done]
    environment = os.environ | {"OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // args.side_by_side))}
    writing = threading.Lock()

    def call(run: str) -> None:
        command = [sys.executable, *sys.argv, "--one", run]
        process = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment)
        if process.returncode:
            print(run, "failed", file=sys.stderr, flush=True)
            return
        row = json.loads(process.stdout.splitlines()[-1])  # libraries print too
        with writing:
            with file.open("a") as out:
                out.write(json.dumps(row) + "\n")
            write_result(args.out, finished(file))
        print(run, row["ex"], row.get("last_loss"), row.get("seconds"), file=sys.stderr, flush=True)

    with ThreadPoolExecutor(args.side_by_side) as pool:
        list(pool.map(call, left))


def wanted(args: argparse.Namespace) -> list[str]:
    """Return the names of all runs, the untuned model last."""
    return [*(f"{way}-{seed}" for seed in range(args.seeds) for way in WAYS), BASE]


def finished(file: Path) -> list[dict[str, Any]]:
    """Return what the finished runs gave."""
    return [json.loads(line) for line in file.open()] if file.exists() else []


def write_result(out: Path, rows: list[dict[str, Any]]) -> None:
    """Write what the seeds come to of which both runs are finished."""
    untuned = {f"{BASE}_{name}": row[name] for row in rows if row["run"] == BASE for name in ("ex", "interval")}
    tuned = [row for row in rows if row["run"] != BASE]
    both = set.intersection(*({row["seed"] for row in tuned if row["grouped"] is flag} for flag in WAYS.values()))
    if both:
        result = summed_up([row for row in tuned if row["seed"] in both]) | untuned
        out.write_text(json.dumps(result, indent=1) + "\n")


def summed_up(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the runs with what they come to: means, and grouped less alone with its interval over questions."""
    rows = sorted(rows, key=lambda row: (row["seed"], not row["grouped"]))
    by_way = {name: [row for row in rows if row["grouped"] is flag] for name, flag in WAYS.items()}
    ids = sorted(rows[0]["right"])
    share = {
        name: {key: statistics.mean(row["right"][key] for row in found) for key in ids}
        for name, found in by_way.items()
    }
    gains = [share["grouped"][key] - share["alone"][key] for key in ids]
    low, high = interval(gains, resamples=10_000)
    alone = {row["seed"]: row for row in by_way["alone"]}
    return {
        "base": "embedded",
        "samples": rows[0]["samples"],
        "epochs": rows[0]["epochs"],
        "questions": len(ids),
        "rule": "test suites, 19 of Spider dev's 20 databases",
        "mean_ex": {name: round(statistics.mean(row["ex"] for row in found), 2) for name, found in by_way.items()},
        "spread_over_seeds": {
            name: round(statistics.pstdev(row["ex"] for row in found), 2) for name, found in by_way.items()
        },
        "difference": round(100 * statistics.mean(gains), 2),
        "difference_interval": [round(100 * low, 2), round(100 * high, 2)],
        "difference_by_seed": [round(row["ex"] - alone[row["seed"]]["ex"], 2) for row in by_way["grouped"]],
        "grouped_is_not_worse": high >= 0,
        "what": "points of execution accuracy, grouped less alone; its 95 % interval is a paired bootstrap over "
        "questions, of the share of seeds that answer each right; not worse: the interval reaches 0",
        "runs": [{name: value for name, value in row.items() if name not in ("right", "versions")} for row in rows],
        "machine": platform.machine(),
        "versions": rows[0]["versions"],
    }


def main() -> None:
    args = arguments()
    if args.one:
        print(json.dumps(one(args)))
        return
    project = opened(args)
    print(f"prepared {project.folder}", file=sys.stderr, flush=True)
    file = args.runs or args.work / "runs.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    work_off(args, file)
    rows = finished(file)
    write_result(args.out, rows)
    if left := {*wanted(args)} - {row["run"] for row in rows}:
        sys.exit(f"not finished: {', '.join(sorted(left))}; start again for these")


if __name__ == "__main__":
    main()
