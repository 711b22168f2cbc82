"""Invent database schemas with values, endlessly: what the base model learns to read.

A schema has one to eight tables that point to each other. Names come from the lexicon's entities and attributes in
any of the spellings found in real databases (snake_case, camelCase, plural, abbreviated, prefixed, Chinese); a share
of the words means nothing, so that the model copies a name rather than recalls it. Values fit their columns: people's
names, codes, amounts, dates.

    inventor = Inventor(random.Random(0))
    schema, values = inventor.draw()
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from keys import reference_words
from sqlwright.schema.lexicon_rows import rows
from sqlwright.schema.model import Column, ForeignKey, Schema, Table
from sqlwright.schema.values import Value
from sqlwright.schema.words import plural
from words import CATEGORIES, CHINESE_GIVEN, CHINESE_SURNAMES, GIVEN, SURNAMES, Vocabulary

DIALECTS = ("sqlite", "duckdb", "postgres", "mysql", "oracle")
DIALECT_WEIGHTS = (70, 10, 12, 5, 3)

_DATE_WORDS = ("date", "birthday", "deadline", "dob")
_TIME_WORDS = ("time", "timestamp")
_REAL_WORDS = tuple(
    (
        "price cost amount fee rate ratio salary weight height length width distance score rating balance budget "
        "revenue profit tax discount percentage percent temperature area volume speed income expense wage "
        "bonus average "
        "gpa latitude longitude humidity pressure share interest margin total value payment premium payroll depth "
        "elevation"
    ).split()
)
_INTEGER_WORDS = tuple(
    (
        "count number quantity age year rank level points population capacity stock size duration minutes hours days "
        "votes goals wins losses floor pages credits order votes attendance seats floors calories position grade "
        "frequency priority downloads views likes followers enrollment mileage horsepower"
    ).split()
)
_FLAG_PREFIXES = ("is", "has", "can", "allow", "enable")
_PEOPLE = set(
    (
        "customer employee student teacher player user member patient doctor author artist singer actor director "
        "manager agent person people driver passenger coach instructor professor guest host client staff "
        "worker contact "
        "candidate voter owner seller buyer visitor athlete musician researcher engineer nurse writer editor reviewer "
        "tenant user pilot chef judge"
    ).split()
)


@dataclass(frozen=True, slots=True)
class _Attribute:
    words: str
    type: str
    values: tuple[Value, ...]


class Inventor:
    """Draws schemas and their values."""

    def __init__(self, rng: random.Random, vocabulary: Vocabulary | None = None) -> None:
        self.rng = rng
        self.vocabulary = vocabulary or Vocabulary()
        self.entities = rows("entities")
        self.attributes = rows("attributes")
        self._rows = {row.head: row for row in (*self.entities, *self.attributes)}
        self.modifiers = [row.head for row in rows("modifiers")]

    def draw(self) -> tuple[Schema, dict[tuple[str, str], tuple[Value, ...]]]:
        """Return a schema and the values of its columns."""
        rng = self.rng
        style = Style(rng)
        count = rng.choices((1, 2, 3, 4, 5, 6, 7, 8), (6, 16, 22, 20, 14, 10, 7, 5))[0]
        nouns = self._nouns(count)
        tables: list[Table] = []
        values: dict[tuple[str, str], tuple[Value, ...]] = {}
        for index, noun in enumerate(nouns):
            table, own = self._table(noun, tables, style, index)
            if any(other.name.lower() == table.name.lower() for other in tables):
                continue
            tables.append(table)
            values |= own
        rng.shuffle(tables)
        dialect = rng.choices(DIALECTS, DIALECT_WEIGHTS)[0]
        return Schema("db", tuple(tables), dialect), values

    def _nouns(self, count: int) -> list[str]:
        nouns: list[str] = []
        while len(nouns) < count:
            if self.rng.random() < 0.12:
                noun = self.vocabulary.word(self.rng)
            else:
                row = self.rng.choice(self.entities)
                noun = row.head if self.rng.random() < 0.75 or not row.aliases else self.rng.choice(row.aliases)
                if self.rng.random() < 0.08:
                    noun = f"{self.rng.choice(self.modifiers)} {noun}"
            if noun not in nouns:
                nouns.append(noun)
        return nouns

    def _table(
        self, noun: str, earlier: list[Table], style: Style, index: int
    ) -> tuple[Table, dict[tuple[str, str], tuple[Value, ...]]]:
        rng = self.rng
        name = style.table(noun)
        columns: list[Column] = []
        values: dict[tuple[str, str], tuple[Value, ...]] = {}
        keys: list[ForeignKey] = []

        def add(column: Column, own: tuple[Value, ...] = ()) -> bool:
            if any(other.name.lower() == column.name.lower() for other in columns):
                return False
            samples = tuple(str(v) for v in own[:1]) if own and rng.random() < style.samples and own[0] != 1 else ()
            columns.append(Column(column.name, column.type, samples=samples))
            if own:
                values[name, column.name] = own
            return True

        linking = len(earlier) >= 2 and rng.random() < 0.25
        primary: tuple[str, ...] = ()
        if not linking or rng.random() < 0.4:
            key = style.key(noun, rng)
            kind = style.integer if rng.random() < 0.85 else style.text
            ids: tuple[Value, ...] = (
                tuple(range(1, 30)) if kind == style.integer else tuple(self.vocabulary.code(rng) for _ in range(8))
            )
            add(Column(key, kind), ids)
            primary = (key,)
        references = 2 if linking else (1 if earlier and rng.random() < 0.9 else 0)
        if references == 1 and len(earlier) > 1 and rng.random() < 0.25:
            references = 2
        targets = rng.sample(earlier, min(references, len(earlier)))
        for target in targets:
            if not target.primary_key:
                continue
            reference = style.reference(target, rng)
            kind = target.column(target.primary_key[0]).type
            if (
                add(Column(reference, kind), tuple(range(1, 30)) if kind == style.integer else ())
                and style.declares_keys
            ):
                keys.append(ForeignKey((reference,), target.name, (target.primary_key[0],)))
        if linking and not primary and rng.random() < 0.7 and len(columns) > 1:
            primary = tuple(c.name for c in columns)
        if not linking and rng.random() < 0.78:
            words, own = self._label(noun)
            add(Column(style.column(words, noun), style.text), own)
        for _ in range(rng.choices((0, 1, 2, 3, 4, 5, 6, 7, 9), (2, 8, 16, 22, 20, 14, 9, 6, 3))[0] + (not linking)):
            attribute = self._attribute(style)
            add(Column(style.column(attribute.words, noun), attribute.type), attribute.values)
        if rng.random() < 0.06 and primary and not linking:
            parent = style.column(rng.choice(("manager", "parent", "supervisor", "reports to", "head")) + " id", noun)
            if add(Column(parent, columns[0].type), tuple(range(1, 30))) and style.declares_keys:
                keys.append(ForeignKey((parent,), name, primary))
        if not columns:
            words, own = self._label(noun)
            add(Column(style.column(words, noun), style.text), own)
        if rng.random() < 0.15:
            rng.shuffle(columns)
        return Table(name, tuple(columns), primary, tuple(keys)), values

    def _label(self, noun: str) -> tuple[str, tuple[Value, ...]]:
        rng = self.rng
        if noun.split()[-1] in _PEOPLE or rng.random() < 0.1:
            words = rng.choices(("name", "full name", f"{noun} name", "first name"), (6, 2, 2, 1))[0]
            return words, tuple(self.person() for _ in range(rng.randint(4, 14)))
        words = rng.choices(("name", "title", f"{noun} name", "label", "description"), (10, 3, 4, 1, 1))[0]
        return words, tuple(self.vocabulary.title(rng) for _ in range(rng.randint(4, 14)))

    def person(self) -> str:
        """Return a person's name."""
        rng = self.rng
        if rng.random() < 0.3:
            return rng.choice(CHINESE_SURNAMES) + rng.choice(CHINESE_GIVEN)
        kind = rng.random()
        if kind < 0.15:
            return rng.choice(GIVEN)
        return f"{rng.choice(GIVEN)} {rng.choice(SURNAMES)}"

    def _attribute(self, style: Style) -> _Attribute:
        rng = self.rng
        roll = rng.random()
        if roll < 0.1:
            words = self.vocabulary.word(rng)
            if rng.random() < 0.4:
                words += " " + self.vocabulary.word(rng)
            return rng.choice((self._number, self._text, self._category))(words, style)
        if roll < 0.3:
            words, codes = rng.choice(CATEGORIES)
            if rng.random() < 0.25:
                codes = tuple(code.title() for code in codes)
            elif rng.random() < 0.1:
                codes = tuple(code.upper() for code in codes)
            order = list(codes)
            rng.shuffle(order)
            return _Attribute(words, style.text, tuple(order[: rng.randint(2, 8)]))
        row = rng.choice(self.attributes)
        words = row.head if rng.random() < 0.7 or not row.aliases else rng.choice(row.aliases)
        head = row.head.split()
        if rng.random() < 0.1:
            words = f"{rng.choice(self.modifiers)} {words}"
        if head[0] in _FLAG_PREFIXES:
            type_, shown = self.flags(style)
            return _Attribute(words, type_, shown)
        last = head[-1]
        if set(head) & set(_DATE_WORDS) or (len(head) > 1 and last in _TIME_WORDS) or last in ("at", "on"):
            stamped = rng.random() < 0.3
            return _Attribute(words, style.timestamp if stamped else style.date, self.dates(stamped=stamped))
        if last == "year":
            return _Attribute(words, style.integer, tuple(rng.randint(1980, 2025) for _ in range(10)))
        if last in _INTEGER_WORDS:
            high = rng.choice((5, 10, 100, 100, 1000, 10_000))
            return _Attribute(words, style.integer, tuple(rng.randint(0 if high > 10 else 1, high) for _ in range(12)))
        if last in _REAL_WORDS:
            return self._number(words, style)
        return self._category(words, style) if rng.random() < 0.6 else self._text(words, style)

    def _number(self, words: str, style: Style) -> _Attribute:
        rng = self.rng
        high = rng.choice((1, 5, 10, 100, 100, 1000, 1000, 10_000, 100_000, 1_000_000))
        if high <= 5 or rng.random() < 0.5:
            digits = rng.choice((1, 2, 2))
            return _Attribute(words, style.real, tuple(round(rng.uniform(0, high), digits) for _ in range(12)))
        return _Attribute(
            words, rng.choice((style.real, style.integer)), tuple(rng.randint(0, high) for _ in range(12))
        )

    def dates(self, *, stamped: bool) -> tuple[Value, ...]:
        """Return days, or moments when `stamped`, within four years, as ISO text."""
        rng = self.rng
        start = date(rng.randint(1960, 2022), 1, 1)
        days = sorted(start + timedelta(days=rng.randint(0, 1500)) for _ in range(12))
        return tuple(f"{d} {rng.randint(0, 23):02}:{rng.randint(0, 59):02}:00" if stamped else str(d) for d in days)

    def flags(self, style: Style) -> tuple[str, tuple[Value, ...]]:
        """Return the type and values of a yes-or-no column."""
        kind = self.rng.random()
        if kind < 0.4:
            return "BOOLEAN", (0, 1)
        if kind < 0.7:
            return style.integer, (0, 1)
        return style.text, self.rng.choice((("Y", "N"), ("yes", "no"), ("T", "F"), ("Yes", "No")))

    def reworded(self, words: str) -> str:
        """Return another name for the same thing from the lexicon: an abbreviation or a synonym."""
        row = self._rows.get(words)
        others = (*row.aliases, *row.en) if row else ()
        return self.rng.choice(others) if others else words

    def _text(self, words: str, style: Style) -> _Attribute:
        rng = self.rng
        make = self.vocabulary.code if rng.random() < 0.25 else self.vocabulary.title
        return _Attribute(words, style.text, tuple(make(rng) for _ in range(rng.randint(3, 12))))

    def _category(self, words: str, style: Style) -> _Attribute:
        rng = self.rng
        shown = tuple(self.vocabulary.value(rng) for _ in range(rng.randint(2, 8)))
        return _Attribute(words, style.text, shown)


