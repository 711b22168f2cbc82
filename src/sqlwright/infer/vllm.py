"""Writes SQL with vLLM, on a GPU (`predict.engine = "vllm"`, extra `vllm`).

    writer = open_vllm("path/of/base", tokenizer, "runs/1/model")
    writer = open_vllm("path/of/base", tokenizer, adapters={"mine": "runs/1/model"})
    writer.generate(prompts, adapter="mine")

vLLM batches by itself, and its prefix cache serves the questions of one schema. Adapters stay apart from the weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlwright.errors import ConfigError, MissingExtra
from sqlwright.infer.choose import Candidate, distinct
from sqlwright.infer.extract import extract_sql
from sqlwright.infer.sampling import DIFFERENT, Sampling
from sqlwright.infer.writer import Done, Progress
from sqlwright.prompt import opens_thought
from sqlwright.prompt.encode import PromptEncoder
from sqlwright.records import Prediction, Prompt
from sqlwright.schema import Schema

_ONLY = "tuned"


@dataclass(frozen=True, slots=True)
class Vllm:
    """A model that vLLM runs; made by `open_vllm`."""

    model: Any
    tokenizer: Any
    adapters: Mapping[str, str] = field(default_factory=dict)
    """Folder by name."""

    def generate(
        self,
        prompts: Sequence[Prompt],
        *,
        max_new_tokens: int = 128,
        batch_size: int = 0,
        db_ids: Mapping[str, str] | None = None,
        schemas: Mapping[str, Schema] | None = None,
        sampling: Sampling | None = None,
        adapter: str | None = None,
        progress: Progress | None = None,
        done: Done | None = None,
    ) -> list[Prediction]:
        """Return the model's answers (see `Writer`); `batch_size` and `schemas` have no effect.

        A prediction's `seconds` run from the arrival of its request to its last token, where vLLM tells them.

        Raises:
            ConfigError: there is no such adapter.
        """
        out = []
        for prompt, answer in zip(prompts, self._run(prompts, 1, max_new_tokens, sampling, adapter), strict=True):
            text, thinking = answer.outputs[0].text, opens_thought(prompt.suffix)
            one = Prediction(
                prompt.id,
                (db_ids or {}).get(prompt.id, ""),
                extract_sql(text, thinking=thinking),
                text,
                _seconds(answer),
                len(answer.outputs[0].token_ids),
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
        batch_size: int = 0,
        schemas: Mapping[str, Schema] | None = None,
        sampling: Sampling | None = None,
        adapter: str | None = None,
        progress: Progress | None = None,
    ) -> list[list[Candidate]]:
        """Return the different statements among `count` samples, the most frequent first."""
        found = []
        answers = self._run(prompts, count, max_new_tokens, sampling or DIFFERENT, adapter)
        for prompt, answer in zip(prompts, answers, strict=True):
            thinking = opens_thought(prompt.suffix)
            found.append(distinct([extract_sql(one.text, thinking=thinking) for one in answer.outputs]))
            if progress is not None:
                progress(len(found), len(prompts))
        return found

    def _run(
        self, prompts: Sequence[Prompt], count: int, most: int, sampling: Sampling | None, adapter: str | None
    ) -> list[Any]:
        from vllm import SamplingParams

        adapter = _ONLY if adapter is None and _ONLY in self.adapters else adapter
        if adapter and adapter not in self.adapters:
            raise ConfigError(f"there is no adapter {adapter!r}; there are: {', '.join(self.adapters) or 'none'}")
        encode = PromptEncoder(self.tokenizer)
        how = [
            SamplingParams(
                n=count,
                max_tokens=most,
                temperature=sampling.temperature if sampling else 0.0,
                top_p=sampling.top_p if sampling else 1.0,
                seed=sampling.source(prompt.id).getrandbits(31) if sampling else None,
            )
            for prompt in prompts
        ]
        asked = [{"prompt_token_ids": list(sum(encode(prompt), ()))} for prompt in prompts]
        found: list[Any] = self.model.generate(asked, how, use_tqdm=False, lora_request=self._request(adapter))
        return found

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
    largest_rank: int = 64,
    own_code: bool = False,
) -> Vllm:
    """Return what writes SQL with vLLM.

    Args:
        adapter: what `sqlwright.train.tune` wrote: the adapter of every answer, or a wholly tuned model.
        adapters: several, folder by name; each call names the one it is for.
        largest_rank: highest rank of an adapter.

    Raises:
        MissingExtra: vLLM is not installed.
    """
    try:
        from vllm import LLM
    except ImportError:
        raise MissingExtra("vllm", "vllm") from None
    folders = {name: str(folder) for name, folder in (adapters or {}).items()}
    weights = str(base)
    if adapter is not None and (Path(adapter) / "adapter_config.json").exists():
        folders = {_ONLY: str(adapter)}
    elif adapter is not None:
        weights = str(adapter)
    lora = {"enable_lora": True, "max_lora_rank": largest_rank} if folders else {}
    model = LLM(model=weights, enable_prefix_caching=True, trust_remote_code=own_code, **lora)
    return Vllm(model, tokenizer, folders)


def _seconds(answer: Any) -> float:
    """Return how long a request took; 0 where vLLM does not tell."""
    told = getattr(answer, "metrics", None)
    began, ended = (getattr(told, name, None) for name in ("arrival_time", "finished_time"))
    return round(ended - began, 6) if began and ended else 0.0
