"""Everything that reads SQL as a tree: normalise, compare, classify, translate."""

from sqlwright.sqlkit.canonical import canonical
from sqlwright.sqlkit.names import identifier
from sqlwright.sqlkit.parsing import parse

__all__ = ["canonical", "identifier", "parse"]
