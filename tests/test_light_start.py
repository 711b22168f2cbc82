"""`import sqlwright` and `sqlwright --help` load nothing heavy; the time is printed, since a busy machine is slow."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

HEAVY = ("torch", "transformers", "peft", "sqlalchemy", "sqlglot", "duckdb", "fastapi", "numpy", "pandas")
GENEROUS = 10.0
"""Seconds; a fresh process with a cold disk on a busy machine."""


@pytest.mark.parametrize(
    "start",
    [
        "import sqlwright",
        "from sqlwright.cli import main; assert main(['--help']) == 0",
        "from sqlwright.cli import main; assert main(['train', '--help']) == 0",
        "from sqlwright.cli import main; assert main(['data']) == 0",
        "from sqlwright.cli import main; assert main(['--version']) == 0",
    ],
)
def test_starting_loads_nothing_heavy(start: str) -> None:
    program = f"{start}\nimport sys\nsys.stderr.write(' '.join(m for m in {HEAVY!r} if m in sys.modules))"
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    print(f"{start}: {seconds:.2f} s")
    assert (done.returncode, done.stderr) == (0, "")
    assert seconds < GENEROUS


@pytest.mark.parametrize("own", ["", "active"])
def test_threads_that_wait_leave_the_processor_to_others(own: str) -> None:
    program = "import sqlwright, os, sys; sys.stderr.write(os.environ['OMP_WAIT_POLICY'])"
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    environment |= {"OMP_WAIT_POLICY": own} if own else {}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stderr) == (0, own or "passive")
