"""What a tuned model and its base propose together, with real tiny models."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_model import prompts

from sqlwright.config import TrainConfig
from sqlwright.infer import Candidate, Sampling, Writer, load
from sqlwright.infer.ensemble import Ensemble
from sqlwright.infer.rescore import Scorer
from sqlwright.prompt import get_template
from sqlwright.records import Prediction
from sqlwright.train import tune

TEMPLATE = get_template("base")
ASKED = [replace(prompt, completion="") for prompt in prompts()]


@pytest.fixture(scope="module")
def both(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Ensemble:
    """A tiny model tuned on four pairs, beside one tuned on the other four, so that both know something."""
    config = TrainConfig(learning_rate=1e-2, epochs=40, batch_size=4, micro_batch_size=4, precision="fp32", dropout=0.0)
    halves = (prompts()[:4], prompts()[4:])
    folders = [Path(tune(some, [], tiny_base, tmp_path_factory.mktemp("half"), config).model) for some in halves]
    first, second = (load(tiny_base, folder, precision="fp32", device="cpu") for folder in folders)
    return Ensemble(first, second, TEMPLATE.completion)


def test_candidates_of_both_come_in_the_order_of_both(both: Ensemble) -> None:
    told: list[tuple[int, int]] = []
    found = both.candidates(
        ASKED, count=3, max_new_tokens=40, batch_size=5, progress=lambda done, of: told.append((done, of))
    )
    settings = {"count": 3, "max_new_tokens": 40, "batch_size": 5}
    alone = [engine.candidates(ASKED, **settings) for engine in (both.tuned, both.base)]
    assert told == sorted(told) and told[-1] == (len(ASKED), len(ASKED))
    assert any(len(some) > 3 for some in found)
    for prompt, some, mine, theirs in zip(ASKED, found, *alone, strict=True):
        assert {one.sql for one in some} == {one.sql for one in (*mine, *theirs)}
        assert len({one.sql for one in some}) == len(some)
        sums = [one.score * one.tokens for one in some]
        assert sums == sorted(sums, reverse=True)
        said = [replace(prompt, completion=TEMPLATE.completion(one.sql)) for one in some]
        likely = zip(both.tuned.likelihoods(said), both.base.likelihoods(said), strict=True)
        assert sums == pytest.approx([(first + second) / 2 for first, second in likely], abs=1e-3)


def test_a_statement_that_one_model_holds_unlikely_is_not_first(both: Ensemble) -> None:
    """Of what each model learnt alone, the other must be able to make something too."""
    first = both.candidates(ASKED, count=3, max_new_tokens=40)
    expected = []
    for prompt, some in zip(ASKED, first, strict=True):
        said = [replace(prompt, completion=TEMPLATE.completion(one.sql)) for one in some]
        sums = [a + b for a, b in zip(both.tuned.likelihoods(said), both.base.likelihoods(said), strict=True)]
        expected.append(some[sums.index(max(sums))].sql)
    assert [some[0].sql for some in first] == expected
    assert any(some[0].sql != mine.sql for some, mine in zip(first, both.tuned.generate(ASKED), strict=True))


def test_draws_of_both_are_counted(both: Ensemble) -> None:
    settings = {"count": 6, "max_new_tokens": 40, "sampling": Sampling(1.5, 1.0, 0)}
    found = both.candidates(ASKED, **settings)
    alone = [engine.candidates(ASKED, **settings) for engine in (both.tuned, both.base)]

    def counted(candidates: list[Candidate]) -> Counter[str]:
        return Counter({one.sql: one.times for one in candidates})

    for some, mine, theirs in zip(found, *alone, strict=True):
        assert counted(some) == counted(mine) + counted(theirs)
        times = [one.times for one in some]
        assert times == sorted(times, reverse=True)


def test_single_answers_are_the_tuned_models_and_questions_the_bases(both: Ensemble) -> None:
    writer: Writer = both
    assert isinstance(both, Scorer)
    assert [one.raw for one in writer.generate(ASKED)] == [one.raw for one in both.tuned.generate(ASKED)]
    assert both.likelihoods(prompts()) == both.base.likelihoods(prompts()) != both.tuned.likelihoods(prompts())
    batch = both.open_batch(2)
    assert batch is not None
    batch.add(ASKED[0], max_new_tokens=40)
    done: list[Prediction] = []
    while not done:
        done = [prediction for _, prediction in batch.step()]
    assert done[0].sql == both.tuned.generate(ASKED[:1])[0].sql
