"""On a GPU, groups have the losses and gradients of separate samples, attended by FlexAttention or in two parts."""

from __future__ import annotations

import math
import random

import pytest
import torch
from train_gpu_groups import CASES, Case, batches_of, blind_rows, gpu_errors, hard_samples, promised_loss

from sqlwright.train import Sample, collate
from sqlwright.train.engine import trial
from sqlwright.train.masks import FLEX_BLOCK

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


def test_the_groups_have_rows_that_see_nothing_of_the_first_block() -> None:
    for seed in range(20):
        batches = batches_of(hard_samples(random.Random(seed)), seed, share=True, lengths=8)
        assert sum(blind_rows(batch.stop) for batch in batches if batch.stop is not None) > 0


def test_a_lone_group_that_fills_its_blocks_has_no_such_rows() -> None:
    assert blind_rows(torch.full((512,), 512, dtype=torch.int32)) == 0


@pytest.mark.parametrize("length", [5, 40, 300])
@pytest.mark.parametrize("share", [True, False])
def test_the_batch_that_a_run_checks_itself_with_has_such_rows(length: int, share: bool) -> None:
    samples = [Sample("", (1,) * (length + schema), (2,) * 9, (3,) * 9) for schema in range(60) for _ in range(3)]
    batch = collate(samples, trial(samples, share=share), multiple=FLEX_BLOCK)
    assert batch.stop is not None and blind_rows(batch.stop) > 0


@pytest.mark.gpu
@needs_gpu
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_attention_on_a_gpu_is_separate(case: Case) -> None:
    found = gpu_errors(case)
    assert found["blind"] > 0
    if case.dtype == torch.float32:
        assert found["loss"] < 1e-4
        assert found["gradient"] < 1e-4
    else:
        assert found["loss"] < 2 * found["alone_loss"] + 1e-3
        assert found["gradient"] < 2 * found["alone_gradient"] + 1e-2


@pytest.mark.gpu
@needs_gpu
def test_a_wrong_promise_to_the_kernel_would_be_seen() -> None:
    assert not math.isfinite(promised_loss())
