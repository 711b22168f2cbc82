"""What a database looks like: read it, render it for a model, sample its values."""

from sqlwright.schema.compact import render_compact
from sqlwright.schema.model import Column, ForeignKey, Schema, Table, kind_of_type
from sqlwright.schema.values import Value, Values

__all__ = ["Column", "ForeignKey", "Schema", "Table", "Value", "Values", "kind_of_type", "render_compact"]
