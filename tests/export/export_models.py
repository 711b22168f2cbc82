"""Tiny random checkpoints of each family, with tokenizers of the kind that its published models have."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import (
    AutoModelForCausalLM,
    LlamaConfig,
    MistralConfig,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen3Config,
)

_CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_REST = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = rf"{_CONTRACTION}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{{1,3}}|{_REST}"
QWEN2 = rf"{_CONTRACTION}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}|{_REST}"

TEXTS = [
    "CREATE TABLE customer (customer_id INTEGER PRIMARY KEY, name TEXT, city TEXT, joined DATE);",
    "SELECT COUNT(*) FROM customer WHERE city = 'Oslo' AND joined >= '2023-01-31';",
    "SELECT T1.name, SUM(T2.price * 1.25) FROM a AS T1 JOIN b AS T2 ON T1.id = T2.id GROUP BY T1.name",
    "How many customers don't live in Lyon?  They've been told he'll ask.\n\n\tIndented 12345 and 007",
    "有多少客户住在奥斯陆？请列出名称和城市。",
    "naïve café – “quotes” … 😀 emoji ünïcode\r\n",
]
CHAT = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
_SIZES: dict[str, Any] = {
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "initializer_range": 0.15,
}
_LLAMA3_ROPE = {
    "rope_type": "llama3",
    "rope_theta": 10000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
FAMILIES = ("llama", "llama3", "mistral", "qwen2", "qwen3")


def make_model(folder: Path, family: str, *, tied: bool = False, dtype: str = "float32", **changes: Any) -> Path:
    """Write a random model of a family and its tokenizer to `folder` and return it."""
    tokenizer = _sentencepiece_like(family) if family in ("llama", "mistral") else _byte_level(family)
    tokenizer.save_pretrained(folder)
    ends = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
    sizes = {
        **_SIZES,
        **ends,
        "pad_token_id": None,
        "vocab_size": len(tokenizer),
        "tie_word_embeddings": tied,
        **changes,
    }
    config: Any = {
        "llama": lambda: LlamaConfig(**sizes),
        "llama3": lambda: LlamaConfig(**sizes, rope_parameters=_LLAMA3_ROPE, attention_bias=True, mlp_bias=True),
        "mistral": lambda: MistralConfig(**{"sliding_window": None, "head_dim": 24, **sizes}),
        "qwen2": lambda: Qwen2Config(**sizes),
        "qwen3": lambda: Qwen3Config(**sizes, head_dim=32),
    }[family]()
    torch.manual_seed(7)
    model: Any = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    for name, parameter in model.named_parameters():
        if "norm" in name:
            torch.nn.init.uniform_(parameter, 0.5, 1.5)
        elif name.endswith("bias"):
            torch.nn.init.normal_(parameter, std=0.2)
    with torch.no_grad():  # what is no text of its own is never said
        for token in range(len(tokenizer)):
            text = tokenizer.decode([token], skip_special_tokens=True)
            if not text.strip() or "\ufffd" in text:
                model.get_output_embeddings().weight[token] = 0
    model.to(getattr(torch, dtype)).save_pretrained(folder)
    return folder


def make_adapter(base: Path, folder: Path, *, dora: bool = False, modules: Any = "all-linear", **options: Any) -> Path:
    """Write an adapter of a base that changes what it says, and return its folder."""
    model: Any = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    torch.manual_seed(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        config = LoraConfig(r=4, lora_alpha=8, target_modules=modules, use_dora=dora, task_type="CAUSAL_LM", **options)
        tuned = get_peft_model(model, config)
        for name, parameter in tuned.named_parameters():
            if "lora_" in name:
                torch.nn.init.normal_(parameter, std=0.1)
            elif "modules_to_save" in name:
                torch.nn.init.normal_(parameter, std=0.2)
        tuned.save_pretrained(folder)
    return folder


def adapted(base: Path, adapter: Path) -> Any:
    """Return base and adapter side by side, nothing merged, in float32."""
    from peft import PeftModel

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model: Any = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
        return PeftModel.from_pretrained(model, str(adapter)).eval()


def _byte_level(family: str) -> PreTrainedTokenizerFast:
    """Return a byte-level BPE tokenizer with Llama 3's, or Qwen's, way to cut words."""
    llama = family == "llama3"
    tokenizer = Tokenizer(models.BPE(ignore_merges=llama))
    if not llama:
        tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(LLAMA3 if llama else QWEN2), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        TEXTS, trainers.BpeTrainer(vocab_size=420, initial_alphabet=alphabet, show_progress=False)
    )
    special = ["<|begin_of_text|>", "<|eot_id|>"] if llama else ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokenizer.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in special])
    tokenizer.add_tokens([AddedToken("<tool_call>", special=False, normalized=False)])
    if llama:
        from tokenizers.processors import TemplateProcessing

        begin = (special[0], tokenizer.token_to_id(special[0]))
        tokenizer.post_processor = TemplateProcessing(single=f"{special[0]} $A", special_tokens=[begin])
        return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=special[0], eos_token=special[1])
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    fast.chat_template = CHAT
    return fast


def _sentencepiece_like(family: str) -> PreTrainedTokenizerFast:
    """Return a tokenizer as those made of a SentencePiece model are: spaces as letters, bytes for unknown letters.

    Llama 2's begins every text with a space; that of Mistral's later models the first one only, and it chats.
    """
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    trained.train_from_iterator(TEXTS, trainers.BpeTrainer(vocab_size=260, show_progress=False))
    learnt = json.loads(trained.to_str())["model"]
    letters = sorted((token for token in learnt["vocab"] if len(token) == 1), key=lambda token: learnt["vocab"][token])
    letters = [letter for letter in letters if letter not in "😀é–"]  # left to the bytes
    pieces = [a + b for a, b in learnt["merges"] if not set(a + b) & set("😀é–")]
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *dict.fromkeys(pieces), *letters]
    vocabulary = {token: number for number, token in enumerate(tokens)}
    rank = {token: number for number, token in enumerate(tokens)}
    merges = [
        (token[:at], token[at:])
        for token in dict.fromkeys(pieces)
        for at in range(1, len(token))
        if token[:at] in rank and token[at:] in rank
    ]
    tokenizer = Tokenizer(
        models.BPE(vocab=vocabulary, merges=merges, unk_token="<unk>", byte_fallback=True, fuse_unk=True)
    )
    if family == "llama":
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    from tokenizers.processors import TemplateProcessing

    tokenizer.post_processor = TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
    roles = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    if family == "llama":
        return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **roles)
    tokenizer.add_special_tokens(["[INST]", "[/INST]"])
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **roles)
    fast.chat_template = "{{ bos_token }}{% for m in messages %}[INST] {{ m['content'] }}[/INST]{% endfor %}"
    return fast
