"""TRL's SFTTrainer itself, with its chunked loss, and padded rows of like length or its packing."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from typing import Any

from speed_parts import Job, Measure, Measured, Setting, clock, reset_peak, work_of
from speed_rows import labels_of, load_model, with_lora

_WARM = 3


def open_engine(job: Job) -> Measure:
    """Return what measures a setting; every run loads the model anew."""

    def measure(setting: Setting) -> Measured:
        return trained(job, setting)

    return measure


def trained(job: Job, setting: Setting) -> Measured:
    """Train on the samples at most once, and return the figures; each micro-batch is an optimiser step."""
    from datasets import Dataset
    from transformers import AutoTokenizer, TrainerCallback
    from trl import SFTConfig, SFTTrainer  # type: ignore[import-not-found, unused-ignore]

    some = job.some(setting.workload)
    rows = [
        {
            "input_ids": list(sample.prefix + sample.suffix + sample.completion),
            "completion_mask": [int(label >= 0) for label in labels_of(sample)],
        }
        for sample in some
    ]
    cuda = job.device == "cuda"
    longest = max(map(len, some))
    tokenizer: Any = AutoTokenizer.from_pretrained(job.base)
    model = with_lora(load_model(job))
    work = work_of(model.config, some, [(index,) for index in range(len(some))]) / sum(map(len, some))
    times: list[float] = []
    held: list[tuple[int, int]] = []  # samples and tokens of each batch, in order

    class Clock(TrainerCallback):
        """Notes when a step begins and ends."""

        def on_step_begin(self, *_: Any, **__: Any) -> None:
            """Note the first step's beginning."""
            if not times:
                times.append(clock(job.device))

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            """Note the end, and stop when there is enough."""
            times.append(clock(job.device))
            if len(times) > _WARM + 1 and times[-1] - times[_WARM] > job.most:
                control.should_training_stop = True

    with tempfile.TemporaryDirectory() as folder:
        args = SFTConfig(
            output_dir=folder,
            per_device_train_batch_size=1 if setting.packing else setting.rows,
            max_length=max(setting.tokens, longest) if setting.packing else longest,
            packing=setting.packing,
            completion_only_loss=True,
            gradient_checkpointing=setting.checkpointing,
            gradient_checkpointing_kwargs={"use_reentrant": False},
            bf16=True,
            use_cpu=not cuda,
            num_train_epochs=1,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            logging_steps=1,
            learning_rate=1e-4,
            optim="adamw_torch_fused" if cuda else "adamw_torch",
            train_sampling_strategy="random" if setting.packing else "group_by_length",
            dataloader_pin_memory=cuda,
        )
        trainer = SFTTrainer(
            model=model,
            args=args,
            train_dataset=Dataset.from_list(rows),
            processing_class=tokenizer,
            callbacks=[Clock()],
        )
        collate: Any = trainer.data_collator

        def noted(features: list[dict[str, Any]]) -> Any:
            parts = sum(len(feature.get("seq_lengths", [0])) for feature in features)
            held.append((parts, sum(len(feature["input_ids"]) for feature in features)))
            return collate(features)

        trainer.data_collator = noted
        reset_peak(job.device)
        trainer.train()
    steps = len(times) - 1
    return Measured(
        samples=[samples for samples, _ in held[:steps]],
        tokens=[tokens for _, tokens in held[:steps]],
        flops=[work * tokens for _, tokens in held[:steps]],
        seconds=[later - earlier for earlier, later in pairwise(times)],
        losses=[row["loss"] for row in trainer.state.log_history if "loss" in row],
        steady=list(range(min(_WARM, steps - 1), steps)),
    )
