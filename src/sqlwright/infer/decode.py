"""Beam search over a batch of suffixes that share a prefix, each with a guide where there is one.

A token that a guide refuses is never taken. Where it refuses all that are
likely, it is dropped and its sequence goes on freely, so that no search ends without an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from sqlwright.infer.cache import compute_prefix, open_cache
from sqlwright.infer.constrain import Guide as Guided

Guide = Guided | None
_LIKELY = 64
"""Tokens that are tried before all of the vocabulary is ranked."""
MARGIN = 8.0
"""How much less likely than the best a beam may become, in nats."""


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

    def select(self, rows: list[int]) -> None:
        """Keep these rows, in this order; a row may come more than once."""
        if rows == list(range(len(self.mask))):
            return
        places = torch.tensor(rows, device=self.mask.device)
        self.mask = self.mask[places]
        self.positions = self.positions[places]
        for layer in self.cache.layers:
            layer.select(places)


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


def likeliest(guide: Guided, first: int, logits: torch.Tensor, stop: Stop) -> tuple[int, Guide]:
    """Return the likeliest token that the guide lets through, `first` being the likeliest of all, and the next guide.

    A guide that lets none through is dropped.
    """
    allowed, after = _accept(guide, first, stop)
    if allowed:
        return first, after
    masked = guide.masked(logits)
    if masked is not None:
        best = int(masked.argmax())
        allowed, after = _accept(guide, best, stop)
        return (best, after) if allowed else (first, None)
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


@dataclass(frozen=True, slots=True)
class _Beam:
    """A continuation under way."""

    ids: list[int]
    total: float
    """Sum of its tokens' log-probabilities."""
    guide: Guide
    origin: int
    """The row of the batch that it grew from."""


Scored = tuple[float, list[int]]
"""Mean log-probability a token (the one that ends it counts), and the tokens."""


@dataclass(slots=True)
class _Search:
    """The search for one suffix."""

    beams: list[_Beam]
    """What is under way, the best first."""
    done: list[Scored]
    best: float = -torch.inf
    """Highest sum of log-probabilities of a finished continuation."""


def beam(
    model: Any,
    prefix: tuple[int, ...],
    suffixes: Sequence[Sequence[int]],
    *,
    width: int,
    max_new_tokens: int,
    stop: Stop,
    guides: Sequence[Guide] | None = None,
    margin: float = MARGIN,
) -> list[list[Scored]]:
    """Return for each suffix up to `width` different continuations, best first by mean log-probability a token.

    A search ends when it has `width` finished continuations, or when none that is under way is likely enough. Only
    what is under way takes a row of the batch, so that a question whose answer is clear costs little more than in
    greedy search.

    Args:
        margin: a continuation is given up when its log-probability is this much below the best of its search.

    Source of the margin: Freitag and Al-Onaizan 2017, "Beam Search Strategies for Neural Machine Translation",
    section 3 (absolute threshold pruning).
    """
    state, logits = _start(model, prefix, suffixes, max_new_tokens, stop.pad)
    searches = [_Search([_Beam([], 0.0, guides[row] if guides else None, row)], []) for row in range(len(suffixes))]
    for number in range(max_new_tokens):
        alive = [search for search in searches if search.beams]
        scores = torch.tensor([one.total for search in alive for one in search.beams], device=logits.device)
        totals = scores[:, None] + logits.float().log_softmax(-1)
        best = totals.topk(min(2 * width, totals.shape[1]), dim=-1)
        values, tokens = best.values.tolist(), best.indices.tolist()
        first = 0
        for search in alive:
            rows = range(first, first + len(search.beams))
            first = rows.stop
            ranked = [
                (total, row, token) for row in rows for total, token in zip(values[row], tokens[row], strict=True)
            ]
            _grow(search, sorted(ranked, reverse=True)[: 2 * width], totals, rows, width, margin, stop)
        if number == max_new_tokens - 1:
            break
        for search in searches:
            if len(search.done) >= width:
                search.beams = []
        grown = [one for search in searches for one in search.beams]
        if not grown:
            break
        state.select([one.origin for one in grown])
        logits = state.step(torch.tensor([one.ids[-1] for one in grown], device=logits.device))
    return [_ranked(search, width) for search in searches]


def _grow(
    search: _Search,
    ranked: list[tuple[float, int, int]],
    totals: torch.Tensor,
    rows: range,
    width: int,
    margin: float,
    stop: Stop,
) -> None:
    """Replace a search's beams by up to `width` that are one token longer; note those that are finished.

    Args:
        ranked: the best (total, row, token).
        totals: (rows, vocabulary), for when the guides refuse too many of `ranked`.
        rows: the beams' rows.
    """
    size = totals.shape[1]
    for count in (0, min(_LIKELY * width, size * len(rows)), size * len(rows)):
        if count:
            more = totals[rows.start : rows.stop].flatten().topk(count)
            places = zip(more.values.tolist(), more.indices.tolist(), strict=True)
            ranked = [(total, rows.start + place // size, place % size) for total, place in places]
        grown, ended, enough = _accepted(search, ranked, rows.start, width, margin, stop)
        if enough or not any(one.guide for one in search.beams):
            break
        if grown and count:
            break
    if not grown and not ended and any(one.guide for one in search.beams):
        search.beams = [replace(one, guide=None) for one in search.beams]
        grown, ended, _ = _accepted(search, ranked, rows.start, width, margin, stop)
    search.beams = grown
    for one in ended:
        search.done.append((one.total / (len(one.ids) + (one.origin < 0)), one.ids))
        search.best = max(search.best, one.total)


def _accepted(
    search: _Search, ranked: list[tuple[float, int, int]], first: int, width: int, margin: float, stop: Stop
) -> tuple[list[_Beam], list[_Beam], bool]:
    """Return the beams that go on, those that are finished, and whether less likely ones are of no interest.

    A finished one has origin -1 when a token ended it that is not part of it.
    """
    grown: list[_Beam] = []
    ended: list[_Beam] = []
    floor = search.best - margin
    for total, row, token in ranked:
        if total < floor or len(grown) == width:
            return grown, ended, True
        before = search.beams[row - first]
        allowed, guide = _accept(before.guide, token, stop)
        if not allowed:
            continue
        floor = max(floor, total - margin)
        if token in stop.ids:
            ended.append(_Beam(before.ids, total, None, -1))
            continue
        one = _Beam([*before.ids, token], total, guide, row)
        (ended if stop.ended(one.ids) else grown).append(one)
    return grown, ended, False


def _ranked(search: _Search, width: int) -> list[Scored]:
    """Order finished continuations by score; only when there are none, take the best unfinished one."""
    if not search.done:
        return [(one.total / max(1, len(one.ids)), one.ids) for one in search.beams[:1]]
    unique: dict[tuple[int, ...], Scored] = {}
    for score, ids in sorted(search.done, key=lambda item: -item[0]):
        unique.setdefault(tuple(ids), (score, ids))
    return list(unique.values())[:width]
