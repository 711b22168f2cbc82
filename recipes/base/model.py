"""The model while it is pre-trained: Llama's architecture in plain PyTorch, arranged for speed on one GPU.

`export` writes the same weights as a `LlamaForCausalLM`, which is what ships; a test checks that both give equal
logits. Every batch has the same number of tokens, so the parts of a layer around attention see one static shape and
compile
once.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn


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
    """One decoder layer; `before` and `after` are what stands around attention."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.attention_norm = nn.Parameter(torch.ones(shape.hidden))
        self.ffn_norm = nn.Parameter(torch.ones(shape.hidden))
        self.qkv = nn.Linear(shape.hidden, (shape.heads + 2 * shape.kv_heads) * shape.head, bias=False)
        self.out = nn.Linear(shape.hidden, shape.hidden, bias=False)
        self.gate_up = nn.Linear(shape.hidden, 2 * shape.ffn, bias=False)
        self.down = nn.Linear(shape.ffn, shape.hidden, bias=False)

    def before(self, x: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Norm, projections and rotary positions: x (tokens, hidden) -> q, k, v (tokens, heads, head)."""
        s = self.shape
        y = F.rms_norm(x, (s.hidden,), self.attention_norm.to(x.dtype), s.eps)
        qkv = self.qkv(y).view(-1, s.heads + 2 * s.kv_heads, s.head)
        qk, v = qkv.split([s.heads + s.kv_heads, s.kv_heads], dim=1)
        a, b = qk.chunk(2, dim=-1)
        qk = (qk * cos + torch.cat((-b, a), dim=-1) * sin).to(v.dtype)
        q, k = qk.split([s.heads, s.kv_heads], dim=1)
        return q, k, v

    def after(self, x: Tensor, attended: Tensor) -> Tensor:
        """Output projection and feed-forward with their residuals: (tokens, hidden) both."""
        x = x + self.out(attended)
        y = F.rms_norm(x, (self.shape.hidden,), self.ffn_norm.to(x.dtype), self.shape.eps)
        gate, up = self.gate_up(y).chunk(2, dim=-1)
        down: Tensor = self.down(F.silu(gate) * up)
        return x + down


class Model(nn.Module):
    """The decoder; embeddings are tied to the head."""

    cos: Tensor
    sin: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
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

    def hidden(self, ids: Tensor) -> Tensor:
        """Return the last layer's normalised states: ids (batch, length) -> (batch * length, hidden)."""
        batch, length = ids.shape
        s = self.shape
        cos = self.cos[:length].to(torch.bfloat16 if ids.is_cuda else torch.float32).repeat(batch, 1).unsqueeze(1)
        sin = self.sin[:length].to(cos.dtype).repeat(batch, 1).unsqueeze(1)
        x = self.embedding(ids.reshape(-1)).to(cos.dtype)
        for layer in self.decoder:
            q, k, v = layer.before(x, cos, sin)
            attended = F.scaled_dot_product_attention(
                q.view(batch, length, s.heads, s.head).transpose(1, 2),
                k.view(batch, length, s.kv_heads, s.head).transpose(1, 2),
                v.view(batch, length, s.kv_heads, s.head).transpose(1, 2),
                is_causal=True,
                enable_gqa=s.kv_heads != s.heads,
            )
            x = layer.after(x, attended.transpose(1, 2).reshape(batch * length, s.hidden))
        return F.rms_norm(x, (s.hidden,), self.norm.to(x.dtype), s.eps)

    def loss(self, ids: Tensor, positions: Tensor, weights: Tensor | None = None) -> Tensor:
        """Return the mean cross-entropy of the tokens at `positions`, indices into the flattened ids, given those
        before."""
        states = self.hidden(ids)[positions - 1]
        logits = F.linear(states, self.embedding.weight.to(states.dtype))
        return F.cross_entropy(logits.float(), ids.reshape(-1)[positions])


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
