"""A tokenizer in GGUF's terms: the tokens with their kinds, the merges or scores, and how words are cut first.

llama.cpp knows two kinds that concern us: "gpt2", byte-level BPE, whose rule for cutting words it knows by a name; and
"llama", BPE over letters with bytes for the unknown ones, as SentencePiece makes it. What transformers itself uses
(`backend_tokenizer`) is read, not the files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlwright.errors import ConfigError

_CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_WORD = r"[^\r\n\p{L}\p{N}]?\p{L}+"
_REST = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_UPPER, _LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_RULES = {
    (rf"{_CONTRACTIONS}|{_WORD}|\p{{N}}{{1,3}}|{_REST}", True): "llama-bpe",
    (rf"{_CONTRACTIONS}|{_WORD}|\p{{N}}{{1,3}}|{_REST}", False): "dbrx",
    (rf"{_CONTRACTIONS}|{_WORD}|\p{{N}}|{_REST}", False): "qwen2",
    (
        rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+|[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*|\p{{N}}"
        r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        True,
    ): "tekken",
}
"""llama.cpp's name for a pattern, and for whether a word that is a token itself is taken before any merge."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What GGUF stores of a tokenizer."""

    model: str
    """"gpt2" or "llama"."""
    pre: str
    """llama.cpp's name for how words are cut."""
    tokens: list[str]
    kinds: list[int]
    """`gguf.TokenType` of each token."""
    merges: list[str]
    """For "gpt2": pairs, in their order."""
    scores: list[float]
    """For "llama": of each token."""
    special: dict[str, int]
    """Ids by role: bos, eos, eot, eom, unk, pad."""
    begins: bool
    """Whether a text starts with the bos token."""
    ends: bool
    spaced: bool
    """Whether a text gets a space before it."""
    chat_template: Any

    def write(self, writer: Any) -> None:
        """Write it to a `gguf.GGUFWriter`."""
        writer.add_tokenizer_model(self.model)
        writer.add_tokenizer_pre(self.pre)
        writer.add_token_list(self.tokens)
        writer.add_token_types(self.kinds)
        if self.merges:
            writer.add_token_merges(self.merges)
        if self.scores:
            writer.add_token_scores(self.scores)
        for role, number in self.special.items():
            getattr(writer, f"add_{role}_token_id")(number)
        writer.add_add_bos_token(self.begins)
        writer.add_add_eos_token(self.ends)
        writer.add_add_space_prefix(self.spaced)
        if self.chat_template:
            template = self.chat_template
            if isinstance(template, Mapping):
                template = [{"name": name, "template": text} for name, text in template.items()]
            writer.add_chat_template(template)


def read_vocabulary(tokenizer: Any, size: int, ends: Sequence[int]) -> Vocabulary:
    """Return a transformers tokenizer's vocabulary.

    Args:
        size: rows of the model's embedding; rows without a token get a name that no text has.
        ends: the tokens that end an answer, as the model's generation settings say.

    Raises:
        ConfigError: llama.cpp has no such tokenizer.
    """
    if not getattr(tokenizer, "is_fast", False):
        raise ConfigError(
            "the tokenizer has no tokenizer.json, which GGUF's is made of; load and save it with transformers"
        )
    spec = json.loads(tokenizer.backend_tokenizer.to_str())
    if spec["model"]["type"] != "BPE":
        raise ConfigError(f"the tokenizer is {spec['model']['type']}; GGUF is written of BPE tokenizers only")
    letters = bool(spec["model"].get("byte_fallback"))
    pre = "default" if letters else _rule(spec)
    merges = [pair if isinstance(pair, list) else pair.split(" ") for pair in spec["model"]["merges"]]
    tokens, kinds = _tokens(tokenizer, spec, size, letters=letters)
    said = tokenizer("a")["input_ids"]
    return Vocabulary(
        model="llama" if letters else "gpt2",
        pre=pre,
        tokens=tokens,
        kinds=kinds,
        merges=[] if letters else [" ".join(pair) for pair in merges],
        scores=_scores(tokens, merges) if letters else [],
        special=_special(tokenizer, ends),
        begins=tokenizer.bos_token_id is not None and said[0] == tokenizer.bos_token_id,
        ends=tokenizer.eos_token_id is not None and said[-1] == tokenizer.eos_token_id,
        spaced=letters and _spaced(spec, chats=bool(tokenizer.chat_template)),
        chat_template=tokenizer.chat_template,
    )


