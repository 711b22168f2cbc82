"""A database that goes and comes back while questions come: honest answers meanwhile, and then as before."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from postgres_server import PostgresServer
from served import QUESTION, Served, served
from shop_world import CUSTOMERS, DDL, SQL, make_shop

from sqlwright.project import Project

CLIENTS = 3


@contextmanager
def asked_all_the_time(server: Served) -> Iterator[Counter[tuple[int, str, str]]]:
    """Let clients ask one question after another; give what they are told: status code, status and rule."""
    told: Counter[tuple[int, str, str]] = Counter()
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            answer = server.post("/v1/ask", {"question": QUESTION})
            body = answer.json()
            told[answer.status_code, body.get("status", ""), body.get("rule", "")] += 1

    with ThreadPoolExecutor(CLIENTS) as threads:
        asking = [threads.submit(ask) for _ in range(CLIENTS)]
        try:
            yield told
        finally:
            done.set()
    for one in asking:
        one.result()


def go_and_come_back(server: Served, stop: Callable[[], None], start: Callable[[], None], secret: str) -> None:
    """Take the database away under load and give it back; every question in between has an answer that says so."""
    answered, away = (200, "answered", ""), (200, "error", "database")
    with asked_all_the_time(server) as told:
        _until(lambda: told[answered] > 0)
        stop()
        _until(lambda: told[away] >= CLIENTS)
        down = server.get("/readyz")
        assert (down.status_code, down.json()["error"]["code"]) == (503, "not_ready")
        assert server.get("/healthz").status_code == 200
        lost = server.post("/v1/ask", {"question": QUESTION})
        assert lost.json()["rows"] == [] and "does not answer" in lost.json()["text"] and secret not in lost.text
        assert server.post("/v1/sql", {"question": QUESTION}).json()["refused"] is None
        start()
        before = told[answered]
        _until(lambda: told[answered] >= before + CLIENTS)
    assert set(told) == {answered, away}
    assert server.get("/readyz").status_code == 200


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_file_that_is_moved_away(tmp_path: Path) -> None:
    file = make_shop(tmp_path / "shop.db")
    away = file.with_suffix(".away")
    with served(Project.init(tmp_path, str(file))) as server:
        answer = server.post("/v1/ask", {"question": QUESTION}).json()
        assert (answer["status"], answer["sql"], answer["rows"]) == ("answered", SQL, [[CUSTOMERS]])
        go_and_come_back(server, lambda: _move(file, away), lambda: _move(away, file), str(tmp_path))
        turned = server.post("/v1/ask", {"question": "Delete all customers"}).json()
        assert turned["status"] == "refused" and turned["refused"]["rule"]


def _move(source: Path, target: Path) -> None:
    source.rename(target)


@pytest.mark.postgres
def test_a_server_that_is_stopped_and_started(tmp_path: Path, postgres_process: PostgresServer) -> None:
    name = "away_shop"
    with psycopg.connect(postgres_process.dsn, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    with sqlite3.connect(make_shop(tmp_path / "shop.db")) as file:
        rows = file.execute("SELECT * FROM customer").fetchall()
    file.close()
    with psycopg.connect(postgres_process.dsn.replace("/postgres", f"/{name}")) as database:
        database.execute(DDL)  # type: ignore[arg-type]
        marks = ", ".join(["%s"] * len(rows[0]))
        database.cursor().executemany(f"INSERT INTO customer VALUES ({marks})", rows)
    url = postgres_process.url.replace("/postgres", f"/{name}")
    try:
        with served(Project.init(tmp_path / "p", url)) as serving:
            assert serving.post("/v1/ask", {"question": QUESTION}).json()["rows"] == [[CUSTOMERS]]
            go_and_come_back(serving, postgres_process.stop, postgres_process.start, str(postgres_process.port))
    finally:
        if not postgres_process.running:
            postgres_process.start()
