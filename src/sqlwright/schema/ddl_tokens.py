"""What a syntax tree of a CREATE TABLE does not keep: types as they were written, and the comments beside columns.

sqlglot's tokenizer hangs a comment on the token before it when both are on one line, else on the token after it. So a
comment at the end of a column's line, after the comma or before it, is that column's, and so is one on lines of its own
before the column; a comment around the opening or after the closing parenthesis is the table's.

    CREATE TABLE customer ( -- people who bought something
        id INTEGER PRIMARY KEY, -- number on the card
        /* as on the passport */
        name TEXT /* e.g. 'Ann', 'Bo' */
    )

`e.g.` and quoted values in a block comment, which is how `render` writes them in DDL, are sample values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from sqlwright.errors import SchemaError

_TYPE_ENDS = re.compile(
    r"PRIMARY|NOT|NULL|UNIQUE|CHECK|DEFAULT|COLLATE|REFERENCES|GENERATED|AS|AUTO_?INCREMENT|COMMENT|ON|KEY|CONSTRAINT|"
    r"CHARSET|IDENTITY|STORED|VIRTUAL|INVISIBLE|VISIBLE|DEFERRABLE|ENABLE|DISABLE|HIDDEN|USING|"
    r"COMPRESSION|STORAGE|SORTKEY|DISTKEY|ENCODE|FOREIGN|PRIMARY KEY|FOREIGN KEY",
    re.IGNORECASE,
)
_CHARACTER_SET = re.compile(r"\s+CHARACTER\s+SET\s+\w+", re.IGNORECASE)
_SAMPLES = re.compile(r"\s*e\.g\.\s+((?:'(?:[^']|'')*'(?:,\s*|\s*$))+)", re.DOTALL)
_SAMPLE = re.compile(r"'((?:[^']|'')*)'")
_NOISE = re.compile(r"^(!\d|table structure for |name: .*; type: |dumping data |records of )|,$", re.IGNORECASE)
_RULER = re.compile(r"^[-=*#]{2,}\s*|\s*[-=*#]{2,}$")
VIEW_MARK = "view"
"""A block comment of this word after CREATE TABLE says that the table is a view (see `ddl_write`)."""


@dataclass(frozen=True, slots=True)
class Item:
    """One part of a table's body as it was written: a column (or a constraint, which callers pass over)."""

    name: str
    type: str
    comment: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """The written form of a CREATE TABLE."""

    comment: str
    items: dict[str, Item]
    is_view: bool


def tokenize(text: str, dialect: str) -> list[Token]:
    """Return the tokens of some SQL. Raises SchemaError when it cannot be split into tokens."""
    try:
        return Dialect.get_or_raise(dialect).tokenize(text)
    except (SqlglotError, ValueError) as error:
        raise SchemaError(f"not readable as {dialect} DDL: {str(error).splitlines()[0]}") from None


def read_body(tokens: Sequence[Token], text: str) -> Body | None:
    """Return the body of one CREATE TABLE statement, or None when it has none (CREATE TABLE ... AS SELECT).

    Args:
        tokens: the statement's tokens, with its semicolon if there is one.
        text: the text that the tokens' positions refer to.
    """
    opening = opening_of(tokens)
    if opening is None:
        return None
    head = [comment for token in tokens[: opening + 1] for comment in token.comments]
    parts, tail = split_body(tokens, opening, text)
    items = {part.tokens[0].text: _item(part, text) for part in parts if part.tokens}
    marks = [comment for comment in head if comment.strip().lower() == VIEW_MARK]
    comment = _join([comment for comment in head if comment not in marks]) or _join(tail)
    return Body(comment, items, bool(marks))


def opening_of(tokens: Sequence[Token]) -> int | None:
    """Return the index of the first opening parenthesis, if any."""
    return next((i for i, token in enumerate(tokens) if token.token_type is TokenType.L_PAREN), None)


@dataclass(slots=True)
class Part:
    """The tokens of one part of a body, and the comments that belong to it."""

    tokens: list[Token]
    comments: list[str]


def split_body(tokens: Sequence[Token], opening: int, text: str) -> tuple[list[Part], list[str]]:
    """Split the body at its commas; return the parts and the comments that follow the body."""
    parts = [Part([], [])]
    depth = 1
    tail: list[str] = []
    for i in range(opening + 1, len(tokens)):
        token = tokens[i]
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        if depth == 0:
            after, before = _sides(token, text)
            parts[-1].comments += before
            tail = after + [comment for rest in tokens[i + 1 :] for comment in rest.comments]
            break
        if depth == 1 and token.token_type is TokenType.COMMA:
            after, before = _sides(token, text)
            parts[-1].comments += after
            parts.append(Part([], before))
        else:
            parts[-1].tokens.append(token)
            parts[-1].comments += token.comments
    return parts, tail


def _sides(token: Token, text: str) -> tuple[list[str], list[str]]:
    """Return the comments of a comma or parenthesis that follow it on its line, and those that stand before it."""
    line_end = text.find("\n", token.end)
    line = text[token.end + 1 : line_end if line_end >= 0 else len(text)]
    after = [comment for comment in token.comments if comment.splitlines() and comment.splitlines()[0] in line]
    return after, [comment for comment in token.comments if comment not in after]


def _item(part: Part, text: str) -> Item:
    samples = next((_samples(comment) for comment in part.comments if _SAMPLES.fullmatch(comment)), ())
    comment = _join([comment for comment in part.comments if not _SAMPLES.fullmatch(comment)])
    return Item(part.tokens[0].text, _written_type(part.tokens, text), comment, samples)


def type_end(tokens: Sequence[Token]) -> int:
    """Return where the type of a column ends: the index of the first token that is neither its name nor its type."""
    depth = 0
    for i, token in enumerate(tokens[1:], 1):
        if depth == 0 and token.token_type is not TokenType.IDENTIFIER and _TYPE_ENDS.fullmatch(token.text):
            return i
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
    return len(tokens)


def _written_type(tokens: Sequence[Token], text: str) -> str:
    end = type_end(tokens)
    written = text[tokens[1].start : tokens[end - 1].end + 1] if end > 1 else ""
    return " ".join(_CHARACTER_SET.sub("", written).split())


def _samples(comment: str) -> tuple[str, ...]:
    return tuple(value.replace("''", "'") for value in _SAMPLE.findall(comment))


def _join(comments: Iterable[str]) -> str:
    """Return comments as one line, without rulers, dump headers and columns that are commented out."""
    lines = []
    for comment in comments:
        rows = comment.splitlines()
        lines += [row.strip().removeprefix("*") if len(rows) > 1 else row for row in rows]
    said = (_RULER.sub("", line.strip()).strip() for line in lines)
    return " ".join(line for line in said if line and not _NOISE.search(line))
