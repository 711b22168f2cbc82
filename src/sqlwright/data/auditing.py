"""Run every example's SQL and say what each came to; find repeats and leaks.

    report = audit(examples, {"shop": "sqlite:///shop.db"})
    report.counts                # {"kept": 180, "empty": 12, "failed": 5, "timeout": 1, "no-database": 2}
    kept = report.kept(examples)

Nothing is dropped: every example has exactly one finding, with its reason where it is not kept.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal, get_args

from sqlglot import exp

from sqlwright.data.keys import question_key, sql_key
from sqlwright.data.leaks import Leak, find_leaks
from sqlwright.data.text import nearest_earlier
from sqlwright.database import Job, Limits, Result, admit, dialect_of, file_of, run_many
from sqlwright.errors import DatabaseError, RefusedSql, SqlError
from sqlwright.records import Example, Json
from sqlwright.schema import Schema
from sqlwright.sqlkit import tables_of
from sqlwright.sqlkit.parsing import tree_of

Status = Literal["kept", "empty", "failed", "timeout", "no-database"]
Databases = Mapping[str, str] | Callable[[str], str]
NEAR = 0.85
"""Jaccard similarity of their grams from which two questions are called near-duplicates."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one example."""

    id: str
    db_id: str
    status: Status
    """"kept": the SQL returns rows; "empty": it runs and returns none."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """A question much like an earlier one on the same database."""

    id: str
    earlier: str
    """Id of the earlier example."""
    similarity: float
    """Jaccard similarity of their grams, `NEAR` to 1."""
    same_sql: bool
    """Whether both have the same SQL: a paraphrase if so, else perhaps a contradiction."""


@dataclass(frozen=True, slots=True)
class Audit:
    """All that an audit found."""

    findings: list[Finding] = field(default_factory=list)
    """One for each example, in their order."""
    near_duplicates: list[NearDuplicate] = field(default_factory=list)
    """At most one for each example: the earlier question nearest to it."""
    equal_sql: list[tuple[str, ...]] = field(default_factory=list)
    """Ids of the examples, two or more, that have the same SQL on the same database."""
    leaks: list[Leak] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def counts(self) -> dict[str, int]:
        """Number of examples of each status."""
        out = dict.fromkeys(get_args(Status), 0)
        for finding in self.findings:
            out[finding.status] += 1
        return out

    def kept(self, examples: Iterable[Example], statuses: Collection[str] = ("kept",)) -> list[Example]:
        """Return those of the examples that this audit gave one of the statuses."""
        wanted = {finding.id for finding in self.findings if finding.status in statuses}
        return [example for example in examples if example.id in wanted]

    def to_json(self) -> Json:
        """Return the audit as a JSON object."""
        return {"counts": self.counts, **asdict(self)}


def audit(
    examples: Sequence[Example],
    databases: Databases,
    schemas: Mapping[str, Schema] | None = None,
    *,
    limits: Limits | None = None,
    workers: int | None = None,
    splits: Mapping[str, Iterable[Example]] | None = None,
    near: float = NEAR,
    on_progress: Callable[[int, int], None] | None = None,
) -> Audit:
    """Run and compare examples. The ids of examples are taken to be unique.

    Args:
        examples: what to audit.
        databases: URL or path of a database by db_id; one that is missing, empty or not there is "no-database".
        schemas: where given, they tell tables that do not exist even where there is no database to run on.
        limits: time, row and byte limits of each statement.
        workers: processes that run statements; one a core by default.
        splits: examples by split, to look for leaks between.
        near: similarity from which questions are near-duplicates.
        on_progress: called with statements done and in all.
    """
    start = time.perf_counter()
    return Audit(
        findings=_run(examples, databases, schemas or {}, limits or Limits(), workers, on_progress),
        near_duplicates=_near_duplicates(examples, near),
        equal_sql=_equal_sql(examples),
        leaks=find_leaks(splits) if splits else [],
        seconds=time.perf_counter() - start,
    )


_Outcome = tuple[Status, str]


def _run(
    examples: Sequence[Example],
    databases: Databases,
    schemas: Mapping[str, Schema],
    limits: Limits,
    workers: int | None,
    on_progress: Callable[[int, int], None] | None,
) -> list[Finding]:
    urls = {db_id: _url(databases, db_id) for db_id in dict.fromkeys(example.db_id for example in examples)}
    outcomes: dict[Hashable, _Outcome] = {}
    dialects: dict[Hashable, str] = {}
    jobs: list[Job] = []
    for example in sorted(examples, key=lambda example: example.db_id):
        key = (example.db_id, example.sql)
        if key in outcomes:
            continue
        url, problem = urls[example.db_id]
        outcomes[key] = ("failed", "was not run") if url else _without_database(example, problem, schemas)
        if url:
            try:
                jobs.append(Job(key, url, admit(example.sql, dialect_of(url))))
                dialects[key] = example.dialect
            except RefusedSql as error:
                outcomes[key] = ("failed", str(error))
    for done, (job, result) in enumerate(run_many(jobs, workers=workers, limits=limits), 1):
        outcomes[job.key] = _outcome(result, job.sql, dialects[job.key])
        if on_progress:
            on_progress(done, len(jobs))
    outcomes.update(_empty_tables([job for job in jobs if outcomes[job.key][0] == "empty"], dialects, workers, limits))
    return [Finding(example.id, example.db_id, *outcomes[example.db_id, example.sql]) for example in examples]


def _outcome(result: Result, sql: str, dialect: str) -> _Outcome:
    """Return the status of a statement that was run; it must also parse, as a query, to be of use later."""
    try:
        if not isinstance(tree_of(sql, dialect), exp.Query):
            return "failed", "is no query, but changes or describes the database"
        sql_key(sql, dialect)  # the workers run the next statements meanwhile
    except SqlError as error:
        return "failed", result.error or f"runs, but cannot be parsed: {error}"
    if result.status == "timeout":
        return "timeout", result.error or f"stopped after {result.seconds:.1f} s"
    if result.status in ("error", "refused"):
        return "failed", result.error
    if result.status == "too-large":
        return "kept", "the result is larger than the limit"
    return ("kept", "") if result.rows else ("empty", "returns no rows")


def _empty_tables(
    empty: list[Job], dialects: Mapping[Hashable, str], workers: int | None, limits: Limits
) -> dict[Hashable, _Outcome]:
    """Return the outcomes of statements without rows that read a table without rows, naming it.

    Then it is the database that says nothing about the statement.
    """
    reads = {job.key: tables_of(job.sql, dialects[job.key]) for job in empty}
    checks = {}
    for job in empty:
        for table in reads[job.key]:
            name = exp.table_(exp.to_identifier(table, quoted=True))
            sql = exp.select("1").from_(name).limit(1).sql(dialects[job.key])
            checks[job.url, table] = Job((job.url, table), job.url, sql)
    results = run_many(checks.values(), workers=workers, limits=limits)
    bare = {job.key for job, result in results if result.ok and not result.rows}
    named = {job.key: [table for table in reads[job.key] if (job.url, table) in bare] for job in empty}
    return {key: ("empty", f"returns no rows; {', '.join(tables)} is empty") for key, tables in named.items() if tables}


def _url(databases: Databases, db_id: str) -> tuple[str, str]:
    """Return the URL of a database, or "" and why there is none."""
    try:
        url = databases(db_id) if callable(databases) else databases[db_id]
    except LookupError:
        url = ""
    if not url:
        return "", f"no database is given for {db_id!r}"
    try:
        if dialect_of(url) in ("sqlite", "duckdb"):
            file_of(url)
    except DatabaseError as error:
        return "", str(error)
    return url, ""


def _without_database(example: Example, problem: str, schemas: Mapping[str, Schema]) -> _Outcome:
    """Say what can be said of SQL that cannot be run: whether it parses and its tables exist."""
    try:
        tables = tables_of(example.sql, example.dialect)
    except SqlError as error:
        return "failed", str(error)
    schema = schemas.get(example.db_id)
    missing = [table for table in tables if schema is not None and not schema.has(table)]
    return ("failed", f"no such table: {missing[0]}") if missing else ("no-database", problem)


def _near_duplicates(examples: Sequence[Example], near: float) -> list[NearDuplicate]:
    """Compare questions, after their earlier turns, within each database."""
    by_database: defaultdict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_database[example.db_id].append(example)
    out = []
    for group in by_database.values():
        for example, found in zip(group, nearest_earlier([question_key(e) for e in group], near), strict=True):
            if found is not None:
                earlier = group[found[0]]
                same_sql = sql_key(example.sql, example.dialect) == sql_key(earlier.sql, earlier.dialect)
                out.append(NearDuplicate(example.id, earlier.id, round(found[1], 4), same_sql))
    return out


def _equal_sql(examples: Sequence[Example]) -> list[tuple[str, ...]]:
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for example in examples:
        groups[example.db_id, sql_key(example.sql, example.dialect)].append(example.id)
    return [tuple(group) for group in groups.values() if len(group) > 1]
