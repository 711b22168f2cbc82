"""A benchmark over a tiny model and a small shop, and finished cells made by hand, for the tests of benchmarks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shop_world import ASKED, HELD_OUT, make_shop, write_questions
from tiny_model import make_tiny_model

BENCH = """
title = "Tiny"
models = ["tiny"]
methods = ["base", "lora"]
[data.shop]
databases = "shop.db"
train = ["train.jsonl"]
test = ["test.jsonl"]
[settings.train]
template = "base"
max_length = 512
batch_size = 4
epochs = 3.0
rank = 4
[settings.predict]
max_new_tokens = 6
[settings.evaluate]
workers = 1
"""


def make_world(folder: Path) -> Path:
    """Write database, base model and questions; return the folder."""
    make_shop(folder / "shop.db")
    make_tiny_model(folder / "tiny")
    write_questions(folder / "train.jsonl", ASKED)
    write_questions(folder / "test.jsonl", HELD_OUT)
    return folder


def record_of(cell: dict[str, Any], *, train: dict[str, Any] | None = None, **right: str) -> dict[str, Any]:
    """Return a finished cell: by measure, a mark for each of four questions, two of them easy and two hard."""
    measures = {}
    for name, marks in right.items():
        halves = {"easy": marks[:2], "hard": marks[2:]}
        levels = {level: [half.count("1"), len(half) - half.count("-")] for level, half in halves.items()}
        judged = marks.replace("-", "")
        rule = {"em": "Spider's exact set match"}.get(name, "ts")
        measures[name] = {
            "rule": rule,
            "databases": "test suites: 3 SQLite files over 1 database" if name == "ts" else "each database's own file",
            "share": judged.count("1") / len(judged),
            "levels": levels,
            "right": marks,
        }
    return {
        "cell": cell,
        "data": "mark",
        "side_by_side": 1,
        "status": "done",
        "machine": {"device": "some GPU", "cores": 8},
        "versions": {"torch": "2"},
        **({"train": train} if train else {}),
        "predict": {"seconds": 2.0, "memory_gib": 0.5, "energy_wh": 1.5, "questions": 4, "tokens": 40},
        "scores": {"ids": "same", "not_judged": 0, "measures": measures},
    }
