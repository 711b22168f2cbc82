"""Runs jobs side by side, each in a process of its own, and takes each one's end as it comes.

    for name, code in work_off(commands, side_by_side=4, logs=out / "logs"):
        ...                                  # code as of subprocess: 0, or minus the signal that ended it

A process hears Ctrl-C through its parent, once, so that it can keep a checkpoint; it ends when its parent does.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from queue import SimpleQueue


def work_off(
    commands: Mapping[str, Sequence[str]], *, side_by_side: int, logs: Path, threads: int
) -> Iterator[tuple[str, int]]:
    """Run Python with these arguments, so many processes at once; yield each name and exit code as it ends.

    Args:
        logs: folder for `<name>.log`, with what a process wrote.
        threads: OMP_NUM_THREADS of each, where the environment does not say.

    Raises:
        KeyboardInterrupt: after all processes that ran have ended.
    """
    logs.mkdir(parents=True, exist_ok=True)
    environment = {
        "OMP_NUM_THREADS": str(threads),
        "TOKENIZERS_PARALLELISM": "false",
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    left = list(commands.items())
    running: dict[str, subprocess.Popen[bytes]] = {}
    ended: SimpleQueue[str] = SimpleQueue()
    try:
        while left or running:
            while left and len(running) < side_by_side:
                name, command = left.pop(0)
                running[name] = _start(command, logs / f"{name}.log", environment)
                threading.Thread(target=_tell, args=(running[name], name, ended), daemon=True).start()
            name = ended.get()
            yield name, _end(running.pop(name))
    except BaseException:
        for process in running.values():
            process.send_signal(signal.SIGINT)
        for process in running.values():
            _end(process)
        raise


def why(code: int, log: Path) -> str:
    """Return in words why a process gave no result: its exit code, and the last lines that it wrote."""
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n") if log.exists() else []
    last = " | ".join(line.strip() for line in lines if line.strip())
    told = f"ended by signal {-code} ({signal.Signals(-code).name})" if code < 0 else f"ended with code {code}"
    if code == -signal.SIGKILL:
        told += ", as when memory runs out"
    return f"its process was {told}: {last[-500:]}" if last else f"its process was {told}"


def _start(command: Sequence[str], log: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    with log.open("ab") as file:
        return subprocess.Popen(
            [sys.executable, *command],
            stdin=subprocess.PIPE,  # never written to: its end is the parent's
            stdout=file,
            stderr=file,
            env=dict(environment),
            start_new_session=True,  # a terminal's Ctrl-C is passed on below
        )


def _tell(process: subprocess.Popen[bytes], name: str, ended: SimpleQueue[str]) -> None:
    process.wait()
    ended.put(name)


def _end(process: subprocess.Popen[bytes]) -> int:
    code = process.wait()
    assert process.stdin is not None
    process.stdin.close()
    return code
