from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
for folder in (Path(__file__).parents[1], Path(__file__).parents[1] / "project"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a database, a base model and questions; benchmarks only read there."""
    from bench_world import make_world

    return make_world(tmp_path_factory.mktemp("world"))
