"""What people call tables, columns and stored values, in English and Chinese.

    lexicon = Lexicon.builtin().extended({"customer": {"en": ["client"]}, "customer.city": {"zh": ["所在城市"]}})
    lexicon.names_of_table(table, "en")             # ("customer", "client", "buyer", ...)
    lexicon.names_of_column(table, column, "zh")    # ("下单日期", "订购日期", ...)
    lexicon.names_of_value("closed", "zh")          # ("已关闭", ...)

Names come, most natural first, from the comment, the user's own entries, the identifier, its row in the built-in
lexicon, and from the rows of its parts ("shipping_cost" from "shipping" and "cost"). All are faithful names, fit to be
written into a question; `hints_of_table` and `hints_of_column` give words that merely point to an item ("expensive" to
a price).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlwright.errors import ConfigError
from sqlwright.schema.lexicon_compose import (
    Index,
    chinese_names,
    english_names,
    is_person,
    key_of,
    row_of,
    without_noise,
)
from sqlwright.schema.lexicon_rows import NAME_FILES, Row, rows
from sqlwright.schema.lexicon_senses import column_sense, table_sense, value_sense, value_senses
from sqlwright.schema.model import Column, Table
from sqlwright.schema.words import split_identifier

_CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_MAX_COMMENT = {"en": 30, "zh": 10}
_MAX_NAMES = 12
_ONE_LETTER = frozenset(("gender", "sex", "gndr"))
"""Words of a column whose values may be single letters that the lexicon knows."""

Names = tuple[str, ...]


class Lexicon:
    """Names by identifier; immutable, and cached per item, so share one object."""

    def __init__(self, index: Index, items: Mapping[str, Row]) -> None:
        """Use `builtin()` and `extended()` instead: `index` is the general lexicon, `items` the user's rows by item."""
        self._index = index
        self._items = items
        self._columns: dict[tuple[str, str, str, str, Names], Names] = {}
        self._cache: dict[tuple[str, str, str, str, Names], tuple[Names, Names]] = {}

    @staticmethod
    @cache
    def builtin() -> Lexicon:
        """Return the lexicon that ships with the package; the same object every time."""
        names: dict[str, Row] = {}
        words = [row for file in NAME_FILES for row in rows(file)]
        for row in words:
            names[key_of(row.head)] = row
        for row in words:
            for alias in row.aliases:
                names.setdefault(key_of(alias), row)
        modifiers = {spelling: row for row in rows("modifiers") for spelling in (*row.aliases, row.head)}
        return Lexicon(Index(names, modifiers), {})

    def extended(self, source: str | Path | Mapping[str, Any]) -> Lexicon:
        """Return this lexicon with the user's names before its own.

        Args:
            source: a TOML file, or a mapping, from a table, "table.column" or any head word to its names by language:
                `{"customer": {"en": ["client"], "zh": ["客户"]}, "customer.city": {"zh": ["所在城市"]}}`.

        Raises:
            ConfigError: the file cannot be read, or an entry is not of that form.
        """
        where, entries = _read(source)
        items = dict(self._items)
        names = dict(self._index.names)
        for key, value in entries.items():
            for item, row in _user_rows(key, value, where):
                items[item] = _merged(row, items.get(item))
                if "." not in item:
                    phrase = key_of(item)
                    names[phrase] = _merged(row, names.get(phrase))
        return Lexicon(Index(names, self._index.modifiers), items)

    def names_of_table(self, table: Table, language: str) -> Names:
        """Return what a person calls the rows of `table`, singular, most natural first.

        Args:
            table: the table; its columns tell which meaning a word has ("loan" with a "book_id" is 借阅).
            language: "en" or "zh". English always has a name; Chinese has none when a part is unknown.
        """
        return self.lookup(table.name, "", table.comment, language, _beside(table))[0]

    def names_of_column(self, table: Table, column: Column, language: str) -> Names:
        """Return what a person calls `column` of `table`; see `names_of_table`.

        The table's name as a prefix is optional ("customer.customer_name" is "name" and "customer name") unless that
        would say another column's name, and a synonym that is the name of another column of the table is left out.
        """
        siblings = tuple([other.name for other in table.columns])
        key = (table.name, column.name, column.comment, language, siblings)
        found = self._columns.get(key)
        if found is None:
            found = self._columns[key] = self._column_names(table, column, language)
        return found

    def _column_names(self, table: Table, column: Column, language: str) -> Names:
        beside = _beside(table, column.name)
        names, _ = self.lookup(column.name, table.name, column.comment, language, beside)
        taken: set[str] = set()
        for other in table.columns:
            if other.name != column.name:
                there = _beside(table, other.name)
                taken.update(self.lookup(other.name, table.name, other.comment, language, there)[0][:1])
        first = names[:1]
        short = _without_prefix(column.name, table.name)
        if short and not any(_same(other.name, short) for other in table.columns):
            shorter, _ = self.lookup(short, table.name, "", language, beside)
            own = _own(names, column.comment)
            names = (*names[:own], *shorter[:1], *names[own:], *shorter[1:4])
        clear = tuple(name for name in dict.fromkeys(names) if name not in taken)
        return (clear or first)[:_MAX_NAMES]

    def hints_of_table(self, table: Table, language: str) -> Names:
        """Return words that point to `table` without being its name."""
        return self.lookup(table.name, "", table.comment, language, _beside(table))[1]

    def hints_of_column(self, table: Table, column: Column, language: str) -> Names:
        """Return words that point to `column` without being its name ("old" to an age)."""
        return self.lookup(column.name, table.name, column.comment, language, _beside(table, column.name))[1]

    def names_of_value(self, value: str, language: str, column: str = "") -> Names:
        """Return other words for a stored value ("closed": "已关闭"; "canceled": "cancelled"), or ().

        Args:
            value: the value as stored.
            language: "en" or "zh".
            column: the column, with or without its table ("drugs.form"): a word with several meanings takes the one
                that it has there (tablet: 片剂), and a single letter has names only where it tells what it means.
        """
        row, sense = _value_row(value, column), value_sense(_value_key(value), split_identifier(column))
        if language == "zh":
            names = (
                *(sense.zh if sense else ()),
                *(row.zh if row and (not sense or row.zh[:1] == sense.zh[:1]) else ()),
            )
            return tuple(dict.fromkeys(name for name in names if name != value))
        found = (*((row.head, *row.en) if row else ()), *(sense.en if sense else ()))
        return tuple(dict.fromkeys(name for name in found if name.lower() != value.lower()))

    def hints_of_value(self, value: str, language: str, column: str = "") -> Names:
        """Return words that point to a stored value without naming it ("brazilian" to Brazil).

        Without a column they include what the value may mean in one or another.
        """
        row = _value_row(value, column)
        hints = (row.loose_zh if language == "zh" else row.loose_en) if row else ()
        senses = () if column else value_senses(_value_key(value))
        return (*hints, *(name for sense in senses for name in (sense.zh if language == "zh" else sense.en)))

    def expand(self, identifier: str) -> str:
        """Return the identifier's words with abbreviations written out: "cust_nm" -> "customer name"."""
        words = without_noise(split_identifier(identifier))
        return english_names(words, self._index)[0] if words else identifier

    def lookup(self, name: str, table: str, comment: str, language: str, beside: Names = ()) -> tuple[Names, Names]:
        """Return names and hints of the column `name` of `table`, or of a table when that is "".

        `beside` are the words of the table's columns, but for the column itself, where they are known.
        """
        key = (name, table, comment, language, beside)
        found = self._cache.get(key)
        if found is None:
            found = self._cache[key] = self._make(name, table, comment, language, beside)
        return found

    def _make(self, name: str, table: str, comment: str, language: str, beside: Names) -> tuple[Names, Names]:
        if language not in ("en", "zh"):
            raise ConfigError(f"language {language!r} is not known; use 'en' or 'zh'")
        chinese = language == "zh"
        own = self._items.get(f"{table}.{name}".lower() if table else name.lower())
        words = without_noise(split_identifier(name))
        if not table and len(words) > 1 and words[-1] == "info":
            words = words[:-1]
        names = [*_comment_names(comment, language)]
        if own:
            names += own.zh if chinese else own.en
        general = chinese_names(words, self._index) if chinese else english_names(words, self._index) or (name.lower(),)
        sense = self._sense(words, table, beside)
        if sense is None:
            names += general
        else:
            names += sense.zh if chinese else (*general[:1], *sense.en, *general[1:])
        if chinese and table and any(name.endswith("姓名") for name in names):
            names = self._names_by_kind(names, table)
        loose = dict.fromkeys((sense.loose_zh if chinese else sense.loose_en) if sense else ())
        for phrase in (words, words[-1:]):
            if row := row_of(phrase, self._index):
                loose |= dict.fromkeys(row.loose_zh if chinese else row.loose_en)
        return tuple(dict.fromkeys(names))[:_MAX_NAMES], tuple(name for name in loose if name not in names)

    def _sense(self, words: Names, table: str, beside: Names) -> Row | None:
        """The row of what `words` mean here; None where it is in doubt, or the user has named the word."""
        if " ".join(words) in self._items:
            return None
        if not table:
            return table_sense(words, beside)
        owner, row = self.lookup(table, "", "", "zh")[0], row_of(words, self._index)
        person = bool(owner) and is_person(owner[0])
        of = without_noise(split_identifier(table))
        return column_sense(words, of, beside, head=row.head if row else "", person=person)

    def _names_by_kind(self, names: list[str], table: str) -> list[str]:
        """People have a 姓名, things a 名称: put the names of one kind first and leave the other kind's out."""
        owner = self.lookup(table, "", "", "zh")[0]
        kinds = [name.removesuffix("姓名") or (owner[0] if owner else "") for name in names if name.endswith("姓名")]
        if is_person(kinds[0]):
            return sorted(names, key=lambda name: (name.endswith("名称"), name.endswith("名字")))
        return [name for name in names if not name.endswith("姓名")]


