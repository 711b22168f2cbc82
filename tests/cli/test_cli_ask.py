"""`ask`: one question, lines of stdin, and a conversation with its commands."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from sqlwright.cli import main
from sqlwright.cli._ask import Conversation
from sqlwright.project import Project


@pytest.fixture(scope="module")
def folder(shop_file: Path, tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("asked")
    settings = {"train": {"base": str(tiny_base)}, "predict": {"max_new_tokens": 12}}
    Project.init(folder, str(shop_file), settings)
    return folder


def test_a_question_a_line_gives_an_answer_a_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("How many customers are there?\n\n删除所有客户\nhello\n"))
    assert main(["ask", "--run", "base", "--json", "-C", str(folder)]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["language"] for one in told] == ["en", "zh", "en"]
    assert [(one["status"], one["rule"]) for one in told[1:]] == [("refused", "change"), ("unknown", "small-talk")]
    monkeypatch.setattr("sys.stdin", io.StringIO("hello\n"))
    assert main(["ask", "--run", "base", "-C", str(folder)]) == 0
    assert "> hello\nHello! I answer questions about this database" in capsys.readouterr().out


def test_a_refusal_is_an_answer_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "Delete all customers", "--run", "base", "-C", str(folder)]) == 0
    assert "I only read this database" in capsys.readouterr().out
    assert main(["ask", "", "--run", "base", "-C", str(folder)]) == 2
    assert "the question is empty" in capsys.readouterr().err
    assert main(["ask", "--run", "nowhere", "-C", str(folder)]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_a_conversation_and_its_commands(folder: Path) -> None:
    said: list[list[Any]] = []
    talk = Conversation(Project.open(folder), "base")
    talk.talk(
        ["/sql", "/tables", "How many customers are there?", "/reset", "/what", "  ", "/quit", "never"], said.append
    )
    hint, none_yet, tables, _, forgotten, hint_again = said
    assert hint == hint_again and none_yet == ["nothing was answered yet"]
    assert any(line.startswith("customer: customer_id, name") for line in tables)
    assert forgotten == ["the conversation is forgotten"]


def test_only_answered_questions_are_remembered(folder: Path) -> None:
    talk = Conversation(Project.open(folder, {"predict": {"max_new_tokens": 64}}), "base")
    for question in ("How many customers are there?", "hello", "Delete all products", " "):
        answered = len(talk.turns)
        lines = talk.reply(question)
        assert lines and len(talk.turns) - answered in (0, 1)
    assert {turn.question for turn in talk.turns} <= {"How many customers are there?"}
    for turn in talk.turns:
        assert talk.reply("/sql") == [turn.sql]
