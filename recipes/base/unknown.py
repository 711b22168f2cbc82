"""Questions that a schema cannot answer, for which the model learns to write "I do not know".

Most are near misses: of a group of questions over one schema a column or a table is hidden, so that those that name it
lose what they ask for, while the others keep their SQL over the same, smaller schema. A question only counts as
unanswerable where the linker found the hidden thing by name and finds nothing else for these words without it; one that
needs it without naming it is left out, since another column might serve. The rest are questions of other schemas, and
small talk.

    hidden = hide(schema, values, pairs, linker, lexicon, rng)
    hidden.schema, hidden.pairs     # SQL is UNKNOWN where nothing can answer
"""

from __future__ import annotations

import random
import re
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlwright.schema.lexicon import Lexicon
from sqlwright.schema.link_keys import STOP, WORD
from sqlwright.schema.linker import Linker
from sqlwright.schema.model import Schema, Table
from sqlwright.schema.values import Values
from sqlwright.schema.words import singular, split_identifier
from sqlwright.sqlkit.names import identifier

UNKNOWN = "I do not know"
"""What is written in place of SQL; `sqlwright ask` knows it for a polite no."""

Pairs = list[tuple[str, str]]
Item = tuple[str, str | None]
"""A table and its column, or None for the table itself."""

_KINDRED = (
    "age birth birthday born dob birthdate", "city address location town hometown place street site region area state "
    "province county postcode zip", "price cost amount fee charge rate value total payment paid money",
    "salary wage income pay earnings payroll revenue profit sales", "title name label caption", "phone mobile "
    "telephone contact cell fax", "email mail contact", "country nation nationality origin citizenship region",
    "sex gender", "type category kind class group sort genre style form", "description detail summary comment note "
    "text content remark", "rank position place standing order", "score point rating grade mark result gpa stars",
    "quantity count number amount total stock size", "start begin from since opening founded", "end finish to until "
    "closing expiry", "height length size depth width", "size area surface space capacity", "date day time when "
    "timestamp datetime month year period", "manager boss head director leader supervisor chief", "owner holder "
    "customer client buyer", "teacher instructor professor lecturer advisor", "student pupil", "employee staff worker "
    "personnel", "company firm business enterprise organization manufacturer maker brand vendor supplier",
    "product item good article", "status state condition", "weight mass", "speed velocity pace", "first given "
    "forename", "last family surname", "duration length minute hour time", "language tongue", "population people "
    "inhabitant resident", "party affiliation", "job occupation profession role position title", "level grade tier",
)  # fmt: skip
_KIN: dict[str, set[int]] = {}
for _at, _akin in enumerate(_KINDRED):
    for _word in _akin.split():
        _KIN.setdefault(_word, set()).add(_at)
_GENERAL = frozenset(("id", "code", "number", "no", "name", "type", "value", "key", "other", "detail", "info", "data"))
_SQL_NAME = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\w+")

_TALK = tuple(Path(__file__).with_name("talk.txt").read_text(encoding="utf-8").splitlines())


@dataclass(frozen=True, slots=True)
class Hidden:
    """A smaller schema, and the questions over it; the SQL is UNKNOWN where it cannot answer."""

    schema: Schema
    pairs: Pairs
    gone: frozenset[Item]
    linker: Linker
    """Of the smaller schema."""


def hide(
    schema: Schema, values: Values, pairs: Pairs, linker: Linker, lexicon: Lexicon, rng: random.Random
) -> Hidden | None:
    """Take a column, now and then a table, away from a group of questions; None where none lends itself.

    Args:
        values: what the linkers know of the columns' values.
        linker: of the whole schema.
    """
    found = _to_lose(schema, [names_in(sql) for _, sql in pairs], rng)
    if found is None:
        return None
    gone, needing = found
    smaller = without(schema, gone)
    rest = Linker(smaller, values, lexicon)
    kept: Pairs = []
    for (question, sql), needs in zip(pairs, needing, strict=True):
        if not needs:
            kept.append((question, sql))
        elif _asks_for(question, gone, linker, rest):
            kept.append((question, UNKNOWN))
    return Hidden(smaller, kept, gone, rest)


