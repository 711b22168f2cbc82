"""The service of a model that learnt to write questions: its explanations are the model's, in the route's form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from served import QUESTION, make_project, served
from shop_world import SQL

from sqlwright.project import Project
from sqlwright.records import Example, write_jsonl


@pytest.fixture(scope="module")
def tuned(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose run learnt, in a few steps, to write the question of a statement."""
    folder = tmp_path_factory.mktemp("explained")
    make_project(folder, tiny_base)
    asked = [Example("en", "shop", QUESTION, SQL), Example("zh", "shop", "有多少客户？", SQL, language="zh")]
    write_jsonl(folder / "asked.jsonl", asked)
    train = {"method": "full", "learning_rate": 4e-3, "batch_size": 2, "max_steps": 3, "early_stopping": "off"}
    project = Project.open(folder, {"train": {**train, "tasks": {"text-to-sql": 1.0, "sql-to-text": 1.0}}})
    project.import_data(folder / "asked.jsonl", split="train")
    project.train("explains")
    return project


def test_an_explanation_is_what_the_model_writes(tuned: Project) -> None:
    (out,) = tuned.predict("explains", "train", task="sql-to-text").wrote
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    expected = {line["language"]: line["text"] for line in lines}
    with served(tuned, "explains") as server:
        for language in ("en", "zh"):
            body = {"sql": SQL, "language": language}
            found = server.post("/v1/explain", body)
            assert (found.status_code, found.json()) == (200, {"text": expected[language], "by": "model"})
            assert server.post("/sql2nl", body).json() == {"text": expected[language]}
        assert server.post("/v1/explain", {"sql": "SELECT FROM WHERE"}).json()["error"]["code"] == "bad_sql"
        assert server.metric("sqlwright_batch_size_count") == 5  # the first is to be as quick as the next
