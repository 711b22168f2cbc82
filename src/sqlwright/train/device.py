"""Chooses device and arithmetic, and sets what makes a CPU quick at training."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from dataclasses import dataclass
from typing import Literal

import torch

from sqlwright.errors import ConfigError

Precision = Literal["auto", "fp32", "bf16", "fp16"]
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Where and in what numbers a model is trained."""

    device: Literal["cuda", "mps", "cpu"]
    dtype: torch.dtype
    """Type of the matrix products; weights that learn stay in float32."""


def choose(precision: Precision = "auto") -> Arithmetic:
    """Return the best device here and the arithmetic for it.

    Raises:
        ConfigError: fp16 was asked for on a CPU, where nothing is quick at it.
    """
    device: Literal["cuda", "mps", "cpu"] = "cpu"
    if torch.cuda.is_available():
        device = "cuda"
    elif torch.backends.mps.is_available():
        device = "mps"
    if precision == "auto":
        precision = "bf16" if _quick_bf16(device) else "fp32"
    if precision == "fp16" and device == "cpu":
        raise ConfigError("precision = 'fp16' is of no use on a CPU; set 'auto', 'bf16' or 'fp32'")
    return Arithmetic(device, {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[precision])


def _quick_bf16(device: str) -> bool:
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device == "cpu" and bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def prepare_cpu() -> None:
    """Let float32 products use the fast units, and keep freed memory in the process.

    glibc gives every large tensor back to the system and faults its pages in again at the next step; with higher
    thresholds a training step took two thirds of the time (two cores, 24M parameters).
    """
    torch.set_float32_matmul_precision("medium")
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            libc = ctypes.CDLL("libc.so.6")
            libc.mallopt(_M_MMAP_THRESHOLD, 1 << 30)
            libc.mallopt(_M_TRIM_THRESHOLD, (1 << 31) - 1)
