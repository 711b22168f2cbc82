"""Public training questions with other names: the way people ask, over schemas nobody has seen.

Words of identifiers are swapped for others, the same everywhere in the schema, the question and the SQL, but that a
question now and then says a synonym; literals are replaced in question and SQL alike; tables and columns that the
questions do not need are left out, added or shuffled, and all names may be spelled in another style.
A word is left alone when a needed column goes by it but the question does not say it ("how old" for `age`), or when it
stands in a value.
"""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from invent import Style
from rephrase import reword, vary
from sqlwright.schema.lexicon_rows import rows
from sqlwright.schema.model import Column, ForeignKey, Schema, Table
from sqlwright.schema.values import Value
from sqlwright.schema.words import plural, singular, split_identifier
from sqlwright.sqlkit.names import identifier
from words import Vocabulary

_SQL_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\d+\.\d+|\w+|<=|>=|<>|\|\||[^\s\w]")
_WORD = re.compile(r"[A-Za-z]+")
_KEEP = frozenset(
    {"id", "name", "of", "the", "in", "and", "to", "a", "is", "has", "number", "date", "year", "code", "first", "last"}
)

_KEYWORDS = frozenset(
    "SELECT FROM WHERE JOIN LEFT ON AND OR NOT IN LIKE BETWEEN IS NULL EXISTS GROUP BY HAVING ORDER DESC "
    "LIMIT AS DISTINCT "
    "UNION INTERSECT EXCEPT ALL CASE WHEN THEN ELSE END CAST COUNT SUM AVG MIN MAX".split()
)
VALUES = 12
"""Most values of a column that the linker of a training schema knows."""

