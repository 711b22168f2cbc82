"""The weights of tasks as a flag: one list, several flags, and what is wrong with either."""

from __future__ import annotations

from pathlib import Path

import pytest

from sqlwright.cli import main
from sqlwright.cli._flags import overrides_of
from sqlwright.config import parse


@pytest.mark.parametrize(
    "given",
    [["text-to-sql=1,sql-to-text=0.3"], ["text-to-sql=1", "sql-to-text=0.3"], ["text-to-sql = 1, sql-to-text = 0.3"]],
)
def test_weights_are_named_numbers(given: list[str]) -> None:
    overrides = overrides_of("train", {"train_tasks": given})
    assert parse({"train": overrides}).train.tasks == {"text-to-sql": 1.0, "sql-to-text": 0.3}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("reasoning", "--tasks: expected name=number, such as en=0.5; found 'reasoning'"),
        ("summary=1", "--tasks: input should be 'text-to-sql', 'sql-to-text' or 'reasoning' (found 'summary')"),
        ("reasoning=-1", "--tasks: input should be greater than or equal to 0 (found -1.0)"),
        ("reasoning=0", "--tasks: no task has a weight above 0"),
    ],
)
def test_a_wrong_weight_is_one_clear_line(
    shop_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], given: str, message: str
) -> None:
    assert main(["init", "--db", str(shop_file), "-C", str(tmp_path)]) == 0
    capsys.readouterr()
    assert main(["train", "-C", str(tmp_path), "--tasks", given]) == 2
    assert message in capsys.readouterr().err
