"""Run every statement of Spider's training set before and after cleaning, and count the results that changed.

    python benchmarks/clean_spider.py DATA_DIR      # the folder with spider/train.jsonl and databases-train.tar.zst

Writes benchmarks/results/clean_spider.json. Results are compared row by row, in order, with their column count.
"""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from sqlwright.data import clean_examples, read
from sqlwright.database import Job, run_many
from sqlwright.records import Example, write_text

RESULT = Path(__file__).parent / "results" / "clean_spider.json"
Outcome = tuple[str, int, list[tuple[object, ...]]]


def main(data: Path) -> None:
    examples = read(data / "spider" / "train.jsonl").examples
    start = time.perf_counter()
    cleaned, report = clean_examples(examples)
    seconds = time.perf_counter() - start
    kept = {example.id: example for example in cleaned}
    pairs = [(example, kept[example.id]) for example in examples if example.id in kept]
    with tempfile.TemporaryDirectory() as folder:
        archive = data / "spider" / "databases-train.tar.zst"
        subprocess.run(["tar", "--zstd", "-xf", str(archive), "-C", folder], check=True)
        before = _run([old for old, _ in pairs], Path(folder))
        after = _run([new for _, new in pairs], Path(folder))
    changed = [key for key in before if before[key] != after[key]]
    result = {
        "examples": len(examples),
        "seconds": round(seconds, 2),
        "changes": report.counts,
        "compared": len(before),
        "with_rows": sum(bool(rows) for _, _, rows in before.values()),
        "results_changed": len(changed),
        "changed_ids": changed,
        "machine": {"cores": len(os.sched_getaffinity(0)), "system": f"{platform.system()} {platform.machine()}"},
        "versions": {
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
            "sqlglot": version("sqlglot"),
        },
        "command": "python benchmarks/clean_spider.py DATA_DIR",
    }
    write_text(RESULT, json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    print(json.dumps({key: result[key] for key in ("compared", "with_rows", "results_changed", "changes")}))


def _run(examples: list[Example], folder: Path) -> dict[str, Outcome]:
    files = {path.stem: str(path) for path in folder.glob("*/*.sqlite")}
    jobs = [Job(example.id, files[example.db_id], example.sql) for example in examples if example.db_id in files]
    return {str(job.key): (result.status, len(result.columns), result.rows) for job, result in run_many(jobs)}


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
