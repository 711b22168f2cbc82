"""The reference data that benchmarks run on: beside the checkout, in ../shared/data, unless told otherwise.

And what their results say of the processor.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"


def held_out() -> list[str]:
    """Return the Spider training databases that the embedded base is not trained on."""
    return (ROOT / "recipes" / "base" / "heldout.txt").read_text(encoding="utf-8").split()


def unpacked(archive: str, folder: Path) -> Path:
    """Unpack an archive of the reference data into a folder and return it; end the program where it is missing."""
    path = DATA / archive
    if not path.is_file():
        sys.exit(f"{path}: not found; give the databases' folder as an option, or put the reference data there")
    subprocess.run(["tar", "--zstd", "-xf", str(path), "-C", str(folder)], check=True)
    return folder


def cpu() -> dict[str, Any]:
    """Return what a result says of the machine's processor."""
    return {"cpu": platform.processor() or platform.machine(), "cores": os.cpu_count()}


def machine() -> dict[str, Any]:
    """Return what a result says of the machine: its processor, and its GPU where torch finds one."""
    import torch

    return cpu() | ({"gpu": torch.cuda.get_device_name()} if torch.cuda.is_available() else {})
