"""Rows with a question and an SQL column, from CSV or JSON; the columns are found by their usual names or given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlwright._language import language_of
from sqlwright.data._context import Context
from sqlwright.data._fields import BadRecord, mapping, optional, sequence, text
from sqlwright.data._source import load_json
from sqlwright.data._statements import reasoning_with
from sqlwright.records import Example, Turn

_USUAL: dict[str, tuple[str, ...]] = {
    "question": (
        "question",
        "questions",
        "nl",
        "nl_question",
        "natural_language",
        "utterance",
        "prompt",
        "text",
        "问题",
    ),
    "sql": ("sql", "query", "sql_query", "gold_sql", "gold", "answer", "sql语句", "output", "completion"),
    "db_id": ("db_id", "database_id", "database", "db", "db_name", "数据库"),
    "id": ("id", "question_id", "qid"),
    "evidence": ("evidence", "hint", "external_knowledge"),
    "language": ("language", "lang"),
    "dialect": ("dialect",),
    "history": ("history",),
    "schema": ("schema", "context", "ddl", "create_table", "建表语句"),
}


def recognise(record: Mapping[str, object]) -> bool:
    """Return whether both a question's and an SQL's column are found by name."""
    return bool(_column("question", record, {}) and _column("sql", record, {}))


def convert(record: Mapping[str, object], number: int, context: Context) -> Iterator[Example]:
    """Yield the example of a row.

    Raises:
        BadRecord: no column for the question or the SQL, or one of those given is not there, or its cell is empty.
    """
    names = {name: _column(name, record, context.columns) for name in _USUAL}
    for needed in ("question", "sql"):
        if not names[needed]:
            have = ", ".join(map(repr, record))
            raise BadRecord(f"no column for the {needed} among {have}; name it with columns={{{needed!r}: ...}}")
    cell = {name: optional(record, column) if column and name != "history" else "" for name, column in names.items()}
    question = text(record, names["question"])
    yield Example(
        id=cell["id"] or context.id(number),
        db_id=context.database(cell["db_id"], cell["schema"]),
        question=question,
        sql=text(record, names["sql"]),
        language=cell["language"] or language_of(question),
        dialect=cell["dialect"] or context.dialect,
        evidence=cell["evidence"],
        history=_history(record.get(names["history"])),
        source=context.source,
        meta=reasoning_with(record),
    )


def _column(name: str, record: Mapping[str, object], given: Mapping[str, str]) -> str:
    if name in given:
        if given[name] not in record:
            raise BadRecord(f"there is no column {given[name]!r}; there are {', '.join(map(repr, record))}")
        return given[name]
    lower = {key.strip().lower(): key for key in record}
    return next((lower[usual] for usual in _USUAL[name] if usual in lower), "")


def _history(value: object) -> tuple[Turn, ...]:
    if not value:
        return ()
    turns = load_json(value) if isinstance(value, str) else value
    out = []
    for turn in sequence(turns, "'history'"):
        fields = mapping(turn, "a turn of 'history'")
        out.append(Turn(text(fields, "question"), text(fields, "sql")))
    return tuple(out)
