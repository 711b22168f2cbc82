"""Whether vLLM writes what transformers writes: the embedded base, greedily and in float32, on the demo's database.

    python benchmarks/predict_vllm.py --out benchmarks/results/predict_vllm.json

The questions are synthesised, one a statement. `free` answers are written without constraint, `grammar` ones held to
the grammar of the schema. `equal` counts answers whose text and number of tokens are those of transformers; where one
is not, `logits_apart` says how close the two tokens were at which the answers part. Seconds are not measured: on a CPU
they say nothing of vLLM on a GPU.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from reference import cpu

from sqlwright import Example, Prediction, Project
from sqlwright.demo.crm import build_crm
from sqlwright.infer import Engine
from sqlwright.records import read_jsonl, write_text

OPTIONS = ["dtype=float32", "enforce_eager=true"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=120)
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
                "unequal": _unequal(ours, its, way),
                "tokens": sum(one.tokens for one in ours[way]),
            }
            for way in ("free", "grammar")
        ],
        "vllm": OPTIONS,
        "command": "python benchmarks/predict_vllm.py --out benchmarks/results/predict_vllm.json",
        "machine": cpu(),
        "versions": {name: version(name) for name in ("sqlwright", _distribution(), "torch", "transformers")},
    }
    write_text(arguments.out, json.dumps(result, indent=1) + "\n")
    print(json.dumps(result))


def _answers(folder: Path, engine: str, examples: Sequence[Example]) -> dict[str, Any]:
    """Return one engine's answers by way, with the prompts and the engine."""
    project = Project.open(folder, {"predict": {"engine": engine, "grammar": True, "vllm": OPTIONS}})
    _, model, writer = project.loaded("base")
    if isinstance(writer, Engine):
        writer.model.float()  # a CPU that has bfloat16 was to use it
    prompts = model.prompts(examples, project.databases)
    schemas = model.constraints(examples, project.databases, project.config.predict)
    found: dict[str, Any] = {"writer": writer, "prompts": prompts}
    for way, held in (("free", None), ("grammar", schemas)):
        found[way] = writer.generate(prompts, schemas=held, max_new_tokens=96)
    return found


def _unequal(ours: dict[str, Any], its: dict[str, Any], way: str) -> list[dict[str, Any]]:
    """Return the answers that differ, and by how much the two tokens' logits differ where they part."""
    out = []
    writer = ours["writer"]
    for prompt, *both in zip(ours["prompts"], ours[way], its[way], strict=True):
        if _written(both[0]) == _written(both[1]):
            continue
        first, second = ([*writer.tokenizer(one.raw).input_ids, writer.tokenizer.eos_token_id] for one in both)
        at = next(at for at, (a, b) in enumerate(zip(first, second, strict=False)) if a != b)
        asked = writer.tokenizer(prompt.prefix + prompt.suffix).input_ids + first[:at]
        with torch.inference_mode():
            logits = writer.model(torch.tensor([asked])).logits[0, -1]
        gap = float((logits[first[at]] - logits[second[at]]).abs())
        out.append({"transformers": both[0].raw, "vllm": both[1].raw, "logits_apart": round(gap, 6)})
    return out


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
