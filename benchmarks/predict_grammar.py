"""What holding answers to a schema costs and brings: free, held to its names (`constrain`), to its grammar (`grammar`).

    python benchmarks/predict_grammar.py --databases DIR --out benchmarks/results/predict_grammar.json

The embedded base answers questions of Spider dev, evenly spaced, greedily and in float32. The ways take turns, batch by
batch, so that a busy machine slows them alike. `seconds` are of answering alone; `compile_seconds` of the schemas'
grammars besides. `executable` is the share of statements that run; accuracy is by rule `ts`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from quantise import judged, questions
from reference import DATA, cpu, unpacked

from sqlwright import base
from sqlwright.infer import Engine, load
from sqlwright.infer.guided import Grammars
from sqlwright.records import Prediction, Prompt, write_text
from sqlwright.schema import Schema, read_spider_tables

BATCH = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--databases", type=Path, help="folder of Spider dev's test suites; else unpacked for the run")
    parser.add_argument("--questions", type=int, default=192)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        databases = arguments.databases or unpacked("spider/databases-dev-suites.tar.zst", Path(scratch))
        examples, prompts = questions(databases, arguments.questions)
        known = read_spider_tables(DATA / "spider" / "tables.json")
        schemas = {example.id: known[example.db_id] for example in examples}
        loaded = load(base.path(), device="cpu", precision="fp32")
        held = Engine(loaded.model, loaded.tokenizer, grammar=True)
        compiled = _compile(held, schemas)
        ways: dict[str, tuple[Engine, Mapping[str, Schema] | None]] = {
            "free": (loaded, None),
            "constrain": (loaded, schemas),
            "grammar": (held, schemas),
        }
        seconds, found = _in_turns(ways, prompts)
        rows = []
        for way, predictions in found.items():
            figures = judged(examples, predictions, databases)
            tokens = sum(one.tokens for one in predictions)
            rows.append(
                {
                    "way": way,
                    "seconds": round(seconds[way], 2),
                    "tokens": tokens,
                    "tokens_per_second": round(tokens / seconds[way], 1),
                    "same_sql": sum(a.sql == b.sql for a, b in zip(found["free"], predictions, strict=True)),
                    "executable": round(figures.executable, 4),
                    "accuracy": round(figures.score, 4),
                    "interval": [round(x, 4) for x in figures.score_interval],
                }
            )
            print(json.dumps(rows[-1]), flush=True)
    result = {
        "model": base.NAME,
        "questions": len(examples),
        "rows": rows,
        "compile_seconds": round(compiled, 3),
        "schemas": len({example.db_id for example in examples}),
        "command": "python benchmarks/predict_grammar.py --databases DIR --out benchmarks/results/predict_grammar.json",
        "machine": cpu(),
        "versions": {name: version(name) for name in ("sqlwright", "llguidance", "torch", "transformers")},
    }
    write_text(arguments.out, json.dumps(result, indent=1) + "\n")


def _compile(engine: Engine, schemas: Mapping[str, Schema]) -> float:
    """Return the seconds that it takes to make the grammar of each schema."""
    grammars = Grammars(engine.tokenizer, len(engine.tokenizer), {engine.tokenizer.eos_token_id})
    each = {id(schema): schema for schema in schemas.values()}
    began = time.perf_counter()
    for schema in each.values():
        grammars.start(schema)
    return time.perf_counter() - began


def _in_turns(
    ways: Mapping[str, tuple[Engine, Mapping[str, Schema] | None]], prompts: list[Prompt]
) -> tuple[dict[str, float], dict[str, list[Prediction]]]:
    seconds: dict[str, float] = defaultdict(float)
    found: dict[str, list[Prediction]] = defaultdict(list)
    for engine, schemas in ways.values():  # what is made once, and kept
        engine.generate(prompts[:1], max_new_tokens=1, schemas=schemas)
    for at in range(0, len(prompts), BATCH):
        for way, (engine, schemas) in ways.items():
            some = prompts[at : at + BATCH]
            own: Any = {prompt.id: schemas[prompt.id] for prompt in some} if schemas else None
            began = time.perf_counter()
            found[way] += engine.generate(some, batch_size=BATCH, schemas=own)
            seconds[way] += time.perf_counter() - began
    return seconds, found


if __name__ == "__main__":
    main()
