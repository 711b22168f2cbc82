"""Rows of a data set in the Hub's formats, through the `datasets` library, which is loaded only here."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlwright.data._source import Raw
from sqlwright.errors import DataError, MissingExtra

_LOADERS = {".parquet": "parquet", ".arrow": "arrow", ".json": "json", ".jsonl": "json", ".csv": "csv"}


def is_hub(path: Path) -> bool:
    """Return whether only `datasets` reads this: a Parquet or Arrow file, or a folder it saved."""
    if path.is_dir():
        return any((path / name).exists() for name in ("dataset_info.json", "dataset_dict.json", "state.json"))
    return path.suffix.lower() in (".parquet", ".arrow")


def iter_hub(name: str | Path) -> Iterator[Raw]:
    """Yield the rows of every split of a local file, a saved folder, or a data set of this name on the Hub.

    Raises:
        MissingExtra: `datasets` is not installed.
        DataError: it cannot load `name`.
    """
    try:
        import datasets
    except ImportError:
        raise MissingExtra("datasets", "hub") from None
    path = Path(name)
    with tempfile.TemporaryDirectory() as cache:
        try:
            rows = _rows(datasets, path, str(name), cache)
        except Exception as error:  # the library raises whatever its many loaders do
            detail = str(error).strip().split("\n")[0]
            raise DataError(f"{name}: the data set cannot be loaded ({type(error).__name__}: {detail})") from None
    for number, row in enumerate(rows, 1):
        yield Raw(number, number, row)


def _rows(datasets: Any, path: Path, name: str, cache: str) -> list[dict[str, object]]:
    quiet = not datasets.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    try:
        if path.is_dir() and is_hub(path):
            loaded = datasets.load_from_disk(str(path))
        elif path.exists() and path.suffix.lower() in _LOADERS:
            loader = _LOADERS[path.suffix.lower()]
            loaded = datasets.load_dataset(loader, data_files=str(path), cache_dir=cache)
        else:
            loaded = datasets.load_dataset(name)
        splits = loaded.values() if isinstance(loaded, dict) else [loaded]
        return [row for split in splits for row in split.to_list()]
    finally:
        if not quiet:
            datasets.enable_progress_bars()
