"""What GGUF has to know of a checkpoint, for the architectures that are written here: Llama, Mistral, Qwen2 and Qwen3.

Names of fields and tensors are gguf's own (`gguf.GGUFWriter`, `gguf.get_tensor_name_map`). What an architecture cannot
say in GGUF is refused rather than left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlwright.errors import ConfigError

Config = Mapping[str, Any]
"""A checkpoint's configuration, as transformers reads it."""


@dataclass(frozen=True, slots=True)
class Family:
    """How one architecture is written."""

    arch: str
    """Its name in GGUF."""
    interleaved: bool
    """Whether llama.cpp rotates neighbouring pairs of a head, where transformers rotates its halves."""


_FAMILIES = {
    "LlamaForCausalLM": Family("llama", interleaved=True),
    "MistralForCausalLM": Family("llama", interleaved=True),
    "Qwen2ForCausalLM": Family("qwen2", interleaved=False),
    "Qwen3ForCausalLM": Family("qwen3", interleaved=False),
}


def family_of(config: Config) -> Family:
    """Return the family of a checkpoint. Raises ConfigError for one that is not written here."""
    names = config.get("architectures") or ["?"]
    if names[0] not in _FAMILIES:
        known = ", ".join(name.removesuffix("ForCausalLM") for name in _FAMILIES)
        raise ConfigError(
            f"GGUF is written for {known}; this model is {names[0]}: merge it, and convert the folder with llama.cpp's "
            "convert_hf_to_gguf.py"
        )
    return _FAMILIES[names[0]]


def describe(writer: Any, config: Config) -> None:
    """Write a checkpoint's sizes and rotary settings to a `gguf.GGUFWriter`.

    Raises:
        ConfigError: it has something that llama.cpp does not compute for this architecture.
    """
    if config.get("hidden_act", "silu") != "silu":
        raise ConfigError(f"config.json: hidden_act {config['hidden_act']!r} cannot be written as GGUF, only 'silu'")
    heads = config["num_attention_heads"]
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(_context(config))
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(config.get("num_key_value_heads") or heads)
    writer.add_key_length(head_size(config))
    writer.add_value_length(head_size(config))
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_vocab_size(config["vocab_size"])
    writer.add_rope_dimension_count(head_size(config))
    _describe_rope(writer, rope_of(config))


def head_size(config: Config) -> int:
    """Return the size of an attention head."""
    return int(config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"])


def rope_of(config: Config) -> dict[str, Any]:
    """Return the rotary settings."""
    return {"rope_type": "default", "rope_theta": 10000.0, **(config.get("rope_parameters") or {})}


def rope_factors(config: Config) -> list[float] | None:
    """Return by how much Llama 3.1 slows each frequency; None for models that do not.

    Source: "The Llama 3 Herd of Models" (2024), section 3.4.2, as in transformers' `_compute_llama3_parameters`.
    """
    rope = rope_of(config)
    if rope["rope_type"] != "llama3":
        return None
    size, before = head_size(config), rope["original_max_position_embeddings"]
    low, high, factor = rope["low_freq_factor"], rope["high_freq_factor"], rope["factor"]
    factors = []
    for at in range(0, size, 2):
        turns = before / (2 * math.pi * rope["rope_theta"] ** (at / size))
        smooth = min(max((turns - low) / (high - low), 0.0), 1.0)
        factors.append(1 / ((1 - smooth) / factor + smooth))
    return factors


def _describe_rope(writer: Any, rope: Mapping[str, Any]) -> None:
    import gguf

    kind = rope["rope_type"]
    if rope.get("partial_rotary_factor", 1.0) != 1.0:
        raise ConfigError("config.json: partial_rotary_factor cannot be written as GGUF for this architecture")
    writer.add_rope_freq_base(rope["rope_theta"])
    if kind in ("default", "llama3"):  # whose factors are a tensor
        return
    if kind not in ("linear", "yarn"):
        raise ConfigError(
            f"config.json: rope_type {kind!r} cannot be written as GGUF; known: default, linear, llama3, yarn"
        )
    writer.add_rope_scaling_type(gguf.RopeScalingType.YARN if kind == "yarn" else gguf.RopeScalingType.LINEAR)
    writer.add_rope_scaling_factor(rope["factor"])
    if kind == "yarn":
        writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
        for name, add in (
            ("attention_factor", writer.add_rope_scaling_yarn_attn_factor),
            ("beta_fast", writer.add_rope_scaling_yarn_beta_fast),
            ("beta_slow", writer.add_rope_scaling_yarn_beta_slow),
        ):
            if rope.get(name) is not None:
                add(rope[name])


def _context(config: Config) -> int:
    """Return the longest text; of a model that attends to a sliding window, the window: llama.cpp has none for it."""
    longest = int(config["max_position_embeddings"])
    sliding = config.get("sliding_window") if config.get("use_sliding_window", True) else None
    return min(longest, int(sliding)) if sliding else longest
