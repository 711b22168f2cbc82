"""Which names make sense at a place, by the schema's keys.

    SELECT name FROM band WHERE id IN ( SELECT      -- band_id of song, not its title
    SELECT SUM ( song .                             -- length, not band_id

A subquery behind IN gives a column that keys tie to the one before IN, where there is any such key; and keys are
neither summed nor averaged.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlwright.infer.frames import NONE, Catalogue, Frame, Names, Select, With
from sqlwright.infer.names import ALIASES, selects
from sqlwright.infer.repeats import Words, operand


def sensible(
    catalogue: Catalogue, frames: Sequence[Frame], words: Words, columns: Names, qualifiers: Names = NONE
) -> Names:
    """Return those of the names that make sense behind `words`; all of them where no column does."""
    qualifier = words[-2] if words[-1:] == (".",) else ""
    before = words[:-2] if qualifier else words
    if before[-1:] == ("DISTINCT",):
        before = before[:-1]
    if before[-3:] == ("IN", "(", "SELECT"):
        tied = _tied(catalogue, frames, before[:-3])
        fits = columns & {column for table, column in tied if qualifier in ("", table)}
        return fits | (qualifiers & (ALIASES | {table for table, _ in tied})) if fits else columns | qualifiers
    if before[-2:] in (("SUM", "("), ("AVG", "(")):
        return (columns - catalogue.keys.numbering(qualifier) or columns) | qualifiers
    return columns | qualifiers


def _tied(catalogue: Catalogue, frames: Sequence[Frame], words: Words) -> frozenset[tuple[str, str]]:
    """Return the (table, column) that keys tie to the column before an IN, with which `words` end; none for any."""
    if any(isinstance(frame, With) for frame in frames):
        return frozenset()
    outer: Select = selects(frames)[-2]
    *table, column = operand(words[:-1] if words[-1] == "NOT" else words)
    sources = [
        source for source in outer.sources if column in source.columns and (not table or source.name == table[0])
    ]
    if outer.clause == "list" or len(sources) != 1:
        return frozenset()
    return catalogue.keys.tied(sources[0].table, column)
