"""The service under load: throughput with batches and without, and a soak in which things go wrong.

    python benchmarks/serve_load.py [--seconds 20] [--minutes 10] [--run-of PROJECT]

Starts `sqlwright serve` as a process of its own, on loopback, over the demo's CRM with the embedded base untuned (or
another project's latest run). Part one counts answers a second of /v1/sql from 1, 8 and 64 clients that ask one
question after another, with batches of up to 32 and with batches of one. Part two lets 64 clients ask /v1/ask, /v1/sql,
/v1/explain and /v1/chat/completions while one in ten of them goes before its answer, malformed bodies come in that
schemathesis makes from the service's own OpenAPI page, and the database is moved away for 10 of every 25 seconds. It
counts what came of every request, and what memory the service has after a tenth of the time and at the end.
Clients and service share the machine. Writes benchmarks/results/serve.json. Needs: pip install schemathesis
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
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx2

from sqlwright.demo.crm import build_crm
from sqlwright.project import Project
from sqlwright.records import Example, read_jsonl, write_text

RESULT = Path(__file__).parent / "results" / "serve.json"
CLIENTS = (1, 8, 64)
LEAVES, MALFORMED = 0.1, 0.2
"""Shares of the soak's clients that go before their answer, and of its requests that are malformed."""
AWAY_EVERY, AWAY_FOR = 25.0, 10.0
"""Seconds between the database's absences, and of each."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=20.0, help="of each measurement of throughput")
    parser.add_argument("--minutes", type=float, default=10.0, help="of the soak")
    parser.add_argument("--run-of", type=Path, help="a project whose latest run is served; by default the untuned base")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        asked = _prepare(folder, arguments.run_of)
        run = [] if arguments.run_of else ["--run", "base"]
        throughput = _throughput(folder, run, asked, arguments.seconds)
        soak = _soak(folder, run, asked, 60 * arguments.minutes)
    found = {
        "throughput": throughput,
        "soak": soak,
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
    until = time.monotonic() + seconds

    async def one(client: httpx2.AsyncClient, number: int) -> None:
        rng = random.Random(number)
        while time.monotonic() < until:
            began = time.monotonic()
            answer = await client.post("/v1/sql", json={"question": rng.choice(asked).question})
            if (ended := time.monotonic()) < until:
                times.append(ended - began)
                statuses[answer.status_code] += 1

    async with _client(url, clients) as client:
        await asyncio.gather(*(one(client, number) for number in range(clients)))
    return times, statuses


def _soak(folder: Path, run: list[str], asked: list[Example], seconds: float) -> dict[str, Any]:
    with _service(folder, *run) as url:
        malformed = _malformed(httpx2.get(f"{url}/openapi.json").json())
        told = asyncio.run(_soaked(url, folder, asked, malformed, seconds))
        left = httpx2.get(f"{url}/readyz").status_code
    log = (folder / "serve.log").read_text(encoding="utf-8")
    failed = [json.loads(line) for line in log.splitlines() if '"unexpected error"' in line]
    return told | {"ready_at_the_end": left == 200, "unexpected_errors": failed[:5]}


async def _soaked(url: str, folder: Path, asked: list[Example], malformed: list[Any], seconds: float) -> dict[str, Any]:
    """Let 64 clients ask while things go wrong, and return what came of it."""
    counts: dict[str, Counter[str]] = {"good": Counter(), "malformed": Counter()}
    times: list[float] = []
    left, database = [0], next(folder.glob("*.sqlite"))
    began = time.monotonic()
    until = began + seconds

    async def one(client: httpx2.AsyncClient, number: int) -> None:
        rng = random.Random(number)
        while time.monotonic() < until:
            if rng.random() < MALFORMED:
                path, body = rng.choice(malformed)
                answer = await client.post(path, content=body, headers={"Content-Type": "application/json"})
                counts["malformed"][str(answer.status_code)] += 1
                continue
            path, content = _request(rng, asked)
            start = time.monotonic()
            if rng.random() < LEAVES:
                with suppress(httpx2.TimeoutException):
                    await client.post(path, json=content, timeout=rng.uniform(0.01, 1.0))
                left[0] += 1
                continue
            try:
                answer = await client.post(path, json=content)
            except httpx2.HTTPError as error:
                counts["good"][type(error).__name__] += 1
                continue
            status = str(answer.status_code)
            if path == "/v1/ask" and answer.status_code == 200:
                status += f" {answer.json()['status']}"
            counts["good"][status] += 1
            times.append(time.monotonic() - start)
            if answer.status_code == 429:
                await asyncio.sleep(float(answer.headers["retry-after"]))

    async def stop_and_start() -> None:
        while time.monotonic() + AWAY_EVERY < until:
            await asyncio.sleep(AWAY_EVERY - AWAY_FOR)
            away = database.with_suffix(".away")
            database.rename(away)
            await asyncio.sleep(AWAY_FOR)
            away.rename(database)

    memory: list[tuple[float, float]] = []

    async def watch(client: httpx2.AsyncClient) -> None:
        while time.monotonic() < until:
            page = (await client.get("/metrics")).text
            size = next(line for line in page.splitlines() if line.startswith("process_resident_memory_bytes "))
            memory.append((time.monotonic() - began, float(size.split()[1]) / 2**20))
            await asyncio.sleep(1)

    async with _client(url, 64) as client:
        await asyncio.gather(stop_and_start(), watch(client), *(one(client, number) for number in range(64)))
    early = [size for at, size in memory if 0.1 * seconds <= at <= 0.2 * seconds]
    late = [size for at, size in memory if at >= 0.9 * seconds]
    before, after = sum(early) / len(early), sum(late) / len(late)
    return {
        "minutes": round(seconds / 60, 1),
        "clients": 64,
        "requests": sum(map(Counter.total, counts.values())) + left[0],
        "statuses": {name: dict(sorted(counter.items())) for name, counter in counts.items()},
        "left_before_the_answer": left[0],
        **_spread(times),
        "memory_mib": {"first_tenth": round(before), "last_tenth": round(after), "ratio": round(after / before, 3)},
    }


def _request(rng: random.Random, asked: list[Example]) -> tuple[str, dict[str, Any]]:
    example = rng.choice(asked)
    path = rng.choice(["/v1/ask", "/v1/ask", "/v1/sql", "/v1/explain", "/v1/chat/completions"])
    if path == "/v1/explain":
        return path, {"sql": example.sql, "language": example.language}
    if path == "/v1/chat/completions":
        message = {"role": "user", "content": example.question}
        return path, {"messages": [message], "stream": rng.random() < 0.5}
    return path, {"question": example.question}


def _malformed(page: dict[str, Any]) -> list[tuple[str, bytes]]:
    """Return bodies that do not fit the OpenAPI page, of every POST, and some that are no JSON."""
    import schemathesis
    from hypothesis import HealthCheck, Phase, given, settings

    made: list[tuple[str, bytes]] = []

    def take(case: Any) -> None:
        with suppress(TypeError, ValueError):  # what JSON cannot hold
            made.append((case.path, json.dumps(case.body).encode()))

    few: Any = settings(
        max_examples=25,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    schema: Any = schemathesis.openapi.from_dict(page)
    for path, methods in page["paths"].items():
        if "post" in methods:
            wrong = schema[path]["POST"].as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)
            given_wrong: Any = given(wrong)
            few(given_wrong(take))()
            made += [(path, body) for body in (b"", b"{", b"\xff", b'{"question": "\\ud800"}', b"[" * 9_999)]
    return made


def _client(url: str, clients: int) -> httpx2.AsyncClient:
    limits = httpx2.Limits(max_connections=clients + 8, max_keepalive_connections=clients + 8)
    return httpx2.AsyncClient(base_url=url, limits=limits, timeout=120)


def _spread(times: list[float]) -> dict[str, float]:
    cuts = quantiles(times, n=20) if len(times) > 1 else [0.0] * 19
    return {"p50_seconds": round(cuts[9], 3), "p95_seconds": round(cuts[18], 3)}


if __name__ == "__main__":
    main()
