"""Lists a benchmark's cells: models x methods x data sets x seeds, and any option of [train] or [predict] as an axis.

    for place in placed(read_bench("bench.toml")):
        place.part, place.cell.id, place.options

Settings come from the embedded base's own, `[settings.*]`, the model, the method and the axes, of which the later win.
A cell is known by all that its figures depend on, so that one that two matrices share is done once.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import sqlwright.base as embedded
from sqlwright.bench.file import BASE, METHODS, Bench, MethodEntry, ModelEntry, Part
from sqlwright.config import Config, TrainConfig, merged, parse
from sqlwright.errors import ConfigError

PAIRS = "pairs"
"""The axis that says how many training examples a model gets; 0 is all."""
_OPTIONS = ("train", "predict")

Values = dict[str, dict[str, Any]]
"""Settings by section."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One model, tuned in one way on one data set with one seed, and how it answers."""

    id: str
    data: str
    model: str
    method: str
    seed: int
    pairs: int
    """How many training examples it gets; 0 is all."""
    config: Config
    training: str
    """Id of its training, which cells that differ only in how they answer share."""

    @property
    def tuned(self) -> bool:
        """Whether anything is trained."""
        return self.method != BASE

    def to_json(self) -> dict[str, Any]:
        """Return the cell as a JSON object."""
        names = ("id", "data", "model", "method", "seed", "pairs", "training")
        return {name: getattr(self, name) for name in names} | {"config": self.config.model_dump(mode="json")}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Cell:
        """Return the cell that `to_json` told of."""
        return cls(**{**told, "config": parse(told["config"], where=told["id"])})


@dataclass(frozen=True, slots=True)
class Placed:
    """A cell's place in a matrix."""

    part: str
    cell: Cell
    options: tuple[tuple[str, Any], ...]
    """Its value on each axis."""


def placed(bench: Bench, *, where: str = "bench") -> list[Placed]:
    """Return every cell at every place that it has, in the file's order. Raises ConfigError as `make_bench` does."""
    file = bench.file
    found: dict[tuple[str, str, tuple[tuple[str, Any], ...]], Placed] = {}
    for name, part in bench.parts.items():
        axes = _axes(part, f"{where}: matrix.{name}")
        sides = (
            part.data or list(file.data),
            part.models or file.models or list(file.model) or [embedded.NAME],
            part.methods or file.methods,
        )
        for data, model, method in product(*sides):
            if data not in file.data:
                raise ConfigError(f"{where}: there is no data set {data!r}; there are {', '.join(file.data)}")
            for options, seed in product(_points(axes, method), part.seeds or file.seeds):
                cell = _cell(bench, (data, model, method), seed, dict(options), where)
                found.setdefault((name, cell.id, options), Placed(name, cell, options))
    return list(found.values())


def _axes(part: Part, where: str) -> dict[str, list[Any]]:
    for key in part.axes:
        section, _, name = key.partition(".")
        if key != PAIRS and (section not in _OPTIONS or name not in getattr(Config(), section).__class__.model_fields):
            raise ConfigError(f"{where}: no axis {key!r}; there are pairs, train.KEY and predict.KEY")
    return part.axes


def _points(axes: Mapping[str, Sequence[Any]], method: str) -> Iterator[tuple[tuple[str, Any], ...]]:
    """Yield the points of the axes; what is about training says nothing of a model that is not tuned."""
    told = {key: values for key, values in axes.items() if method != BASE or key.startswith("predict.")}
    for point in product(*told.values()):
        yield tuple(zip(told, (tuple(v) if isinstance(v, list) else v for v in point), strict=True))


def _cell(bench: Bench, names: tuple[str, str, str], seed: int, options: Mapping[str, Any], where: str) -> Cell:
    data, model, method = names
    values = _settings(bench, model, method, where)
    pairs = 0
    for key, value in options.items():
        section, _, field = key.partition(".")
        plain = list(value) if isinstance(value, tuple) else value
        if key == PAIRS:
            pairs = _count(plain, where)
        else:
            values = merged(values, {section: {field: plain}})
    values = merged(values, {"train": {"seed": seed}, "predict": {"seed": seed}})
    config = parse(merged(values, {"train": {"base": _place(bench, values["train"]["base"])}}), where=where)
    if method == BASE:
        seed = 0
        train = TrainConfig(
            base=config.train.base, template=config.train.template, trust_remote_code=config.train.trust_remote_code
        )
        predict = config.predict.model_copy(update={"seed": 0})
        config = config.model_copy(update={"train": train, "predict": predict})
    told = config.model_dump(mode="json")
    told["train"]["base"] = values["train"]["base"]  # as it is written, wherever that lies on this machine
    training = [bench.file.data[data].model_dump(), pairs, method == BASE]
    training += [told[section] for section in ("database", "synth", "split", "train")]
    answering = [told["predict"], {name: value for name, value in told["evaluate"].items() if name != "workers"}]
    short = model.removesuffix(".toml").rstrip("/").rsplit("/", 1)[-1]
    name = re.sub(r"[^\w.]+", "-", f"{data}-{short}-{method}").strip("-.")
    name += (f"-p{pairs}" if pairs else "") + (f"-s{seed}" if method != BASE else "")
    return Cell(
        f"{name}-{_mark([training, answering])}",
        data,
        model,
        method,
        seed,
        pairs,
        config,
        f"{name}-{_mark(training)}",
    )


def _count(value: Any, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ConfigError(f"{where}: {PAIRS}: give numbers of training examples, 0 for all (found {value!r})")
    return value


def _settings(bench: Bench, model: str, method: str, where: str) -> Values:
    """Return the settings of a model and a method, without axes."""
    file = bench.file
    entry = file.model.get(model) or (ModelEntry(recipe=model) if model.endswith(".toml") else ModelEntry(base=model))
    own: Values = _recipe(Path(bench.path(entry.recipe))) if entry.recipe else {}
    own = merged(own, {"train": {"base": entry.base} if entry.base else {}})
    own = merged(own, {"train": entry.train, "predict": entry.predict})
    if method != BASE and method not in file.method and method not in METHODS:
        known = ", ".join([BASE, *METHODS, *file.method])
        raise ConfigError(f"{where}: there is no method {method!r}; there are {known}")
    tuning = file.method.get(method, MethodEntry())
    named: Values = {"train": {"method": method}} if method in METHODS else {}
    values = merged({"evaluate": {"spider_em": True}}, file.settings)
    own["train"].setdefault("base", embedded.NAME)
    if own["train"]["base"] == embedded.NAME:
        values = merged({"train": dict(embedded.TUNING)}, values)
    for layer in (own, named, {"train": tuning.train, "predict": tuning.predict}):
        values = merged(values, layer)
    return values


def _place(bench: Bench, base: str) -> str:
    """Return where a base is: a folder beside the benchmark's file, or what it is called elsewhere."""
    beside = bench.path(base)
    return beside if Path(beside).is_dir() else base


def _recipe(path: Path) -> Values:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as a recipe ({error})") from None


def _mark(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]
