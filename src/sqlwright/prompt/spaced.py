"""SQL with one space between all its tokens, as the embedded base model reads and writes it.

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
