"""The endless stream of training samples, made by worker processes.

A sample is one question over one schema, as token ids: the prompt as `sqlwright.prompt` writes it, then the SQL; or, in
its other tasks, SQL and then the question, or a question, the steps and the SQL. What a schema cannot answer has "I do
not know" in place of SQL (`unknown.py`). The samples over one schema come as a group, so that their common prefix is
made, sent and computed once (`pack.py`). Sources, by the weights in `config.toml`:

- `invented`: schemas from `invent.py`, trees from the sampler, questions from the English and Chinese writers;
- `domains`: the same over everyday domains (`blueprints.py`);
- `public_schema`: the same over the real training schemas and their values;
- `renamed`: public training questions with other names (`rename.py`);
- `plain`: public training questions with the names as they are.

A share of the questions over SQLite's schemas of the first three is said in people's words instead (`made.py`).
Invented schemas are of any of five engines; a share of the public questions is put into the words of others
(`dialects.py`).

    stream = Stream(settings["mix"], Path("data"), workers=14, seed=0, tokens=81_920)
    pack = stream.get()
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import random
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from blueprints import Blueprints
from dialects import Pairs, Values, told_for
from invent import DIALECT_WEIGHTS, DIALECTS, Inventor
from made import made
from pack import Group, Pack, packs
from rename import Public
from sqlwright._language import language_of
from sqlwright.config import Task
from sqlwright.errors import DataError, SchemaError
from sqlwright.prompt import SPECIAL_TOKENS, build, get_template, schema_prefix
from sqlwright.records import Example
from sqlwright.schema.lexicon import Lexicon
from sqlwright.schema.linker import Link, Linker
from sqlwright.schema.model import Schema
from sqlwright.synth.catalog import Catalog
from sqlwright.synth.sampler import Sampler
from sqlwright.synth.write_en import EnglishWriter
from sqlwright.synth.write_sql import write_sql
from sqlwright.synth.write_zh import ChineseWriter
from unknown import UNKNOWN, Strangers, hide

Text = tuple[str, list[tuple[str, str]]]
"""The prefix of a schema, and the suffix and completion of each question over it."""


class Source:
    """Makes samples as text; one a worker."""

    def __init__(self, settings: dict[str, Any], data: Path, seed: int) -> None:
        self.settings = settings
        self.rng = random.Random(seed)
        self.public = Public(data, self.rng)
        self.inventor = Inventor(self.rng, self.public.vocabulary)
        self.draws = {
            "invented": self.inventor.draw,
            "domains": Blueprints(self.inventor).draw,
            "public_schema": self.public.plain_schema,
        }
        self.strangers = Strangers(self.rng)
        self.lexicon = Lexicon.builtin()
        self.template = get_template("base")
        self.sources = list(settings["sources"])
        self.weights = list(settings["sources"].values())

    def texts(self) -> Iterator[Text]:
        """Yield groups of samples for ever."""
        while True:
            kind = self.rng.choices(self.sources, self.weights)[0]
            written = kind in self.draws
            schema, values, pairs = self._drawn(kind) if written else self._public(kind)
            if pairs:
                yield self._prompts(schema, values, pairs, self.settings["tasks"]["written" if written else "public"])

    def _drawn(self, kind: str) -> tuple[Schema, Values, Pairs]:
        schema, values = self.draws[kind]()
        if kind == "public_schema":
            schema = replace(schema, dialect=self._dialect())
        return schema, values, self._written(schema, values)

    def _public(self, kind: str) -> tuple[Schema, Values, Pairs]:
        share = 0.0 if kind == "plain" else self.rng.choice((0.2, 0.5, 0.8, 0.95))
        group = self.public.draw(self.settings["group"], rename=share)
        dialect = self._dialect()
        if dialect == "sqlite":
            return group.schema, group.values, group.pairs
        told = told_for(dialect, group.schema, group.values, group.pairs, self.rng)
        return told.schema, told.values, told.pairs

    def _dialect(self) -> str:
        if self.rng.random() >= self.settings["other_engines"]:
            return "sqlite"
        return self.rng.choices(DIALECTS[1:], DIALECT_WEIGHTS[1:])[0]

    def _written(self, schema: Schema, values: Values) -> Pairs:
        rng = self.rng
        try:
            sampler = Sampler(Catalog(schema, values), self.settings["shapes"], rng)
        except SchemaError:  # only keys: nothing to ask about
            return []
        english = EnglishWriter(schema, self.lexicon, rng, values=values)
        chinese = ChineseWriter(schema, self.lexicon, rng, values=values)
        count = self.settings["group"]
        people = round(count * self.settings["made"]) if schema.dialect == "sqlite" else 0
        pairs = made(schema, values, rng, people)
        for _ in range(count - len(pairs)):
            try:
                tree = sampler.draw()
            except SchemaError:  # nothing of the drawn shapes fits so small a schema
                break
            writer = chinese if rng.random() < self.settings["chinese"] else english
            for question in writer.questions(tree, 1):
                pairs.append((question, write_sql(tree, schema)))
        rng.shuffle(pairs)
        return pairs

    def _prompts(self, schema: Schema, values: Values, pairs: Pairs, shares: dict[Task, float]) -> Text:
        rng = self.rng
        indexed = {key: found for key, found in values.items() if rng.random() > self.settings["unindexed"]}
        linker = Linker(schema, indexed, self.lexicon)
        self.strangers.remember(pairs)
        if rng.random() < self.settings["hidden"]:
            hidden = hide(schema, indexed, pairs, linker, self.lexicon, rng)
            if hidden is not None:
                schema, pairs, linker = hidden.schema, hidden.pairs, hidden.linker
        if rng.random() < self.settings["strangers"] and (question := self.strangers.question(linker)):
            pairs = [*pairs, (question, UNKNOWN)]
        prefix = schema_prefix(schema, self.template)
        asked = []
        for question, sql in pairs:
            with suppress(DataError):  # one statement in millions cannot be read, so no reasoning comes from it
                asked.append(self._sample(schema, prefix, linker, question, sql, shares))
        return prefix, asked

    def _sample(
        self, schema: Schema, prefix: str, linker: Linker, question: str, sql: str, shares: dict[Task, float]
    ) -> tuple[str, str]:
        """Return the suffix and the completion of a question, in the task that falls to it."""
        rng, drop = self.rng, self.settings["drop_links"]
        task: Task = "text-to-sql"
        if sql != UNKNOWN:
            task = rng.choices(list(shares), list(shares.values()))[0]
        links: tuple[Link, ...] = ()
        if task != "sql-to-text" and rng.random() > drop:
            links = linker.link(question)
            if rng.random() < drop:
                links = tuple(link for link in links if rng.random() > 0.15)
        example = Example("", schema.db_id, question, sql, language_of(question), schema.dialect)
        prompt = build(example, schema, self.template, links, prefix=prefix, task=task)
        return prompt.suffix, prompt.completion


class Encoder:
    """Turns a group's text into token ids, the parts of a prompt tokenised apart."""

    def __init__(self, path: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(path))

    def __call__(self, text: Text) -> Group:
        """Return the ids of the prefix, and of each suffix and completion."""
        prefix, asked = text
        parts = [prefix, *(part for pair in asked for part in pair)]
        ids = [found.ids for found in self.tokenizer.encode_batch_fast(parts, add_special_tokens=False)]
        return ids[0], list(zip(ids[1::2], ids[2::2], strict=True))


