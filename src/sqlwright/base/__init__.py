"""The embedded base model: weights, tokenizer and model card, shipped inside the package.

A Llama-architecture decoder of about 16 million parameters, trained from scratch by `recipes/base/`. It is what lets
the whole way from a database to a tuned model run with no network, no account and no GPU.

    engine = sqlwright.infer.load(sqlwright.base.path())
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlwright.errors import DataError

NAME = "embedded"
"""What stands for this model where a base model is named."""

TEMPLATE = "base"
"""The prompt template that it was trained on."""

OPENING = " SELECT"
"""What its statements begin with: written behind a prompt, it leaves no room for "I do not know"."""

TUNING: dict[str, Any] = {
    "epochs": 2.0,
    "batch_size": 32,
    "micro_batch_size": 32,
    "learning_rate": 1e-3,
    "dropout": 0.0,
    "hardest": 0.2,
    "blend": 0.5,
}
"""Settings of [train] that suit it: so small a model learns with a high rate, in large batches. It learnt from the
writers of made pairs, holds most of them as good as certain already, and should not lose over them what it knows of
people's questions."""

PAIRS: dict[str, Any] = {"count": 6_000, "per_query": 1}
"""Settings of [synth] that suit it: many different statements, of which it then learns what it does not know."""


def path() -> Path:
    """Return the folder of the embedded model, a transformers checkpoint.

    Raises:
        DataError: the weights are not there, as in a checkout without them.
    """
    folder = Path(str(files("sqlwright.base"))) / "model"
    if not (folder / "config.json").is_file():
        raise DataError(
            f"{folder}: the embedded model's weights are missing; install sqlwright from its wheel or clone it whole"
        )
    return folder


def resolve(base: str) -> str:
    """Return the folder or Hub name that a configuration's `base` stands for."""
    return str(path()) if base == NAME else base
