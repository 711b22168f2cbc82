"""Files as raw records: JSON arrays, JSON Lines and CSV, each record with its number and line.

A record that cannot be read is yielded with its `problem`, so that one bad line neither hides nor ends the rest. Bytes
that are not UTF-8 are kept as lone surrogates, which `_fields` reports for the very field that holds them.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlwright.data._fields import BadRecord
from sqlwright.errors import DataError

_SPACE = re.compile(r"\s*")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Raw:
    """One record as it stands in the file; `number` counts records and `line` lines, both from 1."""

    number: int
    line: int
    value: object = None
    problem: str = ""
    """Why it could not be read; `value` is None then."""


def read_text(path: Path) -> str:
    """Return a file's text without its byte order mark and with line ends as they are.

    Raises:
        DataError: the file is missing, unreadable or holds no characters.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
    else:
        text = data.decode("utf-8", errors="surrogateescape").removeprefix("\ufeff")
    if not text.strip():
        raise DataError(f"{path}: the file is empty")
    return text


def iter_json(text: str) -> Iterator[Raw]:
    """Yield the records of a JSON array, a JSON object that wraps one, or JSON Lines.

    An array is read element by element: what stands before a syntax error or the end of a truncated file is still
    yielded.
    """
    start = _after_space(text, 0)
    if text[start] == "[":
        yield from _array(text, start)
        return
    wrapped = _wrapped(text, start)
    if wrapped is None:
        yield from _lines(text)
    else:
        yield from wrapped


def _after_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _array(text: str, start: int) -> Iterator[Raw]:
    position, line, number = start + 1, text.count("\n", 0, start) + 1, 0
    counted = start + 1
    while True:
        position = _after_space(text, position)
        line, counted = line + text.count("\n", counted, position), position
        if text[position : position + 1] == "]":
            rest = text[position + 1 :].strip()
            if rest:
                yield Raw(number + 1, line, problem=f"text after the end of the array: {rest[:20]!r}")
            return
        number += 1
        if position >= len(text):
            yield Raw(number, line, problem="the file ends inside the array; it looks truncated")
            return
        try:
            value, position = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            yield Raw(number, line, problem=f"{_not_json(error)}; the rest of the file cannot be read")
            return
        yield Raw(number, line, value)
        position = _after_space(text, position)
        if text[position : position + 1] == ",":
            position += 1
        elif position < len(text) and text[position] != "]":
            line += text.count("\n", counted, position)
            yield Raw(number + 1, line, problem="no comma between records; the rest of the file cannot be read")
            return


def _wrapped(text: str, start: int) -> list[Raw] | None:
    """Return the records of a file that is one JSON object over several lines, or None when it is not that."""
    try:
        value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or text[end:].strip():
        return None
    lists = [v for v in value.values() if isinstance(v, list) and v and all(isinstance(item, dict) for item in v)]
    if len(lists) == 1 and not any(key in value for key in ("question", "interaction", "messages", "conversations")):
        return [Raw(number, 1, item) for number, item in enumerate(lists[0], 1)]
    return [Raw(1, text.count("\n", 0, start) + 1, value)]


def _lines(text: str) -> Iterator[Raw]:
    number = 0
    for line, content in enumerate(text.split("\n"), 1):
        if not content.strip():
            continue
        number += 1
        try:
            yield Raw(number, line, json.loads(content))
        except (ValueError, RecursionError) as error:
            yield Raw(number, line, problem=_not_json(error))


def _not_json(error: ValueError | RecursionError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON ({error.msg})"
    return "not JSON (nested too deeply)" if isinstance(error, RecursionError) else f"not JSON ({error})"


def iter_csv(text: str) -> Iterator[Raw]:
    """Yield the rows of a CSV file with a header as objects; the separator is a comma, semicolon or tab."""
    header: list[str] = []
    number = 0
    for line, row in csv_rows(text, delimiter=_delimiter(text)):
        if isinstance(row, str):
            yield Raw(number + 1, line, problem=row)
        elif not header:
            header = [name.strip() for name in row]
        elif any(cell.strip() for cell in row):
            number += 1
            if len(row) == len(header):
                yield Raw(number, line, dict(zip(header, row, strict=True)))
            else:
                problem = f"{len(row)} cells under {len(header)} column names; quote cells that hold the separator"
                yield Raw(number, line, problem=problem)


def csv_rows(text: str, delimiter: str = ",") -> list[tuple[int, list[str] | str]]:
    """Return (first line, cells) of every row; a row that breaks the CSV rules ends the list as (line, reason)."""
    out: list[tuple[int, list[str] | str]] = []
    limit = csv.field_size_limit(2**31 - 1)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        first = 1
        try:
            for row in reader:
                out.append((first, row))
                first = reader.line_num + 1
        except csv.Error as error:
            out.append((first, f"not CSV ({error}); the rest of the file cannot be read"))
    finally:
        csv.field_size_limit(limit)
    return out


def _delimiter(text: str) -> str:
    header = text.lstrip().split("\n", 1)[0]
    return max(",;\t", key=header.count)


def load_json(text: str) -> object:
    """Return the value of a JSON text inside a cell. Raises BadRecord."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRecord(_not_json(error)) from None
