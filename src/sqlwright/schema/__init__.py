"""What a database looks like: read it, render it for a model, sample its values, find it in questions.

    schema = introspect("sqlite:///shop.db")
    print(render(schema, "ddl", budget=2000))
    values = read_values("sqlite:///shop.db", schema)
    links = Linker(schema, values).link("Which customers live in Oslo?")

`parse_ddl` and `read_spider_tables` give the same `Schema` from files.
"""

from sqlwright.schema.compact import render_compact
from sqlwright.schema.ddl_read import parse_ddl
from sqlwright.schema.introspect import introspect
from sqlwright.schema.lexicon import Lexicon
from sqlwright.schema.linker import Link, Linker
from sqlwright.schema.model import Column, ForeignKey, Schema, Table, kind_of_type
from sqlwright.schema.personal import looks_personal
from sqlwright.schema.render import Style, approximate_tokens, render
from sqlwright.schema.resolve import subset
from sqlwright.schema.spider import read_spider_tables
from sqlwright.schema.values import SampleOptions, Value, Values, read_values, with_samples

__all__ = [
    "Column",
    "ForeignKey",
    "Lexicon",
    "Link",
    "Linker",
    "SampleOptions",
    "Schema",
    "Style",
    "Table",
    "Value",
    "Values",
    "approximate_tokens",
    "introspect",
    "kind_of_type",
    "looks_personal",
    "parse_ddl",
    "read_spider_tables",
    "read_values",
    "render",
    "render_compact",
    "subset",
    "with_samples",
]
