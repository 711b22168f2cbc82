"""Decodes any number of prompts in one batch that stays full: a sequence that ends gives its row to the next prompt.

Prompts come in the order of their shared prefixes. A prefix goes through the model once; its keys and values are laid
into the rows of its prompts, and only their suffixes are computed. So one long answer holds up nobody, and questions
of different schemas share every step.

    for row, ids, score, seconds in roll(model, encoded, rows=64, max_new_tokens=128, stop=stop): ...
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import torch

from sqlwright.infer.cache import compute_prefix
from sqlwright.infer.constrain import Guide as Guided
from sqlwright.infer.decode import Guide, Stop, likeliest
from sqlwright.infer.sampling import Sampling, draw
from sqlwright.infer.slots import KeysValues, Slots

Ids = tuple[int, ...]
_REFILL = 4
"""New prompts are taken in when a row in so many is free: passes of many suffixes cost less each."""
_TOKENS_AT_ONCE = 16
_ROWS_AT_ONCE = 4
"""Suffixes are padded to a multiple of so many tokens, and a step's rows to a multiple of so many: oneDNN, which
multiplies matrices in bfloat16 on a CPU, makes and keeps half a megabyte of code for every shape that it meets."""
_PASS = 16_384
"""Most tokens of the suffixes that go through the model at once."""
_DRAWS = 64
"""How often a token is drawn that a guide must let through, before the likeliest is taken."""
_MEMORY_SHARE = 0.6
"""Share of a GPU's free memory that the slots may take."""
_MEMORY_CPU = 4 << 30
"""Bytes that the slots may take elsewhere."""


@dataclass(frozen=True, slots=True)
class Request:
    """A prompt to answer."""

    prefix: Ids
    """What it shares with its neighbours; () for nothing."""
    suffix: Ids
    guide: Guide = None
    source: Random | None = None
    """Where its random numbers come from; None takes the likeliest token."""
    most: int | None = None
    """Tokens of its answer at most, where that is less than of all."""


@dataclass(frozen=True, slots=True)
class Written:
    """What came of a request."""

    row: int
    """Which request."""
    ids: list[int]
    """Without the token that ends it."""
    score: float
    """Mean log-probability a token where it was sampled (the token that ends it counts); else 0."""
    seconds: float
    """Its share of the time: a step's seconds are shared by the rows that took part."""


@dataclass(slots=True)
class _Row:
    """A sequence under way."""

    number: int
    request: Request
    guide: Guide
    ids: list[int]
    start: int
    """Column of its first own token that is no padding."""
    position: int
    """Position of its last token, padding not counted."""
    end: int
    """Columns in use."""
    paid: float
    """Seconds for its suffix, less what a row had cost before it came."""
    total: float = 0.0
    """Sum of log-probabilities."""


