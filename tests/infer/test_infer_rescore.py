"""How likely completions are, and candidates by how they explain their question, with real tiny models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tiny_model import OTHER_SCHEMA, PAIRS, SCHEMA, prompts

from sqlwright.config import TrainConfig
from sqlwright.infer import Candidate, Engine, load, rescore
from sqlwright.prompt import NO_FRAME, build, get_template
from sqlwright.prompt.encode import PromptEncoder
from sqlwright.records import Example, Prompt
from sqlwright.schema import Schema
from sqlwright.train import tune

TEMPLATE = get_template("base")
NOWHERE = Schema("geo", ())


@pytest.fixture(scope="module")
def untuned(tiny_base: Path) -> Engine:
    return load(tiny_base, precision="fp32", device="cpu")


def alone(engine: Engine, prompt: Prompt) -> float:
    """Return a completion's log-probability, from one plain pass over the whole text."""
    prefix, suffix = PromptEncoder(engine.tokenizer)(prompt)
    written = engine.tokenizer.encode(prompt.completion, add_special_tokens=False)
    ids = torch.tensor([[*prefix, *suffix, *written]])
    with torch.inference_mode():
        told = engine.model(input_ids=ids).logits[0].float().log_softmax(-1)
    first = ids.shape[1] - len(written)
    return sum(float(told[first + at - 1, token]) for at, token in enumerate(written))


@pytest.mark.parametrize("tokens", [8_192, 1])
def test_completions_of_a_batch_are_as_likely_as_alone(
    untuned: Engine, tokens: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescore, "_TOKENS", tokens)
    lone = Prompt("lone", "<|schema|> x", "<|question|> y <|sql|>", " SELECT 1<|end|>")
    mixed = [*prompts(), *prompts(OTHER_SCHEMA)[:5], lone, replace(lone, suffix="", completion=" z")]
    expected = [alone(untuned, prompt) for prompt in mixed]
    assert untuned.likelihoods(mixed) == pytest.approx(expected, abs=1e-3)
    assert len(set(expected)) > 10


def test_the_statement_that_a_question_asks_for_explains_it_best(tiny_base: Path, tmp_path: Path) -> None:
    examples = [Example(str(at), "geo", question, sql) for at, (question, sql) in enumerate(PAIRS)]
    learnt = [build(one, NOWHERE, TEMPLATE, prefix=SCHEMA, task="sql-to-text") for one in examples]
    config = TrainConfig(learning_rate=1e-2, epochs=20, batch_size=4, micro_batch_size=4, precision="fp32", dropout=0.0)
    engine = load(tiny_base, Path(tune(learnt, [], tiny_base, tmp_path, config).model), precision="fp32", device="cpu")
    given = [Candidate(one.sql, -0.1, 7) for one in examples]
    for example in examples:
        asked = replace(example, sql="")
        told = rescore.explained(engine, asked, NOWHERE, SCHEMA, given, TEMPLATE, NO_FRAME)
        assert [replace(one, explains=None) for one in told] == given
        assert max(told, key=lambda one: one.explains or 0.0).sql == example.sql
