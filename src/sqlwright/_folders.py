"""Puts what is written beside its place onto the disk, and then into its place, in one step."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path


def sync(path: Path) -> None:
    """Wait until a file, or everything within a folder, is on the disk."""
    for one in path.rglob("*") if path.is_dir() else (path,):
        handle = os.open(one, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def replace_folder(source: Path, target: Path) -> None:
    """Rename `source` to `target`, moving a folder that is already there out of the way first."""
    if target.exists():
        old = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.old."))
        target.rename(old / target.name)
        source.rename(target)
        shutil.rmtree(old)
    else:
        source.rename(target)
