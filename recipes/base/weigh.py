"""Fit what speaks for a candidate and against it (`WEIGHTS` of `sqlwright.infer.choose`), and tell what that brings.

    python recipes/base/weigh.py --model DIR --data DIR --spider DIR --databases DIR --candidates 8 --cache FILE

The questions are those of the held-out training databases. What the weights bring is told by leaving one database out:
those fitted on the other nine choose for it. The candidates, what they came to and whether they are right are kept in
`--cache`, so that a second call only fits. A conditional logit: of a question's candidates, one is drawn by the softmax
of its sum, and the likelihood of drawing a right one is made largest.

Source: McFadden 1974, "Conditional Logit Analysis of Qualitative Choice Behavior".
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from heldout import Asked, gathered, read_heldout, read_items
from sqlwright.evaluate import TEST_SUITE, Options, score
from sqlwright.infer import choose, load
from sqlwright.infer.choose import signs
from sqlwright.records import Prediction

STRENGTH = 0.03
"""Of the penalty on the squares of the weights, each in standard deviations of what it weighs."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question's candidates."""

    db_id: str
    signs: list[dict[str, float]]
    """What speaks for each and against it, by name."""
    ran: list[bool]
    right: list[bool]
    plain: int
    """Which `choose` takes without clues."""


def main() -> None:
    """Parse the command line, fit and print the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    for name in ("model", "data", "spider", "databases", "cache"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--candidates", type=int, default=8)
    parser.add_argument("--limit", type=int, default=0, help="so many questions, evenly; 0 is all")
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    if not arguments.cache.exists():
        held = read_heldout(
            read_items(arguments.data / "heldout.json", arguments.limit), arguments.spider, arguments.databases
        )
        engine = load(arguments.model, device=arguments.device)
        made = [
            judged(one, f"sqlite:///{held.files[one.example.db_id]}")
            for one in gathered(engine, held, arguments.candidates)
        ]
        arguments.cache.write_text(json.dumps([asdict(one) for one in made]), encoding="utf-8")
    questions = [Question(**one) for one in json.loads(arguments.cache.read_text(encoding="utf-8"))]
    names = list(questions[0].signs[0])
    print(f"{len(questions)} questions; one candidate is right: {share([any(one.right) for one in questions])}")
    print(f"the likeliest is right: {share([one.right[0] for one in questions])}")
    print(f"by execution alone: {share([one.right[one.plain] for one in questions])}")
    for used in ([name for name in names if name != "explains"], names):
        told = []
        for db_id in sorted({one.db_id for one in questions}):
            weights = fitted([one for one in questions if one.db_id != db_id], used)
            told += [one.right[best(one, weights)] for one in questions if one.db_id == db_id]
        print(f"by {len(used)} signs, databases that were not seen: {share(told)}")
        print({name: round(value, 3) for name, value in fitted(questions, used).items()})


def judged(asked: Asked, url: str) -> Question:
    """Return one question's candidates with what speaks for them, and whether they are right."""
    example, found = asked.example, asked.candidates
    golds = [replace(example, id=str(at)) for at in range(len(found))]
    answers = [Prediction(str(at), example.db_id, one.sql, one.sql) for at, one in enumerate(found)]
    verdicts = score(golds, answers, lambda _: [url], options=Options(TEST_SUITE))
    return Question(
        example.db_id,
        signs(found, asked.results, asked.required, asked.told),
        [result.status in ("ok", "too-large") for result in asked.results],
        [verdict.correct for verdict in verdicts],
        choose(found, asked.results, asked.required),
    )


def fitted(questions: Sequence[Question], names: Sequence[str]) -> dict[str, float]:
    """Return the weights of these signs."""
    torch.manual_seed(0)
    open_ = [one for one in questions if any(one.right) and not all(one.right)]
    rows = [torch.tensor([[float(sign[name]) for name in names] for sign in one.signs]) for one in open_]
    spread = torch.cat(rows).std(0) + 1e-6
    size = max(map(len, rows))
    signs_of = torch.stack([torch.nn.functional.pad(row / spread, (0, 0, 0, size - len(row))) for row in rows])
    there = torch.stack([torch.arange(size) < len(row) for row in rows])
    right = torch.stack([torch.tensor(one.right + [False] * (size - len(one.right))) for one in open_])
    weights = torch.zeros(len(names), requires_grad=True)
    search = torch.optim.LBFGS([weights], max_iter=100)

    def loss() -> torch.Tensor:
        search.zero_grad()
        likely = (signs_of @ weights).masked_fill(~there, -torch.inf).log_softmax(1)
        value = STRENGTH * weights.square().sum() - likely.masked_fill(~right, -torch.inf).logsumexp(1).mean()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    search.step(loss)  # type: ignore[no-untyped-call]
    return dict(zip(names, (weights.detach() / spread).tolist(), strict=True))


def best(one: Question, weights: dict[str, float]) -> int:
    """Return the place of the candidate that executes and has the highest sum."""
    sums = [sum(weights[name] * sign[name] for name in weights) for sign in one.signs]
    return max(range(len(sums)), key=lambda at: (one.ran[at], sums[at], -at))


def share(told: Sequence[bool]) -> str:
    """Return how many are true, in percent."""
    return f"{100 * sum(told) / len(told):.1f} %"


if __name__ == "__main__":
    main()
