"""Judges predictions by execution, sums up, compares runs and writes a run's report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlwright import evaluate as judging
from sqlwright.errors import DataError
from sqlwright.evaluate import ReportRun, ReportSet
from sqlwright.project._evaluation import Evaluation
from sqlwright.project._layout import Layout, require
from sqlwright.project._manifest import digest, stage
from sqlwright.project._models import model_of_run, untuned
from sqlwright.project._outcome import Outcome, Progress, silent
from sqlwright.project._rating import Rated, rate_sql
from sqlwright.project._runs import predict, question_file, read_questions, resolve_run
from sqlwright.project._scoring import Judged, judge
from sqlwright.records import Example, Prediction, Verdict, read_jsonl, write_jsonl, write_text

if TYPE_CHECKING:
    from sqlwright.project.project import Project


def evaluate(
    project: Project,
    run: str | None = None,
    on: str | Path = "test",
    *,
    base: bool = True,
    force: bool = False,
) -> Evaluation:
    """Judge a run's answers to a set, and the untuned base's beside them; what is not predicted yet is predicted first.

    Args:
        run: a run's id, "base" for the untuned model alone, or None for the latest run.
        on: "test", "validation", "train", or a file of examples.
        base: whether to judge the untuned base too.

    Raises:
        DataError: the run or the set is not there, or no example has a database to run on.
    """
    run = resolve_run(project, run)
    beside = _untuned_of(project, run)
    names = [beside] if base and run != beside else []
    verdicts: dict[str, list[Verdict]] = {}
    wrote: list[Path] = []
    examples: list[Example] = []
    left_out = 0
    for name in [*names, run]:
        predict(project, name, on, force=force, any_settings=True)
        examples, left_out, found, files = _judged(project, name, on, force)
        verdicts[name] = found
        wrote += files
    _, set_name = question_file(project.layout, on)
    told = _side_by_side(project, set_name, examples, verdicts, left_out, tuple(wrote))
    return replace(told, rated=_rated(project, set_name, examples, verdicts))


def compare(project: Project, runs: Sequence[str], on: str = "test") -> Evaluation:
    """Set the figures of judged runs side by side, and the last against the first, example by example.

    Raises:
        DataError: a run was not judged on this set, or fewer than two runs are given.
    """
    tuned = next((run for run in runs if run != "base"), None)
    named = [_untuned_of(project, tuned) if run == "base" and tuned else resolve_run(project, run) for run in runs]
    names = list(dict.fromkeys(named))
    if len(names) < 2:
        raise DataError("give two or more different runs to compare ('base' is the untuned model)")
    for name in names:
        model_of_run(project.layout, name, own_code=project.config.train.trust_remote_code)
    file, set_name = question_file(project.layout, on)
    examples = read_questions(project, file)
    verdicts = {name: _read_verdicts(project.layout, name, set_name) for name in names}
    return _side_by_side(project, set_name, examples, verdicts)


def _side_by_side(
    project: Project,
    set_name: str,
    examples: Sequence[Example],
    verdicts: dict[str, list[Verdict]],
    left_out: int = 0,
    wrote: tuple[Path, ...] = (),
) -> Evaluation:
    """Return the figures of runs on one set, and each against the first. Raises DataError where they do not compare."""
    rested = {name: _rested_on(project.layout, name, set_name) for name in verdicts}
    rules = {name: told["rule"] for name, told in rested.items()}
    if len(set(rules.values())) > 1:
        told = ", ".join(f"{name} by {rule}" for name, rule in rules.items())
        raise DataError(f"the runs were judged by different rules ({told}); judge them again with one --rule")
    resamples = project.config.evaluate.bootstrap
    by_id = {example.id: example for example in examples}
    figures = {}
    for name, found in verdicts.items():
        judged = [by_id[verdict.id] for verdict in found if verdict.id in by_id]
        figures[name] = judging.summarise(found, judged, resamples=resamples, **rested[name])
    first = rested[next(iter(rested))]
    return Evaluation(
        set_name,
        first["rule"],
        first["databases"],
        figures,
        judging.against_first(verdicts, resamples=resamples),
        verdicts,
        not_judged=left_out,
        wrote=wrote,
    )


def report(project: Project, run: str | None = None, *, force: bool = False) -> Outcome:
    """Write `report.html` of a run over every set that it was judged on, beside the untuned base where that was too.

    Raises:
        DataError: the run was judged on no set yet.
    """
    layout = project.layout
    run = resolve_run(project, run)
    beside = _untuned_of(project, run)
    judged = sorted((layout.run(run) / "verdicts").glob("*.jsonl"))
    if not judged:
        raise DataError(f"run {run!r} was judged on no set yet; do it with: sqlwright evaluate --run {run}")
    others = [path for file in judged if (path := layout.verdicts(beside, file.stem)).exists() and beside != run]
    out = layout.run(run) / "report.html"
    settings = {"evaluate": project.config.evaluate.model_dump(mode="json"), "run": run}
    with stage(out.parent, "report", inputs=[*judged, *others], settings=settings, outputs=[out], force=force) as step:
        if not step.unchanged:
            sets = [_report_set(project, run, beside, file.stem) for file in judged]
            curve = layout.run(run) / "loss.svg"
            judging.write_report(
                out,
                sets,
                title=f"sqlwright: {run}",
                facts=_facts(layout, run, _rested_on(layout, run, judged[0].stem)),
                curve_svg=curve.read_text(encoding="utf-8") if curve.exists() else "",
                claimed=judging.CLAIMED,
            )
            step.counts |= {"run": run, "sets": [one.name for one in sets]}
    return Outcome("report", (out,), step.counts, step.unchanged, step.seconds)


def accuracy_of(project: Project, examples: Sequence[Example], predictions: Sequence[Prediction]) -> float:
    """Return the execution accuracy of predictions, 0 to 1; 0 where nothing can be run."""
    usable = [example for example in examples if project.databases.url(example.db_id)]
    verdicts = _judge(project, usable, predictions, silent).verdicts
    return sum(verdict.correct for verdict in verdicts) / max(1, len(verdicts))


def _judged(
    project: Project, run: str, on: str | Path, force: bool
) -> tuple[list[Example], int, list[Verdict], tuple[Path, ...]]:
    """Judge a run's predictions for a set; return the examples judged, how many were not, verdicts and files."""
    layout, databases, config = project.layout, project.databases, project.config.evaluate
    file, name = question_file(layout, on)
    predicted = require(layout.predictions(run, name), f"sqlwright predict --run {run} --on {on}")
    every = read_questions(project, file)
    examples = [example for example in every if example.sql and databases.url(example.db_id)]
    if not every:
        raise DataError(f"{file}: holds no examples; gather more, or set other split.fractions")
    if not examples:
        raise DataError(f"{file}: no example has SQL and a database to run it on; set database.url or database.folder")
    settings = {
        "evaluate": config.model_dump(mode="json"),
        "databases": databases.fingerprint(example.db_id for example in examples),
    }
    out, scores = layout.verdicts(run, name), layout.scores(run, name)
    with stage(
        out.parent, name, inputs=[file, predicted], settings=settings, outputs=[out, scores], force=force
    ) as step:
        if not step.unchanged:
            predictions = read_jsonl(predicted, Prediction)
            found = _judge(project, examples, predictions, project.progress)
            summary = judging.summarise(
                found.verdicts,
                examples,
                rule=found.rule,
                databases=found.databases,
                suites=found.suites,
                resamples=config.bootstrap,
            )
            write_jsonl(out, found.verdicts)
            told = {"run": run, "set": name, "data": digest(file), **asdict(summary)}
            write_text(scores, json.dumps(told, ensure_ascii=False, indent=1) + "\n")
            step.counts |= {"run": run, "set": name, "verdicts": len(found.verdicts), "ex": summary.ex}
    return examples, len(every) - len(examples), read_jsonl(out, Verdict), (predicted, out, scores)


