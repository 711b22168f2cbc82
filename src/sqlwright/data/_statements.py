"""SQL text cut into statements, and SQL taken out of prose, without parsing it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sqlwright._language import CJK
from sqlwright.records import Json

_TOKEN = re.compile(
    r"""
      (?P<string>'(?:[^']|'')*(?:'|\Z) | "(?:[^"]|"")*(?:"|\Z) | `[^`]*(?:`|\Z))
    | (?P<dollar>\$(?P<tag>\w*)\$ (?:.*?) (?:\$(?P=tag)\$|\Z))
    | (?P<comment>--[^\n]* | /\*.*?(?:\*/|\Z))
    | (?P<end>;)
    """,
    re.VERBOSE | re.DOTALL,
)
_VERB = re.compile(
    r"(?:select|with|values|insert|update|delete|create|drop|alter|explain|pragma|show|merge|truncate|table)\b", re.I
)
_QUERY_VERB = re.compile(r"(?:select|with)\b", re.I)
_FENCE = re.compile(r"```[ \t]*([\w+-]*)[ \t]*\n(.*?)(?:```|\Z)", re.DOTALL)
_LABEL = re.compile(r"^[ \t#*]*(?:final\s+)?(?:sql|query|答案)(?:\s*(?:query|语句))?[ \t*]*[:：][ \t]*", re.I | re.M)
_THOUGHT = re.compile(r"\A\s*(?:<think(?:ing)?>)?(.*?)</think(?:ing)?>", re.I | re.DOTALL)
_WORD = re.compile(f"[{CJK}]|[^\\W{CJK}]+")
_REASONING_FIELDS = ("reasoning", "rationale", "chain_of_thought", "cot", "thought")
_FEWEST_WORDS = 8
"""Prose before SQL that is shorter ("Sure, here is the query:") is no reasoning."""
_SPACE_AND_COMMENTS = re.compile(r"(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?(?:\*/|\Z))*", re.DOTALL)
_COMMENTS = re.compile(r"(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?(?:\*/|\Z)|\()*", re.DOTALL)


def iter_statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield (position, statement) for each non-empty statement, split at `;` outside strings and comments.

    Comments before a statement are left out; those inside stay.
    """
    start = 0
    for token in _TOKEN.finditer(text):
        if token["end"]:
            yield from _piece(text, start, token.start())
            start = token.end()
    yield from _piece(text, start, len(text))


def _piece(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    before = _SPACE_AND_COMMENTS.match(text, start, end)
    first = before.end() if before else start
    if text[first:end].strip(" \t\r\n("):
        yield first, text[first:end].strip()


def bare(sql: str) -> str:
    """Return the statement from its first word on: without leading white space, comments and parentheses."""
    before = _COMMENTS.match(sql)
    return sql[before.end() :] if before else sql


def ends_by_semicolon(text: str) -> bool:
    """Return whether the text has a `;` outside strings and comments."""
    return any(token["end"] for token in _TOKEN.finditer(text))


def is_query(sql: str) -> bool:
    """Return whether the statement starts as a query does, with SELECT or WITH."""
    return bool(_QUERY_VERB.match(bare(sql)))


def is_statement(sql: str) -> bool:
    """Return whether the text starts with the verb of a SQL statement."""
    return bool(_VERB.match(bare(sql)))


def sql_in(text: str) -> str:
    """Return the SQL in a model's or a person's answer, "" when there is none.

    Bare SQL is returned as it is, up to prose that follows its semicolon. Otherwise it is the last fenced block that
    holds a statement, what follows the last label such as "SQL:", or the last line that starts a query. A thought
    (`<think>...</think>`) before the answer is no part of it.
    """
    text = _THOUGHT.sub("", text).strip()
    if _QUERY_VERB.match(bare(text)) or (is_statement(text) and "```" not in text):
        statements = list(iter_statements(text))
        return text if all(is_statement(sql) for _, sql in statements) else statements[0][1]
    fenced: list[str] = [match[2].strip() for match in _FENCE.finditer(text) if is_statement(match[2])]
    if fenced:
        return fenced[-1]
    labels = [match.end() for match in _LABEL.finditer(text)]
    starts = [match.start() for match in re.finditer(r"^[ \t]*\(*(?:SELECT|WITH)\b", text, re.M)]
    for start in [*reversed(labels), *reversed(starts)]:
        if is_query(text[start:]):
            return next(iter_statements(text[start:]))[1]
    return ""


def reasoning_with(record: Mapping[str, object], answer: str = "", sql: str = "") -> Json:
    """Return {"reasoning": ...} for an example's `meta`: a text field of the record, or what `answer` has before `sql`.

    It is empty where there is none.
    """
    fields = (record.get(name) for name in _REASONING_FIELDS)
    told = next((text.strip() for text in fields if isinstance(text, str) and text.strip()), "")
    told = told or _before(answer, sql)
    return {"reasoning": told} if told else {}


def _before(answer: str, sql: str) -> str:
    """Return the thought of an answer, or the prose before its SQL."""
    if thought := _THOUGHT.match(answer):
        return thought[1].strip()
    prose = answer[: max(answer.rfind(sql), 0)].rstrip()
    prose = re.sub(r"```[ \t]*[\w+-]*\Z", "", prose).rstrip()
    labels = [match for match in _LABEL.finditer(prose + " ") if match.end() >= len(prose)]
    prose = (prose[: labels[-1].start()] if labels else prose).strip()
    return prose if len(_WORD.findall(prose)) >= _FEWEST_WORDS else ""
