"""Prediction of whole files: killed and gone on with, by a service, drawn, chosen and repaired."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest
from forked import command, started
from judge_server import Reply, serving
from shop_world import write_questions

from sqlwright.errors import EndpointError
from sqlwright.project import Project
from sqlwright.records import Example, Prediction, read_jsonl

QUESTIONS = tuple(f"How many customers have credit above {number}?" for number in range(48))


def said(text: str) -> Reply:
    return Reply(body=json.dumps({"choices": [{"message": {"content": text}}], "usage": {"completion_tokens": 5}}))


def made(folder: Path, shop_file: Path, **predict: object) -> tuple[Project, Path]:
    """Return a project and a file of questions."""
    project = Project.init(folder, str(shop_file), {"predict": predict})
    return project, write_questions(folder / "asked.jsonl", QUESTIONS)


def test_a_killed_prediction_goes_on(shop_file: Path, tmp_path: Path) -> None:
    project, asked = made(tmp_path / "killed", shop_file, max_new_tokens=6, batch_size=2)
    with started(command, "predict", "-C", str(project.folder), "--run", "base", "--on", str(asked)) as running:
        until = time.monotonic() + 120
        part: list[Path] = []
        while time.monotonic() < until and running.process.is_alive():
            part = list(project.folder.glob("runs/*/predictions/.asked.jsonl.part"))
            if part and part[0].read_bytes().count(b"\n") > 4:
                break
            time.sleep(0.01)
        running.process.kill()
        ended = running.end()
    assert ended.code == -signal.SIGKILL, ended.err
    kept = part[0].read_text(encoding="utf-8").splitlines()
    assert 4 < len(kept) <= len(QUESTIONS)
    assert not part[0].with_name("asked.jsonl").exists()
    with part[0].open("a") as file:  # as a kill in the middle of a line leaves it
        file.write('{"id": "half')
    first = json.loads(kept[1])
    marked = [kept[0], json.dumps({**first, "raw": "kept"}), *kept[2:], '{"id": "half']
    part[0].write_text("\n".join(marked), encoding="utf-8")

    outcome = project.predict("base", asked)
    found = read_jsonl(outcome.wrote[0], Prediction)
    whole, other = made(tmp_path / "whole", shop_file, max_new_tokens=6, batch_size=64)
    expected = read_jsonl(whole.predict("base", other).wrote[0], Prediction)
    assert [one.id for one in found] == [one.id for one in expected]
    assert [one.sql for one in found] == [one.sql for one in expected]
    assert {one.id for one in found if one.raw == "kept"} == {first["id"]}  # not written anew
    assert all(one.seconds > 0 and one.tokens > 0 for one in found)
    assert not part[0].exists()
    assert project.predict("base", asked).unchanged


def test_a_service_that_breaks_down_keeps_what_it_answered(shop_file: Path, tmp_path: Path) -> None:
    with serving() as server:
        project, asked = made(tmp_path / "p", shop_file, url=server.url, model="some-model", batch_size=4)
        server.behave = lambda body, number: said("SELECT COUNT(*) FROM customer") if number < 20 else Reply(status=404)
        with pytest.raises(EndpointError, match="HTTP 404"):
            project.predict(None, asked)
        before = len(server.bodies)
        server.behave = lambda body, number: said("SELECT COUNT(*) FROM customer")
        outcome = project.predict(None, asked)
        assert outcome.counts["run"] == "base-some-model"
        assert len(server.bodies) - before <= len(QUESTIONS) - 12
    assert len(read_jsonl(outcome.wrote[0], Prediction)) == len(QUESTIONS)
    assert "customer_id" in server.bodies[0]["messages"][0]["content"]


def test_what_does_not_run_is_repaired_once(shop_file: Path, tmp_path: Path) -> None:
    with serving() as server:
        settings = {"url": server.url, "model": "m", "repair": True}
        project, asked = made(tmp_path / "p", shop_file, **settings)

        def behave(body: dict, number: int) -> Reply:  # type: ignore[type-arg]
            text = body["messages"][0]["content"]
            if "failed with" in text:
                return said("SELECT COUNT(*) FROM customer" if "above 7?" in text else "SELECT nothing FROM customer")
            broken = "above 7?" in text or "above 8?" in text
            return said("SELECT COUNT(*) FROM custmer" if broken else "SELECT 1")

        server.behave = behave
        found = read_jsonl(project.predict(None, asked).wrote[0], Prediction)
    told = [body["messages"][0]["content"] for body in server.bodies if "failed" in body["messages"][0]["content"]]
    assert len(told) == 2 and all("custmer" in text for text in told)
    assert found[7].sql == "SELECT COUNT(*) FROM customer" and found[7].tokens == 10
    assert found[8].sql == "SELECT COUNT(*) FROM custmer" and found[8].tokens == 10  # the first stands
    assert {one.sql for one in (*found[:7], *found[9:])} == {"SELECT 1"}


def test_samples_vote_by_their_results(shop_file: Path, tmp_path: Path) -> None:
    forty = ["SELECT COUNT(*) FROM customer", "SELECT 40", "SELECT COUNT(name) FROM customer"]
    statements = ["SELECT 5", "SELECT 5", *forty]
    with serving() as server:
        settings = {"url": server.url, "model": "m", "candidates": 5, "temperature": 0.7}
        project, _ = made(tmp_path / "p", shop_file, **settings)
        asked = write_questions(tmp_path / "one.jsonl", QUESTIONS[:1])
        server.behave = lambda body, number: said(statements[(number - 1) % 5])
        found = read_jsonl(project.predict(None, asked).wrote[0], Prediction)
    assert found[0].sql in forty


def test_a_base_that_does_not_know_is_asked_again_for_sql(shop_file: Path, tmp_path: Path) -> None:
    project = Project.init(tmp_path / "free", str(shop_file), {"predict": {"constrain": False}})
    asked = write_questions(project.folder / "asked.jsonl", ("How many customers are there?", "Who won the football?"))
    first, second = read_jsonl(project.predict("base", asked).wrote[0], Prediction)
    assert first.sql == "SELECT COUNT(*) FROM customer"
    assert first.raw == " SELECT COUNT ( * ) FROM customer"
    assert second.sql.upper().startswith("SELECT ")
    assert second.raw.startswith(" SELECT ")

    _, model, engine = project.loaded("base")  # and what it says by itself
    alone = engine.generate(model.prompts(read_jsonl(asked, Example), project.databases))
    assert "not know" in alone[1].raw
    assert second.tokens > alone[1].tokens
