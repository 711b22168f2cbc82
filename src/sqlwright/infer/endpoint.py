"""Writes SQL with a chat model behind an OpenAI-compatible endpoint (`predict.engine = "openai"`).

    endpoint = Endpoint("http://localhost:8000/v1", "some-model", key_variable="SOME_KEY")
    endpoint.generate(prompts, max_new_tokens=256)

A prompt travels as one user message; a server puts the chat template around it. Requests are sent several at once, and
tried again where the server is busy (see `sqlwright._endpoint`). The key comes from an environment variable and is
never written anywhere.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Any

from sqlwright._endpoint import Patience, Reply, RequestFailed, RequestRefused, check_url, complete, read_key
from sqlwright.errors import EndpointError
from sqlwright.infer.choose import Candidate, distinct
from sqlwright.infer.extract import extract_sql
from sqlwright.infer.sampling import DIFFERENT, Sampling
from sqlwright.infer.writer import Done, Progress
from sqlwright.records import Prediction, Prompt
from sqlwright.schema import Schema


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A chat model on a server."""

    url: str
    """Address of the API, up to what precedes `/chat/completions`; usually it ends in /v1."""
    model: str
    key_variable: str | None = None
    """Environment variable that holds the API key; None for an endpoint that asks for none."""
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        """Refuse an address that cannot work."""
        check_url(self.url)

    def generate(
        self,
        prompts: Sequence[Prompt],
        *,
        max_new_tokens: int = 128,
        batch_size: int = 8,
        db_ids: Mapping[str, str] | None = None,
        schemas: Mapping[str, Schema] | None = None,
        sampling: Sampling | None = None,
        progress: Progress | None = None,
        done: Done | None = None,
    ) -> list[Prediction]:
        """Return the model's answers (see `Writer`); `seconds` are those of the request, `schemas` has no effect.

        A request that the server refuses for its contents (too long a prompt) has an empty prediction.

        Args:
            batch_size: requests at once.

        Raises:
            ConfigError: the environment variable holds no key.
            EndpointError: the endpoint cannot be reached, refuses key, address or model, or does not answer.
        """
        out: dict[int, Prediction] = {}
        for row, reply, seconds in self._asked(prompts, 1, max_new_tokens, batch_size, sampling):
            name = prompts[row].id
            db_id = (db_ids or {}).get(name, "")
            out[row] = Prediction(
                name, db_id, extract_sql(reply.text), reply.text, seconds=round(seconds, 6), tokens=reply.tokens
            )
            if done is not None:
                done(out[row])
            if progress is not None:
                progress(len(out), len(prompts))
        return [out[row] for row in range(len(prompts))]

    def candidates(
        self,
        prompts: Sequence[Prompt],
        *,
        count: int,
        max_new_tokens: int = 128,
        batch_size: int = 8,
        schemas: Mapping[str, Schema] | None = None,
        sampling: Sampling | None = None,
        progress: Progress | None = None,
    ) -> list[list[Candidate]]:
        """Return the different statements among `count` samples, the most frequent first; errors as for `generate`."""
        texts: list[list[str]] = [[] for _ in prompts]
        ended = 0
        how = sampling or DIFFERENT
        for row, reply, _ in self._asked(prompts, count, max_new_tokens, batch_size, how):
            texts[row].append(reply.text)
            ended += len(texts[row]) == count
            if progress is not None:
                progress(ended, len(prompts))
        return [distinct([extract_sql(text) for text in said]) for said in texts]

    def _asked(
        self,
        prompts: Sequence[Prompt],
        copies: int,
        max_new_tokens: int,
        at_once: int,
        sampling: Sampling | None,
    ) -> Any:
        """Yield row, reply and seconds as the answers come, `copies` for each prompt."""
        import httpx2 as httpx

        key, stop, url = read_key(self.key_variable), threading.Event(), check_url(self.url)

        def ask(client: httpx.Client, prompt: Prompt, number: int) -> tuple[Reply, float]:
            began = time.perf_counter()
            body = self._body(prompt, number, max_new_tokens, sampling)
            try:
                reply = complete(client, url, body, key, self.patience, stop)
            except RequestRefused:
                reply = Reply(())
            return reply, time.perf_counter() - began

        with httpx.Client() as client, ThreadPoolExecutor(at_once) as pool:
            waiting: dict[Future[tuple[Reply, float]], int] = {
                pool.submit(ask, client, prompt, number): row
                for row, prompt in enumerate(prompts)
                for number in range(copies)
            }
            try:
                for one in as_completed(waiting):
                    reply, seconds = one.result()
                    yield waiting[one], reply, seconds
            except RequestFailed as error:
                raise EndpointError(f"{url}: {error}; what was answered is kept, run it again to go on") from None
            finally:
                stop.set()
                pool.shutdown(wait=False, cancel_futures=True)

    def _body(self, prompt: Prompt, number: int, max_new_tokens: int, sampling: Sampling | None) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": "user", "content": prompt.prefix + prompt.suffix}],
            "max_tokens": max_new_tokens,
            "temperature": 0.0,
        }
        if sampling is not None:
            body |= {
                "temperature": sampling.temperature,
                "top_p": sampling.top_p,
                "seed": sampling.source(prompt.id, number).getrandbits(31),
            }
        return body
