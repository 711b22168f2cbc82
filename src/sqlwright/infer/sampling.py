"""Draws tokens by their probability instead of taking the likeliest.

A row's draws depend on the seed, its own name and its own logits alone, never on which rows share its batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import torch


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn."""

    temperature: float = 1.0
    """Above 0; the lower, the closer to greedy."""
    top_p: float = 1.0
    """Only the likeliest tokens that together have this probability are drawn from."""
    seed: int = 0

    def source(self, name: str, number: int = 0) -> Random:
        """Return the random numbers of a prompt's `number`-th sample."""
        return Random(f"{self.seed}/{number}/{name}")


DIFFERENT = Sampling(temperature=0.8)
"""How several answers come to differ, unless told otherwise."""


def draw(logits: torch.Tensor, sampling: Sampling, numbers: list[float]) -> list[int]:
    """Return a token for each row, by inverse transform sampling.

    Args:
        logits: (rows, vocabulary).
        numbers: one uniform number in [0, 1) a row.

    Source of `top_p`: Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration", section 3.1.
    """
    ranked = (logits.float() / sampling.temperature).softmax(-1).sort(dim=-1, descending=True)
    total = ranked.values.cumsum(-1)
    # A token is drawn from while those before it have not reached top_p; the likeliest always is.
    kept = ranked.values * (total - ranked.values < sampling.top_p)
    reached = kept.cumsum(-1)
    wanted = torch.tensor(numbers, device=logits.device)[:, None] * reached[:, -1:]
    places = (reached <= wanted).sum(-1, keepdim=True).clamp(max=logits.shape[-1] - 1)
    drawn: list[int] = ranked.indices.gather(-1, places)[:, 0].tolist()
    return drawn
