"""Writes a `sqlwright.toml` with every key, its help as a comment, from the configuration's models."""

from __future__ import annotations

import json
import re
import textwrap
from typing import Any

from pydantic import BaseModel

from sqlwright.config import Config

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def settings_text(config: Config) -> str:
    """Return the text of a settings file that reads back as `config`."""
    parts = ["# The settings of a sqlwright project. A flag on the command line wins over a value here."]
    for name, field in Config.model_fields.items():
        section: BaseModel = getattr(config, name)
        lines = [*_comment(field.description or type(section).__doc__ or ""), f"[{name}]"]
        for key, item in type(section).model_fields.items():
            lines += _comment(item.description or "")
            lines.append(f"{key} = {toml_value(getattr(section, key))}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def toml_value(value: Any) -> str:
    """Return a plain value in TOML's notation."""
    if isinstance(value, dict):
        items = (f"{key if _BARE.fullmatch(key) else _text(key)} = {toml_value(item)}" for key, item in value.items())
        return f"{{ {', '.join(items)} }}" if value else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _text(value) if isinstance(value, str) else repr(value)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(help_: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(" ".join(help_.split()), 118)]
