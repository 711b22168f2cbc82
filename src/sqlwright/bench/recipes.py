"""The benchmark that the command line asks for: that of a file, or of recipes on a project's own data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlwright.bench.file import BASE, Bench, make_bench, read_bench
from sqlwright.config import read_toml
from sqlwright.errors import ConfigError


def bench_of(
    files: Sequence[Path], project: Path, *, methods: Sequence[str] = (), seeds: Sequence[int] = ()
) -> tuple[Bench, Path]:
    """Return a benchmark and the folder that its results belong in.

    Args:
        files: one benchmark's file, which has a table [data.NAME]; or recipes, which become the models of a matrix.
        project: of recipes, the folder of the project whose splits they are trained and judged on.
        methods: in place of the file's; of recipes base, lora and qlora where none is named.
        seeds: in place of the file's.

    Raises:
        ConfigError: a file cannot be read, or benchmarks and recipes are mixed.
    """
    chosen: dict[str, Any] = {}
    chosen |= {"methods": list(methods)} if methods else {}
    chosen |= {"seeds": list(seeds)} if seeds else {}
    own = [file for file in files if "data" in read_toml(file)]
    if len(files) == 1 and own:
        bench = read_bench(files[0])
        changed = bench.file.model_copy(update=chosen)
        if chosen:
            parts = {name: part.model_copy(update=chosen) for name, part in bench.file.matrix.items()}
            changed = changed.model_copy(update={"matrix": parts})
        return Bench(changed, bench.folder), files[0].with_suffix(".results")
    if own:
        raise ConfigError(f"{own[0]}: is a benchmark of its own; give it alone, or recipes alone")
    values = {
        "title": f"{', '.join(file.stem for file in files)} on {project.resolve().name}",
        "models": [str(file.resolve()) for file in files],
        "methods": [BASE, "lora", "qlora"],
        "data": {project.resolve().name: {"project": str(project.resolve())}},
        **chosen,
    }
    return make_bench(values, project, where="bench"), project / "bench"
