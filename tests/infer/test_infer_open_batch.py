"""The batch that prompts join and leave: each has the answer that it has alone, whoever comes and goes."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from random import Random

import pytest
from tiny_model import OTHER_SCHEMA, prompts

from sqlwright.infer import Engine, Sampling, load
from sqlwright.infer.open_batch import OpenBatch
from sqlwright.records import Prediction, Prompt

MIXED = prompts() + prompts(OTHER_SCHEMA)[:5] + [Prompt("lone", "<|schema|> x", "<|question|> y <|sql|>")]
MOST = 24


@pytest.fixture(scope="module")
def engine(tiny_base: Path) -> Engine:
    return load(tiny_base, precision="fp32", device="cpu")


@pytest.fixture
def uneven(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every prompt end at another token, so that rows come and go all the time."""
    monkeypatch.setattr(Engine, "_ended", lambda self, ids: len(ids) > 2 + sum(ids[:3]) % 17)


def opened(engine: Engine, rows: int, sampling: Sampling | None = None) -> OpenBatch:
    batch = engine.open_batch(rows, sampling)
    assert batch is not None
    return batch


def answer_all(batch: OpenBatch, asked: list[Prompt], rng: Random) -> dict[str, Prediction]:
    """Let prompts come at any time; drop some that come besides."""
    coming, found = deque(asked), dict[str, Prediction]()
    expected: set[int] = set()
    leaving: list[int] = []
    while coming or batch.busy:
        while coming and rng.random() < 0.4:
            number = batch.add(coming[0], max_new_tokens=MOST)
            if number is None:
                break
            expected.add(number)
            coming.popleft()
            if rng.random() < 0.3 and (other := batch.add(rng.choice(asked), max_new_tokens=MOST)) is not None:
                leaving.append(other)
        if leaving and rng.random() < 0.2:
            batch.drop(leaving.pop())
        for number, prediction in batch.step():
            if number in expected:
                found[prediction.id] = prediction
    return found


@pytest.mark.usefixtures("uneven")
def test_whoever_comes_and_goes_changes_no_answer(engine: Engine) -> None:
    asked = [Prompt(str(number), one.prefix, one.suffix) for number, one in enumerate(MIXED)]
    alone = {one.id: (one.raw, one.tokens) for one in engine.generate(asked, max_new_tokens=MOST, batch_size=1)}
    assert len({tokens for _, tokens in alone.values()}) > 4
    for seed, rows in enumerate((2, 5, 32)):
        batch = opened(engine, rows)
        for again in range(2):
            rng = Random(10 * seed + again)
            found = answer_all(batch, rng.sample(asked, len(asked)), rng)
            assert {name: (one.raw, one.tokens) for name, one in found.items()} == alone
        assert not batch.busy and batch.room == rows


def test_a_long_prompt_waits_until_the_batch_is_empty(engine: Engine) -> None:
    batch = opened(engine, 4)
    short, long = prompts()[0], Prompt("long", "<|schema|> " + "city : name ; " * 80, prompts()[1].suffix)
    assert batch.add(short, max_new_tokens=4) is not None
    assert batch.add(long, max_new_tokens=4) is None
    while batch.busy:
        list(batch.step())
    assert batch.add(long, max_new_tokens=4) is not None
    assert batch.add(short, max_new_tokens=4) is not None  # a room that is longer fits both
    found = [prediction for _ in range(8) for _, prediction in batch.step()]
    alone = engine.generate([long, short], max_new_tokens=4)
    assert sorted((one.id, one.raw) for one in found) == sorted((one.id, one.raw) for one in alone)


def test_samples_are_the_questions_own(engine: Engine) -> None:
    bold = Sampling(temperature=1.5, seed=3)
    once, again = (
        {name: one.raw for name, one in answer_all(opened(engine, rows, bold), MIXED[:8], Random(rows)).items()}
        for rows in (3, 8)
    )
    assert once == again
    other = answer_all(opened(engine, 3, Sampling(temperature=1.5, seed=4)), MIXED[:8], Random(0))
    assert {name: one.raw for name, one in other.items()} != once


def test_each_has_its_own_limit(engine: Engine) -> None:
    batch = opened(engine, 4)
    for most in (9, 3):
        assert batch.add(Prompt(str(most), prompts()[0].prefix, prompts()[0].suffix), max_new_tokens=most) is not None
    found = {prediction.id: prediction.tokens for _ in range(12) for _, prediction in batch.step()}
    assert found == {"3": 3, "9": 9}
