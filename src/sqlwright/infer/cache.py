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

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Append tokens, and return all keys and values so far."""
        start = self.get_seq_length() if self._buffers else 0
        end = start + key_states.shape[-2]
        if not self._buffers:
            self.lazy_initialization(key_states, value_states)
            rows, heads, _, width = key_states.shape
            self._buffers = [key_states.new_empty(rows, heads, self._capacity, width) for _ in range(2)]
        for buffer, states in zip(self._buffers, (key_states, value_states), strict=True):
            buffer[:, :, start:end] = states
        self.keys, self.values = (buffer[:, :, :end] for buffer in self._buffers)
        return self.keys, self.values

    def select(self, rows: torch.Tensor, shared: int = 0) -> None:
        """Keep these rows, in this order; a row may come more than once.

        Args:
            shared: how many of the first tokens each row has in common with the one whose place it takes, where no
                row is left out; they are not copied.
        """
        length = self.get_seq_length()
        if shared:
            for buffer in self._buffers:
                buffer[:, :, shared:length] = buffer[rows, :, shared:length]
            return
        taken = [buffer.index_select(0, rows) for buffer in self._buffers]
        self._buffers = taken
        self.keys, self.values = (buffer[:, :, :length] for buffer in taken)


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
        room.update(keys.expand(rows, -1, -1, -1), values.expand(rows, -1, -1, -1))
    return cache


def can_share(model: Any) -> bool:
    """Return whether every layer of the model keeps full keys and values, as `Room` does."""
    cache = DynamicCache(config=model.config.get_text_config())
    return bool(cache.layers) and all(type(layer) is DynamicLayer for layer in cache.layers)
