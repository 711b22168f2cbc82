"""What a stage tells its caller, and how it reports progress on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Progress = Callable[[str, int, int, str], None]
"""Called with what is being done, how much is done, of how much (0 when that is not known), and a note."""


def silent(what: str, done: int, total: int, note: str = "") -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a stage did."""

    stage: str
    wrote: tuple[Path, ...]
    """The files and folders it wrote, or found written."""
    counts: dict[str, Any]
    unchanged: bool = False
    """Whether there was nothing to do, since an earlier run had the same inputs and settings."""
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the outcome as a JSON object."""
        return {
            "stage": self.stage,
            "unchanged": self.unchanged,
            "seconds": self.seconds,
            "wrote": [str(path) for path in self.wrote],
            **self.counts,
        }
