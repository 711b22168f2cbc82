"""Groups that are hard for FlexAttention's kernels, and how far what a GPU makes of them is from separate samples.

A kernel attends in blocks of 128 tokens. What goes wrong there goes wrong where a block of queries is shared by two
groups, or by a group and padding: some of its rows see nothing in the first block of keys that is looked at for the
others. `blind_rows` counts them, so that a test can say that its groups would have shown it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from train_shapes import gradients, random_model, separate_loss
from transformers import LlamaConfig

from sqlwright.train import Batch, Sample, collate, completion_loss, plan, teach
from sqlwright.train.engine import compile_layers, multiple_of
from sqlwright.train.lean import make_lean
from sqlwright.train.masks import FLEX_BLOCK, Way, arguments, prepare, visible
from sqlwright.train.room import checkpoint_layers

VOCABULARY = 512
BUDGET = 2048
RANK = 16
"""A multiple of eight, so that the lean adapters join their first products."""
SHAPE: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": 128,
    "intermediate_size": 192,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 4096,
    "initializer_range": 0.1,
}


@dataclass(frozen=True, slots=True)
class Case:
    """How a model is trained on a GPU."""

    dtype: torch.dtype
    adapter: str = "lora"
    compiled: bool = False
    lengths: int = 8
    """1: all sequences are padded to one length, which is compiled for; more: they are of many, and any will do."""
    checkpointed: int = 0
    """Layers that are computed again."""
    way: Way = "flex"

    @property
    def name(self) -> str:
        """The case in words."""
        parts = [self.way] * (self.way != "flex") + [str(self.dtype).removeprefix("torch."), self.adapter]
        parts += [f"compiled for {'one length' if self.lengths == 1 else 'any length'}"] if self.compiled else []
        parts += [f"{self.checkpointed} layers checkpointed"] if self.checkpointed else []
        return ", ".join(parts)


CASES = (
    Case(torch.float32, "none"),
    Case(torch.float32, "lora", compiled=True),
    Case(torch.bfloat16, "lora", compiled=True, checkpointed=1),
    Case(torch.bfloat16, "lora"),
    Case(torch.float32, "lora", compiled=True, lengths=1),
    Case(torch.float32, "dora"),
    Case(torch.bfloat16, "lora", way="split"),
    Case(torch.bfloat16, "lora", compiled=True, checkpointed=1, way="split"),
    Case(torch.bfloat16, "lora", compiled=True, lengths=1, way="split"),
)


def hard_samples(rng: random.Random) -> list[Sample]:
    """Return samples of two to four schemas of more than a block each, some alone with theirs."""

    def ids(least: int, most: int) -> tuple[int, ...]:
        return tuple(rng.randrange(1, VOCABULARY) for _ in range(rng.randint(least, most)))

    samples = []
    for _ in range(rng.randint(2, 4)):
        prefix = ids(FLEX_BLOCK + 1, 5 * FLEX_BLOCK)
        samples += [Sample("", prefix, ids(1, 60), ids(1, 40)) for _ in range(rng.choice([1, 2, 5, 9]))]
    return samples


def batches_of(samples: list[Sample], seed: int, *, share: bool, lengths: int) -> list[Batch]:
    """Return the samples as the sequences of a step on a GPU."""
    multiple = BUDGET if lengths == 1 else multiple_of("flex", BUDGET)
    (step,) = plan(samples, batch_size=len(samples), budget=BUDGET, seed=seed, schemas=1, share=share)
    return [collate(samples, pack, multiple=multiple) for pack in step]


def blind_rows(stop: Tensor) -> int:
    """Return how many tokens see nothing of the first block that is looked at for the tokens of their own block.

    Of the blocks that some token of a block sees, the kernel takes those first that not all of its tokens see whole.
    """
    sees = visible(stop).unflatten(0, (-1, FLEX_BLOCK)).unflatten(2, (-1, FLEX_BLOCK))  # (blocks, rows, blocks, keys)
    seen = sees.any(dim=-1)  # (blocks, rows, blocks)
    some, every = seen.any(dim=1), sees.all(dim=-1).all(dim=1)
    blind = 0
    for block in range(len(seen)):
        partial, whole = some[block] & ~every[block], every[block]
        first = int((partial if partial.any() else whole).nonzero()[0])
        blind += int((~seen[block, :, first]).sum())
    return blind


def gpu_errors(case: Case, rounds: int = 3) -> dict[str, float]:
    """Return the largest relative errors of loss and gradient, against samples one by one in float32.

    In shorter arithmetic those of the samples one by one are there too, as `alone_loss` and `alone_gradient`: what
    rounding alone comes to. `blind` is the least of the rounds' `blind_rows`.
    """
    torch._dynamo.reset()
    rng = random.Random(0)
    exact = _model(Case(torch.float32, case.adapter))
    alone = _model(Case(case.dtype, case.adapter))
    model = _model(case)
    if case.adapter == "lora":
        make_lean(model)
    prepare(model, case.way)
    checkpoint_layers(model, case.checkpointed)
    if case.compiled:
        compile_layers(model, case.lengths)
    worst: dict[str, float] = {}
    blind = []
    for number in range(rounds):
        samples = hard_samples(rng)
        batches = batches_of(samples, number, share=number % 3 != 2, lengths=case.lengths)
        blind.append(sum(blind_rows(batch.stop) for batch in batches if batch.stop is not None))
        expected = _measured(exact, [separate_loss(exact, samples)])
        with torch.autocast("cuda", torch.bfloat16, enabled=case.dtype == torch.bfloat16):
            losses = [completion_loss(model, batch.to("cuda"), case.way) for batch in batches]
            rows = [separate_loss(alone, samples)] if case.dtype != torch.float32 else []
        found = _errors(_measured(model, losses), expected)
        if rows:
            found |= {f"alone_{name}": error for name, error in _errors(_measured(alone, rows), expected).items()}
        worst = {name: max(error, worst.get(name, error)) for name, error in found.items()}
    return {**worst, "blind": min(blind)}


def promised_loss() -> float:
    """Return the loss when the kernel is promised that no row of a block is empty, which is wrong: no number."""
    model = _model(Case(torch.float32, "none"))
    prepare(model, "flex")
    samples = hard_samples(random.Random(0))
    (batch, *_) = (one.to("cuda") for one in batches_of(samples, 0, share=True, lengths=8))
    asked = {"rows": batch.rows, "targets": batch.targets, "kernel_options": {"ROWS_GUARANTEED_SAFE": True}}
    with torch.no_grad():
        loss = model(input_ids=batch.input_ids, position_ids=batch.positions, **asked, **arguments(batch, "flex"))
    return float(loss)


def _model(case: Case) -> Any:
    """Return the same random weights for every case; frozen ones are held in the case's type, as in a run."""
    model = random_model(LlamaConfig(**SHAPE), case.adapter, rank=RANK).cuda()
    for parameter in model.parameters():
        if not parameter.requires_grad:
            parameter.data = parameter.data.bfloat16().to(case.dtype)
    return teach(model)


def _measured(model: Any, losses: list[Tensor]) -> tuple[Tensor, Tensor]:
    total = torch.stack(losses).sum()
    return total.detach().float(), gradients(model, total).float()


def _errors(found: tuple[Tensor, Tensor], expected: tuple[Tensor, Tensor]) -> dict[str, float]:
    loss, gradient = (float((a - b).norm() / b.norm()) for a, b in zip(found, expected, strict=True))
    return {"loss": loss, "gradient": gradient}
