"""A first look at a statement's text, for engines whose read-only mode leaves holes: MySQL lets anybody SET a variable.

Reading the statement in earnest is the guard's work.
"""

from __future__ import annotations

import re

from sqlwright.database.results import Failure

_SKIPPED = re.compile(r"(?:\s+|--[^\n]*(?:\n|$)|#[^\n]*(?:\n|$)|/\*(?!!).*?\*/|\()*", re.DOTALL)
_WORD = re.compile(r"[A-Za-z]+")
_READING = frozenset({"select", "with", "values", "table", "explain", "show", "describe", "desc"})
_PLAIN = re.compile(r"(?:'(?:[^'\\]|''|\\.)*'|`(?:[^`]|``)*`|(?!--|/\*)[^'\"`#\\])*", re.DOTALL)
"""A statement without comments, whose quotes MySQL reads as they stand here; the guard writes nothing else."""
_QUOTED = re.compile(r"'(?:[^'\\]|''|\\.)*'|`(?:[^`]|``)*`", re.DOTALL)
_BLANK = r"(?:\s|/\*.*?\*/|--[^\n]*\n|#[^\n]*\n)*"
_FILES = re.compile(rf"\binto{_BLANK}(?:out|dump)file\b|\bload_file{_BLANK}\(|/\*M?!", re.IGNORECASE | re.DOTALL)


def require_reading(sql: str, dialect: str) -> None:
    """Raise Failure unless the statement's first word is one that reads, and, in MySQL, it names no file.

    There a read-only transaction keeps nobody with the FILE privilege from SELECT ... INTO OUTFILE. The words are
    looked for in texts too, unless the statement has no comment and no doubtful quote; comments that MySQL runs are
    refused whatever they say.
    """
    start = _SKIPPED.match(sql)
    word = _WORD.match(sql, start.end() if start else 0)
    if word is None:
        raise Failure("error", "there is no statement")
    if word.group().lower() not in _READING:
        raise Failure("refused", f"a statement may only read: {word.group().upper()}")
    if dialect in ("mysql", "mariadb"):
        searched = _QUOTED.sub("''", sql) if _PLAIN.fullmatch(sql) else sql
        if found := _FILES.search(searched):
            raise Failure("refused", f"a statement may only read tables: {found.group()[:40]}")
