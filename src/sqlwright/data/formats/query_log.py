"""Statements that people ran: one a line, `;`-separated over several lines, or PostgreSQL's csvlog.

Only queries are kept, with their literals and without a question (`question == ""`): they are material for questions
to be written to, and show what a database is asked. A statement that came several times is one example whose
`meta["count"]` says how often.

csvlog: see "Using CSV-Format Log Output" in PostgreSQL's manual. Parameters of prepared statements are taken from
`DETAIL: parameters: $1 = '...'` and put into the statement.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from sqlglot import exp

from sqlwright.data._context import Context
from sqlwright.data._fields import BadRecord, checked
from sqlwright.data._source import csv_rows
from sqlwright.data._statements import ends_by_semicolon, is_query, is_statement, iter_statements
from sqlwright.errors import SqlError
from sqlwright.records import Example
from sqlwright.sqlkit import canonical, parse

_DATABASE, _SESSION, _SEVERITY, _MESSAGE, _DETAIL, _QUERY = 2, 5, 11, 13, 14, 19
_MESSAGE_FORM = re.compile(r"(?:duration: [\d.]+ ms  )?(?:statement|execute [^:]*): (.*)", re.DOTALL)
_PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")
_TIMESTAMP = re.compile(r'"?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d')

Problem = tuple[int, int, str, bool]
"""Line, statement number, reason, and whether the statement is malformed rather than no query."""


def is_csvlog(text: str) -> bool:
    """Return whether the text is PostgreSQL's csvlog."""
    return bool(_TIMESTAMP.match(text)) and text.split("\n", 1)[0].count(",") >= 12


def is_log(text: str) -> bool:
    """Return whether the text starts with a SQL statement or comment."""
    return text.lstrip().startswith(("--", "/*")) or is_statement(text)


def read_log(text: str, context: Context) -> tuple[list[Example], list[Problem]]:
    """Read plain statements. Returns the queries, most frequent literals and all, and what was left out."""
    return _gather(_plain(text, context), context)


def read_csvlog(text: str, context: Context) -> tuple[list[Example], list[Problem]]:
    """Read a PostgreSQL csvlog; statements that failed are left out, and the dialect is PostgreSQL's."""
    return _gather(_csvlog(text), replace(context, dialect="postgres"))


Entry = tuple[int, str, str, str]
"""Line, database or "", statement, and why it cannot be used or ""."""


def _plain(text: str, context: Context) -> Iterator[Entry]:
    if not ends_by_semicolon(text):
        for line, content in enumerate(text.splitlines(), 1):
            if content.strip() and not content.lstrip().startswith("--"):
                yield line, "", content.strip(), ""
        return
    line, counted = 1, 0
    for position, statement in iter_statements(text):
        line, counted = line + text.count("\n", counted, position), position
        lines = [content.strip() for content in statement.splitlines() if content.strip()]
        if len(lines) > 1 and all(map(is_statement, lines)) and not _parses(statement, context.dialect):
            for offset, content in enumerate(statement.splitlines()):  # some lines of the log lack their semicolon
                if content.strip():
                    yield line + offset, "", content.strip(), ""
        else:
            yield line, "", statement, ""


def _csvlog(text: str) -> Iterator[Entry]:
    rows = csv_rows(text)
    failed = {
        (row[_SESSION], row[_QUERY])
        for _, row in rows
        if not isinstance(row, str) and len(row) > _QUERY and row[_SEVERITY] in ("ERROR", "FATAL")
    }
    for line, row in rows:
        if isinstance(row, str):
            yield line, "", "", row
        elif len(row) < 23:
            yield line, "", "", f"{len(row)} columns, a csvlog has at least 23"
        elif row[_SEVERITY] == "LOG" and (message := _MESSAGE_FORM.fullmatch(row[_MESSAGE])):
            statement = message[1].strip().rstrip(";")
            if (row[_SESSION], message[1]) in failed:
                yield line, row[_DATABASE], statement, "failed when it was run"
            else:
                yield line, row[_DATABASE], *_with_parameters(statement, row[_DETAIL])


def _with_parameters(statement: str, detail: str) -> tuple[str, str]:
    """Return the statement with `$n` replaced by the logged values, and why that failed or ""."""
    if not re.search(r"\$\d", statement) or not is_query(statement):
        return statement, ""
    values = dict(_PARAMETER.findall(detail.partition(":")[2]))
    try:
        tree = parse(statement, "postgres")
    except SqlError as error:
        return statement, str(error)
    for node in list(tree.find_all(exp.Parameter)):
        value = values.get(node.name)
        if value is None:
            return statement, f"the log has no value for ${node.name}"
        node.replace(_literal(value, node))
    return tree.sql(dialect="postgres"), ""


def _literal(value: str, node: exp.Expression) -> exp.Expression:
    """Return a logged value, which is always quoted, as a literal.

    It stays quoted, which PostgreSQL reads as the type that the place asks for, except where only a number can stand.
    """
    if value == "NULL":
        return exp.null()
    content = value[1:-1].replace("''", "'")
    if isinstance(node.parent, exp.Limit | exp.Offset) and content.isdigit():
        return exp.Literal.number(content)
    return exp.Literal.string(content)


def _gather(entries: Iterator[Entry], context: Context) -> tuple[list[Example], list[Problem]]:
    first: dict[tuple[str, str], Example] = {}
    counts: Counter[tuple[str, str]] = Counter()
    problems: list[Problem] = []
    for number, (line, database, statement, problem) in enumerate(entries, 1):
        if problem:
            problems.append((line, number, problem, problem != "failed when it was run"))
        elif not is_query(statement):
            problems.append((line, number, f"no query: {' '.join(statement.split())[:60]}", False))
        else:
            try:
                checked(statement, "the statement")
                key = (context.database(context.db_id or database), _key(statement, context.dialect))
            except (BadRecord, SqlError) as error:
                problems.append((line, number, str(error), not isinstance(error, _NotAQuery)))
                continue
            counts[key] += 1
            first.setdefault(key, _example(statement, key[0], line, number, context))
    return [replace(example, meta={**example.meta, "count": counts[key]}) for key, example in first.items()], problems


class _NotAQuery(SqlError):
    """The statement reads as a query and does something else."""


def _key(statement: str, dialect: str) -> str:
    tree = parse(statement, dialect)
    if not isinstance(tree, exp.Query) or tree.find(exp.Into, exp.Insert, exp.Update, exp.Delete, exp.Lock):
        raise _NotAQuery(f"no plain query: {' '.join(statement.split())[:60]}")
    return canonical(statement, dialect)


def _parses(statement: str, dialect: str) -> bool:
    try:
        parse(statement, dialect)
    except SqlError:
        return False
    return True


def _example(statement: str, db_id: str, line: int, number: int, context: Context) -> Example:
    return Example(
        id=context.id(number),
        db_id=db_id,
        question="",
        sql=statement,
        dialect=context.dialect,
        source="query-log",
        meta={"line": line},
    )
