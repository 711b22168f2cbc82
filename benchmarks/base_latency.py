"""How long the untuned embedded base takes for a question, one at a time, on this processor.

    python benchmarks/base_latency.py --out benchmarks/results/base_latency.json [--every 12]

Every twelfth question of Spider over the ten training databases that the base is not trained on, from the question to
its SQL: what the linker finds, the prompt, the greedy answer. The engine is loaded and has answered one question of the
database before the clock starts. Needs the reference data; the machine should be idle. About two minutes on two cores.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from reference import DATA, cpu, held_out, unpacked

from sqlwright import base, data
from sqlwright.export import Quant, write_gguf
from sqlwright.project import Project
from sqlwright.records import Example, write_text

QUANT: Quant = "q8_0"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=12)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    names = held_out()
    questions = [one for one in data.read(DATA / "spider" / "train.jsonl").examples if one.db_id in names]
    asked = questions[:: arguments.every]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        unpacked("spider/databases-train.tar.zst", folder)
        databases = folder / "held-out"
        databases.mkdir()
        for name in names:
            (file,) = (one for one in folder.rglob(f"{name}.sqlite") if one.parent != databases)
            file.rename(databases / file.name)
        gguf = write_gguf(base.path(), folder / "base.gguf", QUANT).path
        ways: dict[str, dict[str, Any]] = {
            f"llama.cpp, {QUANT}, free": {"engine": "llamacpp", "model": str(gguf)},
            "transformers, free": {"constrain": False},
            "transformers, held to the schema": {},
        }
        rows = []
        for way, predict in ways.items():
            project = Project.init(folder / way, str(databases), {"predict": predict})
            rows.append({"way": way, **measured(project, asked)})
            print(rows[-1], flush=True)
    result = {
        "what": "milliseconds from a question to its SQL, greedy, one question at a time",
        "questions": len(asked),
        "rows": rows,
        "machine": cpu(),
        "versions": {name: version(name) for name in ("torch", "transformers", "llama-cpp-python")},
    }
    write_text(arguments.out, json.dumps(result, indent=1) + "\n")


def measured(project: Project, examples: Sequence[Example]) -> dict[str, Any]:
    """Return the median and the 95th percentile of what the questions take."""
    known: set[str] = set()
    taken = []
    for example in examples:
        if example.db_id not in known:
            project.write_sql(example.question, "base", db_id=example.db_id)
            known.add(example.db_id)
        began = time.perf_counter()
        project.write_sql(example.question, "base", db_id=example.db_id)
        taken.append(1000 * (time.perf_counter() - began))
    return {"p50": round(statistics.median(taken)), "p95": round(statistics.quantiles(taken, n=20)[-1])}


if __name__ == "__main__":
    main()
