"""What a process knows of itself: which of how many it is, as torchrun (or accelerate launch) says, and its memory.

Alone, it is the only one.
"""

from __future__ import annotations

import os
import sys


def rank() -> int:
    """Return this process's number; the first one, 0, writes files and talks to people."""
    return int(os.environ.get("RANK", "0"))


def local_rank() -> int:
    """Return this process's number on its machine, which is that of its GPU."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def processes() -> int:
    """Return how many processes, on all machines, do the same work together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def peak_gib() -> float:
    """Return the most memory that this process has held so far, in GiB."""
    import resource  # not there on Windows

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**30 * (1 if sys.platform == "darwin" else 1024)
