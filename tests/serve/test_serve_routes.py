"""What each route answers, over a real socket."""

from __future__ import annotations

import re

import httpx2
import pytest
from served import QUESTION, Served, data_lines
from shop_world import SQL


def test_sql_is_written_and_said_to_be_safe_or_not(server: Served) -> None:
    found = server.post("/v1/sql", {"question": QUESTION})
    assert found.status_code == 200
    answer = found.json()
    assert answer["db_id"] == "shop" and answer["dialect"] == "sqlite"
    assert answer["refused"] and answer["refused"]["rule"]  # what random weights write is no query
    usage = answer["usage"]
    assert usage["prompt_tokens"] > 20 and usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert server.post("/nl2sql", {"question": QUESTION}).json() == {"sql": answer["sql"]}
    assert server.post("/invocations", {"question": QUESTION}).json() == {"sql": answer["sql"]}
    assert server.get("/ping").status_code == 200


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "Read customer. Count the rows."), ("zh", "读取 customer。统计行数。")],
)
def test_sql_is_explained(server: Served, language: str, text: str) -> None:
    found = server.post("/v1/explain", {"sql": SQL, "language": language})
    assert found.json() == {"text": text, "by": "steps"}
    assert server.post("/sql2nl", {"sql": SQL, "language": language}).json() == {"text": text}
    assert server.post("/invocations", {"sql": SQL, "language": language}).json() == {"text": text}


def test_earlier_turns_are_read_too(server: Served) -> None:
    turns = [{"question": QUESTION, "sql": SQL}]
    alone = server.post("/v1/sql", {"question": "And in Oslo?"}).json()["usage"]["prompt_tokens"]
    found = server.post("/v1/sql", {"question": "And in Oslo?", "history": turns}).json()
    assert found["usage"]["prompt_tokens"] > alone
    said = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": SQL}]
    chat = server.post("/v1/chat/completions", {"messages": [*said, {"role": "user", "content": "And in Oslo?"}]})
    assert chat.json()["usage"] == found["usage"]


def test_a_question_is_answered_whatever_the_model_wrote(server: Served) -> None:
    found = server.post("/v1/ask", {"question": QUESTION})
    assert found.status_code == 200
    answer = found.json()
    assert answer["question"] == QUESTION and answer["text"]
    assert answer["status"] in ("refused", "error") and answer["error"]
    assert (answer["refused"] is not None) == (answer["status"] == "refused")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/sql", b"{"),
        ("/v1/sql", b"\xff\xfe"),
        ("/v1/sql", b"[1, 2]"),
        ("/v1/sql", b'{"question": ""}'),
        ("/v1/sql", b'{"question": 7}'),
        ("/v1/sql", b'{"question": "\\ud800 how many?"}'),
        ("/v1/sql", b'{"question": "how many?", "tables": 1}'),
        ("/v1/sql", b"[" * 50_000),
        ("/v1/sql", b'{"question": ' + b"9" * 6_000 + b"}"),
        ("/v1/explain", b'{"sql": "DROP TABLE customer"}'),
        ("/v1/explain", b'{"sql": "SELECT FROM WHERE"}'),
        ("/invocations", b'{"question": "how many?", "sql": "SELECT 1"}'),
        ("/invocations", b"{}"),
        ("/v1/chat/completions", b'{"messages": []}'),
        ("/v1/chat/completions", b'{"messages": [{"role": "assistant", "content": "SELECT 1"}]}'),
        ("/v1/chat/completions", b'{"messages": [{"role": "user", "content": "how many?"}], "n": 3}'),
    ],
)
def test_a_bad_body_is_a_422_that_names_what_is_wrong(server: Served, path: str, body: bytes) -> None:
    found = httpx2.post(server.url + path, content=body, headers={"Content-Type": "application/json"}, timeout=30)
    assert found.status_code == 422
    error = found.json()["error"]
    assert error["code"] and error["message"]
    assert ("type" in error) == path.startswith("/v1/chat")


def test_what_is_not_there(server: Served) -> None:
    assert server.get("/v2/sql").json()["error"]["code"] == "not_found"
    assert server.get("/v1/sql").status_code == 405
    assert server.post("/v1/sql", {"question": QUESTION, "db_id": "other"}).json()["error"] == {
        "code": "unknown_database", "message": "no database 'other'; there are: shop",
    }  # fmt: skip
    assert server.get("/v1/models/other").status_code == 404


def test_sizes_are_bounded(server: Served) -> None:
    most = server.project.config.serve.body_bytes
    assert server.post("/v1/sql", {"question": "x" * most}).status_code == 413

    def pieces() -> object:
        yield from [b" " * 65_536] * (most // 65_536 + 2)

    long = httpx2.post(server.url + "/v1/sql", content=pieces(), timeout=30)  # type: ignore[arg-type]
    assert long.status_code == 413
    tokens = server.project.config.serve.input_tokens
    many = server.post("/v1/sql", {"question": "how many " * tokens})
    assert many.status_code == 422 and f"{tokens:,} tokens" in many.json()["error"]["message"]


def test_a_request_has_an_id(server: Served) -> None:
    assert server.get("/healthz", headers={"X-Request-ID": "mine-1"}).headers["x-request-id"] == "mine-1"
    made = server.get("/healthz", headers={"X-Request-ID": "two words\tand more"}).headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", made)
    assert "x-request-id" in server.post("/v1/sql", {}).headers


def test_no_page_of_another_name_reads_the_database(server: Served) -> None:
    found = server.post("/v1/sql", {"question": QUESTION}, headers={"Host": "evil.example:8000"})
    assert (found.status_code, found.json()["error"]["code"]) == (403, "wrong_host")
    found = server.post("/v1/sql", {"question": QUESTION}, headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in found.headers
    text = httpx2.post(server.url + "/v1/sql", content=b'{"question": "q"}', headers={"Content-Type": "text/plain"})
    assert text.status_code == 422  # so a page needs leave to send JSON, and there is none


def test_metrics_and_pages(server: Served) -> None:
    before = server.metric('sqlwright_requests_total{route="/v1/explain",status="200"}')
    server.post("/v1/explain", {"sql": SQL})
    assert server.metric('sqlwright_requests_total{route="/v1/explain",status="200"}') == before + 1
    assert server.metric("sqlwright_requests_running") == 0
    assert server.get("/readyz").json()["status"] == "ready"
    paths = server.get("/openapi.json").json()["paths"]
    assert {"/v1/sql", "/v1/ask", "/v1/explain", "/v1/chat/completions", "/nl2sql", "/sql2nl"} <= set(paths)
    assert "swagger" in server.get("/docs").text


def test_a_stream_of_events(server: Served) -> None:
    body = {"messages": [{"role": "user", "content": QUESTION}], "stream": True}
    found = server.post("/v1/chat/completions", body)
    assert found.headers["content-type"].startswith("text/event-stream")
    chunks = data_lines(found.text)
    assert found.text.endswith("data: [DONE]\n\n")
    assert chunks[0]["choices"][0]["delta"]["role"] == "assistant"
    assert chunks[-1]["choices"][0]["finish_reason"] in ("stop", "length")
    text = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
    assert text == server.post("/nl2sql", {"question": QUESTION}).json()["sql"]
