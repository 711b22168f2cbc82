"""The questions kept aside, their databases and linkers: what `evaluate.py`, `evaluate_tasks.py` and `weigh.py` ask.

held = read_heldout(items, Path("spider"), Path("databases"))
prompts = held.prompts(held.examples)
for one in gathered(engine, held, 8): one.candidates[choose(one.candidates, one.results, one.required, one.told)]
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlwright.config import Task
from sqlwright.database import Result, open_executor
from sqlwright.infer import Candidate, Clues, Engine, Required, clues, required_values
from sqlwright.infer.rescore import explained
from sqlwright.prompt import NO_FRAME, build, get_template, schema_prefix
from sqlwright.records import Example, Prompt
from sqlwright.schema import Schema, read_spider_tables, read_values
from sqlwright.schema.lexicon import Lexicon
from sqlwright.schema.linker import Linker
from sqlwright.schema.values import Values
from sqlwright.sqlkit import canonical

TEMPLATE = get_template("base")
MOST = TEMPLATE.max_new_tokens


@dataclass(frozen=True, slots=True)
class Heldout:
    """Questions with gold SQL, and what is known of their databases, by db_id."""

    examples: list[Example]
    schemas: dict[str, Schema]
    files: dict[str, Path]
    values: dict[str, Values]
    linkers: dict[str, Linker]

    def prompts(self, examples: Sequence[Example], task: Task = "text-to-sql") -> list[Prompt]:
        """Return the prompt of each example, with the links of its question; `dialect` is the example's."""
        prefixes: dict[tuple[str, str], str] = {}
        out = []
        for example in examples:
            schema = self.schema_of(example)
            key = (example.db_id, example.dialect)
            if key not in prefixes:
                prefixes[key] = schema_prefix(schema, TEMPLATE)
            links = self.linkers[example.db_id].link(example.question)
            out.append(build(example, schema, TEMPLATE, links, prefix=prefixes[key], task=task))
        return out

    def schema_of(self, example: Example) -> Schema:
        """Return the schema of an example's database, in the example's dialect."""
        schema = self.schemas[example.db_id]
        return schema if schema.dialect == example.dialect else Schema(schema.db_id, schema.tables, example.dialect)


def read_items(path: Path, limit: int = 0) -> list[dict[str, Any]]:
    """Return the questions of a file that `prepare.py` wrote, or `limit` of them, evenly."""
    items: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    count = min(limit, len(items)) if limit else len(items)
    return [items[at * len(items) // count] for at in range(count)]


def read_heldout(items: Sequence[dict[str, Any]], spider: Path, databases: Path) -> Heldout:
    """Return the questions whose database is there."""
    files = {item["db_id"]: databases / item["db_id"] / f"{item['db_id']}.sqlite" for item in items}
    files = {db_id: file for db_id, file in sorted(files.items()) if file.exists()}
    every = read_spider_tables(spider / "tables.json")
    schemas = {db_id: every[db_id] for db_id in files}
    values: dict[str, Values] = {
        db_id: read_values(f"sqlite:///{file}", schemas[db_id], personal=True) for db_id, file in files.items()
    }
    lexicon = Lexicon.builtin()
    linkers = {db_id: Linker(schemas[db_id], values[db_id], lexicon) for db_id in files}
    examples = []
    for number, item in enumerate(item for item in items if item["db_id"] in files):
        gold: str = item["sql"] if isinstance(item.get("sql"), str) else item["query"]
        columns = {t.name: [c.name for c in t.columns] for t in schemas[item["db_id"]].tables}
        sql = canonical(gold, "sqlite", columns=columns)
        examples.append(Example(str(number), item["db_id"], item["question"], sql))
    return Heldout(examples, schemas, files, values, linkers)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's candidates, and all that they are chosen by."""

    example: Example
    candidates: list[Candidate]
    """The likeliest first, each with how likely it makes the question."""
    results: list[Result]
    """What each came to on the plain database."""
    required: tuple[Required, ...]
    told: Clues


def gathered(engine: Engine, held: Heldout, count: int) -> Iterator[Asked]:
    """Yield each question with its best `count` answers, held to the schema and run."""
    schemas = {one.id: held.schemas[one.db_id] for one in held.examples}
    prompts = held.prompts(held.examples)
    found = engine.candidates(prompts, count=count, max_new_tokens=MOST, schemas=schemas)
    with ExitStack() as opened:
        executors = {
            db_id: opened.enter_context(open_executor(f"sqlite:///{file}")) for db_id, file in held.files.items()
        }
        for example, prompt, plain in zip(held.examples, prompts, found, strict=True):
            schema, links = held.schemas[example.db_id], held.linkers[example.db_id].link(example.question)
            candidates = explained(engine, example, schema, prompt.prefix, plain, TEMPLATE, NO_FRAME)
            results = [executors[example.db_id].run(one.sql) for one in candidates]
            yield Asked(example, candidates, results, required_values(links), clues(example.question, links, schema))
