"""Tokens, batches and loss: what is learnt, and that sharing a prefix changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_model import OTHER_SCHEMA, SCHEMA, prompts
from transformers import AutoModelForCausalLM, AutoTokenizer

from sqlwright.errors import DataError
from sqlwright.records import Prompt
from sqlwright.train import Sample, collate, completion_loss, plan, tokenise
from sqlwright.train.loss import can_share, validation_loss


@pytest.fixture(scope="module")
def tokenizer(tiny_base: Path) -> Any:
    return AutoTokenizer.from_pretrained(tiny_base)


@pytest.fixture(scope="module")
def model(tiny_base: Path) -> Any:
    return AutoModelForCausalLM.from_pretrained(tiny_base, dtype=torch.float32)


def test_parts_are_tokenised_apart_and_the_end_is_learnt(tokenizer: Any) -> None:
    samples, count = tokenise(prompts(), tokenizer)
    assert len({sample.prefix for sample in samples}) == 1
    for sample, prompt in zip(samples, prompts(), strict=True):
        assert tokenizer.decode(sample.prefix + sample.suffix + sample.completion) == (
            prompt.prefix + prompt.suffix + prompt.completion
        )
        assert sample.completion[-1] == tokenizer.eos_token_id
        assert sample.completion.count(tokenizer.eos_token_id) == 1
    assert count.tokens == sum(map(len, samples))


def test_end_is_added_where_the_template_has_none(tokenizer: Any) -> None:
    (sample,), _ = tokenise([Prompt("a", "x", "y", "SELECT 1")], tokenizer)
    assert sample.completion[-1] == tokenizer.eos_token_id


def test_too_long_is_never_cut_in_silence(tokenizer: Any) -> None:
    long = Prompt("long", SCHEMA * 20, "<|question|> a <|sql|>", " SELECT 1")
    with pytest.raises(DataError, match="sample 'long' has"):
        tokenise([long], tokenizer, max_length=200)
    samples, count = tokenise([*prompts(), long], tokenizer, max_length=200, too_long="drop")
    assert len(samples) == 8
    assert count.dropped == ("long",)

    def trim(prompt: Prompt, room: int) -> Prompt:
        text = tokenizer.decode(tokenizer.encode(prompt.prefix)[: room - 1])
        return Prompt(prompt.id, text, prompt.suffix, prompt.completion)

    samples, count = tokenise([long], tokenizer, max_length=200, too_long="trim-schema", trim=trim)
    assert len(samples[0]) <= 200
    assert count.trimmed == ("long",)
    with pytest.raises(DataError, match="needs a function"):
        tokenise([long], tokenizer, too_long="trim-schema")
    with pytest.raises(DataError, match="no completion"):
        tokenise([Prompt("empty", "a", "b")], tokenizer)


@pytest.mark.parametrize("share", [False, True])
def test_labels_are_the_completion_alone(tokenizer: Any, share: bool) -> None:
    samples, _ = tokenise(prompts(), tokenizer)
    batch = collate(samples, pad=tokenizer.pad_token_id, share=share)
    assert ("prefix_ids" in batch) is share
    for sample, ids, labels in zip(samples, batch["input_ids"], batch["labels"], strict=True):
        learnt = labels != -100
        assert tuple(labels[learnt].tolist()) == sample.completion
        assert torch.equal(ids[learnt], labels[learnt])


def test_loss_ignores_the_prompt(tokenizer: Any, model: Any) -> None:
    """The loss is the mean of -log p over completion tokens, computed here the long way."""
    (sample, *_), _ = tokenise(prompts(), tokenizer)
    total, count = completion_loss(model, collate([sample]))
    ids = torch.tensor([sample.prefix + sample.suffix + sample.completion])
    logs = model(input_ids=ids).logits[0].log_softmax(-1)
    first = len(sample) - len(sample.completion)
    expected = -sum(logs[at - 1, ids[0, at]] for at in range(first, len(sample)))
    assert int(count) == len(sample.completion)
    assert torch.allclose(total, expected, rtol=1e-5)


def test_a_shared_prefix_has_the_loss_and_gradients_of_separate_samples(tokenizer: Any, model: Any) -> None:
    samples, _ = tokenise(prompts(), tokenizer)
    assert can_share(model)
    results = []
    for share in (False, True):
        model.zero_grad()
        total, count = completion_loss(model, collate(samples, share=share))
        total.backward()
        results.append((total.detach(), count, {name: p.grad.clone() for name, p in model.named_parameters()}))
    model.zero_grad()
    (loss, count, gradients), (shared_loss, shared_count, shared_gradients) = results
    assert count == shared_count
    assert torch.allclose(loss, shared_loss, rtol=1e-5)
    for name, gradient in gradients.items():
        error = (gradient - shared_gradients[name]).norm() / gradient.norm()
        assert error < 1e-4, name


def test_validation_loss_is_the_mean_over_tokens_however_it_is_batched(tokenizer: Any, model: Any) -> None:
    samples, _ = tokenise(prompts() + prompts(OTHER_SCHEMA), tokenizer)
    whole = validation_loss(model, [collate(samples)])
    parts = validation_loss(model, [collate(samples[i : i + 3]) for i in range(0, 16, 3)])
    assert whole == pytest.approx(parts, rel=1e-4)


_ids = st.lists(st.integers(1, 9), min_size=1, max_size=6).map(tuple)
_samples = st.lists(
    st.builds(Sample, st.just("x"), st.sampled_from([(1, 2, 3), (4,), (5, 6)]), _ids, _ids), min_size=1, max_size=40
)


@settings(max_examples=80, deadline=None)
@given(samples=_samples, size=st.integers(1, 7), seed=st.integers(0, 3), share=st.booleans())
def test_a_plan_holds_every_sample_once(samples: list[Sample], size: int, seed: int, share: bool) -> None:
    batches = plan(samples, size, seed=seed, share=share)
    assert sorted(index for batch in batches for index in batch) == list(range(len(samples)))
    assert all(1 <= len(batch) <= size for batch in batches)
    assert batches == plan(samples, size, seed=seed, share=share)
    assert len(batches) == len(plan(samples, size, seed=seed, epoch=1, share=share))


@settings(max_examples=60, deadline=None)
@given(samples=_samples, share=st.booleans())
def test_collation_keeps_every_token(samples: list[Sample], share: bool) -> None:
    batch = collate(samples, pad=0, share=share)
    for row, sample in enumerate(samples):
        prefix = tuple(batch["prefix_ids"][0].tolist()) if "prefix_ids" in batch else ()
        ids = prefix + tuple(batch["input_ids"][row].tolist())
        assert ids[: len(sample)] == sample.prefix + sample.suffix + sample.completion
        assert not any(ids[len(sample) :])
