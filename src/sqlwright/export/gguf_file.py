"""Writes a model as one GGUF file for llama.cpp, whole or quantised; needs no checkout of llama.cpp.

    write_gguf("merged", "shop-q4_k_m.gguf", "q4_k_m")

f16 and q8_0 are written in Python, one tensor at a time. The k-quants are made of f16 by llama.cpp itself, through
llama-cpp-python. Where that is installed, the finished file's tokenizer is asked for some texts, and must cut them as
transformers does.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, get_args

from sqlwright.errors import ConfigError, MissingExtra
from sqlwright.export._whole import whole_file
from sqlwright.export.checkpoint import open_checkpoint
from sqlwright.export.gguf_plain import Progress, write_plain

Quant = Literal["f16", "q8_0", "q5_k_m", "q4_k_m"]
_OWN = {"f16": {"F16"}, "q8_0": {"Q8_0"}, "q5_k_m": {"Q5_K", "Q6_K"}, "q4_k_m": {"Q4_K", "Q6_K"}}
"""The types that a quantisation gives to matrices."""
_MADE_BY_LLAMA = ("q5_k_m", "q4_k_m")


@dataclass(frozen=True, slots=True)
class GgufFile:
    """A GGUF file that was written."""

    path: Path
    quant: Quant
    bytes: int
    types: dict[str, int]
    """How many tensors are of each of GGUF's types."""
    other: int
    """Matrices of another type than the quantisation's: their rows do not divide into its blocks."""
    tokens_checked: bool
    """Whether llama.cpp cut texts as transformers did."""


def write_gguf(
    folder: str | Path, out: str | Path, quant: Quant = "f16", *, force: bool = False, progress: Progress | None = None
) -> GgufFile:
    """Write the model in `folder` as the GGUF file `out`, whole or not at all.

    Args:
        folder: a whole model of the Llama, Mistral, Qwen2 or Qwen3 architecture, as `merge` writes it.
        force: replace a file that is there.

    Raises:
        ConfigError: `out` is there already; the folder holds no such model, or its tokenizer is none of llama.cpp's.
        DataError: a weight is out of f16's range; llama.cpp refuses the file, or cuts texts otherwise.
        MissingExtra: the gguf package is missing, or, for k-quants, llama-cpp-python.
        ResourceError: there is no room on the disk.
    """
    folder, out = Path(folder), Path(out)
    require_quant(quant)
    quantised = quant in _MADE_BY_LLAMA
    has_llama = find_spec("llama_cpp") is not None
    with open_checkpoint(folder) as checkpoint, whole_file(out, force=force) as file:
        plain = file.with_name("f16.gguf") if quantised else file
        tokenizer = write_plain(checkpoint, plain, name=out.stem, eight_bits=quant == "q8_0", progress=progress)
        if quantised:
            from sqlwright.export.llamacpp import quantise

            quantise(plain, file, quant)
        if has_llama:
            from sqlwright.export.llamacpp import check_tokens

            check_tokens(file, tokenizer)
        types = _types(file)
        size = file.stat().st_size
    other = sum(count for kind, count in types.items() if kind not in _OWN[quant] | {"F32"})
    return GgufFile(out, quant, size, types, other, has_llama)


def require_quant(quant: str) -> None:
    """Raise ConfigError for no known quantisation, and MissingExtra when what it needs is not installed."""
    if quant not in get_args(Quant):
        raise ConfigError(f"quant: expected one of {', '.join(get_args(Quant))}, found {quant!r}")
    if find_spec("gguf") is None:
        raise MissingExtra("gguf", "gguf")
    if quant in _MADE_BY_LLAMA and find_spec("llama_cpp") is None:
        raise MissingExtra("llama-cpp-python", "llamacpp")


def _types(file: Path) -> dict[str, int]:
    """Return how many tensors of a GGUF file are of each type."""
    from gguf import GGUFReader

    return dict(Counter(tensor.tensor_type.name for tensor in GGUFReader(file).tensors).most_common())
