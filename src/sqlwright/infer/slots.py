"""Room for the keys and values of a batch whose rows come and go.

Each row of the batch is a slot of fixed length. A sequence that has ended gives its slot to the next one, so that the
batch stays full; nothing is copied while it grows.

    slots = Slots(model, rows=64, capacity=512)
    slots.fill(0, prefix_keys_and_values, rows=16)    # before the suffixes of 16 new rows go through the model
    slots.at(slice(0, 16), columns, end)              # where the next pass through the model reads and writes
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

KeysValues = list[tuple[torch.Tensor, torch.Tensor]]
"""Of each layer, (1, heads, length, width)."""


@dataclass(slots=True)
class _Place:
    """Where a pass through the model reads and writes; the same for all layers."""

    rows: slice
    columns: slice | torch.Tensor
    """The columns that it writes: the same for all rows, or (rows,) with one of each."""
    end: int
    """Columns that it reads."""
    each: torch.Tensor | None = None
    """(rows,): 0, 1, 2 ..., where rows have columns of their own."""


class _Layer(DynamicLayer):  # type: ignore[no-untyped-call]
    """A layer's slots, (rows, heads, capacity, width)."""

    def __init__(self, rows: int, capacity: int, place: _Place) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._shape = (rows, capacity)
        self._place = place
        self.buffers: list[torch.Tensor] = []

    def take_room(self, like: torch.Tensor) -> None:
        """Take the room when the first keys are known."""
        if not self.buffers:
            rows, capacity = self._shape
            shape = (rows, like.shape[1], capacity, like.shape[3])
            # Zeros, since what is masked must be a number all the same.
            self.buffers = [like.new_zeros(shape) for _ in range(2)]
            self.is_initialized = True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Write the new keys and values, and return all of the rows that the pass is about."""
        self.take_room(key_states)
        rows, columns, end = self._place.rows, self._place.columns, self._place.end
        found = []
        for buffer, states in zip(self.buffers, (key_states, value_states), strict=True):
            view = buffer[rows]
            if isinstance(columns, slice):
                view[:, :, columns] = states
            else:
                # Under autocast keys and values may differ in their type; unlike a slice, places do not convert.
                view[self._place.each, :, columns] = states[:, :, 0].to(view.dtype)
            found.append(view[:, :, :end])
        return found[0], found[1]

    def get_seq_length(self) -> int:
        """Return the tokens before those that the pass brings; the models get exact positions beside."""
        columns = self._place.columns
        return columns.start if isinstance(columns, slice) else self._place.end - 1


class Slots:
    """The keys and values of a batch; `cache` is what the model takes."""

    def __init__(self, model: Any, *, rows: int, capacity: int) -> None:
        """Make slots for `rows` sequences of at most `capacity` tokens; memory is taken with the first tokens."""
        self._place = _Place(slice(0, 0), slice(0, 0), 0)
        self.cache = DynamicCache(config=model.config.get_text_config())
        self._layers = [_Layer(rows, capacity, self._place) for _ in self.cache.layers]
        self.cache.layers = list(self._layers)

    def at(self, rows: slice, columns: slice | torch.Tensor, end: int) -> None:
        """Say where the next pass through the model reads and writes."""
        self._place.rows, self._place.columns, self._place.end = rows, columns, end
        if isinstance(columns, torch.Tensor):
            self._place.each = torch.arange(len(columns), device=columns.device)

    def fill(self, rows: slice, known: KeysValues) -> None:
        """Begin these rows with a prefix that was computed before."""
        for layer, (keys, values) in zip(self._layers, known, strict=False):
            layer.take_room(keys)
            for buffer, states in zip(layer.buffers, (keys, values), strict=True):
                buffer[rows, :, : states.shape[2]] = states

    def move(self, source: int, target: int, length: int) -> None:
        """Put the first `length` tokens of one row in the place of another."""
        for layer in self._layers:
            for buffer in layer.buffers:
                buffer[target, :, :length] = buffer[source, :, :length]
