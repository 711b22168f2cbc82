"""The judge against a real HTTP server: good and bad answers, busy and broken servers, keys, the cache, agreement."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judge_server import Reply, Server, rated, serving

from sqlwright._endpoint import Patience, check_url
from sqlwright.errors import ConfigError, DataError, EndpointError
from sqlwright.evaluate.judge.agreement import judge_agreement, judge_figures
from sqlwright.evaluate.judge.ask import Judge, Judgement
from sqlwright.evaluate.judge.prompt import PROMPT_VERSION, JudgeItem, again, messages, read_answer

QUICK = Patience(seconds=5, attempts=3, pause=0.01, longest_pause=3)
SECRET = "sk-judge-0123456789"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as state:
        yield state


def item(name: str, candidate: str | None = None, **more: Any) -> JudgeItem:
    return JudgeItem(name, "SELECT COUNT(*) FROM city", candidate or f"SELECT {name}", "How many cities?", **more)


def judge(server: Server, **more: Any) -> Judge:
    return Judge(server.url, "grader", **{"patience": QUICK, **more})


def test_good_answers_become_judgements_in_the_order_asked(server: Server) -> None:
    rating = {"SELECT a": 5, "SELECT b": 1, "SELECT c": 3}
    server.behave = lambda body, number: rated(
        rating[json.loads(body["messages"][1]["content"])["candidate"]], f"reason {number}"
    )
    seen: list[tuple[int, int]] = []
    found = judge(server, concurrency=2).rate(
        [item("a"), item("b"), item("c")], progress=lambda done, of: seen.append((done, of))
    )
    assert [(one.id, one.rating) for one in found] == [("a", 5), ("b", 1), ("c", 3)]
    assert all(one.reason.startswith("reason") for one in found)
    assert seen == [(1, 3), (2, 3), (3, 3)]
    first = server.bodies[0]
    assert (first["_path"], first["model"], first["temperature"]) == ("/v1/chat/completions", "grader", 0)
    assert "authorization" not in server.headers[0]


def test_questions_in_chinese_are_judged_by_chinese_instructions(server: Server) -> None:
    judge(server).rate([item("a", language="zh-CN"), item("b", kind="text")])
    told = {json.loads(body["messages"][1]["content"])["candidate"]: body["messages"][0] for body in server.bodies}
    assert "评分标准" in told["SELECT a"]["content"]
    assert "Scale" in told["SELECT b"]["content"]
    assert "Both are texts" in told["SELECT b"]["content"]


def test_a_bad_answer_is_asked_again_once(server: Server) -> None:
    server.behave = lambda body, number: Reply("I would say it is quite good.") if number == 1 else Reply("4")
    (found,) = judge(server).rate([item("a")])
    assert found.rating == 4
    again = server.bodies[1]["messages"]
    assert again[:2] == server.bodies[0]["messages"]
    assert again[2] == {"role": "assistant", "content": "I would say it is quite good."}


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply("Rating: 4 or maybe 5"), "'Rating: 4 or maybe 5'"),
        (Reply('{"rating": 6}'), "rating"),
        (Reply(""), "without a text"),
        (Reply(None), "without a text"),
        (Reply(body="<html>welcome</html>"), "without a text"),
        (Reply(body='{"choices": []}'), "without a text"),
        (Reply(body="[" * 20_000), "without a text"),
    ],
)
def test_two_bad_answers_leave_an_item_unrated_and_unkept(
    server: Server, tmp_path: Path, reply: Reply, reason: str
) -> None:
    server.behave = lambda body, number: reply
    (found,) = judge(server, cache=tmp_path).rate([item("a")])
    assert found.rating is None
    assert reason in found.reason
    assert len(server.bodies) == 2
    assert list(tmp_path.rglob("*.json")) == []


def test_a_busy_server_is_given_the_time_it_asks_for(server: Server) -> None:
    server.behave = lambda body, number: Reply(status=429, headers={"Retry-After": "1"}) if number == 1 else rated(5)
    began = time.monotonic()
    assert judge(server).rate([item("a")])[0].rating == 5
    assert time.monotonic() - began >= 1


def test_retry_after_may_be_a_date(server: Server) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    server.behave = lambda body, number: Reply(status=503, headers={"Retry-After": moment}) if number == 1 else rated(2)
    began = time.monotonic()
    assert judge(server).rate([item("a")])[0].rating == 2
    assert time.monotonic() - began >= 0.5


@pytest.mark.parametrize("header", ["3600", "soon"])
def test_a_server_that_asks_for_too_much_patience_has_failed(server: Server, header: str) -> None:
    server.behave = lambda body, number: Reply(status=429, headers={"Retry-After": header}, body="slow down")
    (found,) = judge(server).rate([item("a")])
    assert found.rating is None
    assert "HTTP 429 (slow down)" in found.reason
    assert len(server.bodies) == (1 if header == "3600" else 3)


def test_a_server_that_fails_once_is_tried_again(server: Server) -> None:
    server.behave = lambda body, number: Reply(status=500, body="oops") if number < 3 else rated(4)
    assert judge(server).rate([item("a")])[0].rating == 4
    assert len(server.bodies) == 3


def test_an_item_that_always_fails_does_not_take_the_others_with_it(server: Server) -> None:
    server.behave = lambda body, number: (
        Reply(status=500, body="oops") if "SELECT b" in body["messages"][1]["content"] else rated(4)
    )
    found = judge(server).rate([item(name) for name in "abc"])
    assert [one.rating for one in found] == [4, None, 4]
    assert found[1].reason == "HTTP 500 (oops)"


def test_a_server_that_always_fails_ends_the_run(server: Server) -> None:
    server.behave = lambda body, number: Reply(status=502, body="bad gateway")
    with pytest.raises(EndpointError, match=r"5 requests in a row failed: HTTP 502 \(bad gateway\)"):
        judge(server, concurrency=1).rate([item(f"q{number}") for number in range(40)])
    assert len(server.bodies) < 40


def test_a_request_that_is_refused_for_its_contents_is_not_repeated(server: Server) -> None:
    long = json.dumps({"error": {"message": "context length exceeded " * 50}})
    server.behave = lambda body, number: Reply(status=400, body=long)
    found = judge(server).rate([item(f"q{number}") for number in range(8)])
    assert [one.rating for one in found] == [None] * 8
    assert found[0].reason.startswith("HTTP 400 (context length exceeded")
    assert len(found[0].reason) < 250
    assert len(server.bodies) == 8


@pytest.mark.parametrize("drip", [False, True])
def test_a_slow_server_is_given_up(server: Server, drip: bool) -> None:
    slow = Reply("5", delay=0 if drip else 1.5, drip=drip)
    server.behave = lambda body, number: slow
    began = time.monotonic()
    (found,) = judge(server, patience=Patience(seconds=0.3, attempts=2, pause=0.01)).rate([item("a")])
    assert found.rating is None
    assert "no whole reply" in found.reason
    assert time.monotonic() - began < 10


def test_a_server_that_is_not_there_ends_the_run(server: Server) -> None:
    nobody = Judge("http://127.0.0.1:9/v1", "grader", patience=QUICK)
    with pytest.raises(EndpointError, match=r"http://127\.0\.0\.1:9/v1: cannot be reached"):
        nobody.rate([item("a")])


@pytest.mark.parametrize(("status", "advice"), [(401, "API key"), (403, "API key"), (404, "usually ends in /v1")])
def test_a_refused_key_or_address_ends_the_run_at_once(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: int, advice: str
) -> None:
    monkeypatch.setenv("JUDGE_TEST_KEY", f" {SECRET}\n")
    echo = json.dumps({"error": {"message": f"Incorrect key provided: {SECRET}"}})
    server.behave = lambda body, number: Reply(status=status, body=echo)
    asked = judge(server, key_variable="JUDGE_TEST_KEY", concurrency=1, cache=tmp_path)
    with pytest.raises(EndpointError, match=advice) as caught:
        asked.rate([item(f"q{number}") for number in range(20)])
    assert server.headers[0]["authorization"] == f"Bearer {SECRET}"
    assert len(server.bodies) <= 2
    assert SECRET not in str(caught.value)
    assert "Incorrect key provided: ***" in str(caught.value)


def test_the_key_is_never_written(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JUDGE_TEST_KEY", SECRET)
    server.behave = lambda body, number: rated(5, f"your key is {SECRET}")
    asked = judge(server, key_variable="JUDGE_TEST_KEY", cache=tmp_path)
    found = asked.rate([item("a")])
    kept = "".join(file.read_text(encoding="utf-8") for file in tmp_path.rglob("*.json"))
    assert kept
    assert SECRET not in kept + repr(asked) + repr(found) + json.dumps(server.bodies)


def test_a_redirect_is_not_followed_with_the_key(server: Server) -> None:
    server.behave = lambda body, number: Reply(status=307, headers={"Location": f"{server.url}/elsewhere"}, body="")
    with pytest.raises(EndpointError, match="HTTP 307"):
        judge(server).rate([item("a")])
    assert len(server.bodies) == 1


@pytest.mark.parametrize(("value", "says"), [(None, "holds no API key"), (" ", "no API key"), ("a b", "no API key")])
def test_a_key_that_is_none_is_refused_without_being_shown(
    server: Server, monkeypatch: pytest.MonkeyPatch, value: str | None, says: str
) -> None:
    if value is not None:
        monkeypatch.setenv("JUDGE_TEST_KEY", value)
    with pytest.raises(ConfigError, match=says) as caught:
        judge(server, key_variable="JUDGE_TEST_KEY").rate([item("a")])
    assert "a b" not in str(caught.value)
    assert server.bodies == []


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8000",
        "ftp://host/v1",
        "http://",
        "http://host:99999/v1",
        "http://[::1/v1",
        "http://me:pass@host/v1",
        "http://host/v1?key=pass",
    ],
)
def test_an_unusable_url_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Judge(url, "grader")
    assert "pass@" not in str(caught.value)
    assert "key=pass" not in str(caught.value)


def test_a_url_may_end_anyhow() -> None:
    for url in ("http://h/v1", "http://h/v1/", "http://h/v1/chat/completions"):
        assert check_url(url) == "http://h/v1"


def test_answers_are_kept_and_an_interrupted_run_goes_on(server: Server, tmp_path: Path) -> None:
    items = [item(f"q{number}") for number in range(12)]
    server.behave = lambda body, number: rated(4) if number <= 5 else Reply(status=401)
    with pytest.raises(EndpointError):
        judge(server, cache=tmp_path, concurrency=1).rate(items)
    answered = set(server.candidates()[:5])
    server.bodies.clear()
    server.behave = lambda body, number: rated(3)
    found = judge(server, cache=tmp_path).rate(items)
    assert sorted(one.rating or 0 for one in found) == [3] * 7 + [4] * 5
    assert answered.isdisjoint(server.candidates())
    assert len(server.bodies) == 7
    server.bodies.clear()
    assert judge(server, cache=tmp_path).rate(items) == found
    assert server.bodies == []


def test_what_changes_the_answer_changes_its_place_in_the_cache(server: Server, tmp_path: Path) -> None:
    judge(server, cache=tmp_path).rate([item("a")])
    for other, same in [
        (Judge(server.url, "other", cache=tmp_path), item("a")),
        (judge(server, cache=tmp_path, options={"seed": 1}), item("a")),
        (judge(server, cache=tmp_path), item("a", candidate="SELECT 2")),
        (judge(server, cache=tmp_path), item("a", context="CREATE TABLE city (id)")),
    ]:
        server.bodies.clear()
        other.rate([same])
        assert len(server.bodies) == 1
    server.bodies.clear()
    judge(server, cache=tmp_path).rate([JudgeItem("another id", item("a").reference, "SELECT a", item("a").question)])
    assert server.bodies == []


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"answer": 3}', '{"answer": "{\\"rating\\": 9}"}'])
def test_a_broken_file_in_the_cache_is_asked_for_again(server: Server, tmp_path: Path, broken: str) -> None:
    judge(server, cache=tmp_path).rate([item("a")])
    (file,) = tmp_path.rglob("*.json")
    whole = file.read_text(encoding="utf-8")
    file.write_text(broken, encoding="utf-8")
    assert judge(server, cache=tmp_path).rate([item("a")])[0].rating == 5
    assert len(server.bodies) == 2
    assert file.read_text(encoding="utf-8") == whole


def test_the_same_question_is_asked_once(server: Server) -> None:
    found = judge(server).rate([item(f"q{number}", candidate="SELECT 1") for number in range(9)])
    assert [one.id for one in found] == [f"q{number}" for number in range(9)]
    assert len(server.bodies) == 1


def test_no_more_requests_at_once_than_allowed(server: Server) -> None:
    server.behave = lambda body, number: Reply("5", delay=0.05)
    judge(server, concurrency=3).rate([item(f"q{number}") for number in range(15)])
    assert 2 <= server.most_at_once <= 3


def test_options_are_sent_and_none_takes_a_field_out(server: Server) -> None:
    judge(server, options={"max_tokens": 50, "temperature": None}).rate([item("a")])
    assert server.bodies[0]["max_tokens"] == 50
    assert "temperature" not in server.bodies[0]
    with pytest.raises(ConfigError, match="'messages' cannot be set"):
        judge(server, options={"messages": []})
    with pytest.raises(ConfigError, match="at least"):
        judge(server, concurrency=0)


def test_two_items_of_one_id_are_refused(server: Server) -> None:
    with pytest.raises(DataError, match="'a'"):
        judge(server).rate([item("a"), item("a", candidate="SELECT 2")])
    assert judge(server).rate([]) == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ('{"rating": 4, "reason": " fine "}', (4, "fine")),
        ('{"rating": 1}', (1, "")),
        (" 5\n", (5, "")),
        ('```json\n{"rating": 2, "reason": "x"}\n```', (2, "x")),
        ('<think>it is 5, or {"rating": 5}</think>\n{"rating": 3}', (3, "")),
        ("4.0", None),
        ("4.5", None),
        ("0", None),
        ("6", None),
        ("true", None),
        ('"5"', None),
        ("5/5", None),
        ("NaN", None),
        ("[5]", None),
        ('{"rating": "5"}', None),
        ('{"rating": 5, "reason": 3}', None),
        ('{"rating": 5} {"rating": 1}', None),
        ('Sure! {"rating": 5}', None),
        ("<think>it is 5", None),
        ("", None),
    ],
)
def test_answers_are_read_strictly(answer: str, expected: tuple[int, str] | None) -> None:
    assert read_answer(answer) == expected


@given(st.text())
def test_reading_never_fails_and_never_leaves_the_scale(answer: str) -> None:
    read = read_answer(answer)
    assert read is None or 1 <= read[0] <= 5


@given(st.text(), st.text(), st.text())
def test_what_is_judged_stays_within_its_json(question: str, reference: str, candidate: str) -> None:
    system, user = messages(JudgeItem("a", reference, candidate, question))
    assert system == messages(JudgeItem("b", "", ""))[0]
    told = json.loads(user["content"])
    assert (told["reference"], told["candidate"], told.get("question", "")) == (reference, candidate, question)


def test_the_prompt_has_not_changed_under_its_version() -> None:
    kinds = [JudgeItem("a", "r", "c", kind=kind, language=code) for kind in ("sql", "text") for code in ("en", "zh")]
    whole = json.dumps([again(one, "bad") for one in kinds], ensure_ascii=False)
    known = {"1": "1cca1a263f61f3ae"}
    assert hashlib.sha256(whole.encode()).hexdigest()[:16] == known[PROMPT_VERSION]


def judged(ratings: dict[str, int | None]) -> list[Judgement]:
    return [Judgement(name, rating, "") for name, rating in ratings.items()]


def test_figures_leave_out_what_is_unrated() -> None:
    found = judge_figures(judged({"a": 5, "b": 4, "c": 1, "d": None}))
    assert (found.count, found.rated, found.mean, found.share_right) == (4, 3, 10 / 3, 2 / 3)
    assert found.distribution == {1: 1, 2: 0, 3: 0, 4: 1, 5: 1}
    none = judge_figures(judged({"a": None}))
    assert (none.rated, none.mean, none.share_right) == (0, None, None)


def test_agreement_with_execution_by_hand() -> None:
    ratings = {"a": 5, "b": 4, "c": 4, "d": 2, "e": 1, "f": 3, "g": None}
    correct = {"a": True, "b": True, "c": False, "d": False, "e": False, "f": True, "unjudged": True}
    found = judge_agreement(judged(ratings), correct)
    assert (found.count, found.share) == (6, 4 / 6)
    assert found.kappa == pytest.approx((4 / 6 - 0.5) / 0.5)
    # Means 4 and 7/3 of three each; the standard deviation of all six is sqrt(71 / 6 - (19 / 6) ** 2).
    assert found.correlation == pytest.approx((4 - 7 / 3) / (71 / 6 - (19 / 6) ** 2) ** 0.5 * 0.5)
    assert (found.lenient, found.harsh) == (("c",), ("f",))


def test_agreement_that_cannot_be_known_is_none() -> None:
    same = judge_agreement(judged({"a": 5, "b": 5}), {"a": True, "b": True})
    assert (same.share, same.kappa, same.correlation) == (1, None, None)
    none = judge_agreement([], {})
    assert (none.count, none.share, none.kappa, none.correlation) == (0, None, None, None)
    with pytest.raises(DataError, match="'a'"):
        judge_agreement(judged({"a": 5}), {})


@given(st.lists(st.tuples(st.integers(1, 5), st.booleans()), min_size=1, max_size=30))
def test_agreement_is_within_its_bounds_and_perfect_for_the_truth(pairs: list[tuple[int, bool]]) -> None:
    correct = {str(row): right for row, (_, right) in enumerate(pairs)}
    found = judge_agreement(judged({str(row): rating for row, (rating, _) in enumerate(pairs)}), correct)
    assert found.kappa is None or -1 - 1e-9 <= found.kappa <= 1 + 1e-9
    assert found.correlation is None or -1 - 1e-9 <= found.correlation <= 1 + 1e-9
    truth = judge_agreement(judged({name: 5 if right else 1 for name, right in correct.items()}), correct)
    assert truth.share == 1
    if len(set(correct.values())) == 2:
        assert truth.kappa == pytest.approx(1)
        assert truth.correlation == pytest.approx(1)
