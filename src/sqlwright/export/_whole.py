"""Files and folders that appear whole or not at all: written beside their place, synced, then renamed."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlwright._folders import replace_folder, sync
from sqlwright.errors import ConfigError, ResourceError

_FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)


@contextmanager
def whole_folder(out: Path, *, force: bool = False) -> Iterator[Path]:
    """Give an empty folder to write into, which becomes `out` when the `with` ends without an error.

    Args:
        force: replace what is at `out`.

    Raises:
        ConfigError: `out` is there already, and `force` is off.
        ResourceError: the disk is full.
    """
    with _beside(out, force=force) as temporary:
        yield temporary
        temporary.chmod(0o755)
        sync(temporary)


@contextmanager
def whole_file(out: Path, *, force: bool = False) -> Iterator[Path]:
    """Give the path of a file to write, which becomes `out` when the `with` ends; otherwise as `whole_folder`.

    Other files may be written beside it on the way; they are removed.
    """
    with _beside(out, force=force, inner=out.name) as temporary:
        file = temporary / out.name
        yield file
        sync(file)


def room_for(out: Path, size: int) -> None:
    """Raise ResourceError when the disk of `out` has not `size` bytes left."""
    free = shutil.disk_usage(_existing(out)).free
    if free < size:
        raise ResourceError(
            f"{out}: needs {size / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free; free some, or choose another --out"
        )


@contextmanager
def _beside(out: Path, *, force: bool, inner: str = "") -> Iterator[Path]:
    if out.exists() and not force:
        raise ConfigError(f"{out}: is there already; give --force to replace it, or another --out")
    if out.is_dir() and inner:
        raise ConfigError(f"{out}: is a folder; name a file")
    out.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    try:
        yield temporary
        made = temporary / inner if inner else temporary
        if out.is_dir():
            replace_folder(made, out)
        else:
            made.replace(out)
    except Exception as error:
        if not _is_full(error):
            raise
        raise ResourceError(f"{out}: the disk is full, or takes no file so large; nothing was written") from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _is_full(error: Exception) -> bool:
    """Return whether an error says, in Python's words, safetensors' or numpy's, that the disk takes no more."""
    if getattr(error, "errno", None) in _FULL or any(os.strerror(number) in str(error) for number in _FULL):
        return True
    return isinstance(error, OSError) and re.search(r"\d+ requested and \d+ written", str(error)) is not None


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.absolute().parent)
