"""Greedy and beam search over a batch of suffixes that share a prefix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from sqlwright.infer.cache import compute_prefix, open_cache

Prefix = list[tuple[torch.Tensor, torch.Tensor]]


@dataclass(frozen=True, slots=True)
class Stop:
    """When a sequence is at its end."""

    ids: frozenset[int]
    """Tokens that end it; they are not part of what is returned."""
    ended: Callable[[list[int]], bool]
    """Whether the tokens so far are a whole statement."""
    pad: int


@dataclass(slots=True)
class _State:
    """A batch under way."""

    model: Any
    cache: Any
    mask: torch.Tensor
    """(rows, tokens): 0 where the left of a suffix is padded."""
    positions: torch.Tensor
    """(rows, 1): position of the last token."""

    def step(self, tokens: torch.Tensor) -> torch.Tensor:
        """Append one token a row, and return the logits after it, (rows, vocabulary)."""
        self.mask = torch.cat([self.mask, self.mask.new_ones(len(tokens), 1)], dim=1)
        self.positions = self.positions + 1
        output = self.model(
            input_ids=tokens[:, None],
            attention_mask=self.mask,
            position_ids=self.positions,
            past_key_values=self.cache,
            use_cache=True,
        )
        logits: torch.Tensor = output.logits[:, -1]
        return logits

    def select(self, rows: torch.Tensor) -> None:
        """Keep these rows, in this order."""
        self.mask = self.mask[rows]
        self.positions = self.positions[rows]
        for layer in self.cache.layers:
            layer.select(rows)


def _start(
    model: Any, prefix: tuple[int, ...], suffixes: Sequence[Sequence[int]], room: int, pad: int
) -> tuple[_State, torch.Tensor]:
    """Run prefix and suffixes through the model; return the state and the logits after the last token of each."""
    length = max(map(len, suffixes))
    known = compute_prefix(model, prefix) if prefix else []
    cache = open_cache(model, known, rows=len(suffixes), capacity=len(prefix) + length + room)
    ids = torch.tensor([[pad] * (length - len(suffix)) + list(suffix) for suffix in suffixes], device=model.device)
    padding = torch.tensor([length - len(suffix) for suffix in suffixes], device=model.device)[:, None]
    columns = torch.arange(length, device=model.device)[None]
    mask = torch.cat([columns.new_ones(len(suffixes), len(prefix)), (columns >= padding).long()], dim=1)
    positions = (columns - padding).clamp(min=0) + len(prefix)
    output = model(
        input_ids=ids,
        attention_mask=mask,
        position_ids=positions,
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=1,
    )
    return _State(model, cache, mask, positions[:, -1:]), output.logits[:, -1]


def greedy(
    model: Any, prefix: tuple[int, ...], suffixes: Sequence[Sequence[int]], *, max_new_tokens: int, stop: Stop
) -> list[list[int]]:
    """Return the likeliest next token after token for each of `prefix + suffix`, without the token that ends it.

    Sequences that are at their end leave the batch when they are half of it, so that few long ones do not hold up many.
    """
    state, logits = _start(model, prefix, suffixes, max_new_tokens, stop.pad)
    out: list[list[int]] = [[] for _ in suffixes]
    rows = list(range(len(suffixes)))
    """Which sequence each row of the batch is; -1 for one that has ended."""
    for number in range(max_new_tokens):
        tokens = logits.argmax(dim=-1)
        for at, token in enumerate(tokens.tolist()):
            row = rows[at]
            if row < 0:
                continue
            if token in stop.ids:
                rows[at] = -1
                continue
            out[row].append(token)
            if stop.ended(out[row]):
                rows[at] = -1
        alive = [at for at, row in enumerate(rows) if row >= 0]
        if not alive or number == max_new_tokens - 1:
            break
        if len(alive) <= len(rows) // 2:
            keep = torch.tensor(alive, device=tokens.device)
            state.select(keep)
            tokens = tokens[keep]
            rows = [rows[at] for at in alive]
        logits = state.step(tokens)
    return out


def beam(
    model: Any,
    prefix: tuple[int, ...],
    suffixes: Sequence[Sequence[int]],
    *,
    width: int,
    max_new_tokens: int,
    stop: Stop,
) -> list[list[list[int]]]:
    """Return for each suffix up to `width` different continuations, best first by mean log-probability a token.

    Each search ends when it has `width` finished continuations.
    """
    state, logits = _start(model, prefix, suffixes, max_new_tokens, stop.pad)
    questions = len(suffixes)
    finished: list[list[tuple[float, list[int]]]] = [[] for _ in suffixes]
    alive: list[list[list[int]]] = [[[]] for _ in suffixes]
    scores = torch.zeros(questions, 1, device=logits.device)
    for number in range(max_new_tokens):
        vocabulary = logits.shape[-1]
        each = scores.shape[1]
        totals = scores[..., None] + logits.float().log_softmax(-1).view(questions, each, vocabulary)
        best, flat = totals.view(questions, -1).topk(min(2 * width, each * vocabulary), dim=-1)
        origins: list[int] = []
        tokens: list[int] = []
        kept: list[list[float]] = []
        for question in range(questions):
            beams: list[list[int]] = []
            values: list[float] = []
            for total, index in zip(best[question].tolist(), flat[question].tolist(), strict=True):
                origin, token = divmod(index, vocabulary)
                ids = alive[question][origin]
                if token in stop.ids:
                    finished[question].append((total / (len(ids) + 1), ids))
                    continue
                grown = [*ids, token]
                if stop.ended(grown):
                    finished[question].append((total / len(grown), grown))
                    continue
                if len(beams) < width:
                    beams.append(grown)
                    values.append(total)
                    origins.append(question * each + origin)
                    tokens.append(token)
            missing = width - len(beams)  # only when the vocabulary is smaller than 2 x width
            beams += beams[:1] * missing
            values += [-torch.inf] * missing
            origins += origins[-1:] * missing
            tokens += tokens[-1:] * missing
            alive[question] = beams
            kept.append(values)
        if number == max_new_tokens - 1 or all(len(done) >= width for done in finished):
            break
        state.select(torch.tensor(origins, device=logits.device))
        scores = torch.tensor(kept, device=logits.device)
        logits = state.step(torch.tensor(tokens, device=logits.device))
    return [_ranked(done, rest, width) for done, rest in zip(finished, alive, strict=True)]


def _ranked(finished: list[tuple[float, list[int]]], rest: list[list[int]], width: int) -> list[list[int]]:
    """Order finished continuations by score; only when there are none, take the best unfinished one."""
    ordered = [ids for _, ids in sorted(finished, key=lambda item: -item[0])] or rest[:1]
    unique: dict[tuple[int, ...], list[int]] = {}
    for ids in ordered:
        unique.setdefault(tuple(ids), ids)
    return list(unique.values())[:width]
