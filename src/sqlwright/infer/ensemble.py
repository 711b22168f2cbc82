"""A tuned model and the base that it was tuned from, which propose statements together.

    both = Ensemble(load(base, adapter), load(base), template.completion)
    both.candidates(prompts, count=8)    # those of both, at most 16, by the mean of both models' log-probabilities
    both.generate(prompts)               # the tuned model's answer alone

Tuning teaches a schema and forgets some of how people ask. What either proposes is weighed by both: the mean of their
log-probabilities is that of the geometric mean of the two models. How likely a question is, given a statement, is asked
of the base, which learnt that task.

Source: Hinton 2002, "Training Products of Experts by Minimizing Contrastive Divergence" (the geometric mean).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlwright.infer.choose import Candidate
from sqlwright.infer.engine import Engine
from sqlwright.infer.sampling import Sampling
from sqlwright.infer.writer import Progress
from sqlwright.records import Prediction, Prompt


@dataclass(frozen=True, slots=True)
class Ensemble:
    """A `Writer` and a `Scorer` made of two; both know the same prompts."""

    tuned: Engine
    base: Engine
    completion: Callable[[str], str]
    """SQL -> the completion that stands for it, as both learnt it."""

    def generate(self, prompts: Sequence[Prompt], **settings: Any) -> list[Prediction]:
        """Return the tuned model's answer to each prompt, as `Engine.generate` does."""
        return self.tuned.generate(prompts, **settings)

    def open_batch(self, rows: int, sampling: Sampling | None = None) -> Any:
        """Return a batch of the tuned model's, as `Engine.open_batch` does."""
        return self.tuned.open_batch(rows, sampling)

    def likelihoods(self, prompts: Sequence[Prompt]) -> list[float]:
        """Return the log-probability of each prompt's completion by the base."""
        return self.base.likelihoods(prompts)

    def candidates(
        self,
        prompts: Sequence[Prompt],
        *,
        count: int,
        sampling: Sampling | None = None,
        progress: Progress | None = None,
        **settings: Any,
    ) -> list[list[Candidate]]:
        """Return up to twice `count` different statements for each prompt: each model's, as `Engine.candidates` does.

        Those that were searched come likeliest first, `score` being the mean of both models' log-probabilities a token;
        of those that were drawn, `times` counts both models' draws.
        """

        def told(half: int) -> Progress | None:
            return None if progress is None else lambda done, total: progress((half * total + done) // 2, total)

        settings |= {"count": count, "sampling": sampling}
        mine = self.tuned.candidates(prompts, progress=told(0), **settings)
        theirs = self.base.candidates(prompts, progress=told(1), **settings)
        found = [_united([*some, *others]) for some, others in zip(mine, theirs, strict=True)]
        if sampling is None:
            return self._weighed(prompts, found)
        return [sorted(some, key=lambda one: -one.times) for some in found]

    def _weighed(self, prompts: Sequence[Prompt], found: Sequence[list[Candidate]]) -> list[list[Candidate]]:
        """Return each prompt's candidates with the score of both, likeliest first."""
        said = [
            replace(prompt, completion=self.completion(one.sql))
            for prompt, some in zip(prompts, found, strict=True)
            for one in some
        ]
        pairs = zip(self.tuned.likelihoods(said), self.base.likelihoods(said), strict=True)
        means = iter([sum(pair) / 2 for pair in pairs])
        scored = [[(next(means), one) for one in some] for some in found]
        return [
            [replace(one, score=mean / one.tokens) for mean, one in sorted(some, key=lambda each: -each[0])]
            for some in scored
        ]


def _united(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the different statements, each with how often it was drawn in all."""
    found: dict[str, Candidate] = {}
    for one in candidates:
        known = found.get(one.sql)
        found[one.sql] = one if known is None else replace(known, times=known.times + one.times)
    return list(found.values())
