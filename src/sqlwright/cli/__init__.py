"""The command line: parse, call, print.

Each command opens the project, calls one function of it, and says what was written and what to run next. `--json`
prints one JSON object on stdout instead; progress and errors go to stderr. Nothing heavy is imported before a command
runs.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from sqlwright import __version__
from sqlwright.cli import _ask, _bench, _data, _evaluate, _export, _guard, _models, _serve, _start
from sqlwright.cli._command import complain

app = typer.Typer(
    name="sqlwright",
    help="Fine-tune open LLMs to write SQL for your database, and prove by execution that the tuned model is better.",
    epilog="In order: init, data synth, data audit, data split, train, evaluate, ask. All of it at once: demo.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"sqlwright {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


_start.add(app)
_data.add(app)
_models.add(app)
_ask.add(app)
_evaluate.add(app)
_bench.add(app)
_guard.add(app)
_export.add(app)
_serve.add(app)


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code: 0, 2 for bad input, 130 for Ctrl-C."""
    code = _run(args)
    if args is None and "duckdb" in sys.modules:
        _leave(code)
    return code


def _run(args: Sequence[str] | None) -> int:
    try:
        code = app(args, prog_name="sqlwright", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output, `head` say, has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except typer.Abort:
        complain("stopped")
        return 130
    except Exception as error:
        if not hasattr(error, "format_message"):  # what the parser of arguments raises
            raise
        complain(f"error: {' '.join(error.format_message().split())}")
        return 2
    return code if isinstance(code, int) else 0


def _leave(code: int) -> NoReturn:
    """End the process without unloading modules: beside torch, DuckDB's would report leaks of its own on stderr."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
