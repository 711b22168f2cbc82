"""One training and the cells that rest on it, measured in a process of its own: `python -m sqlwright.bench.job FILE`.

FILE is JSON: {"folder": the job's project, "cells": [...], "out": the folder of finished cells, "alone": bool}. Each
cell becomes one file there, whether it came to figures or to a reason why not. Standard input is a line to the process
that started this one: when it breaks, nobody waits for the results any more, and this process ends.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlwright._cache import cache_folder
from sqlwright.bench.matrix import Cell
from sqlwright.bench.meter import Meter
from sqlwright.database import Limits
from sqlwright.errors import SqlwrightError
from sqlwright.evaluate import Options, Summary, get_rule, score, summarise
from sqlwright.evaluate.summary import LEVELS
from sqlwright.project import Project, versions
from sqlwright.records import Example, Prediction, Verdict, read_jsonl, write_text

RUN = "tuned"
"""The run's name in a job's project."""
_TRAINING = "training.json"


def main(arguments: list[str]) -> int:
    """Measure the cells that a file names; return 130 when interrupted, else 0."""
    told = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    folder, out = Path(told["folder"]), Path(told["out"])
    for given in told["cells"]:
        cell = Cell.from_json(given)
        record: dict[str, Any] = {"cell": cell.to_json(), "data": told["data"], "side_by_side": told["side_by_side"]}
        try:
            record |= measure(cell, folder, workers=told["workers"], alone=told["side_by_side"] == 1)
            record["status"] = "done"
        except KeyboardInterrupt:
            return 130
        except Exception as error:  # whatever it is, it is this cell's result
            traceback.print_exc()
            kind = "" if isinstance(error, SqlwrightError) else f"{type(error).__name__}: "
            record |= {"status": "failed", "reason": kind + " ".join(str(error).split())}
        record |= {"machine": machine(), "versions": versions()}
        write_text(out / f"{cell.id}.json", json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    return 0


def measure(cell: Cell, folder: Path, *, workers: int = 0, alone: bool = True) -> dict[str, Any]:
    """Train, predict and judge a cell in a job's project; return its figures.

    Args:
        workers: processes that run statements; 0 is one a processor core.
        alone: whether no other cell is on the device, so that its energy is this cell's.
    """
    overrides = {
        "train": cell.config.train.model_dump(),
        "predict": cell.config.predict.model_dump(),
        "evaluate": {**cell.config.evaluate.model_dump(), "workers": workers},
    }
    project = Project.open(folder, overrides, progress=_say)
    import sqlwright.infer  # so that no stage's time is that of loading libraries
    import sqlwright.train  # noqa: F401

    told: dict[str, Any] = {}
    run = "base"
    if cell.tuned:
        run = RUN
        told["train"] = _train(project, alone)
    with Meter(energy=alone) as meter:
        outcome = project.predict(run, "test")
    predictions = read_jsonl(outcome.wrote[0], Prediction)
    tokens = sum(prediction.tokens for prediction in predictions)
    # The process's own peak holds that of training; a GPU's is counted anew.
    told["predict"] = {**asdict(meter.used), "questions": len(predictions), "tokens": tokens}
    with Meter(energy=False) as meter:
        told["scores"] = _scores(project, run, predictions, workers)
    told["score_seconds"] = meter.used.seconds
    return told


def _train(project: Project, alone: bool) -> dict[str, Any]:
    """Train, or find it done; return what it took."""
    folder = project.layout.run(RUN)
    file = folder / _TRAINING
    resumed = any((folder / "checkpoints").glob("checkpoint-*"))
    with Meter(energy=alone) as meter:
        outcome = project.train(RUN)
    if outcome.unchanged and file.exists():
        kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return kept
    result = json.loads((folder / "train.json").read_text(encoding="utf-8"))["result"]
    log = [json.loads(line) for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    peak = max([meter.used.memory_gib, *(row["memory_gib"] for row in log if "memory_gib" in row)])
    told = {
        "seconds": result["seconds"],
        "memory_gib": round(peak, 3),
        "energy_wh": None if outcome.unchanged or resumed else meter.used.energy_wh,  # else that of its last part
        "resumed": resumed,
        "samples": result["train"]["kept"],
        "tokens": round(result["train"]["tokens"] * result["epochs"]),
        **{name: result[name] for name in ("steps", "epochs", "samples_per_second", "share_saved")},
        **{name: result[name] for name in ("trainable", "parameters", "train_loss", "validation_loss")},
    }
    write_text(file, json.dumps(told, indent=1) + "\n")
    return told


def _scores(project: Project, run: str, predictions: list[Prediction], workers: int) -> dict[str, Any]:
    """Return the figures by measure: EX, TS where there are test suites, and EM where Spider's parser judged."""
    found = project.evaluate(run, on="test", base=False)
    ((name, summary),) = found.figures.items()
    verdicts = found.verdicts[name]
    measures = {"ts" if summary.suites else "ex": _measure(summary, verdicts, [one.correct for one in verdicts])}
    if summary.suites:
        plain, single = _on_one(project, found.rule, verdicts, predictions, workers)
        measures["ex"] = _measure(plain, single, [one.correct for one in single])
    if summary.spider_em is not None:
        matched = [one.spider_em for one in verdicts]
        measures["em"] = _measure(summary, verdicts, matched) | {"rule": "Spider's exact set match", "databases": ""}
    return {
        "questions": len(verdicts),
        "not_judged": found.not_judged,
        "executable": summary.executable,
        "token_match": summary.token_match,
        "ast_match": summary.ast_match,
        "errors": summary.by_error,
        "ids": _digest_of(verdicts),
        "measures": measures,
    }


