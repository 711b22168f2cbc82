"""Writes SQL with a model: loads base and adapter, generates in batches, takes the statement out of the text.

    engine = load("path/of/base", "runs/1/train/model")
    predictions = engine.generate(prompts, max_new_tokens=128)

Questions about one schema share its prefix: it goes through the model once and its keys and values serve them all.
`extract_sql` and `choose` need no model and load no torch.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

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
_LATE = {
    "Engine": "sqlwright.infer.engine",
    "Sampling": "sqlwright.infer.sampling",
    "load": "sqlwright.infer.loading",
}


def __getattr__(name: str) -> Any:
    """Import what needs torch only when it is asked for."""
    if name in _LATE:
        # Read when torch loads: threads that spin while they wait are many times slower on a shared machine.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        return getattr(import_module(_LATE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
