"""The tables of what a benchmark's trainings and answers took: time, memory, tokens, energy."""

from __future__ import annotations

from collections.abc import Sequence

from sqlwright.bench.file import BASE, Bench
from sqlwright.bench.results import Row
from sqlwright.bench.tables import NOTHING, Table, axes_of, axis_name, grouped, names_of, title_of

_COSTS = (
    "trained weights",
    "samples",
    "steps",
    "training, s",
    "samples/s",
    "tokens",
    "training, GiB",
    "answering, s",
    "questions/s",
    "tokens written",
    "answering, GiB",
    "Wh",
)


def cost_tables(bench: Bench, rows: Sequence[Row]) -> list[Table]:
    """Return, for every matrix and data set, a table of what the rows took."""
    found = []
    for part, data, own in grouped(rows):
        finished = [row for row in own if row.records]
        axes = axes_of(own)
        lines = tuple((*names_of(row, axes), *_cost(row)) for row in finished)
        title = f"Time and memory: {title_of(bench, part, data)}"
        caption = " ".join(filter(None, (_machine(finished), "Means over seeds. GiB: the most at once.")))
        found += [Table(title, caption, ("model", "method", *map(axis_name, axes), *_COSTS), lines, 2 + len(axes))]
    return [table for table in found if table.rows]


def _machine(rows: Sequence[Row]) -> str:
    records = [record for row in rows for record in row.records]
    devices = dict.fromkeys(f"{one['machine']['device']}, {one['machine']['cores']} cores" for one in records)
    text = f"Measured on {' and '.join(devices)}." if devices else ""
    most = max((one["side_by_side"] for one in records), default=1)
    if most > 1:
        text += f" Up to {most} cells shared the device, so times are longer than one alone would take."
    if any(row.resumed for row in rows):
        text += " ≥: the training was interrupted, and the time is that of its last part."
    return text


def _cost(row: Row) -> tuple[str, ...]:
    seconds = row.mean("predict", "seconds")
    questions = row.mean("predict", "questions")
    energy = [row.mean("predict", "energy_wh")] + ([row.mean("train", "energy_wh")] if row.method != BASE else [])
    told = [value for value in energy if value is not None]
    return (
        *(_figure(row.mean("train", name)) for name in ("trainable", "samples", "steps")),
        ("≥ " if row.resumed else "") + _figure(row.mean("train", "seconds")),
        *(_figure(row.mean("train", name)) for name in ("samples_per_second", "tokens", "memory_gib")),
        _figure(seconds),
        _figure(questions / seconds if questions and seconds else None),
        _figure(row.mean("predict", "tokens")),
        _figure(row.mean("predict", "memory_gib")),
        _figure(sum(told) if len(told) == len(energy) else None),
    )


def _figure(value: float | None) -> str:
    if value is None:
        return NOTHING
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