def _judge(
    project: Project, examples: Sequence[Example], predictions: Sequence[Prediction], progress: Progress
) -> Judged:
    databases, config = project.databases, project.config.evaluate
    judged = {example.id for example in examples}
    db_ids = dict.fromkeys(example.db_id for example in examples)
    return judge(
        examples,
        [prediction for prediction in predictions if prediction.id in judged],
        {db_id: databases.suite(db_id) for db_id in db_ids},
        databases.described(db_ids),
        config,
        progress,
        schema_of=databases.schema if config.spider_em else None,
    )


def _rated(
    project: Project, name: str, examples: Sequence[Example], verdicts: dict[str, list[Verdict]]
) -> dict[str, Rated]:
    """Return what the judge makes of each run, where the configuration names one; its answers are cached."""
    config = project.config.evaluate
    if not config.judge_url:
        return {}
    found = {}
    for run, judged in verdicts.items():
        predictions = read_jsonl(project.layout.predictions(run, name), Prediction)
        if rated := rate_sql(examples, predictions, judged, config, project.progress):
            found[run] = rated
    return found


def _untuned_of(project: Project, run: str) -> str:
    """Return the run of the base that a run was tuned from."""
    model = model_of_run(project.layout, run, own_code=project.config.train.trust_remote_code)
    return untuned(project.layout, model)


