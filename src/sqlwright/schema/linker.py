"""Which tables, columns and stored values a question mentions: schema linking by names, not by a model.

    linker = Linker(schema, values)
    links = linker.link("How many closed tickets does each customer have?")
    link_text.render_links(links)    # "customer + , ticket + , ticket . status = 'closed'"

A mention is one of four kinds: `exact` (all words of the name, near each other), `partial` (a telling word of it),
`synonym` (a name of the lexicon or a comment, English or Chinese) and `value` (a stored value, or a name of it).
Everything is dictionary look-ups on words and characters; a question costs some tens of microseconds, so training data
can be linked as it is made.

After: the string matching of Wang et al. 2020, "RAT-SQL", section 4.2 (exact and partial matches, value links).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from sqlwright.schema.lexicon import Lexicon
from sqlwright.schema.link_keys import (
    CHINESE,
    STOP,
    TIME,
    WORD,
    is_moment,
    item_keys,
    shortest_number,
    value_keys,
)
from sqlwright.schema.model import Schema
from sqlwright.schema.values import Value
from sqlwright.schema.words import singular, stem

Kind = Literal["exact", "partial", "synonym", "value"]
_EXACT, _SYNONYM, _HINT, _PARTIAL = 4, 3, 2, 1
_KINDS: dict[int, Kind] = {_EXACT: "exact", _SYNONYM: "synonym", _HINT: "synonym", _PARTIAL: "partial"}
_NEAR = 3
"""Words that may stand among the words of an exact match."""
_MOST_LINKS = 24
_BEYOND = 4096
"""A place behind all words of a question, for what no single word mentions."""
_COLUMNS_PER_VALUE = 3
_NOT_BEFORE, _NOT_AFTER = frozenset("最更较很太多提"), frozenset("于低过达")
"""Characters beside which a single Chinese character ("高") is no value."""


@dataclass(frozen=True, slots=True)
class Link:
    """A mention of a table, of a column, or of a value of a column."""

    table: str
    column: str | None
    kind: Kind
    value: str | None = None
    """The value as stored, for kind "value"."""


class Linker:
    """Finds the mentions of one schema's items in questions; cheap to build, and good for many questions."""

    def __init__(
        self,
        schema: Schema,
        values: Mapping[tuple[str, str], Sequence[Value]] | None = None,
        lexicon: Lexicon | None = None,
    ) -> None:
        """Index the names of `schema` and the `values` by (table, column), under `lexicon` (the built-in one)."""
        self._lexicon = lexicon or Lexicon.builtin()
        self._items: list[tuple[str, str | None]] = []
        self._table_of: list[int] = []
        self._alternatives: list[tuple[int, int, frozenset[str]]] = []  # item, words, weak words
        self._by_word: defaultdict[str, list[int]] = defaultdict(list)
        self._phrases: dict[tuple[str, ...], list[tuple[int, int]]] = {}
        self._phrase_length: dict[str, int] = {}
        self._values: dict[tuple[str, ...], list[tuple[int, str, bool]]] = {}
        self._value_length: dict[str, int] = {}
        self._chinese: dict[str, list[tuple[int, int, str | None]]] = {}
        self._chinese_lengths: dict[str, int] = {}
        self._dates: defaultdict[int, list[int]] = defaultdict(list)
        for table in schema.tables:
            owner = len(self._items)
            self._add_item(table.name, None, table.comment, owner)
            for column in table.columns:
                self._add_item(table.name, column.name, column.comment, owner)
                if is_moment(column.name, column.kind):
                    self._dates[owner].append(len(self._items) - 1)
                stored = values.get((table.name, column.name)) if values else None
                if stored:
                    digits = shortest_number(column.name, column.type)
                    self._add_values(len(self._items) - 1, stored, digits)

    def _add_item(self, table: str, column: str | None, comment: str, owner: int) -> None:
        item = len(self._items)
        self._items.append((table, column))
        self._table_of.append(owner)
        keys = item_keys(self._lexicon, column or table, table if column else "", comment)
        for words in keys.exact:
            for word in words:
                self._by_word[word].append(len(self._alternatives))
            self._alternatives.append((item, len(words), keys.weak))
        for phrases, rank in ((keys.phrases, _SYNONYM), (keys.hints, _HINT)):
            for phrase in phrases:
                self._phrases.setdefault(phrase, []).append((item, rank))
                if self._phrase_length.get(phrase[0], 0) < len(phrase):
                    self._phrase_length[phrase[0]] = len(phrase)
        for names, rank in ((keys.chinese_exact, _EXACT), (keys.chinese, _SYNONYM), (keys.chinese_hints, _HINT)):
            for name in names:
                self._add_chinese(name, item, rank, None)

    def _add_chinese(self, name: str, item: int, rank: int, value: str | None) -> None:
        self._chinese.setdefault(name, []).append((item, rank, value))
        if self._chinese_lengths.get(name[0], 0) < len(name):
            self._chinese_lengths[name[0]] = len(name)

    def _add_values(self, item: int, stored: Sequence[Value], digits: int) -> None:
        lengths = self._value_length
        for value in stored:
            text = value if isinstance(value, str) else str(value)
            keys = value_keys(self._lexicon, text, self._items[item][1] or "" if len(text) == 1 else "")
            if keys.is_number and len(text) < digits:
                continue
            quoted = keys.quoted_only
            for words in keys.words:
                self._values.setdefault(words, []).append((item, text, quoted))
                if lengths.get(words[0], 0) < len(words):
                    lengths[words[0]] = len(words)
                quoted = False
            for name in keys.chinese:
                self._add_chinese(name.lower(), item, 0, text)
            for name in keys.chinese_single:
                self._add_chinese(name, item, -1, text)

    def link(self, question: str) -> tuple[Link, ...]:
        """Return the mentions in `question`: tables and columns in the schema's order, each followed by its values.

        At most 24 links, at most 3 columns for one mention of a value; the less certain ones are left out.
        """
        words, found, values = self._find(question)
        return self._select(found, values, question, words, bool(self._dates and TIME.search(question.lower())))

    def places(self, question: str) -> tuple[frozenset[int], frozenset[int]]:
        """Return which places of `question` any mention takes, before the less certain ones are left out.

        Returns:
            The numbers of its words (as `link_keys.WORD` finds them), and of its characters for Chinese mentions.
        """
        words, found, values = self._find(question)
        mask = 0
        for taken in (*(mask for _, mask in found.values()), *values.values()):
            mask |= taken
        at = [place for place in range(mask.bit_length()) if mask >> place & 1]
        return frozenset(p for p in at if p < len(words)), frozenset(p - len(words) for p in at if p >= len(words))

    @cached_property
    def name_characters(self) -> frozenset[str]:
        """The characters of all Chinese names of tables and columns; stored values are left out."""
        return frozenset("".join(name for name, hits in self._chinese.items() if any(hit[2] is None for hit in hits)))

    def _find(self, question: str) -> tuple[list[str], dict[int, tuple[int, int]], dict[tuple[int, str], int]]:
        """Return the words of a question, the items found in them (rank and places) and the values (places)."""
        text = question.lower()
        words = WORD.findall(text)
        found: dict[int, tuple[int, int]] = {}
        values: dict[tuple[int, str], int] = {}
        if words:
            stems = [stem(word) for word in words]
            self._match_names(words, stems, found)
            self._match_phrases(stems, found)
            if self._values:
                self._match_values(words, question, values)
        if CHINESE.search(text):
            self._match_chinese(text, len(words), found, values)
        return words, found, values

    def _match_names(self, words: list[str], stems: list[str], found: dict[int, tuple[int, int]]) -> None:
        """Find items by the words of their names."""
        by_word, alternatives = self._by_word, self._alternatives
        several: dict[int, list[int]] = {}
        for place, key in enumerate(stems):
            if key in by_word and words[place] not in STOP:
                for number in by_word[key]:
                    item, size, _ = alternatives[number]
                    if size == 1:
                        _note(found, item, _EXACT, 1 << place)
                    elif number in several:
                        several[number].append(place)
                    else:
                        several[number] = [place]
        for number, places in several.items():
            item, size, weak = alternatives[number]
            mask = _near(places, stems, size) if len(places) >= size else 0
            if mask:
                _note(found, item, _EXACT, mask)
                continue
            mask = 0
            for place in places:
                if stems[place] not in weak:
                    mask |= 1 << place
            if mask:
                _note(found, item, _PARTIAL, mask)

    def _match_phrases(self, stems: list[str], found: dict[int, tuple[int, int]]) -> None:
        """Find items by their English synonyms."""
        lengths, phrases = self._phrase_length, self._phrases
        for place, key in enumerate(stems):
            longest = lengths.get(key)
            if longest:
                for size in range(min(longest, len(stems) - place), 0, -1):
                    for item, rank in phrases.get(tuple(stems[place : place + size]), ()):
                        _note(found, item, rank, ((1 << size) - 1) << place)

    def _match_values(self, words: list[str], question: str, values: dict[tuple[int, str], int]) -> None:
        """Find stored values as whole words, the longest at each place."""
        lengths, index = self._value_length, self._values
        end = 0
        for place, word in enumerate(words):
            one = singular(word)
            longest = lengths.get(word) or lengths.get(one)
            if not longest:
                continue
            for size in range(min(longest, len(words) - place), 0, -1):
                if place + size <= end:
                    break
                key = tuple(words[place : place + size])
                hits = index.get(key)
                if hits is None and (last := singular(key[-1])) != key[-1]:
                    hits = index.get((*key[:-1], last))
                if hits:
                    hits = [hit for hit in hits if not hit[2] or _quoted(hit[1], question)]
                    for item, value, _ in hits:
                        values[item, value] = values.get((item, value), 0) | ((1 << size) - 1) << place
                    if hits:
                        end = place + size
                        break

    def _match_chinese(
        self, text: str, offset: int, found: dict[int, tuple[int, int]], values: dict[tuple[int, str], int]
    ) -> None:
        """Find Chinese names of items and values as substrings; places count on from `offset`, one a character."""
        lengths, index = self._chinese_lengths, self._chinese
        single: list[tuple[int, str, int]] = []
        for place, character in enumerate(text):
            longest = lengths.get(character)
            if longest:
                for size in range(min(longest, len(text) - place), 0, -1):
                    for item, rank, value in index.get(text[place : place + size], ()):
                        mask = ((1 << size) - 1) << (offset + place)
                        if value is None:
                            _note(found, item, rank, mask)
                        elif rank < 0:
                            if (
                                text[place - 1 : place] not in _NOT_BEFORE
                                and text[place + 1 : place + 2] not in _NOT_AFTER
                            ):
                                single.append((item, value, mask))
                        else:
                            values[item, value] = values.get((item, value), 0) | mask
        for item, value, mask in single:  # "优先级高": a single character counts where its column is mentioned
            if item in found and found[item][0] >= _SYNONYM:
                values[item, value] = values.get((item, value), 0) | mask

    def _select(
        self, found: dict[int, tuple[int, int]], values: dict[tuple[int, str], int], question: str,
        words: list[str], timed: bool,
    ) -> tuple[Link, ...]:  # fmt: skip
        """Drop what a better mention of the same words explains, keep the most certain, and put them in order."""
        tables = {item for item, (rank, _) in found.items() if self._items[item][1] is None and rank > _PARTIAL}
        kept_values = self._best_values(values, found, tables, question, words)
        said = valued = 0
        for mask in kept_values.values():
            valued |= mask
            if mask.bit_count() > 1:
                said |= mask
        home = tables | {self._table_of[item] for item, _ in kept_values}
        if timed:
            self._date(home, found, 1 << _BEYOND)
        exact = [(mask, item) for item, (rank, mask) in found.items() if rank == _EXACT]
        strong = [(mask, item) for item, (rank, mask) in found.items() if rank >= _SYNONYM]
        covered = 0
        for mask, item in exact:
            if self._items[item][1] is None or self._table_of[item] in home or not home:
                covered |= mask
        near = [mask for item, (_, mask) in found.items() if self._is_column_of(item, home)] if home else []
        scored: list[tuple[int, int, int, str]] = []
        for item, (rank, mask) in found.items():
            column = self._items[item][1] is not None
            if rank <= _HINT and not mask & ~covered:
                continue
            if (not mask & ~said and rank < _EXACT) or (not mask & ~valued and rank <= _HINT):
                continue
            at_home = self._table_of[item] in tables
            if column and self._table_of[item] not in home and any(not mask & ~other for other in near):
                continue
            if column and any(
                self._beats(other, wide, item, mask, rank, at_home, tables, found) for wide, other in strong
            ):
                continue
            scored.append((-(rank * 4 + 3 * at_home + mask.bit_count()), item, rank, ""))
        for (item, value), mask in kept_values.items():
            scored.append((-(14 + 3 * (self._table_of[item] in tables) + mask.bit_count()), item, 0, value))
        if len(scored) > _MOST_LINKS:
            scored = sorted(scored)[:_MOST_LINKS]
        scored.sort(key=lambda entry: (entry[1], not entry[2], entry[3]))
        return tuple([self._link(item, rank, value) for _, item, rank, value in scored])

    def _is_column_of(self, item: int, tables: set[int]) -> bool:
        return self._table_of[item] in tables and self._items[item][1] is not None

    def _date(self, home: set[int], found: dict[int, tuple[int, int]], mask: int) -> None:
        """Note the dates of the tables in `home` that have one or two, as the question speaks of a time."""
        for owner in home:
            dates = self._dates.get(owner, ())
            if 0 < len(dates) <= 2 and not any(item in found for item in dates):
                for item in dates:
                    found[item] = (_HINT, mask)

    def _beats(
        self, other: int, wide: int, item: int, mask: int, rank: int, at_home: bool, tables: set[int],
        found: dict[int, tuple[int, int]],
    ) -> bool:  # fmt: skip
        """Whether the column `other`, found at `wide`, explains all words of the column `item` better."""
        if other == item or mask & ~wide or self._items[other][1] is None:
            return False
        if mask != wide:
            return found[other][0] >= rank or found[other][0] == _EXACT
        return not at_home and self._table_of[other] in tables and found[other][0] >= rank

    def _best_values(
        self,
        values: dict[tuple[int, str], int],
        found: dict[int, tuple[int, int]],
        tables: set[int],
        question: str,
        words: list[str],
    ) -> dict[tuple[int, str], int]:
        """Keep the longest values, those that are no name of an item, and few columns for each."""
        if not values:
            return {}
        masks = set(values.values())
        named = [mask for rank, mask in found.values() if rank == _EXACT]
        by_mask: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
        for (item, value), mask in values.items():
            if any(mask != other and not mask & ~other for other in masks):
                continue
            if any(not mask & ~other for other in named) and (value.islower() or value not in question):
                continue
            if len(value) < 3 and value.isdigit() and item not in found:
                continue
            by_mask[mask].append((item, value))
        kept = {}
        for mask, entries in by_mask.items():
            entries.sort(key=lambda entry: (self._table_of[entry[0]] not in tables, entry[0] not in found, entry))
            literal = {item for item, value in entries if value in question}
            entries = [(item, value) for item, value in entries if item not in literal or value in question]
            for entry in entries[:_COLUMNS_PER_VALUE]:
                kept[entry] = mask
        return kept

    def _link(self, item: int, rank: int, value: str) -> Link:
        table, column = self._items[item]
        return Link(table, column, _KINDS[rank]) if rank else Link(table, column, "value", value)


def _note(found: dict[int, tuple[int, int]], item: int, rank: int, mask: int) -> None:
    """Remember a mention; a better kind replaces a worse, the same kind adds its places."""
    old = found.get(item)
    if old is None or old[0] < rank:
        found[item] = (rank, mask)
    elif old[0] == rank:
        found[item] = (rank, old[1] | mask)


def _near(places: list[int], stems: list[str], size: int) -> int:
    """The mask of the places where `size` different words stand near each other; 0 when they nowhere do."""
    mask = 0
    for start, first in enumerate(places):
        seen: set[str] = set()
        window = 0
        for place in places[start:]:
            if place - first >= size + _NEAR:
                break
            seen.add(stems[place])
            window |= 1 << place
            if len(seen) == size:
                mask |= window
                break
    return mask


def _quoted(value: str, question: str) -> bool:
    return any(f"{left}{value}{right}" in question for left, right in ("''", '""', "“”", "‘’", "「」", "``"))
