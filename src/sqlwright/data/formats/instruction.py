"""`instruction` / `input` / `output` records: the Alpaca form, which DB-GPT-Hub and most trainers read.

The schema stands in `instruction`, the question in `input` (or, when that is empty, at the end of `instruction`), the
SQL in `output`. A record of the other direction, SQL in `input` and a sentence in `output`, is turned round.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlwright._language import language_of
from sqlwright.data._context import Context
from sqlwright.data._fields import BadRecord, checked, optional, sequence, text
from sqlwright.data._prose import parts
from sqlwright.data._statements import is_query, reasoning_with, sql_in
from sqlwright.records import Example, Turn


def recognise(record: Mapping[str, object]) -> bool:
    """Return whether the record has an instruction and an output."""
    return {"instruction", "output"} <= record.keys()


def convert(record: Mapping[str, object], number: int, context: Context) -> Iterator[Example]:
    """Yield the example; `db_id`, `id` and `history` ([[question, SQL], ...]) are read where the record has them."""
    instruction, asked = text(record, "instruction", empty=True), optional(record, "input")
    output = text(record, "output")
    sql = sql_in(output)
    told, prompt = parts(instruction), parts(asked or instruction)
    question, evidence = prompt.question, prompt.evidence
    if not sql and is_query(asked):
        sql, question, evidence = asked, output, ""
    if not sql:
        raise BadRecord("'output' holds no SQL")
    if not question:
        raise BadRecord("'input' and 'instruction' hold no question")
    yield Example(
        id=optional(record, "id") or context.id(number),
        db_id=context.database(optional(record, "db_id") or told.db_id, told.ddl),
        question=question,
        sql=sql,
        language=language_of(question),
        dialect=context.dialect,
        evidence=evidence,
        history=_history(sequence(record.get("history") or [], "'history'")),
        source=context.source,
        meta=reasoning_with(record, "" if sql == asked else output, sql),
    )


def _history(turns: Sequence[object]) -> tuple[Turn, ...]:
    out = []
    for turn in turns:
        pair = sequence(turn, "a turn of 'history'")
        if len(pair) != 2:
            raise BadRecord(f"a turn of 'history' has {len(pair)} parts, expected a question and its SQL")
        out.append(Turn(checked(pair[0], "a question in 'history'"), checked(pair[1], "an SQL in 'history'")))
    return tuple(out)
