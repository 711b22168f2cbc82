"""Draws accuracy against an option of a matrix, such as pairs or epochs, as a small SVG with nothing outside itself."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from sqlwright.bench.results import MEASURES, Row, untuned_of
from sqlwright.bench.tables import axis_name, model_name
from sqlwright.evaluate.bootstrap import Interval

_WIDTH, _HEIGHT = 640, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 20, 46, 44
_COLOURS = ("#2563eb", "#ea580c", "#0d9488", "#9333ea", "#be185d", "#64748b")
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2)
"""Distances between the lines of the vertical axis, as shares."""
_WIDE = 8.0
"""From this ratio of the largest to the smallest value on, the axis is logarithmic."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a curve; shares are 0 to 1."""

    x: float
    share: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn matrix."""

    name: str
    """Its file's name, without the suffix."""
    title: str
    svg: str


def pictures(rows: Sequence[Row], titles: Mapping[str, str]) -> list[Picture]:
    """Return a picture for each matrix, data set and option with two or more numbers; TS where there is it, else EX."""
    found = []
    for part, data in dict.fromkeys((row.part, row.data) for row in rows):
        own = [row for row in rows if (row.part, row.data) == (part, data) and row.options and row.records]
        for axis in dict.fromkeys(key for row in own for key, _ in row.options):
            measure = "ts" if all(row.measure("ts") for row in own) else "ex"
            lines = _lines(own, axis, measure)
            if max((len({point.x for point in line}) for line in lines.values()), default=0) < 2:
                continue
            title = f"{titles[part]} ({data}): {MEASURES[measure]} by {axis_name(axis)}"
            name = "-".join(filter(str.isalnum, f"{part} {data} {axis_name(axis)}".replace("-", " ").split()))
            drawn = curve(lines, title=title, x=axis_name(axis), level=_untuned(own, rows, measure))
            found.append(Picture(name or part, title, drawn))
    return found


def curve(lines: Mapping[str, Sequence[Point]], *, title: str, x: str, level: float | None = None) -> str:
    """Return the SVG of lines by name, with a whisker for each point's interval.

    Args:
        x: what the horizontal axis is.
        level: the untuned model's share, drawn as a dashed line.
    """
    points = [point for line in lines.values() for point in line]
    xs = sorted({point.x for point in points})
    logarithmic = xs[0] > 0 and xs[-1] / xs[0] >= _WIDE
    ends = [end for point in points for end in point.interval] + ([level] if level is not None else [])
    step = next((step for step in _STEPS if max(ends) - min(ends) <= 5 * step), _STEPS[-1])
    low, high = math.floor(min(ends) / step) * step, math.ceil(max(ends) / step) * step
    high = max(high, low + step)

    def place(value: float, share: float) -> tuple[float, float]:
        scale = math.log if logarithmic else float
        begin, end = scale(xs[0]), scale(xs[-1])
        at = (scale(value) - begin) / (end - begin) if end > begin else 0.5
        across = _LEFT + 16 + at * (_WIDTH - _LEFT - _RIGHT - 32)
        return round(across, 1), round(_HEIGHT - _BOTTOM - (share - low) / (high - low) * _inner(), 1)

    said = "; ".join(
        f"{name}: " + ", ".join(f"{100 * point.share:.1f} at {point.x:g}" for point in line)
        for name, line in lines.items()
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="11"><title>{escape(f"{title}. {said}.")}</title>'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="18" font-size="13" font-weight="600">{escape(title)}</text>',
    ]
    for number in range(round((high - low) / step) + 1):
        share = low + step * number
        _, y = place(xs[0], share)
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}" stroke="#d1d9e0"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{100 * share:.0f}</text>'
        )
    if level is not None:
        _, y = place(xs[0], level)
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}" stroke="#64748b" stroke-dasharray="5 4"/>'
            f'<text x="{_WIDTH - _RIGHT}" y="{y - 4}" text-anchor="end" fill="#64748b">untuned</text>'
        )
    for value in xs:
        across, _ = place(value, low)
        parts.append(f'<text x="{across}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle">{value:,g}</text>')
    parts.append(f'<text x="{_WIDTH / 2}" y="{_HEIGHT - 8}" text-anchor="middle">{escape(x)}</text>')
    for number, (name, line) in enumerate(lines.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        parts += _drawn([(place(p.x, p.share), [place(p.x, end)[1] for end in p.interval]) for p in line], colour)
        parts.append(f'<text x="{_LEFT + 150 * number}" y="36" fill="{colour}">{escape(name)}</text>')
    return "".join(parts) + "</svg>\n"


def _untuned(own: Sequence[Row], rows: Sequence[Row], measure: str) -> float | None:
    """Return the share of the one model untuned; None where there are several, or it was not measured alone."""
    if len({row.model for row in own}) > 1:
        return None
    beside = (untuned_of(row, rows) for row in own)
    share = next((one.measure(measure) for one in beside if one and not one.options), None)
    return share.share if share else None


def _inner() -> int:
    return _HEIGHT - _TOP - _BOTTOM


def _drawn(points: Sequence[tuple[tuple[float, float], list[float]]], colour: str) -> list[str]:
    path = " ".join(f"{x},{y}" for (x, y), _ in points)
    parts = [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.8"/>']
    for (x, y), (low, high) in points:
        parts.append(
            f'<path d="M{x} {low}V{high}M{x - 3} {low}h6M{x - 3} {high}h6" stroke="{colour}" fill="none"/>'
            f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>'
        )
    return parts


def _lines(rows: Sequence[Row], axis: str, measure: str) -> dict[str, list[Point]]:
    """Return the points of each line: rows that are alike but for this axis."""
    several = len({row.model for row in rows}) > 1
    lines: dict[str, list[Point]] = {}
    for row in rows:
        options = dict(row.options)
        value, share = options.pop(axis, None), row.measure(measure)
        if share is None or isinstance(value, bool) or not isinstance(value, (int, float)):
            continue
        if axis == "pairs":  # 0 is all
            value = row.mean("train", "samples") or value
        others = [f"{axis_name(key)} {other}" for key, other in options.items()]
        name = " ".join([*([model_name(row.model)] if several else []), row.method, *others])
        lines.setdefault(name, []).append(Point(float(value), share.share, share.interval))
    return {name: sorted(line, key=lambda point: point.x) for name, line in lines.items()}