def _to_lose(
    schema: Schema, used: Sequence[frozenset[str]], rng: random.Random
) -> tuple[frozenset[Item], list[bool]] | None:
    """Return what may be taken from a schema, and which questions need it: some, and no more than half.

    Args:
        used: the names in each question's SQL.
    """
    choices: list[frozenset[Item]] = []
    if len(schema.tables) > 1 and rng.random() < 0.3:
        owners = rng.sample(schema.tables, len(schema.tables))
        choices += [frozenset([(owner.name, None), *_pointing(schema, owner.name)]) for owner in owners]
    columns = [(table, column.name) for table in schema.tables for column in table.columns]
    rng.shuffle(columns)
    for gone in choices + [frozenset([(t.name, c)]) for t, c in columns if is_apart(schema, t, c)]:
        lost = {identifier(column or table, schema.dialect) for table, column in gone}
        needing = [not lost.isdisjoint(names) for names in used]
        if 0 < sum(needing) <= len(used) // 2:
            return gone, needing
    return None


def is_apart(schema: Schema, table: Table, column: str) -> bool:
    """Whether a column is no key and no other table or column of the schema has a name that is akin to its own."""
    keys = {*table.primary_key, *(c for k in table.foreign_keys for c in k.columns)}
    keys |= {c for t in schema.tables for k in t.foreign_keys if k.target_table == table.name for c in k.target_columns}
    if column in keys or len(table.columns) < 2:
        return False
    own = _words(column) - _words(table.name)
    telling = own - _GENERAL or own
    if not telling:
        return False
    kin = _kin(telling)
    for other in schema.tables:
        if _words(other.name) & telling and other is not table:
            return False
        for name in (c.name for c in other.columns):
            if (other is not table or name != column) and (_words(name) & telling or _kin(_words(name)) & kin):
                return False
    return True


def unmet(question: str, linker: Linker) -> bool:
    """Whether a schema has hardly a word for a question of another one."""
    words = [at for at, word in enumerate(WORD.findall(question.lower())) if word not in STOP and not word.isdigit()]
    met, characters = linker.places(question)
    telling = len(words) + sum("\u4e00" <= c <= "\u9fff" for c in question) / 2
    explained = sum(at in met for at in words) + len(characters) / 2
    if any(link.column is None and link.kind in ("exact", "synonym") for link in linker.link(question)):
        return False
    return telling >= 3 and explained <= 0.34 * telling


class Strangers:
    """Questions of earlier groups, asked of the next ones, and small talk."""

    def __init__(self, rng: random.Random, most: int = 200) -> None:
        self.rng = rng
        self.seen: deque[str] = deque(maxlen=most)

    def question(self, linker: Linker) -> str | None:
        """Return something to ask of a schema that cannot answer it; None where the dice say nothing that fits."""
        if self.rng.random() < 0.2:
            talk = self.rng.choice(_TALK)
            return None if linker.link(talk) else talk
        question = self.rng.choice(self.seen) if self.seen else ""
        return question if question and unmet(question, linker) else None

    def remember(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Keep some questions for later."""
        self.seen.extend(question for question, _ in self.rng.sample(pairs, min(3, len(pairs))))


def names_in(sql: str) -> frozenset[str]:
    """Return the words of a statement as they are written, literals left out."""
    return frozenset(token for token in _SQL_NAME.findall(sql) if token[0] != "'")


def _asks_for(question: str, gone: Collection[Item], linker: Linker, rest: Linker) -> bool:
    """Whether a question names what is gone, in words that mean nothing else here."""
    named = any(
        link.kind in ("exact", "synonym") and ((link.table, link.column) in gone or (link.table, None) in gone)
        for link in linker.link(question)
    )
    if not named:
        return False
    before, characters = linker.places(question)
    after, others = rest.places(question)
    words = WORD.findall(question.lower())
    lost = [at for at in before - after if words[at] not in STOP and not words[at].isdigit()]
    return bool(lost) or len(characters - others) > 1


def without(schema: Schema, gone: Collection[Item]) -> Schema:
    """Return the schema less some columns and tables, and the keys that point there; a table must keep a column."""
    tables = []
    for table in schema.tables:
        kept = tuple(c for c in table.columns if (table.name, c.name) not in gone)
        if (table.name, None) in gone or not kept:
            continue
        names = {column.name for column in kept}
        keys = tuple(
            k for k in table.foreign_keys if (k.target_table, None) not in gone and names.issuperset(k.columns)
        )
        primary = tuple(name for name in table.primary_key if name in names)
        tables.append(replace(table, columns=kept, primary_key=primary, foreign_keys=keys))
    return replace(schema, tables=tuple(tables))


def _pointing(schema: Schema, target: str) -> list[tuple[str, str]]:
    """Return the columns of other tables that point to a table."""
    return [
        (t.name, c)
        for t in schema.tables
        for k in t.foreign_keys
        if k.target_table == target and t.name != target
        for c in k.columns
    ]


def _words(name: str) -> set[str]:
    return {singular(word) for word in split_identifier(name)}


def _kin(words: set[str]) -> set[int]:
    return {group for word in words for group in _KIN.get(word, ())}
