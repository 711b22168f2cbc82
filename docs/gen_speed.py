"""Draws samples a second by engine as docs/assets/train-speed.svg.

python docs/gen_speed.py           # from benchmarks/results/train_speed_h200.json
python docs/gen_speed.py --check   # exit with 1 when the picture differs from what would be drawn
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from gen_picture import STYLE

ROOT = Path(__file__).parents[1]
FIGURES = ROOT / "benchmarks" / "results" / "train_speed_h200.json"
PICTURE = ROOT / "docs" / "assets" / "train-speed.svg"
ENGINES = {"sqlwright": "sqlwright", "unsloth": "Unsloth", "liger": "Liger", "trl": "TRL"}
WORKLOADS = {"spider": "Spider's lengths", "bird": "BIRD-like schemas"}
LEFT, WIDTH, BAR, ROW, TOP = 100, 200, 16, 26, 76
"""Pixels: where a panel's bars begin, its longest bar, a bar's height, an engine's height, above the first bar."""
PANEL = 360
"""Pixels from one panel to the next."""


def main(arguments: list[str]) -> int:
    """Draw the picture, or check it; return the exit code."""
    drawn = picture(best(json.loads(FIGURES.read_text(encoding="utf-8"))["rows"]))
    if PICTURE.exists() and PICTURE.read_text(encoding="utf-8") == drawn:
        return 0
    if "--check" in arguments:
        print(f"{PICTURE.name} does not show {FIGURES.name}; run: python docs/gen_speed.py", file=sys.stderr)
        return 1
    PICTURE.write_text(drawn, encoding="utf-8")
    return 0


def best(rows: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Return, by workload and engine, the samples a second of LoRA at the engine's best setting."""
    found: dict[str, dict[str, float]] = {workload: {} for workload in WORKLOADS}
    for row in rows:
        if row["method"] == "lora" and "samples_per_s" in row and row["engine"] in ENGINES:
            speeds = found[row["workload"]]
            speeds[row["engine"]] = max(speeds.get(row["engine"], 0.0), row["samples_per_s"])
    return found


def picture(speeds: dict[str, dict[str, float]]) -> str:
    """Return the SVG of `{workload: {engine: samples a second}}`."""
    bottom = TOP + ROW * len(ENGINES)
    said = "; ".join(
        f"{WORKLOADS[workload]}: " + ", ".join(f"{ENGINES[engine]} {speed:.1f}" for engine, speed in of.items())
        for workload, of in speeds.items()
    )
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {bottom + 8}" role="img" aria-labelledby="said">',
        f'  <title id="said">Training samples a second on one H200. {said}.</title>',
        f"  <style>{STYLE}  </style>",
        '  <text class="title" x="16" y="26">Training, samples a second: 8B model, LoRA, one H200</text>',
    ]
    for number, (workload, of) in enumerate(speeds.items()):
        lines += _panel(WORKLOADS[workload], of, PANEL * number)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _panel(title: str, speeds: dict[str, float], left: int) -> list[str]:
    lines = [f'  <text class="small" x="{left + 16}" y="{TOP - 20}">{title}</text>']
    longest = max(speeds.values(), default=1.0)
    for number, (engine, name) in enumerate(ENGINES.items()):
        y = TOP + ROW * number
        kind = "tuned" if engine == "sqlwright" else "base"
        length = max(1, round(WIDTH * speeds.get(engine, 0.0) / longest))
        figure = f"{speeds[engine]:.1f}" if engine in speeds else "no result"
        lines += [
            f'  <text x="{left + LEFT - 8}" y="{y + 13}" text-anchor="end">{name}</text>',
            f'  <rect class="{kind}" x="{left + LEFT}" y="{y}" width="{length}" height="{BAR}" rx="2"/>',
            f'  <text class="small" x="{left + LEFT + length + 6}" y="{y + 13}">{figure}</text>',
        ]
    return lines


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
