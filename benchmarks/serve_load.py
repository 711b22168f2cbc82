"""The service under load: throughput with batches and without, and a soak in which things go wrong.

    python benchmarks/serve_load.py [--seconds 20] [--minutes 10] [--file-minutes 1] [--run-of PROJECT]

Starts `sqlwright serve` as a process of its own, on loopback, over the demo's CRM with the embedded base untuned (or
another project's latest run). Part one counts answers a second of /v1/sql from 1, 8 and 64 clients that ask one
question after another, after 5 seconds in which they are not counted, with up to 32 questions in the model at once and
with one. Part two is a soak (see `serve_soak`): of `--minutes` over the CRM in a PostgreSQL that it starts, and of
`--file-minutes` over the SQLite file. Clients, service and database share the machine. Writes
benchmarks/results/serve.json. Needs: pip install schemathesis, and PostgreSQL's server programs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx2
import psycopg
import sqlglot

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # which start a PostgreSQL too

from postgres_server import PostgresServer, postgres_server  # type: ignore[import-not-found]
from serve_soak import Database, file_database, soak

from sqlwright.demo.crm import build_crm
from sqlwright.project import Project
from sqlwright.records import Example, read_jsonl, write_text

RESULT = Path(__file__).parent / "results" / "serve.json"
CLIENTS = (1, 8, 64)
_UNCOUNTED = 5.0
"""Seconds before answers are counted."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=20.0, help="of each measurement of throughput")
    parser.add_argument("--minutes", type=float, default=10.0, help="of the soak over PostgreSQL, after the warm-up")
    parser.add_argument("--file-minutes", type=float, default=1.0, help="of that over a SQLite file")
    parser.add_argument("--warm-up", type=float, default=60.0, help="seconds of a soak before memory is measured")
    parser.add_argument("--run-of", type=Path, help="a project whose latest run is served; by default the untuned base")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        asked = _prepare(folder, arguments.run_of)
        run = [] if arguments.run_of else ["--run", "base"]
        throughput = _throughput(folder, run, asked, arguments.seconds)
        file = next(folder.glob("*.sqlite"))
        minutes = {"warm_up": arguments.warm_up, "seconds": 60 * arguments.file_minutes}
        soaks = [_soaked(folder, run, asked, file_database(file), **minutes)]
        print(json.dumps(soaks[0], indent=2), flush=True)
        with postgres_server() as server:
            _over_postgres(file, folder / "postgres", server)
            stopped = Database("PostgreSQL, stopped and started", server.stop, server.start)
            minutes["seconds"] = 60 * arguments.minutes
            soaks.append(_soaked(folder / "postgres", ["--run", "base"], asked, stopped, **minutes))
    found = {
        "throughput": throughput,
        "soak": soaks[-1],
        "soak_over_a_file": soaks[0],
        "command": " ".join(["python benchmarks/serve_load.py", *sys.argv[1:]]),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[2], 1),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in ("torch", "transformers", "fastapi", "uvicorn", "schemathesis")},
    }
    write_text(RESULT, json.dumps(found, indent=2) + "\n")
    print(json.dumps(found, indent=2))


def _prepare(folder: Path, of: Path | None) -> list[Example]:
    """Make the project that is served, and return questions about its database."""
    if of is not None:
        shutil.copytree(of, folder)
        project = Project.open(folder)
    else:
        folder.mkdir()
        build_crm(folder / "crm.sqlite")
        project = Project.init(folder, str(folder / "crm.sqlite"), {"synth": {"count": 300}})
        project.synth()
    return read_jsonl(project.layout.pairs, Example)[:300]


@contextmanager
def _service(folder: Path, *options: str) -> Iterator[str]:
    """Run the service, and give its address."""
    command = [sys.executable, "-m", "sqlwright.cli", "serve", "-C", str(folder), "--port", "0", *options]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with (
        (folder / "serve.log").open("wb") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.startswith("serving "):
            raise SystemExit((folder / "serve.log").read_text(encoding="utf-8"))
        try:
            yield line.split()[-1]
        finally:
            process.send_signal(signal.SIGTERM)
            if process.wait(60) != 0:
                raise SystemExit(f"the service ended with {process.returncode}")


def _throughput(folder: Path, run: list[str], asked: list[Example], seconds: float) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for most in (1, 32):
        with _service(folder, *run, "--max-batch", str(most)) as url:
            for clients in CLIENTS:
                times, statuses = asyncio.run(_ask_for(url, asked, clients, seconds))
                measured = {"max_batch": most, "clients": clients, "per_second": round(len(times) / seconds, 2)}
                found.append(measured | _spread(times) | {"statuses": dict(statuses)})
                print(found[-1], flush=True)
    alone = {one["clients"]: one["per_second"] for one in found if one["max_batch"] == 1}
    for one in found:
        one["ratio_to_unbatched"] = round(one["per_second"] / alone[one["clients"]], 2)
    return found


async def _ask_for(url: str, asked: list[Example], clients: int, seconds: float) -> tuple[list[float], Counter[int]]:
    """Let clients ask one question after another; return the seconds of each answer, and the statuses."""
    times: list[float] = []
    statuses: Counter[int] = Counter()
    since = time.monotonic() + _UNCOUNTED
    until = since + seconds

    async def one(client: httpx2.AsyncClient, number: int) -> None:
        rng = random.Random(number)
        while time.monotonic() < until:
            began = time.monotonic()
            answer = await client.post("/v1/sql", json={"question": rng.choice(asked).question})
            if since < (ended := time.monotonic()) < until:
                times.append(ended - began)
                statuses[answer.status_code] += 1

    async with _client(url, clients) as client:
        await asyncio.gather(*(one(client, number) for number in range(clients)))
    return times, statuses


def _soaked(folder: Path, run: list[str], asked: list[Example], database: Database, **how: float) -> dict[str, Any]:
    with _service(folder, *run) as url:
        told = soak(url, database, asked, **how)
        ready = httpx2.get(f"{url}/readyz").status_code == 200
    log = (folder / "serve.log").read_text(encoding="utf-8")
    failed = [json.loads(line) for line in log.splitlines() if '"unexpected error"' in line]
    return told | {"ready_at_the_end": ready, "unexpected_errors": failed[:5]}


def _over_postgres(file: Path, folder: Path, server: PostgresServer) -> None:
    """Copy a SQLite database to a server, and make a project for it there."""
    tables: list[tuple[str, list[Any]]] = []
    with sqlite3.connect(file) as database:
        made = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        tables += [(name, database.execute(f"SELECT * FROM {name}").fetchall()) for name, _ in made]
    database.close()
    with psycopg.connect(server.dsn) as target:
        for _, sql in made:
            target.execute(sqlglot.transpile(sql, read="sqlite", write="postgres")[0])
        for name, rows in tables:
            marks = ", ".join(["%s"] * len(rows[0]))
            target.cursor().executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
    Project.init(folder, server.url)


def _client(url: str, clients: int) -> httpx2.AsyncClient:
    limits = httpx2.Limits(max_connections=clients + 8, max_keepalive_connections=clients + 8)
    return httpx2.AsyncClient(base_url=url, limits=limits, timeout=120)


def _spread(times: list[float]) -> dict[str, float]:
    cuts = quantiles(times, n=20) if len(times) > 1 else [0.0] * 19
    return {"p50_seconds": round(cuts[9], 3), "p95_seconds": round(cuts[18], 3)}


if __name__ == "__main__":
    main()
