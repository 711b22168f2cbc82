"""What the writer knows of a schema's words, worked out once: nouns of tables, phrases and senses of columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlwright.schema import model
from sqlwright.schema.words import plural, singular, split_identifier
from sqlwright.synth.catalog import Values
from sqlwright.synth.english.lexis import BARE_DATES, COUNTED, EVENT_VERBS, MASS, ODD_NOUNS, PEOPLE, PLACES, Scale
from sqlwright.synth.english.senses import (
    Sense,
    flag_of,
    label_of,
    measured,
    scale_of,
    sense_of,
    shortens,
    verb_of,
    without_table,
    words_of,
)
from sqlwright.synth.tree import Column, Value

_ABBREVIATED = {
    "dest": "destination",
    "src": "source",
    "orig": "origin",
    "mgr": "manager",
    "emp": "employee",
    "dept": "department",
}
_PREPOSITIONS = frozenset({"in", "of", "by", "to", "at", "for", "as", "on", "has", "is"})
_ODD_PHRASES = frozenset({"day", "sort", "place"})
"""Lexicon names that are right for linking and mislead as a column's name."""


_SHORTENED = frozenset(
    "name fee price date amount salary cost title status phone email address score rating quantity stock".split()
)
"""Last words of names that people say alone: the fee for the consultation fee."""


class Namer(Protocol):
    """The part of `schema.lexicon.Lexicon` that the writer uses."""

    def names_of_table(self, table: model.Table, language: str) -> tuple[str, ...]:
        """Return phrases for the table, most natural first."""

    def names_of_column(self, table: model.Table, column: model.Column, language: str) -> tuple[str, ...]:
        """Return phrases for the column, most natural first."""

    def names_of_value(self, value: str, language: str) -> tuple[str, ...]:
        """Return other words for a stored value."""

    def hints_of_value(self, value: str, language: str) -> tuple[str, ...]:
        """Return words that point to a stored value without naming it."""


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
    counted: str
    """What a count counts ("pages" of "number of pages"), or ""."""
    short: str
    """The name without its table's: "name" of "dept_name" in department; "" when that is the whole name."""


