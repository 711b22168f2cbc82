"""A language model as judge: how well predictions match gold in meaning, 1 to 5, by any OpenAI-compatible endpoint.

    judge = Judge("http://localhost:8000/v1", "qwen3-32b", cache="runs/judge")
    judgements = judge.rate([JudgeItem("q1", gold, predicted, question="How many cities are there?")])
    judge_figures(judgements).mean
    judge_agreement(judgements, {"q1": True}).kappa  # with execution

A judge is an opinion: report it beside execution accuracy and their agreement. An answer that cannot be read is never
guessed at; after a second try the item stays unrated and says why. Answers are kept in the cache folder as they come,
by model, prompt version and conversation, so that an interrupted run goes on and a repeated one costs nothing.

Source: Zheng et al. 2023, "Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena" (single-answer grading with a
reference, section 3).
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlwright._endpoint import Patience, RequestFailed, RequestRefused, check_url, complete, read_key
from sqlwright.errors import ConfigError, DataError, EndpointError
from sqlwright.evaluate.judge.prompt import PROMPT_VERSION, JudgeItem, Message, again, messages, read_answer
from sqlwright.records import write_text

if TYPE_CHECKING:
    import httpx2 as httpx

Progress = Callable[[int, int], None]
"""Called with how many items are done, of how many."""
_MOST_FAILURES = 5
"""Requests that fail one after the other before the endpoint is given up."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the judge says of an item."""

    id: str
    rating: int | None
    """1 (unrelated) to 5 (the same meaning); None where no readable answer came."""
    reason: str
    """The judge's own, or why there is no rating."""


@dataclass(frozen=True, slots=True)
class Judge:
    """A judge at an endpoint.

    Raises:
        ConfigError: the URL is unusable, an option is not free to be set, or a number is too small.
    """

    url: str
    """Address of the API, up to what precedes `/chat/completions`; usually it ends in /v1."""
    model: str
    key_variable: str | None = None
    """Environment variable that holds the API key; None for an endpoint that asks for none."""
    cache: str | Path | None = None
    """Folder of answers; None keeps none. Endpoints that serve different models under one name need one each."""
    concurrency: int = 8
    """Requests at once."""
    patience: Patience = field(default_factory=Patience)
    options: Mapping[str, Any] = field(default_factory=dict)
    """More fields of the request, such as {"max_tokens": 300}; None takes one out ({"temperature": None})."""

    def __post_init__(self) -> None:
        """Refuse what cannot work."""
        check_url(self.url)
        fixed = sorted({"model", "messages", "stream", "n"} & set(self.options))
        if fixed:
            raise ConfigError(f"the judge's option {fixed[0]!r} cannot be set")
        if self.concurrency < 1 or self.patience.attempts < 1:
            raise ConfigError("the judge needs one request at once and one attempt at least")

    def rate(self, items: Sequence[JudgeItem], *, progress: Progress | None = None) -> list[Judgement]:
        """Return the judgement of each item, in their order; items that ask the same are asked once.

        Raises:
            ConfigError: the environment variable holds no key.
            DataError: two items have the same id.
            EndpointError: the endpoint cannot be reached, refuses the key, the address or the model, or fails again and
                again. What was answered is in the cache.
        """
        _check_ids(items)
        alike: dict[str, list[int]] = {}
        for row, item in enumerate(items):
            alike.setdefault(self._cache_key(messages(item)), []).append(row)
        found: dict[int, Judgement] = {}

        def settle(rows: Sequence[int], rating: int | None, reason: str) -> None:
            found.update((row, Judgement(items[row].id, rating, reason)) for row in rows)
            if progress is not None:
                progress(len(found), len(items))

        open_ones: dict[str, list[int]] = {}
        for name, rows in alike.items():
            kept = self._read_cache(name)
            if kept is None:
                open_ones[name] = rows
            else:
                settle(rows, *kept)
        if open_ones:
            self._ask_all({name: items[rows[0]] for name, rows in open_ones.items()}, open_ones, settle)
        return [found[row] for row in range(len(items))]

    def _ask_all(
        self,
        asked: Mapping[str, JudgeItem],
        rows: Mapping[str, Sequence[int]],
        settle: Callable[[Sequence[int], int | None, str], None],
    ) -> None:
        import httpx2 as httpx

        key, stop, failures = read_key(self.key_variable), threading.Event(), 0
        with httpx.Client() as client, ThreadPoolExecutor(self.concurrency) as pool:
            waiting: dict[Future[tuple[int | None, str]], str] = {
                pool.submit(self._ask, client, name, item, key, stop): name for name, item in asked.items()
            }
            try:
                for done in as_completed(waiting):
                    name = waiting[done]
                    try:
                        rating, reason = done.result()
                        failures = 0
                    except RequestRefused as error:
                        rating, reason = None, str(error)
                    except RequestFailed as error:
                        rating, reason = None, str(error)
                        failures += 1
                    if failures == _MOST_FAILURES:
                        raise EndpointError(f"{check_url(self.url)}: {failures} requests in a row failed: {reason}")
                    settle(rows[name], rating, reason)
            finally:
                # Of no effect when all went well; else nothing new is sent and nobody waits to try again.
                stop.set()
                pool.shutdown(wait=False, cancel_futures=True)

    def _ask(
        self, client: httpx.Client, name: str, item: JudgeItem, key: str | None, stop: threading.Event
    ) -> tuple[int | None, str]:
        """Return rating and reason for one item, and keep a rating in the cache."""
        answer = self._complete(client, messages(item), key, stop)
        read = read_answer(answer)
        if read is None:
            answer = self._complete(client, again(item, answer), key, stop)
            read = read_answer(answer)
        if read is None:
            shown = " ".join(answer.split())[:100]
            return None, f"no rating in two answers, the last: {shown!r}" if shown else "two answers without a text"
        self._write_cache(name, read, answer)
        return read

    def _complete(
        self, client: httpx.Client, conversation: Sequence[Message], key: str | None, stop: threading.Event
    ) -> str:
        return complete(client, check_url(self.url), self._body(conversation), key, self.patience, stop).text

    def _body(self, conversation: Sequence[Message]) -> dict[str, Any]:
        body = {"model": self.model, "messages": list(conversation), "temperature": 0, **self.options}
        return {name: value for name, value in body.items() if value is not None}

    def _cache_key(self, conversation: Sequence[Message]) -> str:
        whole = {"prompt_version": PROMPT_VERSION, **self._body(conversation)}
        return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    def _cache_file(self, name: str) -> Path | None:
        return Path(self.cache) / name[:2] / f"{name}.json" if self.cache is not None else None

    def _read_cache(self, name: str) -> tuple[int, str] | None:
        """Return the kept rating and reason; a file that is not whole counts as none."""
        file = self._cache_file(name)
        if file is None:
            return None
        try:
            return read_answer(json.loads(file.read_text(encoding="utf-8"))["answer"])
        except (OSError, ValueError, LookupError, TypeError):
            return None

    def _write_cache(self, name: str, read: tuple[int, str], answer: str) -> None:
        file = self._cache_file(name)
        if file is not None:
            kept = {"model": self.model, "prompt_version": PROMPT_VERSION, "rating": read[0], "answer": answer}
            write_text(file, json.dumps(kept, ensure_ascii=False) + "\n")


def _check_ids(items: Sequence[JudgeItem]) -> None:
    seen: set[str] = set()
    for item in items:
        if item.id in seen:
            raise DataError(f"two items to judge have the id {item.id!r}")
        seen.add(item.id)
