"""`demo` and `init`: the two ways to begin."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sqlwright.cli._command import Said, Session, command

_LISTED = 12


def add(app: typer.Typer) -> None:
    """Add the commands to the application."""
    command(app, "demo", example="sqlwright demo --db sqlite:///shop.db", in_project=False)(demo)
    command(
        app,
        "init",
        example="sqlwright init --db sqlite:///shop.db",
        sections=("database",),
        leave_out=frozenset({"url", "folder"}),
    )(init)


def demo(
    session: Session,
    db: Annotated[str, typer.Option(help="Your own database.", show_default="a CRM made for the demo")] = "",
    out: Annotated[Path, typer.Option(help="Folder for everything that is made.")] = Path("sqlwright-demo"),
    seed: Annotated[int, typer.Option(help="Seed of every random choice.")] = 0,
) -> Said:
    """Do all of it at once: pairs from a database, audit, split, tune, base against tuned, report, two questions."""
    from sqlwright.demo import run_demo

    found: dict[str, Any] = run_demo(out=out, db=db or None, seed=seed, progress=session.display)
    return Said(found, _demo_lines(found), f'sqlwright ask "..." --project {out}')


def init(
    session: Session,
    db: Annotated[str, typer.Option("--db", help="Database URL, SQLite or DuckDB file, or a folder of SQLite files.")],
    force: Annotated[bool, typer.Option("--force", help="Write over settings that are there already.")] = False,
) -> Said:
    """Begin a project for your database: test the connection and write a commented sqlwright.toml."""
    from sqlwright.project import Project, hide_password

    project = Project.init(session.folder, db, session.overrides, force=force, progress=session.display)
    db_ids = project.databases.ids()
    schema = project.schema(db_ids[0])
    columns = sum(len(table.columns) for table in schema.tables)
    keys = sum(len(table.foreign_keys) for table in schema.tables)
    text = (
        f"{schema.db_id} ({schema.dialect}): {len(schema.tables):,} tables, {columns:,} columns, {keys:,} foreign keys"
    )
    tables = [f"  {table.name} ({', '.join(column.name for column in table.columns)})" for table in schema.tables]
    if len(tables) > _LISTED:
        tables = [*tables[:_LISTED], f"  ... and {len(tables) - _LISTED:,} more"]
    others = [f"{len(db_ids):,} databases, of which the first:"] if len(db_ids) > 1 else []
    where = "" if session.folder == Path() else f" --project {session.folder}"
    following = f"sqlwright data synth{where}, or: sqlwright data import FILE{where}"
    data = {
        "settings": str(project.layout.settings),
        "database": hide_password(db),
        "dialect": schema.dialect,
        "databases": db_ids,
        "tables": {table.name: [column.name for column in table.columns] for table in schema.tables},
    }
    return Said(data, [*others, text, *tables, f"wrote {project.layout.settings}"], following)


def _demo_lines(found: dict[str, Any]) -> list[Any]:
    from rich.table import Table

    table = Table("set", "questions", "base", "tuned", title="Execution accuracy, %", title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, figures in found["sets"].items():
        table.add_row(name, f"{figures['n']:,}", f"{figures['base']:.1f}", f"{figures['tuned']:.1f}")
    lines: list[Any] = [table]
    for answer in found.get("answers", []):
        lines += [answer["question"], f"  {answer['sql']}", f"  {answer['text']}"]
    lines.append(f"{found['seconds']:.0f} seconds in all")
    if "report" in found:
        lines.append(f"wrote {found['report']}")
    return lines
