"""Keys and values of a batch, in room that is taken once.

transformers' dynamic cache copies all it holds at every token, which for a small model on a CPU is much of the work.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer


class Room(DynamicLayer):  # type: ignore[no-untyped-call]
    """A layer's keys and values, (rows, heads, length, width), growing inside a buffer of fixed length."""

    def __init__(self, capacity: int) -> None:
        """Take room for `capacity` tokens when the first ones come."""
        super().__init__()  # type: ignore[no-untyped-call]
        self._capacity = capacity
        self._buffers: list[torch.Tensor] = []
        self._shared = 0
        """How many of the first tokens are the same in every row of the buffers."""

    def share(self, keys: torch.Tensor, values: torch.Tensor, rows: int) -> None:
        """Begin with `rows` rows that have the same first tokens, (1, heads, length, width)."""
        self.update(keys.expand(rows, -1, -1, -1), values.expand(rows, -1, -1, -1))
        self._shared = keys.shape[-2]

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Append tokens, and return all keys and values so far."""
        start = self.get_seq_length() if self._buffers else 0
        end = start + key_states.shape[-2]
        rows, heads, _, width = key_states.shape
        if not self._buffers:
            self.lazy_initialization(key_states, value_states)
            self._buffers = [key_states.new_empty(rows, heads, self._capacity, width) for _ in range(2)]
        for buffer, states in zip(self._buffers, (key_states, value_states), strict=True):
            buffer[:rows, :, start:end] = states
        self.keys, self.values = (buffer[:rows, :, :end] for buffer in self._buffers)
        return self.keys, self.values

    def select(self, rows: torch.Tensor) -> None:
        """Keep these rows, in this order; a row may come more than once. What all rows share is not copied."""
        length, count = self.get_seq_length(), len(rows)
        known, heads, _, width = self._buffers[0].shape
        if count > known:
            larger = [buffer.new_empty(count, heads, self._capacity, width) for buffer in self._buffers]
            for new, old in zip(larger, self._buffers, strict=True):
                new[:, :, : self._shared] = old[:1, :, : self._shared]
        else:
            larger = self._buffers
        for new, old in zip(larger, self._buffers, strict=True):
            new[:count, :, self._shared : length] = old[rows, :, self._shared : length]
        self._buffers = larger
        self.keys, self.values = (buffer[:count, :, :length] for buffer in larger)


def compute_prefix(model: Any, prefix: tuple[int, ...]) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return keys and values of a prefix for each layer, (1, heads, length, width)."""
    cache = DynamicCache(config=model.config.get_text_config())
    ids = torch.tensor([prefix], device=model.device)
    model(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
    layers: list[Any] = cache.layers
    return [(layer.keys, layer.values) for layer in layers]


def open_cache(
    model: Any, prefix: list[tuple[torch.Tensor, torch.Tensor]], *, rows: int, capacity: int
) -> DynamicCache:
    """Return a cache for `rows` sequences of up to `capacity` tokens that begin with a computed prefix."""
    cache = DynamicCache(config=model.config.get_text_config())
    rooms = [Room(capacity) for _ in cache.layers]
    cache.layers = list(rooms)
    for room, (keys, values) in zip(rooms, prefix, strict=False):
        room.share(keys, values, rows)
    return cache


def can_share(model: Any) -> bool:
    """Return whether every layer of the model keeps full keys and values, as `Room` does."""
    cache = DynamicCache(config=model.config.get_text_config())
    return bool(cache.layers) and all(type(layer) is DynamicLayer for layer in cache.layers)
