"""SQL of the public questions as tokens that say which table and which column they name.

A token that names a table is `@table`, one that names a column `@table|column`, both in lower case; all others are as
they stand in the SQL. So a name can be changed in one table and not in another, and a join put where it belongs.

    tokens = marked("SELECT name FROM singer", schema)   # ("SELECT", "@singer|name", "FROM", "@singer")
    rendered(tokens, {"@singer|name": "label", "@singer": "artist"})   # ["SELECT", "label", "FROM", "artist"]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from sqlwright.schema.model import Schema
from sqlwright.sqlkit.names import identifier

_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\d+\.\d+|\w+|<=|>=|<>|\|\||[^\s\w]")
SET_WORDS = frozenset(("UNION", "INTERSECT", "EXCEPT"))
_KEYWORDS = frozenset(
    "SELECT FROM WHERE JOIN LEFT ON AND OR NOT IN LIKE BETWEEN IS NULL EXISTS GROUP BY HAVING ORDER DESC LIMIT AS "
    "DISTINCT UNION INTERSECT EXCEPT ALL CASE WHEN THEN ELSE END CAST COUNT SUM AVG MIN MAX".split()
)
_AFTER_FROM = frozenset(("WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", *SET_WORDS))


def mark(table: str, column: str = "") -> str:
    """Return the token of a table or of its column."""
    return f"@{table}|{column}".lower() if column else f"@{table}".lower()


def marks(tokens: Iterable[str]) -> frozenset[str]:
    """Return the tables and columns that the tokens name."""
    return frozenset(token for token in tokens if token[0] == "@")


def scopes(tokens: Sequence[str]) -> tuple[list[int], list[int]]:
    """Return of each token the number of its SELECT, and of each SELECT the one around it (itself for none)."""
    numbers: list[int] = []
    around, stack = [0], [0]
    opened: list[bool] = []
    for at, token in enumerate(tokens):
        if token == "(":
            numbers.append(stack[-1])
            opened.append(tokens[at + 1 : at + 2] in (("SELECT",), ["SELECT"]))
            if opened[-1]:
                around.append(stack[-1])
                stack.append(len(around) - 1)
            continue
        if token == ")" and opened and opened.pop():
            stack.pop()
        elif token in SET_WORDS:
            own, new = stack.pop(), len(around)
            around.append(around[own] if around[own] != own else new)
            stack.append(new)
        numbers.append(stack[-1])
    return numbers, around


def from_end(tokens: Sequence[str], numbers: Sequence[int], scope: int) -> int:
    """Return where the FROM clause of a SELECT ends."""
    inside = [at for at, number in enumerate(numbers) if number == scope]
    start = next(at for at in inside if tokens[at] == "FROM")
    depth = 0
    for at in range(start, len(tokens)):
        if tokens[at] == "(":
            depth += 1
        elif tokens[at] == ")":
            depth -= 1
            if depth < 0:
                return at
        elif not depth and tokens[at] in _AFTER_FROM:
            return at
    return len(tokens)


def marked(sql: str, schema: Schema) -> tuple[str, ...]:
    """Return the tokens of a query, names marked; where a SELECT has several tables, each column is qualified."""
    tokens = _TOKEN.findall(sql)
    columns = {t.name.lower(): {c.name.lower() for c in t.columns} for t in schema.tables}
    numbers, around = scopes(tokens)
    bare = [token.strip('"').lower() if token[0] != "'" and token not in _KEYWORDS else "" for token in tokens]
    tables: list[dict[str, str]] = [{} for _ in around]
    for at, token in enumerate(tokens[:-1]):
        if token in ("FROM", "JOIN") and bare[at + 1] in columns:
            alias = tokens[at + 3] if tokens[at + 2 : at + 3] == ["AS"] else bare[at + 1]
            tables[numbers[at]][alias.strip('"').lower()] = bare[at + 1]
    result: list[str] = []
    for at, token in enumerate(tokens):
        before = tokens[at - 1] if at else ""
        after = tokens[at + 1] if at + 1 < len(tokens) else ""
        visible = _visible(numbers[at], tables, around)
        word = bare[at]
        if before in ("FROM", "JOIN") and word in columns:
            result.append(mark(word))
        elif before == "." and (table := visible.get(bare[at - 2])) and word in columns[table]:
            result.append(mark(table, word))
        elif after == "." and word in visible:
            result.append(mark(word) if visible[word] == word else token)
        elif word and before not in (".", "AS") and after != "(" and (table := _owner(word, visible, columns)):
            if len(tables[numbers[at]]) > 1 and table in tables[numbers[at]]:
                result += [mark(table), "."]
            result.append(mark(table, word))
        else:
            result.append(token)
    return tuple(result)


def _visible(scope: int, tables: list[dict[str, str]], around: list[int]) -> dict[str, str]:
    """Return the tables that a SELECT sees, by alias: its own first."""
    found = dict(tables[scope])
    while around[scope] != scope:
        scope = around[scope]
        found |= {alias: table for alias, table in tables[scope].items() if alias not in found}
    return found


def _owner(word: str, visible: dict[str, str], columns: dict[str, set[str]]) -> str:
    return next((table for table in visible.values() if word in columns[table]), "")


def rendered(tokens: Iterable[str], names: Mapping[str, str]) -> list[str]:
    """Return the tokens with names in the place of marks, quoted where SQL asks for it."""
    return [identifier(names[token]) if token[0] == "@" else token for token in tokens]
