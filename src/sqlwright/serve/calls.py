"""What threads want of the model, run together: the last answer of a batch ends it, and nobody joins it meanwhile.

This is for engines without `open_batch`, for searches among several candidates, and for calls that failed together;
see `joining` for the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any

from sqlwright.records import Prompt
from sqlwright.serve.ticket import Ticket


@dataclass(slots=True, eq=False)
class Call:
    """What one thread wants."""

    method: str
    """The engine's: "generate" or "candidates"."""
    prompts: list[Prompt]
    """Under ids that no other call's have."""
    shared: dict[str, Any]
    """Settings that must be the same throughout a batch."""
    own: dict[str, dict[str, Any]]
    """Settings by prompt id."""
    names: list[str]
    """The prompts' ids as the caller knows them."""
    ticket: Ticket | None = None
    future: Future[list[Any]] = field(default_factory=Future)

    @property
    def left(self) -> bool:
        """Whether nobody waits for it any more."""
        return self.ticket is not None and self.ticket.cancelled

    def joins(self, other: Call) -> bool:
        """Return whether both may run in one batch."""
        return self.method == other.method and self.shared == other.shared

    def give(self, results: Sequence[Any]) -> None:
        """Hand over the results under the ids that the caller knows; lists of candidates have none."""
        named = zip(results, self.names, strict=True)
        self.future.set_result([replace(one, id=name) if hasattr(one, "id") else one for one, name in named])


def call_of(
    method: str, prompts: Sequence[Prompt], settings: Mapping[str, Any], fresh: Callable[[], str], ticket: Ticket | None
) -> Call:
    """Return the call of an engine's method; `fresh` gives ids that were never given before."""
    names = [prompt.id for prompt in prompts]
    ids = {name: fresh() for name in names}
    own = {
        key: {ids[name]: item for name, item in value.items() if name in ids}
        for key, value in settings.items()
        if isinstance(value, Mapping)
    }
    shared = {key: value for key, value in settings.items() if key not in own}
    return Call(method, [replace(prompt, id=ids[prompt.id]) for prompt in prompts], shared, own, names, ticket)


def run(engine: Any, calls: Sequence[Call]) -> None:
    """Run calls together; when that fails, each by itself, so that one bad prompt fails nobody else's."""
    try:
        found = _results(engine, calls)
    except Exception as error:
        if len(calls) == 1:
            calls[0].future.set_exception(error)
            return
        for call in calls:
            run(engine, [call])
        return
    at = 0
    for call in calls:
        call.give(found[at : at + len(call.prompts)])
        at += len(call.prompts)


def _results(engine: Any, calls: Sequence[Call]) -> list[Any]:
    own: dict[str, dict[str, Any]] = {}
    for call in calls:
        for key, values in call.own.items():
            own.setdefault(key, {}).update(values)
    prompts = [prompt for call in calls for prompt in call.prompts]
    results: list[Any] = getattr(engine, calls[0].method)(prompts, **calls[0].shared, **own)
    return results