Values = dict[tuple[str, str], tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Pair:
    """A public question with its SQL, and which words of its needed columns it does not say."""

    question: str
    sql: str
    tokens: tuple[str, ...]
    tables: frozenset[str]
    columns: frozenset[str]
    frozen: frozenset[str]


@dataclass(frozen=True, slots=True)
class Group:
    """Questions about one schema."""

    schema: Schema
    values: Values
    pairs: list[tuple[str, str]]


class Public:
    """The prepared public questions, drawn a group at a time."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.rng = rng
        self.vocabulary = Vocabulary(folder / "words.txt")
        named = [row for name in ("entities", "attributes") for row in rows(name)]
        self.nouns = [row.head for row in named if row.head.isalpha()]
        self.synonyms = {row.head: row.en for row in named if row.en}
        self.short = {row.head: short for row in named if (short := [a for a in row.aliases if a.isalpha()])}
        self.schemas = {s["db_id"]: schema_of(s) for s in _read(folder / "schemas.json")}
        self.values = {
            db_id: {(table, column): tuple(found[:VALUES]) for table, column, found in items}
            for db_id, items in _read(folder / "values.json").items()
        }
        by_db: dict[str, list[Pair]] = defaultdict(list)
        for item in _read(folder / "pairs.json"):
            by_db[item["db_id"]].append(_pair(item["question"], item["sql"], self.schemas[item["db_id"]]))
        self.by_db = dict(by_db)
        self.db_ids = sorted(self.by_db)
        self.weights = [len(self.by_db[db_id]) ** 0.7 for db_id in self.db_ids]

    def plain_schema(self) -> tuple[Schema, Values]:
        """Return a real training schema with its values, as it is."""
        db_id = self.rng.choice(self.db_ids)
        return self.schemas[db_id], self.values.get(db_id, {})

    def draw(self, size: int, *, rename: float) -> Group:
        """Return up to `size` questions over one schema; `rename` is the share of words that are swapped."""
        rng = self.rng
        db_id = rng.choices(self.db_ids, self.weights)[0]
        pairs = rng.sample(self.by_db[db_id], min(size, len(self.by_db[db_id])))
        schema = self.schemas[db_id]
        needed = frozenset().union(*(p.tables for p in pairs))
        columns = frozenset().union(*(p.columns for p in pairs))
        frozen = _KEEP.union(*(p.frozen for p in pairs))
        swaps = self._swaps(schema, frozen, rename)
        style = Style(rng) if rename and rng.random() < 0.3 else None
        shorten = 0.3 if rename and rng.random() < 0.15 else 0.0
        names = {low: self._renamed(name, swaps, style, shorten) for low, name in _names(schema).items()}
        if len({name.lower() for name in names.values()}) < len(names) or not all(names.values()):
            swaps, names = {}, _names(schema)
        said = {stem: self._said(word) for stem, word in swaps.items()}
        values: Values = {}
        for (table, column), found in self.values.get(db_id, {}).items():
            values[names.get(table.lower(), table), names.get(column.lower(), column)] = found
        written: list[tuple[str, str]] = []
        for pair in pairs:
            written.append(self._write(pair, said, names, values))
        return Group(self._schema(schema, needed, columns, names), values, written)

    def _swaps(self, schema: Schema, frozen: frozenset[str], rename: float) -> dict[str, str]:
        swaps: dict[str, str] = {}
        for name in _names(schema).values():
            for word in split_identifier(name):
                stem = singular(word)
                if stem in frozen or word in frozen or len(stem) < 3 or not stem.isalpha() or stem in swaps:
                    continue
                if self.rng.random() < rename:
                    swaps[stem] = (
                        self.rng.choice(self.nouns) if self.rng.random() < 0.7 else self.vocabulary.word(self.rng)
                    )
        return swaps

    def _said(self, word: str) -> str:
        """Return what a question calls a word of the schema: itself, or now and then a synonym."""
        others = self.synonyms.get(word, ())
        return self.rng.choice(others) if others and self.rng.random() < 0.3 else word

    def _renamed(self, name: str, swaps: dict[str, str], style: Style | None, shorten: float) -> str:
        words = split_identifier(name)
        if style is None and not shorten and not any(singular(word) in swaps for word in words):
            return name
        new = [_swap(word, swaps) for word in words]
        if shorten:
            new = [
                self.rng.choice(self.short[word]) if word in self.short and self.rng.random() < shorten else word
                for word in new
            ]
        if style is not None and new and new[0].isascii():
            return style.column(" ".join(new), "")
        if "_" in name or len(new) == 1:
            text = "_".join(new)
        elif " " in name:
            text = " ".join(new)
        else:
            text = new[0] + "".join(w.capitalize() for w in new[1:])
        if name.isupper():
            return text.upper()
        if name[0].isupper():
            return "_".join(w.capitalize() for w in text.split("_")) if "_" in name else text[0].upper() + text[1:]
        return text

    def _write(self, pair: Pair, said: dict[str, str], names: dict[str, str], values: Values) -> tuple[str, str]:
        rng = self.rng
        question, tokens = (
            vary(pair.question, pair.tokens, rng) if rng.random() < 0.6 else (pair.question, [*pair.tokens])
        )
        if said:
            question = _WORD.sub(lambda m: _swap_cased(m.group(), said), question)
        last = ""
        for index, token in enumerate(tokens):
            if token[0] == "'" and len(token) > 2:
                text = token[1:-1].replace("''", "'")
                bare = text.strip("%")
                if bare and rng.random() < 0.6:
                    found = re.search(rf"(?<!\w){re.escape(bare)}(?!\w)", question, re.IGNORECASE)
                    if found and not bare.isdigit():
                        new = self._literal(bare)
                        question = question[: found.start()] + new + question[found.end() :]
                        tokens[index] = "'" + text.replace(bare, new).replace("'", "''") + "'"
                        for key in values:
                            if key[1] == last and "%" not in text:
                                values[key] = (new, *values[key])
            elif token.isdigit() and len(token) > 1 and rng.random() < 0.5:
                new = str(rng.randint(10 ** (len(token) - 1), 10 ** len(token) - 1)) if len(token) < 7 else token
                if len(token) == 4 and token[:2] in ("19", "20"):
                    new = str(rng.randint(1950, 2024))
                replaced, count = re.subn(rf"\b{token}\b", new, question)
                if count == 1 and tokens.count(token) == 1:
                    question, tokens[index] = replaced, new
            elif (
                token not in _KEYWORDS
                and token.strip('"').lower() in names
                and (token[0] == '"' or token[0].isalpha() or token[0] == "_")
            ):
                bare = token.strip('"')
                name = names[bare.lower()]
                last = name
                tokens[index] = identifier(name)
        return reword(question, rng) if rng.random() < 0.7 else question, " ".join(tokens)

    def _literal(self, old: str) -> str:
        if len(old) == 1:
            return self.rng.choice("ABCDEFGHKLMNPRST") if old.isupper() else self.rng.choice("abcdefghklmnprst")
        new = self.vocabulary.title(self.rng) if " " in old else self.vocabulary.value(self.rng)
        return new.lower() if old.islower() else new

    def _schema(self, schema: Schema, needed: frozenset[str], columns: frozenset[str], names: dict[str, str]) -> Schema:
        rng = self.rng
        share = rng.choice((0.0, 0.3, 0.6, 1.0, 1.0))
        kept = [t for t in schema.tables if t.name.lower() in needed or rng.random() < share]
        kept_names = {t.name.lower() for t in kept}
        sampled = rng.choices((0.0, 0.3), (3, 1))[0]
        tables = []
        for table in kept:
            keys = [k for k in table.foreign_keys if k.target_table.lower() in kept_names]
            fixed = {c.lower() for k in keys for c in k.columns} | {c.lower() for c in table.primary_key}
            fixed |= {
                c.lower()
                for other in kept
                for k in other.foreign_keys
                if k.target_table.lower() == table.name.lower()
                for c in k.target_columns
            }
            dropped = rng.choice((0.0, 0.0, 0.2, 0.5))
            own = [
                Column(names[c.name.lower()], c.type, samples=self._sample(schema.db_id, table, c, sampled))
                for c in table.columns
                if c.name.lower() in columns or c.name.lower() in fixed or rng.random() >= dropped
            ]
            if not own:
                own = [Column(names[c.name.lower()], c.type) for c in table.columns]
            if rng.random() < 0.2:
                rng.shuffle(own)
            tables.append(
                Table(
                    names[table.name.lower()],
                    tuple(own),
                    tuple(names[c.lower()] for c in table.primary_key),
                    tuple(
                        ForeignKey(
                            tuple(names[c.lower()] for c in k.columns),
                            names[k.target_table.lower()],
                            tuple(names[c.lower()] for c in k.target_columns),
                        )
                        for k in keys
                    ),
                )
            )
        if rng.random() < 0.5:
            rng.shuffle(tables)
        return Schema(schema.db_id, tuple(tables), "sqlite")

    def _sample(self, db_id: str, table: Table, column: Column, share: float) -> tuple[str, ...]:
        if not share or self.rng.random() > share:
            return ()
        found = self.values.get(db_id, {}).get((table.name, column.name))
        return (str(found[0]),) if found else ()


def _names(schema: Schema) -> dict[str, str]:
    return {n.lower(): n for t in schema.tables for n in (t.name, *(c.name for c in t.columns))}


def _swap(word: str, swaps: dict[str, str]) -> str:
    stem = singular(word)
    if stem not in swaps:
        return word
    return swaps[stem] if stem == word else plural(swaps[stem])


def _swap_cased(word: str, swaps: dict[str, str]) -> str:
    lower = word.lower()
    if singular(lower) not in swaps:
        return word
    new = _swap(lower, swaps)
    return new.capitalize() if word[0].isupper() else new


def _pair(question: str, sql: str, schema: Schema) -> Pair:
    tokens = tuple(_SQL_TOKEN.findall(sql))
    lower = {token.strip('"').lower() for token in tokens if token[0] != "'"}
    tables = frozenset(t.name.lower() for t in schema.tables if t.name.lower() in lower)
    used = [c for t in schema.tables if t.name.lower() in tables for c in t.columns if c.name.lower() in lower]
    said = {singular(word) for word in _WORD.findall(question.lower())}
    keys = {c.lower() for t in schema.tables for k in t.foreign_keys for c in (*k.columns, *k.target_columns)}
    keys |= {c.lower() for t in schema.tables for c in t.primary_key}
    frozen: set[str] = set()
    for column in used:
        if column.name.lower() not in keys:
            frozen.update({singular(word) for word in split_identifier(column.name)} - said)
    for token in tokens:
        if token[0] == "'":  # a value that has a name's word in it ("Order shipped") keeps it
            frozen.update(singular(word) for word in _WORD.findall(token.lower()))
    return Pair(question, sql, tokens, tables, frozenset(c.name.lower() for c in used), frozenset(frozen))


def schema_of(value: dict[str, Any]) -> Schema:
    """Build a Schema from what `prepare.py` wrote."""
    return Schema(
        value["db_id"],
        tuple(
            Table(
                t["name"],
                tuple(Column(name, kind) for name, kind in t["columns"]),
                tuple(t["primary_key"]),
                tuple(ForeignKey(tuple(own), target, tuple(other)) for own, target, other in t["foreign_keys"]),
            )
            for t in value["tables"]
        ),
    )


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
