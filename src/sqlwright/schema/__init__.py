"""What a database looks like: read it, render it for a model, sample its values, find it in questions.

schema = introspect("sqlite:///shop.db")        # or parse_ddl(text), or read_spider_tables("tables.json")
print(render(schema, "ddl", budget=2000))
values = read_values("sqlite:///shop.db", schema)
"""

from sqlwright.schema.compact import render_compact
from sqlwright.schema.ddl_read import parse_ddl
from sqlwright.schema.model import Column, ForeignKey, Schema, Table, kind_of_type
from sqlwright.schema.render import Style, approximate_tokens, render
from sqlwright.schema.resolve import subset
from sqlwright.schema.values import Value, Values

__all__ = [
    "Column",
    "ForeignKey",
    "Schema",
    "Style",
    "Table",
    "Value",
    "Values",
    "approximate_tokens",
    "kind_of_type",
    "parse_ddl",
    "render",
    "render_compact",
    "subset",
]
