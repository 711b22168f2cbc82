"""What a column is about, told from its name and type: its sense, the adjectives that compare on it, the label."""

from __future__ import annotations

from typing import Literal

from sqlwright.schema import model
from sqlwright.schema.words import singular, split_identifier
from sqlwright.synth.english.lexis import (
    AMOUNTS,
    BORN,
    CATEGORY_WORDS,
    DATE_VERBS,
    EVENT_VERBS,
    LARGEST,
    LATEST,
    MEASURE_UNITS,
    NEWEST,
    PEOPLE,
    PLACES,
    SCALES,
    STATES,
    Scale,
)

Sense = Literal["key", "flag", "date", "year", "place", "category", "number", "name", "text"]

_YEARS = frozenset({"year", "founded", "built", "established", "opened"})
_DATES = frozenset({"date", "birthday", "datetime", "timestamp", "dob"})
_PLAIN_DATES = frozenset({"date", "time", "timestamp", "at", "on", "year"})
_BIRTHS = frozenset({"birth", "birthday", "birthdate", "dob", "born"})
_LABELS = ("name", "title", "full name", "fullname", "label")
_FIRST = frozenset({"first name", "firstname", "fname", "forename", "given name"})
_LAST = frozenset({"last name", "lastname", "lname", "surname", "family name"})
_FLAG_PREFIXES = frozenset({"is", "has", "was", "can", "have", "are"})
_PART_NAMES = frozenset({"first", "last", "middle", "user", "file", "family", "given", "short", "nick"})
_ADJECTIVE_ENDINGS = ("ed", "ive", "able", "al", "ent", "ic")
_COMPUTED = frozenset({"average", "avg", "max", "min", "unit"})


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of an identifier; never none."""
    return split_identifier(name) or (name.lower(),)


def head_of(name: str) -> str:
    """Return the last word of an identifier in the singular."""
    return singular(words_of(name)[-1])


def measured(name: str) -> tuple[str, ...]:
    """Return the words of a number's name without its unit: ("duration",) of duration_minutes."""
    words = words_of(name)
    return words[:-1] if len(words) > 1 and words[-1] in MEASURE_UNITS and words[-2] in _WITH_UNITS else words


_WITH_UNITS = frozenset({*SCALES, "time", "distance"})


def sense_of(table: model.Table, column: model.Column) -> Sense:
    """Return what a column is about."""
    words, name = words_of(column.name), column.name.lower()
    last, kind = singular(words[-1]), column.kind
    keys = {c.lower() for c in table.primary_key}.union(c.lower() for key in table.foreign_keys for c in key.columns)
    if name in keys:
        return "key"
    prefixed = len(words) > 1 and words[0] in _FLAG_PREFIXES and kind != "date"
    if kind == "boolean" or prefixed or (kind == "number" and last in STATES):
        return "flag"
    if last == "year" or (last in _YEARS and (kind == "number" or column.type.lower().startswith("year"))):
        return "year"
    done = words[-1] == "on" and kind == "text" and not DATE_VERBS.keys().isdisjoint(words)
    if kind == "date" or words[-1] in _DATES or name.endswith("_at") or done or words[:2] == ("date", "of"):
        return "date"
    if kind == "number":
        return "key" if last in ("id", "code", "zip", "phone") else "number"
    if last in PLACES:
        return "place"
    if last in CATEGORY_WORDS:
        return "category"
    return "name" if last in ("name", "title") and _PART_NAMES.isdisjoint(words) else "text"


def scale_of(table: model.Table, column: model.Column) -> Scale | None:
    """Return the adjectives of a column, or None when it has none or another column of the table could be meant."""
    sense, words = sense_of(table, column), words_of(column.name)
    rivals = [c for c in table.columns if c is not column]
    if sense in ("date", "year"):
        if not _BIRTHS.isdisjoint(words):
            return None if any(head_of(c.name) == "age" for c in rivals) else BORN
        if any(sense_of(table, c) in ("date", "year") or head_of(c.name) == "age" for c in rivals):
            return None
        return None if head_of(table.name) in PEOPLE else LATEST if sense == "date" else NEWEST
    scale = _scale_of_word(singular(measured(column.name)[-1]))
    if sense != "number" or scale is None or (len(words) > 1 and words[0] in _COMPUTED):
        return None
    for rival in rivals:
        theirs = _scale_of_word(head_of(rival.name)) if rival.kind in ("number", "date") else None
        if theirs is not None and set(theirs.most) & set(scale.most):
            return None
    return scale


def _scale_of_word(word: str) -> Scale | None:
    return SCALES.get(word) or (LARGEST if word in AMOUNTS else None)


def verb_of(table: model.Table, column: model.Column) -> tuple[str, bool] | None:
    """Return what happened at a date as (participle, whether it needs "was"), or None."""
    if sense_of(table, column) not in ("date", "year"):
        return None
    words = words_of(column.name)
    for word in words:
        if word in DATE_VERBS:
            return DATE_VERBS[word]
    own = {singular(word) for word in words_of(table.name)}
    plain = all(word in _PLAIN_DATES or singular(word) in own for word in words)
    event = EVENT_VERBS.get(head_of(table.name)) if plain else None
    return (event, True) if event else None


def flag_of(column: model.Column) -> tuple[str, str]:
    """Return a flag as (kind, text): ("adj", "active"), ("noun", "member"), ("have", "parking"), ("can", "fly")."""
    words = words_of(column.name)
    rest = " ".join(words[1:])
    if words[0] in ("is", "was", "are") and rest:
        return ("adj" if words[-1] in STATES or rest.endswith(_ADJECTIVE_ENDINGS) else "noun"), rest
    if words[0] in ("has", "have") and rest:
        return "have", rest
    if words[0] == "can" and rest:
        return "can", rest
    if len(words) == 1 and (words[0] in STATES or words[0].endswith("ed")):
        return "adj", words[0]
    return "", ""


def label_of(table: model.Table) -> tuple[str, ...]:
    """Return the columns that people take for a row's name: a name or title, or first and last name; () for none."""
    own = {singular(w) for w in words_of(table.name)}
    first = last = ""
    for column in table.columns:
        if column.kind != "text":
            continue
        words = words_of(column.name)
        short = without_table(table.name, column.name) or " ".join(w for w in words if singular(w) not in own)
        if short in _LABELS:
            return (column.name,)
        first = first or (column.name if short in _FIRST else "")
        last = last or (column.name if short in _LAST else "")
    return (first, last) if first and last else ()


def shortens(word: str, whole: str) -> bool:
    """Return whether `word` is `whole` or an abbreviation of it: "emp" and "dept" of "employee" and "department"."""
    letters = iter(whole)
    return whole.startswith(word[:1]) and all(letter in letters for letter in word)


def without_table(table: str, column: str) -> str:
    """Return a column's name without its table's before it ("name" of dept_name in department); "" when it has none."""
    words = words_of(column)
    if len(words) > 1 and len(words[0]) > 2 and any(shortens(words[0], singular(w)) for w in words_of(table)):
        return " ".join(words[1:])
    return ""