def _read_verdicts(layout: Layout, run: str, name: str) -> list[Verdict]:
    known = f"sqlwright evaluate --run {'base' if run.startswith('base-') else run} --on {name}"
    return read_jsonl(require(layout.verdicts(run, name), known), Verdict)


def _rested_on(layout: Layout, run: str, name: str) -> dict[str, Any]:
    """Return the rule that a run was judged by on a set, and the databases."""
    told = json.loads(layout.scores(run, name).read_text(encoding="utf-8"))
    return {key: told.get(key, "") for key in ("rule", "databases")} | {"suites": told.get("suites")}


def _report_set(project: Project, run: str, beside: str, name: str) -> ReportSet:
    layout = project.layout
    tuned = _read_verdicts(layout, run, name)
    judged = {verdict.id for verdict in tuned}
    base: list[Verdict] = []
    base_predictions: list[Prediction] = []
    if run != beside and layout.verdicts(beside, name).exists():
        found = _read_verdicts(layout, beside, name)
        if {verdict.id for verdict in found} == judged:
            base, base_predictions = found, read_jsonl(layout.predictions(beside, name), Prediction)
    every = {example.id: example for example in _set_examples(project, run, name)}
    examples = [every[verdict.id] for verdict in tuned]
    rested, resamples = _rested_on(layout, run, name), project.config.evaluate.bootstrap
    answered = read_jsonl(layout.predictions(run, name), Prediction)
    rated = rate_sql(examples, answered, tuned, project.config.evaluate, project.progress)
    runs = [("base", base, base_predictions)] if base else []
    runs.append(("base" if run == beside else "tuned", tuned, answered))
    return ReportSet(
        name,
        examples,
        [
            ReportRun(title, found, said, judging.summarise(found, examples, resamples=resamples, **rested))
            for title, found, said in runs
        ],
        extras=[rated.table()] if rated else [],
    )


def _set_examples(project: Project, run: str, name: str) -> list[Example]:
    """Return the examples of a judged set, from the file that the verdicts' manifest names."""
    folder = project.layout.verdicts(run, name).parent
    told = json.loads((folder / f"{name}.manifest.json").read_text(encoding="utf-8"))
    file = folder / next(iter(told["key"]["inputs"]))
    if digest(file) != next(iter(told["key"]["inputs"].values())):
        raise DataError(
            f"set {name!r} has changed since it was judged; run: sqlwright evaluate --run {run} --on {name}"
        )
    return read_questions(project, file.resolve())


def _facts(layout: Layout, run: str, rested: dict[str, Any]) -> dict[str, object]:
    """Return what is worth knowing of a run beside its figures."""
    record = layout.run(run) / "train.json"
    if not record.exists():
        return {"run": run, "rule": rested["rule"], "databases": rested["databases"]}
    told = json.loads(record.read_text(encoding="utf-8"))
    result, config = told["result"], told["config"]
    return {
        "run": run,
        "base": config["base"],
        "method": config["method"],
        "rank": config["rank"],
        "steps": result["steps"],
        "epochs": result["epochs"],
        "seconds of training": result["seconds"],
        "trained parameters": f"{result['trainable']:,} of {result['parameters']:,}",
        "examples": result["train"]["kept"],
        "seed": config["seed"],
        "rule": rested["rule"],
        "databases": rested["databases"],
        "versions": ", ".join(f"{name} {version}" for name, version in told["versions"].items()),
    }
