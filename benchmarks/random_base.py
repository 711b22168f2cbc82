"""A base model with random weights in a folder, and prompts of given token lengths for it: what speed is measured on.

    python benchmarks/random_base.py --folder base --shape llama-8b --device cuda

    base = write_base(folder, "llama-8b", device="cuda")     # loads as any model does
    prompts = make_prompts("spider", vocabulary_of("llama-8b"))
    tune(prompts, [], base, out, TrainConfig(max_length=8192))

Only lengths matter for speed, so a text is words "w17 w4 ..." and the tokenizer has one token for each: a text of k
words has k tokens. `spider` has the token lengths of Spider's training questions (`benchmarks/data/spider_lengths.json`
says how they were counted), `spider-dev` those of dev; `bird` has 24 schemas of 2,000 to 6,000 tokens with 130
questions each.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from sqlwright.records import Prompt
from sqlwright.train import Sample

Workload = Literal["spider", "spider-dev", "bird"]
LENGTHS = Path(__file__).resolve().parent / "data" / "spider_lengths.json"
DEV_LENGTHS = LENGTHS.with_name("spider_dev_lengths.json")
_SPECIAL = ("<eos>", "<pad>", "<bos>")
"""The last ids of the vocabulary; every other id i is the word "w<i>"."""

SHAPES: dict[str, dict[str, Any]] = {
    "llama-8b": {
        "model_type": "llama",
        "vocab_size": 128256,
        "hidden_size": 4096,
        "intermediate_size": 14336,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "max_position_embeddings": 131072,
        "rope_parameters": {"rope_type": "default", "rope_theta": 500000.0},
        "tie_word_embeddings": False,
    },
    "llama-1b": {
        "model_type": "llama",
        "vocab_size": 128256,
        "hidden_size": 2048,
        "intermediate_size": 8192,
        "num_hidden_layers": 16,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "max_position_embeddings": 131072,
        "rope_parameters": {"rope_type": "default", "rope_theta": 500000.0},
        "tie_word_embeddings": True,
    },
    "tiny": {
        "model_type": "llama",
        "vocab_size": 512,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 8192,
        "tie_word_embeddings": False,
    },
}
"""Llama-3.1-8B's shape, Llama-3.2-1B's, and one for a quick trial on a CPU; all Llamas, since transformers gives some
other models a tokenizer of its own whatever lies in the folder."""


def vocabulary_of(shape: str) -> int:
    """Return the tokens of a shape's vocabulary."""
    return int(SHAPES[shape]["vocab_size"])


def write_base(folder: Path | str, shape: str, *, seed: int = 0, device: str = "cpu") -> Path:
    """Write a model of a shape with random bf16 weights (normal, deviation 0.02; norms are 1) and its tokenizer.

    A folder that is already whole is left as it is.

    Args:
        shape: a name in `SHAPES`.
        device: where the weights are drawn; a GPU takes seconds for 8B of them, a CPU minutes.
    """
    folder = Path(folder)
    if (folder / "tokenizer_config.json").exists():  # the last to be written
        return folder
    model, tokenizer = make_base(shape, seed=seed, device=device)
    model.save_pretrained(folder, max_shard_size="2GB")
    tokenizer.save_pretrained(folder)
    return folder


def make_base(shape: str, *, seed: int = 0, device: str = "cpu") -> tuple[Any, Any]:
    """Return the model and the tokenizer that `write_base` writes, without writing them."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    options = dict(SHAPES[shape])
    vocabulary = options["vocab_size"]
    eos, pad, bos = range(vocabulary - len(_SPECIAL), vocabulary)
    config = AutoConfig.for_model(**options, bos_token_id=bos, eos_token_id=eos, pad_token_id=pad)
    torch.manual_seed(seed)
    auto: Any = AutoModelForCausalLM
    with torch.device(device):
        model = auto.from_config(config, dtype=torch.bfloat16)
    return model, _tokenizer(vocabulary)


def _tokenizer(vocabulary: int) -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = [f"w{number}" for number in range(vocabulary - len(_SPECIAL))]
    ids = {word: number for number, word in enumerate([*words, *_SPECIAL])}
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token="w0"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    make: Any = PreTrainedTokenizerFast
    special = dict(zip(("eos_token", "pad_token", "bos_token"), _SPECIAL, strict=True))
    return make(tokenizer_object=tokenizer, unk_token="w0", **special)


def make_prompts(workload: Workload, vocabulary: int, *, scale: float = 1.0, seed: int = 0) -> list[Prompt]:
    """Return prompts with random words and exactly the workload's token lengths.

    Args:
        vocabulary: tokens of the model's vocabulary (`vocabulary_of`).
        scale: shortens every part, for a trial.
    """
    words = [f" w{number}" for number in range(vocabulary - len(_SPECIAL))]
    return prompts_of(workload, words, scale=scale, seed=seed)


def prompts_of(workload: Workload, words: Sequence[str], *, scale: float = 1.0, seed: int = 0) -> list[Prompt]:
    """Return prompts made of these words, each of which is one token wherever it stands.

    A completion's length counts the end-of-sequence token that tokenisation puts behind it.
    """
    rng = random.Random(seed)

    def text(tokens: int) -> str:
        return "".join(rng.choices(words, k=tokens))

    def scaled(tokens: int, least: int) -> int:
        return max(least, int(tokens * scale))

    prompts = []
    for schema, (before, questions) in enumerate(_lengths(workload, rng)):
        prefix = text(scaled(before, 1))
        prompts += [
            Prompt(f"{schema}-{number}", prefix, text(scaled(suffix, 1)), text(scaled(completion, 2) - 1))
            for number, (suffix, completion) in enumerate(questions)
        ]
    return prompts


def make_samples(workload: Workload, vocabulary: int, *, scale: float = 1.0, seed: int = 0) -> list[Sample]:
    """Return the prompts of `make_prompts` as the tokenizer of `write_base` reads them."""

    def ids(text: str) -> tuple[int, ...]:
        return tuple(int(word[1:]) for word in text.split())

    eos = (vocabulary - len(_SPECIAL),)
    return [
        Sample(prompt.id, ids(prompt.prefix), ids(prompt.suffix), ids(prompt.completion) + eos)
        for prompt in make_prompts(workload, vocabulary, scale=scale, seed=seed)
    ]


def _lengths(workload: Workload, rng: random.Random) -> list[tuple[int, list[tuple[int, int]]]]:
    """Return the tokens of each schema, and of suffix and completion of its questions."""
    if workload != "bird":
        known = json.loads((LENGTHS if workload == "spider" else DEV_LENGTHS).read_text())
        return [(schema["prefix"], schema["samples"]) for schema in known["schemas"]]
    return [
        (rng.randint(2000, 6000), [(rng.randint(70, 130), rng.randint(30, 90)) for _ in range(130)]) for _ in range(24)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--shape", required=True, choices=sorted(SHAPES))
    parser.add_argument("--device", default="cpu")
    args = parser.parse_args()
    write_base(args.folder, args.shape, device=args.device)


if __name__ == "__main__":
    main()
