"""The endless stream of training samples, made by worker processes.

A sample is one question over one schema, as token ids: the prompt as `sqlwright.prompt` writes it, then the SQL.
Sources, by the weights in `config.toml`:

- `invented`: schemas from `invent.py`, trees from the sampler, questions from the English and Chinese writers;
- `domains`: the same over everyday domains (`blueprints.py`);
- `public_schema`: the same over the real training schemas and their values;
- `renamed`: public training questions with other names (`rename.py`);
- `plain`: public training questions as they are.

    stream = Stream(settings["mix"], Path("data"), workers=14, seed=0)
    for ids, prompt_length in stream.samples(): ...
"""

from __future__ import annotations

import multiprocessing
import os
import random
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from blueprints import Blueprints
from invent import Inventor
from rename import Public, Values
from sqlwright.errors import SchemaError
from sqlwright.prompt import SPECIAL_TOKENS, get_template, schema_prefix
from sqlwright.records import Example
from sqlwright.schema.lexicon import Lexicon
from sqlwright.schema.linker import Link, Linker
from sqlwright.schema.model import Schema
from sqlwright.synth.catalog import Catalog
from sqlwright.synth.sampler import Sampler
from sqlwright.synth.write_en import EnglishWriter
from sqlwright.synth.write_sql import write_sql
from sqlwright.synth.write_zh import ChineseWriter

Sample = tuple[np.ndarray, int]
Text = tuple[str, str, str]
"""Prefix, suffix and completion."""

CHUNK = 512


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
        self.lexicon = Lexicon.builtin()
        self.template = get_template("base")
        self.sources = list(settings["sources"])
        self.weights = list(settings["sources"].values())

    def texts(self) -> Iterator[Text]:
        """Yield samples for ever."""
        while True:
            kind = self.rng.choices(self.sources, self.weights)[0]
            if kind in self.draws:
                schema, values = self.draws[kind]()
                pairs = self._written(schema, values)
            else:
                share = 0.0 if kind == "plain" else self.rng.choice((0.3, 0.7, 0.95))
                group = self.public.draw(self.settings["group"], rename=share)
                schema, values, pairs = group.schema, group.values, group.pairs
            yield from self._prompts(schema, values, pairs)

    def _written(self, schema: Schema, values: Values) -> list[tuple[str, str]]:
        rng = self.rng
        try:
            sampler = Sampler(Catalog(schema, values), None, rng)
        except SchemaError:  # only keys: nothing to ask about
            return []
        english = EnglishWriter(schema, self.lexicon, rng)
        chinese = ChineseWriter(schema, self.lexicon, rng)
        pairs = []
        for _ in range(self.settings["group"]):
            tree = sampler.draw()
            if tree is None:
                continue
            writer = chinese if rng.random() < self.settings["chinese"] else english
            for question in writer.questions(tree, 1):
                pairs.append((question, write_sql(tree, schema)))
        return pairs

    def _prompts(self, schema: Schema, values: Values, pairs: list[tuple[str, str]]) -> Iterator[Text]:
        rng = self.rng
        indexed = {key: found for key, found in values.items() if rng.random() > self.settings["unindexed"]}
        linker = Linker(schema, indexed, self.lexicon)
        prefix = schema_prefix(schema, self.template)
        drop = self.settings["drop_links"]
        for question, sql in pairs:
            links: tuple[Link, ...] = ()
            if rng.random() > drop:
                links = linker.link(question)
                if rng.random() < drop:
                    links = tuple(link for link in links if rng.random() > 0.15)
            example = Example("", schema.db_id, question, sql, dialect=schema.dialect)
            yield prefix, self.template.suffix(example, links), self.template.completion(sql)


class Encoder:
    """Turns a sample's text into token ids, its parts tokenised apart."""

    def __init__(self, path: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(path))
        self.prefix = ("", [0])

    def __call__(self, text: Text) -> Sample:
        """Return ids and the length of the prompt in tokens."""
        prefix, suffix, completion = text
        if prefix != self.prefix[0]:
            self.prefix = (prefix, self.tokenizer.encode(prefix, add_special_tokens=False).ids)
        second, third = self.tokenizer.encode_batch_fast([suffix, completion], add_special_tokens=False)
        prompt = self.prefix[1] + second.ids
        return np.array(prompt + third.ids, dtype=np.uint16), len(prompt)


def _work(settings: dict[str, Any], data: Path, tokenizer: Path, seed: int, out: Any) -> None:
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    encode = Encoder(tokenizer)
    chunk: list[Sample] = []
    while True:
        try:
            for text in Source(settings, data, seed).texts():
                chunk.append(encode(text))
                if len(chunk) == CHUNK:
                    out.put((np.concatenate([ids for ids, _ in chunk]), np.array([(len(i), p) for i, p in chunk])))
                    chunk = []
        except Exception:  # one odd schema in millions must not end hours of training: say why, and draw others
            traceback.print_exc()
            seed += 1_000_003


class Stream:
    """Samples from `workers` processes; `made` counts them."""

    def __init__(self, settings: dict[str, Any], data: Path, *, workers: int, seed: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.queue = context.Queue(workers * 8)
        self.made = 0
        tokenizer = Path(__file__).with_name("tokenizer.json")
        self.processes = [
            context.Process(target=_work, args=(settings, data, tokenizer, seed * 1000 + n, self.queue), daemon=True)
            for n in range(workers)
        ]
        for process in self.processes:
            process.start()

    def samples(self) -> Iterator[Sample]:
        """Yield samples for ever.

        Raises:
            RuntimeError: every worker has died.
        """
        while True:
            if not any(process.is_alive() for process in self.processes):
                raise RuntimeError("every worker of the stream has died; run Source.texts() alone to see why")
            ids, lengths = self.queue.get()
            start = 0
            for length, prompt in lengths.tolist():
                self.made += 1
                yield ids[start : start + length], prompt
                start += length

    def close(self) -> None:
        """Stop the workers."""
        for process in self.processes:
            process.terminate()


__all__ = ["SPECIAL_TOKENS", "Encoder", "Source", "Stream"]
