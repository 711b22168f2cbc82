"""A benchmark's file and the cells that it stands for."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from bench_world import BENCH

from sqlwright.bench import Bench, Cell, bench_of, make_bench, placed, read_bench
from sqlwright.bench.file import BenchFile, DataSet, MethodEntry, ModelEntry, Part
from sqlwright.bench.tables import published_table
from sqlwright.errors import ConfigError

ROOT = Path(__file__).parents[2]


def made(text: str, folder: Path = Path()) -> Bench:
    return make_bench(tomllib.loads(text), folder, where="bench.toml")


def test_every_combination_is_a_cell_and_equal_ones_are_one() -> None:
    text = (
        BENCH.replace('title = "Tiny"', 'title = "Tiny"\nseeds = [0, 1]')
        + """
[matrix.methods]
methods = ["base", "lora", "full"]
[matrix.rank]
axes = { "train.rank" = [4, 8], pairs = [4, 0] }
"""
    )
    places = placed(made(text))
    cells = {place.cell.id: place.cell for place in places}
    by_part = {name: [place for place in places if place.part == name] for name in ("methods", "rank")}
    assert [(p.cell.method, p.cell.seed) for p in by_part["methods"]] == [
        ("base", 0),
        ("lora", 0),
        ("lora", 1),
        ("full", 0),
        ("full", 1),
    ]
    assert len(by_part["rank"]) == 1 + 2 * 2 * 2  # base has neither rank, nor pairs, nor seed
    # The base, and LoRA of rank 4 with all pairs, stand in both.
    assert len(cells) == len(places) - 3
    ranks = {(p.cell.config.train.rank, p.cell.pairs, p.cell.config.train.seed) for p in by_part["rank"][1:]}
    assert ranks == {(rank, pairs, seed) for rank in (4, 8) for pairs in (4, 0) for seed in (0, 1)}
    assert dict(by_part["rank"][1].options) == {"train.rank": 4, "pairs": 4}
    again = Cell.from_json(by_part["rank"][1].cell.to_json())
    assert again == by_part["rank"][1].cell


def test_how_a_model_answers_is_no_part_of_its_training() -> None:
    places = placed(made(BENCH + '[matrix.beam]\naxes = { "predict.candidates" = [1, 4] }\n'))
    assert len({place.cell.id for place in places}) == 4
    assert len({place.cell.training for place in places}) == 2


def test_settings_come_from_the_nearest_place(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text('[train]\nbase = "some/model"\nrank = 32\nlearning_rate = 0.01\nepochs = 7.0')
    text = (
        BENCH.replace('models = ["tiny"]', 'models = ["small", "recipe.toml", "embedded"]')
        + """
[model.small]
base = "some/small"
train = { learning_rate = 0.02 }
[method.wide]
train = { method = "lora", rank = 64 }
[matrix.one]
methods = ["wide", "lora"]
axes = { "train.dropout" = [0.5] }
"""
    )
    found = {(p.cell.model, p.cell.method): p.cell.config.train for p in placed(made(text, tmp_path))}
    small, recipe, own = found["small", "lora"], found["recipe.toml", "lora"], found["embedded", "lora"]
    assert (small.base, small.rank, small.learning_rate, small.epochs) == ("some/small", 4, 0.02, 3.0)
    assert (recipe.base, recipe.rank, recipe.learning_rate, recipe.epochs) == ("some/model", 32, 0.01, 7.0)
    assert (own.base, own.learning_rate, own.batch_size) == ("embedded", 1e-3, 4)
    assert {name[0]: config.rank for name, config in found.items() if name[1] == "wide"} == dict.fromkeys(
        ("small", "recipe.toml", "embedded"), 64
    )
    assert all(config.dropout == 0.5 and config.method == "lora" for config in found.values())


def test_a_cell_is_known_by_what_it_depends_on_wherever_that_lies(tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    here, there = placed(made(BENCH)), placed(made(BENCH, tmp_path))
    assert [p.cell.id for p in here] == [p.cell.id for p in there]
    assert there[0].cell.config.train.base == str(tmp_path / "tiny")
    other = placed(made(BENCH.replace("epochs = 3.0", "epochs = 2.0")))
    assert [a.cell.id == b.cell.id for a, b in zip(here, other, strict=True)] == [True, False]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('title = "Tiny"', "titel = 1"), "titel"),
        (('methods = ["base", "lora"]', 'methods = ["lore"]'), "no method 'lore'; there are base, lora"),
        (("[settings.train]", "[settings.training]\n[settings.train]"), "unknown section settings.training"),
        (("rank = 4", "rnk = 4"), "unknown key 'train.rnk'"),
        (('databases = "shop.db"', ""), "give either databases or project"),
        (("[settings.train]", '[matrix.m]\naxes = { "train.rnk" = [1] }\n[settings.train]'), "no axis 'train.rnk'"),
        (("[settings.train]", "[matrix.m]\naxes = { pairs = [-1] }\n[settings.train]"), "found -1"),
        (("[settings.train]", '[matrix.m]\ndata = ["zoo"]\n[settings.train]'), "no data set 'zoo'; there are shop"),
    ],
)
def test_what_is_wrong_is_named(change: tuple[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        placed(made(BENCH.replace(*change)), where="bench.toml")
    assert "bench.toml" in str(caught.value)


def test_recipes_are_the_models_of_a_matrix(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text(f'[train]\nbase = "some/{name}"\n')
    project = tmp_path / "shop"
    bench, out = bench_of([tmp_path / "a.toml", tmp_path / "b.toml"], project, seeds=[3])
    cells = [place.cell for place in placed(bench)]
    assert [(cell.config.train.base, cell.method, cell.seed) for cell in cells] == [
        (f"some/{name}", method, seed) for name in "ab" for method, seed in (("base", 0), ("lora", 3), ("qlora", 3))
    ]
    assert out == project / "bench"
    (tmp_path / "own.toml").write_text(BENCH)
    with pytest.raises(ConfigError, match=r"own.toml: is a benchmark of its own"):
        bench_of([tmp_path / "a.toml", tmp_path / "own.toml"], project)
    bench, out = bench_of([tmp_path / "own.toml"], project, methods=["lora"])
    assert [place.cell.method for place in placed(bench)] == ["lora"]
    assert out == tmp_path / "own.results"
    with pytest.raises(ConfigError, match=r"none.toml: cannot be read"):
        read_bench(tmp_path / "none.toml")


def test_the_documentation_names_every_key_and_its_file_is_one() -> None:
    page = (ROOT / "docs" / "bench.md").read_text(encoding="utf-8")
    for kind in (BenchFile, DataSet, ModelEntry, MethodEntry, Part):
        for key in kind.model_fields:
            assert f"`{key}`" in page or f"`[{key}." in page or f"`[{key}.NAME]`" in page, key
    text = page.split('```toml title="bench.toml"\n')[1].split("```")[0]
    bench = make_bench(tomllib.loads(text), ROOT, where="bench.md")
    assert len({place.cell.id for place in placed(bench)}) == 2 * (1 + 2 * 2) + 2 * 2 * 2


def test_our_own_benchmarks_can_be_read() -> None:
    folder = ROOT / "benchmarks" / "bench"
    methods = {
        name: {place.cell.method for place in placed(read_bench(folder / f"{name}.toml"))}
        for name in ("spider", "demo")
    }
    assert methods["spider"] >= {"base", "lora", "qlora", "dora", "full"}
    assert methods["demo"] == {"base", "lora", "full"}
    assert published_table(folder / "published.toml")[0].rows
