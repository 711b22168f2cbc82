"""Write examples in the forms other tools read.

    export(examples, "train.json", "instruction", schemas=schemas, needed_only=True)

Every form but "sqlwright" and "csv" carries the schema as text: from a mapping of schemas, rendered in a style and,
when asked, cut to the tables that the SQL needs; or from a function of the caller's. Files are written whole or not
at all.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from sqlwright.data._prose import compose
from sqlwright.errors import DataError, SqlError
from sqlwright.records import Example, Json, to_json, write_text
from sqlwright.schema import Schema, Style, render, subset
from sqlwright.sqlkit import tables_of

ExportFormat = Literal["sqlwright", "instruction", "completion", "chat", "csv"]
ROLE = "Write one SQL query that answers the question about the database below. Reply with the query alone."
"""What stands before the schema in instructions, prompts and system messages, unless the caller says otherwise."""

_COLUMNS = ("id", "db_id", "question", "sql", "evidence", "language", "dialect", "history")
SchemaText = Callable[[Example], str]


def export(
    examples: Iterable[Example],
    path: str | Path,
    format: ExportFormat,
    *,
    schemas: Mapping[str, Schema] | SchemaText | None = None,
    style: Style = "ddl",
    needed_only: bool = False,
    role: str = ROLE,
) -> int:
    """Write examples to a file, atomically, and return how many there were.

    Args:
        examples: what to write.
        path: the file; its folder is made.
        format: "sqlwright" and "completion" and "chat" are JSONL, "instruction" is a JSON array, "csv" has a header.
        schemas: schemas by db_id, or a function that returns the schema's text for an example; none leaves it out.
        style: how schemas are rendered.
        needed_only: only the tables that the example's SQL reads; the whole schema when the SQL names none of its own.
        role: text before the schema.

    Raises:
        DataError: an unknown format; or an example's database is not in `schemas`.
    """
    if format not in get_args(ExportFormat):
        raise DataError(f"unknown export format {format!r}; known: {', '.join(get_args(ExportFormat))}")
    rows = list(examples)
    schema_text = schemas if callable(schemas) else _renderer(schemas, style, needed_only)

    def told(example: Example) -> str:
        return "\n\n".join(part for part in (role, schema_text(example)) if part)

    if format == "csv":
        write_text(path, _csv(rows))
    elif format == "instruction":
        write_text(
            path, json.dumps([_instruction(row, told(row)) for row in rows], ensure_ascii=False, indent=1) + "\n"
        )
    elif format == "sqlwright":
        write_text(path, _jsonl(to_json(row) for row in rows))
    else:
        record = _completion if format == "completion" else _chat
        write_text(path, _jsonl(record(row, told(row)) for row in rows))
    return len(rows)


def _renderer(schemas: Mapping[str, Schema] | None, style: Style, needed_only: bool) -> SchemaText:
    if schemas is None:
        return lambda example: ""

    @lru_cache(maxsize=4096)
    def rendered(db_id: str, tables: frozenset[str]) -> str:
        schema = schemas[db_id]
        return render(subset(schema, tables) if tables else schema, style)

    def text(example: Example) -> str:
        if example.db_id not in schemas:
            raise DataError(f"example {example.id}: there is no schema of database {example.db_id!r}")
        return rendered(example.db_id, _needed(example, schemas[example.db_id]) if needed_only else frozenset())

    return text


def _needed(example: Example, schema: Schema) -> frozenset[str]:
    try:
        return frozenset(name for name in tables_of(example.sql, example.dialect) if schema.has(name))
    except SqlError:
        return frozenset()


def _instruction(example: Example, told: str) -> Json:
    record: Json = {"id": example.id, "db_id": example.db_id, "instruction": told}
    record["input"] = compose(example.question, example.evidence) if example.evidence else example.question
    record["output"] = example.sql
    if example.history:
        record["history"] = [[turn.question, turn.sql] for turn in example.history]
    return record


def _completion(example: Example, told: str) -> Json:
    asked = compose(example.question, example.evidence, example.history)
    prompt = f"{told}\n\n{asked}" if told else asked
    return {"id": example.id, "db_id": example.db_id, "prompt": prompt, "completion": example.sql}


def _chat(example: Example, told: str) -> Json:
    """Earlier turns stand in the user's message, so that a record asks for, and is trained on, one answer."""
    messages = [{"role": "system", "content": told}] if told else []
    messages.append({"role": "user", "content": compose(example.question, example.evidence, example.history)})
    messages.append({"role": "assistant", "content": example.sql})
    return {"id": example.id, "db_id": example.db_id, "messages": messages}


def _csv(rows: Iterable[Example]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        turns = [{"question": turn.question, "sql": turn.sql} for turn in row.history]
        history = json.dumps(turns, ensure_ascii=False) if turns else ""
        writer.writerow((row.id, row.db_id, row.question, row.sql, row.evidence, row.language, row.dialect, history))
    return out.getvalue()


def _jsonl(records: Iterable[Json]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
