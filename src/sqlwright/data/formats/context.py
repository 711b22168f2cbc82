"""Hub data sets of the sql-create-context kind: `{"question", "context": CREATE TABLE ..., "answer": SQL}`.

No database is named: records with the same tables share one, named after their text, whose schema is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlwright._language import language_of
from sqlwright.data._context import Context
from sqlwright.data._fields import optional, text
from sqlwright.data._statements import reasoning_with
from sqlwright.records import Example


def recognise(record: Mapping[str, object]) -> bool:
    """Return whether the record has the three fields."""
    return {"question", "context", "answer"} <= record.keys()


def convert(record: Mapping[str, object], number: int, context: Context) -> Iterator[Example]:
    """Yield the example and keep the schema that its `context` states."""
    question, ddl = text(record, "question"), text(record, "context")
    yield Example(
        id=optional(record, "id") if isinstance(record.get("id"), str) else context.id(number),
        db_id=context.database(optional(record, "db_id"), ddl),
        question=question,
        sql=text(record, "answer"),
        language=language_of(question),
        dialect=context.dialect,
        source=context.source,
        meta=reasoning_with(record),
    )
