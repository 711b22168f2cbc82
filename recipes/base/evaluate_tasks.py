"""Measure a checkpoint in what the base does beside plain text-to-SQL, on held-out training databases.

    python recipes/base/evaluate_tasks.py TASK... --model DIR --data DIR --spider DIR --databases DIR --out FILE.json

TASK is one or more of

- `sql-to-text`: questions written for gold SQL, in English against the human ones (BLEU, chrF, ROUGE-L), in English and
  Chinese by the way back: the model's own SQL for its question gives gold's rows;
- `unknown`: how many of the questions over a schema less a column or table it declines ("I do not know"), and how many
  that can be answered; false refusals of the whole questions too;
- `reasoning`: execution accuracy with a thought before the SQL, and without;
- `dialects`: answers for each engine: the share that parses there, and execution accuracy in DuckDB, and in PostgreSQL
  with `--postgres URL` of a server where databases may be created.

Answers are greedy and free. The rule is `ts` on the plain databases.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dialects import told_for
from engines import duckdb_copies, postgres_copies
from heldout import MOST, TEMPLATE, Heldout, read_heldout, read_items
from sqlwright.config import Task
from sqlwright.errors import SqlError
from sqlwright.evaluate import TEST_SUITE, Options, score
from sqlwright.evaluate.texts.text import score_texts
from sqlwright.infer import Engine, load
from sqlwright.prompt import build
from sqlwright.records import Example, Prediction
from sqlwright.schema.linker import Linker
from sqlwright.sqlkit import parse
from unknown import UNKNOWN, without

Figures = dict[str, Any]
_THOUGHT = 320
"""Most tokens of a thought."""


def answers(engine: Engine, held: Heldout, examples: Sequence[Example], task: Task = "text-to-sql") -> list[Prediction]:
    """Return the model's greedy answer to each example."""
    most = MOST + (_THOUGHT if task == "reasoning" else 0)
    return engine.generate(held.prompts(examples, task), db_ids={e.id: e.db_id for e in examples}, max_new_tokens=most)


def accuracy(
    held: Heldout, examples: Sequence[Example], found: Sequence[Prediction], urls: dict[str, str] | None = None
) -> float:
    """Return the share of the answers with gold's rows, on the plain databases or those of `urls`.

    Questions whose gold does not run there, as it compares a number with a text, do not count.
    """
    where = urls or {db_id: f"sqlite:///{file}" for db_id, file in held.files.items()}
    verdicts = score(examples, found, lambda db_id: [where[db_id]], options=Options(TEST_SUITE))
    return _share(v.correct for v in verdicts if v.error != "gold-error")


def sql_to_text(engine: Engine, held: Heldout) -> Figures:
    """Measure the questions that the model writes for gold SQL."""
    figures: Figures = {
        "count": len(held.examples),
        "human_ex": accuracy(held, held.examples, answers(engine, held, held.examples)),
    }
    for language in ("en", "zh"):
        asked = [replace(example, language=language) for example in held.examples]
        said = [" ".join(p.raw.split()) for p in answers(engine, held, asked, "sql-to-text")]
        back = [replace(example, question=text) for example, text in zip(asked, said, strict=True)]
        figures[language] = {
            "round_trip_ex": accuracy(held, held.examples, answers(engine, held, back)),
            "said": said[:20],
        }
        if language == "en":
            texts = score_texts([[example.question] for example in asked], said, "en")
            figures[language] |= {"bleu": texts.bleu, "chrf": texts.chrf, "rouge_l": texts.rouge_l}
    return figures


