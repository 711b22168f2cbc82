"""A run's figures in the trackers: read back from what TensorBoard, W&B and MLflow wrote."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from tiny_model import PAIRS, prompts

from sqlwright.config import TrainConfig
from sqlwright.errors import ConfigError, MissingExtra
from sqlwright.train import tune
from sqlwright.train.keeper import read_log

SHORT = {"max_steps": 6, "batch_size": 8, "precision": "fp32", "save_every": 2, "eval_every": 3, "learning_rate": 1e-3}


def config(*trackers: str) -> TrainConfig:
    return TrainConfig.model_validate({**SHORT, "report_to": list(trackers)})


class StopHereError(Exception):
    pass


def stop(step: int, of: int, figures: dict[str, float]) -> None:
    if step == 5:
        raise StopHereError


def interrupted_and_resumed(base: Path, out: Path, tracker: str) -> dict[int, float]:
    """Train in two parts and return the losses by step that the log has."""
    with pytest.raises(StopHereError):
        tune(prompts(), prompts(), base, out, config(tracker), progress=stop)
    tune(prompts(), prompts(), base, out, config(tracker))
    return {int(row["step"]): row["loss"] for row in read_log(out / "log.jsonl") if "loss" in row}


def says_nothing_of_the_data(folder: Path) -> None:
    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert written
    assert not [text for pair in PAIRS for text in pair if text.encode() in written]


def test_nothing_is_tracked_unless_asked_for(tiny_base: Path, tmp_path: Path) -> None:
    tune(prompts(), [], tiny_base, tmp_path / "run", config())
    assert {path.name for path in (tmp_path / "run").iterdir()} == {"log.jsonl", "loss.svg", "model", "train.json"}


@pytest.mark.parametrize("name", ["wandb", "mlflow"])
def test_a_tracker_that_is_not_installed_is_named_with_its_extra(tiny_base: Path, tmp_path: Path, name: str) -> None:
    if find_spec(name) is not None:
        pytest.skip(f"{name} is installed")
    with pytest.raises(MissingExtra, match=rf"{name} is not installed.*sqlwright\[{name}\]"):
        tune(prompts(), [], tiny_base, tmp_path, config(name))


@pytest.mark.skipif(find_spec("tensorboard") is None, reason="tensorboard is not installed")
def test_tensorboard_has_the_figures_of_a_resumed_run(tiny_base: Path, tmp_path: Path) -> None:
    losses = interrupted_and_resumed(tiny_base, tmp_path / "run", "tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events: Any = EventAccumulator(str(tmp_path / "run" / "tensorboard"))
    events.Reload()
    found = {event.step: event.value for event in events.Scalars("train/loss")}
    assert found == pytest.approx(losses) and len(found) == 6
    assert [event.step for event in events.Scalars("eval/loss")] == [3, 6]
    assert "train/tokens_per_second" in events.Tags()["scalars"]
    says_nothing_of_the_data(tmp_path / "run" / "tensorboard")


@pytest.mark.skipif(find_spec("mlflow") is None, reason="mlflow is not installed")
@pytest.mark.filterwarnings("ignore")
def test_mlflow_has_the_figures_of_a_resumed_run(
    tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    losses = interrupted_and_resumed(tiny_base, tmp_path / "runs" / "mine", "mlflow")
    import mlflow

    assert not mlflow.is_tracking_uri_set()
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'runs' / 'mlflow.db'}")
    (run,) = mlflow.search_runs(search_all_experiments=True, output_format="list")
    assert (run.info.run_name, run.info.status) == ("mine", "FINISHED")
    assert run.data.params["sqlwright.batch_size"] == "8"
    history = mlflow.MlflowClient().get_metric_history(run.info.run_id, "loss")
    assert {point.step: point.value for point in history} == pytest.approx(losses)
    mlflow.set_tracking_uri(None)
    assert {path.name for path in tmp_path.iterdir()} <= {"runs", "mlruns"}
    says_nothing_of_the_data(tmp_path)


@pytest.mark.skipif(find_spec("wandb") is None, reason="wandb is not installed")
@pytest.mark.filterwarnings("ignore")
def test_wandb_has_the_figures_of_a_run(tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    tune(prompts(), [], tiny_base, tmp_path / "mine", config("wandb"))
    import wandb

    assert wandb.run is None
    (file,) = (tmp_path / "mine" / "wandb").glob("offline-run-*/run-*.wandb")
    written = file.read_bytes()
    assert b"mine" in written and b"train/loss" in written and b"sqlwright" in written
    says_nothing_of_the_data(tmp_path / "mine" / "wandb")


def test_a_tracker_does_not_make_another_run(tiny_base: Path, tmp_path: Path) -> None:
    """What a run is resumed by is what its result depends on."""
    with pytest.raises(StopHereError):
        tune(prompts(), [], tiny_base, tmp_path, config(), progress=stop)
    seen: list[int] = []
    tune(prompts(), [], tiny_base, tmp_path, config("tensorboard"), progress=lambda step, of, row: seen.append(step))
    assert seen[0] == 5
    assert json.loads((tmp_path / "train.json").read_text())["config"]["report_to"] == ["tensorboard"]


def test_a_tracker_that_refuses_says_so_in_one_line(
    tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("mlflow")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "nonsense://nowhere")
    with pytest.raises(ConfigError, match="report_to: mlflow refuses"):
        tune(prompts(), [], tiny_base, tmp_path, config("mlflow"))
