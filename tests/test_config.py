"""The configuration says what is wrong with it, in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from sqlwright.config import Config, TrainConfig, load, parse
from sqlwright.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[train]\nrnk = 8", "unknown key 'train.rnk'; known here: alpha, base"),
        ("[trian]\nrank = 8", "unknown key 'trian'; known here: ask, database, evaluate"),
        ("[train]\nrank = '8'", "train.rank: input should be a valid integer (found '8')"),
        ("[train]\nrank = 0", "train.rank: input should be greater than 0 (found 0)"),
        ("[train.tasks]\nsummary = 1.0", "train.tasks.summary: input should be 'text-to-sql', 'sql-to-text' or 'reas"),
        ("[train.tasks]\nreasoning = -0.5", "train.tasks.reasoning: input should be greater than or equal to 0 (found"),
        ("[train.tasks]\nreasoning = inf", "train.tasks.reasoning: input should be a finite number"),
        ("[train]\ntasks = { reasoning = 0 }", "train.tasks: no task has a weight above 0; give one"),
        ("train = 3", "train: input should be a valid dictionary"),
        ("[evaluate]\nrule = 'best'", "evaluate.rule: input should be 'auto', 'strict', 'ts'"),
        ("[train", "not TOML"),
    ],
)
def test_a_bad_file_is_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "sqlwright.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert message in str(caught.value)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="sqlwright init"):
        load(tmp_path / "sqlwright.toml")


def test_a_flag_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "sqlwright.toml"
    file.write_text("[train]\nrank = 4\nalpha = 8\n", encoding="utf-8")
    train = load(file, {"train": {"rank": 64}}).train
    assert (train.rank, train.alpha) == (64, 8)


def test_every_field_has_help() -> None:
    def fields(model: type[BaseModel]) -> list[tuple[str, str | None]]:
        found: list[tuple[str, str | None]] = []
        for name, field in model.model_fields.items():
            kind = field.annotation
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                found += fields(kind)
            else:
                found.append((f"{model.__name__}.{name}", field.description))
        return found

    assert [name for name, help_ in fields(Config) if not help_] == []


def test_the_defaults_are_valid() -> None:
    assert parse(Config().model_dump()) == Config()
    assert TrainConfig().method == "lora"
