"""Writes SQL with vLLM (`predict.engine = "vllm"`, extra `vllm`).

    writer = open_vllm("path/of/base", tokenizer, "runs/1/model")
    writer = open_vllm("path/of/base", tokenizer, adapters={"mine": "runs/1/model"})
    writer.generate(prompts, adapter="mine")

vLLM batches by itself, and its prefix cache serves the questions of one schema. Adapters stay apart from the weights.
Models were run with 0.32, on a CPU; the names of vLLM that this uses were checked against 0.33 too.
"""

from __future__ import annotations

import atexit
import json
import os
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sqlwright.errors import ConfigError, MissingExtra
from sqlwright.infer.choose import Candidate, distinct
from sqlwright.infer.extract import extract_sql
from sqlwright.infer.sampling import DIFFERENT, Sampling
from sqlwright.infer.sqlgrammar import gbnf
from sqlwright.infer.writer import Done, Progress
from sqlwright.prompt import opens_thought
from sqlwright.prompt.encode import PromptEncoder
from sqlwright.records import Prediction, Prompt
from sqlwright.schema import Schema

_ONLY = "tuned"
_AT_ONCE = 512
"""Prompts that are handed over at once, or more: their answers come back together."""
_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
"""Ranks that vLLM can make room for."""
_GRACE = 20.0
"""Seconds that vLLM's processes have to give back what they share, before they are killed."""


@dataclass(frozen=True, slots=True)
class Vllm:
    """A model that vLLM runs; made by `open_vllm`."""

    model: Any = field(repr=False)  # its own asks every worker
    tokenizer: Any = field(repr=False)
    adapters: Mapping[str, str] = field(default_factory=dict)
    """Folder by name."""
    grammar: bool = False
    """Whether answers that have a schema keep to its grammar (see `sqlgrammar`)."""

    def generate(
        self,
        prompts: Sequence[Prompt],
        *,
        max_new_tokens: int = 128,
        batch_size: int = _AT_ONCE,
        db_ids: Mapping[str, str] | None = None,
        schemas: Mapping[str, Schema] | None = None,
        sampling: Sampling | None = None,
        adapter: str | None = None,
        progress: Progress | None = None,
        done: Done | None = None,
    ) -> list[Prediction]:
        """Return the model's answers (see `Writer`).

        A prediction's `seconds` run from when vLLM queued its request to its last token.

        Args:
            batch_size: prompts that are handed to vLLM at once, at least 512; it runs as many as its memory holds, and
                `done` is called when all of them are answered.
            schemas: schema by prompt id, whose grammar the answer keeps to; without `grammar`, or where the prompt
                opens a thought, it is written freely.

        Raises:
            ConfigError: there is no such adapter.
        """
        out = []
        settings = (1, max_new_tokens, batch_size, schemas, sampling, adapter)
        for prompt, answer in zip(prompts, self._run(prompts, *settings), strict=True):
            text, thinking = answer.outputs[0].text, opens_thought(prompt.suffix)
            one = Prediction(
                prompt.id,
                (db_ids or {}).get(prompt.id, ""),
                extract_sql(text, thinking=thinking),
                text,
                _seconds(answer),
                _tokens(answer.outputs[0]),
            )
            out.append(one)
            if done is not None:
                done(one)
            if progress is not None:
                progress(len(out), len(prompts))
        return out

    def candidates(
        self,
        prompts: Sequence[Prompt],
        *,
        count: int,
        max_new_tokens: int = 128,
        batch_size: int = _AT_ONCE,
        schemas: Mapping[str, Schema] | None = None,
        sampling: Sampling | None = None,
        adapter: str | None = None,
        progress: Progress | None = None,
    ) -> list[list[Candidate]]:
        """Return the different statements among `count` samples, the most frequent first."""
        found = []
        settings = (count, max_new_tokens, batch_size, schemas, sampling or DIFFERENT, adapter)
        for prompt, answer in zip(prompts, self._run(prompts, *settings), strict=True):
            thinking = opens_thought(prompt.suffix)
            found.append(distinct([extract_sql(one.text, thinking=thinking) for one in answer.outputs]))
            if progress is not None:
                progress(len(found), len(prompts))
        return found

    def _run(
        self,
        prompts: Sequence[Prompt],
        count: int,
        most: int,
        at_once: int,
        schemas: Mapping[str, Schema] | None,
        sampling: Sampling | None,
        adapter: str | None,
    ) -> Iterator[Any]:
        """Yield vLLM's outputs, each with `count` answers, in the order of the prompts."""
        adapter = _ONLY if adapter is None and _ONLY in self.adapters else adapter
        if adapter and adapter not in self.adapters:
            raise ConfigError(f"there is no adapter {adapter!r}; there are: {', '.join(self.adapters) or 'none'}")
        encode, lora = PromptEncoder(self.tokenizer), self._request(adapter)
        at_once = max(at_once, _AT_ONCE)
        for at in range(0, len(prompts), at_once):
            some = prompts[at : at + at_once]
            how = [self._how(prompt, count, most, (schemas or {}).get(prompt.id), sampling) for prompt in some]
            asked = [{"prompt_token_ids": list(sum(encode(prompt), ()))} for prompt in some]
            yield from self.model.generate(asked, how, use_tqdm=False, lora_request=lora)

    def _how(self, prompt: Prompt, count: int, most: int, schema: Schema | None, sampling: Sampling | None) -> Any:
        """Return vLLM's settings of one request."""
        from vllm import SamplingParams
        from vllm.sampling_params import StructuredOutputsParams

        held = None
        if self.grammar and schema is not None and not opens_thought(prompt.suffix):
            held = StructuredOutputsParams(grammar=gbnf(schema))
        return SamplingParams(
            n=count,
            max_tokens=most,
            temperature=sampling.temperature if sampling else 0.0,
            top_p=sampling.top_p if sampling else 1.0,
            seed=sampling.source(prompt.id).getrandbits(31) if sampling else None,
            structured_outputs=held,
        )

    def _request(self, adapter: str | None) -> Any:
        if not adapter:
            return None
        from vllm.lora.request import LoRARequest

        return LoRARequest(adapter, 1 + list(self.adapters).index(adapter), self.adapters[adapter])


