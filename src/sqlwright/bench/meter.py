"""Measures a stage: wall time, the device's peak memory, and energy where the device tells.

with Meter() as meter:
    project.predict(...)
meter.used.seconds, meter.used.memory_gib, meter.used.energy_wh

Energy is NVML's own counter of the GPUs in sight, read before and after (`pip install 'sqlwright[energy]'`); it is None
without NVML, on GPUs before Volta, and wherever the caller says that others work on the device.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from sqlwright import _processes

_GIB = 2**30
_JOULES_A_WATT_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Used:
    """What a stage took."""

    seconds: float
    memory_gib: float
    """Most memory at once: of the GPU, or of the process since it began."""
    energy_wh: float | None


class Meter:
    """Measures what happens in a `with`."""

    def __init__(self, *, energy: bool = True) -> None:
        """Take whether the device works for this process alone, so that its energy is this stage's."""
        self.used = Used(0.0, 0.0, None)
        self._energy = energy
        self._began = 0.0
        self._joules: float | None = None

    def __enter__(self) -> Meter:
        """Begin."""
        torch = _cuda()
        if torch:
            torch.cuda.reset_peak_memory_stats()
        self._joules = joules() if self._energy else None
        self._began = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Sum up."""
        torch = _cuda()
        if torch:
            torch.cuda.synchronize()
        seconds = time.perf_counter() - self._began
        after = joules() if self._joules is not None else None
        energy = None if self._joules is None or after is None else (after - self._joules) / _JOULES_A_WATT_HOUR
        self.used = Used(round(seconds, 2), round(peak_gib(), 3), None if energy is None else round(energy, 4))


def peak_gib() -> float:
    """Return the most memory in use so far: of the GPU where there is one, else of the process."""
    torch = _cuda()
    if torch:
        return float(torch.cuda.max_memory_allocated()) / _GIB
    return _processes.peak_gib()


def joules() -> float | None:
    """Return what the GPUs in sight have used since their driver was loaded; None where nothing tells."""
    torch = _cuda()
    if not torch:
        return None
    try:
        import pynvml
    except ImportError:
        return None
    try:
        pynvml.nvmlInit()
        total = 0.0
        for number in range(torch.cuda.device_count()):
            name = str(torch.cuda.get_device_properties(number).uuid).removeprefix("GPU-")
            device = pynvml.nvmlDeviceGetHandleByUUID(f"GPU-{name}")
            total += pynvml.nvmlDeviceGetTotalEnergyConsumption(device) / 1000
    except pynvml.NVMLError:
        return None
    return total


def _cuda() -> Any:
    """Return torch where it is loaded and has a GPU; None elsewhere."""
    torch = sys.modules.get("torch")
    return torch if torch is not None and torch.cuda.is_available() else None
