"""Loads models for every room that does: without progress bars, code of the model's own only where that is allowed.

with loading("some/model", own_code=config.trust_remote_code) as options:
    tokenizer = AutoTokenizer.from_pretrained("some/model", **options)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlwright._bars import without_bars
from sqlwright.errors import ConfigError


@contextmanager
def loading(model: str, *, own_code: bool) -> Iterator[dict[str, Any]]:
    """Yield the options for `from_pretrained`.

    Args:
        model: folder or Hub name, for the error.
        own_code: whether code that comes with the model may run. It is said either way: transformers would ask at the
            terminal, and wait, where it is left open.

    Raises:
        ConfigError: the model cannot be loaded, or only with its own code.
    """
    try:
        with without_bars():
            yield {"trust_remote_code": own_code}
    except (OSError, ValueError, ImportError, RuntimeError) as error:
        if not own_code and "trust_remote_code" in str(error):
            raise ConfigError(
                f"model {model!r} comes with code of its own, which would run on this machine; read it, and allow it "
                "with trust_remote_code = true under [train]"
            ) from None
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise ConfigError(f"model {model!r} cannot be loaded: {reason}") from None
