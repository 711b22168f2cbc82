"""Sharing a prefix changes neither loss nor gradients, whatever the model, the groups and the way to attend."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from train_shapes import CONFIGS, VOCABULARY, gradients, separate_loss, tiny

from sqlwright.train import Sample, choose_way
from sqlwright.train.batches import collate, collate_rows
from sqlwright.train.engine import apart
from sqlwright.train.grouping import cost, plan
from sqlwright.train.loss import completion_loss, teach
from sqlwright.train.masks import prepare
from sqlwright.train.steps import PlanSettings, Steps

_ids = st.lists(st.integers(1, VOCABULARY - 1), max_size=6).map(tuple)
_some = st.lists(st.integers(1, VOCABULARY - 1), min_size=1, max_size=6).map(tuple)
_prefixes = st.sampled_from([(), (1,), (2, 3, 4), (5,) * 9])
_samples = st.lists(st.builds(Sample, st.just("x"), _prefixes, _ids, _some), min_size=1, max_size=14)


@cache
def model_of(architecture: str, adapter: str) -> Any:
    return teach(tiny(architecture, adapter))


def errors(model: Any, samples: list[Sample], batches: list[Any], way: Any) -> tuple[float, float]:
    """Return the relative errors of loss and gradient against separate samples."""
    prepare(model, "rows")
    reference = separate_loss(model, samples)
    expected = gradients(model, reference)
    prepare(model, way)
    loss = torch.stack([completion_loss(model, batch, way) for batch in batches]).sum()
    found = gradients(model, loss)
    return (
        float((loss - reference).detach().abs() / reference.detach().abs()),
        float((found - expected).norm() / expected.norm()),
    )


@pytest.mark.parametrize("adapter", ["none", "lora", "dora"])
@pytest.mark.parametrize("architecture", CONFIGS)
@settings(max_examples=6, deadline=None)
@given(
    samples=_samples,
    budget=st.integers(8, 120),
    multiple=st.sampled_from([1, 16]),
    way=st.sampled_from(["blocks", "dense", "split"]),
    share=st.booleans(),
)
def test_grouped_is_separate(
    architecture: str, adapter: str, samples: list[Sample], budget: int, multiple: int, way: Any, share: bool
) -> None:
    samples = [s for s in samples if s.prefix or s.suffix or len(s.completion) > 1]
    if not samples:
        return
    steps = plan(samples, batch_size=8, budget=budget, seed=0, schemas=1, share=share)
    packs = [pack for step in steps for pack in step]
    model = model_of(architecture, adapter)
    loss, gradient = errors(model, samples, [collate(samples, pack, multiple=multiple) for pack in packs], way)
    assert loss < 1e-5
    assert gradient < 1e-4


@settings(max_examples=10, deadline=None)
@given(samples=_samples)
def test_rows_are_separate(samples: list[Sample]) -> None:
    samples = [s for s in samples if s.prefix or s.suffix or len(s.completion) > 1]
    if not samples:
        return
    rows = collate_rows(samples, tuple((index,) for index in range(len(samples))))
    loss, gradient = errors(model_of("llama", "lora"), samples, [rows], "rows")
    assert loss < 1e-5
    assert gradient < 1e-4


def test_lone_samples_are_packed_and_separate() -> None:
    samples = [Sample("x", (2, 3, 4), (5 + n,), (n + 1, 9, n + 2)) for n in range(12)]
    model = model_of("llama", "lora")
    assert choose_way(model, samples, device="cpu", exact=True, share=False) == "blocks"
    steps = Steps(samples, PlanSettings(batch_size=6, budget=30, seed=0, share=False), "blocks")
    batches = steps.all_batches()
    assert [batch.samples for batch in batches] == [3, 3, 3, 3]  # of seven tokens each, in sequences of 30
    assert steps.saved() == 0.0 and steps.lengths() == {21}
    loss, gradient = errors(model, samples, batches, "blocks")
    assert loss < 1e-5
    assert gradient < 1e-4


def test_noise_of_a_model_that_is_certain_is_no_difference() -> None:
    expected = torch.tensor([1e-5, 2e-6, 4e-5, 1e-6])
    assert apart(expected + 4e-6, expected) < 1e-3
    assert apart(expected + torch.tensor([0.0, 0.0, 0.5, 0.0]), expected) > 1
    usual = torch.tensor([0.1, 4.0, 2.0, 7.0])
    assert apart(usual * 1.001, usual) == pytest.approx(
        0.001 * float(usual.norm() / (usual - usual.mean()).norm()), rel=1e-2
    )


@settings(max_examples=150, deadline=None)
@given(
    samples=st.lists(st.builds(Sample, st.just("x"), _prefixes, _ids, _some), max_size=60),
    batch_size=st.integers(1, 20),
    budget=st.integers(1, 200),
    seed=st.integers(0, 3),
    share=st.booleans(),
    padded=st.booleans(),
    most=st.none() | st.integers(1, 9),
)
def test_a_plan_holds_every_sample_once_and_keeps_to_its_sizes(
    samples: list[Sample], batch_size: int, budget: int, seed: int, share: bool, padded: bool, most: int | None
) -> None:
    steps = plan(samples, batch_size=batch_size, budget=budget, seed=seed, share=share, padded=padded, most=most)
    flat = [index for step in steps for pack in step for group in pack for index in group]
    assert sorted(flat) == list(range(len(samples)))
    sizes = [sum(len(group) for pack in step for group in pack) for step in steps]
    assert all(size == batch_size for size in sizes[:-1])
    assert len(steps) == -(-len(samples) // batch_size)
    for pack in (pack for step in steps for pack in step):
        assert all(len({samples[index].prefix for index in group}) == 1 for group in pack)
        count = sum(map(len, pack))
        assert count <= (most or batch_size)
        assert all(len(group) == 1 for group in pack) or (share and not padded)
        longest = max(len(samples[index]) for group in pack for index in group)
        tokens = count * longest if padded else sum(cost(samples, group) for group in pack)
        assert count == 1 or tokens <= budget
