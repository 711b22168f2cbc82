"""Unsloth's own model, adapters and loss, in the loop of `speed_rows.py`.

Unsloth wants to be imported before transformers and torch: `open_engine` is to be the first to import them.
"""

from __future__ import annotations

import os
from typing import Any

from speed_parts import LONGEST, TARGETS, Job, Measure, Measured, Setting

os.environ |= {"UNSLOTH_DISABLE_STATISTICS": "1", "HF_HUB_OFFLINE": "1", "UNSLOTH_COMPILE_DISABLE": "0"}


def open_engine(job: Job) -> Measure:
    """Load the model through FastLanguageModel, with its adapter, and return what measures a setting.

    Its checkpointing is chosen where the model is loaded, so a job's settings are to agree on it.
    """
    import unsloth  # type: ignore[import-not-found, unused-ignore]  # noqa: F401, I001
    import torch
    from speed_rows import measure_rows
    from unsloth import FastLanguageModel  # type: ignore[import-not-found, unused-ignore]

    checkpointing = "unsloth" if job.settings[0].checkpointing else False
    model, _ = FastLanguageModel.from_pretrained(
        model_name=job.base,
        max_seq_length=max(LONGEST, *(setting.tokens for setting in job.settings)),
        dtype=torch.bfloat16,
        load_in_4bit=job.method == "qlora",
        use_gradient_checkpointing=checkpointing,
    )
    model = FastLanguageModel.get_peft_model(
        model,
        r=16,
        target_modules=TARGETS,
        lora_alpha=32,
        lora_dropout=0,
        bias="none",
        use_gradient_checkpointing=checkpointing,
        random_state=0,
    )
    FastLanguageModel.for_training(model, use_gradient_checkpointing=bool(checkpointing))

    def loss(inputs: dict[str, Any]) -> Any:
        with torch.autocast(job.device, torch.bfloat16):
            return model(**inputs).loss

    def measure(setting: Setting) -> Measured:
        return measure_rows(model, loss, job, setting)

    return measure
