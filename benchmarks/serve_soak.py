"""The soak of `serve_load`: 64 clients ask a service while things go wrong, and what came of every request is counted.

One in ten clients goes before its answer, a fifth of the bodies are malformed (made by schemathesis from the service's
own OpenAPI page, and some that are no JSON), and the database is away for 10 of every 25 seconds: a PostgreSQL is
stopped and started, a SQLite file is moved away and back. The service's memory is measured from the end of a warm-up,
under the same load, to the end of the soak.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, quantiles
from typing import Any

import httpx2

from sqlwright.records import Example

CLIENTS = 64
LEAVES, MALFORMED = 0.1, 0.2
"""Shares of the clients that go before their answer, and of the requests that are malformed."""
AWAY_EVERY, AWAY_FOR = 25.0, 10.0
"""Seconds between the database's absences, and of each."""
_AVERAGED = 20.0
"""Seconds over which the memory is averaged."""
_ASKED = ("/v1/ask", "/v1/ask", "/v1/sql", "/v1/explain", "/v1/chat/completions")


@dataclass(frozen=True)
class Database:
    """What is taken away and given back."""

    kind: str
    stop: Callable[[], None]
    start: Callable[[], None]


def file_database(file: Path) -> Database:
    """Return a SQLite file, which is moved away."""
    away = file.with_suffix(".away")
    return Database("SQLite file, moved away and back", lambda: _move(file, away), lambda: _move(away, file))


@dataclass
class _Soak:
    """A soak under way."""

    asked: list[Example]
    malformed: list[tuple[str, bytes]]
    began: float
    until: float
    counts: dict[str, Counter[str]] = field(default_factory=lambda: {"good": Counter(), "malformed": Counter()})
    left: int = 0
    unanswered: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    absences: int = 0
    memory: list[tuple[float, float]] = field(default_factory=list)
    """Seconds since the beginning, and MiB."""

    @property
    def over(self) -> bool:
        return time.monotonic() >= self.until


def soak(url: str, database: Database, asked: list[Example], *, warm_up: float, seconds: float) -> dict[str, Any]:
    """Let clients ask a service for as long, and return what came of it.

    Args:
        warm_up: seconds under the same load before the memory is first measured.
    """
    malformed = malformed_bodies(httpx2.get(f"{url}/openapi.json").json())
    began = time.monotonic()
    run = _Soak(asked, malformed, began, began + warm_up + seconds)
    at_start = _memory(httpx2.get(f"{url}/metrics").text)
    asyncio.run(_go(url, run, database))
    page = httpx2.get(f"{url}/metrics").text
    after = mean(size for at, size in run.memory if warm_up <= at <= warm_up + _AVERAGED)
    at_end = mean(size for at, size in run.memory if at >= warm_up + seconds - _AVERAGED)
    cuts = quantiles(run.times, n=20)
    return {
        "database": database.kind,
        "minutes": round((warm_up + seconds) / 60, 1),
        "clients": CLIENTS,
        "absences": run.absences,
        "requests": sum(map(Counter.total, run.counts.values())) + run.left + len(run.unanswered),
        "statuses": {name: dict(sorted(counter.items())) for name, counter in run.counts.items()},
        "server_errors": sum(_of_class_5(counter) for counter in run.counts.values()),
        "left_before_the_answer": run.left,
        "unanswered": len(run.unanswered),
        "why_unanswered": sorted(set(run.unanswered)),
        "running_at_the_end": _metric(page, "sqlwright_requests_running"),
        "p50_seconds": round(cuts[9], 3),
        "p95_seconds": round(cuts[18], 3),
        "memory_mib": {
            "at_start": round(at_start),
            "warm_up_seconds": round(warm_up),
            "after_warm_up": round(after),
            "at_the_end": round(at_end),
            "each_minute": [round(_near(run.memory, minute)) for minute in range(0, int(warm_up + seconds) + 1, 60)],
            "ratio": round(at_end / after, 3),
        },
    }


