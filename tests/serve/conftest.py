from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from served import Served, make_project, served


@pytest.fixture(scope="module")
def server(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service of a tiny random model over the shop, without keys."""
    with served(make_project(tmp_path_factory.mktemp("served"), tiny_base)) as server:
        yield server
