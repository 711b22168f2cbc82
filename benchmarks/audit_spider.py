"""Audit all 7,000 training questions of Spider, and compare with the status recorded for each.

    python benchmarks/audit_spider.py DATA_DIR      # the folder with spider/train.jsonl and databases-train.tar.zst

Writes benchmarks/results/audit_spider.json. The time is that of `audit` alone, without unpacking the databases.
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
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import sqlwright
from sqlwright.data import Finding, audit, read
from sqlwright.records import write_text

RECORDED = {"ok_nonempty": "kept", "ok_empty": "empty", "no_db": "no-database", "error": "failed"}
RESULT = Path(__file__).parent / "results" / "audit_spider.json"


def main(data: Path) -> None:
    start = time.perf_counter()
    examples = read(data / "spider" / "train.jsonl").examples
    reading = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        archive = data / "spider" / "databases-train.tar.zst"
        subprocess.run(["tar", "--zstd", "-xf", str(archive), "-C", folder], check=True)
        files = {path.stem: f"sqlite:///{path}" for path in Path(folder).glob("*/*.sqlite")}
        found = audit(examples, files)
    expected = {example.id: str(example.meta["status"]) for example in examples}
    differing = [
        {"id": finding.id, "recorded": expected[finding.id], "found": finding.status, "reason": finding.reason}
        for finding in found.findings
        if not _agrees(expected[finding.id], finding)
    ]
    report = {
        "seconds": round(found.seconds, 2),
        "reading_seconds": round(reading, 2),
        "examples": len(examples),
        "databases": len(files),
        "counts": found.counts,
        "recorded": dict(Counter(expected.values())),
        "missing_table": {
            "found": dict(Counter(f.status for f in found.findings if expected[f.id] == "missing_table")),
            "why": "the archive has the table, but without rows; the finding's reason names it",
        },
        "agreement": (len(examples) - len(differing)) / len(examples),
        "disagreements": differing,
        "near_duplicates": len(found.near_duplicates),
        "near_duplicates_with_other_sql": sum(not near.same_sql for near in found.near_duplicates),
        "equal_sql_groups": len(found.equal_sql),
        "machine": {
            "cpu": _cpu(),
            "cores": len(os.sched_getaffinity(0)),
            "system": f"{platform.system()} {platform.machine()}",
        },
        "versions": {
            "sqlwright": sqlwright.__version__,
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
            "sqlglot": version("sqlglot"),
            "sqlalchemy": version("sqlalchemy"),
        },
        "command": "python benchmarks/audit_spider.py DATA_DIR",
    }
    write_text(RESULT, json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    print(json.dumps({key: report[key] for key in ("seconds", "counts", "agreement")}))


def _agrees(recorded: str, finding: Finding) -> bool:
    """Compare the two; "missing_table" is a table whose rows are missing: it is in the archive, but empty."""
    if recorded == "missing_table":
        return finding.reason.startswith("no such table") or finding.reason.endswith("is empty")
    return RECORDED[recorded] == finding.status


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
