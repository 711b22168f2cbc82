"""NEFTune: uniform noise on the embeddings of the samples in training, which are learnt less by heart for it.

The noise of a token lies within alpha / sqrt(length * size), where length is that of the token's *sample*, not of the
sequence that it stands in with others: so a sample gets as much noise among many as it would alone. A shared prefix is
embedded once and so has one noise for all its samples; its strength is such that its variance is the mean of theirs.

Source: Jain et al. 2023, "NEFTune: Noisy Embeddings Improve Instruction Finetuning", section 2.
"""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor


def spread_of(lengths: Iterable[int]) -> float:
    """Return how far the noise of a token goes that samples of these lengths share: the root of their mean 1/length."""
    inverse = [1 / length for length in lengths]
    return float((sum(inverse) / len(inverse)) ** 0.5)


def noisy(embedded: Tensor, strength: Tensor) -> Tensor:
    """Return embeddings with noise on them.

    Args:
        embedded: (rows, length, size).
        strength: (rows, length), alpha times the tokens' `spread_of`.
    """
    limit = (strength / embedded.shape[-1] ** 0.5)[..., None].to(embedded.dtype)
    noise: Tensor = embedded.new_empty(embedded.shape).uniform_(-1, 1)
    return embedded.add(noise * limit)