async def _go(url: str, run: _Soak, database: Database) -> None:
    limits = httpx2.Limits(max_connections=CLIENTS + 8, max_keepalive_connections=CLIENTS + 8)
    async with httpx2.AsyncClient(base_url=url, limits=limits, timeout=120) as client:
        asking = [_ask(run, client, number) for number in range(CLIENTS)]
        await asyncio.gather(_stop_and_start(run, database), _watch(run, client), *asking)


async def _ask(run: _Soak, client: httpx2.AsyncClient, number: int) -> None:
    """Ask one question after another as one client."""
    rng = random.Random(number)
    while not run.over:
        path, body, kind = _request(rng, run)
        leaves = kind == "good" and rng.random() < LEAVES
        start = time.monotonic()
        try:
            answer = await client.post(
                path,
                content=body,
                headers={"Content-Type": "application/json"},
                timeout=rng.uniform(0.01, 1.0) if leaves else 120,
            )
        except httpx2.HTTPError as error:
            if leaves and isinstance(error, httpx2.TimeoutException):
                run.left += 1
            else:
                run.unanswered.append(f"{path} {type(error).__name__}")
            continue
        run.counts[kind][_told(path, answer)] += 1
        if kind == "good":
            run.times.append(time.monotonic() - start)
        if answer.status_code in (429, 503):
            await asyncio.sleep(float(answer.headers["retry-after"]))


def _request(rng: random.Random, run: _Soak) -> tuple[str, bytes, str]:
    if rng.random() < MALFORMED:
        return *rng.choice(run.malformed), "malformed"
    example, path = rng.choice(run.asked), rng.choice(_ASKED)
    body: dict[str, Any] = {"question": example.question}
    if path == "/v1/explain":
        body = {"sql": example.sql, "language": example.language}
    elif path == "/v1/chat/completions":
        body = {"messages": [{"role": "user", "content": example.question}], "stream": rng.random() < 0.5}
    return path, json.dumps(body).encode(), "good"


def _told(path: str, answer: httpx2.Response) -> str:
    """Return the status of an answer, and what it says: "200 error database"."""
    status = str(answer.status_code)
    if answer.headers["content-type"].startswith("text/event-stream"):
        return f"{status} stream" if answer.text.endswith("data: [DONE]\n\n") else f"{status} broken stream"
    body = answer.json()
    if answer.status_code != 200:
        return f"{status} {body['error']['code']}"
    return " ".join([status, body["status"], body["rule"]]).strip() if path == "/v1/ask" else status


async def _stop_and_start(run: _Soak, database: Database) -> None:
    while time.monotonic() + AWAY_EVERY < run.until:
        await asyncio.sleep(AWAY_EVERY - AWAY_FOR)
        await asyncio.to_thread(database.stop)
        await asyncio.sleep(AWAY_FOR)
        await asyncio.to_thread(database.start)
        run.absences += 1


async def _watch(run: _Soak, client: httpx2.AsyncClient) -> None:
    while not run.over:
        run.memory.append((time.monotonic() - run.began, _memory((await client.get("/metrics")).text)))
        await asyncio.sleep(1)


def malformed_bodies(page: dict[str, Any]) -> list[tuple[str, bytes]]:
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


def _memory(page: str) -> float:
    """Return the service's resident memory in MiB."""
    return _metric(page, "process_resident_memory_bytes") / 2**20


def _metric(page: str, name: str) -> float:
    return float(next(line for line in page.splitlines() if line.startswith(f"{name} ")).split()[1])


def _near(memory: list[tuple[float, float]], seconds: float) -> float:
    return min(memory, key=lambda one: abs(one[0] - seconds))[1]


def _of_class_5(counter: Counter[str]) -> int:
    """Return how many answers were a fault of the service: 500 and the like, but not a 503 that says to come again."""
    return sum(count for told, count in counter.items() if told.startswith("5") and not told.startswith("503 "))


def _move(source: Path, target: Path) -> None:
    source.rename(target)
