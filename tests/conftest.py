"""Fixtures shared by all tests: a model, a shop, servers made for the run, a cache of its own, the reference data."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from mariadb_server import mariadb_url
from postgres_server import NoPostgres, PostgresServer, postgres_server

__all__ = ["mariadb_url"]

# Before torch is imported: threads that wait leave the processor to others, and tests side by side take one each.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# A busy machine must not fail a test: what is timed stands in benchmarks/.
settings.register_profile("sqlwright", deadline=None)
settings.load_profile("sqlwright")

# Started in the background of a script, this process ignores Ctrl-C, and so would what the tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

REFERENCE_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep gold results, answers of judges and interrupted runs apart from the user's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SQLWRIGHT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a tiny random model's folder. No test writes there."""
    from tiny_model import make_tiny_model

    return make_tiny_model(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture(scope="session")
def shop_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small shop's SQLite file. No test writes there."""
    from shop_world import make_shop

    return make_shop(tmp_path_factory.mktemp("shop") / "shop.db")


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """Return the folder of reference data; skip where it is not beside the checkout."""
    if not REFERENCE_DATA.is_dir():
        pytest.skip("the reference data is not beside the checkout")
    return REFERENCE_DATA


@pytest.fixture(scope="session")
def spider_databases(reference_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with Spider's train databases, unpacked for this run, as <db_id>/<db_id>.sqlite."""
    archive = reference_data / "spider" / "databases-train.tar.zst"
    if not archive.is_file() or shutil.which("zstd") is None:
        pytest.skip("Spider's databases or the zstd program are missing")
    folder = tmp_path_factory.mktemp("spider")
    subprocess.run(["tar", "--zstd", "-xf", str(archive), "-C", str(folder)], check=True)
    return folder


@pytest.fixture(scope="session")
def postgres_process() -> Iterator[PostgresServer]:
    """Return a PostgreSQL server made for this run; a test that stops it starts it again."""
    try:
        with postgres_server() as server:
            yield server
    except NoPostgres as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def postgres_url(postgres_process: PostgresServer) -> str:
    """Return the URL of a PostgreSQL server with an empty database, made for this run and thrown away after it.

    A test makes its own schema or uniquely named tables, since all tests share the database.
    """
    return postgres_process.url
