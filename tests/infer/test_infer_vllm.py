"""vLLM with a real model: the embedded base, and two adapters over it. Runs where vLLM is installed, on a CPU too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tiny_model import prompts

from sqlwright import base
from sqlwright.errors import ConfigError
from sqlwright.infer import Engine, Sampling, load
from sqlwright.infer.vllm import Vllm, open_vllm
from sqlwright.records import Prediction
from sqlwright.schema import parse_ddl

pytest.importorskip("vllm", reason="vLLM is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")  # of vLLM and what it imports

PLAIN = ("dtype=float32", "enforce_eager=true", "max_model_len=1024")
"""The engine of transformers computes so on a CPU; nothing is compiled, which would take minutes."""
TOWN = parse_ddl("CREATE TABLE town (label TEXT, size INT)")  # not what the prompts show


@pytest.fixture(scope="module")
def adapters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a LoRA adapter and an rsLoRA one, with random weights."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    folders = {}
    for seed, (name, rank, alpha, stable) in enumerate([("shop", 4, 20, False), ("clinic", 16, 20, True)]):
        torch.manual_seed(seed)
        # Weights and scale that change every answer.
        how: dict[str, Any] = {"target_modules": "all-linear", "init_lora_weights": False}
        config = LoraConfig(r=rank, lora_alpha=alpha, use_rslora=stable, **how)
        folders[name] = tmp_path_factory.mktemp(name)
        model: Any = AutoModelForCausalLM.from_pretrained(base.path(), dtype=torch.float32)
        get_peft_model(model, config).save_pretrained(folders[name])
    return folders


@pytest.fixture(scope="module")
def ours(adapters: dict[str, Path]) -> Engine:
    return load(base.path(), adapters=adapters, precision="fp32", device="cpu", grammar=True)


@pytest.fixture(scope="module")
def writer(adapters: dict[str, Path], ours: Engine) -> Iterator[Vllm]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")
        made = open_vllm(base.path(), ours.tokenizer, adapters=adapters, grammar=True, options=PLAIN)
        yield made
        made.model.llm_engine.engine_core.shutdown(timeout=20)


def test_it_says_what_transformers_says(writer: Vllm, ours: Engine) -> None:
    done: list[Prediction] = []
    progress: list[tuple[int, int]] = []
    names = {prompt.id: "geo" for prompt in prompts()}
    found = writer.generate(
        prompts(), db_ids=names, done=done.append, progress=lambda *at: progress.append(at), max_new_tokens=40
    )
    expected = ours.generate(prompts(), adapter="", db_ids=names, max_new_tokens=40)
    assert [(one.id, one.db_id, one.sql, one.raw, one.tokens) for one in found] == [
        (one.id, one.db_id, one.sql, one.raw, one.tokens) for one in expected
    ]
    assert found == done and progress[-1] == (8, 8)
    assert all(0 < one.seconds < 60 for one in found)


@pytest.mark.parametrize("name", ["shop", "clinic"])
def test_each_adapter_says_what_it_says_with_transformers(writer: Vllm, ours: Engine, name: str) -> None:
    found = writer.generate(prompts(), adapter=name, max_new_tokens=24)
    expected = ours.generate(prompts(), adapter=name, max_new_tokens=24)
    assert [one.raw for one in found] == [one.raw for one in expected]
    untuned = writer.generate(prompts(), adapter="", max_new_tokens=24)
    assert [one.raw for one in found] != [one.raw for one in untuned]


def test_samples_repeat_by_seed(writer: Vllm) -> None:
    drawn = [
        writer.candidates(prompts()[:3], count=6, max_new_tokens=24, sampling=Sampling(1.5, seed=seed), adapter="shop")
        for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    assert any(len(of_one) > 1 for of_one in drawn[0])
    assert all(sum(one.times for one in of_one) <= 6 for of_one in drawn[0])


def test_answers_keep_to_the_grammar_of_a_schema(writer: Vllm, ours: Engine) -> None:
    asked = [prompts()[at] for at in (0, 3)]  # in English and in Chinese
    schemas = {one.id: TOWN for one in asked}
    found, expected = (each.generate(asked, adapter="", max_new_tokens=24, schemas=schemas) for each in (writer, ours))
    assert all("town" in one.sql and "city" not in one.sql for one in found)
    assert [one.sql for one in found] == [one.sql for one in expected]


def test_an_adapter_that_is_not_there(writer: Vllm) -> None:
    with pytest.raises(ConfigError, match="no adapter 'other'; there are: shop, clinic"):
        writer.generate(prompts()[:1], adapter="other")


def test_what_cannot_run_is_said_in_a_line(tmp_path: Path, adapters: dict[str, Path]) -> None:
    with pytest.raises(ConfigError, match=r"^vLLM cannot run '/nowhere': [^\n]+$"):
        open_vllm("/nowhere", None)
    with pytest.raises(ConfigError, match=r"max_model_len \(99999\) is greater than[^\n]+$"):
        open_vllm(base.path(), None, options=["max_model_len=99999"])
    with pytest.raises(ConfigError, match="unexpected keyword argument 'colour'"):
        open_vllm(base.path(), None, options=["colour=blue"])
    told = json.loads((adapters["shop"] / "adapter_config.json").read_text(encoding="utf-8"))
    (tmp_path / "adapter_config.json").write_text(json.dumps(told | {"use_dora": True}), encoding="utf-8")
    with pytest.raises(ConfigError, match="does not run DoRA"):
        open_vllm(base.path(), None, tmp_path)


def test_a_machine_without_a_device(monkeypatch: pytest.MonkeyPatch) -> None:
    from vllm import platforms
    from vllm.platforms.interface import UnspecifiedPlatform

    monkeypatch.setattr(platforms, "_current_platform", UnspecifiedPlatform())
    with pytest.raises(ConfigError, match=r"vLLM cannot run .*: it finds no GPU, or no driver of one"):
        open_vllm(base.path(), None)


def test_it_ends_with_its_process_and_prints_nothing(shop_file: Path, tmp_path: Path) -> None:
    pair = {"id": "1", "db_id": "shop", "question": "How many customers are there?", "sql": "SELECT 1"}
    (tmp_path / "asked.jsonl").write_text(json.dumps(pair) + "\n", encoding="utf-8")
    run = [sys.executable, "-m", "sqlwright.cli"]
    subprocess.run([*run, "init", "-C", str(tmp_path), "--db", str(shop_file)], check=True, capture_output=True)
    options = [part for option in PLAIN for part in ("--vllm", option)]
    asked = ["--run", "base", "--on", str(tmp_path / "asked.jsonl"), "--engine", "vllm", *options]
    ended = subprocess.run(
        [*run, "predict", "-C", str(tmp_path), *asked, "--json"],
        env=os.environ | {"VLLM_CPU_KVCACHE_SPACE": "1"},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["predictions"] == 1
