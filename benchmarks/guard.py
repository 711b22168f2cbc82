"""The guard and the executors on a list of hostile and harmless statements, and the guard on the gold of data sets.

    python benchmarks/guard.py DATA_DIR [--server postgres=URL] [--server mysql=URL]

DATA_DIR holds guard/hostile_sql.jsonl, spider/ and bird/. What the guard lets through runs on an executor of its
dialect, where there is one: SQLite and DuckDB files made here, and scratch databases of servers, whose tables of these
names are dropped first. A hostile statement has passed when it ran to its end, or when there was no engine to stop it.
Writes benchmarks/results/guard.json.
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
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import sqlalchemy

import sqlwright
from sqlwright.database import Job, Limits, normalise_url, run_many
from sqlwright.database.guard import verdict
from sqlwright.database.guard_file import Checked, check_file
from sqlwright.records import write_text

RESULT = Path(__file__).parent / "results" / "guard.json"
LIMITS = Limits(seconds=2.0, rows=10_000, bytes=20_000_000)
TABLES = [
    "CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR(50), password_hash VARCHAR(50), parent_id INTEGER)",
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, amount DECIMAL(10, 2), status VARCHAR(20), "
    "ordered_at TIMESTAMP NULL)",
    "CREATE TABLE metrics (system_name VARCHAR(20), shell_price INTEGER, exec_count INTEGER, copy_count INTEGER, "
    "load_date DATE)",
    "CREATE TABLE system_events (id INTEGER)",
    "INSERT INTO customers VALUES (1, 'Ada', 'x', NULL), (2, 'Bo', 'y', 1)",
    "INSERT INTO orders VALUES (1, 1, 10.5, 'paid', '2024-01-01 10:00:00'), (2, 2, 7, 'open', '2024-02-01 11:00:00')",
    "CREATE INDEX idx_orders_customer ON orders (customer_id)",
]
GOLD = {
    "spider/train.jsonl": ("query", "sqlite"),
    "spider/dev.json": ("query", "sqlite"),
    "bird/mini_dev_sqlite.json": ("SQL", "sqlite"),
    "bird/mini_dev_postgresql.json": ("SQL", "postgres"),
    "bird/mini_dev_mysql.json": ("SQL", "mysql"),
}


def main(arguments: argparse.Namespace) -> None:
    data: Path = arguments.data
    with tempfile.TemporaryDirectory() as folder:
        urls = make_databases(Path(folder), dict(server.split("=", 1) for server in arguments.server))
        listed = judge_list(data / "guard" / "hostile_sql.jsonl", urls)
        gold = judge_gold(data)
        rewritten = compare_results(data, Path(folder))
    report = {
        **listed,
        "gold": gold,
        "rewritten": rewritten,
        "limits": {"seconds": LIMITS.seconds, "rows": LIMITS.rows, "bytes": LIMITS.bytes},
        "engines": sorted(urls),
        "machine": {"cores": len(os.sched_getaffinity(0)), "system": f"{platform.system()} {platform.machine()}"},
        "versions": {
            "sqlwright": sqlwright.__version__,
            "python": platform.python_version(),
            "sqlglot": version("sqlglot"),
            "sqlite": sqlite3.sqlite_version,
            "duckdb": duckdb.__version__,
            **{name: server_version(url) for name, url in urls.items() if name not in ("sqlite", "duckdb")},
        },
        "command": " ".join(["python benchmarks/guard.py DATA_DIR", *(f"--server {name}=URL" for name in sorted(urls)
                                                                     if name not in ("sqlite", "duckdb"))]),
    }  # fmt: skip
    write_text(RESULT, json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    shown = ("hostile", "passed", "harmless", "refused", "refused_not_policy", "harmless_failed", "gold", "rewritten")
    print(json.dumps({key: report[key] for key in shown}, indent=2, ensure_ascii=False))


def make_databases(folder: Path, servers: dict[str, str]) -> dict[str, str]:
    """Make the tables in a file of SQLite, one of DuckDB and the servers, and return the URLs by dialect."""
    with sqlite3.connect(folder / "shop.sqlite") as sqlite, duckdb.connect(str(folder / "shop.duckdb")) as duck:
        for sql in TABLES:
            sqlite.execute(sql)
            duck.execute(sql)
    for url in servers.values():
        engine = sqlalchemy.create_engine(normalise_url(url))
        with engine.begin() as connection:
            for table in ("customers", "orders", "metrics", "system_events"):
                connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")
            for sql in TABLES:
                connection.exec_driver_sql(sql)
        engine.dispose()
    return {"sqlite": str(folder / "shop.sqlite"), "duckdb": str(folder / "shop.duckdb"), **servers}


def server_version(url: str) -> str:
    engine = sqlalchemy.create_engine(normalise_url(url))
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT VERSION()").scalar_one()
    engine.dispose()
    return str(found)


def judge_list(path: Path, urls: dict[str, str]) -> dict[str, Any]:
    """Return the figures of the list; a statement of dialect "any" counts once, by its worst dialect."""
    records = {line["id"]: line for line in map(json.loads, path.read_text(encoding="utf-8").splitlines())}
    found = list(check_file(path))
    allowed = [checked for checked in found if checked.verdict.verdict == "allow"]
    ended = run_allowed(allowed, urls)
    hostile = {name for name, record in records.items() if record["expect"] == "block"}
    policy = {name for name, record in records.items() if record["why"].startswith("[policy]")}
    refused = [checked for checked in found if checked.verdict.verdict == "block" and checked.id not in hostile]
    stopped = {key: ended[key] for key in ended if key[0] in hostile}
    failed = {key: ended[key] for key in ended if key[0] not in hostile and ended[key] not in ("ok", "no engine")}
    return {
        "hostile": len(hostile),
        "passed": len({name for (name, _), status in stopped.items() if status in ("ok", "no engine")}),
        "harmless": len(records) - len(hostile),
        "refused": len({checked.id for checked in refused}),
        "refused_not_policy": len({checked.id for checked in refused} - policy),
        "harmless_failed": len(failed),
        "checks": len(found),
        "stopped_by_the_executor": told(stopped),
        "harmless_refused": told({(checked.id, checked.dialect): checked.verdict.rule for checked in refused}),
        "harmless_that_failed": told(failed),
        "rules": count(checked.verdict.rule for checked in found if checked.id in hostile and checked.verdict.rule),
    }


def run_allowed(allowed: Iterable[Checked], urls: dict[str, str]) -> dict[tuple[str, str], str]:
    """Run what the guard wrote, each on its dialect's engine, in processes that can be killed."""
    ended = {(checked.id, checked.dialect): "no engine" for checked in allowed}
    jobs = [
        Job((checked.id, checked.dialect), urls[checked.dialect], checked.verdict.sql)
        for checked in allowed
        if checked.dialect in urls
    ]
    for job, result in run_many(jobs, workers=2, limits=LIMITS):
        key: Any = job.key
        ended[key] = result.status if result.status != "error" else f"error: {result.error}"
    return ended


