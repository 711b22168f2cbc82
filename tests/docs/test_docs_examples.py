"""The documentation's examples are what they say they are, the quick starts agree, and the pictures and pages build."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from loading import load

from sqlwright.config import TrainConfig, parse
from sqlwright.data import read
from sqlwright.schema import Lexicon
from sqlwright.synth import SHAPES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TITLED = re.compile(r'```(?P<kind>\w+) title="(?P<file>[^"]+)"\n(?P<text>.*?)```', re.DOTALL)
FORMATS = {
    "own": "sqlwright",
    "spider": "spider",
    "bird": "bird",
    "sparc": "sparc",
    "wikisql": "wikisql",
    "instruction": "instruction",
    "completion": "completion",
    "chat": "chat",
    "questions": "csv",
    "hub": "hub",
    "log": "query-log",
}


def titled(page: str) -> dict[str, str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return {match["file"]: match["text"] for match in TITLED.finditer(text)}


def test_every_format_s_example_is_read_as_that_format(tmp_path: Path) -> None:
    examples = titled("formats.md")
    assert {Path(name).stem for name in examples} == set(FORMATS)
    for name, text in examples.items():
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        found = read(file, db_id="shop")
        assert (found.format, found.skipped) == (FORMATS[Path(name).stem], []), name
        assert found.examples, name


def test_the_lexicons_are_read(tmp_path: Path) -> None:
    (tmp_path / "lexicon.toml").write_text(titled("synthesis.md")["lexicon.toml"], encoding="utf-8")
    for file in (tmp_path / "lexicon.toml", ROOT / "examples" / "lexicon.toml"):
        assert Lexicon.builtin().extended(file) is not Lexicon.builtin()


def test_every_setting_of_training_is_shown_with_a_value() -> None:
    text = (DOCS / "training.md").read_text(encoding="utf-8").split("## Settings\n")[1]
    shown = tomllib.loads(TITLED.findall(text)[0][2])
    assert list(shown["train"]) and set(shown["train"]) == set(TrainConfig.model_fields)
    assert parse(shown).train.batch_size == 64


def test_the_settings_are_settings_and_the_shapes_are_all_there() -> None:
    page = (DOCS / "synthesis.md").read_text(encoding="utf-8")
    for match in TITLED.finditer(page + (DOCS / "training.md").read_text(encoding="utf-8")):
        if match["file"] == "sqlwright.toml":
            parse(tomllib.loads(match["text"]))
    listed = re.search(r"The shapes: (.*?)\.\n", page, re.DOTALL)
    assert listed is not None
    assert re.findall(r"`([\w-]+)`", listed[1]) == list(SHAPES)


def test_both_quick_starts_give_the_same_commands() -> None:
    def commands(page: str) -> list[str]:
        found = re.findall(r"```bash\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)
        return [re.sub(r'".*"', '"..."', line) for text in found for line in text.splitlines()]

    assert commands("quickstart.md") == commands("quickstart.zh.md")


def test_a_picture_shows_its_figures() -> None:
    drawn = load(DOCS / "gen_picture.py").picture({"synthetic": {"base": 12.3, "tuned": 98.7, "n": 150}})
    assert "12.3 to 98.7" in drawn and ">150 questions<" in drawn
    assert 'width="394.8"' in drawn  # 98.7 % of 400 pixels
    assert "hand" not in drawn


def test_the_picture_is_up_to_date() -> None:
    done = subprocess.run([sys.executable, str(DOCS / "gen_picture.py"), "--check"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_python_example_goes_the_whole_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tiny_model import make_tiny_model

    database, base = tmp_path / "shop.db", make_tiny_model(tmp_path / "tiny", hidden=32, layers=1)
    load(ROOT / "examples" / "make_shop.py").make_shop(database)
    example = load(ROOT / "examples" / "whole_way.py")
    assert set(example.SETTINGS) == {"synth", "train"}
    example.SETTINGS |= {"synth": {"count": 40}, "train": {"epochs": 0.2}, "predict": {"max_new_tokens": 8}}
    example.whole_way(str(tmp_path / "shop"), f"sqlite:///{database}", str(base))
    assert "how many customers are there?" in capsys.readouterr().out.lower()
