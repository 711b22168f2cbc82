"""What the writer knows about the words of a schema, worked out once a schema: nouns of tables, phrases and senses of columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from sqlwright.schema import model
from sqlwright.schema.words import plural, singular, split_identifier
from sqlwright.synth.english.lexis import (
    AMOUNTS,
    BORN,
    COUNTED,
    ODD_NOUNS,
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
_ABBREVIATED = {
    "dest": "destination",
    "src": "source",
    "orig": "origin",
    "mgr": "manager",
    "emp": "employee",
    "dept": "department",
}
_PREPOSITIONS = frozenset({"in", "of", "by", "to", "at", "for", "as", "on", "has", "is"})
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
    """Whether the first phrase is a plural ("sales", "wages")."""
    counted: str
    """What a count counts ("pages" of "number of pages"), or ""."""
    short: str
    """The name without its table's: "name" of "dept_name" in department; "" when that is the whole name."""


class Names:
    """The words of one schema, each worked out when first asked for."""

    def __init__(self, schema: model.Schema, lexicon: Namer) -> None:
        self.schema = schema
        self._lexicon = lexicon
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

    def role(self, table: str, column: str) -> str:
        """Return what a foreign key calls its target when that is not the target's own name ("origin airport"), else ""."""
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
                if not "".join(words).isascii() or all(any(_shortens(singular(w), o) for o in own) for w in words):
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
            words = split_identifier(column.name)
            first_word = (
                bool(words) and len(words) > 1 and len(words[0]) > 2 and any(_shortens(words[0], o) for o in own)
            )
            short = " ".join(words[1:] if first_word else [w for w in words if singular(w) not in own])
            if short in _LABELS:
                return (column.name,)
            first = first or (column.name if short in _FIRST else "")
            last = last or (column.name if short in _LAST else "")
        return (first, last) if first and last else ()

    def _column(self, table: model.Table, column: model.Column) -> ColumnWords:
        words = split_identifier(column.name) or (column.name.lower(),)
        sense = self._sense(table, column, words)
        phrases = self._phrases(table, column, words, sense)
        counted = ""
        if sense == "number" and singular(words[-1]) in COUNTED and singular(words[-1]) != words[-1]:
            thing = " ".join(w for w in words if w not in ("num", "number", "no", "total", "of"))
            counted, phrases = (
                thing,
                (f"number of {thing}", f"{thing} count" if thing == words[-1] and False else f"number of {thing}"),
            )
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
            many=not counted
            and plural(phrases[0]) == phrases[0]
            and singular(phrases[0].split()[-1]) != phrases[0].split()[-1],
            counted=counted,
            short=_short(table.name, words),
        )

    def _phrases(
        self, table: model.Table, column: model.Column, words: tuple[str, ...], sense: Sense
    ) -> tuple[str, ...]:
        """Return the column's phrases, those that read badly inside a sentence left out."""
        found = self._lexicon.names_of_column(table, column, "en") or (" ".join(words),)
        own = {noun for noun, _ in self.table(table.name).nouns}
        good = [
            p
            for p in found
            if not p.endswith((" at", " on", ".")) and not any(p.endswith(f" of the {noun}") for noun in own)
        ]
        if sense == "date" and len(good) > 1 and not self._one_date(table):
            good = [p for p in good if p not in ("date", "day", "time")] or good
        phrases = [p for p in (good or list(found)) if p not in ("day", "sort", "place") or len(good) == 1]
        raw = " ".join(words)
        if raw in phrases and not raw.endswith(f" {phrases[0]}"):
            phrases.remove(raw)
            phrases.insert(0, raw)
        if sense == "flag":
            kind, text = _flag(words)
            return (
                (f"{text} status", f"{text} flag")
                if kind == "adj"
                else (f"{raw.removeprefix('is ').removeprefix('has ')} flag",)
            )
        if (
            sense == "number"
            and words[-1] != singular(words[-1])
            and phrases[0] == " ".join((*words[:-1], singular(words[-1])))
        ):
            phrases[0] = raw
        return tuple(phrases)

    @staticmethod
    def _one_date(table: model.Table) -> bool:
        return sum(c.kind == "date" or c.name.lower().endswith(("date", "_at")) for c in table.columns) <= 1

    def _sense(self, table: model.Table, column: model.Column, words: tuple[str, ...]) -> Sense:
        name, last = column.name.lower(), singular(words[-1])
        if name in (c.lower() for c in table.primary_key) or any(
            name in (c.lower() for c in key.columns) for key in table.foreign_keys
        ):
            return "key"
        if (
            column.kind == "boolean"
            or (column.kind == "number" and last in STATES)
            or (words[0] in _FLAG_PREFIXES and len(words) > 1 and column.kind != "date")
        ):
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


def _shortens(word: str, whole: str) -> bool:
    """Return whether `word` is `whole` or an abbreviation of it: "emp" and "dept" of "employee" and "department"."""
    letters = iter(whole)
    return whole.startswith(word[:1]) and all(letter in letters for letter in word)


def _short(table: str, words: tuple[str, ...]) -> str:
    own = [singular(w) for w in split_identifier(table)]
    if len(words) > 1 and any(_shortens(words[0], o) for o in own) and len(words[0]) > 2:
        return " ".join(words[1:])
    return ""


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
