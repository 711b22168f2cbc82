"""What the writer knows about the words of a schema, worked out once a schema: nouns of tables, phrases and senses of columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from sqlwright.schema import model
from sqlwright.schema.words import plural, singular, split_identifier
from sqlwright.synth.english.lexis import (
    AMOUNTS,
    BORN,
    CATEGORY_WORDS,
    DATE_VERBS,
    EVENT_VERBS,
    LARGEST,
    LATEST,
    MASS,
    NEWEST,
    PEOPLE,
    PLACES,
    SCALES,
    STATES,
    Scale,
)

Sense = Literal["key", "flag", "date", "year", "place", "category", "number", "name", "text"]
_YEARS = frozenset({"year", "founded", "built", "established", "opened"})
_LABELS = ("name", "title", "full name", "fullname", "label")
_FIRST = frozenset({"first name", "firstname", "fname", "forename", "given name"})
_LAST = frozenset({"last name", "lastname", "lname", "surname", "family name"})
_FLAG_PREFIXES = frozenset({"is", "has", "was", "can", "have", "are"})
_PART_NAMES = frozenset({"first", "last", "middle", "user", "file", "family", "given", "short", "nick"})


class Namer(Protocol):
    """The part of `schema.lexicon.Lexicon` that the writer uses."""

    def names_of_table(self, table: model.Table, language: str) -> tuple[str, ...]:
        """Return phrases for the table, most natural first."""

    def names_of_column(self, table: model.Table, column: model.Column, language: str) -> tuple[str, ...]:
        """Return phrases for the column, most natural first."""


@dataclass(frozen=True, slots=True)
class TableWords:
    """How a table's rows are called."""

    name: str
    nouns: tuple[tuple[str, str], ...]
    """Singular and plural, most natural first."""
    head: str
    """Last word of the first noun: "item" of "order item"."""
    human: bool
    label: tuple[str, ...]
    """Columns that people take for the row's name: its name or title, or first and last name; () when it has none."""
    keys: frozenset[str]
    """Primary-key columns, lower case."""
    link: bool
    """Whether it only ties two or more other tables together."""
    event: str
    """What is done to a row at its date ("placed" of an order), or ""."""


@dataclass(frozen=True, slots=True)
class ColumnWords:
    """How a column is called and what it is about."""

    table: str
    name: str
    phrases: tuple[str, ...]
    sense: Sense
    scale: Scale | None
    """Adjectives, only when no other column of the table could be meant by them."""
    places: tuple[str, ...]
    verb: tuple[str, bool] | None
    """Participle of a date ("hired", True), or None."""
    flag: tuple[str, str]
    """("adj", "active"), ("have", "parking"), or ("", "") when the flag's name is no predicate."""
    head: str
    """Last word of the column's first phrase."""
    many: bool
    """Whether the phrase is a plural already ("credits", "stars")."""


