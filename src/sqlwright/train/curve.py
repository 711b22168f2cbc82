"""Draws a run's loss curve as a small SVG with nothing outside itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT = 640, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 28, 34


def loss_curve(log: Sequence[Mapping[str, float]], *, title: str = "Loss") -> str:
    """Return the SVG of training and validation loss over the steps.

    Args:
        log: the lines of `log.jsonl`: objects with `step` and one of `loss` and `eval_loss`.
    """
    series = {
        "train": [(row["step"], row["loss"]) for row in log if "loss" in row],
        "validation": [(row["step"], row["eval_loss"]) for row in log if "eval_loss" in row],
    }
    points = [point for line in series.values() for point in line]
    steps = max((step for step, _ in points), default=1) or 1
    top = max((loss for _, loss in points), default=1.0) * 1.05 or 1.0

    def place(step: float, loss: float) -> tuple[float, float]:
        x = _LEFT + step / steps * (_WIDTH - _LEFT - _RIGHT)
        y = _HEIGHT - _BOTTOM - loss / top * (_HEIGHT - _TOP - _BOTTOM)
        return round(x, 1), round(y, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(title)}" font-family="system-ui, sans-serif" font-size="11">',
        f'<text x="{_LEFT}" y="16" font-size="13" fill="currentColor">{escape(title)}</text>',
    ]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        _, y = place(0, top * share)
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}" stroke="#8884"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end" fill="currentColor">{top * share:.2f}</text>'
        )
        x, _ = place(steps * share, 0)
        parts.append(
            f'<text x="{x}" y="{_HEIGHT - 14}" text-anchor="middle" fill="currentColor">{steps * share:.0f}</text>'
        )
    for number, (name, colour) in enumerate((("train", "#2563eb"), ("validation", "#ea580c"))):
        line = [place(step, loss) for step, loss in series[name]]
        if line:
            path = " ".join(f"{x},{y}" for x, y in line)
            parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
        if name == "validation":
            parts += [f'<circle cx="{x}" cy="{y}" r="2.6" fill="{colour}"/>' for x, y in line]
        parts.append(
            f'<text x="{_WIDTH - _RIGHT - 80 * (1 - number)}" y="16" text-anchor="end" fill="{colour}">{name}</text>'
        )
    return "".join(parts) + "</svg>\n"
