"""What a stage read, did and wrote: `<name>.manifest.json` beside its outputs.

A stage whose inputs, settings and version are unchanged, and whose outputs are still there, is skipped.

    with stage(folder, "audit", inputs=[pairs], settings=config, outputs=[report]) as step:
        if not step.unchanged:
            ...
            step.counts["kept"] = 6568
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sqlwright._processes import rank
from sqlwright.records import write_text

_PACKAGES = ("sqlwright", "torch", "transformers", "peft", "sqlglot", "SQLAlchemy")


@dataclass(slots=True)
class Step:
    """A stage while it runs."""

    unchanged: bool
    """Whether an earlier run with the same inputs and settings already wrote the outputs."""
    counts: dict[str, Any] = field(default_factory=dict)
    """What the stage counted; the earlier run's counts when it is unchanged."""
    seconds: float = 0.0
    mark: str = ""
    """What inputs, settings and version come to; a part that an earlier run left goes on only under the same."""


@contextmanager
def stage(
    folder: Path,
    name: str,
    *,
    inputs: Sequence[Path],
    outputs: Sequence[Path],
    settings: BaseModel | Mapping[str, Any] | None = None,
    force: bool = False,
) -> Iterator[Step]:
    """Run a stage, or find that it need not run; the manifest is written when the body ends without an error."""
    file = folder / f"{name}.manifest.json"
    plain = settings.model_dump(mode="json") if isinstance(settings, BaseModel) else dict(settings or {})
    key = {
        "inputs": _digests(folder, inputs),
        "settings": plain,
        "version": _version("sqlwright"),
    }
    earlier = read_told(file)
    if not force and earlier.get("key") == key and all(path.exists() for path in outputs):
        yield Step(True, earlier.get("counts", {}), earlier.get("seconds", 0.0))
        return
    file.unlink(missing_ok=True)
    step = Step(False, mark=hashlib.sha256(json.dumps(key, sort_keys=True, default=str).encode()).hexdigest())
    began = time.monotonic()
    yield step
    step.seconds = round(time.monotonic() - began, 2)
    manifest = {
        "stage": name,
        "key": key,
        "outputs": [os.path.relpath(path, folder) for path in outputs],
        "counts": step.counts,
        "seconds": step.seconds,
        "python": platform.python_version(),
        "packages": versions(),
    }
    if rank() == 0:  # of several processes that train together, one writes
        write_text(file, json.dumps(manifest, ensure_ascii=False, indent=2, default=str) + "\n")


def written_from(folder: Path, name: str, inputs: Sequence[Path]) -> bool:
    """Return whether the stage last ran on these inputs as they are now, whatever its settings were."""
    key = read_told(folder / f"{name}.manifest.json").get("key", {})
    return bool(key) and key["inputs"] == _digests(folder, inputs)


def _digests(folder: Path, inputs: Sequence[Path]) -> dict[str, str]:
    return {os.path.relpath(path, folder): digest(path) for path in inputs}


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, or of a folder's files by name; "" when it is not there."""
    if path.is_dir():
        parts = "".join(f"{p.relative_to(path)}:{digest(p)}\n" for p in sorted(path.rglob("*")) if p.is_file())
        return hashlib.sha256(parts.encode()).hexdigest()
    if not path.exists():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_told(file: Path) -> dict[str, Any]:
    """Return what a stage's JSON file tells; nothing where it is missing or is no such file."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def versions() -> dict[str, str]:
    """Return the versions of the packages that results depend on; "" for one that is not installed."""
    return {package: _version(package) for package in _PACKAGES}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
