"""A prompt's token ids, the same in training and in generation: prefix and suffix are tokenised apart.

`PromptEncoder` keeps the ids of the prefixes that it has seen, since many prompts share one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from sqlwright.records import Prompt

Ids = tuple[int, ...]


class Tokenizer(Protocol):
    """What is used of a Hugging Face tokenizer."""

    bos_token_id: int | None
    eos_token_id: int | None

    def encode(self, text: str, *, add_special_tokens: bool = ...) -> list[int]:
        """Return the token ids of a text."""
        ...


@dataclass(slots=True)
class PromptEncoder:
    """Turns prompts into the ids of their prefix and suffix."""

    tokenizer: Tokenizer
    _prefixes: dict[str, Ids] = field(default_factory=dict)

    def __call__(self, prompt: Prompt) -> tuple[Ids, Ids]:
        """Return the ids of the prefix and of the suffix, never merged across their boundary."""
        if prompt.prefix not in self._prefixes:
            self._prefixes[prompt.prefix] = self._prefix(prompt.prefix)
        return self._prefixes[prompt.prefix], tuple(self.tokenizer.encode(prompt.suffix, add_special_tokens=False))

    def _prefix(self, text: str) -> Ids:
        """Return a prefix's ids, led by the beginning-of-sequence token where the tokenizer itself would put one."""
        ids = self.tokenizer.encode(text, add_special_tokens=False)
        bos = self.tokenizer.bos_token_id
        if bos is not None and ids[:1] != [bos] and self.tokenizer.encode("", add_special_tokens=True)[:1] == [bos]:
            ids.insert(0, bos)
        return tuple(ids)
