"""`sqlwright data ...`: gather, audit, split, count and write examples."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sqlwright.cli._command import Force, Said, Session, command


def add(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(help="Gather examples: import, synth, audit, split, stats, export.")

    @group.callback(invoke_without_command=True)
    def _group(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            typer.echo(context.get_help())

    command(group, "import", example="sqlwright data import train_spider.json --format spider")(import_)
    command(group, "synth", example="sqlwright data synth --count 2000", sections=("synth",))(synth)
    command(group, "audit", example="sqlwright data audit")(audit)
    command(group, "split", example="sqlwright data split --by skeleton", sections=("split",))(split)
    command(group, "stats", example="sqlwright data stats --json")(stats)
    command(group, "export", example="sqlwright data export instruction --needed-only")(export)
    app.add_typer(group, name="data")


def import_(
    session: Session,
    path: Annotated[Path, typer.Argument(help="The file to read; for Hub data sets also a folder of `datasets`.")],
    format: Annotated[
        str,
        typer.Option(
            help="auto, sqlwright, spider, bird, sparc, cosql, wikisql, instruction, completion, chat, csv, hub, "
            "query-log or csvlog."
        ),
    ] = "auto",
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave malformed records out, and list them, instead of stopping.")
    ] = False,
    db_id: Annotated[str, typer.Option(help="Database of the records that name none.", show_default="yours")] = "",
    dialect: Annotated[
        str, typer.Option(help="Dialect of the SQL where the format does not say.", show_default="the database's")
    ] = "",
    column: Annotated[
        list[str] | None, typer.Option(help="For tables, field=column: question=Frage, sql=Abfrage. May be repeated.")
    ] = None,
    split: Annotated[
        str, typer.Option(help="Put all of it into train, validation or test.", show_default="split it")
    ] = "",
    name: Annotated[str, typer.Option(help="Name of this source.", show_default="the file's")] = "",
    force: Force = False,
) -> Said:
    """Read a data set into the project, in any of the known formats."""
    from sqlwright.cli._show import counted, outcome_lines
    from sqlwright.errors import ConfigError

    columns = {}
    for item in column or []:
        key, sign, value = item.partition("=")
        if not (key and sign and value):
            raise ConfigError(f"--column: expected field=column, such as question=Frage; found {item!r}")
        columns[key] = value
    outcome = session.project.import_data(
        path,
        format,
        db_id=db_id or None,
        dialect=dialect or None,
        skip_bad=skip_bad,
        columns=columns,
        split=split,
        name=name,
        force=force,
    )
    counts = outcome.counts
    text = f"{counts['examples']:,} examples read as {counts['format']}, {counts['left_out']:,} left out"
    lines = outcome_lines(outcome, text)
    if counts["cleaned"]:
        lines.append(f"cleaned: {counted(counts['cleaned'])}")
    if counts["left_out"]:
        lines.append(f"what was left out, and why: {outcome.wrote[1]}")
    return Said(outcome.to_json(), lines, "sqlwright data audit")


def synth(session: Session, force: Force = False) -> Said:
    """Make pairs of question and SQL from the database's schema and values; every SQL is executed."""
    from sqlwright.cli._show import counted, outcome_lines

    outcome = session.project.synth(force=force)
    counts = outcome.counts
    languages = ", ".join(f"{name} {count:,}" for name, count in counts["languages"].items())
    text = f"{counts['examples']:,} pairs ({languages}) for {counts['queries']:,} statements"
    lines = [*outcome_lines(outcome, text), f"operators: {counted(counts['operators'])}"]
    asked = session.project.config.synth.count
    if counts["examples"] < asked:
        lines.append(f"fewer than the {asked:,} asked for: the database has no more to ask about")
    return Said(outcome.to_json(), lines, "sqlwright data audit")


def audit(session: Session, force: Force = False) -> Said:
    """Run every example's SQL, read-only and under a time limit, and find duplicates."""
    from sqlwright.cli._show import counted, outcome_lines, reasons_table

    outcome = session.project.audit(force=force)
    counts = dict(outcome.counts)
    reasons = counts.pop("reasons")
    lines = outcome_lines(outcome, counted(counts))
    if reasons:
        lines.append(reasons_table("Not kept, most frequent reasons first", reasons))
    return Said(outcome.to_json(), lines, "sqlwright data split")


def split(session: Session, force: Force = False) -> Said:
    """Split the audited examples into train, validation and test."""
    from sqlwright.cli._show import counted, outcome_lines

    outcome = session.project.split(force=force)
    counts = outcome.counts
    sizes = ", ".join(f"{name} {counts[name]:,}" for name in ("train", "validation", "test"))
    lines = outcome_lines(outcome, sizes)
    for name in ("train", "test"):
        if not counts[name]:
            lines.append(f"{name} is empty: gather more examples, or split with another --seed or --fractions")
    if counts["left_out"]:
        lines.append(f"left out: {counted(counts['left_out'])}")
    if counts["leaks"]:
        lines.append(f"shared between splits: {counted(counts['leaks'])} (listed in {outcome.wrote[-1]})")
    return Said(outcome.to_json(), lines, "sqlwright train")


def stats(session: Session, force: Force = False) -> Said:
    """Count what the data holds: databases, hardness, operators, languages, lengths."""
    from rich.table import Table

    from sqlwright.cli._show import outcome_lines

    outcome = session.project.stats(force=force)
    names = list(outcome.counts)
    table = Table("", *names)
    for column in table.columns[1:]:
        column.justify = "right"
    for label, key in (("examples", "examples"), ("questions", "questions"), ("statements", "statements")):
        table.add_row(label, *(f"{outcome.counts[name][key]:,}" for name in names))
    for group in ("databases", "languages", "hardness", "tables", "operators"):
        keys = dict.fromkeys(key for name in names for key in outcome.counts[name][group])
        for key in list(keys)[:20]:
            table.add_row(f"{group}: {key}", *(f"{outcome.counts[name][group].get(key, 0):,}" for name in names))
    for group in ("question_tokens", "sql_tokens"):
        for key in ("p50", "p95", "max"):
            table.add_row(f"{group}: {key}", *(f"{outcome.counts[name][group][key]:,}" for name in names))
    return Said(outcome.to_json(), [table, *outcome_lines(outcome, "counted")], "sqlwright train")


def export(
    session: Session,
    format: Annotated[str, typer.Argument(help="sqlwright, instruction, completion, chat or csv.")],
    out: Annotated[Path | None, typer.Option(help="The file to write.", show_default="data/export/...")] = None,
    split: Annotated[str, typer.Option(help="train, validation, test, or pairs for all.")] = "train",
    style: Annotated[str, typer.Option(help="How schemas are written: ddl, natural, m-schema or compact.")] = "ddl",
    needed_only: Annotated[
        bool, typer.Option("--needed-only", help="Only the tables that an example's SQL needs.")
    ] = False,
) -> Said:
    """Write examples in the form that another tool reads."""
    from typing import get_args

    from sqlwright.cli._show import outcome_lines
    from sqlwright.errors import ConfigError
    from sqlwright.schema import Style

    if style not in get_args(Style):
        raise ConfigError(f"--style: {style!r} is unknown; known: {', '.join(get_args(Style))}")
    chosen: Style = style  # type: ignore[assignment]
    outcome = session.project.export(format, out, split=split, style=chosen, needed_only=needed_only)
    text = f"{outcome.counts['examples']:,} examples of {split} as {format}"
    return Said(outcome.to_json(), outcome_lines(outcome, text))
