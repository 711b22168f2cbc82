"""The made model loads as any other, and the made prompts have the lengths that they are to have."""

from __future__ import annotations

import math
import runpy
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoTokenizer

from sqlwright.config import TrainConfig
from sqlwright.train import tokenise, tune
from sqlwright.train.keeper import read_log

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return runpy.run_path(str(BENCHMARKS / "random_base.py"))


@pytest.fixture(scope="module")
def base(made: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = made["write_base"](tmp_path_factory.mktemp("base") / "tiny", "tiny")
    return folder


def test_spider_prompts_have_spiders_lengths(made: dict[str, Any], base: Path) -> None:
    prompts = made["make_prompts"]("spider", made["vocabulary_of"]("tiny"))
    samples, _ = tokenise(prompts, AutoTokenizer.from_pretrained(base), max_length=8192)
    schemas = made["json"].loads(made["LENGTHS"].read_text())["schemas"]
    expected = [(schema["prefix"], *pair) for schema in schemas for pair in schema["samples"]]
    assert [(len(s.prefix), len(s.suffix), len(s.completion)) for s in samples] == expected
    assert made["make_samples"]("spider", made["vocabulary_of"]("tiny")) == samples


def test_bird_prompts_share_long_schemas(made: dict[str, Any], base: Path) -> None:
    prompts = made["make_prompts"]("bird", made["vocabulary_of"]("tiny"), seed=3)
    assert prompts == made["make_prompts"]("bird", made["vocabulary_of"]("tiny"), seed=3)
    prefixes = {prompt.prefix for prompt in prompts}
    assert len(prefixes) == 24 and len(prompts) == 24 * 130
    assert all(2000 <= len(prefix.split()) <= 6000 for prefix in prefixes)


def test_a_random_base_starts_at_the_loss_of_a_guess(made: dict[str, Any], base: Path, tmp_path: Path) -> None:
    prompts = made["make_prompts"]("spider", made["vocabulary_of"]("tiny"), scale=0.05)[:64]
    config = TrainConfig(batch_size=32, max_steps=2, early_stopping="off")
    tune(prompts, [], base, tmp_path / "run", config)
    first = read_log(tmp_path / "run" / "log.jsonl")[0]["loss"]
    assert first == pytest.approx(math.log(512), abs=0.2)


def test_a_whole_folder_is_left_as_it_is(made: dict[str, Any], base: Path) -> None:
    weights = base / "model.safetensors"
    before = weights.stat().st_mtime_ns
    made["write_base"](base, "tiny", seed=1)
    assert weights.stat().st_mtime_ns == before
