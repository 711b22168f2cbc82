"""The `compact` rendering: the fewest tokens, and what the embedded base model reads.

    author : id # * , name [ Ann ] , born @ ; book : id # * , author_id # > author . id , "list price" #

Tables are joined with " ; " and columns with " , "; all tokens are one space apart. After a column's name stand, in
this order and only where they apply: `#` number, `@` date, `?` boolean; `*` part of the primary key; `> table . column`
for each foreign key; `[ sample ]`, the first sample value. Comments are not in it. Training data is made at thousands
of renderings a second, so this file is string joins and little else.
"""

from __future__ import annotations

import re
from functools import lru_cache

from sqlwright.schema.model import Schema, Table, kind_of_type

SAMPLE_LENGTH = 24
"""Characters of a sample value that are shown."""

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_PLAIN = re.compile(rf"[A-Za-z_{_CJK}][A-Za-z0-9_{_CJK}]*")
_NOT_IN_SAMPLES = str.maketrans({"[": " ", "]": " "})
_KIND_MARKS = {"number": " #", "date": " @", "boolean": " ?"}


@lru_cache(maxsize=65536)
def identifier(name: str) -> str:
    """Return a name as `compact` shows it: as is when it is a plain word, else in double quotes."""
    return name if _PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"'


@lru_cache(maxsize=4096)
def _kind_mark(type_: str) -> str:
    return _KIND_MARKS.get(kind_of_type(type_), "")


def _sample_mark(sample: str) -> str:
    shown = " ".join(sample.translate(_NOT_IN_SAMPLES).split())[:SAMPLE_LENGTH].rstrip()
    return f" [ {shown} ]" if shown else ""


def _reference_marks(table: Table) -> dict[str, str]:
    marks: dict[str, str] = {}
    for key in table.foreign_keys:
        target = identifier(key.target_table)
        for column, target_column in zip(key.columns, key.target_columns, strict=True):
            mark = f" > {target} . {identifier(target_column)}"
            seen = marks.get(column, "")
            if f"{mark} " not in f"{seen} ":
                marks[column] = seen + mark
    return marks


def _render_table(table: Table) -> str:
    references = _reference_marks(table) if table.foreign_keys else {}
    primary = table.primary_key
    parts = []
    for column in table.columns:
        name = column.name
        text = identifier(name) + _kind_mark(column.type)
        if name in primary:
            text += " *"
        if name in references:
            text += references[name]
        if column.samples:
            text += _sample_mark(column.samples[0])
        parts.append(text)
    return f"{identifier(table.name)} : {' , '.join(parts)}"


def render_compact(schema: Schema) -> str:
    """Return the schema in one line, in the form that the module describes."""
    return " ; ".join([_render_table(table) for table in schema.tables])
