"""`serve` and `serve keys ...`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sqlwright.cli._command import Run, Said, Session, command

if TYPE_CHECKING:
    from sqlwright.project import Project

Name = Annotated[str, typer.Argument(help="Whose key it is: up to 64 letters, digits and . _ @ -")]


def add(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer()
    kept = "nothing was written"
    command(group, "", example="sqlwright serve --port 8000", sections=("serve",), kept=kept)(serve)
    keys = typer.Typer(help="API keys: add, list, remove.", no_args_is_help=True)
    command(keys, "add", example="sqlwright serve keys add reports")(add_key)
    command(keys, "list", example="sqlwright serve keys list")(list_keys)
    command(keys, "remove", example="sqlwright serve keys remove reports")(remove_key)
    group.add_typer(keys, name="keys")
    app.add_typer(group, name="serve")


def serve(session: Session, run: Run = "") -> Said:
    """Answer over HTTP: SQL, explanations, answers, and the OpenAI protocol. Ctrl-C finishes what is under way."""
    from sqlwright.serve import serve

    display = session.display

    def announce(line: str) -> None:
        display.stop()
        typer.echo(line)

    serve(session.project, run or None, announce=announce)
    return Said({"stopped": True}, ["stopped; every request that was accepted has its answer"])


def add_key(session: Session, name: Name) -> Said:
    """Make an API key and print it; it is kept nowhere but as a salted hash, and cannot be shown again."""
    from sqlwright.serve import keys

    file = _file(session.project)
    secret = keys.add(file, name)
    lines = [secret, f"wrote its hash to {file}; the key is not shown again"]
    return Said({"name": name, "key": secret, "file": str(file)}, lines, "sqlwright serve")


def list_keys(session: Session) -> Said:
    """List whose keys there are."""
    from sqlwright.serve import keys

    found = keys.read(_file(session.project))
    told = [{"name": key.name, "created": key.created} for key in found]
    return Said({"keys": told}, [f"{key.name}, made {key.created}" for key in found] or ["no keys"])


def remove_key(session: Session, name: Name) -> Said:
    """Take a key away; a service that runs refuses it from then on."""
    from sqlwright.serve import keys

    file = _file(session.project)
    keys.remove(file, name)
    return Said({"name": name, "file": str(file)}, [f"removed {name} from {file}"])


def _file(project: Project) -> Path:
    return project.folder / project.config.serve.keys
