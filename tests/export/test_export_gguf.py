"""A GGUF file holds what the checkpoint does, and llama.cpp says with it what transformers says."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from export_models import FAMILIES, make_model
from gguf import GGUFReader, dequantize
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from sqlwright import base as embedded
from sqlwright.errors import ConfigError, DataError, MissingExtra
from sqlwright.export import write_gguf

needs_llama = pytest.mark.skipif(
    find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed; it builds for minutes"
)


def _by_transformers(folder: Path, prompt: str, count: int) -> tuple[list[int], str]:
    """Return the likeliest tokens, with the one that ends the answer, and their text."""
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = tokenizer(prompt, return_tensors="pt")["input_ids"]
    out = model.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=count, do_sample=False, pad_token_id=0
    )
    tokens = out[0, ids.shape[1] :].tolist()
    return tokens, str(tokenizer.decode(tokens, skip_special_tokens=True))


def _regret(folder: Path, prompt: str, tokens: list[int]) -> float:
    """Return by how much of a logit, at most, transformers likes another token better than one of these.

    Random weights have near ties, which llama.cpp's rounding may turn; any real difference is of the order of 1.
    """
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    ids = AutoTokenizer.from_pretrained(folder)(prompt)["input_ids"]
    with torch.inference_mode():
        logits = model(torch.tensor([ids + tokens])).logits[0, len(ids) - 1 : -1]
    return float((logits.max(dim=1).values - logits[range(len(tokens)), tokens]).max())


def _by_llamacpp(file: Path, prompt: str, count: int) -> tuple[list[int], str]:
    """Return the same of llama.cpp, which cuts the prompt itself."""
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path = str(file)
    settings.n_ctx = 1024
    settings.cpuparams.n_threads = 1
    settings.n_parallel = 1
    settings.warmup = False
    settings.verbosity = -1
    asked = {"prompt": prompt, "max_tokens": count, "samplers": ["top_k"], "top_k": 1, "logprobs": 1}
    said = xllamacpp.Server(settings).handle_completions(asked)["choices"][0]
    return [token["id"] for token in said["logprobs"]["content"]], said["text"]


@pytest.mark.parametrize("family", FAMILIES)
def test_llama_cpp_says_what_transformers_says(family: str, tmp_path: Path) -> None:
    folder = make_model(tmp_path / "model", family, tied=family in ("llama3", "qwen2"), dtype="float16")
    found = write_gguf(folder, tmp_path / "model.gguf")
    assert set(found.types) == {"F16", "F32"}
    for text in ("SELECT COUNT(*) FROM customer WHERE city =", "有多少客户 don't live 12345?"):
        prompt = f"[INST] {text}[/INST]" if family == "mistral" else text  # which is made for chats
        tokens, _ = _by_llamacpp(found.path, prompt, 20)
        assert len(set(tokens)) > 5
        assert _regret(folder, prompt, tokens) < 0.02


def test_the_embedded_base_writes_the_same_sql(tmp_path: Path) -> None:
    found = write_gguf(embedded.path(), tmp_path / "base.gguf", "f16")
    schema = "<|schema|> sqlite : city : id * , name , country , population ; mountain : id * , name , height"
    for question in ("How many cities are there?", "哪座山最高？"):
        prompt = f"{schema}<|question|> {question} <|links|> <|sql|>"
        said = _by_llamacpp(found.path, prompt, 24)
        assert said[1].strip().startswith("SELECT")
        assert said == _by_transformers(embedded.path(), prompt, 24)


def test_eight_bits_are_near_and_smaller(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "model", "qwen3", intermediate_size=80)
    whole = write_gguf(folder, tmp_path / "whole.gguf", "f16")
    found = write_gguf(folder, tmp_path / "eight.gguf", "q8_0")
    assert found.bytes < 0.62 * whole.bytes
    assert found.other == 2  # the rows of 80 of the two layers' way down
    assert found.types["Q8_0"] == 16 - found.other
    exact = {tensor.name: tensor.data for tensor in GGUFReader(whole.path).tensors}
    for tensor in GGUFReader(found.path).tensors:
        near = dequantize(tensor.data, tensor.tensor_type)
        assert np.abs(near - exact[tensor.name]).max() < 0.006 * np.abs(exact[tensor.name]).max(), tensor.name


@needs_llama
@pytest.mark.parametrize("quant", ["q4_k_m", "q5_k_m"])
def test_k_quants_and_rows_that_do_not_fit_them(quant: Any, tmp_path: Path) -> None:
    fits = make_model(tmp_path / "fits", "llama3", hidden_size=256, intermediate_size=256)
    found = write_gguf(fits, tmp_path / "fits.gguf", quant)
    assert set(found.types) == {f"Q{quant[1]}_K", "Q6_K", "F32"}
    assert (found.other, found.tokens_checked) == (0, True)
    assert found.bytes < 0.4 * write_gguf(fits, tmp_path / "whole.gguf").bytes
    assert len(_by_llamacpp(found.path, "SELECT", 4)[0]) == 4
    odd = write_gguf(make_model(tmp_path / "odd", "llama3"), tmp_path / "odd.gguf", quant)
    assert odd.other == 16
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fits", "fits.gguf", "odd", "odd.gguf", "whole.gguf"]


@needs_llama
def test_a_file_that_cuts_texts_otherwise_is_refused(tmp_path: Path) -> None:
    from sqlwright.export.llamacpp import check_tokens

    qwen, llama = (make_model(tmp_path / family, family) for family in ("qwen2", "llama3"))
    found = write_gguf(qwen, tmp_path / "qwen.gguf")
    with pytest.raises(DataError, match="other than transformers"):
        check_tokens(found.path, AutoTokenizer.from_pretrained(llama))


@pytest.mark.skipif(find_spec("llama_cpp") is not None, reason="llama-cpp-python is installed")
def test_k_quants_name_what_they_need(tmp_path: Path) -> None:
    with pytest.raises(MissingExtra, match="llamacpp"):
        write_gguf(make_model(tmp_path / "model", "llama3"), tmp_path / "model.gguf", "q4_k_m")


def test_the_tokenizers_roles_and_template_are_kept(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "model", "qwen2")
    settings = json.loads((folder / "generation_config.json").read_text())
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ends = [tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<|endoftext|>")]
    (folder / "generation_config.json").write_text(json.dumps(settings | {"eos_token_id": ends}))
    reader = GGUFReader(write_gguf(folder, tmp_path / "model.gguf").path)

    def said(name: str) -> Any:
        field = reader.get_field(name)
        return None if field is None else field.contents()

    assert said("tokenizer.chat_template") == tokenizer.chat_template
    assert [said("tokenizer.ggml.eos_token_id"), said("tokenizer.ggml.eot_token_id")] == ends
    assert said("tokenizer.ggml.add_bos_token") is False
    assert said("tokenizer.ggml.pre") == "qwen2"
    kinds = said("tokenizer.ggml.token_type")
    assert kinds[tokenizer.convert_tokens_to_ids("<|im_start|>")] == 3  # control
    assert kinds[tokenizer.convert_tokens_to_ids("<tool_call>")] == 4  # user-defined
    assert said("qwen2.context_length") == 256
    assert said("general.name") == "model"


def test_a_checkpoint_in_parts_and_a_sliding_window(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "model", "mistral", sliding_window=64)
    whole = write_gguf(folder, tmp_path / "whole" / "model.gguf").path
    AutoModelForCausalLM.from_pretrained(folder).save_pretrained(folder, max_shard_size="100KB")
    (folder / "model.safetensors").unlink(missing_ok=True)
    assert len(list(folder.glob("*.safetensors"))) > 1
    parts = write_gguf(folder, tmp_path / "parts" / "model.gguf").path
    assert parts.read_bytes() == whole.read_bytes()
    context = GGUFReader(whole).get_field("llama.context_length")
    assert context is not None
    assert context.contents() == 64


def _with_config(folder: Path, **changes: Any) -> Path:
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))
    return folder


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"architectures": ["GemmaForCausalLM"]}, "this model is GemmaForCausalLM"),
        ({"hidden_act": "gelu"}, "hidden_act"),
        ({"rope_parameters": {"rope_type": "dynamic", "rope_theta": 1e4, "factor": 2.0}}, "rope_type 'dynamic'"),
        ({"vocab_size": 100}, "do not belong together"),
        ({"quantization_config": {"quant_method": "gptq"}}, "stored quantised"),
    ],
)
def test_what_gguf_cannot_say_is_refused(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    folder = _with_config(make_model(tmp_path / "model", "llama3"), **changes)
    with pytest.raises(ConfigError, match=message):
        write_gguf(folder, tmp_path / "model.gguf")
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_weights_beyond_f16_and_strange_files_are_refused(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "model", "qwen3")
    weights = load_file(folder / "model.safetensors")
    weights["model.layers.0.mlp.up_proj.weight"][0, 0] = 1e5
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(DataError, match=r"blk\.0\.ffn_up\.weight: has weights beyond"):
        write_gguf(folder, tmp_path / "model.gguf")
    save_file({**weights, "extra.weight": torch.ones(2)}, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(ConfigError, match=r"extra.weight: has no place"):
        write_gguf(folder, tmp_path / "model.gguf")
    save_file({k: v for k, v in weights.items() if k != "lm_head.weight"}, folder / "model.safetensors")
    with pytest.raises(ConfigError, match=r"has no lm_head\.weight"):
        write_gguf(folder, tmp_path / "model.gguf")
    (tmp_path / "there.gguf").touch()
    with pytest.raises(ConfigError, match="--force"):
        write_gguf(folder, tmp_path / "there.gguf")
    (folder / "model.safetensors").write_bytes(b"no weights at all")
    with pytest.raises(ConfigError, match="cannot be read"):
        write_gguf(folder, tmp_path / "model.gguf")
    (folder / "model.safetensors").unlink()
    with pytest.raises(ConfigError, match="export merge"):
        write_gguf(folder, tmp_path / "model.gguf")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model", "there.gguf"]


def test_other_tokenizers_are_refused(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "model", "llama3")
    spec = json.loads((folder / "tokenizer.json").read_text())
    split = {"type": "Split", "pattern": {"String": " "}, "behavior": "Isolated", "invert": False}
    for changes, message in (
        ({"pre_tokenizer": {"type": "Sequence", "pretokenizers": [split]}}, "cuts words by a rule"),
        ({"normalizer": {"type": "Lowercase"}}, "changes texts first"),
        ({"model": {"type": "WordLevel", "vocab": {"a": 0, "b": 1}, "unk_token": "a"}}, "is WordLevel"),
    ):
        (folder / "tokenizer.json").write_text(json.dumps(spec | changes))
        with pytest.raises(ConfigError, match=message):
            write_gguf(folder, tmp_path / "model.gguf")
