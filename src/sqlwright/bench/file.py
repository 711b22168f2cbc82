"""A benchmark's TOML file: data sets, models, methods, settings and matrices.

    title = "LoRA against QLoRA"
    seeds = [0, 1]
    methods = ["base", "lora", "qlora"]

    [data.shop]
    databases = "shop.db"
    train = ["train.jsonl"]
    test = ["test.jsonl"]

    [matrix.pairs]                     # without a matrix, there is one of everything above
    methods = ["lora"]
    axes = { pairs = [250, 1000, 0], "train.rank" = [8, 16] }

`sqlwright.bench.matrix` makes the cells of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from sqlwright.config import Section, read_toml
from sqlwright.errors import ConfigError

BASE = "base"
"""The method that tunes nothing."""
METHODS = ("lora", "qlora", "dora", "rslora", "full")
"""The methods that need no entry of their own."""
SETTINGS = ("database", "synth", "split", "train", "predict", "evaluate")
"""The sections that a benchmark may set."""


class DataSet(Section):
    """A data set: where its databases and its examples are; paths count from the file's own folder."""

    databases: str = ""
    """Folder of SQLite files, database file or URL, as `sqlwright init --db` takes it."""
    project: str = ""
    """In place of all else: a project's folder, whose splits are taken as they are."""
    train: list[str] = Field(default=[])
    """Files of training examples; without one, pairs are made from the schema (`settings.synth`)."""
    validation: list[str] = Field(default=[])
    """Files to validate on while training."""
    test: list[str] = Field(default=[])
    """Files of questions to judge on; without one, the test part of the training examples."""
    format: str = "auto"
    """Format of the files."""

    @model_validator(mode="after")
    def _from_somewhere(self) -> Self:
        if bool(self.databases) == bool(self.project):
            raise ValueError("give either databases or project")
        return self


class ModelEntry(Section):
    """A model: its base, a recipe, and settings of its own."""

    base: str = ""
    """As `train.base` names it."""
    recipe: str = ""
    """TOML file with settings for it."""
    train: dict[str, Any] = Field(default={})
    """Settings of [train]."""
    predict: dict[str, Any] = Field(default={})
    """Settings of [predict]."""


class MethodEntry(Section):
    """A way to tune, with settings of its own."""

    train: dict[str, Any] = Field(default={})
    """Settings of [train]; `method` is the entry's name where that is one."""
    predict: dict[str, Any] = Field(default={})
    """Settings of [predict]."""


class Part(Section):
    """A matrix: what is not said is taken from the whole file."""

    title: str = ""
    """Heading of its tables."""
    models: list[str] = Field(default=[])
    """Names of models."""
    methods: list[str] = Field(default=[])
    """Names of methods; "base" tunes nothing."""
    data: list[str] = Field(default=[])
    """Names of data sets."""
    seeds: list[int] = Field(default=[])
    """Seeds of training."""
    axes: dict[str, list[Any]] = Field(default={})
    """Values of options: "pairs", or a key of [train] or [predict] such as "train.rank"."""


class BenchFile(Section):
    """The whole of a benchmark's file."""

    title: str = ""
    """Heading of the report."""
    models: list[str] = Field(default=[])
    """Names of models: of a `[model.NAME]`, of a base, or a recipe's file; by default all `[model.*]`."""
    methods: list[str] = Field(default=[BASE, "lora", "qlora"])
    """Names of methods: lora, qlora, dora, rslora, full, of a `[method.NAME]`, or "base", which tunes nothing."""
    seeds: list[int] = Field(default=[0])
    """Seeds of training."""
    versus: list[list[str]] = Field(default=[["lora", "qlora"]])
    """Pairs of methods to set against each other where they are alike in all else."""
    published: str = ""
    """TOML file of figures that others have published, to stand beside the measured ones."""
    keep_models: bool = True
    """Whether tuned weights stay in the folder of results."""
    data: dict[str, DataSet]
    """Data sets by name."""
    model: dict[str, ModelEntry] = Field(default={})
    """Models by name."""
    method: dict[str, MethodEntry] = Field(default={})
    """Methods by name."""
    settings: dict[str, dict[str, Any]] = Field(default={})
    """Settings for every cell, by section as in `sqlwright.toml`."""
    matrix: dict[str, Part] = Field(default={})
    """Matrices by name."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A benchmark: what its file says, and the folder that its paths count from."""

    file: BenchFile
    folder: Path

    def path(self, name: str) -> str:
        """Return a path, or a URL as it is, from where the program runs."""
        return name if "://" in name or name.startswith("${") else str(self.folder / name)

    @property
    def parts(self) -> dict[str, Part]:
        """The matrices; the whole file is one where it names none."""
        return self.file.matrix or {"all": Part(title=self.file.title)}


def read_bench(path: str | Path) -> Bench:
    """Read a benchmark's file.

    Raises:
        ConfigError: it cannot be read, has unknown keys, or names what is not there.
    """
    path = Path(path)
    return make_bench(read_toml(path), path.parent, where=str(path))


def make_bench(values: Mapping[str, Any], folder: Path, *, where: str) -> Bench:
    """Return the benchmark of plain values. Raises ConfigError, with `where` in its message."""
    try:
        bench = Bench(BenchFile.model_validate(values), folder)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{where}: {key}: {first['msg']} (found {first['input']!r})") from None
    if unknown := sorted(set(bench.file.settings) - set(SETTINGS)):
        raise ConfigError(f"{where}: unknown section settings.{unknown[0]}; known: {', '.join(SETTINGS)}")
    if any(len(pair) != 2 for pair in bench.file.versus):
        raise ConfigError(f"{where}: versus: give pairs of methods, such as [['lora', 'qlora']]")
    if not bench.file.data:
        raise ConfigError(f"{where}: has no data set; add a [data.NAME]")
    return bench
