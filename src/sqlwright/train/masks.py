"""Attention within a sequence of groups: a token sees its group's prefix and its own sample, up to itself.

One rule, four ways to carry it out:

- `split`: cuDNN and FlashAttention over the parts of a group (`sqlwright.train.split`), on a GPU; the quickest for long
  schemas.
- `flex`: FlexAttention with a block mask, on a GPU; blocks that nobody sees are never computed.
- `blocks`: SDPA over the parts of the sequence that see each other, on any device.
- `dense`: SDPA with the whole mask, for models that hand no arguments of ours to their attention.

None forks a model: each goes through the attention interface of transformers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from sqlwright.train.batches import Batch, Segment, Span
from sqlwright.train.split import Parts, attend, split

Way = Literal["split", "flex", "blocks", "dense", "rows"]
"""How a batch is attended; `rows` is every sample in a row of its own, with no mask at all."""
FLEX_BLOCK = 128
"""Tokens in a block of FlexAttention, of which the length of a sequence is a multiple."""
_FLEX, _BLOCKS, _SPLIT = "flex_attention", "sqlwright_blocks", "sqlwright_split"
_NAMES: dict[Way, str] = {"split": _SPLIT, "flex": _FLEX, "blocks": _BLOCKS, "dense": "sdpa"}
"""What transformers calls each way."""
_CHUNK = 256
"""Suffixes are attended together up to so many tokens: fewer calls against less that is computed in vain."""


def visible(stop: Tensor, start: int = 0) -> Tensor:
    """Return the mask as (length, length) booleans: whether the token of the row sees that of the column.

    A token is seen by those behind it, up to the end of its group or, if it is of no prefix, of its sample.

    Args:
        start: place of the first token.
    """
    places = torch.arange(start, start + len(stop), device=stop.device)
    return (places[:, None] >= places) & (places[:, None] < stop)


def prepare(model: Any, way: Way) -> None:
    """Have the model attend in this way; rows are attended as the model would anyhow."""
    if way == "rows":
        if model.config._attn_implementation in (_SPLIT, _FLEX, _BLOCKS):
            model.set_attn_implementation("sdpa" if getattr(_inner(model), "_supports_sdpa", False) else "eager")
    else:
        model.set_attn_implementation(_NAMES[way])


def _inner(model: Any) -> Any:
    return model.get_base_model() if hasattr(model, "peft_config") else model


def arguments(batch: Batch, way: Way) -> dict[str, Any]:
    """Return what the model's forward is to be called with, beside the tokens and their positions."""
    if batch.stop is None or way == "rows":
        return {}
    if way == "flex":
        # No ROWS_GUARANTEED_SAFE: though each token sees itself, the first block of a row may show it nothing, and the
        # kernel takes the promise block by block: such rows would be NaN.
        return {"attention_mask": block_mask(batch.stop)}
    if way == "dense":
        return {"attention_mask": visible(batch.stop)[None, None]}
    # A mask of one number, which nobody reads: the model makes none of its own when it is handed one.
    unread = {"attention_mask": batch.positions.new_ones(1, 1, 1, 1, dtype=torch.bool)}
    if way == "split":
        return {"parts": split(batch.segments, batch.computed, len(batch.stop), batch.stop.device), **unread}
    return {"blocks": blocks(batch), **unread}


def block_mask(stop: Tensor, size: int = FLEX_BLOCK) -> Any:
    """Return FlexAttention's mask; blocks of `size` tokens that nobody sees are never computed."""
    from torch.nn.attention.flex_attention import create_block_mask

    def sees(_batch: Tensor, _head: Tensor, query: Tensor, key: Tensor) -> Tensor:
        return (query >= key) & (query < stop[key])

    return create_block_mask(sees, None, None, len(stop), len(stop), device=str(stop.device), BLOCK_SIZE=size)


@dataclass(frozen=True, slots=True)
class Block:
    """Tokens that are attended together: they see the prefix, and of each other what the mask says."""

    tokens: Span
    prefix: Span
    mask: Tensor | None
    """(tokens, prefix + tokens) booleans; None where plain causal attention is right."""


