"""Takes requests' work: each in a thread, so many at most, and stopped when its client goes.

task = desk.start(work)            # Busy, when as many run already
result = await task.result(request)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Generic, TypeVar

from starlette.requests import Request

from sqlwright.errors import SqlwrightError
from sqlwright.serve.ticket import TICKET, Ticket

T = TypeVar("T")


class Busy(SqlwrightError):
    """As many requests are waiting as may."""


class Gone(SqlwrightError):
    """The client did not wait for its answer."""


class Task(Generic[T]):
    """Work that is under way."""

    def __init__(self, future: asyncio.Future[T], ticket: Ticket) -> None:
        self.future = future
        self._ticket = ticket

    def cancel(self) -> None:
        """Stop what has not begun; of what has, the result is thrown away."""
        self._ticket.cancel()

    async def result(self, request: Request) -> T:
        """Wait for the result. Raises Gone when the client goes first, and whatever the work raises."""
        gone = asyncio.ensure_future(_disconnected(request))
        both: set[asyncio.Future[Any]] = {self.future, gone}
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if not self.future.done():
                raise Gone("the client has gone")
            return self.future.result()
        finally:
            gone.cancel()
            if not self.future.done():
                self.cancel()


class Desk:
    """Threads for requests; belongs to an event loop."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._threads = ThreadPoolExecutor(most, thread_name_prefix="sqlwright-request")
        self._running: set[asyncio.Future[Any]] = set()

    @property
    def running(self) -> int:
        """How many requests are being worked on, or wait for the model."""
        return len(self._running)

    def start(self, work: Callable[[], T]) -> Task[T]:
        """Begin work. Raises Busy."""
        if len(self._running) >= self._most:
            raise Busy(f"{self._most} requests are waiting already; try again in a moment")
        ticket = Ticket()
        context = copy_context()
        context.run(TICKET.set, ticket)
        future = asyncio.get_running_loop().run_in_executor(self._threads, lambda: context.run(work))
        self._running.add(future)
        future.add_done_callback(self._done)
        return Task(future, ticket)

    async def close(self) -> None:
        """Wait until everything that was begun has ended."""
        while self._running:
            await asyncio.wait(set(self._running))
        self._threads.shutdown()

    def _done(self, future: asyncio.Future[Any]) -> None:
        self._running.discard(future)
        if not future.cancelled():
            future.exception()  # looked at, so that nobody complains of work whose client has gone


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
