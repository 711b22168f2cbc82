"""Reads a checkpoint of safetensors one tensor at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlwright.errors import ConfigError
from sqlwright.export.source import CONFIG, read_json, readable

_ONE, _INDEX = "model.safetensors", "model.safetensors.index.json"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """An open checkpoint."""

    folder: Path
    config: dict[str, Any]
    """As transformers reads it, with the defaults that its file leaves out."""
    _files: dict[str, Any]
    """Open file by name of tensor."""

    @property
    def names(self) -> list[str]:
        """The tensors' names."""
        return sorted(self._files)

    def shape(self, name: str) -> tuple[int, ...]:
        """Return a tensor's shape without reading it."""
        return tuple(self._files[name].get_slice(name).get_shape())

    def read(self, name: str) -> Any:
        """Return a tensor in float32."""
        return self._files[name].get_tensor(name).float()


@contextmanager
def open_checkpoint(folder: Path) -> Iterator[Checkpoint]:
    """Open the checkpoint in a folder.

    Raises:
        ConfigError: there is none, it is damaged, or it is quantised already.
    """
    from safetensors import SafetensorError, safe_open
    from transformers import AutoConfig

    if "quantization_config" in read_json(folder / CONFIG):
        raise ConfigError(f"{folder}: is stored quantised; GGUF is made of whole weights")
    with readable(str(folder)):
        config = AutoConfig.from_pretrained(str(folder)).to_dict()
    if (folder / _INDEX).is_file():
        parts: dict[str, str] = read_json(folder / _INDEX).get("weight_map", {})
    elif (folder / _ONE).is_file():
        parts = {}
    else:
        raise ConfigError(f"{folder}: holds no {_ONE}; make it with: sqlwright export merge")
    with ExitStack() as stack:
        try:
            opened = {
                part: stack.enter_context(safe_open(folder / part, "pt"))
                for part in sorted(set(parts.values()) or {_ONE})
            }
            files = {name: opened[part] for name, part in parts.items()}
            files = files or {name: file for file in opened.values() for name in file.keys()}  # noqa: SIM118
        except (OSError, SafetensorError) as error:
            raise ConfigError(f"{folder}: the weights cannot be read ({error})") from None
        yield Checkpoint(folder, config, files)
