"""Sends a run's figures to the trackers that `report_to` names, through the Trainer's own callbacks.

with tracking(config, Path("runs/lora-r16-1a2b3c"), resumed=None) as callbacks: ...

A tracker's run has the name of the run's folder and goes on where a resumed run does. What is sent are settings (paths
among them), the model's configuration, loss and speed: never a question or a statement. Without settings of the
tracker's own (`WANDB_MODE`, `MLFLOW_TRACKING_URI` ...), TensorBoard writes to `<run>/tensorboard`, MLflow to
`mlflow.db` beside the runs, and Weights & Biases to its service.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from sqlwright._processes import rank
from sqlwright.config import TrainConfig
from sqlwright.errors import ConfigError, MissingExtra
from sqlwright.records import write_text

_PROJECT = "sqlwright"
_QUIET = {"WANDB_ERROR_REPORTING": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
"""The trackers' own reports to their makers: off, unless the environment says otherwise."""


def require_trackers(names: Sequence[str]) -> None:
    """Raise MissingExtra when one of the trackers is not installed."""
    for name in names:
        if find_spec(name) is None:
            raise MissingExtra(name, name)


@contextmanager
def tracking(config: TrainConfig, out: Path, *, resumed: int | None) -> Iterator[list[TrainerCallback]]:
    """Open the trackers' runs and yield the callbacks that write to them; close what was opened.

    Args:
        out: the run's folder.
        resumed: the step that the run goes on from; None for one that starts.

    Raises:
        ConfigError: a tracker refuses, for instance because nobody is logged in.
    """
    if rank():  # the first process writes
        yield []
        return
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    settings = {key: str(value) for key, value in config.model_dump().items() if key != "report_to"}
    open_one = {"tensorboard": _tensorboard, "wandb": _wandb, "mlflow": _mlflow}
    with ExitStack() as stack:
        yield [open_one[name](stack, settings, out, resumed) for name in dict.fromkeys(config.report_to)]


def _tensorboard(stack: ExitStack, settings: dict[str, str], out: Path, resumed: int | None) -> TrainerCallback:
    from torch.utils.tensorboard import SummaryWriter
    from transformers.integrations.integration_utils import TensorBoardCallback

    folder = os.environ.get("TENSORBOARD_LOGGING_DIR", str(out / "tensorboard"))
    writer: Any = SummaryWriter(folder, purge_step=0 if resumed is None else resumed + 1)
    stack.callback(writer.close)
    writer.add_text(_PROJECT, "\n".join(f"- {key}: {value}" for key, value in settings.items()))
    return TensorBoardCallback(writer)  # type: ignore[no-untyped-call]


def _wandb(stack: ExitStack, settings: dict[str, str], out: Path, resumed: int | None) -> TrainerCallback:
    from transformers.integrations.integration_utils import WandbCallback

    wandb: Any = import_module("wandb")
    if wandb.run is None:  # or one that the caller has opened
        note = out / "checkpoints" / "wandb"
        try:
            run = wandb.init(
                project=os.environ.get("WANDB_PROJECT", _PROJECT),
                name=out.name,
                id=_noted(note, resumed),
                resume="allow",
                dir=str(out),
                config={_PROJECT: settings},
                settings=wandb.Settings(console="off", save_code=False, disable_git=True),
            )
        except wandb.errors.Error as error:
            raise _refused("wandb", error, "log in with: wandb login, or set WANDB_MODE=offline") from None
        write_text(note, run.id)
        stack.push(lambda kind, *_: run.finish(exit_code=int(kind is not None)))
    return WandbCallback()  # type: ignore[no-untyped-call]


def _mlflow(stack: ExitStack, settings: dict[str, str], out: Path, resumed: int | None) -> TrainerCallback:
    from transformers.integrations.integration_utils import MLflowCallback

    mlflow: Any = import_module("mlflow")
    if mlflow.active_run() is None:  # or one that the caller has opened
        note = out / "checkpoints" / "mlflow"
        try:
            if not mlflow.is_tracking_uri_set():
                stack.callback(mlflow.set_tracking_uri, None)  # the next run may be of another project
                mlflow.set_tracking_uri(f"sqlite:///{out.parent.resolve() / 'mlflow.db'}")
            mlflow.set_experiment(os.environ.get("MLFLOW_EXPERIMENT_NAME", _PROJECT))
            run = mlflow.start_run(run_id=_noted(note, resumed), run_name=out.name)
            mlflow.log_params({f"{_PROJECT}.{key}": value for key, value in settings.items()})
        except mlflow.MlflowException as error:
            raise _refused("mlflow", error, "look at MLFLOW_TRACKING_URI") from None
        write_text(note, run.info.run_id)
        stack.push(run.__exit__)
    return MLflowCallback()  # type: ignore[no-untyped-call]


def _noted(file: Path, resumed: int | None) -> str | None:
    """Return the tracker's id of the run that is resumed."""
    return file.read_text(encoding="utf-8") if resumed is not None and file.exists() else None


def _refused(name: str, error: Exception, advice: str) -> ConfigError:
    reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
    return ConfigError(f"report_to: {name} refuses: {reason}; {advice}, or take it out of report_to")
