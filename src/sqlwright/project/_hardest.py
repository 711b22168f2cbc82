"""Which of the pairs made from a schema are trained on (`train.hardest`): mostly those that surprise the base most.

    examples = hardest(examples, model, engine, databases, share=0.2, seed=0)

A base that was itself trained on such pairs answers most of them already, and learns nothing from them; from what it
holds unlikely it learns what is peculiar to this database: which of the dates is meant, how tables hang together, that
"sold out" is a stock of 0. Some of the others stay, so that it does not unlearn them. Imported pairs are all kept.

Source: Jiang et al. 2019, "Accelerating Deep Learning by Focusing on the Biggest Losers", section 3; here by the losses
of the untuned model.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlwright.project._models import Model
from sqlwright.records import Example

if TYPE_CHECKING:
    from sqlwright.infer.rescore import Scorer
    from sqlwright.project._databases import Databases

MADE = "synth"
"""The source of pairs that were made from a schema."""
_OTHERS = 0.25
"""Part of the pairs taken that is drawn from those that the base holds likelier."""
FEWEST = 300
"""So many pairs are taken anyway: few are soon learnt, and a choice among them would leave too little."""
_AT_ONCE = 256


def hardest(
    examples: Sequence[Example],
    model: Model,
    scorer: Scorer,
    databases: Databases,
    *,
    share: float,
    seed: int,
    fewest: int = FEWEST,
    progress: Callable[[int, int], None] | None = None,
) -> list[Example]:
    """Return the examples to train on, in their order.

    Args:
        model: whose prompts are made.
        scorer: the untuned model.
        share: how many of the made pairs are taken, above 0 and at most 1.
        seed: of the choice among those that are not the hardest.
        fewest: how many are taken at least, where there are so many.
        progress: called with how many pairs were weighed, of how many.
    """
    made = [example for example in examples if example.source == MADE]
    losses: dict[str, float] = {}
    model = replace(model, task="text-to-sql")
    for at in range(0, len(made), _AT_ONCE):
        prompts = model.prompts(made[at : at + _AT_ONCE], databases)
        told = scorer.likelihoods(prompts)
        losses |= {prompt.id: -value / len(prompt.completion) for prompt, value in zip(prompts, told, strict=True)}
        if progress is not None:
            progress(len(losses), len(made))
    ranked = sorted(losses, key=lambda name: -losses[name])
    taken = count_of(len(made), share, fewest)
    others = round(taken * _OTHERS)
    chosen = {*ranked[: taken - others], *random.Random(seed).sample(ranked[taken - others :], others)}
    return [example for example in examples if example.id not in losses or example.id in chosen]


def count_of(made: int, share: float, fewest: int = FEWEST) -> int:
    """Return how many of so many made pairs are trained on."""
    return min(made, max(fewest, round(share * made)))
