"""Whether the base proposes candidates beside what was tuned from it, through the project."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from shop_world import ASKED, write_questions

from sqlwright.config import PredictConfig
from sqlwright.errors import ConfigError
from sqlwright.infer import Candidate, Engine, rescore
from sqlwright.infer.ensemble import Ensemble
from sqlwright.project import Project
from sqlwright.project._models import Model, model_of, model_of_run
from sqlwright.records import Prediction, read_jsonl

SEVERAL = {"candidates": 3}
HARDER = ("Who gives the most credit to whom?", "What is bought by people of the same town?")


@pytest.fixture(scope="module")
def project(shop_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose embedded base was tuned by one step."""
    folder = tmp_path_factory.mktemp("ensemble")
    train = {"max_steps": 1, "batch_size": 4, "micro_batch_size": 4, "hardest": 1.0, "early_stopping": "off"}
    made = Project.init(folder, str(shop_file), {"train": train, "predict": {**SEVERAL, "max_new_tokens": 48}})
    made.import_data(write_questions(folder / "asked.jsonl", ASKED), split="train")
    made.train("tuned")
    return made


def tuned(project: Project, **changes: Any) -> Model:
    return replace(model_of_run(project.layout, "tuned"), **changes)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (SEVERAL, True),
        ({"candidates": 1}, False),
        ({**SEVERAL, "ensemble": "off"}, False),
        ({**SEVERAL, "engine": "openai", "url": "http://localhost:9/v1", "model": "m"}, False),
        ({**SEVERAL, "model": "a.gguf"}, False),
    ],
)
def test_the_embedded_base_proposes_where_it_can(project: Project, settings: dict[str, Any], expected: bool) -> None:
    config = PredictConfig(**settings)
    assert tuned(project).asks_base(config) is expected
    assert not model_of("embedded").asks_base(config)
    assert not tuned(project, task="reasoning").asks_base(config)


def test_another_base_proposes_when_it_is_asked_to(project: Project) -> None:
    other = tuned(project, base="a/b")
    assert not other.asks_base(PredictConfig(**SEVERAL))
    assert other.asks_base(PredictConfig(**SEVERAL, ensemble="on"))


def test_what_cannot_be_is_said(project: Project) -> None:
    with pytest.raises(ConfigError, match=r'ensemble = "on" needs the engine transformers, not llamacpp'):
        tuned(project).writer(PredictConfig(**SEVERAL, ensemble="on", model="a.gguf"))
    with pytest.raises(ConfigError, match="is for the task text-to-sql, not reasoning"):
        tuned(project, task="reasoning").asks_base(PredictConfig(**SEVERAL, ensemble="on"))


def test_both_are_asked_and_the_base_explains(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    proposed: list[Engine] = []
    explained: list[Any] = []
    plain, tell = Engine.candidates, rescore.explained

    def noted(engine: Engine, *given: Any, **settings: Any) -> list[list[Candidate]]:
        proposed.append(engine)
        return plain(engine, *given, **settings)

    def explaining(scorer: Any, *given: Any) -> list[Candidate]:
        explained.append(scorer)
        return tell(scorer, *given)

    monkeypatch.setattr(Engine, "candidates", noted)
    monkeypatch.setattr(rescore, "explained", explaining)
    file = write_questions(project.folder / "two.jsonl", HARDER)
    found = read_jsonl(project.predict("tuned", file).wrote[0], Prediction)
    assert len(found) == 2 and all(one.sql for one in found)
    (both,) = {id(one): one for one in explained}.values()
    assert isinstance(both, Ensemble)
    assert {id(one) for one in proposed} == {id(both.tuned), id(both.base)}
    proposed.clear()
    answer = project.ask(HARDER[1], "tuned")
    assert answer.tried > 1 and len({id(one) for one in proposed}) == 2
    proposed.clear()
    explained.clear()
    project.predict("tuned", file, force=True, ensemble="off")
    assert len({id(one) for one in proposed}) == 1 and not explained
