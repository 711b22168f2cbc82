"""Writes SQL with a GGUF file through llama.cpp (`predict.engine = "llamacpp"`, extra `llamacpp`).

    writer = open_gguf("model.gguf", tokenizer)
    writer.generate(prompts)

Prompts are taken in the order of their shared prefixes, one after the other: llama.cpp keeps the keys and values of
what a prompt has in common with the one before it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlwright.errors import ConfigError, MissingExtra
from sqlwright.infer.choose import Candidate, distinct
from sqlwright.infer.extract import ends_statement, extract_sql
from sqlwright.infer.sampling import DIFFERENT, Sampling
from sqlwright.infer.sqlgrammar import gbnf
from sqlwright.infer.writer import Done, Progress
from sqlwright.prompt import opens_thought
from sqlwright.prompt.encode import PromptEncoder
from sqlwright.records import Prediction, Prompt
from sqlwright.schema import Schema


@dataclass(frozen=True, slots=True)
class LlamaCpp:
    """A model in a GGUF file; made by `open_gguf`."""

    model: Any
    tokenizer: Any
    """The base's tokenizer, so that prompts have the tokens that they had in training."""
    grammar: bool = False
    """Whether answers that have a schema keep to its grammar (see `sqlgrammar`)."""

    def generate(
        self,
        prompts: Sequence[Prompt],
        *,
        max_new_tokens: int = 128,
        batch_size: int = 1,
        db_ids: Mapping[str, str] | None = None,
        schemas: Mapping[str, Schema] | None = None,
        sampling: Sampling | None = None,
        progress: Progress | None = None,
        done: Done | None = None,
    ) -> list[Prediction]:
        """Return the model's answers (see `Writer`); `batch_size` has no effect.

        Args:
            schemas: schema by prompt id, whose grammar the answer keeps to; without `grammar`, or where the prompt
                opens a thought, it is written freely.

        Raises:
            ConfigError: a prompt does not fit into the context that the file was opened with.
        """
        out: dict[int, Prediction] = {}
        encode = PromptEncoder(self.tokenizer)
        encoded = [encode(prompt) for prompt in prompts]
        for row in sorted(range(len(prompts)), key=encoded.__getitem__):
            began = time.perf_counter()
            prompt = prompts[row]
            grammar = self._grammar(prompt, schemas)
            text, tokens = self._write(prompt, sum(encoded[row], ()), max_new_tokens, sampling, grammar=grammar)
            sql = extract_sql(text, thinking=opens_thought(prompt.suffix))
            seconds = round(time.perf_counter() - began, 6)
            out[row] = Prediction(prompt.id, (db_ids or {}).get(prompt.id, ""), sql, text, seconds, tokens)
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
        batch_size: int = 1,
        schemas: Mapping[str, Schema] | None = None,
        sampling: Sampling | None = None,
        progress: Progress | None = None,
    ) -> list[list[Candidate]]:
        """Return the different statements among `count` samples, the most frequent first."""
        encode = PromptEncoder(self.tokenizer)
        found = []
        for prompt in prompts:
            ids, thinking = sum(encode(prompt), ()), opens_thought(prompt.suffix)
            texts = [
                self._write(prompt, ids, max_new_tokens, sampling or DIFFERENT, number, self._grammar(prompt, schemas))
                for number in range(count)
            ]
            found.append(distinct([extract_sql(text, thinking=thinking) for text, _ in texts]))
            if progress is not None:
                progress(len(found), len(prompts))
        return found

    def _grammar(self, prompt: Prompt, schemas: Mapping[str, Schema] | None) -> Any:
        """Return llama.cpp's own, fresh grammar for an answer; None for one that is written freely."""
        schema = (schemas or {}).get(prompt.id)
        if not self.grammar or schema is None or opens_thought(prompt.suffix):
            return None
        import llama_cpp

        own: Any = llama_cpp
        return own.LlamaGrammar.from_string(gbnf(schema), verbose=False)

    def _write(
        self,
        prompt: Prompt,
        ids: tuple[int, ...],
        most: int,
        sampling: Sampling | None,
        number: int = 0,
        grammar: Any = None,
    ) -> tuple[str, int]:
        """Return the text behind a prompt, and its tokens."""
        if len(ids) + most > self.model.n_ctx():
            raise ConfigError(
                f"prompt {prompt.id!r} has {len(ids):,} tokens; with {most:,} for the answer that is more than the "
                f"model's context of {self.model.n_ctx():,}"
            )
        how: dict[str, Any] = {"temp": 0.0, "top_k": 1, "top_p": 1.0}
        if sampling is not None:
            self.model.set_seed(sampling.source(prompt.id, number).getrandbits(31))
            how = {"temp": sampling.temperature, "top_k": 0, "top_p": sampling.top_p}
        said: list[int] = []
        for token in self.model.generate(list(ids), min_p=0.0, repeat_penalty=1.0, grammar=grammar, **how):
            if token in (self.model.token_eos(), self.tokenizer.eos_token_id):
                break
            said.append(token)
            if len(said) == most or ends_statement(self.tokenizer.decode(said)):
                break
        return self.tokenizer.decode(said, skip_special_tokens=True), len(said)


def open_gguf(
    file: Path | str, tokenizer: Any, *, context: int = 4096, threads: int | None = None, grammar: bool = False
) -> LlamaCpp:
    """Return what writes SQL with a GGUF file, such as `sqlwright export gguf` makes.

    Args:
        tokenizer: the base's.
        context: most tokens of a prompt and its answer; less where the model has less.
        grammar: hold answers to the grammars of their schemas.

    Raises:
        ConfigError: the file is missing, or llama.cpp cannot load it.
        MissingExtra: llama-cpp-python is not installed.
    """
    try:
        import llama_cpp
    except ImportError:
        raise MissingExtra("llama-cpp-python", "llamacpp") from None
    if not Path(file).is_file():
        raise ConfigError(f"{file}: no such GGUF file; make one with: sqlwright export gguf")
    options: dict[str, Any] = {"n_gpu_layers": -1, "n_threads": threads, "n_threads_batch": threads, "verbose": False}
    try:
        told = llama_cpp.Llama(str(file), vocab_only=True, verbose=False).metadata
        most = [int(value) for name, value in told.items() if name.endswith(".context_length")]
        model = llama_cpp.Llama(str(file), n_ctx=min([context, *most]), n_batch=512, **options)
    except (ValueError, RuntimeError, AttributeError) as error:
        raise ConfigError(f"{file}: llama.cpp cannot load it ({error})") from None
    return LlamaCpp(model, tokenizer, grammar)
