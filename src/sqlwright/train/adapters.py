"""Loads a base model, puts what is to be tuned into it, and saves that whole or not at all."""

from __future__ import annotations

import json
import shutil
import tempfile
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

from sqlwright._bars import without_bars
from sqlwright._folders import replace_folder, sync
from sqlwright._loading import loading
from sqlwright._processes import local_rank
from sqlwright.config import TrainConfig
from sqlwright.errors import ConfigError, MissingExtra
from sqlwright.records import write_text
from sqlwright.train.device import Arithmetic


def load_base(base: Path | str, config: TrainConfig, arithmetic: Arithmetic) -> tuple[Any, Any]:
    """Return model and tokenizer of a base, ready for `attach`.

    Weights that stay frozen are held in the arithmetic's type (QLoRA: NF4 with double quantisation), weights that learn
    in float32.

    Raises:
        ConfigError: `base` is no causal language model, or comes with code of its own that may not run; or QLoRA is
            asked for without a GPU.
        MissingExtra: QLoRA without bitsandbytes.
    """
    options: dict[str, Any] = {"dtype": torch.float32 if config.method == "full" else arithmetic.dtype}
    if config.method == "qlora":
        if find_spec("bitsandbytes") is None:
            raise MissingExtra("bitsandbytes", "qlora")
        if arithmetic.device != "cuda":
            # On a CPU, bitsandbytes repacks the weights at the first evaluation into a form without gradients.
            raise ConfigError("method = 'qlora' needs a GPU with CUDA; set 'lora' here")
        options["quantization_config"] = BitsAndBytesConfig(  # type: ignore[no-untyped-call]
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=arithmetic.dtype,
        )
        options["device_map"] = {"": local_rank()}
    with loading(str(base), own_code=config.trust_remote_code) as own_code:
        tokenizer = AutoTokenizer.from_pretrained(str(base), **own_code)
        model = AutoModelForCausalLM.from_pretrained(str(base), **options, **own_code)
    return model, tokenizer


def attach(model: Any, config: TrainConfig) -> Any:
    """Return the model with a fresh adapter of the configured method, or as it is when every weight is tuned.

    Sources: LoRA, Hu et al. 2021; rsLoRA (alpha / sqrt(rank)), Kalajdzievski 2023; DoRA, Liu et al. 2024; QLoRA,
    Dettmers et al. 2023. Under QLoRA, too, norms, embeddings and head stay in the arithmetic's type: in float32,
    as PEFT's preparation has them, every layer's input would be twice as large.
    """
    if config.method == "full":
        return model
    modules = config.target_modules
    adapter = LoraConfig(
        task_type="CAUSAL_LM",
        r=config.rank,
        lora_alpha=config.alpha,  # type: ignore[arg-type]  # PEFT takes any number
        lora_dropout=config.dropout,
        target_modules=modules if isinstance(modules, str) else list(modules),
        use_rslora=config.method == "rslora",
        use_dora=config.method == "dora",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # PEFT reads an attribute that transformers has renamed
        try:
            return get_peft_model(model, adapter)
        except ValueError as error:
            raise ConfigError(f"target_modules: {str(error).strip().splitlines()[0]}") from None


def save(model: Any, tokenizer: Any, folder: Path, weights: dict[str, Any] | None = None) -> None:
    """Write adapter (or whole model) and tokenizer to `folder`, replacing it in one step when all is written.

    Args:
        weights: those that learn, by name, where the model does not hold them whole.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        options = {"save_embedding_layers": False} if hasattr(model, "peft_config") else {}
        with without_bars():
            model.save_pretrained(temporary, state_dict=weights, **options)
        tokenizer.save_pretrained(temporary)
        temporary.chmod(0o755)
        sync(temporary)
        replace_folder(temporary, folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def blend(folder: Path, share: float) -> None:
    """Let a saved adapter add `share` of its weights to the base: the middle of two models' weights, or another point.

    An adapter's product is linear in its scale, so that its alpha tells it all. After Wortsman et al. 2022, "Robust
    fine-tuning of zero-shot models".
    """
    told = folder / "adapter_config.json"
    options = json.loads(told.read_text(encoding="utf-8"))
    write_text(told, json.dumps({**options, "lora_alpha": share * options["lora_alpha"]}, indent=2))


def copy_folder(source: Path, target: Path) -> None:
    """Copy a folder, replacing `target` in one step when all is written."""
    temporary = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        shutil.copytree(source, temporary, dirs_exist_ok=True)
        sync(temporary)
        replace_folder(temporary, target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
