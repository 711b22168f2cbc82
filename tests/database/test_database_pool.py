# ruff: noqa: E501 - statements stand on one line each
"""Many statements on killable processes: all are answered, whatever becomes of the process that runs them."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sqlwright.database import Job, Limits, run_many

STUCK = "SELECT LENGTH(PRINTF('%.*c', 900000000, 'x')), LENGTH(PRINTF('%.*c', 900000000, 'y'))"
"""One built-in call of many seconds, inside which SQLite asks no progress handler."""


@pytest.fixture
def url(tmp_path: Path) -> str:
    path = tmp_path / "numbers.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE number (i INTEGER, word TEXT)")
        connection.executemany("INSERT INTO number VALUES (?, ?)", [(i, f"word {i}") for i in range(100)])
    connection.close()
    return f"sqlite:///{path}"


def test_every_job_is_answered_once(url: str) -> None:
    jobs = [Job(i, url, f"SELECT word FROM number WHERE i = {i % 100}") for i in range(500)]
    answers = list(run_many(jobs, workers=2))
    assert Counter(job.key for job, _ in answers) == Counter(range(500))
    assert all(result.rows == [(f"word {job.key % 100}",)] for job, result in answers)


def test_failures_are_results(url: str, tmp_path: Path) -> None:
    jobs = [
        Job("bad", url, "SELECT nothing FROM number"),
        Job("write", url, "DELETE FROM number"),
        Job("no file", f"sqlite:///{tmp_path}/none.sqlite", "SELECT 1"),
        Job("no url", "nowhere", "SELECT 1"),
        Job("good", url, "SELECT COUNT(*) FROM number"),
    ]
    found = {job.key: result for job, result in run_many(jobs, workers=2)}
    assert [found[key].status for key in ("bad", "write", "no file", "no url", "good")] == [
        "error",
        "refused",
        "error",
        "error",
        "ok",
    ]
    assert "no such database" in found["no file"].error and found["good"].rows == [(100,)]


def test_no_jobs() -> None:
    assert list(run_many([])) == []


def test_a_stuck_process_is_killed_and_the_others_are_served(url: str) -> None:
    jobs: list[Job] = [Job("stuck", url, STUCK), *(Job(i, url, f"SELECT {i}") for i in range(60))]
    started = time.monotonic()
    found = {job.key: result for job, result in run_many(jobs, workers=1, limits=Limits(seconds=0.5), grace=0.3)}
    assert time.monotonic() - started < 60
    assert found["stuck"].status == "timeout"
    assert all(found[i].rows == [(i,)] for i in range(60))


def test_long_statements_and_large_results_do_not_block_each_other(url: str) -> None:
    text = "x" * 100_000
    large = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT HEX(ZEROBLOB(300)) FROM n"
    jobs = [Job(i, url, f"SELECT '{text}'" if i % 2 else large) for i in range(60)]
    assert Counter(result.status for _, result in run_many(jobs, workers=2)) == {"ok": 60}


def test_an_endless_generator_may_be_left_early(url: str) -> None:
    def endless() -> Iterator[Job]:
        i = 0
        while True:
            i += 1
            yield Job(i, url, "SELECT 1")

    for count, (_, result) in enumerate(run_many(endless(), workers=2)):
        assert result.ok
        if count == 100:
            break


def test_interrupt_ends_the_workers(url: str) -> None:
    script = (
        "import sys\nfrom sqlwright.database import Job, Limits, run_many\n"
        "jobs = (Job(i, sys.argv[1], 'SELECT 1') for i in range(10**9))\n"
        "for i, _ in enumerate(run_many(jobs, workers=2)):\n    i == 50 and print('going', flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script, url], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline() == b"going\n"
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    workers = [int(pid) for pid in children.read_text().split()] if children.exists() else []
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0 and b"KeyboardInterrupt" in errors
    for pid in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.data
def test_spider_train_runs_as_recorded(reference_data: Path, spider_databases: Path) -> None:
    lines = (reference_data / "spider" / "train.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    jobs = [
        Job(i, f"sqlite:///{spider_databases}/{record['db_id']}/{record['db_id']}.sqlite", record["query"])
        for i, record in enumerate(records)
    ]
    seen = {job.key: result for job, result in run_many(jobs, limits=Limits(seconds=20, rows=100_000))}
    expected = {
        "ok_nonempty": ("ok", True),
        "ok_empty": ("ok", False),
        "no_db": ("error", False),
        "error": ("error", False),
    }
    for i, record in enumerate(records):
        if record["status"] in expected:
            assert (seen[i].status, bool(seen[i].rows)) == expected[record["status"]], record["id"]
