"""`bench`: a matrix of models, methods, data sets and seeds, measured."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sqlwright.cli._command import Said, Session, command

Files = Annotated[list[Path], typer.Argument(help="A benchmark's TOML file; or recipes, for the project's own data.")]
Method = Annotated[
    list[str] | None, typer.Option("--method", help="Only this method; again for more.", show_default="the file's")
]
Seed = Annotated[list[int] | None, typer.Option("--seed", help="This seed; again for more.", show_default="the file's")]
Out = Annotated[Path | None, typer.Option(help="Folder of results.", show_default="FILE.results, or PROJECT/bench")]


def add(app: typer.Typer) -> None:
    """Add the command to the application."""
    kept = "finished cells and checkpoints are kept, and the same command goes on from them"
    command(app, "bench", example="sqlwright bench bench.toml --side-by-side 2", kept=kept)(bench)


def bench(
    session: Session,
    files: Files,
    out: Out = None,
    side_by_side: Annotated[int, typer.Option(min=1, help="Cells measured at once, on one device.")] = 1,
    method: Method = None,
    seed: Seed = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the cells and what training would take.")] = False,
) -> Said:
    """Measure models, methods, data sets and seeds against each other; an interrupted benchmark goes on."""
    from sqlwright.bench import bench_of, estimates, run_bench

    found, folder = bench_of(files, session.folder, methods=method or (), seeds=seed or ())
    folder = out or folder
    again = f"sqlwright bench {' '.join(map(str, files))}"
    if dry_run:
        told = estimates(found, folder, progress=session.display)
        return Said({"cells": told}, lambda: [_planned(told)], again)
    results = run_bench(found, folder, side_by_side=side_by_side, progress=session.display)
    return Said(results, lambda: _lines(results), again if results["failed"] else "")


def _planned(cells: list[dict[str, Any]]) -> Any:
    from rich.markup import escape
    from rich.table import Table

    table = Table("cell", "state", "samples", "steps", "tokens", "GiB", "training, s", "")
    for column in table.columns[2:7]:
        column.justify = "right"
    for cell in cells:
        figures = [cell.get(name) for name in ("samples", "steps", "tokens", "memory_gib", "seconds")]
        shown = ["-" if figure is None else f"{figure:,.10g}" for figure in figures]
        table.add_row(escape(cell["id"]), cell["state"], *shown, escape(cell.get("reason", cell.get("by", ""))))
    return table


def _lines(results: dict[str, Any]) -> list[Any]:
    from rich.markup import escape
    from rich.table import Table

    names = [name for name in ("ex", "ts", "em") if any(name in row["measures"] for row in results["rows"])]
    table = Table("matrix", "data", "model", "method", "options", *(f"{name.upper()}, %" for name in names))
    for column in table.columns[5:]:
        column.justify = "right"
    for row in results["rows"]:
        options = ", ".join(f"{key} {value}" for key, value in row["options"].items())
        words = (row["matrix"], row["data"], row["model"], row["method"], options)
        shares = (row["measures"].get(name) for name in names)
        table.add_row(*map(escape, words), *(f"{share['share']:.1f}" if share else "-" for share in shares))
    failed = [f"failed: {name}: {reason}" for name, reason in results["failed"].items()]
    return [table, *failed, *(f"wrote {path}" for path in results["wrote"])]
