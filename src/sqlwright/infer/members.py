"""Which column a subquery behind IN may give: one that keys tie to the column before IN, where there is any such key.

... FROM band WHERE id NOT IN ( SELECT      -- band_id of song, not its title
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlwright.infer.frames import NONE, Catalogue, Frame, Names, Select, With
from sqlwright.infer.names import ALIASES, selects
from sqlwright.infer.repeats import Words, operand


def held(catalogue: Catalogue, frames: Sequence[Frame], words: Words, offered: Names) -> Names:
    """Return those of the `offered` names that may stand next, behind `words`."""
    if words[-1:] == (".",):
        tied = _tied(catalogue, frames, words[:-2])
        allowed = frozenset(column for table, column in tied if table == words[-2])
    else:
        tied = _tied(catalogue, frames, words)
        allowed = ALIASES.union(*tied) if tied else NONE
    return offered & allowed if allowed else offered


def _tied(catalogue: Catalogue, frames: Sequence[Frame], words: Words) -> frozenset[tuple[str, str]]:
    """Return the (table, column) that may stand next; none where any may."""
    if words[-1:] == ("DISTINCT",):
        words = words[:-1]
    if words[-3:] != ("IN", "(", "SELECT") or any(isinstance(frame, With) for frame in frames):
        return frozenset()
    outer: Select = selects(frames)[-2]
    before = operand(words[:-4] if words[-4] == "NOT" else words[:-3])
    qualifier = before[0] if len(before) == 3 else ""
    sources = [
        source for source in outer.sources if (source.name == qualifier if qualifier else before[-1] in source.columns)
    ]
    if outer.clause == "list" or len(sources) != 1 or before[-1] not in sources[0].columns:
        return frozenset()
    return catalogue.keys.tied(sources[0].table, before[-1])
