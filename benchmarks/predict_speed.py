"""How fast a file of questions is predicted: ours, one `generate` a question, and plain batched `generate`.

    python benchmarks/predict_speed.py --databases DIR --single 80 --batched 192 --out FILE
    python benchmarks/predict_speed.py --shape llama-8b --device cuda --precision bf16 --rows 128 256 \
        --batches 64 128 256 --single 24 --batched 512 --out benchmarks/results/predict_speed.json --under h200

Without `--shape` it is the embedded base on the 972 questions of Spider dev whose databases are in the reference data;
all answers are greedy and free (not held to the schema), and every way gets the same token ids. With `--shape` it is a
model of that shape with random weights (see `random_base`), and made-up prompts of the token lengths of those 972
questions. Random weights never end an answer, so that all ways end each one at its gold statement's length.

Single is DB-GPT-Hub's way: one `generate` a question. Batched is `generate` over left-padded whole prompts in the
file's order. Of several `--batches`, and of several `--rows` of ours, the fastest counts. Ours answers all questions;
a slow way may be timed on a part (`--single`, `--batched`): on whole batches as they stand in the file, evenly spaced
over it. Ratios are of seconds a question. `equal` counts the answers, of those timed, that are ours token by token; it
means little below float32, where the order of sums decides between near equal tokens.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from quantise import questions
from random_base import SHAPES, make_base, prompts_of
from reference import cpu, unpacked

from sqlwright import base
from sqlwright.infer import Engine, load
from sqlwright.prompt.encode import PromptEncoder
from sqlwright.records import Prompt, write_text

Answers = list[list[int]]
LONGEST = 128


@dataclass(frozen=True, slots=True)
class Work:
    """What is measured on."""

    engine: Engine
    prompts: Sequence[Prompt]
    ids: Sequence[list[int]]
    """The prompts' tokens."""
    limits: Sequence[int] | None
    """Tokens of each answer, which nothing else ends; None for answers that end by themselves."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--databases", type=Path, help="folder of Spider dev's databases; else unpacked for the run")
    parser.add_argument("--shape", choices=sorted(SHAPES), help="a model with random weights in place of the base")
    parser.add_argument("--questions", type=int, default=972)
    parser.add_argument("--single", type=int, default=0, help="questions for one `generate` each; 0 is all")
    parser.add_argument("--batched", type=int, default=0, help="questions for batched `generate`; 0 is all")
    parser.add_argument("--batches", type=int, nargs="+", default=[8, 16], help="batch sizes of plain `generate`")
    parser.add_argument("--rows", type=int, nargs="+", default=[64], help="our batch sizes")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--under", help="put the result into --out under this name, and leave the rest of it")
    arguments = parser.parse_args()
    work = _work(arguments)
    work.engine.generate(work.prompts[:2], max_new_tokens=2)  # what is loaded with the first call is no way's own
    plain(work, range(1), 1, 2)

    ran = []
    for rows in arguments.rows:
        ran.append((*_timed(lambda: _ours(work, rows)), rows))  # noqa: B023
        print(f"ours: {ran[-1][0]:.1f} s in batches of {rows}", flush=True)
    ours_seconds, ours, _ = min(ran)
    ways = [(1, arguments.single), *((size, arguments.batched) for size in arguments.batches)]
    others = [_row(work, ours, size, count or len(ours)) for size, count in ways]
    each = ours_seconds / len(ours)
    single, batched = others[0]["seconds_each"], min(row["seconds_each"] for row in others[1:])
    result = {
        "ratio_single": round(single / each, 2),
        "ratio_batched": round(batched / each, 2),
        "equal": sum(row["equal"] for row in others),
        "compared": sum(row["questions"] for row in others),
        "questions": len(ours),
        "model": f"{arguments.shape}, random weights" if arguments.shape else base.NAME,
        "tokens": sum(map(len, ours)),
        "ours": [
            {"rows": rows, "seconds": round(seconds, 2), "seconds_each": round(seconds / len(ours), 5)}
            for seconds, _, rows in ran
        ],
        "generate": others,
        "precision": arguments.precision,
        "command": "python benchmarks/predict_speed.py " + _shown(sys.argv[1:]),
        "machine": _machine(arguments.device),
        "versions": {name: version(name) for name in ("sqlwright", "torch", "transformers")},
    }
    print(json.dumps(result))
    known = json.loads(arguments.out.read_text()) if arguments.out.exists() else {}
    if arguments.under:
        of_bits = {name: told for name, told in known.get(arguments.under, {}).items() if name == "bits"}
        result = known | {arguments.under: result | of_bits}  # predict_bits.py puts its rows there
    else:
        result |= {name: told for name, told in known.items() if isinstance(told, dict) and "ratio_single" in told}
    write_text(arguments.out, json.dumps(result, indent=1) + "\n")


def _work(arguments: argparse.Namespace) -> Work:
    limits = None
    if arguments.shape:
        import torch

        model, tokenizer = make_base(arguments.shape, device=arguments.device)
        dtype = {"fp32": torch.float32, "bf16": torch.bfloat16}[arguments.precision]
        engine = Engine(model.to(dtype).eval(), tokenizer)
        made = prompts_of("spider-dev", [f" w{number}" for number in range(500)])
        prompts = made[:: max(1, len(made) // arguments.questions)][: arguments.questions]
        limits = [len(prompt.completion.split()) for prompt in prompts]
        model.generation_config.eos_token_id = None
        tokenizer.eos_token = None
    else:
        engine = load(base.path(), device=arguments.device, precision=arguments.precision)
        with tempfile.TemporaryDirectory() as scratch:
            databases = arguments.databases or unpacked("spider/databases-dev-suites.tar.zst", Path(scratch))
            prompts = questions(databases, arguments.questions)[1]
    encode = PromptEncoder(engine.tokenizer)
    return Work(engine, prompts, [list(sum(encode(prompt), ())) for prompt in prompts], limits)


def _ours(work: Work, rows: int) -> Answers:
    """Return the token ids of our answers."""
    most = max(work.limits) if work.limits else LONGEST
    found = dict(work.engine.token_ids(work.prompts, max_new_tokens=most, batch_size=rows, limits=work.limits))
    return [found[row] for row in range(len(work.prompts))]


def plain(work: Work, places: Sequence[int], size: int, most: int) -> Answers:
    """Return the token ids that transformers' `generate` writes, for batches of `size` left-padded prompts.

    Args:
        places: which prompts.
    """
    import torch

    pad, device = work.engine.tokenizer.pad_token_id or 0, work.engine.model.device
    ends = {work.engine.tokenizer.eos_token_id} - {None}
    answers: Answers = []
    for at in range(0, len(places), size):
        batch = [work.ids[place] for place in places[at : at + size]]
        length = max(map(len, batch))
        limits = [min(most, work.limits[place]) for place in places[at : at + size]] if work.limits else None
        with torch.inference_mode():
            out = work.engine.model.generate(
                input_ids=torch.tensor([[pad] * (length - len(row)) + row for row in batch], device=device),
                attention_mask=torch.tensor(
                    [[0] * (length - len(row)) + [1] * len(row) for row in batch], device=device
                ),
                max_new_tokens=max(limits) if limits else most,
                do_sample=False,
                pad_token_id=pad,
                eos_token_id=sorted(ends) or None,
                stopping_criteria=[_reached(length, limits)] if limits else None,
            )
        written = out[:, length:].tolist()
        for number, row in enumerate(written):
            end = next((at for at, token in enumerate(row) if token in ends), len(row))
            answers.append(row[: limits[number] if limits else end])
    return answers


def _reached(start: int, limits: Sequence[int]) -> Callable[..., Any]:
    """Return what tells `generate` which rows have as many tokens behind `start` as they may."""
    import torch

    def reached(ids: torch.Tensor, scores: object, **_: object) -> torch.Tensor:
        return torch.tensor(limits, device=ids.device) <= ids.shape[1] - start

    return reached


def _row(work: Work, ours: Answers, size: int, count: int) -> dict[str, Any]:
    """Time plain `generate` on about `count` questions: whole batches, evenly spaced over the file."""
    firsts = range(0, len(ours), size)
    taken = firsts[:: max(1, len(firsts) // max(1, count // size))][: -(-count // size)]
    places = [at for first in taken for at in range(first, min(first + size, len(ours)))]
    most = max(work.limits) if work.limits else LONGEST
    seconds, found = _timed(lambda: plain(work, places, size, most))
    equal = sum(answer == ours[at] for at, answer in zip(places, found, strict=True))
    row = {"batch": size, "questions": len(places), "seconds": round(seconds, 2), "equal": equal}
    print(json.dumps(row), flush=True)
    return row | {"seconds_each": round(seconds / len(places), 5)}


def _timed(work: Callable[[], Answers]) -> tuple[float, Answers]:
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

    told: dict[str, Any] = cpu()
    told["threads"] = torch.get_num_threads()
    if device == "cuda":
        told["gpu"] = torch.cuda.get_device_name()
    return told


if __name__ == "__main__":
    main()
