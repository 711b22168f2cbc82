from __future__ import annotations

from pathlib import Path

import pytest
import synth_worlds

from sqlwright.database import open_executor
from sqlwright.errors import ConfigError, DataError
from sqlwright.records import Example
from sqlwright.schema.model import Column, Schema, Table
from sqlwright.sqlkit import canonical
from sqlwright.synth.coverage import Statistics
from sqlwright.synth.pairs import make_pairs


def _make(
    world: str, path: Path, count: int, seed: int = 1, languages: dict[str, float] | None = None
) -> tuple[list[Example], Statistics]:
    schema = synth_worlds.schema_of(world, path)
    values = synth_worlds.values_of(schema, path)
    with open_executor(f"sqlite:///{path}") as executor:
        return make_pairs(schema, values, executor, count=count, seed=seed, languages=languages or ("en", "zh"))


@pytest.fixture(scope="module", params=synth_worlds.WORLDS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    path = tmp_path_factory.mktemp("pairs") / f"{request.param}.sqlite"
    return request.param, synth_worlds.build(request.param, path)


def test_pairs_answer_are_different_and_cover_every_table(world: tuple[str, Path]) -> None:
    name, path = world
    examples, statistics = _make(name, path, 400)
    assert len(examples) == 400
    with open_executor(f"sqlite:///{path}") as executor:
        for sql in {example.sql for example in examples}:
            result = executor.run(sql)
            assert result.ok and result.rows
            assert canonical(sql) == sql
    assert len({example.question for example in examples}) == 400
    assert len({example.id for example in examples}) == 400
    figures = statistics.to_json()
    assert figures["pairs"] == 400
    assert all(figures["tables"].values())
    assert abs(figures["languages"]["en"] - 200) <= 40
    assert {"aggregate", "join", "group", "order", "limit"} <= set(figures["operators"])
    assert set(examples[0].meta) == {"shape", "tables", "operators"}


def test_the_same_seed_makes_the_same_pairs(world: tuple[str, Path]) -> None:
    first, _ = _make(*world, 60, seed=4)
    again, _ = _make(*world, 60, seed=4)
    other, _ = _make(*world, 60, seed=5)
    assert first == again
    assert first != other


def test_shares_of_languages_are_kept(world: tuple[str, Path]) -> None:
    _, statistics = _make(*world, 200, languages={"en": 3, "zh": 1})
    assert abs(statistics.to_json()["languages"]["zh"] - 50) <= 15


def test_an_empty_database_and_unknown_language_are_refused(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "empty.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT)")
    database.close()
    schema = Schema("empty", (Table("city", (Column("id", "INTEGER"), Column("name", "TEXT")), ("id",)),))
    with open_executor(f"sqlite:///{path}") as executor:
        with pytest.raises(DataError, match="is it empty"):
            make_pairs(schema, {}, executor, count=5)
        with pytest.raises(ConfigError, match="no writer for 'fr'"):
            make_pairs(schema, {}, executor, count=5, languages=["fr"])
        with pytest.raises(ConfigError, match="share above 0"):
            make_pairs(schema, {}, executor, count=5, languages={"en": 0})
