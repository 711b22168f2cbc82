"""Runs the whole way once: pairs, audit, split, tuning, base against tuned, report, two questions answered.

Three sets are held out, none of whose questions is trained on:

- `synthetic`: statements that were not trained on, of a shape that was;
- `skeletons`: statements of a shape that was not trained on;
- `handwritten`: `questions.jsonl`, written by hand for the demo's CRM; no template made them, though
  generated pairs may have the same statement. A database of your own has the first two.
"""

from __future__ import annotations

import hashlib
import json
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlwright.base import PAIRS, TUNING
from sqlwright.config import FILE
from sqlwright.demo.crm import build_crm
from sqlwright.errors import DataError
from sqlwright.project import Outcome, Progress, Project, silent
from sqlwright.records import Example, read_jsonl, write_jsonl, write_text

CRM = "crm"
QUESTIONS = ("Which five customers have the most orders?", "每个城市有多少客户？")
"""What the demo asks its CRM in the end."""
OWN_QUESTIONS = ("How many {table} are there?", "一共有多少{table}？")
"""What it asks a database of your own."""

_HELD_OUT = 0.12
"""Share of the statements to train on that become the synthetic set instead."""
_MOST_HELD_OUT = 100
"""Most questions of a generated set."""

SETTINGS: dict[str, dict[str, Any]] = {
    "synth": {**PAIRS, "count": 7_000},
    "split": {"by": "skeleton", "fractions": [0.86, 0.02, 0.12]},
    "train": {**TUNING, "epochs": 1.0, "batch_size": 16, "micro_batch_size": 16, "learning_rate": 2e-3},
    "predict": {"candidates": 4},
    "evaluate": {"rule": "ts", "keep_distinct": True},
}
"""What the demo sets otherwise than the defaults, to be done in minutes on a laptop."""


def run_demo(
    *, out: str | Path, db: str | None = None, seed: int = 0, progress: Progress = silent, base: str = "embedded"
) -> dict[str, Any]:
    """Run the demo in the folder `out`, a project like any other, and return what was measured.

    What an earlier run in the folder finished, with the same settings, is not done again.

    Args:
        db: a database of your own; the demo's CRM when None.
        base: base model, as `train.base` names it.

    Returns:
        {"seconds": wall time, "sets": {name: {"base": EX in %, "tuned": EX in %, "n": questions, ...}},
        "answers": [...], "report": path of `report.html`}; the folder's `demo.json` holds the same.

    Raises:
        DatabaseError, SchemaError: `db` cannot be read.
        DataError: `db` holds too little to ask about.
    """
    began = time.monotonic()
    project = _project(Path(out), db, seed, base, progress)
    project.synth()
    project.audit()
    held_out = _hold_out(project, project.split())
    if db is None:
        hand_written = project.layout.data / "handwritten.jsonl"
        hand_written.write_bytes((files("sqlwright.demo") / "questions.jsonl").read_bytes())
        held_out["handwritten"] = hand_written
    project.stats()
    project.train()
    sets = {name: _judged(project, file) for name, file in held_out.items()}
    report = project.report().wrote[0]
    answers = [project.ask(question).to_json() for question in _questions(project, db)]
    found = {
        "seconds": round(time.monotonic() - began, 1),
        "sets": sets,
        "answers": answers,
        "report": str(report),
    }
    write_text(Path(out) / "demo.json", json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    return found


def _project(out: Path, db: str | None, seed: int, base: str, progress: Progress) -> Project:
    overrides = {section: dict(values) for section, values in SETTINGS.items()}
    for section in ("synth", "split", "train"):
        overrides.setdefault(section, {})["seed"] = seed
    overrides["train"]["base"] = base
    if db is None:
        database = out / f"{CRM}.sqlite"
        if not database.exists():
            progress("building the CRM", 0, 0, "")
            build_crm(database)
        # Its people are invented, so their names may be asked for.
        overrides["database"] = {"db_id": CRM, "personal_values": True}
        db = str(database)
    if (out / FILE).exists():
        return Project.open(out, overrides, progress=progress)
    return Project.init(out, db, overrides, progress=progress)


def _hold_out(project: Project, split: Outcome) -> dict[str, Path]:
    """Take whole statements out of the train split for the synthetic set, and cut the test split to its size."""
    layout = project.layout
    synthetic, skeletons = layout.data / "synthetic.jsonl", layout.data / "skeletons.jsonl"
    if not (split.unchanged and synthetic.exists() and skeletons.exists()):
        examples = read_jsonl(layout.split("train"), Example)
        seed = project.config.split.seed
        aside = {example.sql for example in examples if _draw(example.sql, seed) < _HELD_OUT}
        write_jsonl(layout.split("train"), [example for example in examples if example.sql not in aside])
        write_jsonl(synthetic, _some([example for example in examples if example.sql in aside], seed))
        write_jsonl(skeletons, _some(read_jsonl(layout.split("test"), Example), seed))
    for file in (synthetic, skeletons):
        if not file.stat().st_size:
            raise DataError(f"{file}: too few different statements to hold some out; the database says too little")
    return {"synthetic": synthetic, "skeletons": skeletons}


def _draw(text: str, seed: int) -> float:
    """Return a number from 0 to 1 that depends on the text and the seed alone."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{text}".encode()).digest()[:6]) / 2**48


def _some(examples: list[Example], seed: int) -> list[Example]:
    """Return at most one question a statement, and so many as a set may have."""
    first: dict[str, Example] = {}
    for example in sorted(examples, key=lambda example: _draw(example.id, seed)):
        first.setdefault(example.sql, example)
    return list(first.values())[:_MOST_HELD_OUT]


def _judged(project: Project, file: Path) -> dict[str, Any]:
    """Return the figures of base and tuned on a set, in percent."""
    figures = list(project.evaluate(on=file).figures.values())
    untuned, tuned = figures[0], figures[-1]
    return {
        "base": round(100 * untuned.ex, 1),
        "tuned": round(100 * tuned.ex, 1),
        "n": tuned.count,
        "tuned_interval": [round(100 * bound, 1) for bound in tuned.ex_interval],
        "exact_match": {"base": round(100 * untuned.ast_match, 1), "tuned": round(100 * tuned.ast_match, 1)},
        "token_match": {"base": round(100 * untuned.token_match, 1), "tuned": round(100 * tuned.token_match, 1)},
        "by_language": {
            language: {"base": round(100 * untuned.by_language[language].ex, 1), "tuned": round(100 * group.ex, 1)}
            for language, group in tuned.by_language.items()
        },
    }


def _questions(project: Project, db: str | None) -> list[str]:
    if db is None:
        return list(QUESTIONS)
    table = project.schema().tables[0].name.replace("_", " ")
    return [question.format(table=table) for question in OWN_QUESTIONS]
