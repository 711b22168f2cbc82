"""sqlwright's own JSONL: one `Example` a line, as `records.write_jsonl` writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from sqlwright.data._context import Context
from sqlwright.data._fields import BadRecord, checked, mapping, sequence, text
from sqlwright.errors import DataError
from sqlwright.records import Example, from_json

_NAMES = frozenset(field.name for field in fields(Example))
_TEXTS = ("language", "dialect", "evidence", "source")


def recognise(record: Mapping[str, object]) -> bool:
    """Return whether the record has the required fields of an Example and no others than an Example's.

    A row of CSV with these columns is not: its empty cells would be values.
    """
    fits = {"id", "db_id", "question", "sql"} <= record.keys() <= _NAMES and isinstance(record["sql"], str)
    return fits and not isinstance(record.get("history"), str) and all(record.get(key) != "" for key in _TEXTS)


def convert(record: Mapping[str, object], number: int, context: Context) -> Iterator[Example]:
    """Yield the example. The question may be empty (query logs have none), the SQL may not."""
    text(record, "id"), text(record, "db_id"), text(record, "sql"), text(record, "question", empty=True)
    for key in _TEXTS:
        checked(record.get(key, ""), repr(key))
    mapping(record.get("meta", {}), "'meta'")
    for turn in sequence(record.get("history", []), "'history'"):
        turn = mapping(turn, "a turn of 'history'")
        text(turn, "question"), text(turn, "sql")
        if len(turn) > 2:
            raise BadRecord("a turn of 'history' has more than 'question' and 'sql'")
    try:
        yield from_json(Example, dict(record), where="record")
    except DataError as error:
        raise BadRecord(str(error).removeprefix("record: ")) from None
