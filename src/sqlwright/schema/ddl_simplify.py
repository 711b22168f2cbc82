"""Cut a CREATE TABLE down to names and keys, for dialect features that sqlglot's parser does not know.

SQLite takes any words for a type (`UNSIGNED BIG INT`) and conflict clauses on constraints; other databases have their
own storage options. None of it matters to a schema, and types are taken from the text (see `ddl_tokens`).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot.tokenizer_core import Token, TokenType

from sqlwright.schema.ddl_tokens import opening_of, split_body, type_end

_CONSTRAINTS = frozenset(
    {"CONSTRAINT", "PRIMARY KEY", "FOREIGN KEY", "UNIQUE", "CHECK", "KEY", "INDEX", "FULLTEXT", "SPATIAL", "EXCLUDE"}
)
_KEYS = frozenset({"PRIMARY KEY", "FOREIGN KEY", "UNIQUE"})


def simplify(tokens: Sequence[Token], text: str) -> list[Token]:
    """Return the tokens of `CREATE TABLE name (column INT keys, ..., keys)`; the tokens as they are without a body."""
    opening = opening_of(tokens)
    if opening is None:
        return list(tokens)
    out = list(tokens[: opening + 1])
    parts = [simple for part in split_body(tokens, opening, text)[0] if part.tokens and (simple := _part(part.tokens))]
    for i, part in enumerate(parts):
        out += [Token(TokenType.COMMA, ","), *part] if i else part
    return [*out, Token(TokenType.R_PAREN, ")")]


def _part(tokens: list[Token]) -> list[Token]:
    if tokens[0].token_type is not TokenType.IDENTIFIER and tokens[0].text.upper() in _CONSTRAINTS:
        start = next((i for i, token in enumerate(tokens) if token.text.upper() in _KEYS), len(tokens))
        opening = opening_of(tokens[start:])
        if opening is None:
            return []
        end = _group_end(tokens, start + opening)
        return [tokens[start], *tokens[start + opening : end], *_kept(tokens, end)]
    return [tokens[0], Token(TokenType.INT, "INT"), *_kept(tokens, type_end(tokens))]


def _kept(tokens: list[Token], i: int) -> list[Token]:
    """Return the constraints from position `i` on that say something about keys, NULL or meaning."""
    out: list[Token] = []
    while i < len(tokens):
        word = tokens[i].text.upper()
        length = 1
        if word == "REFERENCES":
            length = _reference_length(tokens, i)
        elif (word == "NOT" and _word(tokens, i + 1) == "NULL") or word == "COMMENT":
            length = 2
        elif tokens[i].token_type is TokenType.L_PAREN:
            i = _group_end(tokens, i)
            continue
        elif word not in _KEYS:
            i += 1
            continue
        out += tokens[i : i + length]
        i += length
    return out


def _reference_length(tokens: list[Token], i: int) -> int:
    end = i + 2
    while end < len(tokens) and tokens[end].token_type is TokenType.DOT:
        end += 2
    if end < len(tokens) and tokens[end].token_type is TokenType.L_PAREN:
        end = _group_end(tokens, end)
    return end - i


def _group_end(tokens: list[Token], opening: int) -> int:
    """Return the index after the parenthesis that closes the one at `opening`."""
    depth = 0
    for i in range(opening, len(tokens)):
        depth += (tokens[i].token_type is TokenType.L_PAREN) - (tokens[i].token_type is TokenType.R_PAREN)
        if depth == 0:
            return i + 1
    return len(tokens)


def _word(tokens: list[Token], i: int) -> str:
    return tokens[i].text.upper() if i < len(tokens) else ""
