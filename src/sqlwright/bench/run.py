"""Works a benchmark off: prepares its data, measures its cells side by side, and writes tables and pictures.

    found = run_bench(read_bench("bench.toml"), "bench-results", side_by_side=2)
    found["rows"], found["failed"], found["wrote"]

<out>/cells/<id>.json   a finished cell: its settings, versions, machine and figures, or the reason why it has none
<out>/jobs/, data/      what trainings and data sets are made in (see `sqlwright.bench.prepare`)
<out>/logs/<id>.log     what a training and its cells wrote
<out>/results.*         tables; *.svg are curves

Cells that are done stay; failed ones are tried again; a training that was interrupted goes on from its checkpoint.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlwright.bench.file import Bench
from sqlwright.bench.matrix import Cell, Placed, placed
from sqlwright.bench.prepare import data_mark, job_folder, prepare
from sqlwright.bench.report import write_results
from sqlwright.bench.results import Record, read_records, rows_of
from sqlwright.bench.workers import why, work_off
from sqlwright.errors import DataError, SqlwrightError
from sqlwright.project import Progress, Project, silent
from sqlwright.records import write_text

_SPECS = "specs"


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to do."""

    places: list[Placed]
    cells: dict[str, Cell]
    """Every cell once, by id."""
    prepared: dict[str, Path]
    """The folder of each data set."""
    marks: dict[str, str]
    """What tells each data set's present state."""
    records: dict[str, Record]
    """Cells that have a result, of the data as they are now."""

    @property
    def left(self) -> dict[str, list[Cell]]:
        """The cells that are not done, by their training; the longest trainings first."""
        found: dict[str, list[Cell]] = {}
        for cell in self.cells.values():
            if self.records.get(cell.id, {}).get("status") != "done":
                found.setdefault(cell.training, []).append(cell)
        return dict(sorted(found.items(), key=lambda item: -_work(item[1][0])))


