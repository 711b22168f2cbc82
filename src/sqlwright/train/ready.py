"""Makes a run ready: its samples, the model, how that attends, what fits into memory, the steps of the optimiser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from transformers import set_seed

from sqlwright._processes import processes, rank
from sqlwright.config import TrainConfig
from sqlwright.errors import DataError
from sqlwright.records import Prompt
from sqlwright.train.adapters import attach, load_base
from sqlwright.train.batches import Batch
from sqlwright.train.device import Arithmetic, choose, prepare_cpu
from sqlwright.train.engine import choose_way, compile_layers
from sqlwright.train.lean import make_lean
from sqlwright.train.loss import teach
from sqlwright.train.masks import Way
from sqlwright.train.parallel import Division, choose_division
from sqlwright.train.ranks import join
from sqlwright.train.room import Room, make_room
from sqlwright.train.shards import shard
from sqlwright.train.steps import Steps, plan_settings
from sqlwright.train.tokens import Sample, TokenCount, Trim, tokenise


@dataclass(frozen=True, slots=True)
class Ready:
    """All that a run trains with."""

    model: Any
    """On its device, with its adapter, compiled where it is to be."""
    tokenizer: Any
    arithmetic: Arithmetic
    division: Division
    way: Way
    room: Room
    steps: Steps
    validation: list[Batch]
    samples: list[Sample]
    held: list[Sample]
    """Samples of which the validation loss is taken."""
    train_count: TokenCount
    validation_count: TokenCount
    parameters: int
    trainable: int


def make_ready(
    train: Sequence[Prompt],
    validation: Sequence[Prompt],
    base: Path | str,
    config: TrainConfig,
    trim: Trim | None,
) -> Ready:
    """Load and prepare everything for a run; takes the arguments of `tune` and raises its errors."""
    arithmetic = choose(config.precision)
    if arithmetic.device == "cpu":
        prepare_cpu()
    join(arithmetic.device)
    set_seed(config.seed)
    model, tokenizer = load_base(base, config, arithmetic)
    cut = partial(tokenise, tokenizer=tokenizer, max_length=config.max_length, too_long=config.too_long, trim=trim)
    samples, train_count = cut(train)
    held, validation_count = cut(validation)
    if not samples:
        raise DataError(f"no samples to train on ({len(train_count.dropped)} were dropped as too long)")
    model = teach(attach(model, config))
    weights = list(model.parameters())  # counted whole, before they are divided
    parameters = sum(weight.numel() for weight in weights)
    trainable = sum(weight.numel() for weight in weights if weight.requires_grad)
    division = _placed(model, config, arithmetic)
    way = choose_way(
        model,
        [*samples, *held],
        device=arithmetic.device,
        exact=arithmetic.dtype == torch.float32,
        share=config.share_schemas,
    )
    room = make_room(model, config, arithmetic, train_count.longest, division)
    settings = plan_settings(config, room.tokens)
    steps = Steps(samples, settings, way, rank=rank(), processes=processes())
    if config.compile == "on" or (config.compile == "auto" and arithmetic.device == "cuda" and division != "zero3"):
        compile_layers(model, len(steps.lengths()), min(room.keeps, 1.0))
    return Ready(
        model=model,
        tokenizer=tokenizer,
        arithmetic=arithmetic,
        division=division,
        way=way,
        room=room,
        steps=steps,
        validation=Steps(held, settings, way).all_batches() if held else [],
        samples=samples,
        held=held,
        train_count=train_count,
        validation_count=validation_count,
        parameters=parameters,
        trainable=trainable,
    )


def _placed(model: Any, config: TrainConfig, arithmetic: Arithmetic) -> Division:
    """Put the model on its device, or its part of it; return how it is divided."""
    division = choose_division(config, model, arithmetic)
    if division == "fsdp":
        shard(model, arithmetic)
    elif config.method != "qlora":  # which is loaded where it stays
        model.to(arithmetic.device)
    if division != "zero3":  # which gathers a layer's weights only when that very layer is called
        make_lean(model)
    return division
