"""The batch that stays full: the same answers whatever its size, sampling, and several adapters."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import torch
from tiny_model import OTHER_SCHEMA, prompts

from sqlwright.config import TrainConfig
from sqlwright.errors import ConfigError
from sqlwright.infer import Candidate, Engine, Sampling, choose, load
from sqlwright.infer.sampling import draw
from sqlwright.records import Prediction, Prompt
from sqlwright.train import tune

MIXED = prompts() + prompts(OTHER_SCHEMA)[:5] + [Prompt("lone", "<|schema|> x", "<|question|> y <|sql|>")]


@pytest.fixture(scope="module")
def untuned(tiny_base: Path) -> Engine:
    return load(tiny_base, precision="fp32", device="cpu")


@pytest.fixture(scope="module")
def alone(untuned: Engine) -> list[Prediction]:
    return [untuned.generate([prompt], max_new_tokens=24)[0] for prompt in MIXED]


@pytest.mark.parametrize("size", [1, 2, 5, 64])
def test_the_size_of_the_batch_changes_no_answer(untuned: Engine, alone: list[Prediction], size: int) -> None:
    together = untuned.generate(MIXED, max_new_tokens=24, batch_size=size)
    assert [(one.id, one.raw, one.tokens) for one in together] == [(one.id, one.raw, one.tokens) for one in alone]


def test_answers_of_many_lengths_share_a_batch(untuned: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    # Every prompt ends at another token: rows leave and are filled again all the time.
    monkeypatch.setattr(Engine, "_ended", lambda self, ids: len(ids) > 2 + sum(ids[:3]) % 17)
    alone = [untuned.generate([prompt], max_new_tokens=40)[0] for prompt in MIXED]
    assert len({one.tokens for one in alone}) > 4
    for size in (2, 4, 7):
        done: list[Prediction] = []
        together = untuned.generate(MIXED, max_new_tokens=40, batch_size=size, done=done.append)
        assert [one.raw for one in together] == [one.raw for one in alone]
        assert sorted(one.id + one.raw for one in done) == sorted(one.id + one.raw for one in together)


def test_seconds_add_up_to_the_whole(untuned: Engine) -> None:
    import time

    began = time.perf_counter()
    found = untuned.generate(MIXED, max_new_tokens=24, batch_size=4)
    whole = time.perf_counter() - began
    assert all(one.seconds > 0 for one in found)
    assert 0.5 * whole < sum(one.seconds for one in found) <= whole


def test_samples_depend_on_seed_and_prompt_alone(untuned: Engine) -> None:
    bold = Sampling(temperature=1.5, seed=3)
    once = untuned.generate(MIXED, max_new_tokens=12, batch_size=4, sampling=bold)
    again = untuned.generate(MIXED[::-1], max_new_tokens=12, batch_size=9, sampling=bold)[::-1]
    other = untuned.generate(MIXED, max_new_tokens=12, sampling=Sampling(temperature=1.5, seed=4))
    assert [one.raw for one in once] == [one.raw for one in again]
    assert [one.raw for one in once] != [one.raw for one in other]


def test_the_coldest_sample_is_the_greedy_answer(untuned: Engine) -> None:
    greedy = untuned.generate(MIXED, max_new_tokens=12)
    cold = untuned.generate(MIXED, max_new_tokens=12, sampling=Sampling(temperature=1e-4))
    narrow = untuned.generate(MIXED, max_new_tokens=12, sampling=Sampling(temperature=2.0, top_p=1e-6))
    assert [one.raw for one in greedy] == [one.raw for one in cold] == [one.raw for one in narrow]


def test_tokens_are_drawn_by_their_probability() -> None:
    logits = torch.tensor([[0.5, 0.3, 0.15, 0.05]]).log().expand(2000, -1)
    numbers = [number / 2000 for number in range(2000)]
    drawn = Counter(draw(logits, Sampling(), numbers))
    assert [drawn[token] for token in range(4)] == pytest.approx([1000, 600, 300, 100], abs=2)
    assert set(draw(logits, Sampling(top_p=0.7), numbers)) == {0, 1}


def test_equal_results_of_samples_are_a_majority() -> None:
    from sqlwright.database import Result

    drawn = [Candidate("SELECT 1", times=3), Candidate("SELECT 2", times=2), Candidate("SELECT 4 / 2", times=2)]
    results = [Result("ok", ("a",), [(1,)]), Result("ok", ("a",), [(2,)]), Result("ok", ("a",), [(2,)])]
    assert choose(drawn, results) == 1


def test_several_adapters_answer_over_one_base(tiny_base: Path, tmp_path: Path) -> None:
    config = TrainConfig(learning_rate=1e-2, epochs=25, batch_size=4, micro_batch_size=4, precision="fp32", dropout=0.0)
    said = {"yes": " SELECT 1<|end|>", "no": " SELECT 0<|end|>"}
    folders = {}
    for name, text in said.items():
        samples = [Prompt(one.id, one.prefix, one.suffix, text) for one in prompts()]
        folders[name] = Path(tune(samples, [], tiny_base, tmp_path / name, config).model)
    both = load(tiny_base, adapters=folders, precision="fp32", device="cpu")
    for _ in range(2):
        assert {one.sql for one in both.generate(prompts(), adapter="yes")} == {"SELECT 1"}
        assert {one.sql for one in both.generate(prompts(), adapter="no")} == {"SELECT 0"}
    base = load(tiny_base, precision="fp32", device="cpu").generate(prompts(), max_new_tokens=9)
    assert [one.raw for one in both.generate(prompts(), adapter="", max_new_tokens=9)] == [one.raw for one in base]
    with pytest.raises(ConfigError, match="no adapter 'maybe'; there are: yes, no"):
        both.generate(prompts(), adapter="maybe")


def test_few_bits_need_a_gpu(tiny_base: Path) -> None:
    with pytest.raises(ConfigError, match="4 bits need a CUDA device"):
        load(tiny_base, bits=4, device="cpu")
