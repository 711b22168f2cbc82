"""Which names of a schema are in scope at a place of a statement: tables, what they are called there, and columns.

The place is told by the `frames` that are open there, the innermost last.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlwright.infer.frames import Catalogue, Frame, Names, Paren, Select, With, once, union

ALIASES = frozenset(f"{letter}{number}" for letter in "Tt" for number in range(1, 5))
"""Names that canonical form gives to a table that occurs twice; small letters are PostgreSQL's."""
_TAIL = ("group", "having", "order")
"""Clauses in which the names of output columns count."""


def selects(frames: Sequence[Frame]) -> list[Select]:
    """Return the open SELECTs, the innermost last."""
    return [frame for frame in frames if isinstance(frame, Select)]


def select_at(frames: Sequence[Frame], qualifier: str) -> int:
    """Return the place of the SELECT that a column belongs to: the innermost, or one around it by qualifier."""
    places = [at for at, frame in enumerate(frames) if isinstance(frame, Select)]
    for at in reversed(places):
        select = frames[at]
        assert isinstance(select, Select)
        if not qualifier or select.clause == "list" or any(qualifier == source.name for source in select.sources):
            return at
    return places[-1]


def known_tables(catalogue: Catalogue, frames: Sequence[Frame]) -> dict[str, Names]:
    """Return the schema's tables and the common table expressions, which hide tables of their name."""
    known = catalogue.tables
    own = {source.name: source.columns for frame in frames if isinstance(frame, With) for source in frame.sources}
    return known | own if own else known


def tables(catalogue: Catalogue, frames: Sequence[Frame]) -> Names:
    """Return the tables that may stand next in FROM."""
    top = frames[-1]
    assert isinstance(top, Select)
    known = known_tables(catalogue, frames)
    if top.sources:
        apart = catalogue.keys.apart(top.sources)
        return frozenset(name for name, columns in known.items() if name not in apart and not top.needs & columns)
    return frozenset(name for name, columns in known.items() if top.needs <= columns)


def aliases(catalogue: Catalogue, select: Select) -> Names:
    """Return what the table that FROM took last may be called."""
    taken = {source.name for source in select.sources[:-1]}
    names = ALIASES | {name for name, _ in select.wants if name not in catalogue.tables}
    return frozenset(name for name in names - taken if select.wanted_of(name) <= select.sources[-1].columns)


def bare(catalogue: Catalogue, frames: Sequence[Frame]) -> Names:
    """Return the columns that may be named without a table."""
    select = selects(frames)[-1]
    if select.clause == "list":
        own = [source.columns for frame in frames if isinstance(frame, With) for source in frame.sources]
        offered = catalogue.beside(select.needs)
        return offered | union(columns for columns in own if select.needs <= columns) if own else offered
    using = isinstance(frames[-1], Paren) and frames[-1].holds == "using"
    columns = once(tuple(source.columns for source in select.sources), using)
    return columns | select.aliases | select.earlier if select.clause in _TAIL else columns


def qualifiers(catalogue: Catalogue, frames: Sequence[Frame]) -> Names:
    """Return the names that a dot may follow."""
    open_ = selects(frames)
    found = frozenset(source.name for select in open_ for source in select.sources if source.name)
    if any(select.clause == "list" for select in open_):
        found |= frozenset(known_tables(catalogue, frames)) | ALIASES
    return found


def columns_of(catalogue: Catalogue, frames: Sequence[Frame], qualifier: str) -> Names:
    """Return the columns that may follow `qualifier .`."""
    select = frames[select_at(frames, qualifier)]
    assert isinstance(select, Select)
    for source in select.sources:
        if source.name == qualifier:
            return source.columns
    known = known_tables(catalogue, frames)
    return known[qualifier] if qualifier in known else catalogue.beside(select.wanted_of(qualifier))
