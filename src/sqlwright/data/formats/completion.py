"""`prompt` / `completion` records: schema and question in the prompt, SQL, bare or reasoned, in the completion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlwright._language import language_of
from sqlwright.data._context import Context
from sqlwright.data._fields import BadRecord, optional, text
from sqlwright.data._prose import parts
from sqlwright.data._statements import reasoning_with, sql_in
from sqlwright.records import Example


def recognise(record: Mapping[str, object]) -> bool:
    """Return whether the record is a prompt as plain text with its completion."""
    return isinstance(record.get("prompt"), str) and "completion" in record


def convert(record: Mapping[str, object], number: int, context: Context) -> Iterator[Example]:
    """Yield the example; reasoning before the SQL goes to `meta`."""
    prompt, completion = parts(text(record, "prompt")), text(record, "completion")
    sql = sql_in(completion)
    if not sql:
        raise BadRecord("'completion' holds no SQL")
    if not prompt.question:
        raise BadRecord("'prompt' holds no question")
    yield Example(
        id=optional(record, "id") or context.id(number),
        db_id=context.database(optional(record, "db_id") or prompt.db_id, prompt.ddl),
        question=prompt.question,
        sql=sql,
        language=language_of(prompt.question),
        dialect=context.dialect,
        evidence=prompt.evidence,
        history=prompt.history,
        source=context.source,
        meta={**({} if sql == completion else {"completion": completion}), **reasoning_with(record, completion, sql)},
    )
