"""What running a statement gives, and the limits it runs under."""

from __future__ import annotations

import marshal
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal, Protocol

Row = tuple[Any, ...]
Status = Literal["ok", "error", "timeout", "too-large", "refused"]
"""What became of a statement: "error" is the database's word that it cannot be run (no such table, no SQL at all),
"refused" the session's or the database's word that it might be run but is not let to, since it would do something
else than read: write, change a setting, reach a file. A read-only session needs no look at the text to tell: SQLite's
authorizer, DuckDB's kinds of statements and the servers' read-only transactions say so."""
_DIGITS = 38
"""Digits up to which a whole decimal becomes a JSON number: the widest that engines have."""
Undecodable = Literal["replace", "ignore"]
"""What becomes of bytes in text that are no UTF-8: U+FFFD in their place, or nothing."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a statement may take."""

    seconds: float = 5.0
    rows: int = 10_000
    bytes: int = 20_000_000
    """Of the whole result, counted as it is fetched: its text and blobs, and a few bytes for each number. In SQLite no
    value may be longer either, also within the statement."""


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

    def json_rows(self) -> list[list[Any]]:
        """Return the rows as JSON can hold them; see `json_value`."""
        return [[json_value(value) for value in row] for row in self.rows]


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

    def fetch(self, sql: str, limits: Limits, rows: int) -> Fetched:
        """Run one statement and return at most `rows` of its rows, within the limits. Raises Failure."""

    def close(self) -> None:
        """Close the connection."""


def json_value(value: object) -> Any:
    """Return a driver's value as JSON holds it, so that every JSON writer takes it and every reader understands it.

    Dates and times become ISO 8601; decimals a number where that is exact, else text; bytes "0x" and hexadecimal
    digits; NaN and the infinities, for which JSON has no numbers, "NaN", "Infinity" and "-Infinity"; half of a
    surrogate pair U+FFFD; lists and maps what JSON has for them; anything else its text.
    """
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, float):
        return value if math.isfinite(value) else _not_finite(value)
    if isinstance(value, Decimal):
        return _json_decimal(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "0x" + bytes(value).hex()
    if isinstance(value, Mapping):
        return {str(json_value(key)): json_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [json_value(item) for item in value]
    return json_value(str(value))


def _json_decimal(value: Decimal) -> int | float | str:
    if not value.is_finite():
        return _not_finite(float(value)) if not value.is_snan() else "NaN"
    if value == value.to_integral_value() and value.adjusted() < _DIGITS:
        return int(value)
    number = float(value)
    return number if math.isfinite(number) and Decimal(repr(number)) == value else str(value)


def _not_finite(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def collect(
    fetchmany: Callable[[int], list[Row]], columns: tuple[str, ...], rows: int, size: int, portion: int = 64
) -> Fetched:
    """Fetch rows in portions until there are no more, or more than `rows`, or they hold more than `size` bytes.

    Args:
        fetchmany: as a DB-API cursor has it, giving tuples.
        portion: rows that may be held before their bytes are counted.
    """
    found: list[Row] = []
    left = size
    while True:
        wanted = min(portion, rows + 1 - len(found))
        part = fetchmany(wanted)
        left -= _size(part)
        if found:
            found += part
        else:
            found = part
        if left < 0:
            return Fetched(columns, found[:rows], f"more than {size} bytes of result")
        if len(part) < wanted:
            return Fetched(columns, found)
        if len(found) > rows:
            return Fetched(columns, found[:rows], f"more than {rows} rows")


def _size(rows: list[Row]) -> int:
    """Return about how many bytes the values take: as marshal writes them, several times faster than adding up."""
    try:
        return len(marshal.dumps(rows, 2))
    except ValueError:  # values that marshal does not know, such as dates and decimals
        return sum([_size_of(value) for row in rows for value in row])


def _size_of(value: object) -> int:
    if isinstance(value, (str, bytes)):
        return len(value)
    return 8 if isinstance(value, (int, float, type(None))) else len(str(value))
