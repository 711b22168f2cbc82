"""Read a data set of any known format into `Example`s.

    found = read("train_spider.json")
    found.examples, found.schemas, found.skipped

What is malformed is never dropped in silence: without `skip_bad` the first few places and the count are the message of
a `DataError`, and nothing is imported; with it, `Import.skipped` lists every one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Literal, get_args

from sqlwright.data._context import Context
from sqlwright.data._fields import BadRecord, mapping
from sqlwright.data._hub import is_hub, iter_hub
from sqlwright.data._source import Raw, iter_csv, iter_json, read_text
from sqlwright.data.formats import (
    bird,
    chat,
    completion,
    context,
    dialogue,
    instruction,
    native,
    query_log,
    spider,
    table,
    wikisql,
)
from sqlwright.errors import DataError
from sqlwright.records import Example
from sqlwright.schema import Schema, read_spider_tables

Format = Literal[
    "auto",
    "sqlwright",
    "spider",
    "bird",
    "sparc",
    "cosql",
    "wikisql",
    "instruction",
    "completion",
    "chat",
    "csv",
    "hub",
    "query-log",
    "csvlog",
]
"""Names of the formats; "csv" is any rows with a question and an SQL column, "hub" sql-create-context's kind."""

_RECORDS: dict[str, ModuleType] = {
    "sqlwright": native,
    "bird": bird,
    "sparc": dialogue,
    "cosql": dialogue,
    "wikisql": wikisql,
    "spider": spider,
    "hub": context,
    "instruction": instruction,
    "chat": chat,
    "completion": completion,
    "csv": table,
}
"""The formats made of records, in the order in which they are tried."""
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that was left out."""

    path: str
    line: int
    record: int
    reason: str
    malformed: bool = True
    """False for what a format leaves out by its nature: statements of a query log that are no queries."""

    def __str__(self) -> str:
        """Return "file:line: record n: reason"."""
        return f"{self.path}:{self.line}: record {self.record}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Import:
    """What was read from a file."""

    examples: list[Example] = field(default_factory=list)
    schemas: dict[str, Schema] = field(default_factory=dict)
    """Schemas that the data set brings along, by db_id; empty where it brings none."""
    skipped: list[Skipped] = field(default_factory=list)
    format: str = ""
    """The format it was read as."""


def read(
    path: str | Path,
    format: str = "auto",
    *,
    db_id: str | None = None,
    dialect: str = "sqlite",
    skip_bad: bool = False,
    columns: Mapping[str, str] | None = None,
) -> Import:
    """Read a data set.

    Args:
        path: a file; for "hub" also a folder that `datasets` saved, or the name of a data set on the Hub.
        format: one of `Format`; "auto" decides by the content.
        db_id: database of the records that name none.
        dialect: dialect of the SQL where the format does not fix it, by sqlglot's name.
        skip_bad: leave malformed records out and list them, instead of raising.
        columns: for rows of a table, the column of an example's field: {"question": "Frage", "sql": "Abfrage"}.

    Raises:
        DataError: the file is missing, empty or of no known format, or records are malformed and `skip_bad` is off.
    """
    if format not in get_args(Format):
        raise DataError(f"unknown format {format!r}; known: {', '.join(get_args(Format))}")
    here = Context(Path(path), db_id=db_id, dialect=dialect, columns=columns or {})
    if format == "hub" or is_hub(here.path):
        found = _read_records(_hub_or_file(path), "auto" if format == "auto" else format, here)
    else:
        text = read_text(here.path)
        if format == "csvlog" or (format == "auto" and query_log.is_csvlog(text)):
            found = _read_log(query_log.read_csvlog, text, "csvlog", here)
        elif format == "query-log" or (format == "auto" and query_log.is_log(text)):
            found = _read_log(query_log.read_log, text, "query-log", here)
        else:
            found = _read_records(_json_or_csv(text), format, here)
    malformed = [skipped for skipped in found.skipped if skipped.malformed]
    if malformed and not skip_bad:
        raise DataError(_message(path, malformed, len(found.examples)))
    return replace(found, schemas={**_schemas_beside(here.path, found), **here.schemas})


def _hub_or_file(path: str | Path) -> Iterator[Raw]:
    """Read plain JSON and CSV without `datasets`, which would guess column types, and anything else with it."""
    if Path(path).is_file() and not is_hub(Path(path)):
        text = read_text(Path(path))
        return _json_or_csv(text)
    return iter_hub(path)


def _json_or_csv(text: str) -> Iterator[Raw]:
    return iter_json(text) if text.lstrip()[0] in "[{" else iter_csv(text)


def _read_records(raws: Iterator[Raw], name: str, here: Context) -> Import:
    rows = list(raws)
    if not rows:
        raise DataError(f"{here.path}: holds no records")
    if name == "auto" or (
        name == "hub" and not any(isinstance(r.value, dict) and context.recognise(r.value) for r in rows)
    ):
        name = _recognise(rows, here)
    here.source = name
    examples: list[Example] = []
    skipped: list[Skipped] = []
    for raw in rows:
        try:
            if raw.problem:
                raise BadRecord(raw.problem)
            examples.extend(_RECORDS[name].convert(mapping(raw.value), raw.number, here))
        except BadRecord as error:
            skipped.append(Skipped(str(here.path), raw.line, raw.number, str(error)))
    return Import(_with_unique_ids(examples), {}, skipped, name)


def _recognise(rows: list[Raw], here: Context) -> str:
    records = [row.value for row in rows if isinstance(row.value, dict)]
    if here.columns:
        return "csv"
    for record in records[:20]:
        for name, module in _RECORDS.items():
            if module.recognise(record):
                return "cosql" if name == "sparc" and "cosql" in here.path.name.lower() else name
    first = f"; the first record has {', '.join(map(repr, records[0]))}" if records else f"; {rows[0].problem}"
    raise DataError(f"{here.path}: of no known format{first}. Name the format, or the columns of question and SQL")


def _with_unique_ids(examples: Iterable[Example]) -> list[Example]:
    """Tell apart examples whose source gave them the same id, by a number at the end."""
    taken: set[str] = set()
    out = []
    for example in examples:
        name, count = example.id, 1
        while name in taken:
            count += 1
            name = f"{example.id}~{count}"
        taken.add(name)
        out.append(example if name == example.id else replace(example, id=name))
    return out


_ReadLog = Callable[[str, Context], tuple[list[Example], list[query_log.Problem]]]


def _read_log(read_text_as: _ReadLog, text: str, name: str, here: Context) -> Import:
    examples, problems = read_text_as(text, here)
    return Import(examples, {}, [Skipped(str(here.path), *problem) for problem in problems], name)


def _message(path: str | Path, malformed: list[Skipped], good: int) -> str:
    shown = "; ".join(f"line {s.line}, record {s.record}: {s.reason}" for s in malformed[:_SHOWN])
    more = f"; and {len(malformed) - _SHOWN} more" if len(malformed) > _SHOWN else ""
    return (
        f"{path}: {len(malformed)} malformed record{'s' * (len(malformed) > 1)} ({good} good ones): {shown}{more}. "
        "Mend them, or leave them out with skip_bad (--skip-bad)"
    )


def _schemas_beside(path: Path, found: Import) -> dict[str, Schema]:
    """Read Spider's or BIRD's tables file that lies beside the data, for the databases that the examples name."""
    if found.format not in ("spider", "bird", "sparc", "cosql") or not path.is_file():
        return {}
    stem = path.name.split(".")[0]
    names = (f"{stem}_tables.json", f"{stem.split('_')[0]}_tables.json", "tables.json")
    tables = next((path.with_name(name) for name in names if path.with_name(name).is_file()), None)
    if tables is None:
        return {}
    descriptions = path.with_name("database_description")
    schemas = read_spider_tables(tables, descriptions if descriptions.is_dir() else None)
    named = {example.db_id for example in found.examples}
    return {db_id: schema for db_id, schema in schemas.items() if db_id in named}
