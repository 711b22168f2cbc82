"""What an export writes appears whole or not at all: a full disk and Ctrl-C leave nothing."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from export_models import make_model

from sqlwright.errors import ConfigError, ResourceError
from sqlwright.export import find_source, merge, write_gguf
from sqlwright.export._whole import room_for, whole_file, whole_folder


@contextmanager
def _files_of_at_most(size: int) -> Iterator[None]:
    """Let the system refuse whatever makes a file larger, as a disk that is full does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_takes_no_more_leaves_nothing(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "model", "llama")
    assert (folder / "model.safetensors").stat().st_size > 200_000
    for out, export in (
        (tmp_path / "merged", lambda: merge(find_source(folder), tmp_path / "merged")),
        (tmp_path / "model.gguf", lambda: write_gguf(folder, tmp_path / "model.gguf")),
    ):
        with _files_of_at_most(100_000), pytest.raises(ResourceError) as caught:
            export()
        assert str(caught.value).startswith(f"{out}: the disk is full")
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_k_quant_that_the_disk_does_not_take_leaves_nothing(tmp_path: Path) -> None:
    pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed; it builds for minutes")
    from sqlwright.export.llamacpp import quantise

    folder = make_model(tmp_path / "model", "llama3", hidden_size=256, intermediate_size=512)
    whole = write_gguf(folder, tmp_path / "whole.gguf").path
    with (
        _files_of_at_most(100_000),
        pytest.raises(ResourceError, match="the disk is full"),
        whole_file(tmp_path / "model.gguf") as file,
    ):
        quantise(whole, file, "q4_k_m")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model", "whole.gguf"]


def test_the_folder_is_there_when_all_is_written(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    with whole_folder(out) as folder:
        (folder / "a").write_text("1")
        assert not out.exists()
    assert (out / "a").read_text() == "1"
    with pytest.raises(ConfigError, match="--force"), whole_folder(out):
        pass
    for error in (KeyboardInterrupt, ValueError):
        with pytest.raises(error), whole_folder(out, force=True) as folder:
            (folder / "b").write_text("2")
            raise error
    assert [path.name for path in out.iterdir()] == ["a"]
    with whole_folder(out, force=True) as folder:
        (folder / "b").write_text("2")
    assert [path.name for path in out.iterdir()] == ["b"]
    with pytest.raises(ConfigError, match="name a file"), whole_file(out, force=True):
        pass
    with whole_file(tmp_path / "deep" / "file") as file:
        file.write_text("3")
        file.with_name("scratch").write_text("4")
    assert sorted(path.name for path in out.parent.iterdir()) == ["file", "out"]


def test_room_is_looked_for_beforehand(tmp_path: Path) -> None:
    room_for(tmp_path / "not" / "there" / "yet", 1000)
    with pytest.raises(ResourceError, match=r"needs 1000000.0 GB"):
        room_for(tmp_path / "out", 10**15)
