"""Bad input gives one clear line on stderr, exit code 2, and never a traceback."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from shop_world import ASKED, write_questions

from sqlwright.cli import main


@pytest.fixture
def project(tmp_path: Path, shop_file: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A project that has nothing but its settings."""
    folder = tmp_path / "project"
    assert main(["init", "--db", str(shop_file), "-C", str(folder)]) == 0
    capsys.readouterr()
    return folder


def complaint(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> str:
    """Run a command that must fail and return its one line."""
    code = main(arguments)
    out, err = capsys.readouterr()
    assert code == 2
    assert out == ""
    assert err.startswith("sqlwright: error: ") and err.count("\n") == 1, err
    return err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["data", "synth"], "make one with: sqlwright init"),
        (["data", "audit"], "sqlwright init"),
        (["train"], "sqlwright init"),
        (["ask", "How many?"], "sqlwright init"),
        (["init", "--db", "sqlite:///nowhere.db"], "nowhere.db: no such database file"),
        (["init", "--db", "shop.txt"], "shop.txt' is no database"),
        (["init", "--db", "postgresql://nobody@127.0.0.1:1/none"], "127.0.0.1"),
        (["init", "--db", "klingon://x/y"], "klingon"),
        (["init"], "Missing option '--db'"),
        (["launch"], "launch"),
        (["data", "launch"], "launch"),
        (["train", "--rnk", "8"], "--rnk"),
        (["train", "--rank", "many"], "'--rank': Input should be a valid integer"),
        (["train", "--method", "magic"], "magic"),
        (["evaluate", "--gold", "gold.jsonl"], "--gold, --pred and --databases"),
        (["evaluate", "--gold", "no.jsonl", "--pred", "no.jsonl", "--databases", "."], "no.jsonl: cannot be read"),
    ],
)
def test_without_a_project(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert message in complaint(capsys, arguments)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["data", "audit"], "sqlwright data synth"),
        (["data", "split"], "sqlwright data synth"),
        (["data", "stats"], "sqlwright data synth"),
        (["data", "export", "chat"], "sqlwright data split"),
        (["data", "export", "chat", "--split", "most"], "unknown split 'most'"),
        (["data", "export", "chat", "--style", "prose"], "'prose' is unknown"),
        (["data", "import", "nowhere.json"], "nowhere.json"),
        (["data", "import", "nowhere.json", "--format", "klingon"], "unknown format 'klingon'"),
        (["data", "import", "nowhere.json", "--split", "most"], "unknown split 'most'"),
        (["data", "import", "nowhere.json", "--column", "question"], "--column: expected field=column"),
        (["data", "synth", "--count", "0"], "--count: input should be greater than 0"),
        (["data", "synth", "--languages", "en"], "--languages: expected name=number"),
        (["data", "synth", "--languages", "tlh=1"], "no writer for 'tlh'"),
        (["data", "synth", "--weights", "magic=1"], "magic"),
        (["data", "synth", "--lexicon", "nowhere.toml"], "nowhere.toml"),
        (["train"], "sqlwright data split"),
        (["train", "--rank", "0"], "--rank: input should be greater than 0"),
        (["predict"], "sqlwright train"),
        (["predict", "--run", "mine"], "no finished run 'mine'"),
        (["evaluate"], "sqlwright train"),
        (["evaluate", "--rule", "best"], "best"),
        (["compare", "one", "two"], "no finished run 'one'"),
        (["report"], "sqlwright train"),
        (["data", "split", "--by", "moon"], "moon"),
        (["ask", "How many?"], "sqlwright train"),
    ],
)
def test_in_a_project_without_data(
    capsys: pytest.CaptureFixture[str], project: Path, arguments: list[str], message: str
) -> None:
    assert message in complaint(capsys, [*arguments, "-C", str(project)])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[train]\nrnk = 8\n", "unknown key 'train.rnk'"),
        ("[train]\nrank = 'many'\n", "train.rank"),
        ("[train\n", "not TOML"),
        ("[database]\nurl = 'nowhere.db'\n", "nowhere.db"),
        ("[database]\nurl = '${NO_SUCH_VARIABLE}'\n", "NO_SUCH_VARIABLE is not set"),
        ("[database]\nfolder = 'nowhere'\n", "database.folder"),
        ("", "sqlwright.toml"),
    ],
)
def test_wrong_settings(capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "sqlwright.toml").write_text(text, encoding="utf-8")
    assert message in complaint(capsys, ["data", "synth", "-C", str(tmp_path)])


def test_malformed_records_are_named_and_can_be_skipped(
    capsys: pytest.CaptureFixture[str], project: Path, tmp_path: Path
) -> None:
    file = write_questions(tmp_path / "asked.jsonl", ASKED)
    with file.open("a", encoding="utf-8") as lines:
        lines.write('{"id": "x", "db_id": "shop", "question": "No SQL?"}\n')
    line = complaint(capsys, ["data", "import", str(file), "--format", "sqlwright", "-C", str(project)])
    assert f"line {len(ASKED) + 1}" in line and "--skip-bad" in line
    assert not (project / "data").exists()
    skipping = ["data", "import", str(file), "--format", "sqlwright", "--skip-bad", "--json", "-C", str(project)]
    assert main(skipping) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["examples"], told["left_out"]) == (len(ASKED), 1)


def test_a_base_that_is_no_model(capsys: pytest.CaptureFixture[str], project: Path, tmp_path: Path) -> None:
    write_questions(tmp_path / "asked.jsonl", ASKED)
    for arguments in (["data", "import", str(tmp_path / "asked.jsonl"), "--split", "train"], ["data", "audit"]):
        assert main([*arguments, "-C", str(project)]) == 0
    assert main(["data", "split", "-C", str(project)]) == 0
    capsys.readouterr()
    line = complaint(capsys, ["train", "--base", str(tmp_path / "nowhere"), "-C", str(project)])
    assert "nowhere" in line


@pytest.mark.parametrize(
    ("gold", "pred", "message"),
    [
        ("not json", '{"id": 1, "sql": ""}', "gold.jsonl:1: not JSON"),
        ('{"id": 1, "sql": "SELECT 1"}', '{"id": 1, "sql": ""}', "gold.jsonl:1: no 'db_id'"),
        ('{"id": 1, "db_id": "shop", "sql": "SELECT 1"}', '{"id": 1}', "pred.jsonl:1: no 'sql'"),
        ('{"id": 1, "db_id": "shop", "sql": "SELECT 1"}', '{"id": 2, "sql": "SELECT 1"}', "no example '2' in gold"),
        ('{"id": 1, "db_id": "ship", "sql": "SELECT 1"}', '{"id": 1, "sql": "SELECT 1"}', "holds no ship/ship.sqlite"),
        ("", '{"id": 1, "sql": "SELECT 1"}', "gold.jsonl: holds no records"),
    ],
)
def test_malformed_gold_and_predictions(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, gold: str, pred: str, message: str
) -> None:
    (tmp_path / "gold.jsonl").write_text(gold + "\n", encoding="utf-8")
    (tmp_path / "pred.jsonl").write_text(pred + "\n", encoding="utf-8")
    files = ["--gold", str(tmp_path / "gold.jsonl"), "--pred", str(tmp_path / "pred.jsonl")]
    assert message in complaint(capsys, ["evaluate", *files, "--databases", str(tmp_path)])


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(capsys: pytest.CaptureFixture[str], tmp_path: Path, shop_file: Path) -> None:
    tmp_path.chmod(0o500)
    line = complaint(capsys, ["init", "--db", str(shop_file), "-C", str(tmp_path / "project")])
    assert "ermission" in line
