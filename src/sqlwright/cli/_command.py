"""What all commands share: folder, `--json`, flags from the configuration, progress, errors in one line."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable
from contextlib import nullcontext, redirect_stdout
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from sqlwright._processes import rank
from sqlwright.cli._flags import flags_of, overrides_of
from sqlwright.errors import SqlwrightError

if TYPE_CHECKING:
    from sqlwright.cli._display import Display
    from sqlwright.project import Project

Folder = Annotated[Path, typer.Option("--project", "-C", help="The project's folder.", show_default="here")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout, and nothing else there.")]
Run = Annotated[str, typer.Option("--run", help="The run; 'base' is the untuned model.", show_default="the latest")]
On = Annotated[str, typer.Option("--on", help="test, validation, train, or a file of examples.")]
Force = Annotated[bool, typer.Option("--force", help="Do it again, even when nothing has changed.")]

KEPT = "what was written before is untouched, and nothing is half written"


@dataclass
class Session:
    """One call of the command line."""

    folder: Path
    overrides: dict[str, dict[str, Any]] = field(default_factory=dict)
    as_json: bool = False
    """For commands that print as they go."""
    out: TextIO = field(default_factory=lambda: sys.stdout)
    """Where JSON goes; with `--json`, what libraries print to stdout meanwhile goes to stderr."""

    def tell(self, data: Any) -> None:
        """Write a line of JSON."""
        self.out.write(json.dumps(data, ensure_ascii=False, default=str) + "\n")
        self.out.flush()

    @cached_property
    def display(self) -> Display:
        """Progress on stderr."""
        from sqlwright.cli._display import Display

        return Display()

    @cached_property
    def project(self) -> Project:
        """The project in the folder, with the flags' settings."""
        from sqlwright.project import Project

        shown = {"progress": self.display} if rank() == 0 else {}
        return Project.open(self.folder, self.overrides, **shown)


@dataclass(frozen=True, slots=True)
class Said:
    """What a command has to say."""

    data: dict[str, Any] | list[dict[str, Any]]
    """For `--json`; the objects of a list stand on a line each."""
    lines: list[Any] | Callable[[], list[Any]] = field(default_factory=list)
    """For people: text, or what rich can print; or what makes these, where that takes a while."""
    next: str = ""
    """The command that comes next."""


Body = Callable[..., Said]


def command(
    app: typer.Typer,
    name: str,
    *,
    example: str,
    sections: tuple[str, ...] = (),
    leave_out: frozenset[str] = frozenset(),
    kept: str = KEPT,
    in_project: bool = True,
) -> Callable[[Body], Body]:
    """Add a command to `app`: the decorated function's own parameters, those of `sections`, and the common ones.

    Args:
        name: "" for what `app`, a group, does when none of its own commands is named.
        example: shown under the help.
        sections: sections of the configuration that become flags.
        leave_out: fields of them that do not.
        kept: what Ctrl-C leaves behind, in words.
        in_project: whether the command works in a project's folder.
    """

    def decorate(body: Body) -> Body:
        own = list(inspect.signature(body, eval_str=True).parameters.values())[1:]
        made = [parameter for section in sections for parameter in flags_of(section, leave_out=leave_out)]
        common = [_common("as_json", Json, False)]
        if in_project:
            common.insert(0, _common("project_folder", Folder, Path()))

        def run(**given: Any) -> None:
            if not name and given.pop("context").invoked_subcommand is not None:
                return
            folder, as_json = given.pop("project_folder", Path()), given.pop("as_json")
            try:
                overrides = {section: overrides_of(section, given) for section in sections}
                session = Session(folder, {section: values for section, values in overrides.items() if values}, as_json)
                try:
                    with redirect_stdout(sys.stderr) if as_json else nullcontext():
                        said = body(session, **{parameter.name: given[parameter.name] for parameter in own})
                finally:
                    if "display" in session.__dict__:
                        session.display.stop()
                if rank() == 0:  # of several processes that train together, one talks
                    _print(said, session)
            except SqlwrightError as error:
                complain(f"error: {' '.join(str(error).split())}")
                raise typer.Exit(2) from None
            except BrokenPipeError:
                raise
            except OSError as error:
                complain(f"error: {error.filename or 'input/output'}: {error.strerror or error}")
                raise typer.Exit(2) from None
            except KeyboardInterrupt:
                complain(f"stopped; {kept}")
                raise typer.Exit(130) from None

        parameters = [*own, *made, *common]
        if not name:
            parameters.append(_common("context", typer.Context, inspect.Parameter.empty))
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        run.__doc__ = inspect.getdoc(body)
        epilog = f"Example: {example}"
        add = app.command(name, epilog=epilog) if name else app.callback(invoke_without_command=True, epilog=epilog)
        add(run)
        return body

    return decorate


def complain(text: str) -> None:
    """Write one line to stderr."""
    sys.stderr.write(f"sqlwright: {text}\n")


def _common(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _print(said: Said, session: Session) -> None:
    if session.as_json:
        for data in said.data if isinstance(said.data, list) else [said.data]:
            session.tell(data)
        return
    from sqlwright.cli._show import show

    show(said.lines() if callable(said.lines) else said.lines, said.next)
