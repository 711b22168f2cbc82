"""The reference pages are those that the program would write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parents[2] / "docs" / "gen_cli.py"


def test_the_reference_is_up_to_date() -> None:
    done = subprocess.run([sys.executable, str(PROGRAM), "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_drift_is_found(tmp_path: Path) -> None:
    program = tmp_path / "gen_cli.py"
    program.write_bytes(PROGRAM.read_bytes())
    assert subprocess.run([sys.executable, str(program)], check=False).returncode == 0
    page = tmp_path / "reference" / "config.md"
    page.write_text(page.read_text(encoding="utf-8").replace("`rank`", "`rnk`"), encoding="utf-8")
    done = subprocess.run([sys.executable, str(program), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "config.md is out of date; run: python docs/gen_cli.py\n"
