"""Says in one line that the disk or the memory is full, whichever library noticed and however it puts it."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors import SafetensorError

from sqlwright.errors import ResourceError

_LITTLE = 1 << 20
"""Bytes; a file that could not be written where less is free has filled the disk."""


@contextmanager
def limits(out: Path) -> Iterator[None]:
    """Turn errors of a full disk or memory in the `with` into a ResourceError that says what to change."""
    try:
        yield
    except (OSError, RuntimeError, MemoryError, SafetensorError) as error:
        if _disk_is_full(error, out):
            raise ResourceError(
                f"{out}: no space left on the disk; free some and start again: the last whole checkpoint is kept"
            ) from None
        if out_of_memory(error):
            raise ResourceError(
                f"out of memory ({first_sentence(error)}); set sequence_tokens lower, gradient_checkpointing to 'on', "
                "or method to 'lora' or 'qlora'. The last checkpoint is kept"
            ) from None
        raise


def out_of_memory(error: BaseException) -> bool:
    """Return whether an error says that a device's or the machine's memory does not suffice."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or "can't allocate memory" in str(error)


def first_sentence(error: BaseException) -> str:
    """Return what an error says first, without where in its library."""
    text = str(error).split("] ")[-1]
    return text.split(". ")[0].strip() or type(error).__name__


def _disk_is_full(error: BaseException, out: Path) -> bool:
    if getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error):
        return True
    # torch.save tells that a write failed, not why.
    place = next(folder for folder in (out, *out.resolve().parents) if folder.exists())
    return "PytorchStreamWriter" in str(error) and shutil.disk_usage(place).free < _LITTLE
