"""Everything that reads SQL as a tree: normalise, compare, classify, translate.

    canonical("select T1.name from singer as T1 where T1.age != 30;")   # SELECT name FROM singer WHERE age <> 30
    skeleton(sql), operators(sql), hardness(sql), tables_of(sql)

All take the dialect by sqlglot's name, raise SqlError for what is not one statement that parses, and touch no database.
"""

from sqlwright.sqlkit.canonical import canonical, canonical_tree
from sqlwright.sqlkit.classify import OPERATORS, operators
from sqlwright.sqlkit.clean import clean
from sqlwright.sqlkit.compare import exact_match, skeleton, token_match
from sqlwright.sqlkit.hardness import LEVELS, Hardness, hardness
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
    "skeleton",
    "tables_of",
    "token_match",
    "transpile",
]
