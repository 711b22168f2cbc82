"""Calls of many threads go through the model together, and each gets its own back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tiny_model import prompts

from sqlwright.infer import load
from sqlwright.records import Prediction, Prompt
from sqlwright.serve.batching import Batcher
from sqlwright.serve.rate import Rates
from sqlwright.serve.ticket import TICKET, Cancelled, Ticket


class Gated:
    """An engine that waits until it is let, answers each prompt with its own text, and cannot read some."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.begun = threading.Event()
        self.batches: list[list[str]] = []

    def generate(self, prompts: Sequence[Prompt], *, max_new_tokens: int, schemas: Any = None) -> list[Prediction]:
        self.begun.set()
        assert self.let.wait(20)
        self.batches.append([prompt.suffix for prompt in prompts])
        assert len({prompt.id for prompt in prompts}) == len(prompts)
        assert schemas is None or set(schemas) == {prompt.id for prompt in prompts}
        if any("unreadable" in prompt.suffix for prompt in prompts):
            raise ValueError("unreadable")
        return [Prediction(prompt.id, "", prompt.suffix * max_new_tokens) for prompt in prompts]


def _ask(batcher: Batcher, text: str, room: int = 1) -> str:
    (found,) = batcher.generate([Prompt("question", "", text)], max_new_tokens=room, schemas={"question": text})
    assert found.id == "question"
    return str(found.sql)


def _wait(batcher: Batcher, calls: int) -> None:
    _until(lambda: batcher.waiting >= calls)


def _until(true: Callable[[], bool]) -> None:
    for _ in range(2000):
        if true():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it did not come about")


def test_what_waits_together_runs_together_and_each_gets_its_own() -> None:
    engine = Gated()
    sizes: list[int] = []
    batcher = Batcher(engine, window=0.01, most=4, observe=sizes.append)
    with ThreadPoolExecutor(16) as threads:
        first = threads.submit(_ask, batcher, "first")
        assert engine.begun.wait(20)
        others = [threads.submit(_ask, batcher, f"q{n}", 2 if n == 3 else 1) for n in range(7)]
        bad = threads.submit(_ask, batcher, "unreadable")
        _wait(batcher, 8)
        engine.let.set()
        assert first.result(20) == "first"
        assert [other.result(20) for other in others] == ["q0", "q1", "q2", "q3q3", "q4", "q5", "q6"]
        with pytest.raises(ValueError, match="unreadable"):
            bad.result(20)
    batcher.close()
    assert max(sizes) == 4 and sum(sizes) == 9
    assert ["q3"] in engine.batches  # another setting is another batch


def test_what_nobody_waits_for_is_not_run() -> None:
    engine = Gated()
    batcher = Batcher(engine, window=0.0, most=4)
    ticket = Ticket()

    def leave() -> str:
        TICKET.set(ticket)
        return _ask(batcher, "left")

    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(_ask, batcher, "first")
        assert engine.begun.wait(20)
        left = threads.submit(leave)
        _wait(batcher, 1)
        ticket.cancel()
        with pytest.raises(Cancelled):
            left.result(20)  # at once, while the first still runs
        with pytest.raises(Cancelled):
            threads.submit(leave).result(20)
        engine.let.set()
        assert first.result(20) == "first"
    batcher.close()
    assert engine.batches == [["first"]]
    with pytest.raises(Cancelled):
        _ask(batcher, "late")


def test_closing_finishes_what_waits() -> None:
    engine = Gated()
    batcher = Batcher(engine, window=5.0, most=2)
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(_ask, batcher, f"q{n}") for n in range(5)]
        assert engine.begun.wait(20)
        _wait(batcher, 3)
        closing = threads.submit(batcher.close)
        engine.let.set()
        assert [one.result(20) for one in asked] == ["q0", "q1", "q2", "q3", "q4"]
        closing.result(20)


def test_a_real_engine_answers_in_batches_as_alone(tiny_base: Path) -> None:
    engine = load(tiny_base, precision="fp32", device="cpu")
    alone = [engine.generate([prompt], max_new_tokens=12)[0] for prompt in prompts()]
    sizes: list[int] = []
    batcher = Batcher(engine, window=0.2, most=8, observe=sizes.append)
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda prompt: batcher.generate([prompt], max_new_tokens=12)[0], prompts()))
    assert batcher.tokenizer is engine.tokenizer
    batcher.close()
    assert [(one.id, one.raw) for one in together] == [(one.id, one.raw) for one in alone]
    assert max(sizes) > 1


def test_a_key_has_its_rate() -> None:
    now = [0.0]
    rates = Rates(2.0, 3, lambda: now[0])
    assert [rates.wait("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert rates.wait("b") == 0
    now[0] = 0.5
    assert [rates.wait("a"), rates.wait("a")] == [0, 0.5]
    now[0] = 100.0
    assert [rates.wait("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert Rates(0.0, 1).wait("a") == 0


def _with_ticket(ticket: Ticket, work: Callable[[], Any]) -> Any:
    TICKET.set(ticket)
    return work()


def test_a_call_joins_a_batch_under_way_and_one_that_is_left_leaves_it(tiny_base: Path) -> None:
    engine = load(tiny_base, precision="fp32", device="cpu")
    endless = max(prompts(), key=lambda prompt: engine.generate([prompt], max_new_tokens=40)[0].tokens)
    short = engine.generate([prompts()[0]], max_new_tokens=3)[0]
    sizes: list[int] = []
    batcher = Batcher(engine, window=0.0, most=4, observe=sizes.append)
    ticket = Ticket()

    def ask(most: int, prompt: Prompt) -> str:
        return str(batcher.generate([prompt], max_new_tokens=most)[0].raw)

    with ThreadPoolExecutor(4) as threads:
        long = threads.submit(_with_ticket, ticket, lambda: ask(400, endless))
        _until(lambda: bool(sizes))
        assert threads.submit(ask, 3, prompts()[0]).result(20) == short.raw
        assert not long.done()  # so the short one did not wait for it
        searched = threads.submit(lambda: batcher.candidates([prompts()[1]], count=2, max_new_tokens=8)).result(20)
        assert searched == engine.candidates([prompts()[1]], count=2, max_new_tokens=8)
        ticket.cancel()
        with pytest.raises(Cancelled):
            long.result(20)
        assert ask(3, prompts()[0]) == short.raw
    batcher.close()
    assert sizes == [1, 2, 1, 1]
