"""Score a checkpoint on held-out training databases: execution accuracy, by hardness and by kind of error.

    python recipes/base/evaluate.py --model DIR --data DIR --spider DIR --databases DIR [--limit 300] [--candidates 8]

`--data` is the folder that `prepare.py` wrote; its `heldout.json` is scored, unless `--questions` names another file of
the same form. The rule is `ts` (any column order, bag, order where gold orders), on all `*.sqlite` files of a
database's folder: its test suite, where there is one; `--plain` takes the one file alone. Answers are greedy and free,
or with `--candidates` as the product gives them: the best of so many, held to the schema and chosen by running them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlwright.database import open_executor
from sqlwright.evaluate import TEST_SUITE, Options, score, summarise
from sqlwright.infer import Engine, choose, load, required_values
from sqlwright.prompt import build, get_template, schema_prefix
from sqlwright.records import Example, Prediction, Prompt, write_jsonl
from sqlwright.schema import Schema, read_spider_tables, read_values
from sqlwright.schema.lexicon import Lexicon
from sqlwright.schema.linker import Linker
from sqlwright.sqlkit import canonical


def main() -> None:
    """Parse the command line, predict and print the scores."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    for name in ("model", "spider", "databases"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--candidates", type=int, default=0)
    parser.add_argument("--plain", action="store_true", help="score on the plain database alone")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    items = json.loads((arguments.questions or arguments.data / "heldout.json").read_text(encoding="utf-8"))
    schemas = read_spider_tables(arguments.spider / "tables.json")
    files = {item["db_id"]: arguments.databases / item["db_id"] / f"{item['db_id']}.sqlite" for item in items}
    items = [item for item in items if files[item["db_id"]].exists()]
    if arguments.limit:
        items = items[:: max(1, len(items) // arguments.limit)][: arguments.limit]
    lexicon = Lexicon.builtin()
    linkers = {}
    for db_id in sorted({item["db_id"] for item in items}):
        values = read_values(f"sqlite:///{files[db_id]}", schemas[db_id], personal=True)
        linkers[db_id] = Linker(schemas[db_id], values, lexicon)
    examples = []
    for number, item in enumerate(items):
        gold = item.get("sql") if isinstance(item.get("sql"), str) else item["query"]
        columns = {t.name: [c.name for c in t.columns] for t in schemas[item["db_id"]].tables}
        sql = canonical(gold, "sqlite", columns=columns)
        examples.append(Example(str(number), item["db_id"], item["question"], sql))
    began = time.monotonic()
    engine = load(arguments.model, device=arguments.device)
    if arguments.candidates:
        predictions = chosen(engine, examples, schemas, linkers, files, arguments.candidates)
    else:
        predictions = engine.generate(
            prompts_of(examples, schemas, linkers), db_ids={e.id: e.db_id for e in examples}, max_new_tokens=MOST
        )
    seconds = time.monotonic() - began

    def suite(db_id: str) -> list[str]:
        found = [files[db_id]] if arguments.plain else sorted(files[db_id].parent.glob("*.sqlite"))
        return [f"sqlite:///{file}" for file in found]

    verdicts = score(examples, predictions, suite, options=Options(TEST_SUITE))
    summary = summarise(verdicts, examples)
    print(summary)
    print(Counter(v.error for v in verdicts if not v.correct).most_common(), f"{seconds:.0f} s")
    if arguments.out:
        write_jsonl(arguments.out / "predictions.jsonl", predictions)
        write_jsonl(arguments.out / "examples.jsonl", examples)
        write_jsonl(arguments.out / "verdicts.jsonl", verdicts)


TEMPLATE = get_template("base")
MOST = TEMPLATE.max_new_tokens


def prompts_of(
    examples: Sequence[Example], schemas: Mapping[str, Schema], linkers: Mapping[str, Linker]
) -> list[Prompt]:
    """Return the prompt of each example, with the links of its question."""
    prefixes = {db_id: schema_prefix(schemas[db_id], TEMPLATE) for db_id in linkers}
    return [
        build(e, schemas[e.db_id], TEMPLATE, linkers[e.db_id].link(e.question), prefix=prefixes[e.db_id])
        for e in examples
    ]


def chosen(
    engine: Engine,
    examples: Sequence[Example],
    schemas: Mapping[str, Schema],
    linkers: Mapping[str, Linker],
    files: Mapping[str, Path],
    count: int,
) -> list[Prediction]:
    """Return the best of `count` answers to each example, by what came of running them on the plain database."""
    found = engine.candidates(
        prompts_of(examples, schemas, linkers),
        count=count,
        max_new_tokens=MOST,
        schemas={e.id: schemas[e.db_id] for e in examples},
    )
    predictions = []
    executors = {db_id: open_executor(f"sqlite:///{files[db_id]}") for db_id in linkers}
    for example, candidates in zip(examples, found, strict=True):
        results = [executors[example.db_id].run(candidate.sql) for candidate in candidates]
        required = required_values(linkers[example.db_id].link(example.question))
        best = candidates[choose(candidates, results, required)]
        predictions.append(Prediction(example.id, example.db_id, best.sql, best.sql))
    for executor in executors.values():
        executor.close()
    return predictions


if __name__ == "__main__":
    main()