def _work(settings: dict[str, Any], data: Path, tokenizer: Path, seed: int, tokens: int, out: Any) -> None:
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    encode = Encoder(tokenizer)
    while True:
        try:
            for pack in packs(map(encode, Source(settings, data, seed).texts()), tokens):
                out.put(pack)
        except Exception:  # one odd schema in millions must not end hours of training: say why, and draw others
            traceback.print_exc()
            seed += 1_000_003


class Stream:
    """Packs of samples from `workers` processes."""

    def __init__(self, settings: dict[str, Any], data: Path, *, workers: int, seed: int, tokens: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.queue = context.Queue(workers * 8)
        tokenizer = Path(__file__).with_name("tokenizer.json")
        self.processes = [
            context.Process(
                target=_work, args=(settings, data, tokenizer, seed * 1000 + n, tokens, self.queue), daemon=True
            )
            for n in range(workers)
        ]
        for process in self.processes:
            process.start()

    def get(self, seconds: float | None = None) -> Pack | None:
        """Return the next pack, or None when there is none within so many seconds.

        Raises:
            RuntimeError: every worker has died.
        """
        while True:
            try:
                pack: Pack = self.queue.get(timeout=60 if seconds is None else seconds)
                return pack
            except queue.Empty:
                if not any(process.is_alive() for process in self.processes):
                    raise RuntimeError("every worker has died; run Source.texts() alone to see why") from None
                if seconds is not None:
                    return None

    def close(self) -> None:
        """Stop the workers."""
        for process in self.processes:
            process.terminate()


__all__ = ["SPECIAL_TOKENS", "Encoder", "Source", "Stream"]