def _comment_names(comment: str, language: str) -> Names:
    """The comment up to its first bracket, colon or comma as a name, when it is in `language` and short."""
    text = re.split(r"[(（:：,，;；。\n]|\. ", comment.strip(), maxsplit=1)[0].strip()
    if not text or len(text) > _MAX_COMMENT[language] or bool(_CJK.search(text)) != (language == "zh"):
        return ()
    if language == "zh":
        return (text.removesuffix("表"),) if len(text) > 2 else (text,)
    return (text.lower(),) if len(text.split()) <= 4 else ()


def _beside(table: Table, column: str = "") -> Names:
    """The words of a table's columns, but for those of `column`."""
    words = (word for other in table.columns if other.name != column for word in split_identifier(other.name))
    return tuple(dict.fromkeys(words))


def _own(names: Names, comment: str) -> int:
    """How many of the leading names are the comment's, which stay in front."""
    return 1 if names and comment and comment.strip().lower().startswith(names[0]) else 0


def _without_prefix(column: str, table: str) -> str:
    """The column's identifier without the table's name before it; "" when it has no such prefix."""
    words, prefix = split_identifier(column), without_noise(split_identifier(table))
    for length in (len(prefix), 1):
        if 0 < length < len(words) and key_of(" ".join(words[:length])) == key_of(" ".join(prefix[-length:])):
            rest = words[length:]
            return "_".join(rest) if any(word.isalpha() for word in rest) else ""
    return ""


