"""Turns prompts into token ids, part by part.

Prefix, suffix and completion are tokenised apart and never merged across their boundaries, so that all questions about
one schema share its tokens literally, and the same prompt has the same ids in training and in generation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlwright.errors import DataError
from sqlwright.prompt.encode import PromptEncoder, Tokenizer
from sqlwright.records import Prompt

TooLong = Literal["error", "drop", "trim-schema"]
Trim = Callable[[Prompt, int], Prompt]
"""Given a prompt and the most tokens its prefix may have, returns the prompt with a shorter schema."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A prompt as token ids."""

    id: str
    prefix: tuple[int, ...]
    suffix: tuple[int, ...]
    completion: tuple[int, ...]
    """Ends with the end-of-sequence token."""

    def __len__(self) -> int:
        """Return the tokens of all three parts."""
        return len(self.prefix) + len(self.suffix) + len(self.completion)


@dataclass(frozen=True, slots=True)
class TokenCount:
    """What became of the prompts: ids of those left out, and the tokens of those kept."""

    kept: int
    dropped: tuple[str, ...]
    trimmed: tuple[str, ...]
    tokens: int
    completion_tokens: int
    longest: int


def tokenise(
    prompts: Sequence[Prompt],
    tokenizer: Tokenizer,
    *,
    max_length: int = 2048,
    too_long: TooLong = "error",
    trim: Trim | None = None,
) -> tuple[list[Sample], TokenCount]:
    """Return the samples, in the order of `prompts`, and a count that names every prompt left out or trimmed.

    Args:
        max_length: most tokens of a sample, its three parts together.
        too_long: what to do with a longer one: raise, leave it out, or have `trim` shorten its schema.
        trim: needed for "trim-schema"; called with the prompt and the tokens its prefix may have.

    Raises:
        DataError: a sample is too long under "error" or even after trimming, has no completion to learn, or the
            tokenizer knows none of it; the message names the sample.
    """
    if too_long == "trim-schema" and trim is None:
        raise DataError("too_long = 'trim-schema' needs a function that shortens a schema; none was given here")
    encode = PromptEncoder(tokenizer)
    samples: list[Sample] = []
    dropped: list[str] = []
    trimmed: list[str] = []
    for prompt in prompts:
        sample = _sample(prompt, encode)
        if len(sample) > max_length and too_long == "trim-schema" and trim is not None:
            room = max_length - len(sample) + len(sample.prefix)
            sample = _sample(trim(prompt, max(room, 0)), encode)
            trimmed.append(prompt.id)
        if len(sample) > max_length:
            if too_long != "drop":
                raise DataError(
                    f"sample {prompt.id!r} has {len(sample)} tokens, more than max_length = {max_length}; raise "
                    "max_length, or set too_long to 'drop' or 'trim-schema'"
                )
            dropped.append(prompt.id)
            continue
        samples.append(sample)
    count = TokenCount(
        kept=len(samples),
        dropped=tuple(dropped),
        trimmed=tuple(trimmed),
        tokens=sum(map(len, samples)),
        completion_tokens=sum(len(sample.completion) for sample in samples),
        longest=max(map(len, samples), default=0),
    )
    return samples, count


def _sample(prompt: Prompt, encode: PromptEncoder) -> Sample:
    if not prompt.completion:
        raise DataError(f"sample {prompt.id!r} has no completion to learn; give its example an SQL statement")
    prefix, suffix = encode(prompt)
    tokenizer = encode.tokenizer
    completion = tokenizer.encode(prompt.completion, add_special_tokens=False)
    for part, text, empty in (
        ("prompt", prompt.prefix or prompt.suffix, not (prefix or suffix)),
        ("SQL", prompt.completion, not completion),
    ):
        if text and empty:
            raise DataError(
                f"sample {prompt.id!r}: the tokenizer has no token for its {part} ({text[:40]!r}...); the one in the "
                "base's folder is another model's, or transformers takes it for one: see tokenizer_config.json there"
            )
    if tokenizer.eos_token_id is not None and completion[-1:] != [tokenizer.eos_token_id]:
        completion.append(tokenizer.eos_token_id)
    return Sample(prompt.id, prefix, suffix, tuple(completion))
