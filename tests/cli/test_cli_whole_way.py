"""The whole way, as a stranger goes it: every command says what it wrote and what comes next."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from forked import run_command
from shop_world import SQL

from sqlwright import __version__
from sqlwright.cli import main

STEPS = ["--max-steps", "4", "--batch-size", "4", "--micro-batch-size", "4", "--max-length", "4096"]


@pytest.fixture(scope="module")
def folder(shop_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database in it, which is all that a stranger has."""
    here = tmp_path_factory.mktemp("stranger")
    shutil.copy(shop_file, here / "shop.db")
    return here


def test_every_command_in_a_strangers_order(
    folder: Path, tiny_base: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)

    def say(*arguments: str) -> str:
        code = main(arguments)
        out, err = capsys.readouterr()
        assert code == 0, err
        return out

    def tell(*arguments: str) -> dict[str, Any]:
        value = json.loads(say(*arguments, "--json"))
        assert isinstance(value, dict)
        return value

    assert "next: sqlwright data synth" in say("init", "--db", "sqlite:///shop.db")
    settings = (folder / "sqlwright.toml").read_text(encoding="utf-8")
    assert 'url = "sqlite:///shop.db"' in settings and "# Rank of the adapter's matrices.\nrank = 16\n" in settings
    _answer_briefly(folder)
    assert "next: sqlwright data audit" in say("data", "synth", "--count", "200", "--seed", "5")
    assert "next: sqlwright data split" in say("data", "audit")
    assert "unchanged" in say("data", "audit")
    assert "next: sqlwright train" in say("data", "split")
    counts = tell("data", "split")
    assert counts["train"] + counts["validation"] + counts["test"] == 200
    assert tell("data", "stats")["train"]["examples"] == counts["train"]
    assert "operators: " in say("data", "stats")
    assert tell("data", "export", "completion")["examples"] == counts["train"]
    trained = tell("train", "--base", str(tiny_base), *STEPS)
    run = trained["run"]
    assert trained["steps"] == 4
    assert "next: sqlwright evaluate" in say("train", "--base", str(tiny_base), *STEPS)
    assert f"predictions of {run} for test" in say("predict")
    assert "next: sqlwright report" in say("evaluate")
    figures = tell("evaluate", "--bootstrap", "50")
    assert list(figures["runs"]) == ["base-tiny", run]
    assert figures["runs"][run]["count"] == counts["test"]
    assert "McNemar" in say("compare", "base", run)
    assert "next: sqlwright ask" in say("report")
    assert (folder / "runs" / run / "report.html").stat().st_size > 2000
    answer = tell("ask", "有多少客户？")
    assert answer["language"] == "zh" and answer["text"]
    assert answer["text"] in say("ask", "有多少客户？")


def test_files_are_judged_without_a_project(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "databases" / "shop").mkdir(parents=True)
    shutil.copy(folder / "shop.db", tmp_path / "databases" / "shop" / "shop.sqlite")
    rows = [(1, SQL), (2, "SELECT customer_id, name FROM customer")]
    predicted = {1: "select count(customer_id) from customer", 2: "SELECT name, customer_id FROM customer"}
    for name, sql in (("gold", dict(rows)), ("pred", predicted)):
        lines = [json.dumps({"id": key, "db_id": "shop", "sql": text}) for key, text in sql.items()]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    files = ["--gold", "gold.jsonl", "--pred", "pred.jsonl", "--databases", "databases"]
    shares = {}
    for rule in ("strict", "ts"):
        assert main(["evaluate", *files, "--rule", rule, "--json"]) == 0
        shares[rule] = json.loads(capsys.readouterr().out)["runs"]["pred"]["ex"]
    assert shares == {"strict": 0.5, "ts": 1.0}
    (tmp_path / "gold.sql").write_text("".join(f"{sql}\tshop\n" for _, sql in rows), encoding="utf-8")
    (tmp_path / "pred.sql").write_text("".join(f"{sql}\n" for sql in predicted.values()), encoding="utf-8")
    texts = ["--gold", "gold.sql", "--pred", "pred.sql", "--databases", "databases"]
    assert main(["evaluate", *texts, "--rule", "ts", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["runs"]["pred"]["ex"] == 1.0


def test_the_version_and_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"sqlwright {__version__}\n"
    commands = ["demo", "init", "train", "predict", "evaluate", "compare", "report", "ask"]
    commands += [f"data {name}" for name in ("import", "synth", "audit", "split", "stats", "export")]
    for name in commands:
        assert main([*name.split(), "--help"]) == 0
        assert f"sqlwright {name}" in capsys.readouterr().out.split("Example:")[1]


@pytest.mark.slow
def test_as_processes_with_ctrl_c_on_the_way(shop_file: Path, tiny_base: Path, tmp_path: Path) -> None:
    """Training is a process from its first import to its end, for Ctrl-C; the other commands are forked."""
    shutil.copy(shop_file, tmp_path / "shop.db")

    def say(*arguments: str) -> str:
        ended = run_command(*arguments, folder=tmp_path)
        assert ended.code == 0, ended.err
        assert "Traceback" not in ended.err
        return ended.out

    for way in ("init --db shop.db", "data synth --count 200", "data audit", "data split"):
        say(*way.split())
    _answer_briefly(tmp_path)
    train = ["train", "--run", "one", "--base", str(tiny_base), *STEPS, "--early-stopping", "off"]
    train[train.index("--max-steps") + 1] = "100"
    code, err = _interrupt(train, tmp_path, once_there=tmp_path / "runs" / "one" / "log.jsonl")
    assert code == 130, err
    assert err.splitlines()[-1].startswith("sqlwright: stopped; the checkpoint is kept")
    assert not (tmp_path / "runs" / "one" / "model").exists()
    assert json.loads(say(*train, "--json"))["steps"] == 100
    say("evaluate")
    say("report")
    assert (tmp_path / "runs" / "one" / "report.html").exists()
    assert json.loads(say("ask", "--json", "customers?"))["question"] == "customers?"
    refused = run_command("train", "--nonsense", folder=tmp_path)
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)


def _answer_briefly(folder: Path) -> None:
    """Let a model that never ends a statement write few tokens, so that the way takes seconds."""
    file = folder / "sqlwright.toml"
    text = file.read_text(encoding="utf-8")
    assert "max_new_tokens = 128" in text
    file.write_text(text.replace("max_new_tokens = 128", "max_new_tokens = 12"), encoding="utf-8")


def _interrupt(arguments: list[str], folder: Path, *, once_there: Path) -> tuple[int, str]:
    """Start a command, press Ctrl-C when a file has something in it, and return the exit status and what it said."""
    command = [sys.executable, "-m", "sqlwright.cli", *arguments]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    process = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        until = time.monotonic() + 240
        while not (once_there.exists() and once_there.stat().st_size):
            if process.poll() is not None or time.monotonic() > until:
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=240)
    finally:
        process.kill()
    return process.returncode, err
