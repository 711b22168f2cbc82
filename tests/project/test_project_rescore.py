"""Candidates that are weighed by how well they explain their question, through the project."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from shop_world import write_questions

from sqlwright.config import PredictConfig
from sqlwright.errors import ConfigError
from sqlwright.infer import Candidate, rescore
from sqlwright.project import Project
from sqlwright.project._models import Model, model_of
from sqlwright.project._rescore import rescored
from sqlwright.records import Example, Prediction, read_jsonl

QUESTIONS = ("How many customers have credit above 5?", "List the names of all customers")
AUTO = PredictConfig()
GIVEN = [Candidate("SELECT name FROM customer"), Candidate("SELECT COUNT ( * ) FROM customer")]


def test_candidates_are_explained_before_one_is_chosen(
    shop_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[Candidate]] = []
    plain = rescore.explained

    def noted(*given: object) -> list[Candidate]:
        seen.append(plain(*given))  # type: ignore[arg-type]
        return seen[-1]

    monkeypatch.setattr(rescore, "explained", noted)
    settings = {"candidates": 6, "temperature": 4.0, "rescore": "on", "max_new_tokens": 12}
    project = Project.init(tmp_path / "p", str(shop_file), {"predict": settings})
    asked = write_questions(project.folder / "asked.jsonl", QUESTIONS)
    found = read_jsonl(project.predict("base", asked).wrote[0], Prediction)
    predicted = len(seen)
    answer = project.ask(QUESTIONS[0], "base")
    assert len(found) == len(QUESTIONS) and answer.tried > 1
    assert 0 < predicted < len(seen)
    assert all(one.explains is not None and one.explains < 0 for some in seen for one in some)


def test_who_can_tell_is_asked(shop_file: Path, tmp_path: Path) -> None:
    databases = Project.init(tmp_path / "p", str(shop_file)).databases
    example = Example("1", databases.only, QUESTIONS[0], "")
    schema = databases.schema(databases.only)

    def come(model: Model, way: str) -> object:
        config = PredictConfig(engine="openai", url="http://localhost:9/v1", model="m", rescore=way)  # type: ignore[arg-type]
        prefix = databases.prefix(databases.only, model.template)
        return rescored(GIVEN, example, schema, prefix, model, model.writer(config), config)

    base = model_of("embedded")
    told = rescored(GIVEN, example, schema, databases.prefix(databases.only, base.template), base, base.engine(), AUTO)
    assert [replace(one, explains=None) for one in told] == GIVEN
    assert (told[1].explains or 0.0) > (told[0].explains or 0.0)
    assert come(base, "off") == come(base, "auto") == GIVEN
    with pytest.raises(ConfigError, match="engine transformers"):
        come(base, "on")