def open_vllm(
    base: Path | str,
    tokenizer: Any,
    adapter: Path | str | None = None,
    *,
    adapters: Mapping[str, Path | str] | None = None,
    own_code: bool = False,
    grammar: bool = False,
    options: Sequence[str] = (),
) -> Vllm:
    """Return what writes SQL with vLLM.

    Args:
        adapter: what `sqlwright.train.tune` wrote: the adapter of every answer, or a wholly tuned model.
        adapters: several, folder by name; each call names the one it is for.
        own_code: whether code that comes with the base may run on this machine.
        grammar: hold answers to the grammars of their schemas.
        options: arguments of vLLM's `LLM` as "name=value", the value as JSON or a bare word.

    Raises:
        ConfigError: vLLM cannot run on this machine, cannot load the model, or has no room or no means for an adapter.
        MissingExtra: vLLM is not installed.
    """
    folders = {name: str(folder) for name, folder in (adapters or {}).items()}
    weights = str(base)
    if adapter is not None and (Path(adapter) / "adapter_config.json").exists():
        folders = {_ONLY: str(adapter)}
    elif adapter is not None:
        weights = str(adapter)
    # With statistics, for the seconds that a request took.
    how: dict[str, Any] = {"enable_prefix_caching": True, "trust_remote_code": own_code, "disable_log_stats": False}
    if folders:
        how |= {"enable_lora": True, "max_lora_rank": _room(folders), "max_cpu_loras": len(folders)}
    return Vllm(_opened(weights, how | {"use_tqdm_on_load": False} | _named(options)), tokenizer, folders, grammar)


def _opened(weights: str, how: Mapping[str, Any]) -> Any:
    """Return vLLM's `LLM`, whose processes end with this one."""
    if find_spec("vllm") is None:
        raise MissingExtra("vllm", "vllm")
    # Read when it is imported. It would write a page to stdout, where --json has its one object.
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")
    os.environ.setdefault("VLLM_LOGGING_STREAM", "ext://sys.stderr")
    try:
        from vllm import LLM
        from vllm.platforms import current_platform

        if not current_platform.device_type:
            raise ConfigError("it finds no GPU, or no driver of one; without, use the engine transformers")
        model: Any = LLM(model=weights, **how)
    except Exception as error:  # of any kind: of drivers, of Hub names, of its own processes
        raise ConfigError(f"vLLM cannot run {weights!r}: {_reason(error)}") from None
    atexit.register(_end, weakref.ref(model))
    return model


def _end(model: weakref.ref[Any]) -> None:
    """End vLLM's processes: Python waits for them at its exit, before vLLM's own finalizers end them."""
    running = model()
    if running is not None:
        running.llm_engine.engine_core.shutdown(timeout=_GRACE)


def _reason(error: Exception) -> str:
    """Return in one line why vLLM does not start."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][:1])
        return f"{where}: {first['msg']}" if where else first["msg"].splitlines()[0]
    text = next(iter(str(error).strip().splitlines()), type(error).__name__)
    return text.replace("See root cause above.", "Its process says why above.")


def _named(options: Sequence[str]) -> dict[str, Any]:
    """Return arguments by name. Raises ConfigError for one that is not of the form name=value."""
    out = {}
    for option in options:
        name, sign, text = option.partition("=")
        if not (sign and name.strip().isidentifier()):
            raise ConfigError(f"predict.vllm: expected name=value, such as max_model_len=4096; found {option!r}")
        try:
            out[name.strip()] = json.loads(text)
        except ValueError:
            out[name.strip()] = text.strip()
    return out


def _room(folders: Mapping[str, str]) -> int:
    """Return the smallest rank that vLLM can make room for and no adapter exceeds."""
    highest = 0
    for folder in folders.values():
        told = json.loads((Path(folder) / "adapter_config.json").read_text(encoding="utf-8"))
        if told.get("use_dora"):
            raise ConfigError(f"vLLM does not run DoRA adapters ({folder}); merge it first: sqlwright export merge")
        highest = max(highest, told["r"])
    if highest > _RANKS[-1]:
        raise ConfigError(f"vLLM runs adapters of rank {_RANKS[-1]} at most, not {highest}; merge it first")
    return next(rank for rank in _RANKS if rank >= highest)


def _seconds(answer: Any) -> float:
    """Return how long a request took; 0 where vLLM does not tell."""
    told = getattr(answer, "metrics", None)
    began, ended = (getattr(told, name, None) for name in ("queued_ts", "last_token_ts"))
    return round(ended - began, 6) if began and ended else 0.0


def _tokens(written: Any) -> int:
    """Return how many tokens an answer has, without the one that ends it."""
    count = len(written.token_ids)
    return count - 1 if written.finish_reason == "stop" else count
