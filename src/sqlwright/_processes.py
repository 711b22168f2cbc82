"""What torchrun (or accelerate launch) says of this process: which of how many it is. Alone, it is the only one."""

from __future__ import annotations

import os


def rank() -> int:
    """Return this process's number; the first one, 0, writes files and talks to people."""
    return int(os.environ.get("RANK", "0"))


def local_rank() -> int:
    """Return this process's number on its machine, which is that of its GPU."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def processes() -> int:
    """Return how many processes, on all machines, do the same work together."""
    return int(os.environ.get("WORLD_SIZE", "1"))
