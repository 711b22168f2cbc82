"""A batch that prompts join and leave at any time, as a server wants it; `Engine.open_batch` makes one.

    batch = engine.open_batch(rows=32)
    number = batch.add(prompt, max_new_tokens=128, schema=schema)    # None: it has to wait until the batch is done
    while batch.busy:
        for number, prediction in batch.step(): ...
    batch.drop(number)                                               # whose asker has gone

Where `rolling.roll` answers prompts that are all known, here a prompt that comes while others are being answered goes
on with them at the next token. The keys and values of schemas are kept for later questions about them.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from sqlwright.infer.cache import compute_prefix
from sqlwright.infer.decode import Stop
from sqlwright.infer.rolling import Batch, Ids, Request, Written, fitting
from sqlwright.infer.sampling import Sampling
from sqlwright.infer.slots import KeysValues
from sqlwright.records import Prediction, Prompt
from sqlwright.schema import Schema

_KEPT_BYTES = 256 << 20
"""Of the keys and values of schemas that nobody asks about at the moment."""
_STEP = 256
"""The room of a row, in tokens, is a multiple of this, so that later and longer prompts fit too."""
_PATIENCE = 4
"""Steps after which a prompt joins even by itself: passes of many suffixes cost less each."""
_ENOUGH = 4
"""Prompts join at once when they are this part of what runs, or more."""


@dataclass(slots=True)
class OpenBatch:
    """The prompts under way, and those that have not begun."""

    model: Any
    stop: Stop
    read: Callable[[Prompt, int, Schema | None, Sampling | None], Request]
    """Makes a request of a prompt and the most tokens of its answer."""
    tell: Callable[[Prompt, Written], Prediction]
    rows: int
    """Most prompts at once."""
    sampling: Sampling | None = None
    """How tokens are drawn for all prompts; None takes the likeliest."""
    _batch: Batch | None = field(default=None, init=False)
    _asked: dict[int, Prompt] = field(default_factory=dict, init=False)
    """Prompts that have no answer yet, by number."""
    _waiting: deque[tuple[int, Request]] = field(default_factory=deque, init=False)
    _waited: int = field(default=0, init=False)
    """Steps since there are any that wait, or since some of them began."""
    _next: int = field(default=0, init=False)
    _prefixes: OrderedDict[Ids, KeysValues] = field(default_factory=OrderedDict, init=False)

    @property
    def busy(self) -> bool:
        """Whether there is anything to do."""
        return bool(self._asked)

    @property
    def room(self) -> int:
        """How many prompts may join."""
        return (self._batch.size if self._batch else self.rows) - len(self._asked)

    def add(self, prompt: Prompt, *, max_new_tokens: int, schema: Schema | None = None) -> int | None:
        """Take a prompt in and return its number; None where it is longer than the batch has room for at the moment.

        An empty batch has room for every prompt.
        """
        request = self.read(prompt, max_new_tokens, schema, self.sampling)
        needed = len(request.prefix) + len(request.suffix) + max_new_tokens
        if self._batch is None or needed > self._batch.capacity:
            if self.busy:
                return None
            self._open(needed)
        self._next += 1
        self._asked[self._next] = prompt
        self._waiting.append((self._next, request))
        return self._next

    def step(self) -> Iterator[tuple[int, Prediction]]:
        """Let the model write a token for each, or take new ones in; yield the answers that are complete."""
        if self._batch is None or not self.busy:
            return
        with torch.inference_mode():
            written = self._admit(self._batch) if self._is_time(self._batch) else _go_on(self._batch)
        for one in written:
            yield one.row, self.tell(self._asked.pop(one.row), one)

    def drop(self, number: int) -> None:
        """Forget a prompt; its row is free for another."""
        if self._asked.pop(number, None) is None:
            return
        self._waiting = deque((other, request) for other, request in self._waiting if other != number)
        if self._batch is None:
            return
        with torch.inference_mode():  # as all that is done to a batch's rows
            self._batch.leave([row for row in self._batch.rows if row.number == number])

    def clear(self) -> None:
        """Forget everything, after an error of the model."""
        self._batch, self._waited = None, 0
        for left in (self._asked, self._waiting, self._prefixes):
            left.clear()

    def _open(self, needed: int) -> None:
        """Take room for rows of at least so many tokens."""
        self._batch = None  # before the memory is looked at, which it holds
        if self.model.device.type == "cuda":
            torch.cuda.empty_cache()
        capacity = -(-needed // _STEP) * _STEP
        self._batch = Batch(self.model, fitting(self.model, self.rows, capacity), capacity, self.stop, self.sampling)

    def _is_time(self, batch: Batch) -> bool:
        """Return whether to let prompts begin before those that run get another token."""
        if not self._waiting or len(batch.rows) == batch.size:
            return False
        self._waited += 1
        return self._waited > _PATIENCE or len(self._waiting) * _ENOUGH >= len(batch.rows)

    def _admit(self, batch: Batch) -> list[Written]:
        """Let the first of those that wait begin, with those behind it that are about the same schema."""
        count = _alike([request for _, request in self._waiting], batch.size - len(batch.rows), batch.capacity)
        new = [self._waiting.popleft() for _ in range(count)]
        prefix, self._waited = new[0][1].prefix, 0
        numbers, requests = [number for number, _ in new], [request for _, request in new]
        logits = batch.admit(numbers, requests, self._known(prefix))
        return list(batch.write(slice(len(batch.rows) - len(new), len(batch.rows)), logits, batch.capacity))

    def _known(self, prefix: Ids) -> KeysValues:
        """Return the keys and values of a prefix, and keep them for the next question."""
        if not prefix:
            return []
        if prefix not in self._prefixes:
            self._prefixes[prefix] = compute_prefix(self.model, prefix)
        self._prefixes.move_to_end(prefix)
        while len(self._prefixes) > 1 and sum(map(_bytes, self._prefixes.values())) > _KEPT_BYTES:
            self._prefixes.popitem(last=False)
        return self._prefixes[prefix]


def _alike(requests: Sequence[Request], free: int, capacity: int) -> int:
    """Return how many of the first requests may go through the model together: a power of two.

    Each has room for its answer behind the longest suffix. (Powers of two, since every shape has its price: see
    `rolling`.)
    """
    prefix, longest, answer, count = requests[0].prefix, 0, 0, 0
    for one in requests[:free]:
        longest, answer = max(longest, len(one.suffix)), max(answer, one.most or 0)
        if one.prefix != prefix or (count and len(prefix) + longest + answer > capacity):
            break
        count += 1
    return 1 << (count.bit_length() - 1)


def _go_on(batch: Batch) -> list[Written]:
    return list(batch.write(slice(0, len(batch.rows)), batch.step(), batch.capacity))


def _bytes(known: KeysValues) -> int:
    return sum(keys.nbytes + values.nbytes for keys, values in known)