class Names:
    """The words of one schema, each worked out when first asked for."""

    def __init__(self, schema: model.Schema, lexicon: Namer) -> None:
        self.schema = schema
        self._lexicon = lexicon
        self._tables: dict[str, TableWords] = {}
        self._columns: dict[tuple[str, str], ColumnWords] = {}

    def table(self, name: str) -> TableWords:
        """Return the words of a table. Raises SchemaError."""
        words = self._tables.get(name)
        if words is None:
            words = self._tables[name] = self._table(self.schema.table(name))
        return words

    def column(self, table: str, name: str) -> ColumnWords:
        """Return the words of a column. Raises SchemaError."""
        words = self._columns.get((table, name))
        if words is None:
            owner = self.schema.table(table)
            words = self._columns[table, name] = self._column(owner, owner.column(name))
        return words

    def role(self, table: str, column: str) -> str:
        """Return what a foreign key calls its target when that is not the target's own name ("origin airport"), else ""."""
        for key in self.schema.table(table).foreign_keys:
            if key.columns[0].lower() == column.lower():
                words = [w for w in split_identifier(column) if w not in ("id", "code", "key", "no", "number", "fk")]
                own = {singular(w) for w in split_identifier(key.target_table)}
                if words and words[0].startswith("report"):
                    return "manager"
                if not words or {singular(w) for w in words} <= own or not "".join(words).isascii():
                    return ""
                if (
                    len(words[-1]) < 4
                    or key.target_table.lower() == table.lower()
                    or own & {singular(w) for w in words}
                ):
                    return " ".join(words)
                return "" if singular(words[-1]) in {t for n in own for t in (n, n[:4])} else " ".join(words)
        return ""

    def target_of(self, table: str, column: str) -> str:
        """Return what a row that a foreign key points to is called ("customer"), or "" when the column is no foreign key."""
        for key in self.schema.table(table).foreign_keys:
            if key.columns[0].lower() == column.lower():
                return self.role(table, column) or self.table(key.target_table).nouns[0][0]
        return ""

    def only_date(self, table: str) -> bool:
        """Return whether the table has one date, so that "year" alone is clear."""
        owner = self.schema.table(table)
        return sum(self.column(table, c.name).sense in ("date", "year") for c in owner.columns) == 1

    def _table(self, table: model.Table) -> TableWords:
        phrases = self._lexicon.names_of_table(table, "en") or (" ".join(split_identifier(table.name)) or table.name,)
        nouns = tuple((p, p if p.split()[-1] in MASS else plural(p)) for p in phrases)
        head = singular(phrases[0].split()[-1])
        keys = {c.lower() for key in table.foreign_keys for c in key.columns}
        plain = [c for c in table.columns if c.name.lower() not in keys and c.name not in table.primary_key]
        return TableWords(
            name=table.name,
            nouns=nouns,
            head=head,
            human=head in PEOPLE,
            label=self._label(table),
            keys=frozenset(c.lower() for c in table.primary_key),
            link=len(table.foreign_keys) >= 2 and len(plain) <= 1,
            event=EVENT_VERBS.get(head, ""),
        )

    def _label(self, table: model.Table) -> tuple[str, ...]:
        own = {singular(w) for w in split_identifier(table.name)}
        first = last = ""
        for column in table.columns:
            if column.kind != "text":
                continue
            short = " ".join(w for w in split_identifier(column.name) if singular(w) not in own)
            if short in _LABELS:
                return (column.name,)
            first = first or (column.name if short in _FIRST else "")
            last = last or (column.name if short in _LAST else "")
        return (first, last) if first and last else ()

    def _column(self, table: model.Table, column: model.Column) -> ColumnWords:
        words = split_identifier(column.name) or (column.name.lower(),)
        phrases = self._lexicon.names_of_column(table, column, "en") or (" ".join(words),)
        sense = self._sense(table, column, words)
        last = singular(words[-1])
        verb = next((DATE_VERBS[w] for w in words if w in DATE_VERBS), None) if sense in ("date", "year") else None
        if (
            verb is None
            and sense in ("date", "year")
            and all(w in ("date", "time", "timestamp", "at", "on", "year") for w in words)
        ):
            event = EVENT_VERBS.get(singular((split_identifier(table.name) or ("",))[-1]))
            verb = (event, True) if event else None
        return ColumnWords(
            table=table.name,
            name=column.name,
            phrases=phrases,
            sense=sense,
            scale=self._scale(table, column, sense, words),
            places=PLACES.get(last, ()) if sense == "place" else (),
            verb=verb,
            flag=_flag(words) if sense == "flag" else ("", ""),
            head=phrases[0].split()[-1],
            many=plural(phrases[0]) == phrases[0] and singular(phrases[0].split()[-1]) != phrases[0].split()[-1],
        )

    def _sense(self, table: model.Table, column: model.Column, words: tuple[str, ...]) -> Sense:
        name, last = column.name.lower(), singular(words[-1])
        if name in (c.lower() for c in table.primary_key) or any(
            name in (c.lower() for c in key.columns) for key in table.foreign_keys
        ):
            return "key"
        if column.kind == "boolean" or (words[0] in _FLAG_PREFIXES and len(words) > 1 and column.kind != "date"):
            return "flag"
        if last in _YEARS and (column.kind in ("number", "date") or last == "year"):
            return "year"
        if (
            column.kind == "date"
            or words[-1] in ("date", "birthday", "datetime", "timestamp", "dob")
            or name.endswith("_at")
        ):
            return "date"
        if column.kind == "number":
            return "key" if last in ("id", "code", "zip", "phone") else "number"
        if last in PLACES:
            return "place"
        if last in CATEGORY_WORDS:
            return "category"
        if last in ("name", "title") and not _PART_NAMES.intersection(words):
            return "name"
        return "text"

    def _scale(self, table: model.Table, column: model.Column, sense: Sense, words: tuple[str, ...]) -> Scale | None:
        rivals = [c for c in table.columns if c is not column]
        if sense in ("date", "year"):
            if any(self._sense(table, c, split_identifier(c.name) or ("x",)) in ("date", "year") for c in rivals):
                return None
            if any(SCALES.get(singular((split_identifier(c.name) or ("x",))[-1])) is SCALES["age"] for c in rivals):
                return None
            if {"birth", "birthday", "birthdate", "dob", "born"} & set(words):
                return BORN
            human = singular((split_identifier(table.name) or ("",))[-1]) in PEOPLE
            return None if human else LATEST if sense == "date" else NEWEST
        if sense != "number":
            return None
        last = singular(words[-1])
        scale = SCALES.get(last) or (LARGEST if last in AMOUNTS else None)
        if scale is None or (len(words) > 1 and words[0] in ("average", "avg", "max", "min", "unit")):
            return None
        for rival in rivals:
            other = singular((split_identifier(rival.name) or ("x",))[-1])
            theirs = SCALES.get(other) or (LARGEST if other in AMOUNTS else None)
            if theirs and rival.kind in ("number", "date") and set(theirs.most) & set(scale.most):
                return None
        return scale


def _flag(words: tuple[str, ...]) -> tuple[str, str]:
    if words[0] in ("is", "was", "are"):
        rest = " ".join(words[1:])
        return (
            "noun"
            if words[-1] not in STATES and not rest.endswith(("ed", "ive", "able", "al", "ent", "ic"))
            else "adj",
            rest,
        )
    if words[0] in ("has", "have"):
        return ("have", " ".join(words[1:]))
    if words[0] == "can":
        return ("can", " ".join(words[1:]))
    if len(words) == 1 and (words[0] in STATES or words[0].endswith("ed")):
        return ("adj", words[0])
    return ("", "")
