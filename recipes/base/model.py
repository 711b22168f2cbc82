"""The model while it is pre-trained: Llama's architecture in plain PyTorch, arranged for speed on one GPU.

A batch is one `Pack`: samples of many schemas in one sequence, each schema's prefix once. A layer is one function that
compiles once for all layers; on a GPU it attends with FlexAttention, which skips the blocks of tokens that do not see
each other, elsewhere with the whole mask. `export_state` gives the same weights as a `LlamaForCausalLM`, which is what
ships; a test checks that both give equal logits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.nn.attention.flex_attention import BlockMask, flex_attention

BLOCK = 128
"""Tokens in a block of attention; a pack's length is a multiple of it on a GPU."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the model."""

    vocab: int = 8192
    hidden: int = 512
    layers: int = 6
    heads: int = 8
    kv_heads: int = 4
    ffn: int = 768
    theta: float = 10_000.0
    context: int = 2048
    eps: float = 1e-5

    @property
    def head(self) -> int:
        """Width of one attention head."""
        return self.hidden // self.heads


class Layer(nn.Module):
    """The weights of one decoder layer."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention_norm = nn.Parameter(torch.ones(shape.hidden))
        self.ffn_norm = nn.Parameter(torch.ones(shape.hidden))
        self.qkv = nn.Linear(shape.hidden, (shape.heads + 2 * shape.kv_heads) * shape.head, bias=False)
        self.out = nn.Linear(shape.hidden, shape.hidden, bias=False)
        self.gate_up = nn.Linear(shape.hidden, 2 * shape.ffn, bias=False)
        self.down = nn.Linear(shape.ffn, shape.hidden, bias=False)

    @property
    def weights(self) -> tuple[Tensor, ...]:
        """In the order in which `run_layer` takes them."""
        return (
            self.attention_norm, self.ffn_norm, self.qkv.weight, self.out.weight, self.gate_up.weight, self.down.weight
        )  # fmt: skip


def run_layer(
    x: Tensor, cos: Tensor, sin: Tensor, mask: BlockMask | Tensor, weights: tuple[Tensor, ...], s: Shape, dropout: float
) -> Tensor:
    """Return a layer's output, (tokens, hidden) as its input is.

    Args:
        mask: who sees whom: a BlockMask, or booleans (tokens, tokens).
    """
    attention_norm, ffn_norm, qkv_weight, out, gate_up, down = weights
    y = F.rms_norm(x, (s.hidden,), attention_norm.to(x.dtype), s.eps)
    qkv = F.linear(y, qkv_weight.to(x.dtype)).view(-1, s.heads + 2 * s.kv_heads, s.head)
    qk, v = torch.split(qkv, [s.heads + s.kv_heads, s.kv_heads], dim=1)
    a, b = qk.chunk(2, dim=-1)
    qk = (qk * cos + torch.cat((-b, a), dim=-1) * sin).to(v.dtype)
    q, k = torch.split(qk, [s.heads, s.kv_heads], dim=1)
    q, k, v = (part.transpose(0, 1).unsqueeze(0) for part in (q, k, v))
    grouped = s.kv_heads != s.heads
    if isinstance(mask, Tensor):
        attended: Any = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, enable_gqa=grouped)
    else:
        attended = flex_attention(q, k, v, block_mask=mask, enable_gqa=grouped)
    attended = attended.squeeze(0).transpose(0, 1).reshape(-1, s.hidden)
    x = x + F.dropout(F.linear(attended, out.to(x.dtype)), dropout, dropout > 0)
    y = F.rms_norm(x, (s.hidden,), ffn_norm.to(x.dtype), s.eps)
    gate, up = F.linear(y, gate_up.to(x.dtype)).chunk(2, dim=-1)
    return x + F.dropout(F.linear(F.silu(gate) * up, down.to(x.dtype)), dropout, dropout > 0)


def dense_mask(stop: Tensor) -> Tensor:
    """Return whether the token of the row sees that of the column, (tokens, tokens); see `pack.Pack.stop`."""
    places = torch.arange(len(stop), device=stop.device)
    return (places[:, None] >= places) & (places[:, None] < stop)


class Blocks:
    """The same as FlexAttention's block mask, over a buffer of its own: one mask function serves all batches."""

    def __init__(self, tokens: int, device: str) -> None:
        self.stop = stop = torch.zeros(tokens, dtype=torch.int32, device=device)
        self.starts = torch.arange(0, tokens, BLOCK, dtype=torch.int32, device=device)

        def sees(_batch: Tensor, _head: Tensor, query: Tensor, key: Tensor) -> Tensor:
            return (query >= key) & (query < stop[key])

        self.sees = sees

    def __call__(self, stop: Tensor) -> BlockMask:
        """Return the mask of a pack; it is good until the next call."""
        self.stop.copy_(stop)
        furthest = self.stop.view(-1, BLOCK).amax(1)
        rows, columns = self.starts[:, None], self.starts[None]
        seen = (rows == columns) | ((rows > columns) & (furthest[None] > rows))
        order = seen.to(torch.int8).argsort(dim=1, descending=True, stable=True).to(torch.int32)
        return BlockMask.from_kv_blocks(
            seen.sum(1, dtype=torch.int32)[None, None],
            order[None, None],
            BLOCK_SIZE=BLOCK,
            mask_mod=self.sees,
            seq_lengths=(len(stop), len(stop)),
        )


