"""How fast a file of questions is predicted: ours, one `generate` a question, and plain batched `generate`.

    python benchmarks/predict_speed.py --databases DIR --out benchmarks/results/predict_speed.json
    python benchmarks/predict_speed.py --base FOLDER --device cuda --precision bf16 --length 64 --out FILE

Without `--base` it is the embedded base on Spider dev's 972 questions; all answers are greedy and free (not held to the
schema), in float32, and every way gets the same token ids. With `--base`, a folder that `random_base.py` wrote, it is
made-up prompts of the lengths of Spider's questions, and every answer is exactly `--length` tokens long, since random
weights never end one.

Single is DB-GPT-Hub's way: one `generate` a question. Batched is `generate` over left-padded whole prompts in the
file's order, for each of `--batches`, and the fastest counts. A slow way may be timed on every n-th question
(`--single`, `--batched`); ratios are of seconds a question. `equal` counts the answers, of those timed, that are ours
token by token.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from quantise import questions
from random_base import prompts_of
from reference import unpacked

from sqlwright import base
from sqlwright.infer import Engine, load
from sqlwright.prompt.encode import PromptEncoder
from sqlwright.records import Prompt, write_text

Answers = list[list[int]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--databases", type=Path, help="folder of Spider dev's databases; else unpacked for the run")
    parser.add_argument("--questions", type=int, default=972)
    parser.add_argument("--single", type=int, default=0, help="questions for one `generate` each; 0 is all")
    parser.add_argument("--batched", type=int, default=0, help="questions for batched `generate`; 0 is all")
    parser.add_argument("--batches", type=int, nargs="+", default=[8, 64], help="batch sizes of plain `generate`")
    parser.add_argument("--rows", type=int, default=64, help="our batch size")
    parser.add_argument("--base", type=Path)
    parser.add_argument("--length", type=int, default=0, help="tokens of every answer; 0 is until it ends, at most 128")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    engine = load(arguments.base or base.path(), device=arguments.device, precision=arguments.precision)
    prompts = _prompts(arguments)
    most, fixed = arguments.length or 128, bool(arguments.length)
    if fixed:
        engine.model.generation_config.eos_token_id = None
        engine.tokenizer.eos_token = None
    ids = _encoded(engine, prompts)
    engine.generate(prompts[:2], max_new_tokens=2)  # what is loaded with the first call is no way's own
    plain(engine, ids[:1], 1, 2, fixed=fixed)

    ours_seconds, ours = _timed(lambda: _ours(engine, prompts, most, arguments.rows))
    print(f"ours: {ours_seconds:.1f} s for {len(prompts)}", flush=True)
    ways = [(1, arguments.single), *((size, arguments.batched) for size in arguments.batches)]
    rows = [_row(engine, ids, ours, size, count or len(ids), most, fixed) for size, count in ways]
    each = ours_seconds / len(prompts)
    single, batched = rows[0]["seconds_each"], min(row["seconds_each"] for row in rows[1:])
    result = {
        "ratio_single": round(single / each, 2),
        "ratio_batched": round(batched / each, 2),
        "equal": sum(row["equal"] for row in rows),
        "compared": sum(row["questions"] for row in rows),
        "questions": len(prompts),
        "model": str(arguments.base.name) if arguments.base else base.NAME,
        "tokens": sum(map(len, ours)),
        "ours": {"rows": arguments.rows, "seconds": round(ours_seconds, 2), "seconds_each": round(each, 5)},
        "generate": rows,
        "precision": arguments.precision,
        "command": "python benchmarks/predict_speed.py " + _shown(sys.argv[1:]),
        "machine": _machine(arguments.device),
        "versions": {name: version(name) for name in ("sqlwright", "torch", "transformers")},
    }
    write_text(arguments.out, json.dumps(result, indent=1) + "\n")
    print(json.dumps(result))


def _prompts(arguments: argparse.Namespace) -> list[Prompt]:
    if arguments.base is not None:
        made = prompts_of("spider", [f" w{number}" for number in range(1000)])
        return made[:: max(1, len(made) // arguments.questions)][: arguments.questions]
    with tempfile.TemporaryDirectory() as scratch:
        databases = arguments.databases or unpacked("spider/databases-dev-suites.tar.zst", Path(scratch))
        return questions(databases, arguments.questions)[1]


def _encoded(engine: Engine, prompts: Sequence[Prompt]) -> list[list[int]]:
    encode = PromptEncoder(engine.tokenizer)
    return [list(sum(encode(prompt), ())) for prompt in prompts]


def _ours(engine: Engine, prompts: Sequence[Prompt], most: int, rows: int) -> Answers:
    """Return the token ids of our answers."""
    found = dict(engine.token_ids(prompts, max_new_tokens=most, batch_size=rows))
    return [found[row] for row in range(len(prompts))]


def plain(engine: Engine, ids: Sequence[list[int]], size: int, most: int, *, fixed: bool) -> Answers:
    """Return the token ids that transformers' `generate` writes, for batches of `size` left-padded prompts."""
    import torch

    pad = engine.tokenizer.pad_token_id or 0
    stop = {engine.tokenizer.eos_token_id}
    answers: Answers = []
    for at in range(0, len(ids), size):
        batch = ids[at : at + size]
        length = max(map(len, batch))
        rows = torch.tensor([[pad] * (length - len(row)) + row for row in batch], device=engine.model.device)
        mask = torch.tensor([[0] * (length - len(row)) + [1] * len(row) for row in batch], device=engine.model.device)
        with torch.inference_mode():
            out = engine.model.generate(
                input_ids=rows,
                attention_mask=mask,
                max_new_tokens=most,
                min_new_tokens=most if fixed else None,
                do_sample=False,
                pad_token_id=pad,
                eos_token_id=None if fixed else sorted(stop),
            )
        for row in out[:, length:].tolist():
            answers.append(row[: next((at for at, token in enumerate(row) if not fixed and token in stop), len(row))])
    return answers


def _row(
    engine: Engine, ids: Sequence[list[int]], ours: Answers, size: int, count: int, most: int, fixed: bool
) -> dict[str, Any]:
    """Time plain `generate` on `count` questions, evenly spaced."""
    places = range(0, len(ids), max(1, len(ids) // count))[:count]
    seconds, found = _timed(lambda: plain(engine, [ids[at] for at in places], size, most, fixed=fixed))
    equal = sum(answer == ours[at] for at, answer in zip(places, found, strict=True))
    row = {"batch": size, "questions": len(places), "seconds": round(seconds, 2), "equal": equal}
    print(json.dumps(row), flush=True)
    return row | {"seconds_each": round(seconds / len(places), 5)}


def _timed(work: Any) -> tuple[float, Answers]:
    import torch

    began = time.perf_counter()
    found = work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - began, found


def _shown(given: Sequence[str]) -> str:
    """Return the arguments without the folders of the machine."""
    return " ".join("DIR" if "/" in one and not one.startswith("benchmarks/") else one for one in given)


def _machine(device: str) -> dict[str, Any]:
    import torch

    told: dict[str, Any] = {"cpu": platform.processor() or platform.machine(), "cores": os.cpu_count()}
    told["threads"] = torch.get_num_threads()
    if device == "cuda":
        told["gpu"] = torch.cuda.get_device_name()
    return told


if __name__ == "__main__":
    main()
