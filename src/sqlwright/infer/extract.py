"""Takes the SQL statement out of what a model wrote.

Chat models wrap it in prose, code fences and thoughts; an evaluator that does not strip them scores such a model zero.
"""

from __future__ import annotations

import re

_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_THOUGHT_END = re.compile(r"\A.*</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"```[ \t]*(\w*)[^\n]*\n(.*?)(?:```|\Z)", re.DOTALL)
_INLINE = re.compile(r"`+[ \t]*((?:SELECT|WITH)\b[^`]*)`+", re.IGNORECASE)
_SPECIAL = re.compile(r"<\|[^|<>\s]*\|>|</?s>")
_SELECT = re.compile(
    r"\bSELECT\b(?!\s+(?:the|an?|all|those|these|each|every|some|any|your|only|which)\s+(?!FROM\b|AS\b)[a-z]+\s+[a-z])",
    re.IGNORECASE,
)
"""SELECT, but not the English verb before an article."""
_WITH = re.compile(
    r"""\bWITH\s+(?:RECURSIVE\s+)?
        (?:\w+|"[^"]+"|`[^`]+`|\[[^\]]+\])\s*
        (?:\([^()]*\)\s*)?
        AS\s+(?:(?:NOT\s+)?MATERIALIZED\s+)?\(|\bWITH\s+(?:RECURSIVE\s+)?\w+\s*(?:\([^()]*\)\s*)?AS\(""",
    re.IGNORECASE | re.VERBOSE,
)
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|--[^\n]*|/\*.*?\*/", re.DOTALL)
_CLAUSES = re.compile(r"\b(?:FROM|COUNT|SUM|AVG|MIN|MAX|CASE)\b|[*(=,]|\bSELECT\s+[-\d'\"#]", re.IGNORECASE)


def extract_sql(text: str, *, thinking: bool = False) -> str:
    """Return the first SQL query in `text`, without semicolon; "" when there is none.

    A thought (`<think>...</think>`) is left out, a code block is preferred to prose (of several, the last that
    holds a query, since models revise downwards), and what follows the statement is dropped: a second statement, or
    prose after a blank line.

    Args:
        thinking: whether the prompt opened a thought, so that `text` begins inside it; until it is closed there is no
            answer.
    """
    text = after_thought(text) if thinking else text
    text = _SPECIAL.sub(" ", _THOUGHT_END.sub("", _THOUGHT.sub(" ", text)))
    blocks = [_first_statement(block) for _, block in _FENCE.findall(text)]
    found = [block for block in blocks if block]
    if found:
        return found[-1]
    inline = _INLINE.search(text)
    start = _start(text)
    if inline is not None and (start < 0 or inline.start() < start):
        return _first_statement(inline.group(1))
    return _first_statement(text.replace("```", " "))


def after_thought(text: str) -> str:
    """Return what follows a thought that was opened before `text`; "" while it is not closed."""
    closed = _THOUGHT_END.match(text)
    return text[closed.end() :] if closed else ""


def ends_statement(text: str) -> bool:
    """Return whether `text` is bare SQL, after a thought or none, that has come to its semicolon."""
    bare = text.rpartition("</think>")[2].lstrip()
    return bare[:6].upper().startswith(("SELECT", "WITH")) and any(";" in part for part in bare.split("'")[::2])


def _first_statement(text: str) -> str:
    start = _start(text)
    if start < 0:
        return ""
    body = text[start:]
    masked = _QUOTED.sub(lambda match: "#" * len(match.group()), body)
    end = len(body)
    for mark in (";", "\n\n"):
        at = masked.find(mark)
        if at >= 0 and (mark == ";" or _balanced(masked[:at])):
            end = min(end, at)
    return body[:end].strip().rstrip("`").strip()


def _start(text: str) -> int:
    """Return where the first query begins, -1 for nowhere; the English words "select" and "with" begin none."""
    masked = _QUOTED.sub(lambda match: "#" * len(match.group()), text) if _even_quotes(text) else text
    starts = [match.start() for match in _WITH.finditer(masked)]
    starts += [match.start() for match in _SELECT.finditer(masked) if _CLAUSES.search(masked, match.start())]
    if not starts:
        return -1
    start = min(starts)
    # SELECT inside a parenthesis that opens the statement: (SELECT ...) UNION (SELECT ...)
    before = text[:start].rstrip()
    return len(before) - 1 if before.endswith("(") and before[:-1].strip() == "" else start


def _even_quotes(text: str) -> bool:
    """Return whether single quotes pair up; an apostrophe in prose must not hide the statement after it."""
    return text.count("'") % 2 == 0 and not re.search(r"\w'\w", text)


def _balanced(text: str) -> bool:
    return text.count("(") == text.count(")")
