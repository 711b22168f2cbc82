"""Both READMEs: their commands run, and say the same; what they point to is there."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from loading import load

from sqlwright.cli import main

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
FENCE = re.compile(r"(?:<!-- (?P<mark>[\w ]+) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)#]+)(?:#[^)]*)?\)")


@pytest.fixture(scope="module")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tiny_model import make_tiny_model

    return make_tiny_model(tmp_path_factory.mktemp("base") / "tiny", hidden=32, layers=1)


def blocks(readme: str, kind: str, mark: str = "") -> list[str]:
    found = FENCE.finditer((ROOT / readme).read_text(encoding="utf-8"))
    return [match["text"] for match in found if match["kind"] == kind and mark in ("", match["mark"])]


def commands(readme: str) -> list[str]:
    return [line for text in blocks(readme, "bash") for line in text.splitlines() if line.strip()]


def test_the_five_commands_run_as_printed(
    tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    load(ROOT / "examples" / "make_shop.py").make_shop(tmp_path / "shop.db")
    (told,) = [text.splitlines() for text in blocks(READMES[0], "bash", "five commands")]
    assert len(told) == 5
    assert told[0].startswith("sqlwright init ") and told[-1].startswith("sqlwright ask ")
    for line in told:
        assert main(shlex.split(line)[1:]) == 0, capsys.readouterr().err
        capsys.readouterr()
        if line.startswith("sqlwright init "):
            use_little(tmp_path / "sqlwright.toml", tiny_base)
    assert main(["report"]) == 0
    assert list((tmp_path / "runs").glob("*/report.html"))


def test_the_example_s_predictions_are_judged_as_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    load(ROOT / "examples" / "make_shop.py").make_shop(tmp_path / "shop.db")
    (line,) = [text.strip() for text in blocks(READMES[0], "bash", "judging files")]
    assert main([*shlex.split(line)[1:], "--json"]) == 0, capsys.readouterr().err
    told = json.loads(capsys.readouterr().out)
    assert [verdict["error"] for verdict in told["verdicts"]["pred"]] == [
        "",
        "",
        "rows",
        "unknown-table",
        "columns",
        "refused",
    ]
    assert (tmp_path / "judged" / "report.html").exists()


def use_little(settings: Path, base: Path) -> None:
    """Set a tiny base, few pairs and few steps, so that the way takes seconds."""
    text = settings.read_text(encoding="utf-8")
    changes = {
        'base = "embedded"': f'base = "{base}"',
        "count = 6000": "count = 200",
        "max_steps = -1": "max_steps = 3",
        "max_length = 2048": "max_length = 4096",
        "max_new_tokens = 128": "max_new_tokens = 8",
        "bootstrap = 1000": "bootstrap = 20",
    }
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    settings.write_text(text, encoding="utf-8")


def test_both_readmes_name_the_same_commands_and_outputs() -> None:
    english, chinese = READMES
    assert commands(english) == commands(chinese)
    assert {"make demo", "make test"} <= set(commands(english))
    for mark in ("demo output", "test output"):
        assert blocks(english, "text", mark) == blocks(chinese, "text", mark) != []


@pytest.mark.parametrize("readme", READMES)
def test_the_demo_s_output_is_what_was_measured(readme: str) -> None:
    measured = json.loads((ROOT / "benchmarks" / "results" / "demo.json").read_text(encoding="utf-8"))
    (output,) = blocks(readme, "text", "demo output")
    rows = re.findall(r"^│ (\w+) +│ +(\d+) +│ +([\d.]+) +│ +([\d.]+) +│$", output, re.MULTILINE)
    shown = {name: (int(n), float(base), float(tuned)) for name, n, base, tuned in rows}
    assert shown == {name: (row["n"], row["base"], row["tuned"]) for name, row in measured["sets"].items()}
    assert f"{measured['seconds']:.0f} seconds in all" in output


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for line in commands(READMES[0]):
        if line.startswith("make "):
            assert re.search(rf"^{line.split()[1]}:", makefile, re.MULTILINE), line


@pytest.mark.parametrize("readme", READMES)
def test_what_the_file_tree_names_is_there(readme: str) -> None:
    (tree,) = [text for text in blocks(readme, "text") if text.startswith("src/sqlwright/")]
    entries = [(len(line) - len(line.lstrip()), line.split()[0]) for line in tree.splitlines()]
    paths = [name if not depth else f"src/sqlwright/{name}" for depth, name in entries]
    missing = [path for path in paths if not (ROOT / path).exists()]
    rooms = {f"{path.parent.name}/" for path in (ROOT / "src" / "sqlwright").glob("*/__init__.py")}
    assert missing == []
    assert {name for depth, name in entries if depth and name.endswith("/")} == rooms


@pytest.mark.parametrize("page", [*READMES, "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_somewhere(page: str) -> None:
    targets = [match["target"] for match in LINK.finditer((ROOT / page).read_text(encoding="utf-8"))]
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (ROOT / target).exists()] == []
