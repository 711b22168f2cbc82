"""What llama.cpp itself does in an export, through llama-cpp-python: the k-quants, and reading a file back."""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlwright.errors import DataError, ResourceError

_FILE_TYPES = {"q5_k_m": "LLAMA_FTYPE_MOSTLY_Q5_K_M", "q4_k_m": "LLAMA_FTYPE_MOSTLY_Q4_K_M"}
_PROBES = (
    "CREATE TABLE customer (customer_id INTEGER PRIMARY KEY, joined DATE);",
    "SELECT T1.name, SUM(T2.price * 1.25) FROM a AS T1 JOIN b AS T2 ON T1.id = T2.id WHERE x <> 'Oslo' LIMIT 10;",
    "How many customers don't live in Lyon?  They've said 12345 times;\n\n\tthat he'll come.",
    "有多少客户住在奥斯陆？请列出名称和城市。",
    "caf\u00e9 \u2013 \u201cquotes\u201d \U0001f600 \u00fc\r\n  indented",
)
_heard: deque[str] = deque(maxlen=8)
"""The last things llama.cpp said."""


def quantise(source: Path, out: Path, quant: str) -> None:
    """Write the f16 GGUF file `source` in a k-quant.

    Raises:
        DataError: llama.cpp refuses the model.
        ResourceError: the disk is full.
    """
    llama = _library()
    settings = llama.llama_model_quantize_default_params()
    settings.ftype = getattr(llama, _FILE_TYPES[quant])
    if llama.llama_model_quantize(str(source).encode(), str(out).encode(), ctypes.byref(settings)):
        if any("iostream" in line for line in _heard):
            raise ResourceError(f"{out.name}: the disk is full, or takes no file so large; nothing was written")
        raise DataError(f"llama.cpp could not quantise the model to {quant}: {_said()}")


def check_tokens(file: Path, tokenizer: Any) -> None:
    """Compare how llama.cpp and transformers cut some texts, in the frame of the chat template where there is one.

    Raises:
        DataError: they differ, or llama.cpp cannot load the file's vocabulary.
    """
    llama = _library()
    settings = llama.llama_model_default_params()
    settings.vocab_only = True
    model = llama.llama_model_load_from_file(str(file).encode(), settings)
    if not model:
        raise DataError(f"llama.cpp cannot load the file that was written: {_said()}")
    try:
        vocabulary = llama.llama_model_get_vocab(model)
        for probe in _PROBES:
            text = _framed(probe, tokenizer)
            framed = text != probe
            expected = list(tokenizer(text, add_special_tokens=not framed)["input_ids"])
            found = _tokenise(llama, vocabulary, text, add_special=not framed)
            if found != expected:
                raise DataError(
                    f"llama.cpp cuts {text[:60]!r} into tokens other than transformers does "
                    f"({_difference(found, expected)}); the model would read other prompts than it was tuned on"
                )
    finally:
        llama.llama_model_free(model)


def _framed(text: str, tokenizer: Any) -> str:
    if not tokenizer.chat_template:
        return text
    framed: str = tokenizer.apply_chat_template(
        [{"role": "user", "content": text}], tokenize=False, add_generation_prompt=True
    )
    return framed


def _tokenise(llama: Any, vocabulary: Any, text: str, *, add_special: bool) -> list[int]:
    raw = text.encode()
    room = len(raw) + 8
    tokens = (llama.llama_token * room)()
    count = llama.llama_tokenize(vocabulary, raw, len(raw), tokens, room, add_special, True)
    return list(tokens[:count])


def _difference(found: Sequence[int], expected: Sequence[int]) -> str:
    at = next(
        (at for at, (a, b) in enumerate(zip(found, expected, strict=False)) if a != b), min(len(found), len(expected))
    )
    return f"from token {at} on: {found[at : at + 4]} for {expected[at : at + 4]}"


def _library() -> Any:
    """Return llama-cpp-python's binding, whose library speaks to us instead of stderr."""
    import llama_cpp

    llama_cpp.llama_log_set(_listener(), ctypes.c_void_p(0))
    _heard.clear()
    return llama_cpp


@cache
def _listener() -> Any:
    """Return what the library calls with all it says; kept, since it calls as long as it is loaded."""
    import llama_cpp

    return llama_cpp.llama_log_callback(lambda level, text, data: _heard.append(text.decode(errors="replace").strip()))


def _said() -> str:
    return next((line for line in reversed(_heard) if len(line) > 8), "it does not say why")