def roll(
    model: Any,
    requests: Sequence[Request],
    *,
    rows: int,
    max_new_tokens: int,
    stop: Stop,
    sampling: Sampling | None = None,
) -> Iterator[Written]:
    """Yield what the model writes for each request, in the order in which they end.

    Args:
        rows: most sequences at once; fewer where their keys and values would not fit into memory.
        sampling: draws tokens for requests that have a `source`; None is greedy.
    """
    if not requests:
        return
    capacity = max(len(one.prefix) + len(one.suffix) for one in requests) + max_new_tokens
    # A lone question is worth a batch of its own: a step computes as many rows as it is rounded up to.
    batch = Batch(model, fitting(model, min(rows, len(requests)), capacity), capacity, stop, sampling)
    at, known = 0, list[Any]()
    prefix: Ids = ()
    while at < len(requests) or batch.rows:
        room = batch.size - len(batch.rows)
        if at < len(requests) and (not batch.rows or room >= min(batch.size // _REFILL or 1, len(requests) - at)):
            first = requests[at]
            count = _alike(requests, at, room)
            if first.prefix != prefix:
                began = time.perf_counter()
                known = compute_prefix(model, first.prefix) if first.prefix else []
                prefix = first.prefix
                batch.owed = time.perf_counter() - began
            logits = batch.admit(range(at, at + count), requests[at : at + count], known)
            at += count
            new = slice(len(batch.rows) - count, len(batch.rows))
        else:
            logits, new = batch.step(), slice(0, len(batch.rows))
        yield from batch.write(new, logits, max_new_tokens)


def _alike(requests: Sequence[Request], at: int, most: int) -> int:
    """Return how many requests from `at` on may go through the model together."""
    count, longest = 0, 0
    for one in requests[at : at + most]:
        longest = max(longest, len(one.suffix))
        if one.prefix != requests[at].prefix or (count and (count + 1) * longest > _PASS):
            break
        count += 1
    return count


def fitting(model: Any, rows: int, capacity: int) -> int:
    """Return how many rows of `capacity` tokens the memory holds, at most `rows` and at least one."""
    config = model.config.get_text_config()
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    size: int = 2 * config.num_hidden_layers * heads * width * model.dtype.itemsize * capacity
    device = model.device
    free = int(torch.cuda.mem_get_info(device)[0] * _MEMORY_SHARE) if device.type == "cuda" else _MEMORY_CPU
    return max(1, min(rows, free // size))


class Batch:
    """The sequences under way; the first `len(rows)` slots are theirs."""

    def __init__(self, model: Any, size: int, capacity: int, stop: Stop, sampling: Sampling | None) -> None:
        self.model, self.size, self.capacity, self.stop, self.sampling = model, size, capacity, stop, sampling
        self.rows: list[_Row] = []
        self.owed = 0.0
        """Seconds of a prefix, which its first rows pay."""
        columns = capacity + _TOKENS_AT_ONCE  # for padding
        self._slots = Slots(model, rows=size, capacity=columns)
        self._seen = torch.zeros(size, columns, dtype=torch.bool, device=model.device)
        """(slots, columns): which columns hold a token of the sequence."""
        self._cost = 0.0
        """Seconds that a row which was there from the beginning has taken part in, shared."""

    def admit(self, numbers: Sequence[int], requests: Sequence[Request], known: KeysValues) -> torch.Tensor:
        """Take requests of one prefix into free slots; return the logits after each, (requests, vocabulary).

        Args:
            numbers: what each request is called in what is written for it.
            known: the keys and values of the prefix.
        """
        began = time.perf_counter()
        device, shared = self.model.device, len(requests[0].prefix)
        length = _rounded(max(len(one.suffix) for one in requests), _TOKENS_AT_ONCE)
        end = shared + length
        new = slice(len(self.rows), len(self.rows) + len(requests))
        padding = torch.tensor([length - len(one.suffix) for one in requests], device=device)[:, None]
        columns = torch.arange(length, device=device)[None]
        if known:
            self._slots.fill(new, known)
        seen = self._seen[new]
        seen[:, end:] = False
        seen[:, :shared] = True
        seen[:, shared:end] = columns >= padding
        own = torch.ones(length, end, dtype=torch.bool, device=device).tril(shared)
        # A token of padding sees itself, for a softmax over nothing is not a number.
        diagonal = torch.eye(length, dtype=torch.bool, device=device)
        mask = (seen[:, None, :end] & own)[:, None]
        mask[..., shared:] |= diagonal
        ids = [[self.stop.pad] * (length - len(one.suffix)) + list(one.suffix) for one in requests]
        self._slots.at(new, slice(shared, end), end)
        logits = self._forward(
            torch.tensor(ids, device=device), mask, (columns - padding).clamp(min=0) + shared, logits_to_keep=1
        )
        share = (time.perf_counter() - began + self.owed) / len(requests)
        self.owed = 0.0
        for number, one in zip(numbers, requests, strict=True):
            total = shared + len(one.suffix)
            start = end - len(one.suffix)
            self.rows.append(_Row(number, one, one.guide, [], start, total - 1, end, share - self._cost))
        return logits

    def step(self) -> torch.Tensor:
        """Append its last token to every sequence; return the logits after it, (rows, vocabulary)."""
        began = time.perf_counter()
        device, count = self.model.device, min(self.size, _rounded(len(self.rows), _ROWS_AT_ONCE))
        free = count - len(self.rows)  # slots that are computed too, with one token each that nobody reads
        columns = torch.tensor([row.end for row in self.rows] + [0] * free, device=device)
        end = max(row.end for row in self.rows) + 1
        self._seen[torch.arange(count, device=device), columns] = True
        for row in self.rows:
            row.end += 1
            row.position += 1
        self._slots.at(slice(0, count), columns, end)
        logits = self._forward(
            torch.tensor([[row.ids[-1]] for row in self.rows] + [[self.stop.pad]] * free, device=device),
            self._seen[:count, None, None, :end],
            torch.tensor([[row.position] for row in self.rows] + [[0]] * free, device=device),
        )
        self._cost += (time.perf_counter() - began) / len(self.rows)
        return logits[: len(self.rows)]

    def write(self, which: slice, logits: torch.Tensor, most: int) -> Iterator[Written]:
        """Give these rows their next token, and yield those that are at their end, whose slots are free then."""
        began = time.perf_counter()
        rows = self.rows[which]
        tokens = self._tokens(rows, logits)
        ended = []
        for at, (row, token) in enumerate(zip(rows, tokens, strict=True)):
            if row.guide is not None:
                token, row.guide = self._guided(row, row.guide, token, logits[at])
            if self.sampling is not None:
                row.total += float(logits[at].float().log_softmax(-1)[token])
            if token not in self.stop.ids:
                row.ids.append(token)
            longest = min(most, row.request.most or most)
            if token in self.stop.ids or len(row.ids) >= longest or self.stop.ended(row.ids):
                ended.append(row)
                row.total /= len(row.ids) + (token in self.stop.ids)
        self._cost += (time.perf_counter() - began) / len(self.rows)
        for row in ended:
            yield Written(row.number, row.ids, row.total, row.paid + self._cost)
        self.leave(ended)

    def _tokens(self, rows: Sequence[_Row], logits: torch.Tensor) -> list[int]:
        if self.sampling is None:
            best: list[int] = logits.argmax(dim=-1).tolist()
            return best
        return draw(logits, self.sampling, [row.request.source.random() if row.request.source else 0.0 for row in rows])

    def _guided(self, row: _Row, guide: Guided, token: int, logits: torch.Tensor) -> tuple[int, Guide]:
        """Return the token, or in its place one that the row's guide lets through, and the guide after it.

        In place of one that was drawn another is drawn, from what the guide lets through where it can say that, else
        from all that it has not refused yet: together that is drawing from what it lets through.
        """
        if self.sampling is not None and row.request.source is not None:
            left = logits
            for _ in range(_DRAWS):
                if guide.ends() if token in self.stop.ids else guide.accept(token) is not None:
                    break
                masked = guide.masked(left)
                if masked is None:
                    masked = left.clone()
                    masked[token] = -torch.inf
                if not bool(masked.isfinite().any()):
                    break
                left = masked
                (token,) = draw(left[None], self.sampling, [row.request.source.random()])
        return likeliest(guide, token, logits, self.stop)

    def leave(self, ended: Sequence[_Row]) -> None:
        """Free the slots of these rows, and move the last ones into the gaps."""
        gone = {row.number for row in ended}
        at = 0
        while at < len(self.rows):
            if self.rows[at].number not in gone:
                at += 1
                continue
            last = self.rows.pop()
            if at < len(self.rows):
                if last.number in gone:
                    gone.discard(last.number)
                    continue
                self._slots.move(len(self.rows), at, last.end)
                self._seen[at] = self._seen[len(self.rows)]
                gone.discard(self.rows[at].number)
                self.rows[at] = last

    def _forward(self, ids: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor, **options: Any) -> torch.Tensor:
        output = self.model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=self._slots.cache,
            use_cache=True,
            **options,
        )
        logits: torch.Tensor = output.logits[:, -1]
        return logits


def _rounded(count: int, step: int) -> int:
    """Return the next multiple of `step`."""
    return -(-count // step) * step
