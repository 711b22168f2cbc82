"""What an export writes appears whole or not at all: a full disk and Ctrl-C leave nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from export_models import make_model

from sqlwright.errors import ConfigError, ResourceError
from sqlwright.export._whole import room_for, whole_file, whole_folder

_LIMITED = """
import resource, sys
from pathlib import Path
from sqlwright.errors import ResourceError
from sqlwright.export import find_source, merge, write_gguf
folder = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
for export in (
    lambda: merge(find_source(folder / "model"), folder / "merged"),
    lambda: write_gguf(folder / "model", folder / "model.gguf"),
):
    try:
        export()
    except ResourceError as error:
        print(error)
"""


def test_a_disk_that_takes_no_more_leaves_nothing(tmp_path: Path) -> None:
    make_model(tmp_path / "model", "llama")
    assert (tmp_path / "model" / "model.safetensors").stat().st_size > 200_000
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(tmp_path)], capture_output=True, text=True, timeout=120, check=False
    )
    told = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert [line.split(": ")[0] for line in told] == [str(tmp_path / "merged"), str(tmp_path / "model.gguf")]
    assert all("the disk is full, or takes no file so large" in line for line in told)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


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
