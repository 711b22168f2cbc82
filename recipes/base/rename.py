"""Public training questions with other names: the way people ask, over schemas nobody has seen.

Words of identifiers are swapped for others, the same everywhere in the schema, the question and the SQL, but that a
question now and then says a synonym; literals are replaced in question and SQL alike; tables and columns that the
questions do not need are left out, added or shuffled, and all names may be spelled in another style.
A word is left alone when a needed column goes by it but the question does not say it ("how old" for `age`), or when it
stands in a value.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import synonyms
from bridge import bridge
from composed import composed
from crowd import crowded
from extend import extended
from forms import told
from invent import Style
from keys import doubled, respelled, spelled_like, spoken, undeclared
from literals import Literals
from merge import merge
from pairs import Pair, Values, pair_of, read_databases
from rephrase import reword, vary
from scopes import mark, marks, rendered
from shape import Shape
from split import split
from sqlwright.schema.lexicon_rows import rows
from sqlwright.schema.model import Column, ForeignKey, Schema, Table
from sqlwright.schema.values import Value
from sqlwright.schema.words import plural, singular, split_identifier
from stems import stem
from words import Vocabulary

_WORD = re.compile(r"[A-Za-z]+")
_KEEP = frozenset(
    {"id", "name", "of", "the", "in", "and", "to", "a", "is", "has", "number", "date", "year", "code", "first", "last"}
)
WITH_JOIN = 1.5
"""How much more often a question with a join or a second SELECT is drawn."""
EXTENDED = 0.7
"""Share of the questions that are taken a step further, where a step can be taken."""
TOLD = 0.7
"""Share of the questions that are asked without the column's name ("how old"), where that can be."""
COMPOSED = 0.05
"""Share of the questions in whose place one about groups or lists put together is asked."""
STEMS = 0.13
"""Share of the questions in whose place a question of few words is extended."""
MERGED = 0.16
"""Share of the groups in which a table goes into the one that points to it."""
SPLIT = 0.4
"""Share of the groups in which columns move to a table of their own."""
CROWDED = 0.35
"""Share of the groups in which columns of like names are put beside those that are needed."""
BRIDGED = 0.35
"""Share of the groups in which a foreign key moves to a table between the two."""
RESPELLED = 0.7
"""Share of the groups whose keys may get other names."""
SYNONYM = 0.35
"""How often a question says a synonym for a word of the schema that has one."""
_SENSES = frozenset(
    "order state start end place result total share rate case stage class note mark rank party point list game match "
    "head part sort type kind status item record set long short time age area".split()
)
_IN_ORDER = re.compile(r"(?:ing|cal|ic|in|the|and|abetic) $")
_WITH = re.compile(r"(?:start|begin|end)s? with\b")
_ASKING = frozenset("show list find give return display report count name state which what who tell".split())


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
        thesaurus = synonyms.read()
        self.heads = sorted(thesaurus)
        self.synonyms = {row.head: row.en for row in named if row.en} | thesaurus
        self.short = {row.head: short for row in named if (short := [a for a in row.aliases if a.isalpha()])}
        self.attributes = [row.head for row in rows("attributes") if row.head.replace(" ", "").isalpha()]
        self.databases = read_databases(folder)
        self.db_ids = list(self.databases)
        self.weights = [len(self.databases[db_id].pairs) ** 0.7 for db_id in self.db_ids]
        self.shapes = {db_id: Shape(found.schema, found.values) for db_id, found in self.databases.items()}
        self.literals = Literals(self.databases.values(), self.vocabulary)
        self.joins = {
            db_id: [WITH_JOIN if "JOIN" in p.tokens or p.tokens.count("SELECT") > 1 else 1.0 for p in found.pairs]
            for db_id, found in self.databases.items()
        }

    def plain_schema(self) -> tuple[Schema, Values]:
        """Return a real training schema with its values, as it is."""
        found = self.databases[self.rng.choice(self.db_ids)]
        return found.schema, found.values

    def draw(self, size: int, *, rename: float) -> Group:
        """Return up to `size` questions over one schema; `rename` is the share of words that are swapped."""
        rng = self.rng
        db_id = rng.choices(self.db_ids, self.weights)[0]
        found = self.databases[db_id]
        schema, values = found.schema, found.values
        pairs = [self._extended(pair, db_id) for pair in self._some(db_id, size)]
        if rename:
            roll = rng.random()
            if roll < MERGED:
                schema, values, pairs = merge(schema, values, pairs, rng)
            elif roll < MERGED + SPLIT:
                schema, values, pairs = split(schema, values, pairs, rng, rng.choice(self.nouns))
                if rng.random() < 0.3:
                    schema, values, pairs = split(schema, values, pairs, rng, rng.choice(self.nouns))
            if rng.random() < BRIDGED:
                schema, values, pairs = bridge(schema, values, pairs, rng)
            if rng.random() < 0.15:
                schema = doubled(schema, rng)
            if rng.random() < CROWDED:
                schema = crowded(schema, pairs, rng)
        frozen = _KEEP.union(*(p.frozen | p.literal for p in pairs))
        swaps = self._swaps(schema, frozen, rename)
        names = self._names(schema, pairs, swaps, rename)
        said = self._said(schema, swaps, _KEEP.union(*(p.literal for p in pairs)))
        known = {(names[mark(t)], names[mark(t, c)]): own for (t, c), own in values.items() if mark(t, c) in names}
        written = [self._write(pair, said, names, known) for pair in pairs]
        schema = self._schema(schema, values, pairs, names)
        if rename and rng.random() < 0.3:
            schema = self._grown(schema, written)
        return Group(schema, known, written)

    def _some(self, db_id: str, size: int) -> list[Pair]:
        """Return different questions of a database, those with joins more often."""
        pairs, weights = self.databases[db_id].pairs, self.joins[db_id]
        order = sorted(range(len(pairs)), key=lambda at: self.rng.random() ** (1 / weights[at]), reverse=True)
        return [pairs[at] for at in order[:size]]

    def _extended(self, pair: Pair, db_id: str) -> Pair:
        """Return the pair, one that is a step or two away from it, or one of few words in its place."""
        rng, shape = self.rng, self.shapes[db_id]
        question, tokens = pair.question, pair.tokens
        if rng.random() < COMPOSED and (made := composed(shape, rng)):
            return pair_of(*made, shape.keys)
        short = stem(shape, rng) if rng.random() < STEMS else None
        if short or rng.random() < EXTENDED:
            question, tokens = extended(*(short or (question, tokens)), shape, rng)
        if rng.random() < TOLD:
            question = told(question, tokens, rng)
        return pair if question == pair.question else pair_of(question, tokens, shape.keys)

    def _names(self, schema: Schema, pairs: Sequence[Pair], swaps: dict[str, str], rename: float) -> dict[str, str]:
        """Return what each table and column is called, by mark."""
        rng = self.rng
        style = Style(rng) if rename and rng.random() < 0.3 else None
        shorten = 0.3 if rename and rng.random() < 0.15 else 0.0
        plain = {mark(t.name, c): c or t.name for t in schema.tables for c in ("", *(c.name for c in t.columns))}
        called = {name: self._renamed(name, swaps, style, shorten) for name in sorted(set(plain.values()))}
        names = {token: called[name] for token, name in plain.items()}
        if rename and rng.random() < RESPELLED:
            said = frozenset().union(*(spoken(p.tokens) | undeclared(p.tokens, schema) for p in pairs))
            names |= respelled(schema, said, names, rng)
        different = {
            token.partition("|")[0] + "|" + name.lower() if "|" in token else name.lower()
            for token, name in names.items()
        }
        if len(different) < len(names) or not all(names.values()):
            swaps.clear()
            return plain
        return names

    def _swaps(self, schema: Schema, frozen: frozenset[str], rename: float) -> dict[str, str]:
        """Return other words for words of the names: nouns with synonyms, other nouns, any words."""
        rng = self.rng
        swaps: dict[str, str] = {}
        for stem_ in _stems(schema):
            if stem_ not in frozen and len(stem_) > 2 and stem_.isalpha() and rng.random() < rename:
                roll = rng.random()
                choices = self.heads if roll < 0.3 else self.nouns
                swaps[stem_] = rng.choice(choices) if roll < 0.75 else self.vocabulary.word(rng)
        return swaps

    def _said(self, schema: Schema, swaps: dict[str, str], kept: frozenset[str]) -> dict[str, str]:
        """Return what the questions call the words of the names: as they are now, or a synonym that means no other."""
        rng = self.rng
        stems = _stems(schema)
        taken = {swaps.get(one, one) for one in stems}
        said = {}
        for one in stems:
            word = swaps.get(one, one)
            others = self.synonyms.get(word, ())
            if others and (one in swaps or (one not in kept and one not in _SENSES)) and rng.random() < SYNONYM:
                other = rng.choice(others)
                if not taken & {singular(part) for part in other.split()}:
                    word = other
            if word != one:
                said[one] = word
        return said

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
        return spelled_like(name, new)

    def _write(self, pair: Pair, said: dict[str, str], names: dict[str, str], values: Values) -> tuple[str, str]:
        rng = self.rng
        question, tokens = (
            vary(pair.question, pair.tokens, rng) if rng.random() < 0.6 else (pair.question, [*pair.tokens])
        )
        if said:
            question = _WORD.sub(lambda m: _swap_cased(m, said), question)
        last = ("", "")
        for index, token in enumerate(tokens):
            if token[0] == "'" and len(token) > 2:
                text = token[1:-1].replace("''", "'")
                bare = text.strip("%")
                if bare and rng.random() < 0.6:
                    at = _standing(question, bare)
                    if at >= 0 and not bare.isdigit():
                        new = self.literals.other(bare, last[1], rng)
                        question = question[:at] + new + question[at + len(bare) :]
                        tokens[index] = "'" + text.replace(bare, new).replace("'", "''") + "'"
                        if last in values and "%" not in text:
                            values[last] = (new, *values[last])
            elif token.isdigit() and len(token) > 1 and rng.random() < 0.5 and token in question:
                new = str(rng.randint(10 ** (len(token) - 1), 10 ** len(token) - 1)) if len(token) < 7 else token
                if len(token) == 4 and token[:2] in ("19", "20"):
                    new = str(rng.randint(1950, 2024))
                replaced, count = re.subn(rf"\b{token}\b", new, question)
                if count == 1 and tokens.count(token) == 1:
                    question, tokens[index] = replaced, new
            elif token[0] == "@" and "|" in token:
                last = (names[token.partition("|")[0]], names[token])
        question = reword(question, rng) if rng.random() < 0.7 else question
        return question, " ".join(rendered(tokens, names))

    def _schema(self, schema: Schema, values: Values, pairs: Sequence[Pair], names: dict[str, str]) -> Schema:
        """Return the schema with other names; tables and columns that no question needs are left out or added."""
        rng = self.rng
        needed = frozenset().union(*(marks(p.tokens) for p in pairs))
        needed |= {name.partition("|")[0] for name in needed}
        share = rng.choice((0.0, 0.3, 0.6, 1.0, 1.0))
        kept = [t for t in schema.tables if mark(t.name) in needed or rng.random() < share]
        kept_names = {t.name.lower() for t in kept}
        keys = {t.name: [k for k in t.foreign_keys if k.target_table.lower() in kept_names] for t in kept}
        fixed = {mark(t.name, c) for t in kept for c in t.primary_key}
        for name, own_keys in keys.items():
            fixed |= {mark(name, c) for k in own_keys for c in k.columns}
            fixed |= {mark(k.target_table, c) for k in own_keys for c in k.target_columns}
        sampled = rng.choices((0.0, 0.3), (3, 1))[0]
        tables = []
        for table in kept:
            dropped = rng.choice((0.0, 0.0, 0.2, 0.5))
            own = [
                Column(names[token], c.type, samples=self._sample(values.get((table.name, c.name), ()), sampled))
                for c in table.columns
                if (token := mark(table.name, c.name)) in needed | fixed or rng.random() >= dropped
            ] or [Column(names[mark(table.name, c.name)], c.type) for c in table.columns]
            if rng.random() < 0.2:
                rng.shuffle(own)
            tables.append(
                Table(
                    names[mark(table.name)],
                    tuple(own),
                    tuple(names[mark(table.name, c)] for c in table.primary_key),
                    tuple(
                        ForeignKey(
                            tuple(names[mark(table.name, c)] for c in k.columns),
                            names[mark(k.target_table)],
                            tuple(names[mark(k.target_table, c)] for c in k.target_columns),
                        )
                        for k in keys[table.name]
                    ),
                )
            )
        if rng.random() < 0.5:
            rng.shuffle(tables)
        return Schema(schema.db_id, tuple(tables), "sqlite")

    def _grown(self, schema: Schema, pairs: Sequence[tuple[str, str]]) -> Schema:
        """Return the schema with more columns here and there, of which no question has a word."""
        rng = self.rng
        asked = {singular(word) for question, _ in pairs for word in _WORD.findall(question.lower())}
        tables = []
        for table in schema.tables:
            columns = list(table.columns)
            for words in (rng.choice(self.attributes).split() for _ in range(rng.choice((0, 0, 1, 1, 2, 3, 8)))):
                name = spelled_like(columns[-1].name, words)
                if not asked & set(words) and not any(name.lower() == c.name.lower() for c in columns):
                    columns.insert(rng.randint(1, len(columns)), Column(name, rng.choice(("text", "text", "number"))))
            tables.append(replace(table, columns=tuple(columns)))
        return replace(schema, tables=tuple(tables))

    def _sample(self, found: Sequence[Value], share: float) -> tuple[str, ...]:
        return (str(found[0]),) if found and share and self.rng.random() <= share else ()


