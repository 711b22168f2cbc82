"""Takes the SQL statement out of what a model wrote.

Chat models wrap it in prose, code fences, tags, JSON and thoughts; an evaluator that does not strip them scores such a
model zero. What looks for a statement is here, and no parser: a statement with a mistake in it comes out as it is.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

_THINKS = r"think(?:ing)?|thoughts?|reasoning|reflection|scratchpad|analysis"
_THOUGHT = re.compile(rf"<({_THINKS})\b[^<>]*>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_THOUGHT_END = re.compile(rf"\A.*</(?:{_THINKS})>", re.DOTALL | re.IGNORECASE)
_FINAL = re.compile(r"\A.*<\|channel\|>final<\|message\|>", re.DOTALL)
_SPECIAL = re.compile(r"<[|｜][^|｜<>\s]*[|｜]>|</?s>|<(?:start|end)_of_turn>|<eos>|\[/?INST\]")
_BLOCKS = (
    re.compile(r"<(answer|final_answer|sql|query|output)>(?P<body>.*?)(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE),
    re.compile(r"\[(SQL|ANSWER)\](?P<body>.*?)(?:\[/\1\]|\Z)", re.DOTALL),
    re.compile(r"(?P<mark>```|~~~)[ \t]*\w*[^\n]*\n(?P<body>.*?)(?:(?P=mark)|\Z)", re.DOTALL),
    re.compile(r"<(code|pre)\b[^<>]*>(?P<html>.*?)(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE),
)
"""What stands around a statement and nothing else, the outermost first."""
_VALUE = re.compile(
    r'"(?:\w*sql\w*|query|statement|answer|response)"\s*:\s*(?P<text>"(?:[^"\\]|\\.)*")', re.IGNORECASE | re.DOTALL
)
"""A member of a JSON object."""
_INLINE = re.compile(r"`+[ \t]*((?:SELECT|WITH)\b[^`]*)`+", re.IGNORECASE)
_SELECT = re.compile(
    r"\bSELECT\b(?!\s+(?:from\s+)?(?:the|an?|all|those|these|each|every|some|any|your|only|which)\s+"
    r"(?!FROM\b|AS\b)[a-z]+\s+[a-z])",
    re.IGNORECASE,
)
"""SELECT, but not the English verb before an article."""
_WITH = re.compile(
    r"""\bWITH\s+(?:RECURSIVE\s+)?
        (?:\w+|\xa4+|"[^"]+"|`[^`]+`|\[[^\]]+\])\s*
        (?:\([^()]*\)\s*)?
        AS\s+(?:(?:NOT\s+)?MATERIALIZED\s+)?\(|\bWITH\s+(?:RECURSIVE\s+)?\w+\s*(?:\([^()]*\)\s*)?AS\(""",
    re.IGNORECASE | re.VERBOSE,
)
_REST = r"|\"(?:[^\"]|\"\")*\"|`[^`]*`|--[^\n]*|/\*.*?\*/"
_QUOTED = re.compile(rf"'(?:[^']|'')*'{_REST}", re.DOTALL)
_ESCAPED = re.compile(rf"'(?:[^'\\]|\\.|'')*'{_REST}", re.DOTALL)
"""The same where a backslash keeps a quote from closing a string, as in MySQL."""
_CLAUSES = re.compile(r"\b(?:FROM|COUNT|SUM|AVG|MIN|MAX|CASE)\b|[*(=,]|\bSELECT\s+[-\d'\"\xa4]", re.IGNORECASE)
_END = re.compile(r"[;；。]|</\w+>|\[/\w+\]|```|~~~|\n[ \t]*\n")
_GOES_ON = re.compile(
    r"\s*(?:FROM|WHERE|GROUP|HAVING|ORDER|LIMIT|OFFSET|FETCH|UNION|INTERSECT|EXCEPT|(?:NATURAL|LEFT|RIGHT|FULL|INNER|"
    r"OUTER|CROSS)?\s*JOIN|ON|AND|OR|WINDOW|[(),]|--)(?:\b|(?<=\W))",
    re.IGNORECASE,
)
"""What a statement goes on with behind an empty line."""
_UNFINISHED = re.compile(r"(?:\b(?:UNION|UNION\s+ALL|INTERSECT|EXCEPT|AS|SELECT|DISTINCT)|[(,])\s*\Z", re.IGNORECASE)
_SQL_WORDS = (
    "All And As Asc Between By Case Cast Coalesce Count Cross Desc Distinct Else End Except Exists Fetch From Full "
    "Group Having In Inner Intersect Is Join Left Like Limit Natural Not Null Offset On Or Order Outer Over Partition "
    "Right Select Sum Avg Min Max Then Union Using When Where Window With"
)
_PROSE = re.compile(
    rf"\n(?=[ \t]*(?:[#>]|[-*] (?=[A-Z][a-z])|[\u4e00-\u9fff][^\n]*[\u3002\uff0c\uff1a\u3001]"
    rf"|(?!(?:{_SQL_WORDS.replace(' ', '|')})\b)[A-Z][a-z]+(?::|(?:[ ][\w'-]+){{2,}}[^\n=<>()]*(?:[.:!]|\Z))))"
)
"""The end of a line behind which stands a sentence, or a mark of Markdown."""
_ORNAMENT = re.compile(r"[\s`.\u2600-\u27bf\ufe0f\U0001f300-\U0001faff]+\Z")


def extract_sql(text: str, *, thinking: bool = False) -> str:
    """Return the first SQL query in `text`, without semicolon; "" when there is none.

    A thought (`<think>...</think>`) is left out. A code block, a tag or a member of a JSON object is preferred to prose
    (of several, the last that holds a query, since models revise downwards). What follows the statement is dropped: a
    second statement, or prose.

    Args:
        thinking: whether the prompt opened a thought, so that `text` begins inside it; until it is closed there is no
            answer.
    """
    text = (after_thought(text) if thinking else text).replace("\r\n", "\n")
    text = _FINAL.sub("", _THOUGHT_END.sub("", _THOUGHT.sub(" ", text)))
    return next(filter(None, map(_wrapped, _SPECIAL.split(text))), "")


def after_thought(text: str) -> str:
    """Return what follows a thought that was opened before `text`; "" while it is not closed."""
    closed = _THOUGHT_END.match(text)
    return text[closed.end() :] if closed else ""


def ends_statement(text: str) -> bool:
    """Return whether `text` is bare SQL, after a thought or none, that has come to its semicolon."""
    bare = text.rpartition("</think>")[2].lstrip()
    return bare[:6].upper().startswith(("SELECT", "WITH")) and any(";" in part for part in bare.split("'")[::2])


def _wrapped(text: str) -> str:
    """Return the statement in what is wrapped around it, or in prose; "" for none."""
    for kind in _BLOCKS:
        found = [sql for block in _bodies(kind, text) if (sql := _wrapped(block))]
        if found:
            return found[-1]
    values = [sql for value in _values(text) if (sql := _first_statement(value))]
    if values:
        return values[-1]
    inline = _INLINE.search(text)
    start = _start(text)
    if inline is not None and (start < 0 or inline.start() < start):
        return _first_statement(inline.group(1))
    return _first_statement(text.replace("```", " "))


def _bodies(kind: re.Pattern[str], text: str) -> Iterator[str]:
    """Yield what stands inside of blocks of a kind."""
    for match in kind.finditer(text):
        held = match.groupdict()
        yield html.unescape(held["html"]) if "html" in held else held["body"]


def _values(text: str) -> Iterator[str]:
    """Yield the strings of the members of JSON objects that may be a statement."""
    for match in _VALUE.finditer(text):
        try:
            yield str(json.loads(match["text"], strict=False))
        except ValueError:
            continue


def _first_statement(text: str) -> str:
    start = _start(text)
    if start < 0:
        return ""
    body = text[start:]
    masked = _masked(body)
    ends = [at for at in (_end(masked), _sentence(masked), _unopened(masked)) if at >= 0]
    bare = _ORNAMENT.sub("", masked[: min(ends, default=len(body))])
    return body[: len(bare)]


def _end(masked: str) -> int:
    """Return where a mark ends the statement, -1 for nowhere."""
    for mark in _END.finditer(masked):
        before, after = masked[: mark.start()], masked[mark.end() :]
        if not mark[0].isspace():
            return mark.start()
        introduces = before[:4].upper() == "WITH" and before.endswith(")") and after.lstrip()[:6].upper() == "SELECT"
        if _balanced(before) and not introduces and not _GOES_ON.match(after) and not _UNFINISHED.search(before):
            return mark.start()
    return -1


def _sentence(masked: str) -> int:
    """Return the end of the line behind which prose begins, -1 for nowhere."""
    return next((match.start() for match in _PROSE.finditer(masked) if _balanced(masked[: match.start()])), -1)


def _unopened(masked: str) -> int:
    """Return where a brace closes that the statement has not opened, as of LaTeX's box around it; -1 for nowhere."""
    at = masked.find("}")
    return at if "{" not in masked[: max(at, 0)] else -1


def _start(text: str) -> int:
    """Return where the first query begins, -1 for nowhere; the English words "select" and "with" begin none."""
    masked = _masked(text) if _even_quotes(text) else text
    starts = [match.start() for match in _WITH.finditer(masked)]
    starts += [match.start() for match in _SELECT.finditer(masked) if _CLAUSES.search(masked, match.start())]
    if not starts:
        return -1
    # A small "select" in the middle of a sentence gives way to a statement that stands out.
    start = min(starts, key=lambda at: (masked[at].islower() and bool(re.search(r"\w,? \Z", masked[:at])), at))
    # SELECT inside a parenthesis that opens the statement: (SELECT ...) UNION (SELECT ...)
    before = text[:start].rstrip()
    return len(before) - 1 if before.endswith("(") and before[:-1].strip() == "" else start


def _masked(text: str) -> str:
    """Return the text with strings, quoted names and comments blotted out, its length as it was."""
    plain = _QUOTED.sub(_blot, text)
    return _ESCAPED.sub(_blot, text) if "\\'" in text and "'" in plain else plain


def _blot(match: re.Match[str]) -> str:
    return "\xa4" * len(match.group())  # a sign that no SQL has


def _even_quotes(text: str) -> bool:
    """Return whether single quotes pair up; an apostrophe in prose must not hide the statement after it."""
    return text.count("'") % 2 == 0 and not re.search(r"\w'\w", text)


def _balanced(text: str) -> bool:
    return text.count("(") == text.count(")")
