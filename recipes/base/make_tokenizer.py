"""Train the byte-level BPE tokenizer on the stream, with Llama 3's split pattern so that llama.cpp reads it.

python recipes/base/make_tokenizer.py --data DIR [--samples 200000]
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from mix import Source
from sqlwright.prompt import SPECIAL_TOKENS

LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"
    r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
RESERVED = 24
"""Special tokens kept for later tasks."""


def main() -> None:
    """Parse the command line and write `tokenizer.json` beside this file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    here = Path(__file__).parent
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--samples", type=int, default=200_000)
    parser.add_argument("--config", type=Path, default=here / "config.toml")
    arguments = parser.parse_args()
    settings = tomllib.loads(arguments.config.read_text(encoding="utf-8"))
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(LLAMA3), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    special = [*SPECIAL_TOKENS, *(f"<|reserved_{n}|>" for n in range(RESERVED))]
    trainer = trainers.BpeTrainer(
        vocab_size=settings["model"]["vocab"],
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
        max_token_length=16,
    )

    def texts() -> Iterator[str]:
        source = Source(settings["mix"], arguments.data, seed=1).texts()
        made = 0
        while made < arguments.samples:
            prefix, asked = next(source)
            yield prefix
            for suffix, completion in asked:
                yield suffix
                yield completion
            made += len(asked)

    tokenizer.train_from_iterator(texts(), trainer)
    tokenizer.save(str(here / "tokenizer.json"))
    print(f"{tokenizer.get_vocab_size()} tokens")


if __name__ == "__main__":
    main()
