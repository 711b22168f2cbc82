"""Greedy and beam search over a batch of suffixes that share a prefix, each with a guide where there is one.

A guide is a `Cursor`: a token that it refuses is never taken. Where it refuses all that are likely, it is dropped and
its sequence goes on freely, so that no search ends without an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from sqlwright.infer.cache import compute_prefix, open_cache
from sqlwright.infer.constrain import Cursor

Guide = Cursor | None
_LIKELY = 64
"""Tokens that are tried before all of the vocabulary is ranked."""


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

    def select(self, rows: torch.Tensor, shared: int = 0) -> None:
        """Keep these rows, in this order; `shared` first tokens are the same in the rows that change places."""
        self.mask = self.mask[rows]
        self.positions = self.positions[rows]
        for layer in self.cache.layers:
            layer.select(rows, shared)


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
    model: Any,
    prefix: tuple[int, ...],
    suffixes: Sequence[Sequence[int]],
    *,
    max_new_tokens: int,
    stop: Stop,
    guides: Sequence[Guide] | None = None,
) -> list[list[int]]:
    """Return the likeliest next token after token for each of `prefix + suffix`, without the token that ends it.

    Sequences that are at their end leave the batch when they are half of it, so that few long ones do not hold up many.
    """
    state, logits = _start(model, prefix, suffixes, max_new_tokens, stop.pad)
    out: list[list[int]] = [[] for _ in suffixes]
    guided: list[Guide] = list(guides) if guides else [None] * len(suffixes)
    rows = list(range(len(suffixes)))
    """Which sequence each row of the batch is; -1 for one that has ended."""
    for number in range(max_new_tokens):
        tokens = logits.argmax(dim=-1).tolist()
        for at, row in enumerate(rows):
            if row < 0:
                continue
            if (guide := guided[row]) is not None:
                tokens[at], guided[row] = _likeliest(guide, tokens[at], logits[at], stop)
            if tokens[at] in stop.ids:
                rows[at] = -1
                continue
            out[row].append(tokens[at])
            if stop.ended(out[row]):
                rows[at] = -1
        alive = [at for at, row in enumerate(rows) if row >= 0]
        if not alive or number == max_new_tokens - 1:
            break
        if len(alive) <= len(rows) // 2:
            state.select(torch.tensor(alive, device=logits.device))
            tokens = [tokens[at] for at in alive]
            rows = [rows[at] for at in alive]
        logits = state.step(torch.tensor(tokens, device=logits.device))
    return out


def _likeliest(guide: Cursor, first: int, logits: torch.Tensor, stop: Stop) -> tuple[int, Guide]:
    """Return the likeliest token that the guide lets through, `first` being the likeliest of all, and the next guide.

    A guide that lets none through is dropped.
    """
    allowed, after = _accept(guide, first, stop)
    if allowed:
        return first, after
    for count in (min(_LIKELY, len(logits)), len(logits)):
        for token in logits.topk(count).indices.tolist():
            allowed, after = _accept(guide, token, stop)
            if allowed:
                return token, after
    return first, None


def _accept(guide: Guide, token: int, stop: Stop) -> tuple[bool, Guide]:
    """Return whether a guide lets a token through, and the guide after it."""
    if guide is None:
        return True, None
    if token in stop.ids:
        return guide.ends(), guide
    after = guide.accept(token)
    return after is not None, after


@dataclass(slots=True)
class _Beam:
    """A continuation under way."""

    ids: list[int]
    total: float
    """Sum of its tokens' log-probabilities."""
    guide: Guide


Scored = tuple[float, list[int]]
"""Mean log-probability a token (the one that ends it counts), and the tokens."""


