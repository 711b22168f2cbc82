"""Make audited pairs of question and SQL for one database.

    with open_executor(url) as executor:
        examples, statistics = make_pairs(schema, values, executor, count=2000, seed=7)

A query is drawn, run, and dropped when its answer says nothing; writers then put it into several questions, and those
that leave a literal unsaid or resemble an earlier one are dropped. Everything dropped is counted with its reason.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from sqlwright.errors import ConfigError, DataError
from sqlwright.records import Example
from sqlwright.schema.lexicon import Lexicon
from sqlwright.schema.model import Schema
from sqlwright.synth import walk
from sqlwright.synth.catalog import Catalog, Values
from sqlwright.synth.coverage import Coverage, Statistics
from sqlwright.synth.judge import Judge
from sqlwright.synth.literals import Synonyms, literals_said
from sqlwright.synth.novelty import Novelty
from sqlwright.synth.profile import read_profile
from sqlwright.synth.sampler import Sampler
from sqlwright.synth.tree import Tree
from sqlwright.synth.write_en import EnglishWriter
from sqlwright.synth.write_sql import write_sql
from sqlwright.synth.write_zh import ChineseWriter

if TYPE_CHECKING:
    from sqlwright.database import Executor

_REWEIGHT_EVERY = 100
_PATIENCE = 4000
"""Draws in a row without a new query after which a small database is taken to be used up."""


class Writer(Protocol):
    """Puts a tree into questions."""

    def questions(self, tree: Tree, n: int) -> list[str]:
        """Return up to `n` different questions; none when the tree cannot be said."""
        ...


def make_pairs(
    schema: Schema,
    values: Values,
    executor: Executor,
    *,
    count: int,
    languages: Mapping[str, float] | Sequence[str] = ("en", "zh"),
    seed: int = 0,
    weights: Mapping[str, float] | None = None,
    lexicon: Lexicon | None = None,
    per_query: int = 3,
    progress: Callable[[int], None] | None = None,
) -> tuple[list[Example], Statistics]:
    """Return `count` examples over a database, and what was made and dropped.

    Args:
        schema: the database's schema; its dialect is the one written.
        values: distinct stored values by (table, column), most frequent first.
        executor: runs statements on the database, read-only and under a time limit.
        count: how many pairs; fewer come back when the database has no more to ask about.
        languages: shares by language, or languages in equal shares.
        seed: of every random choice; equal seeds over equal databases give equal pairs.
        weights: weight by shape name, see `sampler.SHAPES`.
        lexicon: names of tables and columns; the built-in one when absent.
        per_query: most questions for one query in one language.
        progress: called with the number of pairs made so far.

    Raises:
        ConfigError: a language has no writer, a share is negative, or `weights` are wrong.
        SchemaError: the schema has nothing to ask about.
        DataError: no query says anything on this database, for example because it is empty.
    """
    began = time.perf_counter()
    shares = _shares(languages)
    rng = random.Random(seed)
    lexicon = lexicon or Lexicon.builtin()
    catalog = Catalog(schema, values, read_profile(executor, schema))
    sampler = Sampler(catalog, weights, rng)
    writers = {language: _WRITERS[language](schema, lexicon, rng, values=values) for language in shares}
    synonyms = {language: _synonyms(lexicon, language) for language in shares}
    judge, novelty = Judge(executor, schema), Novelty()
    statistics = Statistics(Coverage(catalog))
    coverage, dropped = statistics.coverage, statistics.dropped
    examples: list[Example] = []
    seen: set[str] = set()
    idle = 0
    while len(examples) < count and idle < _PATIENCE:
        shape, tree = _draw(sampler, coverage, rng)
        statistics.drawn += 1
        idle += 1
        sql = write_sql(tree, schema)
        if sql in seen:
            dropped["repeated"] += 1
            continue
        seen.add(sql)
        reason = judge.reason(tree, sql)
        if reason:
            dropped[reason] += 1
            continue
        made = 0
        for language in shares:
            behind = shares[language] * (len(examples) + per_query) - coverage.languages[language]
            wanted = min(per_query, count - len(examples), round(behind + 0.5))
            taken: list[frozenset[str]] = []
            for question in writers[language].questions(tree, wanted) if wanted > 0 else ():
                if not literals_said(tree, question, synonyms[language]):
                    dropped["literal-unsaid"] += 1
                elif not novelty.take(question, taken):
                    dropped["similar-question"] += 1
                else:
                    examples.append(_example(schema, shape, tree, sql, question, language, len(examples)))
                    coverage.languages[language] += 1
                    made += 1
        if not made:
            dropped["not-said"] += 1
            continue
        idle = 0
        coverage.add(shape, tree)
        if coverage.queries % _REWEIGHT_EVERY == 0:
            sampler.dice.favour(coverage.factors())
        if progress:
            progress(len(examples))
    statistics.seconds = time.perf_counter() - began
    if count and not examples:
        most = ", ".join(f"{reason} {times}" for reason, times in dropped.most_common(3))
        raise DataError(f"{schema.db_id}: no query says anything on this database ({most}); is it empty?")
    return examples, statistics


_WRITERS: dict[str, Callable[..., Writer]] = {"en": EnglishWriter, "zh": ChineseWriter}


def _shares(languages: Mapping[str, float] | Sequence[str]) -> dict[str, float]:
    given = dict(languages) if isinstance(languages, Mapping) else dict.fromkeys(languages, 1.0)
    for language, share in given.items():
        if language not in _WRITERS:
            raise ConfigError(f"languages: no writer for {language!r}; there are {', '.join(sorted(_WRITERS))}")
        if share < 0:
            raise ConfigError(f"languages: the share of {language!r} must be 0 or more")
    total = sum(given.values())
    if not total:
        raise ConfigError("languages: give at least one language a share above 0")
    return {language: share / total for language, share in given.items() if share}


def _draw(sampler: Sampler, coverage: Coverage, rng: random.Random) -> tuple[str, Tree]:
    """Return a shape and tree; now and then one that reads a column that no query has read yet."""
    shape, tree = sampler.draw_shape()
    if rng.random() < 0.1:
        missing = coverage.uncovered()
        for _ in range(30 if missing else 0):
            if missing & walk.columns(tree):
                break
            shape, tree = sampler.draw_shape()
    return shape, tree


def _synonyms(lexicon: Lexicon, language: str) -> Synonyms:
    return lambda value: (*lexicon.names_of_value(value, language), *lexicon.hints_of_value(value, language))


def _example(schema: Schema, shape: str, tree: Tree, sql: str, question: str, language: str, number: int) -> Example:
    meta = {"shape": shape, "tables": sorted(walk.tables(tree)), "operators": sorted(walk.operators(tree))}
    return Example(
        id=f"synth-{number:06}",
        db_id=schema.db_id,
        question=question,
        sql=sql,
        language=language,
        dialect=schema.dialect,
        source="synth",
        meta=meta,
    )
