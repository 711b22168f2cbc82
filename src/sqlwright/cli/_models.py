"""`train`, `predict` and `report`."""

from __future__ import annotations

from typing import Annotated

import typer

from sqlwright.cli._command import Force, On, Run, Said, Session, command


def add(app: typer.Typer) -> None:
    """Add the commands to the application."""
    kept = "the checkpoint is kept, and the same command goes on from it"
    command(app, "train", example="sqlwright train --rank 32 --epochs 2", sections=("train",), kept=kept)(train)
    command(app, "predict", example="sqlwright predict --run base --on test", sections=("predict",))(predict)
    command(app, "report", example="sqlwright report")(report)


def train(
    session: Session,
    run: Annotated[str, typer.Option("--run", help="Name of the run.", show_default="made of settings and data")] = "",
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Only say what it would take here: tokens, memory, time.")
    ] = False,
    force: Force = False,
) -> Said:
    """Tune the base model on the train split (audited and split first if need be); an interrupted run goes on."""
    from sqlwright.cli._show import outcome_lines

    if estimate:
        from dataclasses import asdict

        told = session.project.estimate()
        return Said(asdict(told), [told.text()], "sqlwright train")
    outcome = session.project.train(run or None, force=force)
    counts = outcome.counts
    text = f"run {counts['run']}: {counts['steps']:,} steps on {counts['train']:,} samples"
    text += f", loss {counts['train_loss']:.3f}"
    if counts["validation_loss"] is not None:
        text += f", validation loss {counts['validation_loss']:.3f}"
    lines = outcome_lines(outcome, text)
    if counts["too_long"]:
        lines.append(f"{counts['too_long']:,} samples were too long and left out")
    if counts["without_reasoning"]:
        lines.append(f"{counts['without_reasoning']:,} examples gave no reasoning: their SQL cannot be read")
    return Said(outcome.to_json(), lines, "sqlwright evaluate")


def predict(session: Session, run: Run = "", on: On = "test", force: Force = False) -> Said:
    """Let a model answer every question of a set, or write questions for its SQL (`--task sql-to-text`)."""
    from sqlwright.cli._show import outcome_lines

    outcome = session.project.predict(run or None, on, force=force)
    counts = outcome.counts
    if "gold" in counts:
        text = f"{counts['predictions']:,} questions by {counts['run']} for the SQL of {counts['set']}"
        told = f"sqlwright evaluate --text --gold {counts['gold']} --pred {outcome.wrote[0]}"
        return Said(outcome.to_json(), outcome_lines(outcome, text), told)
    text = f"{counts['predictions']:,} predictions of {counts['run']} for {counts['set']}"
    if counts["without_sql"]:
        text += f", {counts['without_sql']:,} without SQL"
    chosen = f" --run {run}" if run else ""
    return Said(outcome.to_json(), outcome_lines(outcome, text), f"sqlwright evaluate{chosen} --on {on}")


def report(session: Session, run: Run = "", force: Force = False) -> Said:
    """Write a run's report.html: figures, curves and every example, in one file."""
    from sqlwright.cli._show import outcome_lines

    outcome = session.project.report(run or None, force=force)
    text = f"report of {outcome.counts['run']} over {', '.join(outcome.counts['sets'])}"
    return Said(outcome.to_json(), outcome_lines(outcome, text), 'sqlwright ask "..."')
