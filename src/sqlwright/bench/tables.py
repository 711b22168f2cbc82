"""The tables of a benchmark as plain data: accuracy by hardness, one method against another, failures, what others say.

Every caption says what the figures rest on: rule, databases, how many questions. What others have published is
a table of its own, and says so.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlwright.bench.file import Bench
from sqlwright.bench.results import MEASURES, Gain, Record, Row, Share, gain, pairs_of, untuned_of
from sqlwright.errors import ConfigError
from sqlwright.evaluate.summary import LEVELS

NOTHING = "–"
_RULES = {
    "ts": "columns in any order, rows too unless gold orders them, DISTINCT left out",
    "ts, DISTINCT kept": "columns in any order, rows too unless gold orders them",
    "strict": "gold's columns and rows, in order where gold orders them",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table for people."""

    title: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int
    """How many of the first columns hold words, not figures."""


def accuracy_tables(bench: Bench, rows: Sequence[Row]) -> list[Table]:
    """Return, for every matrix, data set and measure, a table of the rows that have figures."""
    found = []
    for part, data, own in grouped(rows):
        for measure, name in MEASURES.items():
            shares = [(row, share) for row in own if (share := row.measure(measure))]
            if not shares:
                continue
            axes = axes_of(own)
            head = ("model", "method", *map(axis_name, axes), *LEVELS, "all", "95 % interval", "against base", "seeds")
            lines = [
                (*names_of(row, axes), *_levels(share), *_whole(row, share), _gained(row, rows, measure), _seeds(share))
                for row, share in shares
            ]
            title = f"{name}, %: {title_of(bench, part, data)}"
            found.append(Table(title, _basis(shares[0][0], measure), head, tuple(lines), 2 + len(axes)))
    return found


def versus_tables(bench: Bench, rows: Sequence[Row]) -> list[Table]:
    """Return two methods side by side: accuracy, time and memory of each pair of rows that are alike in all else."""
    found = []
    for first, second in bench.file.versus:
        pairs = {
            tuple(one["cell"]["id"] for row in two for one in row.records): two for two in pairs_of(rows, first, second)
        }
        lines = []
        for one, other in pairs.values():
            for measure, name in MEASURES.items():
                shares = one.measure(measure), other.measure(measure)
                if shares[0] and shares[1]:
                    words = (one.data, model_name(one.model), _told(one), name)
                    figures = (_percent(shares[0].share), _percent(shares[1].share))
                    lines.append((*words, *figures, _points(gain(one, other, measure)), *_ratios(one, other)))
        head = ("data", "model", "options", "measure", first, second, "difference, points", "time", "memory")
        caption = (
            f"{second} less {first}, paired over the questions, with 95 % intervals; time and memory of training: "
            f"{second}'s over {first}'s."
        )
        found += [Table(f"{first} against {second}", caption, head, tuple(lines), 4)] if lines else []
    return found


def failure_table(records: Iterable[Record]) -> list[Table]:
    """Return the cells that came to nothing, each with its reason."""
    lines = tuple((one["cell"]["id"], one["reason"]) for one in records if one["status"] == "failed")
    caption = "They are tried again when the benchmark is started again."
    return [Table("Failed", caption, ("cell", "reason"), lines, 2)] if lines else []


def published_table(path: Path) -> list[Table]:
    """Return what others have published, from a TOML file of `[[row]]` tables.

    Each has source, data, model, method and measure, and shares in percent: all, and easy, medium, hard, extra where
    they are known; the file's `note` becomes the caption.

    Raises:
        ConfigError: the file cannot be read, or a row lacks one of these.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        lines = tuple(
            (
                *(str(row[name]) for name in ("data", "model", "method", "measure")),
                *(f"{row[level]:.1f}" if level in row else NOTHING for level in LEVELS),
                f"{row['all']:.1f}",
                str(row["source"]),
            )
            for row in told["row"]
        )
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read as published figures ({error!r}); see docs/bench.md") from None
    caption = "As published by others, not measured here. " + str(told.get("note", ""))
    head = ("data", "model", "method", "measure", *LEVELS, "all", "source")
    return [Table("Published figures, %", caption.strip(), head, lines, 4)]


def axis_name(key: str) -> str:
    """Return what a table calls an axis."""
    return key.split(".")[-1].replace("_", " ")


def grouped(rows: Sequence[Row]) -> list[tuple[str, str, list[Row]]]:
    """Return the rows of each matrix and data set."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row.part, row.data), []).append(row)
    return [(part, data, own) for (part, data), own in found.items()]


def title_of(bench: Bench, part: str, data: str) -> str:
    """Return the heading of a matrix on a data set."""
    return f"{bench.parts[part].title or part} ({data})"


def axes_of(rows: Sequence[Row]) -> list[str]:
    """Return the axes that rows have a value on, in their order."""
    return list(dict.fromkeys(key for row in rows for key, _ in row.options))


def names_of(row: Row, axes: Sequence[str]) -> tuple[str, ...]:
    """Return what a row is: its model, its method and its value on each axis."""
    options = dict(row.options)
    return (model_name(row.model), row.method, *(_value(key, options.get(key)) for key in axes))


def model_name(model: str) -> str:
    """Return what a table calls a model: a recipe by its file's name."""
    return Path(model).stem if model.endswith(".toml") else model


def _value(key: str, value: Any) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "on" if value else "off"
    return "all" if key == "pairs" and not value else f"{value:,}" if isinstance(value, int) else str(value)


def _told(row: Row) -> str:
    return ", ".join(f"{axis_name(key)} {_value(key, value)}" for key, value in row.options) or NOTHING


def _levels(share: Share) -> tuple[str, ...]:
    return tuple(_percent(share.levels[level]) if level in share.levels else NOTHING for level in LEVELS)


def _whole(row: Row, share: Share) -> tuple[str, str]:
    low, high = share.interval
    return _percent(share.share), f"{100 * low:.1f} to {100 * high:.1f}"


def _gained(row: Row, rows: Sequence[Row], measure: str) -> str:
    beside = untuned_of(row, rows)
    return _points(gain(beside, row, measure)) if beside else NOTHING


def _seeds(share: Share) -> str:
    if len(share.seeds) == 1:
        return "1"
    return f"{len(share.seeds)}: {100 * min(share.seeds):.1f} to {100 * max(share.seeds):.1f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _points(found: Gain | None) -> str:
    if found is None:
        return NOTHING
    low, high = (100 * end for end in found.interval)
    return f"{100 * found.share:+.1f} ({low:+.1f} to {high:+.1f})"


def _basis(row: Row, measure: str) -> str:
    """Return in words what a measure's figures rest on."""
    scores = row.records[0]["scores"]
    told = scores["measures"][measure]
    judged = sum(count for _, count in told["levels"].values())
    if measure == "em":
        return f"{told['rule']}, over {judged:,} questions whose SQL its parser can read."
    meaning = f" ({_RULES[told['rule']]})" if told["rule"] in _RULES else ""
    text = f"Rule {told['rule']}{meaning}, on {told['databases']}; {judged:,} questions"
    if scores["not_judged"]:
        text += f", {scores['not_judged']:,} more have no database here and were left out"
    return text + "."


def _ratios(first: Row, second: Row) -> tuple[str, str]:
    found = []
    for name in ("seconds", "memory_gib"):
        one, other = first.mean("train", name), second.mean("train", name)
        found.append(f"{other / one:.2f} x" if one and other else NOTHING)
    return found[0], found[1]
