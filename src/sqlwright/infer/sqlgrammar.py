"""Writes down, as a grammar, what a model may write for one schema: one statement that reads, with the schema's names.

    lark(schema)    # for llguidance
    gbnf(schema)    # for llama.cpp, and for vLLM through xgrammar

Whatever it lets through parses, and names no table and no column that the schema has not. Which table has which
column it knows only behind a table's name and a dot, since a context-free grammar cannot tell what an alias stands
for. To keep that promise it has no common table expressions, and names that a select list gives cannot be used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlwright.schema import Schema
from sqlwright.sqlkit.names import identifier, is_plain, keeps_case

_RULES = r"""
root: ~ query ~ ";"?
query: core (_ setoperation _ core)* (_ orders)? {limit}?
orders: ORDER _ BY _ order (~ "," ~ order)*
setoperation: UNION (_ ALL)? | INTERSECT | EXCEPT
core: SELECT _ (DISTINCT _)? outputs _ FROM _ source join* (_ WHERE _ condition)? (_ GROUP _ BY _ keys)?
outputs: "*" | output (~ "," ~ output)*
output: expression (_ AS _ newname)? | qualifier ~ "." ~ "*"
source: table (_ {as_} alias)? | subquery _ {as_} alias
join: _ ((INNER | LEFT (_ OUTER)?) _)? JOIN _ source _ ON _ condition | _ CROSS _ JOIN _ source | ~ "," ~ source
keys: expression (~ "," ~ expression)* (_ HAVING _ condition)?
order: expression (_ (ASC | DESC))?
condition: predicate (_ (AND | OR) _ predicate)*
predicate: (NOT _)? ("(" ~ condition ~ ")" | EXISTS ~ subquery | expression (comparison | test))
comparison: ~ ("=" | "<>" | "!=" | "<=" | ">=" | "<" | ">") ~ expression
test: _ (NOT _)? (inlist | BETWEEN _ expression _ AND _ expression | LIKE _ string) | _ IS _ (NOT _)? NULL
inlist: IN ~ (subquery | "(" ~ expression (~ "," ~ expression)* ~ ")")
subquery: "(" ~ query ~ ")"
expression: operand (operator operand)*
operator: ~ ("+" | "*" | "/" | {joins}) ~ | _ "-" _
operand: column | string | number | call | case | subquery | "(" ~ expression ~ ")"
case: CASE (_ WHEN _ condition _ THEN _ expression)+ (_ ELSE _ expression)? _ END
call: aggregate | scalar | window
aggregate: COUNT {open} ~ "*" ~ ")" | (COUNT | SUM | AVG | MIN | MAX) {open} ~ (DISTINCT _)? expression ~ ")"
window: (RANK | DENSE_RANK | ROW_NUMBER) {open} ~ ")" _ OVER ~ "(" ~ partition? ORDER _ BY _ rank (~ "," ~ rank)* ~ ")"
partition: PARTITION _ BY _ column (~ "," ~ column)* _
rank: (column | (COUNT | SUM | AVG | MIN | MAX) {open} ~ column ~ ")") (_ (ASC | DESC))?
cast: CAST {open} ~ expression _ AS _ ({types}) ~ ")"
column: bare | alias ~ "." ~ bare
qualifier: table | alias
alias: /[A-Za-z][0-9]?/
newname: ({words}) /[_][a-z0-9_]+/? | {quote} /[A-Za-z][A-Za-z0-9 _]*/ {quote}
string: /[']([^'\\\x00-\x1f]|['][']){{0,200}}[']/
number: /[-]?[0-9]{{1,18}}([.][0-9]{{1,18}})?/
integer: /[0-9]{{1,9}}/
ws: /([ \t]{{1,2}}|[ ]?[\n][ \t]{{0,16}})/
"""
"""Words in capitals are keywords; `_` is white space that must stand there, `~` white space that may. No line is empty,
since prose may follow behind an empty line (see `extract`)."""

_SCALARS = {
    "": "ABS(1) ROUND(1-2) LENGTH(1) LOWER(1) UPPER(1) TRIM(1) COALESCE(2-3) NULLIF(2) REPLACE(3)",
    "sqlite": "SUBSTR(2-3) IFNULL(2) DATE(1) JULIANDAY(1) STRFTIME(text,1)",
    "duckdb": "SUBSTR(2-3) CONCAT(2-3) YEAR(1) MONTH(1) DAY(1) DATE_TRUNC(text,1) STRFTIME(1,text)",
    "postgres": "SUBSTR(2-3) CONCAT(2-3) DATE_TRUNC(text,1) DATE_PART(text,1) TO_CHAR(1,text)",
    "mysql": "SUBSTR(2-3) CONCAT(2-3) IFNULL(2) DATE(1) YEAR(1) MONTH(1) DAY(1) DATEDIFF(2) DATE_FORMAT(1,text)",
    "oracle": "SUBSTR(2-3) NVL(2) TO_CHAR(1,text)",
}
"""By dialect ("" for all): functions of values, with what stands in their parentheses."""
_EXTRACTS = frozenset({"postgres", "duckdb", "mysql", "oracle"})
_TYPES = {"mysql": "SIGNED CHAR DATE", "oracle": "NUMBER DATE"}
_USUAL_TYPES = "INTEGER REAL TEXT DATE"
_WORDS = "n num number total count cnt avg average max min sum ratio percentage difference result"
_LIMIT = "(_ LIMIT _ integer (_ OFFSET _ integer)?)"
_LITERAL = r'"(?:[^"\\]|\\.)*"'
_LITERALS = re.compile(rf"{_LITERAL}(?: \| {_LITERAL})*")
_QUOTED = re.compile(rf"({_LITERAL}|/[^/\n]*/)")
_NAME = re.compile(r"\b[a-z]+\b")
_KEYWORD = re.compile(r"\b[A-Z][A-Z_]+\b")
_QUOTES = {"mysql": "`"}


def lark(schema: Schema) -> str:
    """Return the grammar in llguidance's dialect of Lark."""
    rules = _rules(schema)
    rules["start"] = rules.pop("root")
    # Lists of names as terminals: a parser's work grows with its rules' alternatives, a lexer's does not.
    lists = {name for name, body in rules.items() if _LITERALS.fullmatch(body)}

    def renamed(body: str) -> str:
        parts = _QUOTED.split(body)
        parts[::2] = [_NAME.sub(lambda one: one[0].upper() if one[0] in lists else one[0], part) for part in parts[::2]]
        return "".join(parts)

    return "\n".join(f"{renamed(name)}: {renamed(body)}" for name, body in rules.items()) + "\n"


def gbnf(schema: Schema) -> str:
    """Return the grammar as llama.cpp and xgrammar read it."""
    return "\n".join(f"{name} ::= {_bare(body)}" for name, body in _rules(schema).items()) + "\n"


def _bare(body: str) -> str:
    """Return a rule without the strokes around its regular expressions, whose signs GBNF takes as they are."""
    parts = re.split(f"({_LITERAL})", body)
    return "".join(part if part.startswith('"') else re.sub(r"/([^/\n]*)/", r"(\1)", part) for part in parts)


def _rules(schema: Schema) -> dict[str, str]:
    """Return the rules by name, in the notation that Lark and GBNF have in common, but for regular expressions."""
    dialect = schema.dialect
    quote = _literal(_QUOTES.get(dialect, '"'))
    text = _RULES.format(
        open=_opening(dialect),
        joins='"%"' if dialect == "mysql" else '"%" | "||"',  # which is OR there
        limit="(_ FETCH _ FIRST _ integer _ ROWS _ ONLY)" if dialect == "oracle" else _LIMIT,
        as_="(AS _)?" if dialect != "oracle" else "",
        types=" | ".join(_TYPES.get(dialect, _USUAL_TYPES).split()),
        words=" | ".join(_literal(word) for word in _WORDS.split() if is_plain(word, dialect)),
        quote=quote,
    )
    rules = dict(line.split(": ", 1) for line in text.strip().splitlines())
    rules["scalar"] = " | ".join(["cast", *_scalars(dialect)])
    rules = {name: _spelled_out(body) for name, body in rules.items()}
    tables = {table.name: [column.name for column in table.columns] for table in schema.tables}
    rules["table"] = _names(tables, dialect)
    rules["bare"] = _names((name for columns in tables.values() for name in columns), dialect)
    for number, (table, columns) in enumerate(tables.items()):
        own = "".join(chr(ord("a") + int(digit)) for digit in str(number))
        rules[f"table{own}"], rules[f"in{own}"] = _names([table], dialect), _names(columns, dialect)
        rules["column"] += f' | table{own} ws? "." ws? in{own}'
    return rules


def _scalars(dialect: str) -> list[str]:
    """Return the alternatives of a call of a function of values."""
    opening, found = _opening(dialect), []
    for name, within in re.findall(r"(\w+)\(([^)]*)\)", f"{_SCALARS['']} {_SCALARS.get(dialect, '')}"):
        if "text" in within:
            arguments = ' ~ "," ~ '.join("string" if part == "text" else "expression" for part in within.split(","))
        else:
            least, _, most = within.partition("-")
            arguments = ' ~ "," ~ '.join(["expression"] * int(least))
            arguments += ' (~ "," ~ expression)?' * (int(most or least) - int(least))
        found.append(f'{name} {opening} ~ {arguments} ~ ")"')
    if dialect in _EXTRACTS:
        found.append(f'EXTRACT {opening} ~ (YEAR | MONTH | DAY) _ FROM _ expression ~ ")"')
    return found


def _opening(dialect: str) -> str:
    """Return the parenthesis behind a function's name; MySQL takes a name before a space for no function."""
    return '"("' if dialect == "mysql" else '~ "("'


def _spelled_out(body: str) -> str:
    """Return a rule with keywords in capitals or small letters, and the signs for white space written out."""
    parts = _QUOTED.split(body)
    for at in range(0, len(parts), 2):
        part = _KEYWORD.sub(lambda word: f'("{word[0]}" | "{word[0].lower()}")', parts[at])
        parts[at] = re.sub(r"(?<!\w)_(?!\w)", "ws", part).replace("~", "ws?")
    return "".join(parts)


def _names(names: Iterable[str], dialect: str) -> str:
    """Return the ways to write these names: as canonical SQL does, and in quotes where those mean the same."""
    quote = _QUOTES.get(dialect, '"')
    ways: dict[str, None] = {}
    for name in names:
        ways[identifier(name, dialect)] = None
        if keeps_case(name, dialect) or not is_plain(name, dialect):
            ways[quote + name.replace(quote, quote * 2) + quote] = None
    return " | ".join(map(_literal, ways))


def _literal(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
