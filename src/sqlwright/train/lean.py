"""The same adapters in fewer operations: LoRA's small products added into the layer's own output.

PEFT computes `base(x) + B(A(dropout(x))) * scaling` with its input in the adapter's type: four passes over a tensor as
large as the output. Here the second product accumulates into the first (`addmm`), in the type of the activations. What
is stored, saved and merged stays PEFT's; the outcome differs by rounding alone.

Queries, keys and values have one input, and so have the two halves of a gated MLP. Where layers are compiled, the first
of them computes the first product for all, and the others take their parts.
"""

from __future__ import annotations

from types import MethodType
from typing import Any

import torch
from peft.tuners.lora import LoraLayer
from torch import Tensor

_MATES = (("q_proj", "k_proj", "v_proj"), ("gate_proj", "up_proj"))
"""Names of layers that have the same input."""
_ALIGNED = 8
"""Numbers of two bytes in what a GPU reads at once; ranks that are no multiple of it are not joined."""


def make_lean(model: Any) -> int:
    """Give every plain LoRA layer of a model the lean forward; returns how many there were.

    DoRA, several adapters and layers that are no linear ones keep PEFT's.
    """
    found = 0
    modules: list[Any] = list(model.modules())
    for module in modules:
        if isinstance(module, LoraLayer) and _is_plain(module):
            module.__dict__["forward"] = MethodType(_forward, module)
            found += 1
    for module in modules:
        for names in _MATES:
            mates = tuple(getattr(module, name, None) for name in names)
            if all("forward" in vars(mate) and _is_joinable(mate) for mate in mates if mate) and all(mates):
                held: list[Tensor] = []
                for mate in mates:
                    vars(mate).update(_mates=mates, _held=held)
    return found


def make_usual(model: Any) -> None:
    """Give the LoRA layers of a model PEFT's forward back."""
    for module in model.modules():
        if isinstance(module, LoraLayer):
            module.__dict__.pop("forward", None)
            module.__dict__.pop("_mates", None)
            module.__dict__.pop("_held", None)


def _is_plain(module: Any) -> bool:
    return (
        len(module.active_adapters) == 1
        and list(module.lora_A) == list(module.active_adapters)
        and not module.lora_variant
        and not module.lora_bias.get(module.active_adapters[0], False)
        and isinstance(module.get_base_layer(), torch.nn.Linear)
        and not getattr(module, "fan_in_fan_out", False)
    )


def _is_joinable(module: Any) -> bool:
    """Parts of a joined product begin where a GPU reads whole words: the compiler pads rows that do not."""
    name = module.active_adapters[0]
    return isinstance(module.lora_dropout[name], torch.nn.Identity) and module.r[name] % _ALIGNED == 0


def _forward(self: Any, x: Tensor, *args: Any, **options: Any) -> Tensor:
    if self.disable_adapters or self.merged or args or options:
        usual: Tensor = type(self).forward(self, x, *args, **options)
        return usual
    name = self.active_adapters[0]
    out: Tensor = self.base_layer(x)
    outward = self.lora_B[name].weight.to(out.dtype)
    low = _low(self, x, out.dtype, name)
    if torch.compiler.is_compiling() and torch.is_grad_enabled():
        both: Tensor = _Added.apply(  # type: ignore[no-untyped-call]
            out.flatten(0, -2), low.flatten(0, -2), outward, self.scaling[name]
        )
    else:
        both = torch.addmm(out.flatten(0, -2), low.flatten(0, -2), outward.t(), alpha=self.scaling[name])
    return both.view(out.shape)


@torch.library.custom_op("sqlwright::add_product_", mutates_args=("out",))
def _add_product(out: Tensor, a: Tensor, b: Tensor, scale: float) -> None:
    """Add `scale * a @ b` to `out`, in place: a compiler would copy `out` first."""
    out.addmm_(a, b, alpha=scale)


class _Added(torch.autograd.Function):
    """`out + scale * low @ outward.T`, written over `out`, which nobody else needs: a product does not keep its result.

    Shapes: out (tokens, outputs), low (tokens, rank), outward (outputs, rank).
    """

    @staticmethod
    def forward(ctx: Any, out: Tensor, low: Tensor, outward: Tensor, scale: float) -> Tensor:
        ctx.save_for_backward(low, outward)
        ctx.scale = scale
        both = out.clone()  # taken away by the compiler, as `out` has no other use
        _add_product(both, low, outward.t(), scale)
        return both

    @staticmethod
    def backward(ctx: Any, *outwards: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        (gradient,) = outwards
        low, outward = ctx.saved_tensors
        return gradient, (gradient @ outward) * ctx.scale, (gradient.t() @ low) * ctx.scale, None


def _low(module: Any, x: Tensor, dtype: torch.dtype, name: str) -> Tensor:
    """Return the product with the adapter's first matrix, a part of that of all its mates where it has some."""
    mates = module.__dict__.get("_mates")
    if mates is None or not torch.compiler.is_compiling():
        return torch.nn.functional.linear(module.lora_dropout[name](x).to(dtype), module.lora_A[name].weight.to(dtype))
    held = module.__dict__["_held"]
    if not held or held[0] is not x:
        inward = torch.cat([mate.lora_A[name].weight for mate in mates]).to(dtype)
        held[:] = [x, torch.nn.functional.linear(x.to(dtype), inward)]
    joined: Tensor = held[1]
    if module is mates[-1]:
        held.clear()
    start = 0
    for mate in mates:
        if mate is module:
            break
        start += mate.lora_A[name].weight.shape[0]
    return joined[..., start : start + module.lora_A[name].weight.shape[0]]