def run_bench(bench: Bench, out: str | Path, *, side_by_side: int = 1, progress: Progress = silent) -> dict[str, Any]:
    """Measure every cell that is not done and write the results; return them as a JSON object.

    Args:
        out: the folder of results, of this run and of those before.
        side_by_side: processes that measure at once, on one device.

    Raises:
        ConfigError, DataError: the benchmark names what is not there, or a data set cannot be prepared.
        KeyboardInterrupt: it was stopped; finished cells and checkpoints are kept.
    """
    out = Path(out)
    with _alone_in(out):
        plan = make_plan(bench, out, progress)
        _show(bench, plan, out)
        commands = dict(_commands(plan, out, side_by_side))
        _report(plan, progress)
        threads = max(1, (os.cpu_count() or 1) // side_by_side)
        for name, code in work_off(commands, side_by_side=side_by_side, logs=out / "logs", threads=threads):
            _take(plan, plan.left[name], out, code, out / "logs" / f"{name}.log", side_by_side)
            if not bench.file.keep_models:
                shutil.rmtree(out / "jobs" / name / "runs" / "tuned" / "model", ignore_errors=True)
            _report(plan, progress)
            _show(bench, plan, out)
        wrote = _show(bench, plan, out)
    told: dict[str, Any] = json.loads((out / "results.json").read_text(encoding="utf-8"))
    return {**told, "cells": len(plan.cells), "wrote": [str(path) for path in wrote]}


def estimates(bench: Bench, out: str | Path, *, progress: Progress = silent) -> list[dict[str, Any]]:
    """Return, for each cell, its state and what its training would take here; data are prepared, nothing is measured.

    A finished cell, or one that differs from a finished one in its seed alone, has its real time.

    Raises:
        ConfigError, DataError: as `run_bench`.
    """
    out = Path(out)
    with _alone_in(out):
        return _estimated(make_plan(bench, out, progress), out, progress)


def make_plan(bench: Bench, out: Path, progress: Progress) -> Plan:
    """Prepare the data sets and return what there is to do. Raises as `run_bench` does."""
    places = placed(bench)
    cells = {place.cell.id: place.cell for place in places}
    of_data = {cell.data: cell.config for cell in cells.values()}
    prepared = {name: prepare(bench, name, config, out, progress) for name, config in of_data.items()}
    marks = {name: data_mark(folder) for name, folder in prepared.items()}
    known = read_records(out / "cells")
    records = {name: record for name, record in known.items() if name in cells}
    records = {name: one for name, one in records.items() if one["data"] == marks[cells[name].data]}
    return Plan(places, cells, prepared, marks, records)


def _estimated(plan: Plan, out: Path, progress: Progress) -> list[dict[str, Any]]:
    known: dict[str, dict[str, Any]] = {}
    for name, record in plan.records.items():
        if record["status"] == "done" and "train" in record:
            taken = {key: record["train"][key] for key in ("samples", "steps", "tokens", "memory_gib", "seconds")}
            known[_unseeded(plan.cells[name])] = {**taken, "by": "measured"}
    found = []
    for at, cell in enumerate(plan.cells.values()):
        progress("estimating", at, len(plan.cells), cell.id)
        told: dict[str, Any] = {"id": cell.id, "state": plan.records.get(cell.id, {}).get("status", "to do")}
        if cell.tuned and _unseeded(cell) not in known:
            try:
                folder = job_folder(cell, plan.prepared[cell.data], out)
                estimate = Project.open(folder).estimate()
                names = ("samples", "steps", "tokens", "memory_gib", "seconds")
                known[_unseeded(cell)] = {name: getattr(estimate, name) for name in names} | {"by": "estimated"}
            except SqlwrightError as error:
                known[_unseeded(cell)] = {"reason": str(error)}
        found.append(told | (known[_unseeded(cell)] if cell.tuned else {}))
    return found


def _commands(plan: Plan, out: Path, side_by_side: int) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield Python's arguments for each training with cells to do, after writing what its process is to know."""
    for name, cells in plan.left.items():
        data = cells[0].data
        for cell in cells:  # what an earlier try left
            (out / "cells" / f"{cell.id}.json").unlink(missing_ok=True)
        spec = out / _SPECS / f"{name}.json"
        try:
            folder = job_folder(cells[0], plan.prepared[data], out)
        except DataError as error:  # more pairs than there are
            for cell in cells:
                _keep(plan, out, _failure(plan, cell, str(error), side_by_side))
            continue
        told = {
            "folder": str(folder),
            "out": str(out / "cells"),
            "data": plan.marks[data],
            "side_by_side": side_by_side,
            "workers": max(1, (os.cpu_count() or 1) // side_by_side),
            "cells": [cell.to_json() for cell in cells],
        }
        write_text(spec, json.dumps(told, ensure_ascii=False, indent=1) + "\n")
        yield name, ("-m", "sqlwright.bench.job", str(spec))


def _take(plan: Plan, cells: Sequence[Cell], out: Path, code: int, log: Path, side_by_side: int) -> None:
    """Take in what a process left; a cell of which it left nothing failed, and its end is the reason."""
    fresh = read_records(out / "cells")
    for cell in cells:
        record = fresh.get(cell.id)
        if record:
            plan.records[cell.id] = record
        else:
            _keep(plan, out, _failure(plan, cell, why(code, log), side_by_side))


def _failure(plan: Plan, cell: Cell, reason: str, side_by_side: int) -> Record:
    told = {"cell": cell.to_json(), "data": plan.marks[cell.data], "side_by_side": side_by_side}
    return {**told, "status": "failed", "reason": reason}


def _keep(plan: Plan, out: Path, record: Record) -> None:
    name = record["cell"]["id"]
    plan.records[name] = record
    write_text(out / "cells" / f"{name}.json", json.dumps(record, ensure_ascii=False, indent=1) + "\n")


def _show(bench: Bench, plan: Plan, out: Path) -> list[Path]:
    return write_results(bench, rows_of(plan.places, plan.records), plan.records, out)


def _report(plan: Plan, progress: Progress) -> None:
    ended = [record["status"] for record in plan.records.values()]
    failed = f", {ended.count('failed')} failed" if "failed" in ended else ""
    what = f"measuring, {ended.count('done')} of {len(plan.cells)} cells done{failed}"
    progress(what, len(ended), len(plan.cells), "")


def _work(cell: Cell) -> float:
    """Return about how long a cell's training is beside the others'."""
    if not cell.tuned:
        return 0.0
    train = cell.config.train
    steps = train.max_steps * train.batch_size if train.max_steps > 0 else train.epochs * (cell.pairs or 10_000)
    return steps * (2.0 if train.method in ("qlora", "dora") else 1.0)


def _unseeded(cell: Cell) -> str:
    train = cell.config.train.model_dump(mode="json", exclude={"seed"})
    return json.dumps([cell.data, cell.pairs, train], sort_keys=True)


@contextmanager
def _alone_in(out: Path) -> Iterator[None]:
    """Keep other processes from the folder. Raises DataError when one is at work in it."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DataError(f"{out}: another benchmark is at work here; wait for it or name another folder") from None
        yield
