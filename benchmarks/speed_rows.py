"""Liger: transformers and PEFT with its kernels, on padded rows of like length, in a bare loop.

`measure_rows` is the loop; `speed_unsloth.py` hands it a model of its own, `speed_trl.py` takes the model from here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from speed_parts import TARGETS, Job, Measure, Measured, Setting, clock, reset_peak, work_of

from sqlwright.train import Sample

Loss = Callable[[dict[str, Any]], Any]
"""Takes a micro-batch on the device, returns its loss."""


def open_engine(job: Job) -> Measure:
    """Load the model as transformers does, with its adapter, and return what measures a setting."""
    import torch

    if job.engine == "liger":
        from liger_kernel.transformers import apply_liger_kernel_to_llama  # type: ignore[import-not-found, unused-ignore]

        apply_liger_kernel_to_llama()
    model = with_lora(load_model(job))

    def loss(inputs: dict[str, Any]) -> Any:
        with torch.autocast(job.device, torch.bfloat16):
            return model(**inputs, use_cache=False).loss

    def measure(setting: Setting) -> Measured:
        checkpoint(model, setting.checkpointing)
        return measure_rows(model, loss, job, setting)

    return measure


def load_model(job: Job, attention: str = "sdpa") -> Any:
    """Return the base in bf16, or for QLoRA in NF4 with double quantisation."""
    import torch
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    options: dict[str, Any] = {}
    if job.method == "qlora":
        quantised: Any = BitsAndBytesConfig
        options["quantization_config"] = quantised(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16,
        )
        options["device_map"] = {"": job.device}
    auto: Any = AutoModelForCausalLM
    model = auto.from_pretrained(job.base, dtype=torch.bfloat16, attn_implementation=attention, **options)
    return model if job.method == "qlora" else model.to(job.device)


def with_lora(model: Any) -> Any:
    """Return the model with the adapter that every engine trains."""
    from peft import LoraConfig, get_peft_model

    settings = LoraConfig(r=16, lora_alpha=32, lora_dropout=0.0, target_modules=TARGETS, task_type="CAUSAL_LM")
    return get_peft_model(model, settings)


def checkpoint(model: Any, on: bool) -> None:
    """Switch the model's checkpointing on or off."""
    inner = model.get_base_model()
    if on:
        enable = getattr(inner, "activation_checkpointing_enable", None) or inner.gradient_checkpointing_enable
        enable({"use_reentrant": False})
    else:
        with contextlib.suppress(Exception):  # it was not on
            (getattr(inner, "activation_checkpointing_disable", None) or inner.gradient_checkpointing_disable)()


def measure_rows(model: Any, loss: Loss, job: Job, setting: Setting) -> Measured:
    """Train on micro-batches until `job.most` seconds are measured; each is an optimiser step."""
    import torch

    model.train()
    learnt = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(learnt, lr=1e-4, fused=job.device == "cuda")
    some = job.some(setting.workload)
    batches = packed(some, setting.tokens) if setting.packing else sorted_rows(some, setting.tokens)
    config = model.config
    reset_peak(job.device)
    found = Measured()
    # The longest first: memory is at its peak at once, and the allocator settles.
    for number, rows in enumerate([batches[-1], batches[len(batches) // 2], *batches]):
        inputs = (packed_inputs if setting.packing else padded_inputs)(rows)
        began = clock(job.device)
        step = loss({name: value.to(job.device) for name, value in inputs.items()})
        step.backward()
        optimiser.step()
        optimiser.zero_grad()
        found.losses.append(float(step.detach()))
        found.seconds.append(clock(job.device) - began)
        found.samples.append(len(rows))
        found.tokens.append(sum(map(len, rows)))
        found.flops.append(work_of(config, rows, [(index,) for index in range(len(rows))]))
        if number >= 2:
            found.steady.append(number)
        if sum(found.seconds[2:]) > job.most:
            break
    return found


def padded_inputs(samples: Sequence[Sample]) -> dict[str, Any]:
    """Return samples as rows, padded on the right, where causal attention never looks."""
    import torch

    whole = [sample.prefix + sample.suffix + sample.completion for sample in samples]
    length = -(-max(map(len, whole)) // 8) * 8
    labels = map(labels_of, samples)
    return {
        "input_ids": torch.tensor([ids + (0,) * (length - len(ids)) for ids in whole]),
        "labels": torch.tensor([each + (-100,) * (length - len(each)) for each in labels]),
    }


def packed_inputs(samples: Sequence[Sample]) -> dict[str, Any]:
    """Return samples one behind the other, with what tells an engine where each begins."""
    import torch

    whole = [sample.prefix + sample.suffix + sample.completion for sample in samples]
    return {
        "input_ids": torch.tensor([[token for ids in whole for token in ids]]),
        "labels": torch.tensor([[label for sample in samples for label in labels_of(sample)]]),
        "position_ids": torch.tensor([[position for ids in whole for position in range(len(ids))]]),
        "packed_seq_lengths": torch.tensor([len(ids) for ids in whole], dtype=torch.int32),
    }


def labels_of(sample: Sample) -> tuple[int, ...]:
    """Return the labels of a sample's tokens: of its completion alone."""
    return (-100,) * (len(sample.prefix) + len(sample.suffix)) + sample.completion


def sorted_rows(samples: Sequence[Sample], tokens: int) -> list[list[Sample]]:
    """Return batches of samples of like length that have at most so many tokens with their padding."""
    batches: list[list[Sample]] = [[]]
    for sample in sorted(samples, key=len):
        if batches[-1] and (len(batches[-1]) + 1) * len(sample) > tokens:
            batches.append([])
        batches[-1].append(sample)
    return batches


def packed(samples: Sequence[Sample], tokens: int) -> list[list[Sample]]:
    """Return the samples in packs of at most so many tokens."""
    packs: list[list[Sample]] = [[]]
    for sample in samples:
        if packs[-1] and sum(map(len, packs[-1])) + len(sample) > tokens:
            packs.append([])
        packs[-1].append(sample)
    return packs