def blocks(batch: Batch) -> tuple[Block, ...]:
    """Return the blocks of a sequence, in order; every token is in one."""
    assert batch.stop is not None
    spans = {span for segment in batch.segments for span in (segment.prefix, *segment.suffixes)}
    out: list[Block] = []
    for start, stop, prefix in _chunks(batch.segments):
        if (start, stop) in spans and prefix[0] == prefix[1]:
            out.append(Block((start, stop), prefix, None))
            continue
        own = visible(batch.stop[start:stop], start)
        seen = own.new_ones(stop - start, prefix[1] - prefix[0])
        out.append(Block((start, stop), prefix, torch.cat([seen, own], dim=1)))
    return tuple(out)


def _chunks(segments: tuple[Segment, ...]) -> list[tuple[int, int, Span]]:
    """Return (start, stop, prefix): prefixes alone, and neighbouring suffixes of one prefix, or of none, together."""
    out: list[tuple[int, int, Span]] = []
    open_to = -1  # the segment whose suffixes the last chunk holds; 0 stands for all lone samples
    for number, segment in enumerate(segments, start=1):
        first, last = segment.prefix
        kind = number if first < last else 0
        if kind:
            out.append((first, last, (first, first)))
            open_to = -1
        for start, stop in segment.suffixes:
            if open_to == kind and stop - out[-1][0] <= _CHUNK:
                out[-1] = (out[-1][0], stop, out[-1][2])
            else:
                out.append((start, stop, segment.prefix))
            open_to = kind
    return out


def _attend_blocks(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    dropout: float = 0.0,
    scaling: float | None = None,
    blocks: tuple[Block, ...] | None = None,
    **options: Any,
) -> tuple[Tensor, None]:
    """Attend block by block; what comes without blocks, as in generation, is SDPA's.

    Shapes: query (1, heads, length, size), key and value (1, key heads, length, size); the result (1, length, heads,
    size).
    """
    if blocks is None:
        plain: tuple[Tensor, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, dropout=dropout, scaling=scaling, **options
        )
        return plain
    _check_plain(options)
    grouped = query.shape[1] != key.shape[1]
    out = []
    for block in blocks:
        own, prefix = slice(*block.tokens), slice(*block.prefix)
        keys, values = key[:, :, own], value[:, :, own]
        if prefix.start < prefix.stop:
            keys = torch.cat([key[:, :, prefix], keys], dim=2)
            values = torch.cat([value[:, :, prefix], values], dim=2)
        out.append(
            scaled_dot_product_attention(
                query[:, :, own],
                keys,
                values,
                attn_mask=block.mask,
                dropout_p=dropout,
                is_causal=block.mask is None,
                scale=scaling,
                enable_gqa=grouped,
            )
        )
    return torch.cat(out, dim=2).transpose(1, 2).contiguous(), None


def _attend_split(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    dropout: float = 0.0,
    scaling: float | None = None,
    parts: Parts | None = None,
    **options: Any,
) -> tuple[Tensor, None]:
    """Attend in two parts; takes and returns what `_attend_blocks` does, which has what comes without parts."""
    if parts is None:
        return _attend_blocks(module, query, key, value, attention_mask, dropout=dropout, scaling=scaling, **options)
    _check_plain(options | {"dropout": dropout or None})
    query, key, value = (states[0].transpose(0, 1).contiguous() for states in (query, key, value))
    return attend(query, key, value, parts, query.shape[-1] ** -0.5 if scaling is None else scaling)[None], None


def _check_plain(options: dict[str, Any]) -> None:
    given = [name for name in ("softcap", "s_aux", "dropout") if options.get(name) is not None]
    if given:
        raise ValueError(f"attention is computed without {', '.join(given)} here")


AttentionInterface.register(_BLOCKS, _attend_blocks)
AttentionInterface.register(_SPLIT, _attend_split)
AttentionMaskInterface.register(_BLOCKS, sdpa_mask)
AttentionMaskInterface.register(_SPLIT, sdpa_mask)
