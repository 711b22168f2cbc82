"""Writes a checkpoint as GGUF in f16 or q8_0, one tensor at a time, with gguf's own writer and quantiser."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlwright.errors import ConfigError, DataError
from sqlwright.export._whole import room_for
from sqlwright.export.checkpoint import Checkpoint
from sqlwright.export.families import Family, describe, family_of, rope_factors
from sqlwright.export.source import read_json, readable
from sqlwright.export.vocabulary import read_vocabulary

Progress = Callable[[int, int], None]
"""Called with how many tensors are written, of how many."""
_BLOCK = 32
"""Weights of a row that q8_0 scales together."""


@dataclass(frozen=True, slots=True)
class _Tensor:
    """A tensor that is to be written."""

    name: str
    shape: tuple[int, ...]
    kind: Any
    """Its `gguf.GGMLQuantizationType`."""
    read: Callable[[], Any]
    """Reads it, as numpy float32."""

    @property
    def size(self) -> int:
        """Bytes of what is written."""
        from gguf import quant_shape_to_byte_shape

        return math.prod(quant_shape_to_byte_shape(self.shape, self.kind))


def write_plain(
    checkpoint: Checkpoint, file: Path, *, name: str, eight_bits: bool, progress: Progress | None = None
) -> Any:
    """Write the checkpoint to `file`, in q8_0 or else f16, and return its tokenizer.

    Args:
        name: the model's, inside the file.

    Norms and biases stay float32. In q8_0, a matrix whose rows do not divide into blocks of 32 stays f16.

    Raises:
        ConfigError: the architecture or the tokenizer is not known here.
        DataError: a weight is out of f16's range.
        ResourceError: there is no room on the disk.
    """
    import gguf
    import numpy as np
    from transformers import AutoTokenizer

    config = checkpoint.config
    family = family_of(config)
    with readable(str(checkpoint.folder)):
        tokenizer = AutoTokenizer.from_pretrained(str(checkpoint.folder))
    vocabulary = read_vocabulary(tokenizer, config["vocab_size"], _ends(checkpoint))
    tensors = list(_tensors(checkpoint, family, eight_bits=eight_bits))
    room_for(file, sum(tensor.size for tensor in tensors))
    writer = gguf.GGUFWriter(file, family.arch)
    try:
        writer.add_type(gguf.GGUFType.MODEL)
        writer.add_name(name)
        writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0 if eight_bits else gguf.LlamaFileType.MOSTLY_F16)
        writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
        describe(writer, config)
        vocabulary.write(writer)
        for tensor in tensors:
            writer.add_tensor_info(tensor.name, tensor.shape, np.dtype(np.float32), tensor.size, tensor.kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        for done, tensor in enumerate(tensors, 1):
            writer.write_tensor_data(_encoded(tensor))
            if progress is not None:
                progress(done, len(tensors))
    finally:
        writer.close()
    return tokenizer


def _tensors(checkpoint: Checkpoint, family: Family, *, eight_bits: bool) -> Iterator[_Tensor]:
    """Yield what is written, in the order of the checkpoint's names."""
    import gguf

    config = checkpoint.config
    arch = next(key for key, name in gguf.MODEL_ARCH_NAMES.items() if name == family.arch)
    names = gguf.get_tensor_name_map(arch, config["num_hidden_layers"])
    matrix = gguf.GGMLQuantizationType.Q8_0 if eight_bits else gguf.GGMLQuantizationType.F16
    tied = bool(config["tie_word_embeddings"])
    if not tied and "lm_head.weight" not in checkpoint.names:
        raise ConfigError(
            f"{checkpoint.folder}: has no lm_head.weight, and config.json does not tie it to the embedding"
        )
    factors = rope_factors(config)
    if factors is not None:
        yield _Tensor("rope_freqs.weight", (len(factors),), gguf.GGMLQuantizationType.F32, partial(_vector, factors))
    for name in checkpoint.names:
        if name.endswith("rotary_emb.inv_freq") or (tied and name == "lm_head.weight"):
            continue
        known = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if known is None:
            raise ConfigError(f"{checkpoint.folder}: {name}: has no place in a GGUF file of this architecture")
        shape = checkpoint.shape(name)
        kind = matrix if len(shape) > 1 else gguf.GGMLQuantizationType.F32
        if kind is gguf.GGMLQuantizationType.Q8_0 and shape[-1] % _BLOCK:
            kind = gguf.GGMLQuantizationType.F16
        yield _Tensor(known, shape, kind, partial(_read, checkpoint, name, _heads(name, family, config)))


def _heads(name: str, family: Family, config: dict[str, Any]) -> int:
    """Return into how many heads a tensor's rows are to be reordered; 0 for one that stays as it is."""
    if not family.interleaved:
        return 0
    if ".q_proj." in name:
        return int(config["num_attention_heads"])
    return int(config.get("num_key_value_heads") or config["num_attention_heads"]) if ".k_proj." in name else 0


def _read(checkpoint: Checkpoint, name: str, heads: int) -> Any:
    """Return a tensor; with `heads`, each head's two halves of rows laid alternately, as llama.cpp rotates them."""
    tensor = checkpoint.read(name)
    if heads:
        halves = tensor.reshape(heads, 2, tensor.shape[0] // heads // 2, *tensor.shape[1:])
        tensor = halves.swapaxes(1, 2).reshape(tensor.shape)
    return tensor.numpy()


def _vector(values: list[float]) -> Any:
    import numpy as np

    return np.array(values, dtype=np.float32)


def _encoded(tensor: _Tensor) -> Any:
    """Return a tensor's numbers in its type. Raises DataError where they do not fit."""
    import numpy as np
    from gguf import GGMLQuantizationType, quants

    with np.errstate(over="ignore"):
        data = quants.quantize(tensor.read(), tensor.kind)
    if tensor.kind is GGMLQuantizationType.F16 and not np.isfinite(data).all():
        raise DataError(f"{tensor.name}: has weights beyond f16's range (65504), so it cannot be written as f16 GGUF")
    return data


def _ends(checkpoint: Checkpoint) -> list[int]:
    """Return the tokens that end an answer, as the checkpoint's generation settings, or else its config, say."""
    file = checkpoint.folder / "generation_config.json"
    said = read_json(file).get("eos_token_id") if file.is_file() else None
    said = checkpoint.config.get("eos_token_id") if said is None else said
    return [said] if isinstance(said, int) else list(said or [])
