"""Loads a model with its adapter and generates SQL for prompts, in batches."""

from __future__ import annotations

import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from sqlwright.errors import ConfigError
from sqlwright.infer.cache import can_share
from sqlwright.infer.decode import Stop, beam, greedy
from sqlwright.infer.extract import extract_sql
from sqlwright.records import Prediction, Prompt

Progress = Callable[[int, int], None]
"""Called with how many prompts are done, of how many."""
Device = Literal["auto", "cpu", "cuda", "mps"]
Precision = Literal["auto", "fp32", "bf16", "fp16"]
Ids = tuple[int, ...]


@dataclass(slots=True)
class Engine:
    """A model and its tokenizer, ready to generate; made by `load`, or around a model in training."""

    model: Any
    tokenizer: Any

    def generate(
        self,
        prompts: Sequence[Prompt],
        *,
        max_new_tokens: int = 128,
        batch_size: int = 64,
        db_ids: Mapping[str, str] | None = None,
        progress: Progress | None = None,
    ) -> list[Prediction]:
        """Return the model's greedy answer to each prompt, in their order.

        A prediction's `seconds` are its share of its batch's, its `tokens` those that were generated.

        Args:
            db_ids: database by prompt id, for the predictions' `db_id`.
        """
        out: dict[int, Prediction] = {}
        for rows, texts, seconds in self._run(prompts, 1, max_new_tokens, batch_size):
            for row, answers in zip(rows, texts, strict=True):
                text, tokens = answers[0]
                name = prompts[row].id
                out[row] = Prediction(
                    id=name,
                    db_id=(db_ids or {}).get(name, ""),
                    sql=extract_sql(text),
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
        progress: Progress | None = None,
    ) -> list[list[str]]:
        """Return up to `count` different statements for each prompt by beam search, likeliest first (see `choose`)."""
        out: dict[int, list[str]] = {}
        for rows, texts, _ in self._run(prompts, count, max_new_tokens, batch_size):
            for row, answers in zip(rows, texts, strict=True):
                found = (extract_sql(text) for text, _ in answers)
                out[row] = [sql for sql in dict.fromkeys(found) if sql]
            if progress is not None:
                progress(len(out), len(prompts))
        return [out[row] for row in range(len(prompts))]

    def _run(
        self, prompts: Sequence[Prompt], width: int, max_new_tokens: int, batch_size: int
    ) -> Iterator[tuple[list[int], list[list[tuple[str, int]]], float]]:
        """Yield batches: rows of `prompts`, their answers (text and tokens, best first), and seconds."""
        stop = Stop(self._stop_ids(), self._ended, self.tokenizer.pad_token_id or 0)
        encoded = _encode(prompts, self.tokenizer)
        training = self.model.training
        self.model.eval()
        try:
            for prefix, rows in _batches(encoded, batch_size, share=can_share(self.model)):
                start = time.perf_counter()
                suffixes = [(encoded[row][0] + encoded[row][1])[len(prefix) :] for row in rows]
                with torch.inference_mode():
                    if not can_share(self.model):
                        found = self._library(suffixes, width, max_new_tokens, stop)
                    elif width > 1:
                        found = beam(
                            self.model, prefix, suffixes, width=width, max_new_tokens=max_new_tokens, stop=stop
                        )
                    else:
                        answers = greedy(self.model, prefix, suffixes, max_new_tokens=max_new_tokens, stop=stop)
                        found = [[ids] for ids in answers]
                texts = [
                    [(self.tokenizer.decode(ids, skip_special_tokens=True), len(ids)) for ids in best] for best in found
                ]
                yield rows, texts, time.perf_counter() - start
        finally:
            self.model.train(training)

    def _library(self, suffixes: Sequence[Ids], width: int, max_new_tokens: int, stop: Stop) -> list[list[list[int]]]:
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
        )
        answers = []
        for row in out[:, length:].tolist():
            end = next((at for at, token in enumerate(row) if token in stop.ids), len(row))
            answers.append(row[:end])
        return [answers[at : at + width] for at in range(0, len(answers), width)]

    def _stop_ids(self) -> frozenset[int]:
        ids = {self.tokenizer.eos_token_id}
        configured = self.model.generation_config.eos_token_id
        ids |= set(configured) if isinstance(configured, list) else {configured}
        return frozenset(token for token in ids if token is not None)

    def _ended(self, ids: list[int]) -> bool:
        """Return whether the answer is bare SQL that has come to its semicolon."""
        if ";" not in self.tokenizer.decode(ids[-1:]):
            return False
        text = self.tokenizer.decode(ids).lstrip()
        return text[:6].upper().startswith(("SELECT", "WITH")) and ";" in _outside_quotes(text)


def load(
    base: Path | str,
    adapter: Path | str | None = None,
    *,
    merge: bool = True,
    device: Device = "auto",
    precision: Precision = "auto",
) -> Engine:
    """Return an engine for a base model, with an adapter (or a wholly tuned model in its place) when one is given.

    Args:
        adapter: what `sqlwright.train.tune` wrote.
        merge: add the adapter to the weights, in float32, for speed.

    Raises:
        ConfigError: a folder holds no model, or the adapter does not fit the base.
    """
    place = _device(device)
    dtype = _dtype(precision, place)
    tuned = Path(adapter) if adapter is not None else None
    is_adapter = tuned is not None and (tuned / "adapter_config.json").exists()
    weights = str(tuned) if tuned is not None and not is_adapter else str(base)
    words = str(tuned) if tuned is not None and (tuned / "tokenizer_config.json").exists() else str(base)
    if place == "cpu":
        torch.set_float32_matmul_precision("medium")
    try:
        with _quiet():
            tokenizer = AutoTokenizer.from_pretrained(words)
            model = AutoModelForCausalLM.from_pretrained(weights, dtype=torch.float32 if is_adapter else dtype)
            if is_adapter:
                model = _with_adapter(model, str(tuned), merge)
    except (OSError, ValueError, RuntimeError) as error:
        raise ConfigError(f"model {weights!r} cannot be loaded: {str(error).strip().splitlines()[0]}") from None
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
    """Keep progress bars, and PEFT's use of an attribute that transformers has renamed, off the terminal."""
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def _encode(prompts: Sequence[Prompt], tokenizer: Any) -> list[tuple[Ids, Ids]]:
    """Return prefix and suffix ids, tokenised apart as in training."""
    known: dict[str, Ids] = {}
    bos = tokenizer.bos_token_id
    leads = bos is not None and tokenizer.encode("", add_special_tokens=True)[:1] == [bos]
    out = []
    for prompt in prompts:
        if prompt.prefix not in known:
            ids = tokenizer.encode(prompt.prefix, add_special_tokens=False)
            known[prompt.prefix] = tuple([bos, *ids] if leads and ids[:1] != [bos] else ids)
        out.append((known[prompt.prefix], tuple(tokenizer.encode(prompt.suffix, add_special_tokens=False))))
    return out


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
