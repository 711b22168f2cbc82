"""A worker process as its parent sees it: what it was sent, what it has answered, and when it is overdue."""

from __future__ import annotations

import os
import pickle
import selectors
import subprocess
import sys
from collections import deque
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import IO

from sqlwright.database._worker import LENGTH, frame
from sqlwright.database.results import Limits, Result

_START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Job:
    """A statement to run on a database; `key` is the caller's own mark."""

    key: Hashable
    url: str
    sql: str


class Worker:
    """A process that runs jobs in the order in which they are sent; the parent never blocks on a full pipe."""

    def __init__(self, selector: selectors.BaseSelector, limits: Limits, grace: float) -> None:
        self.waiting: deque[Job] = deque()
        """Jobs sent and not yet answered; the first is the one that runs."""
        self._selector = selector
        self._patience = limits.seconds + grace
        self._since = 0.0
        self._started = False
        self._incoming = bytearray()
        self._outgoing = bytearray()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sqlwright.database._worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,  # Ctrl-C is for the parent, which ends its workers
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        os.set_blocking(self._stdin.fileno(), False)
        os.set_blocking(self._stdout.fileno(), False)
        selector.register(self._stdout, selectors.EVENT_READ, self)
        self._write(frame(limits))

    @property
    def _stdin(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def _stdout(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    @property
    def deadline(self) -> float:
        """When the running job should have been answered, by the monotonic clock."""
        return self._since + self._patience + (0 if self._started else _START_SECONDS)

    @property
    def seconds(self) -> float:
        """How long the running job has been at it."""
        return monotonic() - self._since

    def overdue(self) -> bool:
        """Return whether the running job should have been answered, and no part of its answer is here."""
        return bool(self.waiting) and not self._incoming and monotonic() > self.deadline

    def send(self, jobs: Sequence[Job]) -> None:
        """Give the worker more to do."""
        if not jobs:
            return
        if not self.waiting:
            self._since = monotonic()
        self.waiting.extend(jobs)
        self._write(frame([(job.url, job.sql) for job in jobs]))

    def receive(self) -> bool:
        """Read what has come and send on what waits to be sent; return False when the process is gone."""
        self._write(b"")
        while True:
            data = self._stdout.read(1 << 20)
            if data is None:
                return True
            if not data:
                return False
            self._incoming += data

    def answers(self) -> Iterator[tuple[Job, Result]]:
        """Yield the jobs whose answers have come in full."""
        position, buffer = 0, self._incoming
        found = []
        while len(buffer) - position >= LENGTH.size:
            (length,) = LENGTH.unpack_from(buffer, position)
            start = position + LENGTH.size
            if len(buffer) < start + length:
                break
            if length:  # the first frame is empty: the process has started
                found.append(Result(*pickle.loads(buffer[start : start + length])))
            position = start + length
        if position:
            del buffer[:position]
            self._since = monotonic()
            self._started = True
        for result in found:
            yield self.waiting.popleft(), result

    def kill(self) -> None:
        """End the process at once."""
        for pipe in (self._stdin, self._stdout):
            if pipe in self._selector.get_map():
                self._selector.unregister(pipe)
        self._process.kill()
        self._stdin.close()
        self._stdout.close()
        self._process.wait()

    def _write(self, data: bytes) -> None:
        """Write as much as the pipe takes; the rest follows when the selector says that there is room."""
        self._outgoing += data
        try:
            while self._outgoing:
                written = self._stdin.write(self._outgoing)
                if not written:
                    break
                del self._outgoing[:written]
        except BrokenPipeError:
            self._outgoing.clear()  # the end of its answers tells that it is gone
        registered = self._stdin in self._selector.get_map()
        if self._outgoing and not registered:
            self._selector.register(self._stdin, selectors.EVENT_WRITE, self)
        elif not self._outgoing and registered:
            self._selector.unregister(self._stdin)
