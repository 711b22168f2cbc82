"""What is foretold of a run, and what "auto" makes of the memory that is there."""

from __future__ import annotations

import warnings
from functools import partialmethod
from pathlib import Path

import pytest
import torch
from tiny_model import OTHER_SCHEMA, prompts
from train_shapes import gradients, tiny
from transformers import LlamaConfig

from sqlwright.config import TrainConfig
from sqlwright.errors import ConfigError
from sqlwright.train import Batch, Sample, collate, completion_loss, estimate_run, teach, tune
from sqlwright.train.engine import compile_layers
from sqlwright.train.lean import make_lean
from sqlwright.train.memory import operations, shape_of
from sqlwright.train.room import choose_room

LLAMA_8B = LlamaConfig(
    vocab_size=128256,
    hidden_size=4096,
    intermediate_size=14336,
    num_hidden_layers=32,
    num_attention_heads=32,
    num_key_value_heads=8,
)


@pytest.mark.parametrize("method", ["lora", "dora", "full"])
def test_an_estimate_counts_what_training_then_counts(tiny_base: Path, tmp_path: Path, method: str) -> None:
    both = prompts() + prompts(OTHER_SCHEMA)
    config = TrainConfig.model_validate({"method": method, "batch_size": 6, "epochs": 2.0, "schemas_per_batch": 2})
    found = estimate_run(both, tiny_base, config, rate=1e8)
    result = tune(both, [], tiny_base, tmp_path, config)
    assert (found.samples, found.steps, found.tokens) == (result.train.kept, result.steps, result.train.tokens)
    assert found.trainable == result.trainable
    assert 1 - found.computed / found.tokens == pytest.approx(result.share_saved, abs=0.01)
    assert found.seconds > 0
    assert "saved" in found.text()


def test_an_estimate_of_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be loaded"):
        estimate_run(prompts(), tmp_path / "nowhere", TrainConfig())


def test_memory_decides_what_is_kept() -> None:
    gib = 2.0**30
    plenty, less, some, little = (
        choose_room(TrainConfig(), LLAMA_8B, 32, free * gib, longest=2000) for free in (120, 60, 50, 7)
    )
    assert (plenty.tokens, plenty.checkpointed, plenty.keeps) == (16_384, 0, 1.0)
    assert (less.tokens, less.checkpointed) == (16_384, 0) and less.keeps < 1
    assert choose_room(TrainConfig(method="qlora"), LLAMA_8B, 32, 120 * gib, 2000) == less
    assert choose_room(TrainConfig(compile="off"), LLAMA_8B, 32, 60 * gib, 2000).checkpointed > 0
    compiled, divided = (choose_room(TrainConfig(), LLAMA_8B, 32, 115 * gib, 2000, way) for way in ("zero2", "zero3"))
    assert compiled.checkpointed == 0 < divided.checkpointed  # ZeRO-3's layers are not compiled, and keep more
    assert some.tokens == 16_384 and 0 < some.checkpointed < 32
    assert little.tokens < 16_384 and little.checkpointed > some.checkpointed
    on = choose_room(TrainConfig(gradient_checkpointing="on", sequence_tokens=5000), LLAMA_8B, 32, 120 * gib, 2000)
    assert (on.tokens, on.checkpointed) == (5000, 32)
    assert choose_room(TrainConfig(), LLAMA_8B, 32, None, longest=9000).tokens == 9000


def test_operations_of_a_group() -> None:
    """Two questions of three tokens behind a schema of ten, one label each, by hand."""
    shape = shape_of(LLAMA_8B)
    samples = [Sample("", (1,) * 10, (2, 2), (3,)), Sample("", (1,) * 10, (4, 4), (5,))]
    seen = 10 * 11 / 2 + 2 * (3 * 10 + 3 * 4 / 2)
    expected = 4 * (shape.linear * 16 + 4096 * 128256 * 2) + 12 * 32 * 4096 * seen
    assert operations(shape, samples, [(0, 1)], frozen=True) == pytest.approx(expected)


def _batch() -> Batch:
    samples = [Sample("", tuple(range(1, 20)), (number + 1, 4), (5, 6, 7)) for number in range(4)]
    return collate(samples, ((0, 1, 2, 3),), multiple=16)


def test_lean_adapters_have_the_same_gradients() -> None:
    model = teach(tiny("llama", "lora"))
    expected = gradients(model, completion_loss(model, _batch(), "dense"))
    assert make_lean(model) == 14
    found = gradients(model, completion_loss(model, _batch(), "dense"))
    assert (found - expected).norm() < 1e-5 * expected.norm()
    assert make_lean(teach(tiny("llama", "dora"))) == 0


@pytest.mark.parametrize("keeps", [1.0, 0.7])
def test_compiled_layers_have_the_same_gradients(keeps: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept and what is computed again is divided here; no C++ is made of it. A GPU's kernels have own tests."""
    monkeypatch.setattr(torch.nn.Module, "compile", partialmethod(torch.nn.Module.compile, backend="aot_eager"))
    model = teach(tiny("llama", "lora"))
    expected = gradients(model, completion_loss(model, _batch(), "dense"))
    make_lean(model)
    torch._dynamo.utils.counters.clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compile_layers(model, lengths=1, keeps=keeps)
        found = gradients(model, completion_loss(model, _batch(), "dense"))
    counted = torch._dynamo.utils.counters["stats"]["unique_graphs"]
    torch._dynamo.reset()
    assert (found - expected).norm() < 1e-5 * expected.norm()
    assert counted
