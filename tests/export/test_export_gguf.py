"""A GGUF file holds what the checkpoint does, and llama.cpp says with it what transformers says."""

from __future__ import annotations

import pytest
