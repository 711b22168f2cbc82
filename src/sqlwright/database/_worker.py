"""The worker process of `run_many`: reads portions of jobs from standard input, writes each result when it is known.

Both ways carry frames: four bytes of length, then a pickle. Only the parent process writes to this pipe, so unpickling
what it sends is safe.
"""

from __future__ import annotations

import os
import pickle
import struct
import sys
from collections import OrderedDict
from typing import Any, BinaryIO

from sqlwright.database.executor import Executor, open_executor
from sqlwright.database.results import Limits, Result
from sqlwright.errors import SqlwrightError

LENGTH = struct.Struct("<I")
READY = LENGTH.pack(0)
"""An empty frame: what a worker says when it has started."""
_OPEN_AT_ONCE = 16


def frame(value: object) -> bytes:
    """Return a value as one frame."""
    body = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(body)) + body


def read_frame(pipe: BinaryIO) -> Any:
    """Return the next frame's value. Raises EOFError when the other side is gone."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    return pickle.loads(pipe.read(*LENGTH.unpack(head)))


def main() -> None:
    """Work until standard input ends."""
    incoming, outgoing = sys.stdin.buffer, os.dup(1)
    os.dup2(2, 1)  # whatever a driver prints must not stand between the frames
    _write(outgoing, READY)
    limits: Limits = read_frame(incoming)
    executors: OrderedDict[str, Executor] = OrderedDict()
    while True:
        try:
            jobs: list[tuple[str, str]] = read_frame(incoming)
        except EOFError:
            return
        for url, sql in jobs:
            _write(outgoing, frame(_run(executors, url, sql, limits)))


def _run(executors: OrderedDict[str, Executor], url: str, sql: str, limits: Limits) -> tuple[Any, ...]:
    try:
        executor = executors.get(url)
        if executor is None:
            if len(executors) >= _OPEN_AT_ONCE:
                executors.popitem(last=False)[1].close()
            executor = executors[url] = open_executor(url, limits)
        executors.move_to_end(url)
        result = executor.run(sql)
    except SqlwrightError as error:
        result = Result("error", error=str(error))
    return result.status, result.columns, result.rows, result.seconds, result.error


def _write(pipe: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(pipe, view) :]


if __name__ == "__main__":
    main()
