"""Draws the demo's figures, base against tuned, as docs/assets/base-vs-tuned.svg.

python docs/gen_picture.py           # from benchmarks/results/demo.json
python docs/gen_picture.py --check   # exit with 1 when the picture differs from what would be drawn
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FIGURES = ROOT / "benchmarks" / "results" / "demo.json"
PICTURE = ROOT / "docs" / "assets" / "base-vs-tuned.svg"
NAMES = {
    "synthetic": "new statements of known shape",
    "skeletons": "statements of new shape",
    "handwritten": "written by hand, en and zh",
}
"""What the picture calls the demo's sets, in this order."""
LEFT, WIDTH, BAR, ROW, TOP = 240, 400, 18, 64, 56
"""Pixels: where bars begin, a bar of 100 %, a bar's height, a set's height, above the first set."""
STYLE = """
    text { font: 14px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #24292f }
    .title { font-weight: 600; font-size: 15px }
    .small { font-size: 12px; fill: #59636e }
    .grid { stroke: #d1d9e0 }
    .base { fill: #9aa4af }
    .tuned { fill: #1f7a5c }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 }
      .small { fill: #9198a1 }
      .grid { stroke: #3d444d }
      .base { fill: #6b7683 }
      .tuned { fill: #3fb68b }
    }
"""


def main(arguments: list[str]) -> int:
    """Draw the picture, or check it; return the exit code."""
    drawn = picture(json.loads(FIGURES.read_text(encoding="utf-8"))["sets"])
    if PICTURE.exists() and PICTURE.read_text(encoding="utf-8") == drawn:
        return 0
    if "--check" in arguments:
        print(f"{PICTURE.name} does not show {FIGURES.name}; run: python docs/gen_picture.py", file=sys.stderr)
        return 1
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(drawn, encoding="utf-8")
    return 0


def picture(sets: dict[str, dict[str, float]]) -> str:
    """Return the SVG of `{set: {"base": EX %, "tuned": EX %, "n": questions}}`."""
    shown = [name for name in NAMES if name in sets]
    bottom = TOP + ROW * len(shown)
    said = "; ".join(f"{NAMES[name]}: {sets[name]['base']:.1f} to {sets[name]['tuned']:.1f}" for name in shown)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {bottom + 28}" role="img" aria-labelledby="said">',
        f'  <title id="said">Execution accuracy in percent, base to tuned. {said}.</title>',
        f"  <style>{STYLE}  </style>",
        '  <text class="title" x="16" y="26">Execution accuracy, %</text>',
        *_key(),
    ]
    for percent in range(0, 101, 25):
        x = LEFT + WIDTH * percent // 100
        lines.append(f'  <line class="grid" x1="{x}" y1="{TOP - 8}" x2="{x}" y2="{bottom}"/>')
        lines.append(f'  <text class="small" x="{x}" y="{bottom + 18}" text-anchor="middle">{percent}</text>')
    for number, name in enumerate(shown):
        lines += _set(NAMES[name], sets[name], TOP + ROW * number)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _key() -> list[str]:
    return [
        f'  <rect class="base" x="{LEFT}" y="14" width="14" height="14" rx="2"/>',
        f'  <text x="{LEFT + 22}" y="26">base</text>',
        f'  <rect class="tuned" x="{LEFT + 90}" y="14" width="14" height="14" rx="2"/>',
        f'  <text x="{LEFT + 112}" y="26">tuned</text>',
    ]


def _set(label: str, figures: dict[str, float], y: int) -> list[str]:
    lines = [
        f'  <text x="16" y="{y + 18}">{label}</text>',
        f'  <text class="small" x="16" y="{y + 35}">{figures["n"]} questions</text>',
    ]
    for place, kind in enumerate(("base", "tuned")):
        top, length = y + 2 + place * (BAR + 3), WIDTH * figures[kind] / 100
        lines.append(f'  <rect class="{kind}" x="{LEFT}" y="{top}" width="{length:.1f}" height="{BAR}" rx="2"/>')
        lines.append(f'  <text x="{LEFT + length + 8:.1f}" y="{top + 14}">{figures[kind]:.1f}</text>')
    return lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
