"""`sqlwright export` on a run, on a folder, and on what is neither."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard
from peft import PeftConfig
from shop_world import ASKED, HELD_OUT, write_questions
from transformers import AutoModelForCausalLM

from sqlwright.cli import main
from sqlwright.project import Project

SETS = {"train": ASKED, "validation": ("Customers in all?",), "test": HELD_OUT}


@pytest.fixture(scope="module")
def project(shop_file: Path, tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with a run that was evaluated."""
    folder = tmp_path_factory.mktemp("exported")
    tuning = {"base": str(tiny_base), "max_steps": 1, "batch_size": 2, "rank": 4, "max_length": 512, "epochs": 1.0}
    made = Project.init(folder / "p", str(shop_file), {"train": tuning, "predict": {"max_new_tokens": 8}})
    for split, questions in SETS.items():
        made.import_data(write_questions(folder / f"{split}.jsonl", questions), split=split, name=split)
    made.audit()
    made.split()
    made.train("first")
    made.evaluate("first")
    return made


def _tell(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    code = main(["export", *arguments, "--json"])
    out, err = capsys.readouterr()
    assert code == 0, err
    found = json.loads(out)
    assert isinstance(found, dict)
    return found


def test_a_run_goes_out_in_every_form(project: Project, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    here = ("--project", str(project.folder))
    run = project.layout.run("first")
    merged = _tell(capsys, "merge", *here)
    assert merged["wrote"] == [str(run / "export" / "first-merged")]
    assert merged["model"] == "first"
    model = AutoModelForCausalLM.from_pretrained(merged["wrote"][0])
    assert merged["parameters"] == sum(parameter.numel() for parameter in model.parameters())
    adapted, plain = (
        _tell(capsys, "gguf", name, "--quant", "f16", "--out", str(tmp_path / out))
        for name, out in ((str(run / "model"), "adapted.gguf"), (merged["wrote"][0], "plain.gguf"))
    )
    weights = [(tmp_path / name).read_bytes()[-20_000:] for name in ("adapted.gguf", "plain.gguf")]
    assert weights[0] == weights[1]
    assert adapted["types"] == plain["types"]
    assert (adapted["model"], plain["model"]) == ("first", "first-merged")
    untuned = _tell(capsys, "gguf", "base", *here, "--out", str(tmp_path / "untuned.gguf"))
    assert untuned["types"]["Q8_0"] == adapted["types"]["F16"]
    modelfile = _tell(capsys, "ollama", str(tmp_path / "adapted.gguf"))
    assert (tmp_path / "Modelfile").read_text().startswith("FROM ./adapted.gguf\n")
    assert modelfile["wrote"] == [str(tmp_path / "Modelfile")]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "Modelfile",
        "adapted.gguf",
        "plain.gguf",
        "untuned.gguf",
    ]


def test_a_card_tells_what_the_run_recorded(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    told = _tell(capsys, "hub", "me/shop-sql", "first", "--dry-run", "--project", str(project.folder))
    (folder,) = map(Path, told["wrote"])
    assert told["sent"] == ""
    assert told["files"] == sorted(path.name for path in folder.iterdir())
    card = ModelCard.load(folder / "README.md")
    assert card.data.to_dict()["language"] == ["en"]
    assert "| train examples | 8 |" in card.text
    assert "| test | 2 | strict |" in card.text
    assert 'method = "lora"\nrank = 4\n' in card.text
    assert "sqlwright's `base` prompts" in card.text
    assert PeftConfig.from_pretrained(folder).base_model_name_or_path == "tiny"
    whole = b"".join(path.read_bytes() for path in folder.iterdir())
    assert str(project.folder.parent).encode() not in whole
    assert str(Path(project.config.train.base).parent).encode() not in whole


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["merge", "nowhere"], "'nowhere' is no folder with a model"),
        (["merge", "no/where"], "no such folder"),
        (["merge", "nowhere", "--project", "PROJECT"], "no finished run 'nowhere'"),
        (["merge", "first", "--project", "PROJECT", "--dtype", "int3"], "--dtype: 'int3' is unknown"),
        (["gguf", "first", "--project", "PROJECT", "--quant", "q2"], "--quant: 'q2' is unknown; known: f16, q8_0"),
        (["gguf", "first", "--project", "PROJECT", "--out", "PROJECT"], "--force"),
        (["hub", "a/b/c", "first", "--project", "PROJECT", "--dry-run"], "cannot be a repository's name"),
        (["ollama", "nothing.gguf"], "no such file"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(
    arguments: list[str],
    message: str,
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    code = main(["export", *(str(project.folder) if word == "PROJECT" else word for word in arguments)])
    told = capsys.readouterr().err.splitlines()
    assert code == 2
    assert message in told[-1]
    assert [line for line in told if not line.endswith(" ...")] == told[-1:]
    assert list(tmp_path.iterdir()) == []