def judge_gold(data: Path) -> dict[str, Any]:
    """Return how many gold statements of each data set the guard refuses, and how long it takes over one."""
    out = {}
    for name, (key, dialect) in GOLD.items():
        text = (data / name).read_text(encoding="utf-8")
        records = json.loads(text) if name.endswith(".json") else [json.loads(line) for line in text.splitlines()]
        start = time.perf_counter()
        rules = [verdict(record[key], dialect).rule for record in records]
        seconds = time.perf_counter() - start
        out[name] = {
            "dialect": dialect,
            "statements": len(records),
            "refused": sum(map(bool, rules)),
            "rules": count(filter(None, rules)),
            "milliseconds_each": round(1000 * seconds / len(records), 2),
        }
    return out


def compare_results(data: Path, folder: Path) -> dict[str, int]:
    """Return for how many of Spider's statements what the guard writes returns other rows than the statement itself."""
    subprocess.run(["tar", "--zstd", "-xf", data / "spider" / "databases-train.tar.zst", "-C", folder], check=True)
    files = {path.stem: str(path) for path in folder.glob("*/*.sqlite")}
    jobs = []
    for number, line in enumerate((data / "spider" / "train.jsonl").read_text(encoding="utf-8").splitlines()):
        record = json.loads(line)
        if record["db_id"] in files:
            safe = verdict(record["query"], "sqlite").sql
            jobs += [
                Job((number, kind), files[record["db_id"]], sql) for kind, sql in ((0, record["query"]), (1, safe))
            ]
    found: dict[int, dict[int, tuple[str, list[Any]]]] = {}
    for job, result in run_many(jobs, workers=2, limits=Limits(seconds=20)):
        key: Any = job.key
        found.setdefault(key[0], {})[key[1]] = (result.status, result.rows)
    pairs = [(both[0], both[1]) for both in found.values()]
    return {
        "compared": len(pairs),
        "other_status": sum(before[0] != after[0] for before, after in pairs),
        "other_rows": sum(sorted(map(repr, before[1])) != sorted(map(repr, after[1])) for before, after in pairs),
    }


def told(found: dict[tuple[str, str], str]) -> dict[str, str]:
    return {f"{name} ({dialect})": what for (name, dialect), what in sorted(found.items())}


def count(items: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for item in items:
        counts[item] = counts.get(item, 0) + 1
    return dict(sorted(counts.items()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA_DIR")
    parser.add_argument("--server", action="append", default=[], metavar="DIALECT=URL")
    main(parser.parse_args())
