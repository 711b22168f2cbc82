"""Holds a model to a schema's grammar while it writes, through llguidance (`predict.grammar`, extra `grammar`).

    grammars = Grammars(tokenizer, model.config.vocab_size, ends={tokenizer.eos_token_id})
    guide = grammars.start(schema)
    guide = guide.accept(token)    # None: the token cannot stand here

What may be written is `sqlgrammar`'s to say. Unlike `constrain` it serves any model that has a fast tokenizer, however
it spaces its SQL, and what it lets through parses; but it does not know which columns are in scope.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from sqlwright.errors import ConfigError, MissingExtra
from sqlwright.infer.constrain import Thought
from sqlwright.infer.sqlgrammar import lark
from sqlwright.schema import Schema

_KEPT = 64
"""Grammars that are kept, compiled."""
_LIMITS: dict[str, Any] = {
    "max_items_in_row": 50_000,
    "step_max_items": 1_000_000,
    "initial_lexer_fuel": 100_000_000,
    "step_lexer_fuel": 10_000_000,
    "max_grammar_size": 10_000_000,
}
"""What a schema of a thousand tables needs; llguidance's own guard against grammars of strangers."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """A place in a statement of a grammar; it never changes, so beams may share it."""

    matcher: Any
    ends_by: Collection[int]
    """Tokens that end an answer."""

    def accept(self, token: int) -> Ruled | None:
        """Return the place after a token; None when it cannot stand here."""
        if token in self.ends_by or self.matcher.validate_tokens([token]) != 1:
            return None
        after = self.matcher.deep_copy()
        after.consume_token(token)
        return Ruled(after, self.ends_by)

    def ends(self) -> bool:
        """Return whether the statement may end here."""
        return bool(self.matcher.is_accepting())

    def masked(self, logits: torch.Tensor) -> torch.Tensor:
        """Return logits, (vocabulary,), with those of what cannot stand here at minus infinity."""
        bits = np.unpackbits(np.frombuffer(self.matcher.compute_bitmask(), dtype=np.uint8), bitorder="little")
        allowed = torch.zeros(len(logits), dtype=torch.bool)
        size = min(len(bits), len(logits))
        allowed[:size] = torch.from_numpy(bits[:size]).bool()
        allowed[list(self.ends_by)] = self.ends()
        return logits.masked_fill(~allowed.to(logits.device), -torch.inf)


class Grammars:
    """The compiled grammars of schemas, for one tokenizer."""

    def __init__(self, tokenizer: Any, vocabulary: int, ends: Collection[int]) -> None:
        """Take the model's tokenizer.

        Args:
            vocabulary: tokens that the model knows, which may be more than its tokenizer has.
            ends: tokens that end an answer.

        Raises:
            ConfigError: the tokenizer is none that llguidance can read.
            MissingExtra: llguidance is not installed.
        """
        try:
            from llguidance.hf import from_tokenizer
        except ImportError:
            raise MissingExtra("llguidance", "grammar") from None
        try:
            self._tokenizer = from_tokenizer(tokenizer, max(vocabulary, len(tokenizer)), sorted(ends))
        except ValueError as error:
            raise ConfigError(f"predict.grammar cannot read this model's tokenizer ({error}); turn it off") from None
        self._ends = frozenset(ends)
        self._known: OrderedDict[str, Any] = OrderedDict()
        self._bytes: tuple[bytes | None, ...] | None = None

    def start(self, schema: Schema) -> Ruled:
        """Return the place before the first token. Raises ConfigError when the schema is too large for a grammar."""
        from llguidance import LLMatcher, LLParserLimits

        text = lark(schema)
        if text in self._known:
            self._known.move_to_end(text)
        else:
            limits = LLParserLimits(**_LIMITS)
            matcher = LLMatcher(self._tokenizer, LLMatcher.grammar_from_lark(text), log_level=0, limits=limits)
            if matcher.is_error():
                why = matcher.get_error().partition("\n")[0]
                raise ConfigError(
                    f"no grammar can be made for schema {schema.db_id!r} ({why}); turn predict.grammar off"
                )
            self._known[text] = matcher
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return Ruled(self._known[text], self._ends)

    def thought(self, after: Ruled) -> Thought:
        """Return the place in an open thought, behind which comes a statement that begins at `after`."""
        if self._bytes is None:
            told = self._tokenizer
            self._bytes = tuple(
                None if told.is_special_token(token) else told.decode_bytes([token]) for token in range(told.vocab_size)
            )
        return Thought(self._bytes, after)
