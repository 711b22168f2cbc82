"""Chooses among candidates by running them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlwright.database import Executor


def choose(candidates: Sequence[str], executor: Executor) -> str:
    """Return the first candidate that executes, or the first of all when none does ("" when there are none).

    Args:
        candidates: statements, the model's favourite first.

    Source: Wang et al. 2018, "Robust Text-to-SQL Generation with Execution-Guided Decoding".
    """
    for sql in dict.fromkeys(candidates):
        if sql and executor.run(sql).status == "ok":
            return sql
    return candidates[0] if candidates else ""