def _rule(spec: Mapping[str, Any]) -> str:
    """Return llama.cpp's name for how a byte-level tokenizer cuts words.

    It composes no letters first; texts are as good as always in the form (NFC) that tokenizers compose them to.
    """
    normal = (spec["normalizer"] or {}).get("type", "NFC")
    if normal != "NFC":
        raise ConfigError(f"the tokenizer changes texts first ({normal}), which llama.cpp does not")
    cut = spec["pre_tokenizer"] or {}
    steps = cut.get("pretokenizers", [cut])
    kinds = [step.get("type") for step in steps]
    if kinds == ["ByteLevel"] and steps[0].get("use_regex", True) and not steps[0].get("add_prefix_space"):
        return "gpt-2"
    if kinds == ["Split", "ByteLevel"] and not steps[1].get("use_regex", True):
        pattern = steps[0]["pattern"].get("Regex", "")
        found = _RULES.get((pattern, bool(spec["model"].get("ignore_merges"))))
        if found:
            return found
    raise ConfigError(
        "the tokenizer cuts words by a rule that is none of Llama 3's, Qwen's, Mistral's or GPT-2's; merge the model, "
        "and convert the folder with llama.cpp's convert_hf_to_gguf.py"
    )


def _tokens(tokenizer: Any, spec: Mapping[str, Any], size: int, *, letters: bool) -> tuple[list[str], list[int]]:
    from gguf import TokenType

    names = {number: token for token, number in tokenizer.get_vocab().items()}
    if names and max(names) >= size:
        raise ConfigError(
            f"the tokenizer has a token {max(names)}, and the model only {size:,}: they do not belong together"
        )
    added = tokenizer.added_tokens_decoder
    unknown = spec["model"].get("unk_token")
    tokens, kinds = [], []
    for number in range(size):
        token = names.get(number)
        if token is None:
            token, kind = f"[PAD{number}]", TokenType.UNUSED
        elif token == unknown and letters:
            kind = TokenType.UNKNOWN
        elif number in added:
            kind = TokenType.CONTROL if added[number].special else TokenType.USER_DEFINED
        elif letters and token.startswith("<0x") and token.endswith(">") and len(token) == 6:
            kind = TokenType.BYTE
        else:
            kind = TokenType.NORMAL
        tokens.append(token)
        kinds.append(int(kind))
    return tokens, kinds


def _scores(tokens: Sequence[str], merges: Sequence[Sequence[str]]) -> list[float]:
    """Return SentencePiece's scores: the earlier a token is merged, the higher."""
    rank: dict[str, int] = {}
    for place, pair in enumerate(merges):
        rank.setdefault("".join(pair), place)
    return [-float(rank.get(token, len(merges))) for token in tokens]


def _special(tokenizer: Any, ends: Sequence[int]) -> dict[str, int]:
    """Return the tokens with a role; of several that end an answer, the tokenizer's own is eos."""
    roles = {role: getattr(tokenizer, f"{role}_token_id") for role in ("bos", "eos", "unk", "pad")}
    if roles["eos"] is None and ends:
        roles["eos"] = ends[0]
    others = [number for number in ends if number != roles["eos"]]
    return {
        role: int(number)
        for role, number in (roles | dict(zip(("eot", "eom"), others, strict=False))).items()
        if number is not None
    }


def _spaced(spec: Mapping[str, Any], *, chats: bool) -> bool:
    """Return whether a text gets a space before it.

    Where only the very first words get one ("first"), those of a chat never do: its template begins with a token.
    llama.cpp would give one after every token.
    """
    normal = spec["normalizer"] or {}
    if any(step.get("type") == "Prepend" for step in normal.get("normalizers", [normal])):
        return True
    cut = spec["pre_tokenizer"] or {}
    space: dict[str, Any] = next(
        (step for step in cut.get("pretokenizers", [cut]) if step.get("type") == "Metaspace"), {}
    )
    scheme = space.get("prepend_scheme", "never")
    return scheme == "always" or (scheme == "first" and not chats)
