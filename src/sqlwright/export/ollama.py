"""An Ollama Modelfile for a GGUF file.

    write_modelfile("shop-q4_k_m.gguf", "Modelfile")
    $ ollama create shop -f Modelfile

What the chat template stored in the GGUF file writes around a question becomes Ollama's TEMPLATE; a file without one
gets the prompt as it is, which is how sqlwright's own templates are used.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlwright.errors import ConfigError, MissingExtra
from sqlwright.export._whole import whole_file

_MARK = "\u2063sqlwright\u2063"


def write_modelfile(model: str | Path, out: str | Path = "", *, force: bool = False) -> Path:
    """Write a Modelfile for the GGUF file `model`, and return its path.

    Args:
        out: by default `Modelfile` beside the model, which it names by a relative path.
        force: replace a file that is there.

    Raises:
        ConfigError: `model` is no GGUF file, or `out` is there already.
        MissingExtra: the gguf package is missing.
    """
    model = Path(model)
    out = Path(out) if out else model.with_name("Modelfile")
    facts = _facts(model)
    where = Path(os.path.relpath(model, out.parent)).as_posix()
    lines = [
        f"FROM {where if where.startswith('.') else f'./{where}'}",
        f'TEMPLATE """{_template(facts)}"""',
        "PARAMETER temperature 0",
        f"PARAMETER num_ctx {facts['context']}",
        *(f'PARAMETER stop "{stop}"' for stop in facts["stops"]),
    ]
    with whole_file(out, force=force) as file:
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        file.chmod(0o644)
    return out


def _facts(model: Path) -> dict[str, Any]:
    """Return what a Modelfile says of a GGUF file."""
    try:
        from gguf import GGUFReader
    except ImportError:
        raise MissingExtra("gguf", "gguf") from None
    if not model.is_file():
        raise ConfigError(f"{model}: no such file; make one with: sqlwright export gguf")
    try:
        reader = GGUFReader(model)
    except (ValueError, IndexError) as error:
        raise ConfigError(f"{model}: no GGUF file ({error})") from None

    def said(name: str) -> Any:
        field = reader.get_field(name)
        return None if field is None else field.contents()

    tokens = reader.get_field("tokenizer.ggml.tokens")
    roles = {role: said(f"tokenizer.ggml.{role}_token_id") for role in ("bos", "eos", "eot", "eom")}
    texts = {role: tokens.contents(number) for role, number in roles.items() if tokens and number is not None}
    return {
        "context": said(f"{said('general.architecture')}.context_length"),
        "chat": said("tokenizer.chat_template"),
        "begins": bool(said("tokenizer.ggml.add_bos_token")),
        "bos": texts.get("bos", ""),
        "eos": texts.get("eos", ""),
        "stops": [texts[role] for role in ("eos", "eot", "eom") if role in texts],
    }


def _template(facts: dict[str, Any]) -> str:
    """Return Ollama's template: the chat template's frame around the prompt, less the token that Ollama adds itself."""
    if not facts["chat"]:
        return "{{ .Prompt }}"
    from transformers.utils.chat_template_utils import render_jinja_template

    rendered: Any = render_jinja_template(
        conversations=[[{"role": "user", "content": _MARK}]],
        chat_template=facts["chat"],
        add_generation_prompt=True,
        enable_thinking=False,
        bos_token=facts["bos"],
        eos_token=facts["eos"],
    )
    before, _, after = rendered[0][0].partition(_MARK)
    if facts["begins"] and facts["bos"]:
        before = before.removeprefix(facts["bos"])
    return f"{before}{{{{ .Prompt }}}}{after}"
