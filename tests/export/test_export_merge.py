"""A merged model answers as base and adapter do, and a failed merge leaves nothing behind."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from export_models import adapted, make_adapter, make_model
from safetensors import safe_open
from transformers import AutoModelForCausalLM, AutoTokenizer

from sqlwright.errors import ConfigError
from sqlwright.export import find_source, merge

IDS = torch.tensor([[5, 9, 300, 17, 4, 261, 33, 2]])


def _logits(model: Any) -> torch.Tensor:
    with torch.inference_mode():
        return model.eval()(input_ids=IDS).logits


@pytest.mark.parametrize(
    ("family", "tied", "options"),
    [
        ("llama3", True, {}),
        ("qwen2", True, {"dora": True}),
        ("qwen3", False, {"use_rslora": True}),
        ("mistral", False, {"dora": True}),
        ("qwen2", True, {"modules": ["q_proj", "lm_head"]}),
        ("llama", True, {"modules": ["q_proj", "embed_tokens"]}),
        ("qwen3", True, {"modules": ["v_proj"], "modules_to_save": ["lm_head"]}),
    ],
    ids=["lora", "dora", "rslora", "dora-untied", "head", "embedding", "saved-head"],
)
def test_a_merged_model_answers_as_base_and_adapter(
    family: str, tied: bool, options: dict[str, Any], tmp_path: Path
) -> None:
    base = make_model(tmp_path / "base", family, tied=tied)
    adapter = make_adapter(base, tmp_path / "adapter", **options)
    plain = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    before = _logits(plain)
    expected = _logits(adapted(base, adapter))
    assert (expected - before).abs().max() > 0.1

    found = merge(find_source(adapter), tmp_path / "merged")

    model = AutoModelForCausalLM.from_pretrained(found.folder)
    torch.testing.assert_close(_logits(model), expected, rtol=1e-4, atol=1e-4)
    one_use = "lm_head" in str(options) or "embed_tokens" in str(options)
    assert model.config.tie_word_embeddings is (tied and not one_use) is found.tied
    with safe_open(found.folder / "model.safetensors", "pt") as file:
        assert ("lm_head.weight" in file.keys()) is not found.tied  # noqa: SIM118 - no mapping
    said = AutoTokenizer.from_pretrained(found.folder)("SELECT 1 FROM 客户")["input_ids"]
    assert said == AutoTokenizer.from_pretrained(base)("SELECT 1 FROM 客户")["input_ids"]


def test_a_base_in_half_precision_is_merged_in_float32_and_rounded_once(tmp_path: Path) -> None:
    base = make_model(tmp_path / "base", "qwen2", tied=True, dtype="bfloat16")
    adapter = make_adapter(base, tmp_path / "adapter")
    exact = adapted(base, adapter).merge_and_unload()

    found = merge(find_source(adapter), tmp_path / "merged")

    assert found.dtype == "bfloat16"
    assert found.bytes == 2 * found.parameters
    model = AutoModelForCausalLM.from_pretrained(found.folder)
    expected = dict(exact.named_parameters())
    for name, parameter in model.named_parameters():
        assert parameter.dtype == torch.bfloat16
        assert torch.equal(parameter, expected[name].to(torch.bfloat16)), name
    assert found.note == ""
    tuned_in_4_bits = replace(find_source(adapter), quantised_training=True)
    whole = merge(tuned_in_4_bits, tmp_path / "whole", dtype="fp32")
    assert whole.bytes == 4 * found.parameters
    assert "4 bits" in whole.note


def test_a_wholly_tuned_model_is_copied(tmp_path: Path) -> None:
    base = make_model(tmp_path / "base", "llama3")
    found = merge(find_source(base), tmp_path / "copy")
    first, second = (AutoModelForCausalLM.from_pretrained(folder) for folder in (base, found.folder))
    assert torch.equal(_logits(first), _logits(second))


def test_wrong_names_are_told(tmp_path: Path) -> None:
    base = make_model(tmp_path / "base", "llama3")
    adapter = make_adapter(base, tmp_path / "adapter")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match="no such folder"):
        find_source(tmp_path / "nothing")
    with pytest.raises(ConfigError, match="neither a model"):
        find_source(tmp_path / "empty")
    with pytest.raises(ConfigError, match="leave --base out"):
        find_source(base, base="other")
    with pytest.raises(ConfigError, match="cannot be loaded"):
        merge(find_source(adapter, base=str(tmp_path / "nothing")), tmp_path / "out")
    with pytest.raises(ConfigError, match="cannot be loaded"):
        merge(find_source(adapter, base=str(make_model(tmp_path / "other", "qwen3"))), tmp_path / "out")
    with pytest.raises(ConfigError, match="--force"):
        merge(find_source(adapter), tmp_path / "empty")
    told = json.loads((adapter / "adapter_config.json").read_text())
    (adapter / "adapter_config.json").write_text(json.dumps({**told, "base_model_name_or_path": None}))
    with pytest.raises(ConfigError, match="--base"):
        find_source(adapter)
    quantised = json.loads((base / "config.json").read_text()) | {
        "quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": True}
    }
    (base / "config.json").write_text(json.dumps(quantised))
    with pytest.raises(ConfigError, match="stored quantised"):
        merge(find_source(adapter, base=str(base)), tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["adapter", "base", "empty", "other"]
