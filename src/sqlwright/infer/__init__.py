"""Writes SQL with a model: loads base and adapter, generates in batches, takes the statement out of the text.

    engine = load("path/of/base", "runs/1/train/model")
    predictions = engine.generate(prompts, max_new_tokens=128)

Questions about one schema share its prefix: it goes through the model once and its keys and values serve them all.
`extract_sql` and `choose` need no model and load no torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlwright._lazy import on_demand
from sqlwright.infer.choose import Candidate, Required, choose, covered, required_values
from sqlwright.infer.clues import Clues, clues
from sqlwright.infer.extract import extract_sql
from sqlwright.infer.writer import Done, Progress, Writer

if TYPE_CHECKING:
    from sqlwright.infer.engine import Engine
    from sqlwright.infer.loading import load
    from sqlwright.infer.sampling import Sampling

__all__ = [
    "Candidate",
    "Clues",
    "Done",
    "Engine",
    "Progress",
    "Required",
    "Sampling",
    "Writer",
    "choose",
    "clues",
    "covered",
    "extract_sql",
    "load",
    "required_values",
]
_MODULES = {"engine": ("Engine",), "sampling": ("Sampling",), "loading": ("load",)}
__getattr__ = on_demand(__name__, _MODULES)
