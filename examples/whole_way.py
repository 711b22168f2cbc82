"""The whole way from Python: pairs from a database, training, base against tuned, a question.

python examples/make_shop.py && python examples/whole_way.py [FOLDER] [DATABASE] [BASE]
"""

from __future__ import annotations

import sys
from typing import Any

from sqlwright import Project

SETTINGS: dict[str, dict[str, Any]] = {"synth": {"count": 1_000}, "train": {"epochs": 2.0}}


def whole_way(folder: str = "shop", database: str = "sqlite:///shop.db", base: str = "embedded") -> None:
    """Go it in a project folder, and print what each stage came to."""
    project = Project.init(folder, database, {**SETTINGS, "train": {**SETTINGS["train"], "base": base}})
    for outcome in (project.synth(), project.audit(), project.split(), project.train()):
        print(f"{outcome.stage}: {outcome.seconds:.0f} s, wrote {', '.join(str(path) for path in outcome.wrote)}")
    evaluation = project.evaluate()
    for run, figures in evaluation.figures.items():
        print(f"{run}: {100 * figures.ex:.1f} % of {figures.count} right")
    for question in ("How many customers are there?", "每个城市有多少客户？"):
        answer = project.ask(question)
        print(f"{question}\n  {answer.sql}\n  {answer.text or answer.error}")


if __name__ == "__main__":
    whole_way(*sys.argv[1:])
