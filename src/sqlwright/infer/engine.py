"""Generates SQL for prompts with a transformers model, in batches; `sqlwright.infer.loading` makes the engine.

Greedy answers and samples are written by `rolling`, several likely ones by `decode.beam`. Models whose layers do not
all keep full keys and values are left to transformers' own `generate`.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import torch

from sqlwright.errors import ConfigError
from sqlwright.infer.cache import can_share
from sqlwright.infer.choose import Candidate
from sqlwright.infer.constrain import Guide
from sqlwright.infer.decode import Scored, Stop, beam
from sqlwright.infer.extract import ends_statement, extract_sql
from sqlwright.infer.guides import Guides
from sqlwright.infer.open_batch import OpenBatch
from sqlwright.infer.rescore import log_likelihoods
from sqlwright.infer.rolling import Request, Written, roll
from sqlwright.infer.sampling import Sampling
from sqlwright.infer.writer import Done, Progress
from sqlwright.prompt import opens_thought
from sqlwright.prompt.encode import Ids, PromptEncoder
from sqlwright.records import Prediction, Prompt
from sqlwright.schema import Schema

Answer = tuple[str, int, float]
"""Text, tokens and mean log-probability a token."""


@dataclass(slots=True)
class Engine:
    """A model and its tokenizer, ready to generate; made by `load`, or around a model in training."""

    model: Any
    tokenizer: Any
    adapters: tuple[str, ...] = ()
    """Names of the adapters that stay apart from the weights, to choose from."""
    grammar: bool = False
    """Whether answers that have a schema keep to its grammar (see `guided`), not to its names alone."""
    _closing: dict[int, bool] = field(default_factory=dict, init=False, repr=False)
    """Whether a token has a semicolon, by token."""
    _guides: Guides | None = field(default=None, init=False, repr=False)

    def generate(
        self,
        prompts: Sequence[Prompt],
        *,
        max_new_tokens: int = 128,
        batch_size: int = 64,
        db_ids: Mapping[str, str] | None = None,
        schemas: Mapping[str, Schema] | None = None,
        sampling: Sampling | None = None,
        adapter: str | None = None,
        progress: Progress | None = None,
        done: Done | None = None,
    ) -> list[Prediction]:
        """Return the model's answer to each prompt, in their order; the likeliest, or one drawn by `sampling`.

        A prediction's `seconds` are its share of the time (together they make the whole), its `tokens` those that were
        generated.

        Args:
            db_ids: database by prompt id, for the predictions' `db_id`.
            schemas: schema by prompt id: the answer names nothing else (see `constrain`). For models that write spaced
                SQL, with a byte-level tokenizer; others answer freely, unless the engine has a `grammar`.
            adapter: which of several adapters to use; "" is the base alone.
            done: called with each prediction as it comes, in any order.

        Raises:
            ConfigError: there is no such adapter, or no grammar for a schema.
        """
        out: dict[int, Prediction] = {}
        with self._using(adapter):
            for row, answer, seconds in self._written(prompts, 1, max_new_tokens, batch_size, schemas, sampling):
                name, (text, tokens, _) = prompts[row].id, answer
                sql = extract_sql(text, thinking=opens_thought(prompts[row].suffix))
                out[row] = Prediction(name, (db_ids or {}).get(name, ""), sql, text, round(seconds, 6), tokens)
                if done is not None:
                    done(out[row])
                if progress is not None:
                    progress(len(out), len(prompts))
        return [out[row] for row in range(len(prompts))]

    def token_ids(
        self,
        prompts: Sequence[Prompt],
        *,
        max_new_tokens: int = 128,
        batch_size: int = 64,
        limits: Sequence[int] | None = None,
    ) -> Iterator[tuple[int, list[int]]]:
        """Yield the place of a prompt and the tokens of its greedy answer, as they come; for measurements.

        Args:
            limits: most tokens of each answer, besides `max_new_tokens`.
        """
        for row, one in self._rolled(prompts, 1, max_new_tokens, batch_size, None, None, limits):
            yield row, one.ids

    def candidates(
        self,
        prompts: Sequence[Prompt],
        *,
        count: int,
        max_new_tokens: int = 128,
        batch_size: int = 16,
        schemas: Mapping[str, Schema] | None = None,
        sampling: Sampling | None = None,
        adapter: str | None = None,
        progress: Progress | None = None,
    ) -> list[list[Candidate]]:
        """Return up to `count` different statements for each prompt, likeliest first (see `choose`).

        Args:
            batch_size: prompts that go through the model at once, each with `count` beams or samples.
            schemas, adapter: as for `generate`.
            sampling: draw `count` answers; None searches for the likeliest ones with as many beams.
        """
        found: list[list[Answer]] = [[] for _ in prompts]
        ended = 0
        with self._using(adapter):
            if sampling is not None:
                size = batch_size * count
                for row, answer, _ in self._written(prompts, count, max_new_tokens, size, schemas, sampling):
                    found[row].append(answer)
                    ended += len(found[row]) == count
                    if progress is not None:
                        progress(ended, len(prompts))
            else:
                for rows, answers, _ in self._searched(prompts, count, max_new_tokens, batch_size, schemas):
                    for row, best in zip(rows, answers, strict=True):
                        found[row] = best
                    ended += len(rows)
                    if progress is not None:
                        progress(ended, len(prompts))
        return [
            _different(answers, opens_thought(prompt.suffix), drawn=sampling is not None)
            for prompt, answers in zip(prompts, found, strict=True)
        ]

    def likelihoods(self, prompts: Sequence[Prompt]) -> list[float]:
        """Return the log-probability of each prompt's completion after its prefix and suffix, in their order."""
        encoded = self._encoded(prompts)
        out = [0.0] * len(prompts)
        with self._answering(), torch.inference_mode():
            for prefix, rows in _batches(encoded, max(1, len(encoded)), share=can_share(self.model)):
                told = [(encoded[row][0] + encoded[row][1])[len(prefix) :] for row in rows]
                written = [
                    tuple(self.tokenizer.encode(prompts[row].completion, add_special_tokens=False)) for row in rows
                ]
                scores = log_likelihoods(self.model, prefix, list(zip(told, written, strict=True)), self._stop().pad)
                for row, score in zip(rows, scores, strict=True):
                    out[row] = score
        return out

    def open_batch(self, rows: int, sampling: Sampling | None = None) -> OpenBatch | None:
        """Return a batch that prompts join and leave at any time; None for a model that only transformers can run."""
        if not can_share(self.model):
            return None
        return OpenBatch(self.model, self._stop(), self._request, self._prediction, rows, sampling)

    def _request(self, prompt: Prompt, most: int, schema: Schema | None, sampling: Sampling | None) -> Request:
        ((prefix, suffix),) = self._encoded([prompt])
        if not suffix:
            prefix, suffix = (), prefix
        guide = self._starts({prompt.id: schema} if schema else None, [prompt]).get(prompt.id)
        source = sampling.source(prompt.suffix) if sampling else None
        return Request(prefix, suffix, guide, source, most)

    def _prediction(self, prompt: Prompt, one: Written) -> Prediction:
        text = self.tokenizer.decode(one.ids, skip_special_tokens=True)
        sql = extract_sql(text, thinking=opens_thought(prompt.suffix))
        return Prediction(prompt.id, "", sql, text, round(one.seconds, 6), len(one.ids))

    def _written(
        self,
        prompts: Sequence[Prompt],
        copies: int,
        max_new_tokens: int,
        batch_size: int,
        schemas: Mapping[str, Schema] | None,
        sampling: Sampling | None,
    ) -> Iterator[tuple[int, Answer, float]]:
        """Yield rows of `prompts` with an answer each and its seconds, `copies` times, as they come."""
        if not can_share(self.model):
            for rows, answers, seconds in self._searched(prompts, 1, max_new_tokens, batch_size, schemas, sampling):
                yield from ((row, best[0], seconds / len(rows)) for row, best in zip(rows, answers, strict=True))
            return
        for row, one in self._rolled(prompts, copies, max_new_tokens, batch_size, schemas, sampling):
            text = self.tokenizer.decode(one.ids, skip_special_tokens=True)
            yield row, (text, len(one.ids), one.score), one.seconds

    def _rolled(
        self,
        prompts: Sequence[Prompt],
        copies: int,
        max_new_tokens: int,
        batch_size: int,
        schemas: Mapping[str, Schema] | None,
        sampling: Sampling | None,
        limits: Sequence[int] | None = None,
    ) -> Iterator[tuple[int, Written]]:
        """Yield rows of `prompts` with what `roll` wrote, as it comes."""
        encoded = self._encoded(prompts)
        starts = self._starts(schemas, prompts)
        requests, places = [], []
        for prefix, rows in _batches(encoded, max(1, len(encoded)), share=True):
            for row in rows:
                suffix = (encoded[row][0] + encoded[row][1])[len(prefix) :]
                for number in range(copies):
                    source = sampling.source(prompts[row].id, number) if sampling else None
                    limit = limits[row] if limits is not None else None
                    requests.append(Request(prefix, suffix, starts.get(prompts[row].id), source, limit))
                    places.append(row)
        options: dict[str, Any] = {"rows": batch_size, "max_new_tokens": max_new_tokens, "stop": self._stop()}
        with self._answering():
            writing = roll(self.model, requests, sampling=sampling, **options)
            while True:
                with torch.inference_mode():  # not while the caller has what was yielded
                    one = next(writing, None)
                if one is None:
                    break
                yield places[one.row], one

    def _searched(
        self,
        prompts: Sequence[Prompt],
        width: int,
        max_new_tokens: int,
        batch_size: int,
        schemas: Mapping[str, Schema] | None,
        sampling: Sampling | None = None,
    ) -> Iterator[tuple[list[int], list[list[Answer]], float]]:
        """Yield batches: rows of `prompts`, their answers, best first, and seconds."""
        encoded, stop = self._encoded(prompts), self._stop()
        starts = self._starts(schemas, prompts)
        share = can_share(self.model)
        with self._answering():
            for prefix, rows in _batches(encoded, batch_size, share=share):
                start = time.perf_counter()
                suffixes = [(encoded[row][0] + encoded[row][1])[len(prefix) :] for row in rows]
                guides = [starts.get(prompts[row].id) for row in rows]
                limits: dict[str, Any] = {"max_new_tokens": max_new_tokens, "stop": stop}
                with torch.inference_mode():
                    if share:
                        found = beam(self.model, prefix, suffixes, width=width, guides=guides, **limits)
                    else:
                        found = self._library(suffixes, width, sampling=sampling, **limits)
                answers = [
                    [(self.tokenizer.decode(ids, skip_special_tokens=True), len(ids), score) for score, ids in best]
                    for best in found
                ]
                yield rows, answers, time.perf_counter() - start

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Put a model in training aside for as long."""
        training = self.model.training
        self.model.eval()
        try:
            yield
        finally:
            self.model.train(training)

    @contextmanager
    def _using(self, adapter: str | None) -> Iterator[None]:
        """Let one of several adapters answer."""
        if adapter and adapter not in self.adapters:
            raise ConfigError(f"there is no adapter {adapter!r}; there are: {', '.join(self.adapters) or 'none'}")
        if adapter:
            self.model.set_adapter(adapter)
        with self.model.disable_adapter() if adapter == "" and self.adapters else nullcontext():
            yield

    def _encoded(self, prompts: Sequence[Prompt]) -> list[tuple[Ids, Ids]]:
        encode = PromptEncoder(self.tokenizer)
        return [encode(prompt) for prompt in prompts]

    def _stop(self) -> Stop:
        return Stop(self._stop_ids(), self._ended, self.tokenizer.pad_token_id or 0)

    def _starts(self, schemas: Mapping[str, Schema] | None, prompts: Sequence[Prompt]) -> dict[str, Guide]:
        """Return by prompt id the guide that keeps its answer to its schema."""
        if not schemas:
            return {}
        if self._guides is None:
            self._guides = Guides(self.model, self.tokenizer, self._stop_ids(), self.grammar)
        return self._guides.starts(schemas, {prompt.id for prompt in prompts if opens_thought(prompt.suffix)})

    def _library(
        self, suffixes: Sequence[Ids], width: int, *, max_new_tokens: int, stop: Stop, sampling: Sampling | None
    ) -> list[list[Scored]]:
        """Generate with transformers, for models whose layers do not all keep full keys and values."""
        length = max(map(len, suffixes))
        device = self.model.device
        ids = torch.tensor([[stop.pad] * (length - len(row)) + list(row) for row in suffixes], device=device)
        mask = torch.tensor([[0] * (length - len(row)) + [1] * len(row) for row in suffixes], device=device)
        how: dict[str, Any] = {"do_sample": False}
        if sampling is not None:
            torch.manual_seed(sampling.seed)
            how = {"do_sample": True, "temperature": sampling.temperature, "top_p": sampling.top_p, "top_k": 0}
        out = self.model.generate(
            input_ids=ids,
            attention_mask=mask,
            max_new_tokens=max_new_tokens,
            **how,
            num_beams=width,
            num_return_sequences=width,
            pad_token_id=stop.pad,
            eos_token_id=sorted(stop.ids) or None,
            return_dict_in_generate=True,
            output_scores=width > 1,
        )
        scores = out.sequences_scores.tolist() if width > 1 else [0.0] * len(suffixes)
        answers: list[Scored] = []
        for row, score in zip(out.sequences[:, length:].tolist(), scores, strict=True):
            end = next((at for at, token in enumerate(row) if token in stop.ids), len(row))
            answers.append((score, row[:end]))
        return [answers[at : at + width] for at in range(0, len(answers), width)]

    def _stop_ids(self) -> frozenset[int]:
        ids = {self.tokenizer.eos_token_id}
        configured = self.model.generation_config.eos_token_id
        ids |= set(configured) if isinstance(configured, list) else {configured}
        return frozenset(token for token in ids if token is not None)

    def _ended(self, ids: list[int]) -> bool:
        """Return whether the answer is bare SQL, after a thought or none, that has come to its semicolon."""
        last = ids[-1]
        if last not in self._closing:
            self._closing[last] = ";" in self.tokenizer.decode([last])
        if not self._closing[last]:
            return False
        return ends_statement(self.tokenizer.decode(ids))


def _batches(encoded: Sequence[tuple[Ids, Ids]], size: int, *, share: bool) -> list[tuple[Ids, list[int]]]:
    """Return batches as (shared prefix, rows); rows that share none have () and are of like length."""
    groups: dict[Ids, list[int]] = defaultdict(list)
    for row, (prefix, suffix) in enumerate(encoded):
        groups[prefix if share and suffix else ()].append(row)
    loose = groups.pop((), [])
    for prefix in [prefix for prefix, rows in groups.items() if len(rows) == 1]:
        loose += groups.pop(prefix)
    batches = []
    for prefix, rows in [*groups.items(), ((), loose)]:
        rows.sort(key=lambda row: len(encoded[row][0]) + len(encoded[row][1]), reverse=True)
        batches += [(prefix, rows[at : at + size]) for at in range(0, len(rows), size)]
    return batches


def _different(answers: Sequence[Answer], thinking: bool, *, drawn: bool) -> list[Candidate]:
    """Return the different statements, likeliest first; `drawn` ones know how often they came."""
    found: dict[str, Candidate] = {}
    for text, tokens, score in answers:
        sql = extract_sql(text, thinking=thinking)
        if not sql:
            continue
        if sql not in found:
            found[sql] = Candidate(sql, score, tokens, int(drawn))
        elif drawn:
            found[sql] = replace(found[sql], times=found[sql].times + 1)
    return sorted(found.values(), key=lambda one: -one.times) if drawn else list(found.values())
