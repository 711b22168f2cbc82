"""What the guard asks of a statement's text: no odd characters or comments in it, and no doubtful quotes in its own.

`require_plain` and `require_plain_comments` look at what somebody wrote. `require_alike` looks at what the guard has
written in its place, with a reader of its own: quotes, comments and words as the engine's manual has them, in a few
patterns and without sqlglot. Where the two readers do not find the same quoted texts at the same places, the statement
is refused, since what the guard has checked may then not be what the engine runs.
"""

from __future__ import annotations

import re
from functools import cache
from unicodedata import category

from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token

from sqlwright.errors import RefusedSql
from sqlwright.sqlkit._dialects import dialect_named

LONGEST = 1_000_000
"""Characters of a statement."""
MOST_TOKENS = 20_000
"""Words and signs of a statement; reading so many takes about a second."""
_RUN_BY_MYSQL = re.compile(r"/\*M?!")
_NESTING = frozenset({"postgres", "duckdb", "tsql", "redshift", "snowflake", "clickhouse"})
"""Dialects in which a comment may stand within a comment."""
_FLAT = r"(?>\s|(?:--|#)[^\n\r]*|/\*(?!M?!)(?:(?!/\*).)*?\*/)*"
_MYSQL = r"(?>\s|(?:--(?=[\s\x00-\x1f]|\Z)|#)[^\n\r]*|/\*(?!M?!)(?:(?!/\*).)*?\*/)*"
_NESTED = r"(?>\s|--[^\n\r]*|/\*(?!M?!).*\*/)*"
_DOUBLED = r"'(?:[^']|'')*'"
_NAMES = r"\"(?:[^\"]|\"\")*\""
_QUOTES = {
    "sqlite": rf"{_DOUBLED}|{_NAMES}|`(?:[^`]|``)*`|\[[^\]]*\]",
    "mysql": r"'(?:[^'\\]|''|\\.)*'|\"(?:[^\"\\]|\"\"|\\.)*\"|`(?:[^`]|``)*`",
    "postgres": rf"[eE]'(?:[^'\\]|''|\\.)*'|{_DOUBLED}|{_NAMES}|\$(?:[^\W\d]\w*)?\$",
    "duckdb": rf"[eE]'(?:[^'\\]|''|\\.)*'|{_DOUBLED}|{_NAMES}|\$(?:[^\W\d]\w*)?\$",
    "oracle": rf"[nN]?[qQ]'|{_DOUBLED}|{_NAMES}",
    "tsql": rf"{_DOUBLED}|{_NAMES}|\[(?:[^\]]|\]\])*\]",
}
_QUOTE = re.compile(r"['\"`\[]")


def require_plain(sql: str, dialect: str) -> list[Token]:
    """Return a statement's words and signs.

    Raises:
        RefusedSql: it is too long, or holds what no engine reads as a character, or a quote in it is not closed.
    """
    if len(sql) > LONGEST:
        raise RefusedSql("length", f"the statement is longer than {LONGEST:,} characters; write a shorter one")
    if "\0" in sql:
        raise RefusedSql("character", "the statement holds a null character; leave it out")
    try:
        sql.encode()
    except UnicodeEncodeError:
        raise RefusedSql("character", "the statement holds half of a surrogate pair; write it as UTF-8") from None
    tokens = _tokens(sql, dialect, "parse")
    if len(tokens) > MOST_TOKENS:
        raise RefusedSql("length", f"the statement has more than {MOST_TOKENS:,} words and signs; write a shorter one")
    return tokens


def require_plain_comments(sql: str, tokens: list[Token], dialect: str) -> None:
    """Raise RefusedSql for a comment that an engine runs, or that engines end at different places."""
    ends = [-1, *(token.end for token in tokens)]
    starts = [*(token.start for token in tokens), len(sql)]
    for end, start in zip(ends, starts, strict=True):
        between = sql[end + 1 : start]
        if _RUN_BY_MYSQL.search(between):
            raise RefusedSql("comment", "comments that MySQL runs (/*! ... */) are not allowed; leave them out")
        if not _blanks(dialect).fullmatch(between):
            shown = between.strip()[:40]
            raise RefusedSql("comment", f"{shown!r} ends at different places for different engines; leave it out")


def require_alike(text: str, dialect: str) -> None:
    """Raise RefusedSql unless sqlglot and the engine's own rules find the same quoted texts, and nothing doubtful."""
    reader = _reader(dialect)
    if reader is None:
        return
    quoted = set()
    for token in _tokens(text, dialect, "text"):
        quote = _QUOTE.search(text, token.start, token.end + 1)
        if quote is not None and token.end > quote.start():
            quoted.add((quote.start(), token.end + 1))
    found = set()
    for match in reader.finditer(text):
        kind, piece = match.lastgroup, match[0]
        if kind == "quoted":
            quote = _QUOTE.search(piece)
            if quote is None:
                raise RefusedSql("text", f"{piece!r} opens a text for the engine alone")
            found.add((match.start() + quote.start(), match.end()))
        elif kind == "comment" or piece in ";$\\\0":
            raise RefusedSql("text", f"{piece[:40]!r} may not stand in what is run")
        elif kind == "word" and not all(map(_is_of_word, piece)):
            raise RefusedSql("character", f"the name {piece[:40]!r} holds a character that engines read differently")
        elif kind == "sign" and not (piece.isascii() and piece.isprintable()):
            raise RefusedSql("character", f"{piece!r} may not stand outside of quotes; write plain signs and spaces")
    if dialect == "duckdb":  # there [1, 2] is a list
        found = {span for span in found if text[span[0]] != "["}
    if quoted != found:
        raise RefusedSql("text", "the guard and the engine would read its quotes differently; write them plainly")


def _tokens(sql: str, dialect: str, rule: str) -> list[Token]:
    try:
        return dialect_named(dialect).tokenize(sql)
    except SqlglotError as error:
        raise RefusedSql(rule, f"not valid {dialect} SQL: {str(error).splitlines()[0]}") from None


@cache
def _blanks(dialect: str) -> re.Pattern[str]:
    """Return what may stand between two words: white space, and comments that every reader ends at the same place."""
    blanks = _NESTED if dialect in _NESTING else _MYSQL if dialect == "mysql" else _FLAT
    return re.compile(blanks, re.DOTALL)


@cache
def _reader(dialect: str) -> re.Pattern[str] | None:
    """Return the pattern that takes a text of the dialect apart; None for one whose quotes are not written down."""
    if dialect not in _QUOTES:
        return None
    comment = r"--|/\*" + ("|#" if dialect == "mysql" else "")
    return re.compile(
        rf"(?P<quoted>{_QUOTES[dialect]})|(?P<comment>{comment})|(?P<word>(?:[^\W\d]|[^\x00-\x7f])(?:[\w$]|[^\x00-\x7f])*)|"
        r"(?P<number>\d[\w.]*)|(?P<blank>[ \n]+)|(?P<sign>.)",
        re.DOTALL,
    )


def _is_of_word(character: str) -> bool:
    return character.isalnum() or character in "_$#" or category(character)[0] == "M"
