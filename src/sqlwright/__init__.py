"""sqlwright fine-tunes open LLMs to write SQL for your database, and proves by execution that the tuned model is better."""

from __future__ import annotations

__version__ = "0.1.0"

__all__ = ["__version__"]