class Model(nn.Module):
    """The decoder; embeddings are tied to the head."""

    cos: Tensor
    sin: Tensor

    def __init__(self, shape: Shape, dropout: float = 0.0) -> None:
        super().__init__()
        self.shape = shape
        self.dropout = dropout
        self.run: Callable[..., Tensor] = run_layer
        self.embedding = nn.Embedding(shape.vocab, shape.hidden)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = nn.Parameter(torch.ones(shape.hidden))
        frequency = 1.0 / shape.theta ** (torch.arange(0, shape.head, 2, dtype=torch.float32) / shape.head)
        angle = torch.outer(torch.arange(shape.context, dtype=torch.float32), frequency)
        angle = torch.cat((angle, angle), dim=-1)
        self.register_buffer("cos", angle.cos(), persistent=False)
        self.register_buffer("sin", angle.sin(), persistent=False)
        self._initialise()

    @property
    def decoder(self) -> list[Layer]:
        """The layers, in order."""
        return [module for module in self.layers if isinstance(module, Layer)]

    def _initialise(self) -> None:
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                std = 0.02
                if name.endswith(("out.weight", "down.weight")):
                    std /= (2 * self.shape.layers) ** 0.5
                nn.init.normal_(parameter, std=std)

    def hidden(self, ids: Tensor, positions: Tensor, mask: BlockMask | Tensor) -> Tensor:
        """Return the last layer's normalised states, (tokens, hidden): ids and positions are (tokens)."""
        s = self.shape
        kind = torch.bfloat16 if ids.is_cuda else torch.float32
        cos = self.cos[positions].to(kind).unsqueeze(1)
        sin = self.sin[positions].to(kind).unsqueeze(1)
        dropout = self.dropout if self.training else 0.0
        x = F.dropout(self.embedding(ids).to(kind), dropout, dropout > 0)
        for layer in self.decoder:
            x = self.run(x, cos, sin, mask, layer.weights, s, dropout)
        return F.rms_norm(x, (s.hidden,), self.norm.to(x.dtype), s.eps)

    def loss(self, ids: Tensor, positions: Tensor, mask: BlockMask | Tensor, labels: Tensor) -> Tensor:
        """Return the mean cross-entropy of the tokens at the places `labels`, given those before."""
        states = self.hidden(ids, positions, mask)[labels - 1]
        logits = F.linear(states, self.embedding.weight.to(states.dtype))
        return F.cross_entropy(logits.float(), ids[labels].long())


def export_state(model: Model) -> dict[str, Tensor]:
    """Return the weights under LlamaForCausalLM's names, in bf16; the head is tied and left out."""
    s = model.shape
    state = {"model.embed_tokens.weight": model.embedding.weight, "model.norm.weight": model.norm}
    for index, module in enumerate(model.decoder):
        at = f"model.layers.{index}."
        q, k, v = torch.split(module.qkv.weight, [s.heads * s.head, s.kv_heads * s.head, s.kv_heads * s.head])
        gate, up = module.gate_up.weight.chunk(2)
        state |= {
            at + "input_layernorm.weight": module.attention_norm,
            at + "post_attention_layernorm.weight": module.ffn_norm,
            at + "self_attn.q_proj.weight": q,
            at + "self_attn.k_proj.weight": k,
            at + "self_attn.v_proj.weight": v,
            at + "self_attn.o_proj.weight": module.out.weight,
            at + "mlp.gate_proj.weight": gate,
            at + "mlp.up_proj.weight": up,
            at + "mlp.down_proj.weight": module.down.weight,
        }
    return {name: value.detach().to(torch.bfloat16).contiguous().cpu() for name, value in state.items()}


def import_state(model: Model, state: dict[str, Tensor]) -> None:
    """Load weights that `export_state` made, to go on training from them."""
    with torch.no_grad():
        model.embedding.weight.copy_(state["model.embed_tokens.weight"])
        model.norm.copy_(state["model.norm.weight"])
        for index, module in enumerate(model.decoder):
            at = f"model.layers.{index}."
            module.attention_norm.copy_(state[at + "input_layernorm.weight"])
            module.ffn_norm.copy_(state[at + "post_attention_layernorm.weight"])
            module.qkv.weight.copy_(torch.cat([state[f"{at}self_attn.{p}_proj.weight"] for p in "qkv"]))
            module.out.weight.copy_(state[at + "self_attn.o_proj.weight"])
            module.gate_up.weight.copy_(torch.cat([state[f"{at}mlp.{p}_proj.weight"] for p in ("gate", "up")]))
            module.down.weight.copy_(state[at + "mlp.down_proj.weight"])


def llama_config(shape: Shape, *, pad: int, end: int) -> dict[str, object]:
    """Return the `config.json` of the exported model."""
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": shape.vocab,
        "hidden_size": shape.hidden,
        "intermediate_size": shape.ffn,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head,
        "hidden_act": "silu",
        "max_position_embeddings": shape.context,
        "rms_norm_eps": shape.eps,
        "rope_theta": shape.theta,
        "rope_parameters": {"rope_type": "default", "rope_theta": shape.theta},
        "tie_word_embeddings": True,
        "attention_bias": False,
        "mlp_bias": False,
        "bos_token_id": None,
        "eos_token_id": end,
        "pad_token_id": pad,
        "dtype": "bfloat16",
    }
