"""`guard`: what the guard says of statements, without running any."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from sqlwright.cli._command import Said, Session, command


def add(app: typer.Typer) -> None:
    """Add the command to the application."""
    command(app, "guard", example='sqlwright guard "SELECT pg_sleep(9)" --dialect postgres', in_project=False)(guard)


def guard(
    session: Session,
    sql: Annotated[str, typer.Argument(help="The statement.", show_default="those of --file")] = "",
    dialect: Annotated[
        str,
        typer.Option(
            help="Dialect of statements that name none: sqlite, duckdb, postgres, mysql, oracle ...; any is these five."
        ),
    ] = "any",
    file: Annotated[
        Path | None, typer.Option(help='File of statements: a JSON object a line, with "sql", and "id", "dialect".')
    ] = None,
    tables: Annotated[
        str, typer.Option(help="The tables that may be read, with commas between.", show_default="all but the system's")
    ] = "",
) -> Said:
    """Say whether statements may run, and by which rule not; none is run. With --json, a line for each."""
    from sqlwright.database.guard_file import check_each, check_file
    from sqlwright.errors import ConfigError

    if bool(sql) == (file is not None):
        raise ConfigError("give either a statement or --file FILE")
    allowed = [name.strip() for name in tables.split(",")] if tables else None
    found = list(check_file(file, dialect, allowed) if file else check_each("1", sql, dialect, allowed))
    counts = Counter(checked.verdict.verdict for checked in found)
    lines = []
    for checked in found:
        verdict, place = checked.verdict, f"{checked.id} ({checked.dialect})"
        told = f"block {place} {verdict.rule}: {verdict.why}" if verdict.rule else f"allow {place} {verdict.sql}"
        lines.append(told)
    return Said(
        [checked.to_json() for checked in found], [*lines, f"{counts['allow']:,} allowed, {counts['block']:,} blocked"]
    )
