from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a database, a base model and questions; benchmarks only read there."""
    from bench_world import make_world

    return make_world(tmp_path_factory.mktemp("world"))