def _same(one: str, other: str) -> bool:
    return split_identifier(one) == split_identifier(other)


@cache
def _values() -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in rows("values"):
        found[row.head] = row
    for row in rows("values"):
        for name in (*row.aliases, *row.en, *row.zh):
            found.setdefault(name.lower(), row)
    return found


def _value_key(value: str) -> str:
    return value.strip().lower().replace("_", " ").replace("-", " ")


def _value_row(value: str, column: str) -> Row | None:
    key = _value_key(value)
    if len(key) == 1 and key.isascii() and _ONE_LETTER.isdisjoint(split_identifier(column)):
        return None
    return _values().get(key)


def _read(source: str | Path | Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    if isinstance(source, Mapping):
        return "lexicon", source
    try:
        return str(source), tomllib.loads(Path(source).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{source}: the lexicon cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{source}: the lexicon is not TOML ({error})") from None


def _user_rows(key: str, value: Any, where: str) -> list[tuple[str, Row]]:
    """The rows of one entry; a table inside a table is a column, so that TOML's [customer.city] works unquoted."""
    example = 'write {"en": ["client"], "zh": ["客户"]}'
    if not isinstance(value, Mapping) or not value:
        raise ConfigError(f"{where}: the entry {key!r} is no table of names by language; {example}")
    found: list[tuple[str, Row]] = []
    languages: dict[str, Names] = {}
    for name, inner in value.items():
        if isinstance(inner, Mapping) and "." not in key:
            found += _user_rows(f"{key}.{name}", inner, where)
        elif name not in ("en", "zh"):
            raise ConfigError(f"{where}: the entry {key!r} has the unknown language {name!r}; {example}")
        elif not _is_names(inner):
            raise ConfigError(f"{where}: {name!r} of the entry {key!r} is no list of names; {example}")
        else:
            languages[name] = tuple(text.strip() for text in inner)
    if languages:
        found.append((key.lower(), Row(key.lower(), (), languages.get("en", ()), languages.get("zh", ()))))
    return found


def _is_names(value: Any) -> bool:
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and all(isinstance(text, str) and text.strip() for text in value)
    )


def _merged(first: Row, second: Row | None) -> Row:
    """One row with the names of both, `first`'s before `second`'s."""
    if second is None:
        return first
    en, zh = dict.fromkeys((*first.en, *second.en)), dict.fromkeys((*first.zh, *second.zh))
    return second._replace(en=tuple(en), zh=tuple(zh))
