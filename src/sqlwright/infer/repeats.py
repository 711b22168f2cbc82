"""What would only repeat itself: a column compared with itself or taken from itself, an item that is listed already.

    SELECT name , name FROM city        SELECT opened - opened FROM city        ... WHERE id = id

Of the 3,983 statements of Spider's training set none says such a thing on purpose; small models do. While a statement
is read, what is under way as a repetition is kept as the words that are still to come: an echo. The name that would
make it whole is refused.
"""

from __future__ import annotations

from sqlwright.infer.sqlwords import CALLS

Words = tuple[str, ...]

_TELLING = frozenset(("=", "<>", "!=", "==", "<", ">", "<=", ">=", "-", "/"))
"""Between equal values these tell nothing."""


def echoes_after(echoes: tuple[Words, ...], words: Words, *, listed: bool) -> tuple[Words, ...]:
    """Return what the next words must not be.

    Args:
        echoes: the same, before the last of `words`.
        words: the statement up to here.
        listed: whether the last word is a comma between items of a select list.
    """
    last = words[-1]
    if listed:
        return _items(words)
    if last in _TELLING:
        return (operand(words[:-1]),)
    return tuple(echo[1:] for echo in echoes if echo[:1] == (last,))


def repeating(echoes: tuple[Words, ...]) -> frozenset[str]:
    """Return the names that would make an echo whole."""
    return frozenset(echo[0] for echo in echoes if echo[1:] in ((), (")",)))


def _items(words: Words) -> tuple[Words, ...]:
    """Return the items of the select list that ends with this comma."""
    items: list[Words] = []
    end, depth = len(words) - 1, 0
    for at in range(len(words) - 2, -1, -1):
        depth += (words[at] == ")") - (words[at] == "(")
        if depth == 0 and words[at] in (",", "SELECT", "DISTINCT"):
            items.append(words[at + 1 : end])
            end = at
            if words[at] != ",":
                break
    return tuple(items)


def operand(words: Words) -> Words:
    """Return the value that words end with: a column, with its table or without, or a call."""
    if words[-1:] != (")",):
        return words[-3:] if words[-2:-1] == (".",) else words[-1:]
    depth = 0
    for at in range(len(words) - 1, -1, -1):
        depth += (words[at] == ")") - (words[at] == "(")
        if depth == 0:
            called = at > 0 and words[at - 1] in CALLS
            return words[at - called :]
    return ()
