"""Fine-tunes open LLMs to write SQL for your database, and proves by execution that the tuned model is better.

    from sqlwright import Project

    project = Project.init("shop", "sqlite:///shop.db")
    project.synth()
    project.audit()
    project.split()
    project.train(epochs=2)
    print(project.evaluate().figures)
    print(project.ask("Which city has most customers?").text)

Names are imported when they are first used, so that `import sqlwright` is quick and loads nothing heavy.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sqlwright._lazy import on_demand

if TYPE_CHECKING:
    from sqlwright.config import Config
    from sqlwright.errors import SqlwrightError
    from sqlwright.evaluate.execution.rules import compare_results
    from sqlwright.project import (
        Answer,
        Evaluation,
        Outcome,
        Project,
        TextEvaluation,
        evaluate_files,
        evaluate_texts,
    )
    from sqlwright.records import Example, Prediction, Prompt, Turn, Verdict, read_jsonl, write_jsonl
    from sqlwright.schema import Schema, introspect

# Read when torch loads, by whatever room comes first. Threads that spin while they wait are tens of times slower as
# soon as another process wants a core, and hardly quicker when none does.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "Config",
    "Evaluation",
    "Example",
    "Outcome",
    "Prediction",
    "Project",
    "Prompt",
    "Schema",
    "SqlwrightError",
    "TextEvaluation",
    "Turn",
    "Verdict",
    "__version__",
    "compare_results",
    "evaluate_files",
    "evaluate_texts",
    "introspect",
    "read_jsonl",
    "write_jsonl",
]

_MODULES = {
    "config": ("Config",),
    "errors": ("SqlwrightError",),
    "evaluate.execution.rules": ("compare_results",),
    "project": ("Answer", "Evaluation", "Outcome", "Project", "TextEvaluation", "evaluate_files", "evaluate_texts"),
    "records": ("Example", "Prediction", "Prompt", "Turn", "Verdict", "read_jsonl", "write_jsonl"),
    "schema": ("Schema", "introspect"),
}
__getattr__ = on_demand(__name__, _MODULES)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
