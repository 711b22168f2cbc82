"""Which made pairs are trained on, when only the hardest are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sqlwright.errors import ConfigError
from sqlwright.project import Project
from sqlwright.project._hardest import count_of, hardest
from sqlwright.project._models import model_of
from sqlwright.records import Example, read_jsonl
from sqlwright.train import estimate


@pytest.fixture(scope="module")
def project(shop_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with split pairs, whose training is a step of a few samples."""
    train = {"max_steps": 1, "batch_size": 4, "micro_batch_size": 4, "hardest": 0.2}
    folder = tmp_path_factory.mktemp("hard")
    made = Project.init(
        folder, str(shop_file), {"synth": {"count": 480}, "split": {"fractions": [0.8, 0.1, 0.1]}, "train": train}
    )
    made.synth()
    made.audit()
    made.split()
    return made


def test_what_the_base_holds_least_likely_is_taken(project: Project) -> None:
    pairs = read_jsonl(project.layout.split("train"), Example)[:24]
    wrong = {pair.id for pair in pairs[::8]}
    pairs = [replace(pair, sql="SELECT MAX(name) FROM customer") if pair.id in wrong else pair for pair in pairs]
    own = replace(pairs[1], id="own", source="people")
    model = model_of("embedded")
    engine = model.engine()
    seen: list[tuple[int, int]] = []

    def taken(seed: int) -> list[str]:
        given = [*pairs, own]
        found = hardest(
            given,
            model,
            engine,
            project.databases,
            share=0.2,
            fewest=1,
            seed=seed,
            progress=lambda done, total: seen.append((done, total)),
        )
        assert found == [example for example in given if example in found]
        return [example.id for example in found]

    first = taken(0)
    assert len(first) == 5 + 1 and "own" in first
    assert wrong <= set(first)
    assert set(first) != set(taken(1))
    assert seen[-1] == (24, 24)


def test_a_run_learns_the_share_and_says_so(project: Project) -> None:
    made = len(read_jsonl(project.layout.split("train"), Example))
    counts = project.train("few").counts
    assert counts["train"] == count_of(made, 0.2) == made - counts["known"]
    assert counts["known"] > 0
    assert project.estimate().samples == counts["train"]


def test_the_estimate_counts_the_weighing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimate, "matmul_rate", lambda *_: 1e11)
    made = len(read_jsonl(project.layout.split("train"), Example))
    pairs, every = (project.estimate(max_steps=-1, epochs=1.0, hardest=share) for share in (0.2, 1.0))
    weighing = pairs.seconds - every.seconds * pairs.samples / made
    assert weighing == pytest.approx(0.4 * every.seconds, rel=0.2)


def test_pairs_that_are_left_out_need_not_fit(project: Project) -> None:
    found = project.estimate(too_long="trim-schema", max_length=200)
    assert found.samples == count_of(len(read_jsonl(project.layout.split("train"), Example)), 0.2)


def test_several_processes_do_not_choose(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(ConfigError, match="single process"):
        project.train("two")


@pytest.mark.parametrize(
    ("made", "share", "taken"), [(0, 0.5, 0), (9, 0.1, 9), (900, 0.25, 300), (2000, 0.25, 500), (900, 1.0, 900)]
)
def test_few_pairs_are_all_taken(made: int, share: float, taken: int) -> None:
    assert count_of(made, share) == taken
