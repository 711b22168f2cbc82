"""What the benchmarks of training run on: its speed and versions, room for a model, processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any


def scratch(gib: int) -> Path:
    """Return a folder with room for so much: in memory where there is twice that, else on the disk."""
    shared = Path("/dev/shm")
    if shared.is_dir() and shutil.disk_usage(shared).free > 2 * gib * 2**30:
        return shared
    return Path(tempfile.gettempdir())


def started(arguments: list[str], log: Any, limit: float) -> int:
    """Run a Python script in a process of its own; returns its exit status, -9 where its time was up."""
    command = [sys.executable, *arguments]
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        return process.wait(limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        log.write(f"\nstopped after {limit:.0f} s\n")
        return process.wait()


def machine(out: Path, device: str) -> float:
    """Write what this ran on; returns the operations a second of a large bf16 product."""
    import torch

    from sqlwright.train.estimate import matmul_rate

    rate = matmul_rate(device, torch.bfloat16)
    found: dict[str, Any] = {
        "device": torch.cuda.get_device_name() if device == "cuda" else "cpu",
        "matmul_tflops": round(rate / 1e12, 1),
        "versions": {},
    }
    for name in ("torch", "triton", "transformers", "peft", "bitsandbytes", "unsloth", "trl", "liger_kernel"):
        try:
            found["versions"][name] = version(name)
        except PackageNotFoundError:
            continue
    (out / "machine.json").write_text(json.dumps(found))
    print(found, flush=True)
    if device == "cuda":
        torch.cuda.empty_cache()
    return rate
