"""The demo's whole way, with a tiny base and few steps; and on a database of one's own."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from tiny_model import make_tiny_model

from sqlwright.demo import build_crm, run_demo
from sqlwright.demo import run as demo_run
from sqlwright.errors import DataError
from sqlwright.records import Example, read_jsonl


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make_tiny_model(tmp_path_factory.mktemp("base"), hidden=32, layers=1))


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(demo_run.SETTINGS, "synth", {"count": 300})
    monkeypatch.setitem(
        demo_run.SETTINGS, "train", {"max_steps": 2, "batch_size": 4, "micro_batch_size": 4, "max_length": 4096}
    )
    monkeypatch.setitem(demo_run.SETTINGS, "predict", {"max_new_tokens": 8})


@pytest.mark.usefixtures("_small")
def test_the_demo_measures_three_sets_and_answers(tmp_path: Path, base: str) -> None:
    found: dict[str, Any] = run_demo(out=tmp_path / "demo", base=base)
    assert list(found["sets"]) == ["synthetic", "skeletons", "handwritten"]
    assert found["sets"]["handwritten"]["n"] == 60
    assert all(0 <= figures[side] <= 100 for figures in found["sets"].values() for side in ("base", "tuned"))
    assert json.loads((tmp_path / "demo" / "demo.json").read_text(encoding="utf-8")) == found
    assert len(found["answers"]) == 2
    assert "<html" in Path(found["report"]).read_text(encoding="utf-8")

    data = tmp_path / "demo" / "data"
    sets = {name: read_jsonl(data / f"{name}.jsonl", Example) for name in ("train", *found["sets"])}
    trained = {example.sql for example in sets["train"]}
    questions = {example.question for example in sets["train"]}
    for name in found["sets"]:
        if name != "handwritten":  # what people ask, generated pairs may answer too, in other words
            assert not trained & {example.sql for example in sets[name]}, name
        assert not questions & {example.question for example in sets[name]}, name

    again = run_demo(out=tmp_path / "demo", base=base)
    assert again["sets"] == found["sets"]
    assert again["seconds"] < found["seconds"]


@pytest.mark.usefixtures("_small")
def test_the_demo_asks_the_same_of_a_database_of_ones_own(tmp_path: Path, base: str) -> None:
    own = build_crm(tmp_path / "own.sqlite", seed=3, customers=40)
    found = run_demo(out=tmp_path / "demo", db=str(own), base=base)
    assert list(found["sets"]) == ["synthetic", "skeletons"]
    assert "customer" in found["answers"][0]["question"]


@pytest.mark.usefixtures("_small")
def test_a_database_that_says_nothing_is_an_error(tmp_path: Path, base: str) -> None:
    with sqlite3.connect(tmp_path / "bare.sqlite") as connection:
        connection.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)")
    with pytest.raises(DataError):
        run_demo(out=tmp_path / "demo", db=str(tmp_path / "bare.sqlite"), base=base)


def test_the_crm_is_the_same_for_a_seed(tmp_path: Path) -> None:
    def dump(path: Path) -> list[str]:
        with sqlite3.connect(path) as connection:
            return list(connection.iterdump())

    one, two, other = (build_crm(tmp_path / name, seed=seed) for name, seed in (("a", 7), ("b", 7), ("c", 8)))
    assert dump(one) == dump(two) != dump(other)
    assert 3_000 < sum(line.startswith("INSERT") for line in dump(one)) < 8_000
