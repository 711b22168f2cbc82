"""What the finished cells come to: seeds taken together, intervals over questions, and one way against another.

    rows = rows_of(places, read_records(out / "cells"))
    rows[0].measure("ts").share, rows[0].measure("ts").interval

A share over seeds is their mean. Its 95 % interval is a bootstrap over the questions, of each question's share of right
answers over the seeds; that of a difference is paired, question by question.
"""

from __future__ import annotations

import json
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlwright.bench.file import BASE
from sqlwright.bench.matrix import Placed
from sqlwright.evaluate.bootstrap import Interval, interval

MEASURES = {"ex": "EX", "ts": "TS", "em": "EM"}
"""Execution accuracy on each database's own file, on test suites, and exact set match."""

Record = dict[str, Any]
_RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class Share:
    """A measure of one row; shares are 0 to 1."""

    share: float
    interval: Interval
    levels: dict[str, float]
    """By hardness."""
    seeds: tuple[float, ...]
    """Each seed's own share."""
    values: tuple[float, ...]
    """By question, the share of seeds that have it right; questions that the measure does not judge are left out."""


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one matrix that differ by their seed alone."""

    part: str
    data: str
    model: str
    method: str
    options: tuple[tuple[str, Any], ...]
    records: tuple[Record, ...]
    """Of finished cells, by seed."""

    def measure(self, name: str) -> Share | None:
        """Return a measure; None where nothing was judged by it."""
        found = [record["scores"]["measures"].get(name) for record in self.records]
        if not found or None in found:
            return None
        rights = [one["right"] for one in found]
        values = tuple(
            sum(mark == "1" for mark in marks) / len(marks) for marks in zip(*rights, strict=True) if "-" not in marks
        )
        shares = tuple(one["share"] for one in found)
        names = list(dict.fromkeys(level for one in found for level in one["levels"]))
        levels = {
            level: statistics.mean(one["levels"][level][0] / one["levels"][level][1] for one in found)
            for level in names
        }
        return Share(statistics.mean(shares), interval_of(values), levels, shares, values)

    def mean(self, section: str, name: str) -> float | None:
        """Return the mean over seeds of a figure of a section, "train" or "predict"; None where a seed has none."""
        found = [record.get(section, {}).get(name) for record in self.records]
        return statistics.mean(found) if found and None not in found else None

    @property
    def resumed(self) -> bool:
        """Whether a training was interrupted, so that its time is that of its last part."""
        return any(record.get("train", {}).get("resumed") for record in self.records)


@dataclass(frozen=True, slots=True)
class Gain:
    """How much better one row is than another, on the same questions, in shares."""

    share: float
    interval: Interval


def gain(first: Row, second: Row, measure: str) -> Gain | None:
    """Return the second less the first; None where they did not judge the same questions by this measure."""
    one, other = first.measure(measure), second.measure(measure)
    if one is None or other is None or _questions(first) != _questions(second) or len(one.values) != len(other.values):
        return None
    differences = [b - a for a, b in zip(one.values, other.values, strict=True)]
    return Gain(statistics.mean(differences), interval_of(differences))


def interval_of(values: Sequence[float]) -> Interval:
    """Return the 2.5th and 97.5th percentile of the mean over resamples of values, of which few are different.

    How often each of them is drawn follows a multinomial distribution, so that all resamples are one quick draw.
    """
    if all(value in (0.0, 1.0) for value in values):
        return interval(values)
    import numpy as np

    found = Counter(values)
    shares = [count / len(values) for count in found.values()]
    drawn = np.random.default_rng(0).multinomial(len(values), shares, size=_RESAMPLES)
    low, high = np.quantile(drawn @ np.array(list(found)) / len(values), (0.025, 0.975))
    return float(low), float(high)


def rows_of(places: Iterable[Placed], records: Mapping[str, Record]) -> list[Row]:
    """Return the rows of every matrix, in the file's order; those without a finished cell have no records."""
    found: dict[tuple[str, str, str, str, tuple[tuple[str, Any], ...]], list[Record]] = {}
    for place in places:
        cell = place.cell
        own = found.setdefault((place.part, cell.data, cell.model, cell.method, place.options), [])
        record = records.get(cell.id)
        if record and record["status"] == "done":
            own.append(record)
    return [
        Row(part, data, model, method, options, tuple(own))
        for (part, data, model, method, options), own in found.items()
    ]


def pairs_of(rows: Sequence[Row], first: str, second: str) -> list[tuple[Row, Row]]:
    """Return the rows of two methods that are alike in all else, both finished."""
    others = {(*_place(row), row.options): row for row in rows if row.method == second and row.records}
    found = [(row, others.get((*_place(row), row.options))) for row in rows if row.method == first and row.records]
    return [(row, other) for row, other in found if other is not None]


def untuned_of(row: Row, rows: Sequence[Row]) -> Row | None:
    """Return the row of the untuned model beside a tuned one, of the same matrix before that of another."""
    if row.method == BASE:
        return None
    alike = [one for one in rows if (one.data, one.model, one.method) == (row.data, row.model, BASE) and one.records]
    own = [one for one in alike if set(one.options) <= set(row.options)]
    return min(own, key=lambda one: (one.part != row.part, -len(one.options)), default=None)


def read_records(folder: Path) -> dict[str, Record]:
    """Return the finished cells of a folder by id; a file that cannot be read is as if it were not there."""
    found = {}
    for file in sorted(folder.glob("*.json")):
        try:
            record = json.loads(file.read_text(encoding="utf-8"))
            found[record["cell"]["id"]] = record
        except (ValueError, KeyError, TypeError):
            continue
    return found


def _place(row: Row) -> tuple[str, str, str]:
    return row.part, row.data, row.model


def _questions(row: Row) -> set[str]:
    return {record["scores"]["ids"] for record in row.records}
