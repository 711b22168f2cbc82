"""Everything that reads SQL as a tree: normalise, compare, classify, translate, tell its steps.

    canonical("select T1.name from singer as T1 where T1.age != 30;")   # SELECT name FROM singer WHERE age <> 30
    skeleton(sql), operators(sql), hardness(sql), tables_of(sql)

All take the dialect by sqlglot's name, raise SqlError for what is not one statement that parses, and touch no database.

Names are imported when they are first used: the parser need not be loaded to read a statement's words (`lexing`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlwright._lazy import on_demand

if TYPE_CHECKING:
    from sqlwright.sqlkit._canonical import canonical, canonical_tree
    from sqlwright.sqlkit._clean import clean
    from sqlwright.sqlkit._hardness import LEVELS, Hardness, hardness
    from sqlwright.sqlkit._reasoning import reasoning
    from sqlwright.sqlkit.classify import OPERATORS, operators
    from sqlwright.sqlkit.compare import exact_match, skeleton, token_match
    from sqlwright.sqlkit.names import identifier
    from sqlwright.sqlkit.parsing import parse
    from sqlwright.sqlkit.tables import real_tables, tables_of
    from sqlwright.sqlkit.translate import transpile

__all__ = [
    "LEVELS",
    "OPERATORS",
    "Hardness",
    "canonical",
    "canonical_tree",
    "clean",
    "exact_match",
    "hardness",
    "identifier",
    "operators",
    "parse",
    "real_tables",
    "reasoning",
    "skeleton",
    "tables_of",
    "token_match",
    "transpile",
]

_MODULES = {
    "_canonical": (
        "canonical",
        "canonical_tree",
    ),
    "classify": (
        "OPERATORS",
        "operators",
    ),
    "_clean": ("clean",),
    "compare": (
        "exact_match",
        "skeleton",
        "token_match",
    ),
    "_hardness": (
        "LEVELS",
        "Hardness",
        "hardness",
    ),
    "_reasoning": ("reasoning",),
    "names": ("identifier",),
    "parsing": ("parse",),
    "tables": (
        "real_tables",
        "tables_of",
    ),
    "translate": ("transpile",),
}
__getattr__ = on_demand(__name__, _MODULES)
