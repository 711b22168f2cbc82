"""Dynamic batching: one thread runs the model, and gathers what other threads ask of it meanwhile.

    batcher = Batcher(engine, window=0.005, most=32)
    batcher.generate(prompts, max_new_tokens=64)     # from any thread; returns that thread's own results

Where the engine can open a batch, a call joins it as soon as there is room (`joining`). Where it cannot, the calls that
wait run together once the model is free (`calls`); those that differ in their settings never share a batch. A free
model waits at most `window` seconds for company, and not at all once `most` prompts are together. A call whose ticket
is cancelled is dropped.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError
from itertools import count
from time import monotonic
from typing import Any

from sqlwright.records import Prompt
from sqlwright.serve.calls import Call, call_of, run
from sqlwright.serve.joining import Joining
from sqlwright.serve.ticket import TICKET, Cancelled


class Batcher:
    """An engine for many threads; whatever but generating is asked of it, the engine inside answers."""

    def __init__(
        self, engine: Any, *, window: float, most: int, observe: Callable[[int], None] = lambda size: None
    ) -> None:
        """Start the thread.

        Args:
            window: seconds that a call waits for others.
            most: prompts that go through the model at once.
            observe: called with the size of every batch; of one that others join, whenever they do.
        """
        self.engine = engine
        self._window, self._most, self._observe = window, most, observe
        self._calls: deque[Call] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._numbers = count()
        self._joining = Joining(engine, most, observe)
        self._thread = threading.Thread(target=self._work, name="sqlwright-engine", daemon=True)
        self._thread.start()

    def generate(self, prompts: Sequence[Prompt], **settings: Any) -> list[Any]:
        """Do as the engine's `generate` does, in a batch with other threads' prompts. Raises Cancelled."""
        return self._submit("generate", prompts, settings)

    def candidates(self, prompts: Sequence[Prompt], **settings: Any) -> list[Any]:
        """Do as the engine's `candidates` does, in a batch with other threads' prompts. Raises Cancelled."""
        return self._submit("candidates", prompts, settings)

    def __getattr__(self, name: str) -> Any:
        """Return what the engine has under this name."""
        return getattr(self.engine, name)

    @property
    def waiting(self) -> int:
        """How many calls have not begun."""
        return len(self._calls)

    def close(self) -> None:
        """Finish what is waiting, and end the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _submit(self, method: str, prompts: Sequence[Prompt], settings: Mapping[str, Any]) -> list[Any]:
        ticket = TICKET.get()
        if ticket is not None and ticket.room is not None and "max_new_tokens" in settings:
            settings = {**settings, "max_new_tokens": min(ticket.room, settings["max_new_tokens"])}
        call = call_of(method, prompts, settings, lambda: str(next(self._numbers)), ticket)
        if ticket is not None:
            ticket.read.extend(prompts)
            ticket.hold(call.future)
        with self._changed:
            if self._closed:
                raise Cancelled("the server stops")
            self._calls.append(call)
            self._changed.notify()
        try:
            return call.future.result()
        except CancelledError:
            raise Cancelled("the client has gone") from None

    def _work(self) -> None:
        while (calls := self._gather()) is not None:
            begun = [call for call in calls if call.future.set_running_or_notify_cancel()]
            if begun and self._joining.fits(begun[0]):
                self._joining.take(begun)
            elif begun:
                self._observe(sum(len(call.prompts) for call in begun))
                run(self.engine, begun)
            if self._joining.busy:
                self._joining.step()

    def _gather(self) -> list[Call] | None:
        """Return calls that may run together, waiting for one and its company while there is nothing else to do.

        None when there will be no more.
        """
        with self._changed:
            if not self._joining.busy:
                while not self._calls:
                    if self._closed:
                        return None
                    self._changed.wait()
                until = monotonic() + self._window
                while len(self._calls) < self._most and not self._closed and (left := until - monotonic()) > 0:
                    self._changed.wait(left)
            return self._take() if self._calls else []

    def _take(self) -> list[Call]:
        """Take the first call and those that may run with it, as many prompts as there is room for."""
        first, size = self._calls[0], 0
        most = self._joining.room if self._joining.busy else self._most
        taken, kept = [], deque[Call]()
        for call in self._calls:
            if call.future.cancelled():
                taken.append(call)
            elif call.joins(first) and size < most and (not size or size + len(call.prompts) <= most):
                taken.append(call)
                size += len(call.prompts)
            else:
                kept.append(call)
        self._calls = kept
        return taken
