"""Keys, limits, back-pressure, clients that go, a database that goes and comes back, and the end."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from forked import command, started
from served import QUESTION, Served, make_project, served
from shop_world import SQL

from sqlwright.cli import main
from sqlwright.errors import ConfigError
from sqlwright.project import Project
from sqlwright.serve import keys, serve


@pytest.fixture
def project(tiny_base: Path, tmp_path: Path) -> Project:
    return make_project(tmp_path, tiny_base)


def _until(true: Callable[[], bool], what: str, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def test_keys_are_made_once_and_kept_as_hashes(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    first, second = keys.add(file, "reports"), keys.add(file, "web")
    text = file.read_text(encoding="utf-8")
    assert first not in text and second not in text and first != second
    assert file.stat().st_mode & 0o077 == 0
    ring = keys.KeyRing(file)
    assert (ring.owner(first), ring.owner(second), ring.owner(first[:-1]), ring.owner("")) == ("reports", "web", "", "")
    for name in ("web", "two words", ""):
        with pytest.raises(ConfigError):
            keys.add(file, name)
    keys.remove(file, "reports")
    assert (ring.owner(first), ring.owner(second)) == ("", "web")
    file.write_text("{", encoding="utf-8")
    assert ring.owner(second) == "web"  # a damaged file opens nothing, and takes nothing away
    with pytest.raises(ConfigError, match="no file of keys"):
        keys.add(file, "other")


def test_a_key_opens_the_service_as_often_as_its_rate_allows(project: Project) -> None:
    file = project.folder / "keys.json"
    secret = keys.add(file, "reports")
    other = keys.add(file, "other")
    with served(project, rate=0.001, burst=3, sagemaker=True) as server:
        assert server.get("/healthz").status_code == server.get("/readyz").status_code == 200
        assert server.post("/invocations", {"sql": SQL}).status_code == 200
        for wrong in ({}, {"Authorization": "Bearer sw-wrong"}, {"Authorization": f"Basic {secret}"}):
            refused = server.post("/v1/explain", {"sql": SQL}, headers=wrong)
            assert (refused.status_code, refused.json()["error"]["code"]) == (401, "invalid_api_key")
        assert server.get("/metrics").status_code == 401
        mine = {"Authorization": f"Bearer {secret}"}
        found = [server.post("/v1/explain", {"sql": SQL}, headers=mine) for _ in range(4)]
        assert [one.status_code for one in found] == [200, 200, 200, 429]
        assert int(found[-1].headers["retry-after"]) > 100
        theirs = {"Authorization": f"Bearer {other}"}
        assert server.post("/v1/explain", {"sql": SQL}, headers=theirs).status_code == 200
        keys.remove(file, "other")
        assert server.post("/v1/explain", {"sql": SQL}, headers=theirs).status_code == 401


def test_another_host_wants_keys(project: Project, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="has no keys"), served(project, host="0.0.0.0"):
        pass
    secret = keys.add(project.folder / "keys.json", "web")
    with served(project, host="0.0.0.0") as server:
        url = f"http://127.0.0.1:{server.port}/v1/explain"
        keys.remove(project.folder / "keys.json", "web")  # without any, nobody gets in, rather than everybody
        assert httpx2.post(url, json={"sql": SQL}).status_code == 401
        assert httpx2.post(url, json={"sql": SQL}, headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_an_address_that_is_taken_is_said_before_the_model_is_loaded(project: Project) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"--port {port}: cannot be listened on"):
            serve(Project.open(project.folder, {"serve": {"port": port}}), "no-such-run")


@pytest.fixture(scope="module")
def slow(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose model writes on and on: an answer takes seconds."""
    return make_project(tmp_path_factory.mktemp("slow"), tiny_base, max_new_tokens=320)


ENDLESS = "List the names of all customers"
"""A question that the random model writes many tokens for."""


