"""Does normalising a statement change its result? Runs Spider's train statements before and after it.

    python benchmarks/clean_spider.py ../shared/data/spider

The folder holds train.jsonl and databases-train.tar.zst. Each statement that runs is run again in the forms that
`canonical` and `clean` give it, on the same database; the bags of rows are compared, and the order too where the
statement has an ORDER BY. Writes benchmarks/results/clean_spider.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import subprocess
import tempfile
import time
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlwright.database import Executor, Limits, open_executor
from sqlwright.errors import SqlwrightError
from sqlwright.sqlkit import canonical, clean, operators

Columns = dict[str, list[str]]
LIMITS = Limits(seconds=30, rows=1_000_000, bytes=500_000_000)


def columns_of(path: Path) -> Columns:
    """Return the columns of each table of a SQLite file."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
        return {name: [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')] for (name,) in tables}
    finally:
        connection.close()


def forms_of(sql: str, columns: Columns) -> dict[str, str]:
    """Return the statement in each form whose faithfulness is at stake."""
    return {
        "canonical": canonical(sql),
        "canonical_with_schema": canonical(sql, columns=columns),
        "clean": clean(sql),
    }


def same(executor: Executor, sql: str, rows: list[tuple[Any, ...]], *, ordered: bool) -> bool:
    """Return whether a statement gives these rows."""
    result = executor.run(sql)
    if not result.ok:
        return False
    if ordered:
        return result.rows == rows
    return Counter(map(repr, result.rows)) == Counter(map(repr, rows))


def measure(records: list[dict[str, str]], databases: Path) -> dict[str, Any]:
    """Run every record before and after; return the counts and the seconds that each form took to make."""
    counts: Counter[str] = Counter()
    differing: dict[str, list[str]] = {}
    rewriting = 0.0
    executors: dict[str, tuple[Executor, Columns]] = {}
    for record in records:
        name, sql = record["db_id"], record["query"]
        path = databases / name / f"{name}.sqlite"
        if not path.is_file():
            counts["no_database"] += 1
            continue
        if name not in executors:
            executors[name] = open_executor(path, LIMITS), columns_of(path)
        executor, columns = executors[name]
        before = executor.run(sql)
        if not before.ok:
            counts["does_not_run"] += 1
            continue
        counts["compared"] += 1
        started = time.perf_counter()
        try:
            forms = forms_of(sql, columns)
        except SqlwrightError:
            counts["not_parsed"] += 1
            continue
        rewriting += time.perf_counter() - started
        ordered = "order" in operators(sql)
        for form, text in forms.items():
            if not same(executor, text, before.rows, ordered=ordered):
                differing.setdefault(form, []).append(record["id"])
            counts[f"{form}_not_idempotent"] += forms_of(text, columns)[form] != text
    for executor, _ in executors.values():
        executor.close()
    return {
        "counts": dict(sorted(counts.items())),
        "differing": {form: differing.get(form, []) for form in ("canonical", "canonical_with_schema", "clean")},
        "seconds_rewriting_three_forms": round(rewriting, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("spider", type=Path, help="folder with train.jsonl and databases-train.tar.zst")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "clean_spider.json")
    options = parser.parse_args()
    lines = (options.spider / "train.jsonl").read_text(encoding="utf-8").splitlines()
    with tempfile.TemporaryDirectory() as folder:
        archive = options.spider / "databases-train.tar.zst"
        subprocess.run(["tar", "--zstd", "-xf", str(archive), "-C", folder], check=True)
        started = time.perf_counter()
        report = measure([json.loads(line) for line in lines], Path(folder))
    report["seconds"] = round(time.perf_counter() - started, 1)
    report["command"] = "python benchmarks/clean_spider.py ../shared/data/spider"
    report["machine"] = f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}"
    report["versions"] = {
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "sqlglot": version("sqlglot"),
        "sqlwright": version("sqlwright"),
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(report["counts"], indent=2))


if __name__ == "__main__":
    main()