def _standing(question: str, words: str) -> int:
    """Return where words stand in a question, apart from others and in any letter case, or -1."""
    text, sought = (question, words) if len(words) == 1 else (question.lower(), words.lower())
    at = text.find(sought) if len(text) == len(question) else -1
    while at >= 0:
        before, after = question[max(at - 2, 0) : at], question[at + len(words) : at + len(words) + 1]
        inside = before[-1:].isalnum() or after.isalnum() or "_" in (before[-1:], after)
        if not inside and not (before[-1:] in ("'", "’") and before[:1].isalnum()):
            return at
        at = text.find(sought, at + 1)
    return -1


def _stems(schema: Schema) -> list[str]:
    """Return the different words of all names, in the singular."""
    names = dict.fromkeys(n for t in schema.tables for n in (t.name, *(c.name for c in t.columns)))
    return list(dict.fromkeys(singular(word) for name in names for word in split_identifier(name)))


def _swap(word: str, swaps: dict[str, str]) -> str:
    stem = singular(word)
    if stem not in swaps:
        return word
    return swaps[stem] if stem == word else plural(swaps[stem])


def _swap_cased(found: re.Match[str], swaps: dict[str, str]) -> str:
    word = found[0]
    lower = word.lower()
    if singular(lower) not in swaps or (not found.start() and lower in _ASKING):
        return word
    if lower == "order" and _IN_ORDER.search(found.string, 0, found.start()):
        return word
    if _WITH.match(lower + found.string[found.end() : found.end() + 6]):
        return word
    new = _swap(lower, swaps)
    return new.capitalize() if word[0].isupper() else new
