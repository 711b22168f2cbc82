"""Whether grouped training has the loss and gradients of separate samples: tiny models of six architectures.

    python benchmarks/train_exact.py --into benchmarks/results/train_exact.json
    python benchmarks/train_exact.py --into benchmarks/results/train_exact.json --device cuda   # adds the entry "gpu"

Random groups, lone samples, padding and several groups in a sequence, in float32 on a CPU; all weights, LoRA and DoRA;
attention by blocks and with the dense mask; the lean form of the adapters. The loss and the gradients are compared with
those of the samples one by one in the model's own forward.

On a GPU, a Llama-shaped model attends by FlexAttention, as in a run there, in float32 and bf16, its layers compiled and
not, over groups that share the kernels' blocks with each other and with padding.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import random
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import torch
import transformers

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "train"))

from train_shapes import (  # type: ignore[import-not-found]
    CONFIGS,
    VOCABULARY,
    gradients,
    separate_loss,
    tiny,
)

from sqlwright.train import Sample, collate, completion_loss, plan, teach
from sqlwright.train.lean import make_lean, make_usual
from sqlwright.train.masks import Way, prepare

ROUNDS = 12
WAYS: tuple[Way, ...] = ("blocks", "dense")


def random_samples(rng: random.Random) -> list[Sample]:
    """Return samples of some schemas, some of them alone with theirs."""

    def ids(least: int, most: int) -> tuple[int, ...]:
        return tuple(rng.randrange(1, VOCABULARY) for _ in range(rng.randint(least, most)))

    samples = []
    for _ in range(rng.randint(1, 5)):
        prefix = ids(1, 40)
        samples += [Sample("", prefix, ids(1, 12), ids(1, 12)) for _ in range(rng.choice([1, 1, 2, 5, 9]))]
    return samples


def measure(architecture: str, adapter: str) -> dict[str, float]:
    """Return the largest errors over random samples, budgets, paddings and ways to attend."""
    rng = random.Random(f"{architecture}/{adapter}")
    model = teach(tiny(architecture, adapter))
    largest = {"loss": 0.0, "gradient": 0.0}
    for number in range(ROUNDS):
        samples = random_samples(rng)
        make_usual(model)
        prepare(model, "rows")
        expected_loss = separate_loss(model, samples)
        expected = gradients(model, expected_loss)
        if number % 2:
            make_lean(model)
        steps = plan(samples, batch_size=len(samples), budget=rng.choice([40, 90, 400]), seed=number, schemas=1)
        batches = [collate(samples, pack, multiple=rng.choice([1, 64])) for step in steps for pack in step]
        for way in WAYS:
            prepare(model, way)
            loss = torch.stack([completion_loss(model, batch, way) for batch in batches]).sum()
            found = gradients(model, loss)
            errors = {
                "loss": float((loss - expected_loss).detach().abs() / expected_loss.detach().abs()),
                "gradient": float((found - expected).norm() / expected.norm()),
            }
            largest = {name: max(error, largest[name]) for name, error in errors.items()}
    return largest


def on_gpu() -> dict[str, Any]:
    """Return the errors of each way to train on a GPU, and whether these groups show what is wrong where it is."""
    from train_gpu_groups import CASES, gpu_errors, promised_loss  # type: ignore[import-not-found]

    cases = {}
    for case in CASES:
        start = time.perf_counter()
        found = gpu_errors(case)
        print(case.name, found, f"{time.perf_counter() - start:.1f} s", file=sys.stderr, flush=True)
        cases[case.name] = found
    exact = [errors for name, errors in cases.items() if name.startswith("float32")]
    return {
        "max_relative_loss_error": max(errors["loss"] for errors in exact),
        "max_relative_gradient_error": max(errors["gradient"] for errors in exact),
        "wrong_promise_is_seen": not math.isfinite(promised_loss()),
        "cases": cases,
        "what": "the maxima are of float32; in bfloat16, alone_* are the errors of samples one by one; wrong promise: "
        "with ROWS_GUARANTEED_SAFE the loss of these groups is no number",
        "machine": torch.cuda.get_device_name(),
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
    }


def on_cpu() -> dict[str, Any]:
    """Return the errors of each architecture and adapter."""
    found: dict[str, Any] = {}
    for architecture in CONFIGS:
        found[architecture] = {adapter: measure(architecture, adapter) for adapter in ("none", "lora", "dora")}
    every = [errors for adapters in found.values() for errors in adapters.values()]
    return {
        "architectures": sorted(found),
        "max_relative_loss_error": max(errors["loss"] for errors in every),
        "max_relative_gradient_error": max(errors["gradient"] for errors in every),
        "groups": ROUNDS,
        "ways": list(WAYS),
        "by_architecture": found,
        "machine": platform.machine(),
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--into", type=Path, help="file of earlier results, whose other entries are kept")
    args = parser.parse_args()
    warnings.simplefilter("ignore", FutureWarning)
    result = {"gpu": on_gpu()} if args.device == "cuda" else on_cpu()
    if args.into is None:
        print(json.dumps(result, indent=1))
        return
    earlier = json.loads(args.into.read_text()) if args.into.exists() else {}
    args.into.write_text(json.dumps(earlier | result, indent=1) + "\n")


if __name__ == "__main__":
    main()
