"""Keeps a model that writes spaced SQL to the names of a schema, token by token.

    grammar = Grammar(vocabulary(tokenizer), schema)
    cursor = grammar.start()
    cursor = cursor.accept(token)    # None: the token would lead to a word that cannot stand there

Decoding asks about the likeliest token first, and about others only when that is refused, so that it costs a set
look-up a token; no mask over the vocabulary is ever made. Which names are in scope is `scope`'s to know: no
context-free grammar can tell, since a select list stands before the tables it reads.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from sqlwright.infer.frames import Catalogue
from sqlwright.infer.offer import Offer
from sqlwright.infer.scope import Reading
from sqlwright.schema import Schema

if TYPE_CHECKING:
    import torch

_SPACE = 0x20
_QUOTES = b"'\"`"
_CLOSE = b"</think>"


def vocabulary(tokenizer: Any) -> tuple[bytes | None, ...] | None:
    """Return the bytes of each token of a byte-level tokenizer (None for special ones); None for another tokenizer."""
    letters = _letters()
    special = set(tokenizer.all_special_ids) | set(tokenizer.added_tokens_decoder)
    out: list[bytes | None] = []
    for number, token in enumerate(tokenizer.convert_ids_to_tokens(range(len(tokenizer)))):
        if number in special or token is None:
            out.append(None)
        elif all(letter in letters for letter in token):
            out.append(bytes(letters[letter] for letter in token))
        else:
            return None
    return tuple(out)


@lru_cache(maxsize=1)
def _letters() -> dict[str, int]:
    """Return the byte of each letter in which byte-level tokenizers write (those of GPT-2)."""
    shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    rest = [byte for byte in range(256) if byte not in shown]
    return {chr(byte): byte for byte in shown} | {chr(256 + at): byte for at, byte in enumerate(rest)}


class Guide(Protocol):
    """What keeps an answer to its schema: a place in it, which never changes."""

    def accept(self, token: int) -> Guide | None:
        """Return the place after a token; None when it cannot stand here."""
        ...

    def ends(self) -> bool:
        """Return whether the answer may end here."""
        ...

    def masked(self, logits: torch.Tensor) -> torch.Tensor | None:
        """Return logits, (vocabulary,), less what cannot stand here; None where tokens must be asked one by one."""
        ...


class Grammar:
    """What may be written for one schema."""

    def __init__(self, tokens: tuple[bytes | None, ...], schema: Schema) -> None:
        """Take the tokens' bytes, as `vocabulary` returns them, and the schema's names."""
        self.tokens = tokens
        self._catalogue = Catalogue(schema)

    def start(self) -> Cursor:
        """Return the place before the first token."""
        return Cursor(self.tokens, Reading(self._catalogue), None)


class Cursor:
    """A place in a statement; it never changes, so beams may share it."""

    __slots__ = ("_known", "_offer", "_partial", "_reading", "_tokens")

    def __init__(self, tokens: tuple[bytes | None, ...], reading: Reading, partial: bytes | None) -> None:
        """Stand after the words of `reading` and the `partial` word; None is before the space that begins a word."""
        self._tokens = tokens
        self._reading = reading
        self._partial = partial
        self._offer = reading.offer()
        self._known: dict[int, Cursor | None] = {}

    def accept(self, token: int) -> Cursor | None:
        """Return the place after a token; None when it cannot stand here."""
        if token not in self._known:
            text = self._tokens[token] if token < len(self._tokens) else None
            self._known[token] = self._after(text) if text else None
        return self._known[token]

    def ends(self) -> bool:
        """Return whether the statement may end here."""
        after = self._finished(self._partial)
        return after is not None and after.ends()

    def masked(self, logits: torch.Tensor) -> None:
        """Return None: a mask would cost more than to ask about the likeliest tokens."""

    def _after(self, text: bytes) -> Cursor | None:
        reading, partial = self._reading, self._partial
        for byte in text:
            if partial is None:
                if byte != _SPACE:
                    return None
                partial = b""
            elif byte == _SPACE and not _is_open(partial):
                after = reading.advance(_text(partial)) if partial else None
                if after is None:
                    return None
                reading, partial = after, b""
            else:
                partial += bytes((byte,))
        place = Cursor(self._tokens, reading, partial)
        return place if _may_begin(partial or b"", place._offer) else None

    def _finished(self, partial: bytes | None) -> Reading | None:
        return self._reading.advance(_text(partial)) if partial and not _is_open(partial) else None


class Thought:
    """Free text before a statement, up to the mark that closes it; it never changes, so beams may share it."""

    __slots__ = ("_after", "_closed", "_tail", "_tokens")

    def __init__(self, tokens: tuple[bytes | None, ...], after: Guide, text: bytes = b"") -> None:
        """Stand after `text`, the end of the thought so far; `after` is where the statement begins."""
        self._tokens = tokens
        self._after = after
        self._closed = _CLOSE in text
        self._tail = text[1 - len(_CLOSE) :]

    def accept(self, token: int) -> Guide | None:
        """Return the place after a token: any text, and behind the closing mark one special token or the statement."""
        text = self._tokens[token] if token < len(self._tokens) else None
        if self._closed:
            return self._after.accept(token) if text else self._after
        return Thought(self._tokens, self._after, self._tail + text) if text else None

    def ends(self) -> bool:
        """Return whether the answer may end here, which it may not without a statement."""
        return False

    def masked(self, logits: torch.Tensor) -> torch.Tensor | None:
        """Return what the statement's own guide does; None inside the thought."""
        return self._after.masked(logits) if self._closed else None


def _is_open(partial: bytes) -> bool:
    """Return whether a word is a quoted one that has not come to its end."""
    return partial[:1] in (b"'", b'"', b"`") and partial.count(partial[:1]) % 2 == 1


def _may_begin(partial: bytes, offer: Offer) -> bool:
    """Return whether some word that is offered begins with `partial`."""
    if not partial:
        return True
    first = partial[:1]
    if offer.literals:
        if first == b"'":
            return _is_open(partial) or partial.endswith(b"'")
        if first.isdigit():
            whole, _, rest = partial.partition(b".")
            return whole.isdigit() and (not rest or rest.isdigit())
    words = _encoded(offer.words)
    at = bisect_left(words, partial)
    if at < len(words) and words[at].startswith(partial):
        return True
    return offer.new_name and partial.isascii() and _text(partial).isidentifier()


@lru_cache(maxsize=4096)
def _encoded(words: tuple[str, ...]) -> list[bytes]:
    return sorted(word.encode() for word in words)


def _text(word: bytes) -> str:
    """Return a word; "", which stands nowhere, for a name of broken characters. Strings may hold anything."""
    try:
        return word.decode("utf-8")
    except UnicodeDecodeError:
        return "''" if word[:1] == b"'" else ""
