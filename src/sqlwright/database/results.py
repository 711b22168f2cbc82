"""What running a statement gives, and the limits it runs under."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Row = tuple[Any, ...]
Status = Literal["ok", "error", "timeout", "too-large"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a statement may take."""

    seconds: float = 5.0
    rows: int = 10_000
    bytes: int = 20_000_000
    """Of result text and blobs together, counted as they are fetched; numbers count eight bytes each."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a statement."""

    status: Status
    columns: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    """The rows as the driver gave them; with "too-large", those fetched before a limit was met."""
    seconds: float = 0.0
    error: str = ""
    """The database's own message when the status is not "ok"."""

    @property
    def ok(self) -> bool:
        """Whether the statement ran to its end within the limits."""
        return self.status == "ok"


class Failure(Exception):
    """A statement did not run to its end; raised by sessions, turned into a Result by the executor."""

    def __init__(self, status: Status, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(slots=True)
class Fetched:
    """The columns and rows of a statement, and what stopped the fetching, if anything did."""

    columns: tuple[str, ...]
    rows: list[Row]
    stopped: str = ""


class Session(Protocol):
    """An open, read-only connection of one engine."""

    def fetch(self, sql: str, limits: Limits) -> Fetched:
        """Run one statement and return its rows within the limits. Raises Failure."""

    def close(self) -> None:
        """Close the connection."""


def collect(fetchmany: Callable[[int], Sequence[Sequence[Any]]], columns: tuple[str, ...], limits: Limits) -> Fetched:
    """Fetch rows in portions until there are no more or a limit is met."""
    rows: list[Row] = []
    size, wanted = 0, 64
    while len(rows) <= limits.rows and size <= limits.bytes:
        wanted = min(wanted, limits.rows + 1 - len(rows))
        portion: list[Row] = [tuple(row) for row in fetchmany(wanted)]
        rows += portion
        size += sum([len(value) if isinstance(value, (str, bytes)) else 8 for row in portion for value in row])
        if len(portion) < wanted and size <= limits.bytes:
            return Fetched(columns, rows)
        wanted = 512
    if len(rows) > limits.rows:
        return Fetched(columns, rows[: limits.rows], f"more than {limits.rows} rows")
    return Fetched(columns, rows, f"more than {limits.bytes} bytes of result")
