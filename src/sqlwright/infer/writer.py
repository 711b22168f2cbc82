"""The one interface of whatever writes SQL: a model in this process, a GGUF file, a server.

    writer.generate(prompts)                    # the answer to each prompt, in their order
    writer.candidates(prompts, count=8)         # several statements for each, for `choose`

`engine.Engine` (transformers), `llamacpp.LlamaCpp`, `vllm.Vllm` and `endpoint.Endpoint` fit it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from sqlwright.infer.choose import Candidate
from sqlwright.records import Prediction, Prompt
from sqlwright.schema import Schema

if TYPE_CHECKING:
    from sqlwright.infer.sampling import Sampling

Progress = Callable[[int, int], None]
"""Called with how many prompts are done, of how many."""
Done = Callable[[Prediction], None]
"""Called with each prediction as soon as it is there, in any order."""


class Writer(Protocol):
    """What writes SQL for prompts."""

    def generate(
        self,
        prompts: Sequence[Prompt],
        *,
        max_new_tokens: int = ...,
        batch_size: int = ...,
        db_ids: Mapping[str, str] | None = ...,
        schemas: Mapping[str, Schema] | None = ...,
        sampling: Sampling | None = ...,
        progress: Progress | None = ...,
        done: Done | None = ...,
    ) -> list[Prediction]:
        """Return the answer to each prompt, in their order.

        Args:
            batch_size: how many prompts are under way at once.
            schemas: schema by prompt id that its answer must keep to, where the engine can hold it to that.
            sampling: draws the answer; None takes the likeliest token after token.
        """
        ...

    def candidates(
        self,
        prompts: Sequence[Prompt],
        *,
        count: int,
        max_new_tokens: int = ...,
        batch_size: int = ...,
        schemas: Mapping[str, Schema] | None = ...,
        sampling: Sampling | None = ...,
        progress: Progress | None = ...,
    ) -> list[list[Candidate]]:
        """Return up to `count` different statements for each prompt, the best first."""
        ...
