"""`train`, `predict`, `evaluate`, `compare`, `report` and `ask`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sqlwright.cli._command import KEPT, Force, Said, Session, command

Run = Annotated[str, typer.Option("--run", help="The run; 'base' is the untuned model.", show_default="the latest")]
On = Annotated[str, typer.Option("--on", help="test, validation, train, or a file of examples.")]


def add(app: typer.Typer) -> None:
    """Add the commands to the application."""
    kept = "the checkpoint is kept, and the same command goes on from it"
    command(app, "train", example="sqlwright train --rank 32 --epochs 2", sections=("train",), kept=kept)(train)
    command(app, "predict", example="sqlwright predict --run base --on test", sections=("predict",))(predict)
    command(
        app,
        "evaluate",
        example="sqlwright evaluate --gold gold.jsonl --pred pred.jsonl --databases DIR --rule ts",
        sections=("evaluate",),
        kept=KEPT,
    )(evaluate)
    command(app, "compare", example="sqlwright compare base lora-r16-0c1d2e")(compare)
    command(app, "report", example="sqlwright report")(report)
    command(app, "ask", example='sqlwright ask "Which city has most customers?"', sections=("predict",))(ask)


def train(
    session: Session,
    run: Annotated[str, typer.Option("--run", help="Name of the run.", show_default="made of settings and data")] = "",
    force: Force = False,
) -> Said:
    """Tune the base model on the train split (audited and split first if need be); an interrupted run goes on."""
    from sqlwright.cli._show import outcome_lines

    outcome = session.project.train(run or None, force=force)
    counts = outcome.counts
    text = f"run {counts['run']}: {counts['steps']:,} steps on {counts['train']:,} examples"
    text += f", loss {counts['train_loss']:.3f}"
    if counts["validation_loss"] is not None:
        text += f", validation loss {counts['validation_loss']:.3f}"
    lines = outcome_lines(outcome, text)
    if counts["too_long"]:
        lines.append(f"{counts['too_long']:,} examples were too long and left out")
    return Said(outcome.to_json(), lines, "sqlwright evaluate")


def predict(session: Session, run: Run = "", on: On = "test", force: Force = False) -> Said:
    """Let a model answer every question of a set."""
    from sqlwright.cli._show import outcome_lines

    outcome = session.project.predict(run or None, on, force=force)
    counts = outcome.counts
    text = f"{counts['predictions']:,} predictions of {counts['run']} for {counts['set']}"
    if counts["without_sql"]:
        text += f", {counts['without_sql']:,} without SQL"
    chosen = f" --run {run}" if run else ""
    return Said(outcome.to_json(), outcome_lines(outcome, text), f"sqlwright evaluate{chosen} --on {on}")


def evaluate(
    session: Session,
    run: Run = "",
    on: On = "test",
    base: Annotated[bool, typer.Option("--base/--no-base", help="Judge the untuned base too.")] = True,
    gold: Annotated[
        Path | None, typer.Option(help="Without a project: JSONL of id, db_id, sql; or Spider's text form.")
    ] = None,
    pred: Annotated[Path | None, typer.Option(help="Without a project: the predictions, in the same form.")] = None,
    databases: Annotated[
        str, typer.Option(help="Without a project: folder of SQLite files, or one database.", show_default="none")
    ] = "",
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Without a project: examples without a prediction count as wrong.")
    ] = False,
    force: Force = False,
) -> Said:
    """Judge a model by execution, beside the untuned base; or a file of predictions against a file of gold."""
    from sqlwright.cli._show import evaluation_lines
    from sqlwright.errors import ConfigError

    if gold or pred or databases:
        if not (gold and pred and databases):
            raise ConfigError("give all three of --gold, --pred and --databases, or none to judge a run of the project")
        from sqlwright.config import parse
        from sqlwright.project import evaluate_files

        config = parse(session.overrides, flags=_given(session)).evaluate
        found = evaluate_files(gold, pred, databases, config, allow_missing=allow_missing, progress=session.display)
        return Said(found.to_json(), evaluation_lines(found))
    found = session.project.evaluate(run or None, on, base=base, force=force)
    return Said(found.to_json(), evaluation_lines(found), "sqlwright report")


def compare(
    session: Session,
    runs: Annotated[list[str], typer.Argument(help="Two or more runs; 'base' is the untuned model.")],
    on: On = "test",
) -> Said:
    """Set judged runs side by side, and the last against the first, example by example."""
    from sqlwright.cli._show import evaluation_lines

    found = session.project.compare(*runs, on=on)
    return Said(found.to_json(), evaluation_lines(found))


def report(session: Session, run: Run = "", force: Force = False) -> Said:
    """Write a run's report.html: figures, curves and every example, in one file."""
    from sqlwright.cli._show import outcome_lines

    outcome = session.project.report(run or None, force=force)
    text = f"report of {outcome.counts['run']} over {', '.join(outcome.counts['sets'])}"
    return Said(outcome.to_json(), outcome_lines(outcome, text), 'sqlwright ask "..."')


def ask(
    session: Session,
    question: Annotated[str, typer.Argument(help="The question, in English or Chinese.")],
    run: Run = "",
    db_id: Annotated[str, typer.Option(help="The database, where there are several.", show_default="yours")] = "",
) -> Said:
    """Answer a question: the model writes SQL, which is checked and run read-only."""
    from sqlwright.cli._show import answer_lines

    answer = session.project.ask(question, run or None, db_id=db_id or None)
    return Said(answer.to_json(), answer_lines(answer))


def _given(session: Session) -> set[str]:
    from sqlwright.config import keys

    return keys(session.overrides)