class Names:
    """The words of one schema, each worked out when first asked for."""

    def __init__(self, schema: model.Schema, lexicon: Namer, values: Values | None = None) -> None:
        self.schema = schema
        self._lexicon = lexicon
        self._values = values or {}
        self._others: dict[str, tuple[str, ...]] = {}
        self._adjectives: dict[str, str] = {}
        self._tables: dict[str, TableWords] = {}
        self._columns: dict[tuple[str, str], ColumnWords] = {}
        self._people = -1
        self._roles: dict[tuple[str, str], str] = {}

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

    def values_of(self, column: Column) -> Sequence[Value]:
        """Return the stored values of a column, most frequent first; none where they are not known."""
        return self._values.get((column.table, column.name), ())

    def names_of_value(self, value: str) -> tuple[str, ...]:
        """Return other words for a stored value: "called off" for cancelled."""
        names = self._others.get(value)
        if names is None:
            names = self._others[value] = self._lexicon.names_of_value(value, "en")
        return names

    def adjective_of(self, value: str) -> str:
        """Return the adjective of a stored place ("German"), or ""."""
        adjective = self._adjectives.get(value)
        if adjective is None:
            hints = self._lexicon.hints_of_value(value, "en")
            adjective = hints[0].capitalize() if len(hints) == 1 and hints[0].isalpha() else ""
            self._adjectives[value] = adjective
        return adjective

    def role(self, table: str, column: str) -> str:
        """Return what a foreign key calls its target, as "origin airport"; "" when that is the target's own name."""
        cached = self._roles.get((table, column))
        if cached is None:
            cached = self._roles[table, column] = self._role(table, column)
        return cached

    def _role(self, table: str, column: str) -> str:
        for key in self.schema.table(table).foreign_keys:
            if key.columns[0].lower() == column.lower():
                dropped = {"id", "code", "key", "no", "number", "fk", "ref", "name", *key.target_columns}
                words = [w for w in split_identifier(column) if w not in dropped]
                if not _PREPOSITIONS.isdisjoint(words):
                    return ""
                own = [singular(w) for w in split_identifier(key.target_table)]
                if words and words[0].startswith("report"):
                    return "manager"
                if not "".join(words).isascii() or all(any(shortens(singular(w), o) for o in own) for w in words):
                    return ""
                return " ".join(_ABBREVIATED.get(w, w) for w in words)
        return ""

    def only_place(self, table: str) -> bool:
        """Return whether the table has one place column, so that "where" is clear."""
        owner = self.schema.table(table)
        return sum(bool(self.column(table, c.name).places) for c in owner.columns) == 1

    def people(self) -> int:
        """Return how many tables hold people, so that "who" is clear when there is one."""
        if self._people < 0:
            self._people = sum(self.table(t.name).human for t in self.schema.tables)
        return self._people

    def points_to(self, table: str, column: str, target: str) -> bool:
        """Return whether a column is a foreign key of `table` to `target`."""
        return any(
            key.columns[0].lower() == column.lower() and key.target_table.lower() == target.lower()
            for key in self.schema.table(table).foreign_keys
        )

    def target_of(self, table: str, column: str) -> str:
        """Return what the row a foreign key points to is called ("customer"), or "" for another column."""
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
        phrases = (
            tuple(p for p in phrases if p not in ODD_NOUNS or len(phrases) == 1 or p == singular(table.name.lower()))
            or phrases
        )
        nouns = tuple((p, p if p.split()[-1] in MASS else plural(p)) for p in phrases)
        head = singular(phrases[0].split()[-1])
        keys = {c.lower() for key in table.foreign_keys for c in key.columns}
        plain = [c for c in table.columns if c.name.lower() not in keys and c.name not in table.primary_key]
        return TableWords(
            name=table.name,
            nouns=nouns,
            head=head,
            human=head in PEOPLE,
            label=label_of(table),
            keys=frozenset(c.lower() for c in table.primary_key),
            link=len(table.foreign_keys) >= 2 and len(plain) <= 1,
            event=EVENT_VERBS.get(head, ""),
        )

    def _column(self, table: model.Table, column: model.Column) -> ColumnWords:
        words, sense = words_of(column.name), sense_of(table, column)
        phrases, counted = self._phrases(table, column, sense), ""
        if sense == "number" and len(measured(column.name)) < len(words):
            thing = " ".join(measured(column.name))
            phrases = (thing, *(("length",) if words[-2] == "duration" else ()), f"{thing} in {words[-1]}")
        elif sense == "number" and "per" in words[1:] and singular(words[0]) != words[0]:
            counted = " ".join(words)
            phrases = (counted,)
        elif sense == "number" and singular(words[-1]) in COUNTED and singular(words[-1]) != words[-1]:
            counted = " ".join(w for w in words if w not in ("num", "number", "no", "total", "of"))
            phrases = (f"number of {counted}",)
        return ColumnWords(
            table=table.name,
            name=column.name,
            phrases=phrases,
            sense=sense,
            scale=scale_of(table, column),
            places=PLACES.get(singular(words[-1]), ()) if sense == "place" else (),
            verb=verb_of(table, column),
            flag=flag_of(column) if sense == "flag" else ("", ""),
            head=phrases[0].split()[-1],
            counted=counted,
            short=without_table(table.name, column.name),
        )

    def _phrases(self, table: model.Table, column: model.Column, sense: Sense) -> tuple[str, ...]:
        """Return the column's phrases, those that read badly inside a sentence left out."""
        words = words_of(column.name)
        raw = " ".join(words)
        if sense == "flag":
            kind, text = flag_of(column)
            return (f"{text} status", f"{text} flag") if kind == "adj" else (f"{text or raw} flag",)
        found = list(self._lexicon.names_of_column(table, column, "en")) or [raw]
        if sense in ("date", "year") and raw in BARE_DATES:
            unit = "year" if sense == "year" else "date"
            found = [f"{BARE_DATES[raw]} {unit}", *(p for p in found if p.endswith(unit) and p != raw)]
            return tuple(dict.fromkeys(found))
        odd = [f" of the {noun}" for noun, _ in self.table(table.name).nouns] + [" at", " on", ".", " each"]
        phrases = [p for p in found if not p.endswith(tuple(odd)) and p not in _ODD_PHRASES] or found
        if sense == "date" and not self._one_date(table):
            phrases = [p for p in phrases if p not in ("date", "time")] or phrases
        if raw in phrases and not raw.endswith(f" {phrases[0]}"):
            phrases.remove(raw)
            phrases.insert(0, raw)
        if sense == "number" and raw != phrases[0] and raw == plural(phrases[0]):
            phrases[0] = raw
        short = self._short(table, words, phrases)
        if short == "name" and column.name in label_of(table):
            phrases.insert(0, short)
        elif short:
            phrases.insert(1, short)
        return tuple(phrases)

    @staticmethod
    def _short(table: model.Table, words: tuple[str, ...], phrases: list[str]) -> str:
        """Return the last word of a name, as people shorten it where no other column of the table ends in it."""
        last = words[-1]
        if len(words) < 2 or last not in _SHORTENED or last in phrases:
            return ""
        if last == "date" and sum(sense_of(table, column) in ("date", "year") for column in table.columns) > 1:
            return ""
        return last if sum(words_of(column.name)[-1] == last for column in table.columns) == 1 else ""

    @staticmethod
    def _one_date(table: model.Table) -> bool:
        return sum(sense_of(table, c) == "date" for c in table.columns) <= 1