class Style:
    """How one database spells its names and types."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.case = rng.choices(
            ("snake", "Snake", "camel", "Pascal", "UPPER", "flat", "spaces"), (58, 8, 8, 12, 8, 4, 2)
        )[0]
        self.plural = rng.random() < 0.4
        self.table_prefix = rng.choices(("", "t_", "tbl_", "dim_", "ods_"), (92, 3, 2, 2, 1))[0]
        self.column_prefix = rng.random() < 0.12
        self.key_named = rng.random() < 0.6
        self.declares_keys = rng.random() < 0.88
        self.odd_references = rng.choice((0.0, 0.0, 0.3, 0.9)) if self.declares_keys else 0.0
        self.samples = rng.choices((0.0, 0.3, 0.9), (60, 25, 15))[0]
        self.integer = rng.choice(("INTEGER", "INTEGER", "INT", "BIGINT"))
        self.real = rng.choice(("REAL", "REAL", "DECIMAL(10, 2)", "FLOAT", "NUMERIC"))
        self.text = rng.choice(("TEXT", "TEXT", "VARCHAR(255)", "VARCHAR"))
        self.date = "DATE"
        self.timestamp = rng.choice(("DATETIME", "TIMESTAMP"))

    def _spell(self, words: str) -> str:
        parts = words.replace("-", " ").replace("_", " ").replace("'", "").split()
        match self.case:
            case "snake":
                return "_".join(p.lower() for p in parts)
            case "Snake":
                return "_".join(p.capitalize() for p in parts)
            case "camel":
                return parts[0].lower() + "".join(p.capitalize() for p in parts[1:])
            case "Pascal":
                return "".join(p.capitalize() for p in parts)
            case "UPPER":
                return "_".join(p.upper() for p in parts)
            case "flat":
                return "".join(p.lower() for p in parts)
            case _:
                return " ".join(p.capitalize() for p in parts)

    def table(self, noun: str) -> str:
        """Return a table's identifier."""
        parts = noun.split()
        if self.plural and noun.isascii():
            parts[-1] = plural(parts[-1])
        return self.table_prefix + self._spell(" ".join(parts))

    def column(self, words: str, noun: str) -> str:
        """Return a column's identifier."""
        if self.column_prefix and noun not in words:
            words = f"{noun} {words}"
        return self._spell(words)

    def key(self, noun: str, rng: random.Random) -> str:
        """Return a primary key's identifier."""
        word = rng.choices(("id", "code", "no", "number"), (90, 4, 3, 3))[0]
        return self._spell(f"{noun} {word}") if self.key_named else self._spell(word)

    def reference(self, target: Table, rng: random.Random) -> str:
        """Return the identifier of a column that points to `target`."""
        key = target.primary_key[0]
        if rng.random() < self.odd_references:
            return self._spell(" ".join(reference_words(target.name.removeprefix(self.table_prefix), rng)))
        if self.key_named and rng.random() < 0.85:
            return key
        base = target.name.removeprefix(self.table_prefix)
        return (
            self._spell(f"{base} {'id' if key.lower() == 'id' else key}")
            if key.lower() in ("id", "code", "no", "number")
            else key
        )
