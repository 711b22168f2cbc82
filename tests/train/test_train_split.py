"""Attention in two parts is that of the dense mask, forward and backward, and is compiled once for a length."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from train_shapes import tiny
from transformers import LlamaConfig

from sqlwright.train import Sample, collate, completion_loss, teach
from sqlwright.train.batches import Batch
from sqlwright.train.engine import decoder_layers, ways_for
from sqlwright.train.masks import prepare, visible
from sqlwright.train.spans import attend_long, attend_long_backward, attend_short, attend_short_backward, lined_up
from sqlwright.train.split import attend, split

HEADS, KEYS, SIZE, SCALE = 4, 2, 8, 0.3

_groups = st.lists(
    st.tuples(st.integers(0, 150), st.lists(st.integers(1, 30) | st.just(140), min_size=1, max_size=3)),
    min_size=1,
    max_size=3,
)
"""(tokens of the prefix, tokens of each sample behind it)."""


def batch_of(groups: list[tuple[int, list[int]]], multiple: int = 1) -> Batch:
    """Return the groups as one sequence; without a prefix, each of their samples is alone."""
    samples: list[Sample] = []
    packs: list[tuple[int, ...]] = []
    for number, (prefix, own) in enumerate(groups):
        members = tuple(range(len(samples), len(samples) + len(own)))
        packs += [members] if prefix else [(member,) for member in members]
        samples += [Sample("", (number + 1,) * prefix, (2,) * (length - 1), (3,)) for length in own]
    return collate(samples, tuple(packs), multiple=multiple)


def states(length: int, dtype: torch.dtype) -> tuple[Tensor, ...]:
    torch.manual_seed(0)
    made = [torch.randn(length, heads, SIZE, dtype=dtype) for heads in (HEADS, KEYS, KEYS, HEADS)]
    return *(each.requires_grad_() for each in made[:3]), made[3]


def dense(query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
    key, value = (each.repeat_interleave(HEADS // KEYS, dim=1) for each in (key, value))
    scores = torch.einsum("qhd,khd->hqk", query, key) * SCALE
    return torch.einsum("hqk,khd->qhd", scores.masked_fill(~mask, -torch.inf).softmax(-1), value)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.bfloat16, 2e-2)])
@settings(max_examples=10, deadline=None)
@given(groups=_groups, multiple=st.sampled_from([1, 128]))
def test_two_parts_are_the_dense_mask(
    dtype: torch.dtype, tolerance: float, groups: list[tuple[int, list[int]]], multiple: int
) -> None:
    batch = batch_of(groups, multiple)
    assert batch.stop is not None
    length = len(batch.stop)
    query, key, value, gradient = states(length, dtype)
    exact = [each.detach().double().requires_grad_() for each in (query, key, value)]
    expected = dense(*exact, visible(batch.stop))
    found = attend(query, key, value, split(batch.segments, batch.computed, length, "cpu"), SCALE)
    gradient[batch.computed :] = 0
    pairs = [
        (found[: batch.computed], expected[: batch.computed]),
        *zip(
            torch.autograd.grad(found, (query, key, value), gradient),
            torch.autograd.grad(expected, exact, gradient.double()),
            strict=True,
        ),
    ]
    for ours, theirs in pairs:
        assert (ours.double() - theirs).norm() <= tolerance * (theirs.norm() + 1)


@settings(max_examples=30, deadline=None)
@given(groups=_groups, multiple=st.sampled_from([1, 128]))
def test_sequences_lie_end_to_end_and_are_short(groups: list[tuple[int, list[int]]], multiple: int) -> None:
    batch = batch_of(groups, multiple)
    length = batch.input_ids.shape[1]
    parts = split(batch.segments, batch.computed, length, "cpu")
    number, sequences, longest, _ = parts.short[0].tolist()
    queries, keys = parts.ends[:, : sequences + 1].long()
    assert parts.ends.shape == (2, 2 * length + 1) and parts.short.shape == parts.long.shape == (length + 1, 4)
    assert queries[0] == keys[0] == 0 and queries[-1] == keys[-1] == length
    spans = list(zip(queries, queries[1:], keys, keys[1:], strict=False))
    assert all(0 <= b - a <= longest and 0 <= d - c <= longest for a, b, c, d in spans)
    both = [(int(a), int(b), int(c), int(d)) for a, b, c, d in spans if a < b and c < d]
    assert both == [tuple(row) for row in parts.short[1 : number + 1].tolist()]
    assert all((a, b) == (c, d) for a, b, c, d in spans if a < b and c < d)


def test_the_operators_are_what_the_compiler_takes_them_for() -> None:
    query, key, value, gradient = (each.detach() for each in states(40, torch.float32))
    parts, ends = lined_up([(3, 10, 3, 10), (10, 31, 10, 31)], 40)
    for operator, backward, laid in (
        (attend_long, attend_long_backward, (parts,)),
        (attend_short, attend_short_backward, (parts, ends)),
    ):
        asked = query, key, value, *laid, SCALE
        torch.library.opcheck(operator, asked)
        known = gradient, query, key, value, *operator(query, key, value, *laid, SCALE)
        torch.library.opcheck(backward, (*known, *laid, SCALE))


@pytest.mark.parametrize(
    ("schema", "exact", "dropout", "first"),
    [(4000, False, 0.0, "split"), (500, False, 0.0, "flex"), (4000, True, 0.0, "flex"), (4000, False, 0.1, "flex")],
)
def test_a_gpu_attends_to_long_schemas_in_two_parts(schema: int, exact: bool, dropout: float, first: str) -> None:
    samples = [Sample("", (1,) * schema, (2,) * 30, (3,) * 20)] * 9 + [Sample("", (1,) * 9, (2,), (3,))]
    ways = ways_for(LlamaConfig(attention_dropout=dropout), samples, device="cuda", exact=exact)
    assert ways[0] == first and ways[-3:] == ("flex", "blocks", "dense")


@pytest.mark.filterwarnings("ignore")  # the compiler looks at what it warns of
def test_layers_are_compiled_once_for_a_length() -> None:
    batches = [batch_of(groups, 128) for groups in ([(20, [30, 7])], [(9, [4] * 9), (0, [11])], [(30, [30, 30])])]
    assert {batch.input_ids.shape[1] for batch in batches} == {128}
    model: Any = teach(tiny("llama"))
    prepare(model, "split")
    expected = [float(completion_loss(model, batch, "split").detach()) for batch in batches]
    decoder_layers(model)[1].compile(dynamic=False, fullgraph=True, backend="aot_eager")
    found = [float(completion_loss(model, batches[0], "split").detach())]
    with torch.compiler.set_stance("fail_on_recompile"):
        found += [float(completion_loss(model, batch, "split").detach()) for batch in batches[1:]]
    assert found == pytest.approx(expected, rel=1e-5)
