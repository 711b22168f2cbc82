"""The loss: cross-entropy on the completions alone, with vocabulary logits only where something is learnt.

Where a micro-batch shares its prefix, the prefix goes through the model once and its keys and values are handed, with
their gradients, to all suffixes. Causal attention never lets a prefix depend on what follows, so loss and gradients are
those of separate samples.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch.nn.functional import cross_entropy
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from sqlwright.train.batches import IGNORE, Batch


def completion_loss(model: Any, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the summed loss over the labelled tokens of a micro-batch, and how many they are.

    Args:
        model: a Hugging Face causal language model, or a PEFT wrapper of one.
        batch: what `collate` returns, on the model's device.
    """
    targets = batch["labels"][:, 1:]
    columns = (targets != IGNORE).any(dim=0).nonzero().flatten()
    cache = None
    if "prefix_ids" in batch:
        cache = DynamicCache(config=model.config.get_text_config())
        model(input_ids=batch["prefix_ids"], past_key_values=cache, use_cache=True, logits_to_keep=1)
        layers: list[Any] = cache.layers
        for layer in layers:
            layer.keys = layer.keys.expand(len(targets), -1, -1, -1)
            layer.values = layer.values.expand(len(targets), -1, -1, -1)
    # No attention mask: padding is on the right, where causal attention never looks.
    output = model(
        input_ids=batch["input_ids"], past_key_values=cache, use_cache=cache is not None, logits_to_keep=columns
    )
    targets = targets[:, columns].flatten()
    labelled = targets != IGNORE
    logits = output.logits.flatten(0, 1)[labelled].float()
    return cross_entropy(logits, targets[labelled], reduction="sum"), labelled.sum()


def can_share(model: Any) -> bool:
    """Return whether the model keeps full keys and values for every layer, so that a prefix can be computed once."""
    cache = DynamicCache(config=model.config.get_text_config())
    return all(type(layer) is DynamicLayer for layer in cache.layers)


def validation_loss(model: Any, batches: Iterable[Batch]) -> float:
    """Return the mean loss a completion token over `batches`, with dropout off and the model's mode put back after."""
    training = model.training
    model.eval()
    total = 0.0
    tokens = 0
    try:
        with torch.inference_mode():
            for batch in batches:
                loss, count = completion_loss(model, {name: value.to(model.device) for name, value in batch.items()})
                total += float(loss)
                tokens += int(count)
    finally:
        model.train(training)
    return total / max(tokens, 1)
