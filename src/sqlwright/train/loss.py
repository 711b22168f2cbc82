"""The loss: cross-entropy on the completions alone, with vocabulary logits only where something is learnt.

`teach(model)` gives a causal language model a second way to be called, with `rows` and `targets`, in which the head
runs on those rows alone and in chunks, so that the logits of a long sequence never stand in memory together. It goes
through the model's own forward, and so through whatever wraps it (adapters, autocast, data parallelism).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from sqlwright.train.batches import Batch
from sqlwright.train.head import head_loss
from sqlwright.train.masks import Way, arguments
from sqlwright.train.noise import noisy
from sqlwright.train.ranks import my_share, sums

_CAPS = ("final_logit_softcapping", "logits_scaling", "logit_scale", "lm_head_multiplier", "output_multiplier_scale")
"""Settings of models that do something to their logits behind the head."""


def teach(model: Any) -> Any:
    """Let the model's forward take `rows` and `targets` and return a summed loss then; returns the model."""
    inner = model.get_base_model() if hasattr(model, "peft_config") else model
    if getattr(inner, "_sqlwright_taught", False):
        return model
    original = inner.forward
    config = inner.config.get_text_config()
    decoder = getattr(inner, inner.base_model_prefix, None)
    head = inner.get_output_embeddings()
    plain_head = isinstance(head, torch.nn.Linear) and not any(getattr(config, name, None) for name in _CAPS)
    if plain_head:
        _teach_head(head)

    def forward(
        *args: Any,
        rows: Tensor | None = None,
        targets: Tensor | None = None,
        each: bool = False,
        strength: Tensor | None = None,
        **options: Any,
    ) -> Any:
        if rows is None or targets is None:
            return original(*args, **options)
        if strength is not None:
            options["inputs_embeds"] = noisy(inner.get_input_embeddings()(options.pop("input_ids")), strength)
        if plain_head and decoder is not None and decoder is not inner:
            for name in ("labels", "return_dict", "output_attentions", "output_hidden_states"):
                options.pop(name, None)
            hidden = decoder(*args, **options).last_hidden_state.flatten(0, 1)[rows]
            return head(hidden, targets, each=each)
        logits = original(*args, **options).logits.flatten(0, 1)[rows]
        return cross_entropy(logits.float(), targets, reduction="none" if each else "sum")

    inner.forward = forward
    inner._sqlwright_taught = True
    return model


def _teach_head(head: Any) -> None:
    """Let a head that is given targets return their loss: in its own forward, where its weight is whole in any case.

    Where weights are divided among processes, they are gathered when a module is called, and gone after.
    """
    original = head.forward

    def forward(hidden: Tensor, targets: Tensor | None = None, *, each: bool = False) -> Tensor:
        logits_or_loss: Tensor = original(hidden) if targets is None else head_loss(hidden, head, targets, each=each)
        return logits_or_loss

    head.forward = forward


def completion_loss(model: Any, batch: Batch, way: Way = "blocks", noise: float = 0.0) -> Tensor:
    """Return the summed loss over a batch's labels.

    Args:
        model: a Hugging Face causal language model, or a PEFT wrapper of one, that `teach` has had.
        batch: on the model's device.
        way: that the model was prepared for; batches of rows are the same in every way.
        noise: NEFTune's alpha (see `sqlwright.train.noise`); 0 for none.
    """
    return _called(model, batch, way, each=False, strength=batch.spread * noise if noise else None)


def completion_losses(model: Any, batch: Batch, way: Way = "blocks") -> Tensor:
    """Return the loss of each of a batch's labels, sample by sample; takes the arguments of `completion_loss`."""
    return _called(model, batch, way, each=True, strength=None)


def _called(model: Any, batch: Batch, way: Way, *, each: bool, strength: Tensor | None) -> Tensor:
    loss: Tensor = model(
        input_ids=batch.input_ids,
        position_ids=batch.positions,
        use_cache=False,
        rows=batch.rows,
        targets=batch.targets,
        each=each,
        strength=strength,
        **arguments(batch, way),
    )
    return loss


def validation_loss(model: Any, batches: Iterable[Batch], way: Way = "blocks") -> float:
    """Return the mean loss a completion token over `batches`, with dropout off and the model's mode put back after.

    Several processes share the batches and return the same; all of them have to call it.
    """
    training = model.training
    model.eval()
    total = 0.0
    tokens = 0.0
    try:
        with torch.no_grad():  # FSDP keeps what it gathers, and could not learn with tensors of inference_mode
            for batch, weight in my_share(list(batches)):
                total += weight * float(completion_loss(model, batch.to(model.device), way))
                tokens += weight * len(batch.targets)
    finally:
        model.train(training)
    total, tokens = sums(total, tokens)
    return total / max(tokens, 1)
