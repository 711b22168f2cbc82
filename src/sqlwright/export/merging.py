"""Adds an adapter to its base's weights and writes the whole model as safetensors, with its tokenizer.

    merge(find_source("runs/lora-r16-0c1d2e/model"), "merged")

Each layer is merged in float32 and rounded once, to the type that is stored. Weights are added to the base as it is
published, never to one that was quantised: an adapter that was tuned on a base in 4 bits (QLoRA) meets slightly other
weights than those it was tuned on, and should be evaluated again.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from sqlwright.errors import ConfigError
from sqlwright.export._whole import room_for, whole_folder
from sqlwright.export.source import Source, readable

Dtype = Literal["auto", "bf16", "fp16", "fp32"]
_NAMES = {"bf16": "bfloat16", "fp16": "float16", "fp32": "float32"}


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged model."""

    folder: Path
    parameters: int
    bytes: int
    """Of the weights."""
    dtype: str
    tied: bool
    """Whether the output head is the embedding."""
    note: str = ""
    """What its user should know."""


def merge(source: Source, out: str | Path, *, dtype: Dtype = "auto", force: bool = False) -> Merged:
    """Write base + adapter to the folder `out`, whole or not at all.

    Args:
        dtype: type of the stored weights; "auto" is the base's own.
        force: replace a folder that is there.

    Raises:
        ConfigError: `out` is there already; the base or the adapter cannot be loaded, or do not fit each other; the
            base is stored quantised.
        ResourceError: there is no room on the disk.
    """
    out = Path(out)
    with whole_folder(out, force=force) as folder:
        return replace(write_merged(source, folder, dtype=dtype), folder=out)


def write_merged(source: Source, folder: Path, *, dtype: Dtype = "auto") -> Merged:
    """Write base + adapter into a folder that is there; otherwise as `merge`."""
    from transformers import AutoTokenizer

    from sqlwright._bars import without_bars

    if dtype not in get_args(Dtype):
        raise ConfigError(f"dtype: expected one of {', '.join(get_args(Dtype))}, found {dtype!r}")
    own_code = {"trust_remote_code": True} if source.trust_remote_code else {}
    with without_bars():
        model, stored = _load(source, dtype, own_code)
        parameters = sum(parameter.numel() for parameter in model.parameters())
        size = parameters * stored.itemsize
        room_for(folder, size)
        if source.adapter is not None:
            model = _merged(model, source, stored)
        with readable(source.words):
            tokenizer = AutoTokenizer.from_pretrained(source.words, **own_code)
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    name = str(stored).removeprefix("torch.")
    note = (
        "tuned on a base in 4 bits, merged into the whole one: evaluate it again" if source.quantised_training else ""
    )
    return Merged(folder, parameters, size, name, bool(model.config.tie_word_embeddings), note)


def _load(source: Source, dtype: Dtype, own_code: dict[str, Any]) -> tuple[Any, Any]:
    """Return the base and the type in which it is stored."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    with readable(source.base):
        config = AutoConfig.from_pretrained(source.base, **own_code)
        if getattr(config, "quantization_config", None) is not None:
            raise ConfigError(
                f"base model {source.base!r} is stored quantised; name the whole one that it was made of with --base"
            )
        stored = getattr(torch, _NAMES[dtype]) if dtype != "auto" else config.dtype or torch.float32
        model = AutoModelForCausalLM.from_pretrained(source.base, dtype=stored, **own_code)
    return model, stored


def _merged(model: Any, source: Source, stored: Any) -> Any:
    """Return the model with the adapter in its weights.

    Where embedding and head are one tensor, an adapter of one of them belongs to that one alone: they are set apart
    first, and put together again when they are still the same.
    """
    import torch
    from peft import PeftModel
    from peft.tuners.tuners_utils import BaseTunerLayer

    head = model.get_output_embeddings()
    tied = bool(model.config.tie_word_embeddings) and head is not None
    if tied:
        head.weight = torch.nn.Parameter(head.weight.detach().clone(), requires_grad=False)
    with readable(str(source.adapter)), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PEFT tells of merging tied weights and of renamed attributes
        tuned: Any = PeftModel.from_pretrained(model, str(source.adapter))
        for module in tuned.modules():
            if isinstance(module, BaseTunerLayer):
                module.float()  # type: ignore[attr-defined]
                module.merge(safe_merge=True)
                module.to(stored)  # type: ignore[attr-defined]
        plain = tuned.merge_and_unload()
    if tied:
        head, embedding = plain.get_output_embeddings(), plain.get_input_embeddings()
        same = torch.equal(head.weight, embedding.weight)
        if same:
            head.weight = embedding.weight
        plain.config.tie_word_embeddings = same
    return plain.to(stored)
