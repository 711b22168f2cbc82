"""The picture of training speed shows the best setting of each engine, and is up to date."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def test_each_engine_is_shown_at_its_best(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS))
    speed = importlib.import_module("gen_speed")
    rows = [
        {"engine": "sqlwright", "workload": "spider", "method": "lora", "samples_per_s": 200.0},
        {"engine": "unsloth", "workload": "spider", "method": "lora", "samples_per_s": 40.0},
        {"engine": "unsloth", "workload": "spider", "method": "lora", "samples_per_s": 50.0},
        {"engine": "unsloth", "workload": "bird", "method": "qlora", "samples_per_s": 60.0},
        {"engine": "trl", "workload": "spider", "method": "lora", "error": "OutOfMemoryError"},
    ]
    best = speed.best(rows)
    assert best == {"spider": {"sqlwright": 200.0, "unsloth": 50.0}, "bird": {}}
    drawn = speed.picture(best)
    assert "sqlwright 200.0, Unsloth 50.0" in drawn
    assert 'width="200"' in drawn and 'width="50"' in drawn  # 50 of 200 samples, of 200 pixels
    assert "no result" in drawn


def test_the_picture_is_up_to_date() -> None:
    done = subprocess.run([sys.executable, str(DOCS / "gen_speed.py"), "--check"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
