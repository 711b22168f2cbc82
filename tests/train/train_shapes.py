"""Tiny random models of the architectures that people tune, and the loss of separate samples to compare with."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from transformers import (
    AutoModelForCausalLM,
    GemmaConfig,
    LlamaConfig,
    MistralConfig,
    PhiConfig,
    Qwen2Config,
    Qwen3Config,
)

from sqlwright.train import Sample

VOCABULARY = 64
SIZES: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "initializer_range": 0.2,
}
CONFIGS: dict[str, Callable[[], Any]] = {
    "llama": lambda: LlamaConfig(**SIZES),
    "qwen2": lambda: Qwen2Config(**SIZES),
    "qwen3": lambda: Qwen3Config(**SIZES, head_dim=8),
    "mistral": lambda: MistralConfig(**SIZES, sliding_window=None),
    "gemma": lambda: GemmaConfig(**SIZES, head_dim=8),
    "phi": lambda: PhiConfig(**{**SIZES, "num_key_value_heads": 4, "attention_dropout": 0.0}),
}


def tiny(architecture: str, adapter: str = "none", seed: int = 0) -> Any:
    """Return a random model in float32; with adapter "lora" or "dora", one whose adapter does something already."""
    return random_model(CONFIGS[architecture](), adapter, seed)


def random_model(shape: Any, adapter: str = "none", seed: int = 0, rank: int = 4) -> Any:
    """Return a random model of a configuration, as `tiny` does."""
    torch.manual_seed(seed)
    model: Any = AutoModelForCausalLM.from_config(shape, dtype=torch.float32)
    if adapter != "none":
        config = LoraConfig(
            r=rank, lora_alpha=8, target_modules="all-linear", use_dora=adapter == "dora", task_type="CAUSAL_LM"
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # PEFT reads an attribute that transformers has renamed
            model = get_peft_model(model, config)
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                torch.nn.init.normal_(parameter, std=0.1)
    return model.train()


def separate_loss(model: Any, samples: Sequence[Sample]) -> torch.Tensor:
    """Return the summed loss of samples that go through the model one by one, as the model itself computes it."""
    losses = []
    for sample in samples:
        ids = sample.prefix + sample.suffix + sample.completion
        logits = model(input_ids=torch.tensor([ids], device=model.device)).logits[0].float()
        first = max(len(ids) - len(sample.completion), 1)
        targets = torch.tensor(ids[first:], device=model.device)
        losses.append(torch.nn.functional.cross_entropy(logits[first - 1 : -1], targets, reduction="sum"))
    return torch.stack(losses).sum()


def gradients(model: Any, loss: torch.Tensor) -> torch.Tensor:
    """Return the gradients of all that learns, as one vector."""
    model.zero_grad()
    loss.backward()
    learnt = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return torch.cat([torch.zeros_like(p).flatten() if p.grad is None else p.grad.flatten() for p in learnt])
