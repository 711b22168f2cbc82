"""Lets a model write SQL for examples: drawn or searched, chosen by execution, repaired, and kept as it comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlwright.base as embedded
from sqlwright.config import PredictConfig
from sqlwright.infer import extract_sql
from sqlwright.project._models import Model
from sqlwright.project._opened import OpenDatabases
from sqlwright.project._rescore import rescored
from sqlwright.prompt import tight
from sqlwright.records import Example, Prediction, Prompt

if TYPE_CHECKING:
    from sqlwright.infer import Sampling, Writer
    from sqlwright.project.project import Project

Keep = Callable[[Prediction], None]
Write = Callable[[Sequence[Prompt], str, Keep], None]
"""Hands the answer to each prompt to a Keep; the text is said of its progress."""
_FAILED = "An earlier statement ({}) failed with: {}. Write one that runs."
_LONGEST = 500


def generate(project: Project, model: Model, examples: Sequence[Example], keep: Keep) -> None:
    """Hand a prediction for each example to `keep`, as they come, in any order."""
    config = project.config.predict
    if not examples:
        return
    project.progress("loading the model", 0, 0, "")
    writer = model.writer(config)
    model = model.for_engine(config)
    settings: dict[str, Any] = {
        "max_new_tokens": model.room(config),
        "schemas": model.constraints(examples, project.databases, config),
        "sampling": sampling_of(config),
    }
    small = model.writes_spaced
    repairs = config.repair and not small
    insists = small and model.task == "text-to-sql" and not settings["schemas"]
    failed: dict[str, tuple[Prediction, str]] = {}
    silent: dict[str, Prediction] = {}
    by_id = {example.id: example for example in examples}
    if small:
        keep = _tightened(keep)

    def write(prompts: Sequence[Prompt], what: str, done: Keep) -> None:
        writer.generate(
            prompts,
            batch_size=config.batch_size,
            db_ids={example.id: example.db_id for example in examples},
            progress=lambda number, total: project.progress(what, number, total, ""),
            done=done,
            **settings,
        )

    with OpenDatabases(project.databases) as opened:

        def check(one: Prediction) -> None:
            if insists and not one.sql:
                silent[one.id] = one
                return
            tried = opened.run(one.sql, by_id[one.id].db_id) if repairs else None
            if tried is None or tried.ran:
                keep(one)
            else:
                failed[one.id] = (one, tried.result.error or tried.result.status)

        if config.candidates > 1:
            _choose(project, model, writer, opened, examples, check, settings)
        else:
            write(model.prompts(examples, project.databases), "writing SQL", check)
        if failed:
            _repair(project, model, write, opened, [by_id[name] for name in failed], failed, keep)
        if silent:
            _insist(project, model, write, [by_id[name] for name in silent], silent, keep)


def _tightened(keep: Keep) -> Keep:
    """Return what keeps a prediction with its SQL as people write it; `raw` stays as the model wrote it."""

    def kept(one: Prediction) -> None:
        keep(replace(one, sql=tight(one.sql)))

    return kept


def sampling_of(config: PredictConfig) -> Sampling | None:
    """Return how tokens are drawn; None where the likeliest are taken."""
    if config.temperature == 0:
        return None
    from sqlwright.infer import Sampling

    return Sampling(config.temperature, config.top_p, config.seed)


def _choose(
    project: Project,
    model: Model,
    writer: Writer,
    opened: OpenDatabases,
    examples: Sequence[Example],
    keep: Keep,
    settings: dict[str, Any],
) -> None:
    """Keep for each example the candidate that `sqlwright.infer.choose` takes, a few batches of them at a time."""
    config = project.config.predict
    size = max(1, config.batch_size // config.candidates)
    ordered = sorted(examples, key=lambda example: example.db_id)
    for at in range(0, len(ordered), 4 * size):
        some = ordered[at : at + 4 * size]
        began = time.perf_counter()
        found = writer.candidates(
            model.prompts(some, project.databases),
            count=config.candidates,
            batch_size=size,
            progress=lambda done, _: project.progress("writing candidates", at + done, len(ordered), ""),  # noqa: B023
            **settings,
        )
        chosen = []
        for example, candidates in zip(some, found, strict=True):
            schema = project.databases.schema(example.db_id)
            prefix = project.databases.prefix(example.db_id, model.template)
            told = rescored(candidates, example, schema, prefix, model, writer, config)
            chosen.append(opened.choose(told, example, by_clues=model.clued)[0])
        seconds = round((time.perf_counter() - began) / len(some), 6)
        for example, best in zip(some, chosen, strict=True):
            keep(Prediction(example.id, example.db_id, best.sql, best.sql, seconds=seconds, tokens=best.tokens))


def _repair(
    project: Project,
    model: Model,
    write: Write,
    opened: OpenDatabases,
    examples: Sequence[Example],
    failed: dict[str, tuple[Prediction, str]],
    keep: Keep,
) -> None:
    """Ask once more for statements that did not run, with the database's error; keep what runs, else the first."""

    def settle(again: Prediction) -> None:
        first, _ = failed[again.id]
        better = opened.run(again.sql, first.db_id).ran
        seconds = round(first.seconds + again.seconds, 6)
        keep(replace(again if better else first, seconds=seconds, tokens=first.tokens + again.tokens))

    told = [
        replace(
            example, evidence=" ".join(filter(None, (example.evidence, _FAILED.format(*_said(failed[example.id])))))
        )
        for example in examples
    ]
    write(model.prompts(told, project.databases), "repairing SQL", settle)


def _insist(
    project: Project,
    model: Model,
    write: Write,
    examples: Sequence[Example],
    silent: dict[str, Prediction],
    keep: Keep,
) -> None:
    """Ask again where the base said that it does not know, its statement begun for it: a set's questions have SQL."""

    def settle(again: Prediction) -> None:
        first = silent[again.id]
        text = embedded.OPENING + again.raw
        seconds = round(first.seconds + again.seconds, 6)
        tokens = first.tokens + again.tokens
        keep(Prediction(first.id, first.db_id, extract_sql(text), text, seconds=seconds, tokens=tokens))

    prompts = model.prompts(examples, project.databases)
    write([replace(prompt, suffix=prompt.suffix + embedded.OPENING) for prompt in prompts], "asking again", settle)


def _said(failure: tuple[Prediction, str]) -> tuple[str, str]:
    """Return the statement and the error, each on one short line."""
    prediction, error = failure
    return " ".join(prediction.sql.split())[:_LONGEST], " ".join(error.split())[:_LONGEST]
