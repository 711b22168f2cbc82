"""NEFTune's noise: as strong in a sequence of many samples as on each of them alone, and only in training."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_model import prompts
from train_shapes import tiny

from sqlwright.config import TrainConfig
from sqlwright.train import Batch, Sample, collate, completion_loss, teach, tune
from sqlwright.train.batches import collate_rows
from sqlwright.train.masks import prepare

ALPHA = 5.0
WIDTH = 32
SAMPLES = [Sample("", tuple(range(1, 41)), (7,) * (8 + 30 * n), (9,) * (8 + 20 * n)) for n in range(4)] + [
    Sample("", (3,) * 20, (8,) * 300, (5,) * 12)
]


def noise_of(model: Any, batch: Batch, way: Any, times: int = 60) -> torch.Tensor:
    """Return the noise that came to the decoder, as (times, rows, length, size)."""
    seen: list[torch.Tensor] = []

    def keep(module: Any, args: Any, options: dict[str, Any]) -> None:
        seen.append(options["inputs_embeds"] - model.get_input_embeddings()(batch.input_ids))

    handle = model.model.register_forward_pre_hook(keep, with_kwargs=True)
    with torch.no_grad():
        for _ in range(times):
            completion_loss(model, batch, way, ALPHA)
    handle.remove()
    return torch.stack(seen)


@pytest.fixture(scope="module")
def model() -> Any:
    return teach(tiny("llama"))


def test_noise_is_as_strong_in_a_group_as_alone(model: Any) -> None:
    """A uniform noise within a limit has the limit's third of the square as variance."""
    expected = [ALPHA**2 / (3 * len(sample) * WIDTH) for sample in SAMPLES]
    grouped = collate(SAMPLES, ((0, 1, 2, 3), (4,)), multiple=16)
    prepare(model, "blocks")
    found = noise_of(model, grouped, "blocks")[:, 0]
    spans = [span for segment in grouped.segments for span in segment.suffixes]
    for (start, stop), variance in zip(spans, expected, strict=False):
        assert float(found[:, start:stop].var()) == pytest.approx(variance, rel=0.05)
        assert float(found[:, start:stop].abs().max()) <= math.sqrt(3 * variance) * 1.0001
    shared = found[:, slice(*grouped.segments[0].prefix)]
    assert float(shared.var()) == pytest.approx(sum(expected[:4]) / 4, rel=0.05)
    prepare(model, "rows")
    for index, variance in enumerate(expected):
        alone = noise_of(model, collate_rows(SAMPLES, ((index,),)), "rows")
        assert float(alone.var()) == pytest.approx(variance, rel=0.05)
    rows = noise_of(model, collate_rows(SAMPLES, ((0,), (4,))), "rows")
    assert float(rows[:, 0, : len(SAMPLES[0])].var()) == pytest.approx(expected[0], rel=0.05)
    assert not rows[:, 0, len(SAMPLES[0]) :].any()  # padding


def test_noise_changes_training_and_is_the_same_for_a_seed(tiny_base: Path, tmp_path: Path) -> None:
    losses = []
    for run, (noise, seed) in enumerate([(0.0, 0), (5.0, 0), (5.0, 0), (5.0, 1)]):
        config = TrainConfig(neftune=noise, seed=seed, max_steps=2, dropout=0.0, batch_size=8, precision="fp32")
        losses.append(tune(prompts(), prompts(), tiny_base, tmp_path / str(run), config).validation_loss)
    assert losses[1] == losses[2]
    assert losses[0] != losses[1]
    assert losses[1] != losses[3]
