"""Predictions that are kept as they come, so that a run which is killed goes on where it stopped.

with Partial(out, key) as kept:          # `out`.part beside the file that is to be written
    kept.found                           # what an earlier run with the same key wrote
    kept.add(prediction)                 # on the disk before the call returns
partial_of(out).unlink()                 # when the whole file is written
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from sqlwright.errors import DataError
from sqlwright.records import Prediction, from_json, to_json


def partial_of(out: Path) -> Path:
    """Return the file that holds a part of `out`."""
    return out.with_name(f".{out.name}.part")


class Partial:
    """The part of a file of predictions that is there already; the first line tells what they rest on."""

    def __init__(self, out: Path, key: str) -> None:
        """Read what is there; another key's is not taken over, and half a line at the end is dropped."""
        self.path = partial_of(out)
        self.found: dict[str, Prediction] = {}
        self._key = key
        self._whole = self._read()
        self._file: BinaryIO | None = None

    def add(self, prediction: Prediction) -> None:
        """Keep a prediction."""
        self.found[prediction.id] = prediction
        self._write(json.dumps(to_json(prediction), ensure_ascii=False))

    def __enter__(self) -> Partial:
        """Open the file for what is to come."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("r+b" if self._whole else "wb")
        self._file.truncate(self._whole)
        self._file.seek(self._whole)
        if not self._whole:
            self._write(json.dumps({"key": self._key}))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file; it stays."""
        if self._file is not None:
            os.fsync(self._file.fileno())
            self._file.close()

    def _write(self, line: str) -> None:
        assert self._file is not None, "use it in a with"
        self._file.write(line.encode() + b"\n")
        self._file.flush()  # survives the end of the process, if not that of the machine

    def _read(self) -> int:
        """Fill `found` and return how many bytes of the file hold whole lines of this key."""
        try:
            lines = self.path.read_bytes().splitlines(keepends=True)
            if not lines or json.loads(lines[0]) != {"key": self._key}:
                return 0
            whole = len(lines[0])
            for line in lines[1:]:
                if not line.endswith(b"\n"):
                    break
                one = from_json(Prediction, json.loads(line))
                self.found[one.id] = one
                whole += len(line)
        except (OSError, ValueError, DataError):
            self.found.clear()
            return 0
        return whole
