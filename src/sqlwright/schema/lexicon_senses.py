"""Which of its meanings a word has where it stands: the title of a person is a 职称, that of a book a 书名.

    column_sense(("title",), ("doctors",), (), person=True)     # the row with 职称, 职务, 头衔
    table_sense(("loans",), ("reader", "book"))                 # the row with 借阅, 借书
    value_sense("tablet", ("drugs", "form"))                    # the row with 片剂, 药片

`senses.tsv` and `value_senses.tsv` have the columns of the lexicon's other files, but that the second says where the
row holds: a word of the table's name ("doctor"), a word of another column of the table (".author"), "@person" for a
table of people, or "*" anywhere. Of values it is a word of the column or its table. The first row that holds is
taken; of values that for which most words speak.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from sqlwright.schema.lexicon_rows import Row, rows
from sqlwright.schema.words import singular


def column_sense(
    words: tuple[str, ...], table: tuple[str, ...], beside: tuple[str, ...], *, head: str = "", person: bool = False
) -> Row | None:
    """Return the row of a column.

    Args:
        words: those of its identifier.
        table: the words of its table's name.
        beside: the words of its neighbours.
        head: how the lexicon's general row has the column, where there is one.
        person: whether the table's rows are people.
    """
    found = _senses("senses").get(" ".join(words)) or _senses("senses").get(head)
    if not found:
        return None
    owner, others = {singular(word) for word in table}, {singular(word) for word in beside}
    return next((row for row in found if _holds(row.aliases, owner, others, person=person)), None)


def table_sense(words: tuple[str, ...], columns: tuple[str, ...]) -> Row | None:
    """Return the row of a table of these words; `columns` are the words of its columns."""
    key = " ".join((*words[:-1], *map(singular, words[-1:])))
    found = _senses("table_senses").get(key)
    others = {singular(word) for word in columns}
    return next((row for row in found or () if _holds(row.aliases, set(), others, person=False)), None)


def value_sense(value: str, place: Collection[str]) -> Row | None:
    """Return the row of a stored value in lower case that most of the words of its column and table speak for."""
    found = _senses("value_senses").get(value)
    if not found:
        return None
    words = {singular(word) for word in place}
    best = max(found, key=lambda row: len(words.intersection(row.aliases)))
    return None if words.isdisjoint(best.aliases) else best


def value_senses(value: str) -> tuple[Row, ...]:
    """Return every row of a stored value in lower case, where its place is not known."""
    return _senses("value_senses").get(value, ())


@cache
def _senses(file: str) -> dict[str, tuple[Row, ...]]:
    found: dict[str, tuple[Row, ...]] = {}
    for row in rows(file):
        found[row.head] = (*found.get(row.head, ()), row)
    return found


def _holds(where: tuple[str, ...], table: Collection[str], beside: Collection[str], *, person: bool) -> bool:
    return any(
        place == "*" or (place == "@person" and person) or place in table or (place[0] == "." and place[1:] in beside)
        for place in where
    )
