"""Typed access to the fields of a raw record, with a reason a person can act on when one is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sqlwright.errors import DataError

_SURROGATE = re.compile(r"[\ud800-\udfff]")


class BadRecord(DataError):
    """One record is malformed; the message is the reason alone, the caller knows file and line."""


def mapping(value: object, what: str = "record") -> Mapping[str, object]:
    """Return `value` as an object. Raises BadRecord."""
    if not isinstance(value, Mapping):
        raise BadRecord(f"{what} is {kind(value)}, expected an object")
    return value


def sequence(value: object, what: str) -> Sequence[object]:
    """Return `value` as a list. Raises BadRecord."""
    if not isinstance(value, list | tuple):
        raise BadRecord(f"{what} is {kind(value)}, expected a list")
    return value


def text(record: Mapping[str, object], key: str, *, empty: bool = False) -> str:
    """Return the field `key`, stripped; with `empty` it may hold only white space.

    Raises:
        BadRecord: the field is missing, no text, empty, or not valid Unicode.
    """
    if key not in record:
        raise BadRecord(f"{key!r} is missing")
    out = checked(record[key], repr(key)).strip()
    if not out and not empty:
        raise BadRecord(f"{key!r} is empty")
    return out


def optional(record: Mapping[str, object], key: str) -> str:
    """Return the field `key` as stripped text, "" when it is absent or null. Raises BadRecord for any other type."""
    return "" if record.get(key) is None else text(record, key, empty=True)


def integer(record: Mapping[str, object], key: str) -> int:
    """Return the field `key` as a whole number. Raises BadRecord."""
    value = record.get(key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadRecord(f"{key!r} is {'missing' if value is None else kind(value) + ', expected a whole number'}")
    return value


def checked(value: object, what: str) -> str:
    """Return `value` when it is text that can be written as UTF-8. Raises BadRecord."""
    if not isinstance(value, str):
        raise BadRecord(f"{what} is {kind(value)}, expected text")
    if _SURROGATE.search(value):
        raise BadRecord(f"{what} is not valid UTF-8; convert the file, for example: iconv -f latin1 -t utf-8")
    return value


def kind(value: object) -> str:
    """Return the JSON name of a value's type, with its article, for messages."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "an object" if isinstance(value, Mapping) else "a list"
