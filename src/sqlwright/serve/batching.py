"""Dynamic batching: one thread runs the model, and gathers what other threads ask of it meanwhile.

    batcher = Batcher(engine, window=0.005, most=32)
    batcher.generate(prompts, max_new_tokens=64)     # from any thread; returns that thread's own results

Once the model is free, a call waits at most `window` seconds for company, and not at all once `most` prompts are
together. Calls that differ in their settings never share a batch. One whose ticket is cancelled is dropped before it
runs.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from itertools import count
from time import monotonic
from typing import Any

from sqlwright.errors import SqlwrightError
from sqlwright.records import Prompt


class Cancelled(SqlwrightError):
    """Nobody waits for the result any more."""


@dataclass(slots=True)
class Ticket:
    """A request's right to be worked on, which ends when the client goes; and what the model is given for it."""

    room: int | None = None
    """Most tokens of one answer, where the request wants fewer than its thread asks for."""
    read: list[Prompt] = field(default_factory=list)
    """The prompts so far."""
    cancelled: bool = False
    _waiting: Future[list[Any]] | None = None

    def cancel(self) -> None:
        """Drop what has not begun, and refuse what comes later."""
        self.cancelled = True
        if self._waiting is not None:
            self._waiting.cancel()

    def hold(self, future: Future[list[Any]]) -> None:
        """Note what the request waits for. Raises Cancelled."""
        self._waiting = future
        if self.cancelled:  # set after, or seen here: either way the future does not run for nobody
            raise Cancelled("the client has gone")


TICKET: ContextVar[Ticket | None] = ContextVar("sqlwright-ticket", default=None)
"""The ticket of the request that the present thread works for."""


@dataclass(slots=True)
class _Call:
    """What one thread wants."""

    method: str
    prompts: list[Prompt]
    shared: dict[str, Any]
    """Settings that must be the same throughout a batch."""
    own: dict[str, dict[str, Any]]
    """Settings by prompt id."""
    names: list[str]
    """The prompts' ids as the caller knows them."""
    future: Future[list[Any]] = field(default_factory=Future)

    def joins(self, other: _Call) -> bool:
        """Return whether both may run in one batch."""
        return self.method == other.method and self.shared == other.shared


class Batcher:
    """An engine for many threads; whatever but generating is asked of it, the engine inside answers."""

    def __init__(
        self, engine: Any, *, window: float, most: int, observe: Callable[[int], None] = lambda size: None
    ) -> None:
        """Start the thread.

        Args:
            window: seconds that a call waits for others.
            most: prompts that go through the model at once.
            observe: called with the size of every batch.
        """
        self.engine = engine
        self._window, self._most, self._observe = window, most, observe
        self._calls: deque[_Call] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._numbers = count()
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
        call = self._call(method, prompts, settings)
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

    def _call(self, method: str, prompts: Sequence[Prompt], settings: Mapping[str, Any]) -> _Call:
        """Return a call whose prompts have ids that no other's have."""
        names = [prompt.id for prompt in prompts]
        fresh = {name: str(next(self._numbers)) for name in names}
        by_id = {
            key: {fresh[name]: item for name, item in value.items() if name in fresh}
            for key, value in settings.items()
            if isinstance(value, Mapping)
        }
        shared = {key: value for key, value in settings.items() if key not in by_id}
        return _Call(method, [replace(prompt, id=fresh[prompt.id]) for prompt in prompts], shared, by_id, names)

    def _work(self) -> None:
        while (batch := self._gather()) is not None:
            running = [call for call in batch if call.future.set_running_or_notify_cancel()]
            if running:
                self._observe(sum(len(call.prompts) for call in running))
                self._run(running)

    def _gather(self) -> list[_Call] | None:
        """Wait for a call and its company; None when there will be no more."""
        with self._changed:
            while not self._calls:
                if self._closed:
                    return None
                self._changed.wait()
            until = monotonic() + self._window
            while len(self._calls) < self._most and not self._closed and (left := until - monotonic()) > 0:
                self._changed.wait(left)
            first, size = self._calls[0], 0
            taken, kept = [], []
            for call in self._calls:
                if call.future.cancelled():
                    taken.append(call)
                elif call.joins(first) and (not size or size + len(call.prompts) <= self._most):
                    taken.append(call)
                    size += len(call.prompts)
                else:
                    kept.append(call)
            self._calls = deque(kept)
            return taken

    def _run(self, calls: list[_Call]) -> None:
        """Run calls together; when that fails, each by itself, so that one bad prompt fails nobody else's."""
        try:
            found = self._results(calls)
        except Exception as error:
            if len(calls) == 1:
                calls[0].future.set_exception(error)
                return
            for call in calls:
                self._run([call])
            return
        at = 0
        for call in calls:
            own = found[at : at + len(call.prompts)]
            at += len(call.prompts)
            call.future.set_result([_named(item, name) for item, name in zip(own, call.names, strict=True)])

    def _results(self, calls: list[_Call]) -> list[Any]:
        own: dict[str, dict[str, Any]] = {}
        for call in calls:
            for key, values in call.own.items():
                own.setdefault(key, {}).update(values)
        prompts = [prompt for call in calls for prompt in call.prompts]
        results: list[Any] = getattr(self.engine, calls[0].method)(prompts, **calls[0].shared, **own)
        return results


def _named(result: Any, name: str) -> Any:
    """Return a result under the id that its caller knows; lists of candidates have none."""
    return replace(result, id=name) if hasattr(result, "id") else result
