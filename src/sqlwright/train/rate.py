"""How quick a run is: tokens and samples a second, the share of tokens saved, memory, the time that is left."""

from __future__ import annotations

import time

import torch

from sqlwright._processes import peak_gib
from sqlwright.train.batches import Batch

_GIB = 2**30


class Rate:
    """Counts what was trained on; `figures` says how quick it went since it last did."""

    def __init__(self, device: str) -> None:
        """Take the type of device, whose memory is told."""
        self._device = device
        self._average = 0.0
        self._reset()

    def add(self, batch: Batch, weight: float) -> None:
        """Count a batch that went forward and backward; one without weight is work, but nothing was learnt."""
        self._computed += batch.computed
        if weight:
            self._samples += batch.samples
            self._tokens += batch.tokens
        self.samples += batch.samples * bool(weight)

    def end_step(self) -> None:
        """Count an optimiser step."""
        self._steps += 1

    def pause(self, seconds: float) -> None:
        """Leave out time in which nothing was trained."""
        self._began += seconds

    samples = 0
    """Trained on since the start."""

    def figures(self, steps_left: int) -> dict[str, float]:
        """Return the figures since the last call.

        `tokens_per_second` are tokens really computed, `share_saved` the part of the samples' tokens that was not.
        """
        seconds = max(time.perf_counter() - self._began, 1e-9)
        each = seconds / max(self._steps, 1)
        self._average = each if not self._average else 0.7 * self._average + 0.3 * each
        found = {
            "tokens_per_second": round(self._computed / seconds, 1),
            "samples_per_second": round(self._samples / seconds, 2),
            "share_saved": round(1 - self._computed / max(self._tokens, 1), 4),
            "memory_gib": round(self._memory(), 2),
            "seconds_left": round(self._average * steps_left, 1),
        }
        self._reset()
        return found

    def _reset(self) -> None:
        self._began = time.perf_counter()
        self._steps = self._computed = self._samples = self._tokens = 0

    def _memory(self) -> float:
        """Return the most memory in use so far, of the GPU or of the process."""
        if self._device == "cuda":
            return torch.cuda.max_memory_allocated() / _GIB
        return peak_gib()
