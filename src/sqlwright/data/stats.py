"""What a data set holds: how many examples of which kind, and how long they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass

from sqlwright.errors import SqlError
from sqlwright.records import Example, Json
from sqlwright.schema import approximate_tokens
from sqlwright.sqlkit import hardness, operators, tables_of

_LEVELS = ("easy", "medium", "hard", "extra", "unreadable")
Row = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long texts are, in tokens."""

    mean: float = 0.0
    p50: int = 0
    p90: int = 0
    p95: int = 0
    p99: int = 0
    max: int = 0


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts over a data set; every mapping is from a name to a number of examples, most frequent first."""

    examples: int
    questions: int
    """Different questions."""
    statements: int
    """Different SQL texts."""
    databases: dict[str, int]
    languages: dict[str, int]
    dialects: dict[str, int]
    sources: dict[str, int]
    hardness: dict[str, int]
    """Spider's levels, in their order, and "unreadable" for SQL that does not parse."""
    operators: dict[str, int]
    tables: dict[str, int]
    """By the number of tables that the SQL reads, as text, in ascending order."""
    question_tokens: Lengths
    sql_tokens: Lengths
    with_evidence: int
    with_history: int

    def to_json(self) -> Json:
        """Return the statistics as a JSON object."""
        return asdict(self)

    def rows(self) -> list[Row]:
        """Return (group, name, value) rows for a table; values are counts with their share, or lengths."""
        out: list[Row] = [("examples", "all", str(self.examples))]
        out += [("examples", name, str(getattr(self, name))) for name in ("questions", "statements")]
        out += [("examples", name.replace("_", " "), self._share(getattr(self, name))) for name in _OPTIONAL]
        for group in ("languages", "dialects", "sources", "hardness", "operators", "tables", "databases"):
            out += [(group, name, self._share(count)) for name, count in getattr(self, group).items()]
        for group in ("question_tokens", "sql_tokens"):
            lengths = asdict(getattr(self, group))
            out += [(group.replace("_", " "), name, f"{value:g}") for name, value in lengths.items()]
        return out

    def _share(self, count: int) -> str:
        return f"{count} ({100 * count / max(1, self.examples):.1f} %)"


_OPTIONAL = ("with_evidence", "with_history")


def statistics(examples: Iterable[Example], count: Callable[[str], int] = approximate_tokens) -> Statistics:
    """Count a data set.

    Args:
        examples: what to count.
        count: how many tokens a text is, by the model's tokenizer; else roughly what a byte-pair tokenizer makes.
    """
    rows = list(examples)
    facts = {key: _facts(*key) for key in {(row.sql, row.dialect) for row in rows}}
    of_row = [facts[row.sql, row.dialect] for row in rows]
    levels = Counter(level for level, _, _ in of_row)
    tables = Counter(used for level, _, used in of_row if level != "unreadable")
    return Statistics(
        examples=len(rows),
        questions=len({row.question for row in rows if row.question}),
        statements=len({row.sql for row in rows}),
        databases=_counted(row.db_id for row in rows),
        languages=_counted(row.language for row in rows),
        dialects=_counted(row.dialect for row in rows),
        sources=_counted(row.source or "unknown" for row in rows),
        hardness={level: levels[level] for level in _LEVELS if levels[level]},
        operators=_counted(name for _, names, _ in of_row for name in names),
        tables={str(used): tables[used] for used in sorted(tables)},
        question_tokens=_lengths([count(row.question) for row in rows if row.question]),
        sql_tokens=_lengths([count(row.sql) for row in rows]),
        with_evidence=sum(bool(row.evidence) for row in rows),
        with_history=sum(bool(row.history) for row in rows),
    )


def _facts(sql: str, dialect: str) -> tuple[str, frozenset[str], int]:
    """Return hardness, operators and number of tables of a statement."""
    try:
        return hardness(sql, dialect), operators(sql, dialect), len(tables_of(sql, dialect))
    except SqlError:
        return "unreadable", frozenset(), 0


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items(), key=lambda item: (-item[1], item[0])))


def _lengths(lengths: Sequence[int]) -> Lengths:
    """Return the percentiles by the nearest rank."""
    if not lengths:
        return Lengths()
    ordered = sorted(lengths)

    def percentile(share: int) -> int:
        return ordered[-(-share * len(ordered) // 100) - 1]

    mean = round(sum(ordered) / len(ordered), 2)
    return Lengths(mean, percentile(50), percentile(90), percentile(95), percentile(99), ordered[-1])
