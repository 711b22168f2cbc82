"""Loads a model with its adapter, or several adapters over one base, for `sqlwright.infer.engine`."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from sqlwright._loading import loading
from sqlwright.errors import ConfigError, MissingExtra
from sqlwright.infer.engine import Engine

Device = Literal["auto", "cpu", "cuda", "mps"]
Precision = Literal["auto", "fp32", "bf16", "fp16"]
Bits = Literal[0, 4, 8]


def load(
    base: Path | str,
    adapter: Path | str | None = None,
    *,
    adapters: Mapping[str, Path | str] | None = None,
    merge: bool = True,
    bits: Bits = 0,
    device: Device = "auto",
    precision: Precision = "auto",
    own_code: bool = False,
    grammar: bool = False,
) -> Engine:
    """Return an engine for a base model, with an adapter (or a wholly tuned model in its place) when one is given.

    Args:
        adapter: what `sqlwright.train.tune` wrote.
        adapters: several by name, that stay apart from the weights; each call of the engine names the one it is for.
        merge: add the adapter to the weights, in float32, for speed.
        bits: load the weights in 4 (NF4) or 8 bits, on a CUDA device; an adapter then stays apart.
        own_code: whether code that comes with the base may run on this machine.
        grammar: hold answers to the grammars of their schemas (see `guided`).

    Raises:
        ConfigError: a folder holds no model, it comes with code that may not run, the adapter does not fit the base, or
            `bits` is asked for without a CUDA device.
        MissingExtra: `bits` is asked for and bitsandbytes is not installed.
    """
    place = _device(device)
    dtype = _dtype(precision, place)
    tuned = Path(adapter) if adapter is not None else None
    is_adapter = tuned is not None and (tuned / "adapter_config.json").exists()
    weights = str(tuned) if tuned is not None and not is_adapter else str(base)
    words = str(tuned) if tuned is not None and (tuned / "tokenizer_config.json").exists() else str(base)
    if place == "cpu":
        torch.set_float32_matmul_precision("highest" if precision == "fp32" else "medium")
    merged = is_adapter and merge and not bits
    how: dict[str, Any] = {"dtype": torch.float32 if merged else dtype}
    if bits:
        how |= {"quantization_config": _quantised(bits, place, dtype), "device_map": {"": place}}
    with loading(weights, own_code=own_code) as options, _quiet():
        tokenizer = AutoTokenizer.from_pretrained(words, **options)
        model = AutoModelForCausalLM.from_pretrained(weights, **how, **options)
        if is_adapter:
            model = _with_adapter(model, str(tuned), merged)
        elif adapters:
            model = _with_adapters(model, adapters)
    ready: Any = model
    ready = ready if bits else ready.to(place, dtype)
    return Engine(ready.eval(), tokenizer, adapters=tuple(adapters or ()), grammar=grammar)


def _with_adapter(model: Any, folder: str, merge: bool) -> Any:
    from peft import PeftModel

    tuned: Any = PeftModel.from_pretrained(model, folder)
    return tuned.merge_and_unload() if merge else tuned


def _with_adapters(model: Any, folders: Mapping[str, Path | str]) -> Any:
    from peft import PeftModel

    tuned: Any = None
    for name, folder in folders.items():
        if tuned is None:
            tuned = PeftModel.from_pretrained(model, str(folder), adapter_name=name)
        else:
            tuned.load_adapter(str(folder), adapter_name=name)
    return tuned


def _quantised(bits: int, device: str, dtype: torch.dtype) -> Any:
    """Return how bitsandbytes is to hold the weights."""
    from importlib.util import find_spec

    if device != "cuda":
        raise ConfigError(f"weights of {bits} bits need a CUDA device; leave predict.bits at 0 on this machine")
    if find_spec("bitsandbytes") is None:
        raise MissingExtra("bitsandbytes", "qlora")
    from transformers import BitsAndBytesConfig

    make: Any = BitsAndBytesConfig
    if bits == 8:
        # It says at every layer of every token that 8 bits are computed from float16.
        logging.getLogger("bitsandbytes.autograd._functions").setLevel(logging.ERROR)
        return make(load_in_8bit=True)
    return make(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
    )


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