def unknown(engine: Engine, held: Heldout, items: Sequence[dict[str, Any]]) -> Figures:
    """Measure what is declined: questions over less of a schema, and the whole held-out questions."""
    prompts = []
    for number, item in enumerate(items):
        gone = {(table, column) for table, column in item["gone"]}
        schema = without(held.schemas[item["db_id"]], gone)
        linker = Linker(schema, held.values[item["db_id"]])
        example = Example(str(number), schema.db_id, item["question"], "")
        prompts.append(build(example, schema, TEMPLATE, linker.link(item["question"])))
    declined = [UNKNOWN in p.raw for p in engine.generate(prompts, max_new_tokens=MOST)]
    lacking = [item["sql"] == UNKNOWN for item in items]
    right = sum(no and lacks for no, lacks in zip(declined, lacking, strict=True))
    whole = answers(engine, held, held.examples)
    return {
        "unanswerable": sum(lacking),
        "answerable": len(lacking) - sum(lacking),
        "recall": right / max(1, sum(lacking)),
        "precision": right / max(1, sum(declined)),
        "declined_answerable": (sum(declined) - right) / max(1, len(lacking) - sum(lacking)),
        "declined_whole": _share(UNKNOWN in p.raw for p in whole),
        "whole": len(whole),
    }


def reasoning(engine: Engine, held: Heldout) -> Figures:
    """Measure execution accuracy with a thought and without."""
    thought = answers(engine, held, held.examples, "reasoning")
    return {
        "count": len(held.examples),
        "plain_ex": accuracy(held, held.examples, answers(engine, held, held.examples)),
        "reasoning_ex": accuracy(held, held.examples, thought),
        "tokens": sum(p.tokens for p in thought) / len(thought),
    }


def dialects(engine: Engine, held: Heldout, postgres: str) -> Figures:
    """Measure answers for each engine."""
    figures: Figures = {}
    copies: dict[str, Callable[[], dict[str, str]]] = {"duckdb": lambda: duckdb_copies(held)}
    if postgres:
        copies["postgres"] = lambda: postgres_copies(held, postgres)
    for dialect in ("sqlite", "duckdb", "postgres", "mysql", "oracle"):
        asked = [example for e in held.examples for example in _retold(e, held, dialect)]
        found = answers(engine, held, asked)
        figures[dialect] = {"count": len(asked), "parsed": _share(_parses(p.sql, dialect) for p in found)}
        if dialect == "sqlite":
            figures[dialect]["ex"] = accuracy(held, asked, found)
        elif dialect in copies:
            figures[dialect]["ex"] = accuracy(held, asked, found, copies[dialect]())
    return figures


def _retold(example: Example, held: Heldout, dialect: str) -> list[Example]:
    """Return an example with its gold SQL for another engine; none where that engine would refuse it."""
    if dialect == "sqlite":
        return [example]
    same_letters = _Never()
    told = told_for(dialect, held.schemas[example.db_id], {}, [(example.question, example.sql)], same_letters)
    return [replace(example, sql=sql, dialect=dialect) for _, sql in told.pairs]


class _Never(random.Random):
    """Dice by which nothing happens that may also not happen."""

    def random(self) -> float:
        return 1.0


def _parses(sql: str, dialect: str) -> bool:
    try:
        parse(sql, dialect)
    except SqlError:
        return False
    return bool(sql)


def _share(items: Any) -> float:
    found = list(items)
    return round(sum(found) / len(found), 4) if found else 0.0


def main() -> None:
    """Parse the command line, measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("tasks", nargs="+", choices=("sql-to-text", "unknown", "reasoning", "dialects"))
    for name in ("model", "data", "spider", "databases", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--postgres", default="", help="URL of a server where databases may be created")
    arguments = parser.parse_args()
    held = read_heldout(
        read_items(arguments.data / "heldout.json", arguments.limit), arguments.spider, arguments.databases
    )
    engine = load(arguments.model, device=arguments.device)
    figures: Figures = {}
    for task in arguments.tasks:
        if task == "sql-to-text":
            figures[task] = sql_to_text(engine, held)
        elif task == "unknown":
            items = read_items(arguments.data / "heldout_unknown.json", arguments.limit)
            figures[task] = unknown(engine, held, [item for item in items if item["db_id"] in held.files])
        elif task == "reasoning":
            figures[task] = reasoning(engine, held)
        else:
            figures[task] = dialects(engine, held, arguments.postgres)
        print(task, json.dumps(figures[task], ensure_ascii=False)[:600], flush=True)
        arguments.out.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
