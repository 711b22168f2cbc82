"""SQL with one space between all its tokens, as the embedded base model reads and writes it; and back, for people.

An identifier then has the same sub-word tokens in the schema (` city`), in a qualified name (`customer . city`) and
in a call (`AVG ( price )`), so that a small model copies it instead of learning each spelling. Spacing never changes
what a statement means: quoted strings and identifiers are kept as they are.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""'(?:[^']|'')*'          # string
      | "(?:[^"]|"")*"          # quoted identifier
      | `[^`]*`
      | \d+\.?\d*[eE][+-]?\d+
      | \d+\.\d+
      | \w+                     # word, number, CJK identifier
      | <=> | ->> | -> | <= | >= | <> | != | == | \|\| | ::
      | \S""",
    re.VERBOSE,
)


def spaced(sql: str) -> str:
    """Return `sql` with exactly one space between tokens."""
    return " ".join(_TOKEN.findall(sql))


_WORD = re.compile(r"""[\w"`]""")
_NO_CALL = frozenset(
    "all and any as between by case distinct else except exists filter from group having in intersect is join like "
    "limit not offset on or over partition select some then union using values when where with within".split()
)
"""Words before a parenthesis that they do not call."""


def tight(sql: str) -> str:
    """Return `sql` as people write it: `COUNT(*)`, `a.b`, `x, y`. `spaced` makes the same of both."""
    tokens = _TOKEN.findall(sql)
    out = tokens[:1]
    for at in range(1, len(tokens)):
        out += ["" if _joined(tokens, at) else " ", tokens[at]]
    return "".join(out)


def _joined(tokens: list[str], at: int) -> bool:
    """Whether a token stands at once behind the one before it."""
    before, token = tokens[at - 1], tokens[at]
    if token in (",", ")", ";", "::") or before in ("(", "::"):
        return True
    if token == "(":
        return bool(_WORD.match(before)) and before.lower() not in _NO_CALL
    dot = at if token == "." else at - 1
    return tokens[dot] == "." and 0 < dot < len(tokens) - 1 and _names(tokens[dot - 1], tokens[dot + 1])


def _names(first: str, second: str) -> bool:
    """Whether a dot between two tokens is that of a qualified name."""
    return bool(_WORD.match(first)) and not first.isdigit() and (second == "*" or bool(_WORD.match(second)))
