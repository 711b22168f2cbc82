"""Bring examples into one form without changing what they mean, and say what was changed.

Questions get plain spaces and, outside Chinese, plain quotes; SQL goes through `sqlkit.clean`, which never changes a
result; what is then the same in every respect is kept once.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

from sqlwright.errors import SqlError
from sqlwright.records import Example, Json, Turn
from sqlwright.sqlkit import clean

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_QUOTES = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"'}
)
_SPACE_BEFORE_END = re.compile(r"\s+([?？.。!！])$")

What = Literal["question", "sql", "evidence", "history", "duplicate", "unreadable-sql"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was changed, or that could not be."""

    id: str
    what: What
    """The field that changed; "duplicate": left out, as it equals `after`; "unreadable-sql": left as it was."""
    before: str
    after: str
    """The new text; for a duplicate the id of the example it equals, for unreadable SQL the reason."""


@dataclass(frozen=True, slots=True)
class CleanReport:
    """Everything that cleaning did."""

    changes: list[Change] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How often each kind of change was made."""
        return dict(sorted(Counter(change.what for change in self.changes).items()))

    def to_json(self) -> Json:
        """Return the report as a JSON object."""
        return {"counts": self.counts, "changes": [asdict(change) for change in self.changes]}


def clean_examples(examples: Iterable[Example]) -> tuple[list[Example], CleanReport]:
    """Return the cleaned examples, exact duplicates removed (the first stays), and what was done to them."""
    report = CleanReport()
    seen: dict[tuple[object, ...], str] = {}
    out = []
    for example in examples:
        cleaned = _cleaned(example, report.changes)
        key = (cleaned.db_id, cleaned.dialect, cleaned.question, cleaned.sql, cleaned.evidence, cleaned.history)
        if key in seen:
            report.changes.append(Change(example.id, "duplicate", example.question or example.sql, seen[key]))
        else:
            seen[key] = example.id
            out.append(cleaned)
    return out, report


def clean_question(question: str, language: str = "en") -> str:
    """Return the question on one line: composed characters, single spaces, nothing invisible, plain quotes.

    Chinese keeps its own quotation marks, which are right there. A space before the final mark goes.
    """
    text = unicodedata.normalize("NFC", question).translate(_INVISIBLE)
    if language != "zh":
        text = text.translate(_QUOTES)
    return _SPACE_BEFORE_END.sub(r"\1", " ".join(text.split()))


def _cleaned(example: Example, changes: list[Change]) -> Example:
    new = replace(
        example,
        question=clean_question(example.question, example.language),
        evidence=" ".join(example.evidence.split()),
        history=tuple(
            Turn(clean_question(turn.question, example.language), _clean_sql(turn.sql, example.dialect)[0])
            for turn in example.history
        ),
    )
    sql, problem = _clean_sql(example.sql, example.dialect)
    if problem:
        changes.append(Change(example.id, "unreadable-sql", example.sql, problem))
    new = replace(new, sql=sql)
    fields: tuple[What, ...] = ("question", "sql", "evidence", "history")
    for what in fields:
        before, after = getattr(example, what), getattr(new, what)
        if before != after:
            changes.append(Change(example.id, what, _shown(before), _shown(after)))
    return new


def _clean_sql(sql: str, dialect: str) -> tuple[str, str]:
    """Return the SQL, cleaned where it parses, and why it does not or ""."""
    try:
        return clean(sql, dialect), ""
    except SqlError as error:
        return sql, str(error)


def _shown(value: str | tuple[Turn, ...]) -> str:
    return value if isinstance(value, str) else "\n".join(f"{turn.question}\n{turn.sql}" for turn in value)
