"""Processes of their own that start at once: forked from a server that has imported what is slow to import.

    with started(train, base, out) as process:  # `train` is a function of a module
        process.kill()
    ended = run_command("ask", "--json", "customers?", folder=tmp_path)
    assert ended.code == 0, ended.err

Only the libraries are imported beforehand; sqlwright itself, and the test's module, each process imports for itself.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, NoReturn

_SLOW = ["torch", "transformers.trainer", "transformers.models.llama.modeling_llama", "peft", "datasets", "pytest"]
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(_SLOW)

Process = multiprocessing.context.ForkServerProcess


class Ended(NamedTuple):
    """How a process ended, and what it wrote."""

    code: int
    """Its exit status; negative: the signal that ended it."""
    out: str
    err: str


class Started(NamedTuple):
    """A process that was started."""

    process: Process
    out: Path
    err: Path

    def end(self, seconds: float = 240) -> Ended:
        """Wait until it has ended."""
        self.process.join(seconds)
        assert self.process.exitcode is not None, f"still runs after {seconds} s"
        return Ended(self.process.exitcode, *(path.read_text(encoding="utf-8") for path in (self.out, self.err)))


@contextmanager
def started(
    function: Callable[..., object],
    *arguments: object,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Started]:
    """Call a module's function in a process of its own, which has ended with the context."""
    with tempfile.TemporaryDirectory() as scratch:
        out, err = Path(scratch, "out"), Path(scratch, "err")
        settings = {**os.environ, **(environment or {})}
        process = _SERVER.Process(target=_begin, args=(function, arguments, folder, settings, out, err))
        process.start()
        try:
            yield Started(process, out, err)
        finally:
            process.kill()
            process.join()
            process.close()


def run(function: Callable[..., object], *arguments: object, environment: Mapping[str, str] | None = None) -> Ended:
    """Call a module's function in a process of its own and wait."""
    with started(function, *arguments, environment=environment) as process:
        return process.end()


def run_command(*arguments: str, folder: Path) -> Ended:
    """Run a command of sqlwright in a folder and wait."""
    with started(command, *arguments, folder=folder) as process:
        return process.end()


def command(*arguments: str) -> NoReturn:
    """Be the command `sqlwright`."""
    from sqlwright.cli import main

    sys.exit(main(arguments))


def _begin(
    function: Callable[..., object],
    arguments: tuple[object, ...],
    folder: Path | None,
    environment: dict[str, str],
    out: Path,
    err: Path,
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder or Path.cwd())
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    function(*arguments)
