"""Writes the links of a question as the embedded model reads them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlwright.schema.compact import identifier
from sqlwright.schema.linker import Link

_MARKS = {"exact": " +", "partial": " ~", "synonym": " ^"}


def render_links(links: Sequence[Link]) -> str:
    """Return the links as the embedded model reads them, one space between tokens.

    `customer +` is an exact match, `~` a partial one, `^` a synonym, `ticket . status = 'closed'` a value; items are
    joined by " , ". Identifiers are quoted as in the compact rendering, and a quote in a value is doubled as in SQL.
    """
    return " , ".join([_render(link) for link in links])


def _render(link: Link) -> str:
    name = identifier(link.table)
    if link.column is not None:
        name = f"{name} . {identifier(link.column)}"
    if link.value is None:
        return name + _MARKS[link.kind]
    return f"{name} = '{' '.join(link.value.split()).replace(chr(39), chr(39) * 2)}'"
