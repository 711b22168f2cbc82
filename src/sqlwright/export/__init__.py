"""Writes a tuned model in the form that others run: merged safetensors, GGUF for llama.cpp and Ollama, a Hub folder.

    source = find_source("runs/lora-r16-0c1d2e/model")
    merge(source, "merged")
    write_gguf("merged", "shop-q4_k_m.gguf", "q4_k_m")
    write_modelfile("shop-q4_k_m.gguf", "Modelfile")

What an export writes appears in one step, when all of it is on the disk; a failed or cancelled one leaves nothing.
Nothing heavy is imported before a function is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlwright._lazy import on_demand

if TYPE_CHECKING:
    from sqlwright.export.card import Card, Score, card_text
    from sqlwright.export.gguf_file import GgufFile, Quant, require_quant, write_gguf
    from sqlwright.export.hub import check_name, fill_folder, upload
    from sqlwright.export.merging import Dtype, Merged, merge
    from sqlwright.export.ollama import write_modelfile
    from sqlwright.export.source import Source, find_source

__all__ = [
    "Card",
    "Dtype",
    "GgufFile",
    "Merged",
    "Quant",
    "Score",
    "Source",
    "card_text",
    "check_name",
    "fill_folder",
    "find_source",
    "merge",
    "require_quant",
    "upload",
    "write_gguf",
    "write_modelfile",
]

_MODULES = {
    "card": ("Card", "Score", "card_text"),
    "gguf_file": ("GgufFile", "Quant", "require_quant", "write_gguf"),
    "hub": ("check_name", "fill_folder", "upload"),
    "merging": ("Dtype", "Merged", "merge"),
    "ollama": ("write_modelfile",),
    "source": ("Source", "find_source"),
}
__getattr__ = on_demand(__name__, _MODULES)
