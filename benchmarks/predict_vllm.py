"""Whether vLLM writes what transformers writes: the embedded base, greedily and in float32, on the demo's database.

    python benchmarks/predict_vllm.py --out benchmarks/results/predict_vllm.json

The questions are synthesised, one a statement. `free` answers are written without constraint, `grammar` ones held to
the grammar of the schema. `equal` counts answers whose text and number of tokens are those of transformers. `seconds`
are of answering, `open_seconds` of loading; vLLM compiles nothing here, and its seconds on a CPU say little of a GPU.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from reference import cpu

from sqlwright import Example, Prediction, Project
from sqlwright.demo.crm import build_crm
from sqlwright.records import read_jsonl, write_text

OPTIONS = ["dtype=float32", "enforce_eager=true"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "crm"
        folder.mkdir()
        database = build_crm(folder / "crm.sqlite")
        project = Project.init(folder, str(database), {"synth": {"count": 8 * arguments.questions}})
        project.synth()
        examples = _one_a_statement(read_jsonl(project.layout.pairs, Example))[: arguments.questions]
        ours, its = (_answers(folder, engine, examples) for engine in ("transformers", "vllm"))
    result = {
        "model": "embedded",
        "questions": len(examples),
        "rows": [
            {
                "way": way,
                "equal": sum(_written(a) == _written(b) for a, b in zip(ours[way], its[way], strict=True)),
                "tokens": sum(one.tokens for one in ours[way]),
                "seconds": {"transformers": ours["seconds"][way], "vllm": its["seconds"][way]},
            }
            for way in ("free", "grammar")
        ],
        "open_seconds": {"transformers": ours["open_seconds"], "vllm": its["open_seconds"]},
        "vllm": OPTIONS,
        "command": "python benchmarks/predict_vllm.py --out benchmarks/results/predict_vllm.json",
        "machine": cpu(),
        "versions": {name: version(name) for name in ("sqlwright", _distribution(), "torch", "transformers")},
    }
    write_text(arguments.out, json.dumps(result, indent=1) + "\n")
    print(json.dumps(result))


def _answers(folder: Path, engine: str, examples: Sequence[Example]) -> dict[str, Any]:
    """Return one engine's answers by way, and its seconds."""
    settings = {"engine": engine, "grammar": True, "vllm": OPTIONS, "max_new_tokens": 96}
    project = Project.open(folder, {"predict": settings})
    start = time.perf_counter()
    _, model, writer = project.loaded("base")
    found: dict[str, Any] = {"open_seconds": round(time.perf_counter() - start, 1), "seconds": {}}
    prompts = model.prompts(examples, project.databases)
    schemas = model.constraints(examples, project.databases, project.config.predict)
    for way, held in (("free", None), ("grammar", schemas)):
        start = time.perf_counter()
        found[way] = writer.generate(prompts, schemas=held, max_new_tokens=96)
        found["seconds"][way] = round(time.perf_counter() - start, 1)
    return found


def _one_a_statement(examples: Sequence[Example]) -> list[Example]:
    first: dict[str, Example] = {}
    for example in examples:
        first.setdefault(example.sql, example)
    return list(first.values())


def _written(one: Prediction) -> tuple[str, str, int]:
    return one.id, one.raw, one.tokens


def _distribution() -> str:
    """Return the name under which vLLM is installed."""
    from importlib.metadata import packages_distributions

    return packages_distributions()["vllm"][0]


if __name__ == "__main__":
    main()
