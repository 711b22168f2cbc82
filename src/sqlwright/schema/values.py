"""Distinct values of a database's columns: what synthesis draws literals from and the linker looks for in questions.

values = read_values("sqlite:///shop.db", schema)
values["city", "name"]      # ("Lyon", "Oslo", ...), the most frequent first
"""

from __future__ import annotations

from collections.abc import Mapping

Value = str | int | float
"""A value as plain data: numbers as int or float, dates and times as ISO text, booleans as `bool` (an `int`)."""

Values = Mapping[tuple[str, str], tuple[Value, ...]]
"""Values by (table name, column name), spelled as in the schema; a column without values is absent."""
