"""Prepares a benchmark's data: each data set once, as a project's folder, and of it what one training gets.

    <out>/data/<name>/     the data set, read, audited and split as in any project
    <out>/jobs/<id>/       a project for one training, with its own part of the train split

A data set whose files and settings are unchanged is left as it is.
"""

from __future__ import annotations

import json
import os
import random
import shutil
from pathlib import Path
from typing import Any

from sqlwright.bench.file import Bench, DataSet
from sqlwright.bench.matrix import Cell
from sqlwright.config import FILE, Config, DatabaseConfig, load
from sqlwright.errors import DataError
from sqlwright.project import Layout, Progress, Project, digest, settings_text
from sqlwright.records import Example, read_jsonl, write_jsonl, write_text

SPLITS = ("train", "validation", "test")
_READY = "ready.json"


def prepare(bench: Bench, name: str, config: Config, out: Path, progress: Progress) -> Path:
    """Return the folder of a data set with its splits, after making it where it is not there yet.

    Args:
        config: of any cell on it: the settings of [database], [synth] and [split] are the same for all.

    Raises:
        SqlwrightError: a file or a database cannot be read, or nothing is left to train or judge on.
    """
    data = bench.file.data[name]
    folder = out / "data" / name
    told = config.model_dump(mode="json")
    key = {
        "data": data.model_dump(),
        "settings": {section: told[section] for section in ("database", "synth", "split")},
        "files": {file: digest(Path(bench.path(file))) for file in (*data.train, *data.validation, *data.test)},
    }
    if data.project:
        splits = Layout(Path(bench.path(data.project)))
        key["files"] = {split: digest(splits.split(split)) for split in SPLITS}
    ready = folder / _READY
    if ready.exists() and json.loads(ready.read_text(encoding="utf-8")) == json.loads(json.dumps(key)):
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    if data.project:
        _take_over(Path(bench.path(data.project)), folder)
    else:
        _gather(bench, data, told, folder, progress)
    for split in ("train", "test"):
        if not Layout(folder).split(split).stat().st_size:
            raise DataError(f"data.{name}: the {split} split holds no examples; see {folder}")
    write_text(ready, json.dumps(key, indent=1) + "\n")
    return folder


def data_mark(folder: Path) -> str:
    """Return what tells a prepared data set from another with the same settings: a digest of its splits."""
    return ",".join(digest(Layout(folder).split(split))[:12] for split in SPLITS)


def job_folder(cell: Cell, prepared: Path, out: Path) -> Path:
    """Return the project folder of a cell's training, with its part of the train split and its settings.

    Raises:
        DataError: the cell asks for more training examples than there are.
    """
    folder = out / "jobs" / cell.training
    source, layout = Layout(prepared), Layout(folder)
    mark = folder / "data.mark"
    now = data_mark(prepared)
    if not (mark.exists() and mark.read_text(encoding="utf-8") == now):
        shutil.rmtree(folder, ignore_errors=True)
        layout.data.mkdir(parents=True)
        for file in (source.split("validation"), source.split("test"), source.schemas):
            if file.exists():
                shutil.copyfile(file, layout.data / file.name)
        write_jsonl(layout.split("train"), some(read_jsonl(source.split("train"), Example), cell.pairs, cell.seed))
        write_text(mark, now)
    write_text(layout.settings, settings_text(config_of(cell, prepared)))
    return folder


def config_of(cell: Cell, prepared: Path) -> Config:
    """Return a cell's settings with the databases of its data set; a job's folder lies as deep as a data set's."""
    database = load(prepared / FILE).database
    return cell.config.model_copy(update={"database": database})


def some(examples: list[Example], count: int, seed: int) -> list[Example]:
    """Return so many examples in their order, 0 for all; of one seed, fewer are always among more. Raises DataError."""
    if count > len(examples):
        raise DataError(f"{count:,} pairs were asked for; the train split holds {len(examples):,}")
    if not count:
        return examples
    order = list(range(len(examples)))
    random.Random(seed).shuffle(order)
    return [examples[at] for at in sorted(order[:count])]


def _take_over(project: Path, folder: Path) -> None:
    """Copy a project's splits, with the place of its databases as it is from the new folder."""
    source, config = Layout(project), load(project / FILE)
    for split in SPLITS:
        if not source.split(split).exists():
            raise DataError(f"{source.split(split)}: not there yet; make it with: sqlwright data split -C {project}")
    Layout(folder).data.mkdir(parents=True)
    for file in (*map(source.split, SPLITS), source.schemas):
        if file.exists():
            shutil.copyfile(file, Layout(folder).data / file.name)
    database = config.database.model_copy(update=_moved(config.database, project, folder))
    write_text(folder / FILE, settings_text(config.model_copy(update={"database": database})))


def _moved(database: DatabaseConfig, before: Path, after: Path) -> dict[str, str]:
    """Return the settings of a database that are paths, as they are from another folder."""

    def moved(path: str) -> str:
        return path if Path(path).is_absolute() else Path(os.path.relpath(before / path, after)).as_posix()

    found = {name: moved(value) for name in ("folder", "tables") if (value := getattr(database, name))}
    scheme, separator, rest = database.url.partition(":///")
    if separator and scheme.split("+")[0] in ("sqlite", "duckdb"):
        found["url"] = f"{scheme}:///{moved(rest)}"
    return found


def _gather(bench: Bench, data: DataSet, told: dict[str, Any], folder: Path, progress: Progress) -> None:
    """Read, or make, a data set's examples, run every statement and split them."""
    database = {name: value for name, value in told["database"].items() if name not in ("url", "folder")}
    if database["tables"]:
        database["tables"] = os.path.relpath(bench.path(database["tables"]), folder)
    overrides = {"database": database, "synth": told["synth"], "split": told["split"]}
    project = Project.init(folder, bench.path(data.databases), overrides, force=True, progress=progress)
    given = {"train": data.train, "validation": data.validation, "test": data.test}
    for split, files in given.items():
        # Without questions to judge on, the split takes them from the training examples.
        part = split if split != "train" or data.test else ""
        for number, file in enumerate(files):
            progress(f"reading {Path(file).name}", 0, 0, "")
            project.import_data(bench.path(file), data.format, split=part, name=f"{split}-{number}")
    if not data.train:
        project.synth()
    project.audit()
    project.split()
    if data.test and not data.train:  # made pairs are for training alone
        path = project.layout.split("test")
        write_jsonl(path, [example for example in read_jsonl(path, Example) if example.meta.get("split") == "test"])