def _on_one(
    project: Project, rule: str, verdicts: list[Verdict], predictions: list[Prediction], workers: int
) -> tuple[Summary, list[Verdict]]:
    """Judge on each database's own file alone, as published EX is, by the same rule."""
    config = project.config.evaluate
    judged = {verdict.id for verdict in verdicts}
    examples = [one for one in read_jsonl(project.layout.split("test"), Example) if one.id in judged]
    single = score(
        examples,
        [prediction for prediction in predictions if prediction.id in judged],
        lambda db_id: [project.databases.url(db_id)],
        options=Options(
            get_rule(rule.split(",")[0]),
            keep_distinct=config.keep_distinct,
            plug_value=config.plug_value,
            official_quirks=config.official_quirks,
            cache=str(cache_folder() / "golds.sqlite"),
        ),
        limits=Limits(seconds=config.seconds, rows=config.rows),
        workers=workers or None,
    )
    plain = "each database's own file"
    return summarise(single, examples, rule=rule, databases=plain, suites=False), single


def _measure(summary: Summary, verdicts: list[Verdict], right: Sequence[bool | None]) -> dict[str, Any]:
    """Return a measure: its share, counts by hardness, and which questions are right, in their order.

    Args:
        right: by verdict; None where the measure says nothing, which counts for neither side.
    """
    told = [ok for ok in right if ok is not None]
    levels = {}
    for level in (*LEVELS, "unknown"):
        own = [ok for ok, one in zip(right, verdicts, strict=True) if (one.hardness or "unknown") == level]
        if judged := [ok for ok in own if ok is not None]:
            levels[level] = [sum(judged), len(judged)]
    return {
        "rule": summary.rule,
        "databases": summary.databases,
        "share": sum(told) / max(1, len(told)),
        "levels": levels,
        "right": "".join("-" if ok is None else str(int(ok)) for ok in right),
    }


def _digest_of(verdicts: list[Verdict]) -> str:
    """Return what tells the judged questions, in their order, from others."""
    return hashlib.sha256("\n".join(one.id for one in verdicts).encode()).hexdigest()[:16]


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    import torch

    cuda = torch.cuda.is_available()
    return {
        "device": torch.cuda.get_device_name() if cuda else "cpu",
        "gpus": torch.cuda.device_count() if cuda else 0,
        "cores": os.cpu_count(),
        "platform": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _say(what: str, done: int, total: int, note: str = "") -> None:
    """Write progress as a line, for the job's log."""
    if done in (0, total) or note:
        sys.stderr.write(f"{what} {done}/{total} {note}\n")


def _end_with_parent() -> None:
    while sys.stdin.buffer.read(1):
        pass
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.exit(main(sys.argv[1:]))
