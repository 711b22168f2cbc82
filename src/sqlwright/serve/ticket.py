"""A request's right to be worked on: it ends when the client goes, whichever thread works for it by then."""

from __future__ import annotations

from concurrent.futures import Future
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from sqlwright.errors import SqlwrightError
from sqlwright.records import Prompt


class Cancelled(SqlwrightError):
    """Nobody waits for the result any more."""


@dataclass(slots=True)
class Ticket:
    """A request's right to be worked on; and what the model is given for it."""

    room: int | None = None
    """Most tokens of one answer, where the request wants fewer than its thread asks for."""
    read: list[Prompt] = field(default_factory=list)
    """The prompts so far."""
    cancelled: bool = False
    _waiting: Future[list[Any]] | None = None

    def cancel(self) -> None:
        """Drop what has not begun, stop what may be stopped, and refuse what comes later."""
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
