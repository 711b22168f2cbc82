"""Sums verdicts up: accuracy with intervals, by hardness, language and error, and one run against another."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlwright.errors import DataError, SqlError
from sqlwright.records import Example, Verdict
from sqlwright.sqlkit import hardness

LEVELS = ("easy", "medium", "hard", "extra")
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Group:
    """How many examples of a kind there are, and what share of them is right; shares are 0 to 1."""

    count: int
    ex: float
    em: float
    token_match: float


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a run; shares are 0 to 1, intervals are 95 % bootstrap intervals."""

    count: int
    ex: float
    em: float
    token_match: float
    ex_interval: Interval
    em_interval: Interval
    token_match_interval: Interval
    by_hardness: dict[str, Group]
    by_language: dict[str, Group]
    by_error: dict[str, int]
    """Wrong predictions by class, most frequent first."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs on the same examples, paired."""

    fixed: tuple[str, ...]
    """Ids that only the second run has right."""
    broken: tuple[str, ...]
    """Ids that only the first run has right."""
    both_right: int
    both_wrong: int
    p: float
    """Two-sided exact McNemar test: how likely so uneven a split is when both runs are equally good."""


def summarise(
    verdicts: Sequence[Verdict], examples: Sequence[Example], *, resamples: int = 1_000, seed: int = 0
) -> Summary:
    """Return the figures of a run.

    Args:
        resamples: bootstrap resamples of the examples for the intervals.

    Raises:
        DataError: a verdict is for no example.
    """
    by_id = {example.id: example for example in examples}
    unknown = [verdict.id for verdict in verdicts if verdict.id not in by_id]
    if unknown:
        raise DataError(f"{len(unknown)} verdicts are for no example: {unknown[0]!r} ...")
    levels: dict[str, list[Verdict]] = defaultdict(list)
    languages: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        example = by_id[verdict.id]
        levels[_level(example)].append(verdict)
        languages[example.language].append(verdict)
    errors = Counter(verdict.error for verdict in verdicts if verdict.error)
    whole = _group(verdicts)
    return Summary(
        count=whole.count,
        ex=whole.ex,
        em=whole.em,
        token_match=whole.token_match,
        ex_interval=_interval(verdicts, lambda verdict: verdict.correct, resamples, seed),
        em_interval=_interval(verdicts, lambda verdict: verdict.exact, resamples, seed),
        token_match_interval=_interval(verdicts, lambda verdict: verdict.token_match, resamples, seed),
        by_hardness={level: _group(levels[level]) for level in (*LEVELS, "unknown") if level in levels},
        by_language={language: _group(languages[language]) for language in sorted(languages)},
        by_error=dict(errors.most_common()),
    )


def compare(first: Sequence[Verdict], second: Sequence[Verdict]) -> Comparison:
    """Return what the second run mends and breaks against the first.

    Raises:
        DataError: the runs do not judge the same examples.

    Source: McNemar 1947; the exact binomial form.
    """
    before = {verdict.id: verdict.correct for verdict in first}
    after = {verdict.id: verdict.correct for verdict in second}
    if before.keys() != after.keys():
        odd = sorted(before.keys() ^ after.keys())
        raise DataError(f"the runs differ in {len(odd)} examples ({odd[0]!r} ...); compare runs on the same ones")
    fixed = tuple(name for name in after if after[name] and not before[name])
    broken = tuple(name for name in after if before[name] and not after[name])
    right = sum(before[name] and after[name] for name in after)
    return Comparison(
        fixed, broken, right, len(after) - right - len(fixed) - len(broken), mcnemar(len(fixed), len(broken))
    )


def mcnemar(fixed: int, broken: int) -> float:
    """Return the two-sided exact p of so uneven a split of the pairs that differ."""
    total = fixed + broken
    tail = sum(math.comb(total, k) for k in range(min(fixed, broken) + 1))
    return min(1.0, float(2 * tail / 2**total))


def _group(verdicts: Sequence[Verdict]) -> Group:
    count = len(verdicts)
    return Group(
        count=count,
        ex=sum(verdict.correct for verdict in verdicts) / max(count, 1),
        em=sum(verdict.exact for verdict in verdicts) / max(count, 1),
        token_match=sum(verdict.token_match for verdict in verdicts) / max(count, 1),
    )


def _interval(verdicts: Sequence[Verdict], value: Callable[[Verdict], float], resamples: int, seed: int) -> Interval:
    """Return the 2.5th and 97.5th percentile of the mean over resamples of the verdicts (Efron 1979)."""
    values = [float(value(verdict)) for verdict in verdicts]
    if not values:
        return (0.0, 0.0)
    rng = random.Random(seed)
    means = sorted(sum(rng.choices(values, k=len(values))) / len(values) for _ in range(resamples))
    return means[int(0.025 * (resamples - 1))], means[math.ceil(0.975 * (resamples - 1))]


def _level(example: Example) -> str:
    try:
        return hardness(example.sql, example.dialect)
    except SqlError:
        return "unknown"
