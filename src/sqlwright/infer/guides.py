"""Which guide holds which answer: `constrain`'s knowledge of scope, `guided`'s grammar, or none."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlwright.infer.constrain import Grammar, Guide, Thought, vocabulary
from sqlwright.schema import Schema

if TYPE_CHECKING:
    from sqlwright.infer.guided import Grammars


@dataclass(slots=True)
class Guides:
    """Makes the guides of a model's answers."""

    model: Any
    tokenizer: Any
    ends: Collection[int]
    """Tokens that end an answer."""
    grammar: bool = False
    """Whether answers keep to a grammar."""
    _tokens: tuple[bytes | None, ...] | None = field(default=None, init=False, repr=False)
    _grammars: Grammars | None = field(default=None, init=False, repr=False)

    def starts(self, schemas: Mapping[str, Schema], thinking: Collection[str]) -> dict[str, Guide]:
        """Return by prompt id the guide that keeps its answer to its schema; none where nothing can.

        Args:
            thinking: prompts whose answers begin with a thought, which is free until it is closed.

        Raises:
            ConfigError, MissingExtra: as `Grammars` and its `start`.
        """
        if not schemas:
            return {}
        known = {id(schema): schema for schema in schemas.values()}
        answers, thoughts = self._by_grammar(known) if self.grammar else self._by_scope(known)
        places = {name: id(schema) for name, schema in schemas.items()}
        return {
            name: (thoughts if name in thinking else answers)[key] for name, key in places.items() if key in answers
        }

    def _by_scope(self, known: Mapping[int, Schema]) -> tuple[Mapping[int, Guide], Mapping[int, Guide]]:
        """Return the guides of answers and of thoughts, by schema; none for tokenizers not of bytes."""
        if self._tokens is None:
            self._tokens = vocabulary(self.tokenizer) or ()
        tokens = self._tokens
        if not tokens:
            return {}, {}
        cursors = {key: Grammar(tokens, schema).start() for key, schema in known.items()}
        return cursors, {key: Thought(tokens, cursor) for key, cursor in cursors.items()}

    def _by_grammar(self, known: Mapping[int, Schema]) -> tuple[Mapping[int, Guide], Mapping[int, Guide]]:
        if self._grammars is None:
            from sqlwright.infer.guided import Grammars

            self._grammars = Grammars(self.tokenizer, self.model.config.get_text_config().vocab_size, self.ends)
        starts = {key: self._grammars.start(schema) for key, schema in known.items()}
        return starts, {key: self._grammars.thought(start) for key, start in starts.items()}
