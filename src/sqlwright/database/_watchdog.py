"""One thread that calls back when a deadline passes, so that a query need not start a timer of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic


class Watchdog:
    """Calls `interrupt` when a deadline passes that was not disarmed in time."""

    def __init__(self, interrupt: Callable[[], None]) -> None:
        self._interrupt = interrupt
        self._condition = threading.Condition()
        self._deadline: float | None = None
        self._closed = False
        self.fired = False
        self._thread = threading.Thread(target=self._watch, name="sqlwright-watchdog", daemon=True)
        self._thread.start()

    def arm(self, seconds: float) -> None:
        """Start counting."""
        with self._condition:
            self.fired = False
            self._deadline = monotonic() + seconds
            self._condition.notify()

    def disarm(self) -> None:
        """Stop counting; after this returns, no interrupt is under way."""
        with self._condition:
            self._deadline = None

    def close(self) -> None:
        """End the thread."""
        with self._condition:
            self._closed = True
            self._condition.notify()
        self._thread.join()

    def _watch(self) -> None:
        with self._condition:
            while not self._closed:
                if self._deadline is None:
                    self._condition.wait()
                elif (left := self._deadline - monotonic()) > 0:
                    self._condition.wait(left)
                else:
                    self._deadline = None
                    self.fired = True
                    self._interrupt()
