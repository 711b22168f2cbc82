"""Tokens, batches and loss: what is learnt, and that sharing a prefix changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_model import OTHER_SCHEMA, SCHEMA, prompts
from tokenizers import Tokenizer, models
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast

from sqlwright.errors import DataError
from sqlwright.records import Prompt
from sqlwright.train import Sample, collate, completion_loss, plan, teach, tokenise
from sqlwright.train.batches import collate_rows
from sqlwright.train.loss import validation_loss
from sqlwright.train.masks import blocks, prepare, visible


@pytest.fixture(scope="module")
def tokenizer(tiny_base: Path) -> Any:
    return AutoTokenizer.from_pretrained(tiny_base)


@pytest.fixture(scope="module")
def model(tiny_base: Path) -> Any:
    return teach(AutoModelForCausalLM.from_pretrained(tiny_base, dtype=torch.float32))


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


def test_a_tokenizer_without_a_token_for_a_text_is_told() -> None:
    letters: Any = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE({"x": 0, "y": 1}, [])))
    with pytest.raises(DataError, match=r"sample 'a': the tokenizer has no token for its SQL.*tokenizer_config"):
        tokenise([Prompt("a", "x", "y", "SELECT 1")], letters)
    with pytest.raises(DataError, match="no token for its prompt"):
        tokenise([Prompt("a", "a", "b", "xy")], letters)


@pytest.mark.parametrize("share", [False, True])
def test_labels_are_the_completion_alone(tokenizer: Any, share: bool) -> None:
    samples, _ = tokenise(prompts(), tokenizer)
    everyone = tuple(range(len(samples)))
    batch = collate(samples, (everyone,)) if share else collate_rows(samples, tuple((i,) for i in everyone))
    assert batch.targets.tolist() == [token for sample in samples for token in sample.completion]
    assert batch.input_ids.flatten()[batch.rows + 1].tolist() == batch.targets.tolist()
    assert batch.samples == len(samples)
    assert batch.tokens == sum(map(len, samples))
    assert batch.computed == batch.tokens - share * (len(samples) - 1) * len(samples[0].prefix)


def test_loss_ignores_the_prompt(tokenizer: Any, model: Any) -> None:
    """The loss is the sum of -log p over completion tokens, computed here the long way."""
    (sample, *_), _ = tokenise(prompts(), tokenizer)
    total = completion_loss(model, collate_rows([sample], ((0,),)), "rows")
    ids = torch.tensor([sample.prefix + sample.suffix + sample.completion])
    logs = model(input_ids=ids).logits[0].log_softmax(-1)
    first = len(sample) - len(sample.completion)
    expected = -sum(logs[at - 1, ids[0, at]] for at in range(first, len(sample)))
    assert torch.allclose(total, expected, rtol=1e-5)


def test_validation_loss_is_the_mean_over_tokens_however_it_is_batched(tokenizer: Any, model: Any) -> None:
    samples, _ = tokenise(prompts() + prompts(OTHER_SCHEMA), tokenizer)
    everyone = tuple(range(16))
    whole = validation_loss(model, [collate_rows(samples, tuple((i,) for i in everyone))], "rows")
    prepare(model, "blocks")
    parts = validation_loss(model, [collate(samples, (everyone[i : i + 4],)) for i in range(0, 16, 4)], "blocks")
    assert whole == pytest.approx(parts, rel=1e-4)


_ids = st.lists(st.integers(1, 9), min_size=1, max_size=6).map(tuple)
_samples = st.lists(
    st.builds(Sample, st.just("x"), st.sampled_from([(1, 2, 3), (4,), (5, 6)]), _ids, _ids), min_size=1, max_size=40
)


@settings(max_examples=60, deadline=None)
@given(samples=_samples, multiple=st.sampled_from([1, 8]), budget=st.integers(5, 99))
def test_collation_keeps_every_token(samples: list[Sample], multiple: int, budget: int) -> None:
    for pack in (pack for step in plan(samples, batch_size=9, budget=budget, seed=0) for pack in step):
        batch = collate(samples, pack, multiple=multiple)
        assert batch.input_ids.shape[1] % multiple == 0
        ids, positions = batch.input_ids[0].tolist(), batch.positions[0].tolist()
        for segment, members in zip(batch.segments, pack, strict=False):
            prefix = ids[slice(*segment.prefix)]
            for index, (start, stop) in zip(members, segment.suffixes, strict=True):
                sample = samples[index]
                assert tuple(prefix + ids[start:stop]) == sample.prefix + sample.suffix + sample.completion
                assert positions[start:stop] == [*range(len(prefix), len(sample))]


@settings(max_examples=60, deadline=None)
@given(samples=_samples, budget=st.integers(5, 99))
def test_blocks_see_what_the_mask_says(samples: list[Sample], budget: int) -> None:
    for pack in (pack for step in plan(samples, batch_size=9, budget=budget, seed=0) for pack in step):
        batch = collate(samples, pack, multiple=4)
        assert batch.stop is not None
        expected = visible(batch.stop)
        found = torch.zeros_like(expected)
        for block in blocks(batch):
            own = torch.arange(*block.tokens)
            seen = torch.cat([torch.arange(*block.prefix), own])
            mask = block.mask if block.mask is not None else torch.ones(len(own), len(own), dtype=torch.bool).tril()
            found[own[:, None], seen] = mask
        assert torch.equal(found, expected)
