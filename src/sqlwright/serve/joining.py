"""Lets calls join a batch that is under way, so that none waits for the end of others' answers.

    joining = Joining(engine, most=32, observe=print)
    joining.take(calls)          # those that an open batch can answer
    while joining.busy:
        joining.step()           # a token for each; calls that are complete have their result

A call whose client has gone leaves the batch. Of an engine that cannot open one (see `Engine.open_batch`), no call is
taken.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlwright.records import Prediction, Prompt
from sqlwright.serve.calls import Call, run
from sqlwright.serve.ticket import Cancelled

_SETTINGS = frozenset(("max_new_tokens", "sampling"))
_OWN = frozenset(("schemas",))


@dataclass(slots=True, eq=False)
class _Begun:
    """A call that is under way."""

    call: Call
    numbers: list[int] = field(default_factory=list)
    """Of its prompts that are in the batch."""
    answers: dict[str, Prediction] = field(default_factory=dict)
    """By prompt id."""


class Joining:
    """The calls in a batch that others may join; for one thread."""

    def __init__(self, engine: Any, most: int, observe: Callable[[int], None]) -> None:
        """Open no batch yet.

        Args:
            most: prompts at once.
            observe: called with how many are under way whenever some have come.
        """
        self._engine, self._most, self._observe = engine, most, observe
        self._batch: Any = None
        self._begun: list[_Begun] = []
        self._whose: dict[int, _Begun] = {}
        """By a prompt's number in the batch."""
        self._outside: deque[tuple[_Begun, Prompt]] = deque()
        """Prompts that are not in the batch yet: it has no room for one so long before it is empty."""

    @property
    def busy(self) -> bool:
        """Whether any call is under way."""
        return bool(self._begun)

    @property
    def room(self) -> int:
        """How many prompts may come."""
        return 0 if self._outside else max(0, self._most - len(self._whose))

    def fits(self, call: Call) -> bool:
        """Return whether an open batch can answer a call, as it is set up now or, when empty, anew."""
        if call.method != "generate" or not (call.shared.keys() <= _SETTINGS and call.own.keys() <= _OWN):
            return False
        if "max_new_tokens" not in call.shared:
            return False
        sampling = call.shared.get("sampling")
        if not self.busy and (self._batch is None or self._batch.sampling != sampling):
            open_batch = getattr(self._engine, "open_batch", None)
            self._batch = open_batch(self._most, sampling) if open_batch else None
        return self._batch is not None and self._batch.sampling == sampling

    def take(self, calls: Sequence[Call]) -> None:
        """Begin calls that fit."""
        for call in calls:
            begun = _Begun(call)
            self._begun.append(begun)
            self._outside += [(begun, prompt) for prompt in call.prompts]
        self._let_in()
        self._observe(len(self._whose))

    def step(self) -> None:
        """Write on, and give the calls that are complete their results.

        After an error of the model, each call is run again by itself.
        """
        for begun in [begun for begun in self._begun if begun.call.left]:
            self._end(begun)
            begun.call.future.set_exception(Cancelled("the client has gone"))
        self._let_in()
        try:
            for number, prediction in self._batch.step():
                begun = self._whose.pop(number)
                begun.answers[prediction.id] = prediction
                if len(begun.answers) == len(begun.call.prompts):
                    self._begun.remove(begun)
                    begun.call.give([begun.answers[prompt.id] for prompt in begun.call.prompts])
        except Exception:
            self._start_over()

    def _let_in(self) -> None:
        """Put into the batch what has room there, in the order of coming."""
        while self._outside:
            begun, prompt = self._outside[0]
            call = begun.call
            schema = call.own.get("schemas", {}).get(prompt.id)
            try:
                number = self._batch.add(prompt, max_new_tokens=call.shared["max_new_tokens"], schema=schema)
            except Exception as error:
                self._end(begun)
                call.future.set_exception(error)
                continue
            if number is None:
                return
            begun.numbers.append(number)
            self._whose[number] = begun
            self._outside.popleft()

    def _end(self, begun: _Begun) -> None:
        """Forget a call and its prompts."""
        self._begun.remove(begun)
        self._outside = deque(one for one in self._outside if one[0] is not begun)
        for number in begun.numbers:
            self._whose.pop(number, None)
            self._batch.drop(number)

    def _start_over(self) -> None:
        calls = [begun.call for begun in self._begun]
        self._batch = None
        for left in (self._begun, self._whose, self._outside):
            left.clear()
        for call in calls:
            run(self._engine, [call])
