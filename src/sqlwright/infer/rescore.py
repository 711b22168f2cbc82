"""Tells how well each candidate explains its question: the other half of a noisy channel.

    told = explained(engine, example, prompt.prefix, candidates, get_template("base"))
    told[0].explains    # log P(question | SQL, schema); `choose` weighs it

A model that also learnt the task `sql-to-text` knows which question a statement answers. What a candidate left out, or
made up, is hard to explain the question by, whatever its own probability. All candidates of a question go through the
model at once, behind the schema that they share; nothing is generated.

Source: Yin and Neubig 2019, "Reranking for Neural Semantic Parsing", section 3 (the reconstruction feature).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol, runtime_checkable

from sqlwright.infer.choose import Candidate
from sqlwright.prompt import Frame, Template, build
from sqlwright.prompt.encode import Ids
from sqlwright.records import Example, Prompt
from sqlwright.schema import Schema

_TOKENS = 8_192
"""Tokens of suffixes and completions that go through the model at once."""


@runtime_checkable
class Scorer(Protocol):
    """A writer that can also tell how likely a text is."""

    def likelihoods(self, prompts: Sequence[Prompt]) -> list[float]:
        """Return the log-probability of each prompt's completion, in their order."""
        ...


def explained(
    scorer: Scorer,
    example: Example,
    schema: Schema,
    prefix: str,
    candidates: Sequence[Candidate],
    template: Template,
    frame: Frame,
) -> list[Candidate]:
    """Return the candidates, each with how likely it makes the question.

    Args:
        prefix: the schema as the candidates' prompt had it.
    """
    asked = [
        build(replace(example, sql=one.sql), schema, template, prefix=prefix, task="sql-to-text", frame=frame)
        for one in candidates
    ]
    told = scorer.likelihoods(asked)
    return [replace(one, explains=value) for one, value in zip(candidates, told, strict=True)]


def log_likelihoods(model: Any, prefix: Ids, rows: Sequence[tuple[Ids, Ids]], pad: int) -> Iterator[float]:
    """Yield log P(completion | prefix, suffix) of each row, a (suffix, completion) of token ids, in their order.

    The prefix goes through the model once; it may be (). Rows are padded on the left, so that only the logits of their
    completions are made.
    """
    import torch

    from sqlwright.infer.cache import compute_prefix, open_cache

    known = compute_prefix(model, prefix) if prefix else []
    length = max(len(suffix) + len(completion) for suffix, completion in rows)
    size = max(1, _TOKENS // length)
    for at in range(0, len(rows), size):
        some = rows[at : at + size]
        whole = [suffix + completion for suffix, completion in some]
        length, kept = max(map(len, whole)), max(len(completion) for _, completion in some)
        ids = torch.tensor([[pad] * (length - len(row)) + list(row) for row in whole], device=model.device)
        padding = torch.tensor([length - len(row) for row in whole], device=model.device)[:, None]
        columns = torch.arange(length, device=model.device)[None]
        seen = torch.cat([columns.new_ones(len(some), len(prefix)), (columns >= padding).long()], dim=1)
        output = model(
            input_ids=ids,
            attention_mask=seen,
            position_ids=(columns - padding).clamp(min=0) + len(prefix),
            past_key_values=open_cache(model, known, rows=len(some), capacity=len(prefix) + length) if known else None,
            logits_to_keep=kept + 1,
        )
        told = output.logits[:, -kept - 1 : -1].float().log_softmax(-1)
        each = told.gather(-1, ids[:, -kept:, None])[..., 0]
        for row, (_, completion) in enumerate(some):
            yield float(each[row, kept - len(completion) :].sum())
