"""What is exported: a base model, with the adapter that was tuned on it or without one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlwright.base as embedded
from sqlwright.errors import ConfigError

ADAPTER = "adapter_config.json"
CONFIG = "config.json"


@dataclass(frozen=True, slots=True)
class Source:
    """A model to export."""

    base: str
    """Folder or Hub name of a causal language model; of the tuned model itself where every weight was tuned."""
    adapter: Path | None
    """Folder of a PEFT adapter for it."""
    name: str
    """What files made from it are called."""
    quantised_training: bool = False
    """Whether the adapter was tuned on a base held in 4 bits (QLoRA)."""
    trust_remote_code: bool = False
    """Whether code that comes with the base may run."""

    @property
    def words(self) -> str:
        """Folder or Hub name of the tokenizer."""
        if self.adapter is not None and (self.adapter / "tokenizer_config.json").exists():
            return str(self.adapter)
        return self.base


def find_source(folder: str | Path, *, base: str = "", name: str = "", trust_remote_code: bool = False) -> Source:
    """Return what lies in a folder: an adapter, or a whole model.

    Args:
        base: folder or Hub name of the adapter's base ("embedded": sqlwright's own), in place of the one it names.

    Raises:
        ConfigError: the folder is missing, or holds neither.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder; give one with an adapter or a model, or the name of a run")
    name = name or folder.resolve().name
    if (folder / ADAPTER).is_file():
        named = base or str(read_json(folder / ADAPTER).get("base_model_name_or_path") or "")
        if not named:
            raise ConfigError(f"{folder / ADAPTER}: names no base model; give one with --base")
        return Source(embedded.resolve(named), folder, name, trust_remote_code=trust_remote_code)
    if (folder / CONFIG).is_file():
        if base:
            raise ConfigError(f"{folder}: is a whole model, which has no base; leave --base out")
        return Source(str(folder), None, name, trust_remote_code=trust_remote_code)
    raise ConfigError(f"{folder}: holds neither a model ({CONFIG}) nor an adapter ({ADAPTER})")


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON object. Raises ConfigError when the file is not one."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise ConfigError(f"{path}: not JSON ({error})") from None
    if not isinstance(value, dict):
        raise ConfigError(f"{path}: expected a JSON object, found {type(value).__name__}")
    return value


@contextmanager
def readable(what: str) -> Iterator[None]:
    """Say in one line, as a ConfigError, why transformers cannot load a model."""
    try:
        yield
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        reason = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise ConfigError(f"model {what!r} cannot be loaded: {reason}") from None
