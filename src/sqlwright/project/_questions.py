"""Lets a model write the questions that a set's SQL answers, for models that learnt SQL-to-text."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlwright.errors import DataError
from sqlwright.project._manifest import digest, stage
from sqlwright.project._models import model_of_run, record_of
from sqlwright.project._outcome import Outcome
from sqlwright.project._runs import question_file, read_questions, resolve_run
from sqlwright.records import write_text

if TYPE_CHECKING:
    from sqlwright.project.project import Project


def write_questions(
    project: Project, run: str | None = None, on: str | Path = "test", *, force: bool = False
) -> Outcome:
    """Write `{"id", "text", "language"}` lines, as text metrics read them, for the SQL of a set.

    Args:
        run: a run's id, "base" for the untuned model, or None for the latest run.
        on: "test", "validation", "train", or a file of examples.

    Raises:
        DataError: the run or the set is not there, or an example has no SQL.
    """
    layout, config = project.layout, project.config.predict
    run = resolve_run(project, run)
    model = replace(model_of_run(layout, run), task="sql-to-text")
    file, name = question_file(layout, on)
    examples = read_questions(project, file)
    if bare := next((example.id for example in examples if not example.sql), ""):
        raise DataError(f"{file}: example {bare} has no SQL to write a question for")
    out = layout.texts(run, name)
    inputs = [file, record_of(layout, run), *([model.adapter] if model.adapter else [])]
    settings = {"predict": config.model_dump(mode="json"), "schemas": digest(layout.schemas)}
    with stage(out.parent, name, inputs=inputs, settings=settings, outputs=[out], force=force) as step:
        if not step.unchanged:
            project.progress("loading the model", 0, 0, "")
            found = model.writer(config).generate(
                model.for_engine(config).prompts(examples, project.databases),
                max_new_tokens=config.max_new_tokens,
                batch_size=config.batch_size,
                progress=lambda done, total: project.progress("writing questions", done, total, ""),
            )
            lines = [
                {"id": example.id, "text": " ".join(prediction.raw.split()), "language": example.language}
                for example, prediction in zip(examples, found, strict=True)
            ]
            write_text(out, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
            step.counts |= {"run": run, "set": name, "gold": str(file), "predictions": len(lines)}
    return Outcome("predict", (out,), step.counts, step.unchanged, step.seconds)