def test_more_than_may_wait_are_told_to_come_again(slow: Project) -> None:
    with served(slow, queue=2, max_batch=1, window_ms=0.0) as server, ThreadPoolExecutor(10) as threads:
        found = list(threads.map(lambda n: server.post("/v1/sql", {"question": f"{ENDLESS} {n}"}), range(10)))
        statuses = [one.status_code for one in found]
        assert set(statuses) == {200, 429} and statuses.count(200) >= 2
        busy = found[statuses.index(429)]
        assert (busy.headers["retry-after"], busy.json()["error"]["code"]) == ("1", "busy")
        assert server.get("/readyz").status_code == 200
        assert server.post("/v1/sql", {"question": ENDLESS}).status_code == 200


def test_what_a_client_left_is_not_run(slow: Project) -> None:
    with served(slow, max_batch=1, window_ms=0.0) as server:
        sockets = [_send(server, f"{ENDLESS} {n}") for n in range(6)]
        _until(lambda: server.metric("sqlwright_requests_running") == 6, "six requests run")
        for connection in sockets:
            connection.close()
        _until(lambda: server.metric("sqlwright_requests_running") == 0, "none runs any more")
        assert server.metric("sqlwright_batch_size_sum") < 6
        gone = 'sqlwright_requests_total{route="/v1/sql",status="499"}'
        _until(lambda: server.metric(gone) == 6, "all are counted as left")
        assert server.post("/v1/sql", {"question": QUESTION}).status_code == 200


def _send(server: Served, question: str) -> socket.socket:
    """Send a question and wait for nothing."""
    body = json.dumps({"question": question}).encode()
    head = f"POST /v1/sql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    connection = socket.create_connection(("127.0.0.1", server.port))
    connection.sendall(head.encode() + b"\r\n\r\n" + body)
    return connection


def test_a_stop_finishes_what_runs(slow: Project) -> None:
    with ThreadPoolExecutor(4) as threads, served(slow) as server:
        asked = [threads.submit(server.post, "/v1/sql", {"question": f"{ENDLESS} {n}"}) for n in range(3)]
        stream = {"messages": [{"role": "user", "content": ENDLESS}], "stream": True}
        asked.append(threads.submit(server.post, "/v1/chat/completions", stream))
        _until(lambda: server.metric("sqlwright_requests_running") == 4, "four requests run")
        server.stop()
        assert [one.result(30).status_code for one in asked] == [200] * 4
        assert asked[-1].result().text.endswith("data: [DONE]\n\n")
        server.thread.join(30)
        with pytest.raises(httpx2.ConnectError):
            server.get("/healthz")


def test_the_command_serves_logs_without_data_and_ends_well(project: Project) -> None:
    with started(command, "serve", "--run", "base", "--port", "0", folder=project.folder) as process:
        _until(lambda: process.out.exists() and "\n" in process.out.read_text(), "it says where it listens", seconds=60)
        line = process.out.read_text(encoding="utf-8")
        assert line.startswith("serving base-tiny on http://127.0.0.1:")
        url = line.split()[-1]
        asked = "Wie many zebras named Qwertz?"
        headers = {"X-Request-ID": "seen-1"}
        assert httpx2.post(f"{url}/v1/ask?secret=1", json={"question": asked}, headers=headers).status_code == 200
        assert httpx2.post(f"{url}/v1/sql", content=b"{").status_code == 422
        assert process.process.pid
        os.kill(process.process.pid, signal.SIGTERM)
        ended = process.end(30)
    assert ended.code == 0 and "stopped" in ended.out
    log = [json.loads(text) for text in ended.err.splitlines() if text.startswith("{")]
    assert [(told["route"], told["status"]) for told in log] == [("/v1/ask", 200), ("/v1/sql", 422)]
    assert log[0]["request_id"] == "seen-1" and log[0]["ms"] > 0
    assert not any(word in ended.err for word in ("Qwertz", "secret", "SELECT"))


def test_the_commands_of_keys(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    folder = ["-C", str(project.folder)]
    assert main(["serve", "keys", "add", "reports", "--json", *folder]) == 0
    made = json.loads(capsys.readouterr().out)
    assert keys.KeyRing(project.folder / "keys.json").owner(made["key"]) == "reports"
    assert main(["serve", "keys", "list", *folder]) == 0
    listed = capsys.readouterr().out
    assert listed.startswith("reports, made 20") and made["key"] not in listed
    assert main(["serve", "keys", "remove", "other", *folder]) == 2
    assert main(["serve", "keys", "remove", "reports", *folder]) == 0
