"""Loads a model with its adapter and generates SQL for prompts, in batches."""

from __future__ import annotations

import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from sqlwright._loading import loading
from sqlwright.infer.cache import can_share
from sqlwright.infer.choose import Candidate
from sqlwright.infer.constrain import Grammar, Guide, Thought, vocabulary
from sqlwright.infer.decode import Scored, Stop, beam, greedy
from sqlwright.infer.extract import extract_sql
from sqlwright.prompt import opens_thought
from sqlwright.prompt.encode import Ids, PromptEncoder
from sqlwright.records import Prediction, Prompt
from sqlwright.schema import Schema

Progress = Callable[[int, int], None]
"""Called with how many prompts are done, of how many."""
Device = Literal["auto", "cpu", "cuda", "mps"]
Precision = Literal["auto", "fp32", "bf16", "fp16"]


@dataclass(slots=True)
class Engine:
    """A model and its tokenizer, ready to generate; made by `load`, or around a model in training."""

    model: Any
    tokenizer: Any
    _tokens: tuple[bytes | None, ...] | None = field(default=None, init=False, repr=False)

    def generate(
        self,
        prompts: Sequence[Prompt],
        *,
        max_new_tokens: int = 128,
        batch_size: int = 64,
        db_ids: Mapping[str, str] | None = None,
        schemas: Mapping[str, Schema] | None = None,
        progress: Progress | None = None,
    ) -> list[Prediction]:
        """Return the model's greedy answer to each prompt, in their order.

        A prediction's `seconds` are its share of its batch's, its `tokens` those that were generated.

        Args:
            db_ids: database by prompt id, for the predictions' `db_id`.
            schemas: schema by prompt id: the answer names nothing else (see `constrain`). For models that write spaced
                SQL, with a byte-level tokenizer; others answer freely.
        """
        out: dict[int, Prediction] = {}
        for rows, texts, seconds in self._run(prompts, 1, max_new_tokens, batch_size, schemas):
            for row, answers in zip(rows, texts, strict=True):
                text, tokens, _ = answers[0]
                name = prompts[row].id
                out[row] = Prediction(
                    id=name,
                    db_id=(db_ids or {}).get(name, ""),
                    sql=extract_sql(text, thinking=opens_thought(prompts[row].suffix)),
                    raw=text,
                    seconds=round(seconds / len(rows), 6),
                    tokens=tokens,
                )
            if progress is not None:
                progress(len(out), len(prompts))
        return [out[row] for row in range(len(prompts))]

    def candidates(
        self,
        prompts: Sequence[Prompt],
        *,
        count: int,
        max_new_tokens: int = 128,
        batch_size: int = 16,
        schemas: Mapping[str, Schema] | None = None,
        progress: Progress | None = None,
    ) -> list[list[Candidate]]:
        """Return up to `count` different statements for each prompt by beam search, likeliest first (see `choose`).

        Args:
            batch_size: prompts that go through the model at once, each with `count` beams.
            schemas: as for `generate`.
        """
        out: dict[int, list[Candidate]] = {}
        for rows, texts, _ in self._run(prompts, count, max_new_tokens, batch_size, schemas):
            for row, answers in zip(rows, texts, strict=True):
                found: dict[str, Candidate] = {}
                for text, tokens, score in answers:
                    sql = extract_sql(text, thinking=opens_thought(prompts[row].suffix))
                    if sql and sql not in found:
                        found[sql] = Candidate(sql, score, tokens)
                out[row] = list(found.values())
            if progress is not None:
                progress(len(out), len(prompts))
        return [out[row] for row in range(len(prompts))]

    def _run(
        self,
        prompts: Sequence[Prompt],
        width: int,
        max_new_tokens: int,
        batch_size: int,
        schemas: Mapping[str, Schema] | None,
    ) -> Iterator[tuple[list[int], list[list[tuple[str, int, float]]], float]]:
        """Yield batches: rows of `prompts`, their answers (text, tokens and score, best first), and seconds."""
        stop = Stop(self._stop_ids(), self._ended, self.tokenizer.pad_token_id or 0)
        encode = PromptEncoder(self.tokenizer)
        encoded = [encode(prompt) for prompt in prompts]
        starts = self._starts(schemas or {}, {prompt.id for prompt in prompts if opens_thought(prompt.suffix)})
        share = can_share(self.model)
        training = self.model.training
        self.model.eval()
        try:
            for prefix, rows in _batches(encoded, batch_size, share=share):
                start = time.perf_counter()
                suffixes = [(encoded[row][0] + encoded[row][1])[len(prefix) :] for row in rows]
                guides = [starts.get(prompts[row].id) for row in rows]
                limits: dict[str, Any] = {"max_new_tokens": max_new_tokens, "stop": stop, "guides": guides}
                with torch.inference_mode():
                    if not share:
                        found = self._library(suffixes, width, max_new_tokens, stop)
                    elif width > 1:
                        found = beam(self.model, prefix, suffixes, width=width, **limits)
                    else:
                        found = [[(0.0, ids)] for ids in greedy(self.model, prefix, suffixes, **limits)]
                texts = [
                    [(self.tokenizer.decode(ids, skip_special_tokens=True), len(ids), score) for score, ids in best]
                    for best in found
                ]
                yield rows, texts, time.perf_counter() - start
        finally:
            self.model.train(training)

    def _starts(self, schemas: Mapping[str, Schema], thinking: Collection[str]) -> dict[str, Guide]:
        """Return by prompt id the guide that keeps its answer to its schema; none for tokenizers not of bytes.

        Those that are `thinking` write freely until their thought is closed.
        """
        if schemas and self._tokens is None:
            self._tokens = vocabulary(self.tokenizer) or ()
        if not self._tokens:
            return {}
        known = {id(schema): schema for schema in schemas.values()}
        cursors = {key: Grammar(self._tokens, schema).start() for key, schema in known.items()}
        thoughts = {key: Thought(self._tokens, cursor) for key, cursor in cursors.items()}
        return {name: (thoughts if name in thinking else cursors)[id(schema)] for name, schema in schemas.items()}

    def _library(self, suffixes: Sequence[Ids], width: int, max_new_tokens: int, stop: Stop) -> list[list[Scored]]:
        """Generate with transformers, for models whose layers do not all keep full keys and values."""
        length = max(map(len, suffixes))
        device = self.model.device
        ids = torch.tensor([[stop.pad] * (length - len(row)) + list(row) for row in suffixes], device=device)
        mask = torch.tensor([[0] * (length - len(row)) + [1] * len(row) for row in suffixes], device=device)
        out = self.model.generate(
            input_ids=ids,
            attention_mask=mask,
            max_new_tokens=max_new_tokens,
            do_sample=False,
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
        if ";" not in self.tokenizer.decode(ids[-1:]):
            return False
        text = self.tokenizer.decode(ids)
        text = text.rpartition("</think>")[2].lstrip()
        return text[:6].upper().startswith(("SELECT", "WITH")) and ";" in _outside_quotes(text)


def load(
    base: Path | str,
    adapter: Path | str | None = None,
    *,
    merge: bool = True,
    device: Device = "auto",
    precision: Precision = "auto",
    own_code: bool = False,
) -> Engine:
    """Return an engine for a base model, with an adapter (or a wholly tuned model in its place) when one is given.

    Args:
        adapter: what `sqlwright.train.tune` wrote.
        merge: add the adapter to the weights, in float32, for speed.
        own_code: whether code that comes with the base may run on this machine.

    Raises:
        ConfigError: a folder holds no model, it comes with code that may not run, or the adapter does not fit the base.
    """
    place = _device(device)
    dtype = _dtype(precision, place)
    tuned = Path(adapter) if adapter is not None else None
    is_adapter = tuned is not None and (tuned / "adapter_config.json").exists()
    weights = str(tuned) if tuned is not None and not is_adapter else str(base)
    words = str(tuned) if tuned is not None and (tuned / "tokenizer_config.json").exists() else str(base)
    if place == "cpu":
        torch.set_float32_matmul_precision("medium")
    with loading(weights, own_code=own_code) as options, _quiet():
        tokenizer = AutoTokenizer.from_pretrained(words, **options)
        model = AutoModelForCausalLM.from_pretrained(weights, dtype=torch.float32 if is_adapter else dtype, **options)
        if is_adapter:
            model = _with_adapter(model, str(tuned), merge)
    ready: Any = model
    return Engine(ready.to(place, dtype).eval(), tokenizer)


def _with_adapter(model: Any, folder: str, merge: bool) -> Any:
    from peft import PeftModel

    tuned: Any = PeftModel.from_pretrained(model, folder)
    return tuned.merge_and_unload() if merge else tuned


def _device(device: Device) -> str:
    if device != "auto":
        return device
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _dtype(precision: Precision, device: str) -> torch.dtype:
    if precision == "auto":
        if device == "cuda":
            quick = torch.cuda.is_bf16_supported(including_emulation=False)
        else:
            quick = device == "cpu" and torch.cpu._is_avx512_bf16_supported()
        return torch.bfloat16 if quick else torch.float32
    return {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[precision]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep PEFT's use of an attribute that transformers has renamed off the terminal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield


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


def _outside_quotes(text: str) -> str:
    """Return the parts of `text` that are not inside single quotes."""
    return "".join(text.split("'")[::2])