def beam(
    model: Any,
    prefix: tuple[int, ...],
    suffixes: Sequence[Sequence[int]],
    *,
    width: int,
    max_new_tokens: int,
    stop: Stop,
    guides: Sequence[Guide] | None = None,
) -> list[list[Scored]]:
    """Return for each suffix up to `width` different continuations, best first by mean log-probability a token.

    Each search ends when it has `width` finished continuations. Searches at their end leave the batch when they are
    half of it. Beams of one question share all up to its end, so only what came after changes places.
    """
    state, logits = _start(model, prefix, suffixes, max_new_tokens, stop.pad)
    shared = state.mask.shape[1]
    finished: list[list[Scored]] = [[] for _ in suffixes]
    beams = [[_Beam([], 0.0, guides[number] if guides else None)] for number in range(len(suffixes))]
    rows = list(range(len(suffixes)))
    """Which search each block of `each` rows of the batch is."""
    each = 1
    for number in range(max_new_tokens):
        origins: list[int] = []
        tokens: list[int] = []
        scores = torch.tensor([one.total for row in rows for one in beams[row]], device=logits.device)
        totals = (scores[:, None] + logits.float().log_softmax(-1)).view(len(rows), -1)
        best = totals.topk(min(2 * width, totals.shape[1]), dim=-1)
        for at, row in enumerate(rows):
            ranked = list(zip(best.values[at].tolist(), best.indices[at].tolist(), strict=True))
            grown = _grow(beams[row], ranked, totals[at], width, stop, finished[row])
            beams[row] = [one for _, one in grown]
            origins += [at * each + origin for origin, _ in grown]
            tokens += [one.ids[-1] for _, one in grown]
        alive = [at for at, row in enumerate(rows) if len(finished[row]) < width and beams[row][0].total > -torch.inf]
        if not alive or number == max_new_tokens - 1:
            break
        if len(alive) <= len(rows) // 2:
            kept = [at * width + place for at in alive for place in range(width)]
            origins, tokens = [origins[place] for place in kept], [tokens[place] for place in kept]
            rows = [rows[at] for at in alive]
            state.select(torch.tensor(origins, device=logits.device))
        elif each != width:
            state.select(torch.tensor(origins, device=logits.device))
        elif origins != list(range(len(origins))):
            state.select(torch.tensor(origins, device=logits.device), shared)
        each = width
        logits = state.step(torch.tensor(tokens, device=logits.device))
    return [_ranked(done, rest, width) for done, rest in zip(finished, beams, strict=True)]


def _grow(
    beams: list[_Beam],
    ranked: list[tuple[float, int]],
    totals: torch.Tensor,
    width: int,
    stop: Stop,
    finished: list[Scored],
) -> list[tuple[int, _Beam]]:
    """Return `width` beams one token longer, each with the place of the beam that it grew from; note finished ones.

    Args:
        ranked: the best totals with their places in `totals`.
        totals: (beams x vocabulary), for when the guides refuse too many of `ranked`.
    """
    size = len(totals) // len(beams)
    grown: list[tuple[int, _Beam]] = []
    ended: list[Scored] = []

    def take(options: list[tuple[float, int]]) -> None:
        for total, place in options:
            if len(grown) == width or total == -torch.inf:
                return
            origin, token = divmod(place, size)
            before = beams[origin]
            allowed, guide = _accept(before.guide, token, stop)
            if not allowed:
                continue
            if token in stop.ids:
                ended.append((total / (len(before.ids) + 1), before.ids))
                continue
            ids = [*before.ids, token]
            if stop.ended(ids):
                ended.append((total / len(ids), ids))
            else:
                grown.append((origin, _Beam(ids, total, guide)))

    take(ranked)
    if len(grown) < width and any(one.guide for one in beams):
        more = totals.topk(min(_LIKELY * width, len(totals)))
        take(list(zip(more.values.tolist(), more.indices.tolist(), strict=True))[len(ranked) :])
    if not grown and not ended:
        for one in beams:
            one.guide = None
        take(ranked)
    finished += ended
    if not grown:
        grown.append((0, _Beam([*beams[0].ids, stop.pad], -torch.inf, None)))
    while len(grown) < width:
        origin, one = grown[0]
        grown.append((origin, _Beam(one.ids, -torch.inf, one.guide)))
    return grown


def _ranked(finished: list[Scored], rest: list[_Beam], width: int) -> list[Scored]:
    """Order finished continuations by score; only when there are none, take the best unfinished one."""
    if not finished:
        best = rest[0]
        return [(best.total / max(1, len(best.ids)), best.ids)]
    unique: dict[tuple[int, ...], Scored] = {}
    for score, ids in sorted(finished, key=lambda item: -item[0]):
        unique.setdefault(tuple(ids), (score, ids))
    return list(unique.values())[:width]
