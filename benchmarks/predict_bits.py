"""What holding the weights in 8 or 4 bits changes on a GPU: memory, seconds, and how many answers stay the same.

    python benchmarks/predict_bits.py --out benchmarks/results/predict_speed.json --under h200
    python benchmarks/predict_bits.py --base FOLDER --out FILE --under h200

The embedded base answers questions of Spider dev, greedy and free; a folder that `random_base.py` wrote answers
prompts of their lengths with 32 tokens each, of which "same" means nothing. The rows go into `--out` as `bits`, inside
`--under` where it is given.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_args

from quantise import questions
from random_base import prompts_of
from reference import unpacked

from sqlwright import base
from sqlwright.infer import load
from sqlwright.infer.loading import Bits
from sqlwright.records import Prompt, write_text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, help="a folder of random_base.py; else the embedded base")
    parser.add_argument("--databases", type=Path, help="folder of Spider dev's databases; else unpacked for the run")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--under")
    arguments = parser.parse_args()
    prompts = _prompts(arguments)
    name = arguments.base.name if arguments.base else base.NAME
    rows: list[dict[str, Any]] = []
    first: list[str] = []
    for bits in get_args(Bits):
        row, answers = _answered(arguments.base or base.path(), bits, prompts, 32 if arguments.base else 128)
        first = first or answers
        row |= {"model": name, "same": sum(a == b for a, b in zip(first, answers, strict=True))}
        rows.append(row)
        print(json.dumps(row), flush=True)
    known = json.loads(arguments.out.read_text()) if arguments.out.exists() else {}
    place = known.setdefault(arguments.under, {}) if arguments.under else known
    place["bits"] = [row for row in place.get("bits", []) if row["model"] != name] + rows
    write_text(arguments.out, json.dumps(known, indent=1) + "\n")


def _prompts(arguments: argparse.Namespace) -> list[Prompt]:
    if arguments.base:
        made = prompts_of("spider-dev", [f" w{number}" for number in range(500)])
        return made[:: max(1, len(made) // arguments.questions)][: arguments.questions]
    with tempfile.TemporaryDirectory() as scratch:
        databases = arguments.databases or unpacked("spider/databases-dev-suites.tar.zst", Path(scratch))
        return questions(databases, arguments.questions)[1]


def _answered(folder: Path, bits: Bits, prompts: list[Prompt], most: int) -> tuple[dict[str, Any], list[str]]:
    """Load a model in so many bits (0: bf16) and let it answer."""
    import torch

    torch.cuda.empty_cache()
    before = torch.cuda.memory_allocated()
    began = time.perf_counter()
    engine = load(folder, bits=bits, device="cuda", precision="bf16")
    torch.cuda.synchronize()
    loaded, held = time.perf_counter() - began, torch.cuda.memory_allocated() - before
    engine.generate(prompts[:2], max_new_tokens=2)
    began = time.perf_counter()
    answers = [one.raw for one in engine.generate(prompts, max_new_tokens=most)]
    seconds = time.perf_counter() - began
    row = {
        "bits": bits or 16,
        "weights_mib": round(held / 2**20, 1),
        "load_seconds": round(loaded, 2),
        "questions": len(prompts),
        "seconds": round(seconds, 2),
        "bitsandbytes": version("bitsandbytes"),
        "gpu": torch.cuda.get_device_name(),
    }
    return row, answers


if __name__ == "__main__":
    main()
