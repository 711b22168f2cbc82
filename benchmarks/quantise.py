"""What each quantisation of the embedded base costs: size, perplexity of gold SQL, and execution accuracy.

    python benchmarks/quantise.py --databases DIR --questions 972 --out benchmarks/results/quantise.json

Each GGUF file is written by `sqlwright export gguf`, and run by llama.cpp through llama-cpp-python on questions of
Spider dev, evenly spaced over the 972 whose databases are in the reference data. Answers are greedy and free: not held
to the schema, which only the transformers engine does. The first row is transformers itself, in float32; `same_sql`
counts the answers that are its own. Perplexity is that of the gold statement after its prompt; accuracy is by rule `ts`
on the test suites.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_args

import numpy as np
from reference import DATA, cpu, unpacked

from sqlwright import base
from sqlwright.evaluate import TEST_SUITE, Options, Summary, score, summarise
from sqlwright.export import Quant, write_gguf
from sqlwright.infer import extract_sql, load
from sqlwright.prompt import build, get_template, schema_prefix
from sqlwright.records import Example, Prediction, Prompt, write_text
from sqlwright.schema import Linker, read_spider_tables, read_values
from sqlwright.schema.lexicon import Lexicon
from sqlwright.sqlkit import canonical

Ids = list[int]
Asked = tuple[Ids, Ids]
"""Tokens of a prompt, and of its gold completion."""
LONGEST = 128


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--databases", type=Path, help="folder of Spider dev's test suites; else unpacked for the run")
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        databases = arguments.databases or unpacked("spider/databases-dev-suites.tar.zst", Path(scratch))
        examples, prompts = questions(databases, arguments.questions)
        rows: list[dict[str, Any]] = []
        first: list[Prediction] = []
        for row, predictions in answers(prompts, Path(scratch), arguments.threads):
            first = first or predictions
            row["same_sql"] = sum(a.sql == b.sql for a, b in zip(first, predictions, strict=True))
            figures = judged(examples, predictions, databases)
            rows.append(
                row | {"accuracy": round(figures.score, 4), "interval": [round(x, 4) for x in figures.score_interval]}
            )
            print(json.dumps(rows[-1]), flush=True)
    packages = ("sqlwright", "gguf", "llama-cpp-python", "torch", "transformers")
    result = {
        "model": base.NAME,
        "questions": len(examples),
        "set": "Spider dev, evenly spaced over the questions whose databases are there",
        "rule": "ts on test suites; greedy, not held to the schema",
        "rows": rows,
        "machine": cpu(),
        "versions": {name: version(name) for name in packages},
    }
    write_text(arguments.out, json.dumps(result, indent=1) + "\n")


def questions(databases: Path, most: int) -> tuple[list[Example], list[Prompt]]:
    """Return the examples and their prompts, in the embedded base's template."""
    items = json.loads((DATA / "spider" / "dev.json").read_text(encoding="utf-8"))
    items = [item for item in items if (databases / item["db_id"] / f"{item['db_id']}.sqlite").exists()]
    items = items[:: max(1, len(items) // most)][:most]
    schemas = read_spider_tables(DATA / "spider" / "tables.json")
    template, lexicon = get_template(base.TEMPLATE), Lexicon.builtin()
    linkers, prefixes = {}, {}
    for db_id in sorted({item["db_id"] for item in items}):
        values = read_values(f"sqlite:///{databases / db_id / db_id}.sqlite", schemas[db_id], personal=True)
        linkers[db_id] = Linker(schemas[db_id], values, lexicon)
        prefixes[db_id] = schema_prefix(schemas[db_id], template)
    examples, prompts = [], []
    for number, item in enumerate(items):
        columns = {table.name: [column.name for column in table.columns] for table in schemas[item["db_id"]].tables}
        sql = canonical(item["query"], "sqlite", columns=columns)
        example = Example(str(number), item["db_id"], item["question"], sql)
        links = linkers[example.db_id].link(example.question)
        examples.append(example)
        prompts.append(build(example, schemas[example.db_id], template, links, prefix=prefixes[example.db_id]))
    return examples, prompts


def judged(examples: Sequence[Example], predictions: Sequence[Prediction], databases: Path) -> Summary:
    """Return what predictions come to by rule `ts`, each on all the files of its database."""
    suites = {
        db_id: [f"sqlite:///{file}" for file in sorted((databases / db_id).glob("*.sqlite"))]
        for db_id in {example.db_id for example in examples}
    }
    return summarise(score(examples, predictions, suites.__getitem__, options=Options(TEST_SUITE)), examples)


def answers(
    prompts: Sequence[Prompt], scratch: Path, threads: int
) -> Iterator[tuple[dict[str, Any], list[Prediction]]]:
    """Yield each form of the model: what is known of it with its perplexity, and its predictions."""
    engine = load(base.path(), device="cpu", precision="fp32")

    def ids(text: str) -> Ids:
        return list(engine.tokenizer(text, add_special_tokens=False)["input_ids"])

    asked = [(ids(p.prefix) + ids(p.suffix), ids(p.completion)) for p in prompts]
    tokens = sum(len(gold) for _, gold in asked)
    size = (base.path() / "model.safetensors").stat().st_size
    nll = sum(_nll_by_transformers(engine.model, question, gold) for question, gold in asked)
    found = engine.generate(prompts, max_new_tokens=LONGEST)
    yield {"form": "transformers", "bytes": size, "perplexity": _perplexity(nll, tokens)}, found
    for quant in get_args(Quant):
        made = write_gguf(base.path(), scratch / f"{quant}.gguf", quant)
        nll, found = by_llamacpp(made.path, prompts, asked, engine.tokenizer, threads)
        known = {"bytes": made.bytes, "types": made.types, "other": made.other}
        yield {"form": quant, **known, "perplexity": _perplexity(nll, tokens)}, found


def by_llamacpp(
    file: Path, prompts: Sequence[Prompt], asked: Sequence[Asked], tokenizer: Any, threads: int
) -> tuple[float, list[Prediction]]:
    """Return the gold completions' negative log-likelihood, in nats, and the file's own answers."""
    import llama_cpp

    model: Any = llama_cpp.Llama(
        str(file), n_ctx=2048, n_batch=2048, n_threads=threads, n_threads_batch=threads, logits_all=True, verbose=False
    )
    greedy: dict[str, Any] = {"temp": 0.0, "top_k": 1, "repeat_penalty": 1.0}
    total, predictions = 0.0, []
    for prompt, (question, gold) in zip(prompts, asked, strict=True):
        said: Ids = []
        next(model.generate(question + gold, **greedy))  # reads what it has not read of it already
        total += _nll(model.scores[len(question) - 1 : len(question) - 1 + len(gold)], gold)
        for token in model.generate(question, **greedy):
            if token == tokenizer.eos_token_id or len(said) == LONGEST:
                break
            said.append(token)
        text = tokenizer.decode(said, skip_special_tokens=True)
        predictions.append(Prediction(prompt.id, "", extract_sql(text), text))
    model.close()
    return total, predictions


def _nll_by_transformers(model: Any, question: Ids, gold: Ids) -> float:
    import torch

    with torch.inference_mode():
        logits = model(torch.tensor([question + gold])).logits[0, len(question) - 1 : -1]
    return _nll(logits.numpy(), gold)


def _perplexity(nll: float, tokens: int) -> float:
    return round(math.exp(nll / tokens), 5)


def _nll(logits: Any, gold: Ids) -> float:
    wide = np.asarray(logits, dtype=np.float64)
    peak = wide.max(axis=1, keepdims=True)
    total = peak[:, 0] + np.log(np.exp(wide - peak).sum(axis=1))
    return float((total - wide[np.arange(len(gold)), gold]).sum())


if __name__ == "__main__":
    main()
