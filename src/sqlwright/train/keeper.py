"""The callback that keeps a run's records: `log.jsonl`, progress, and when to stop."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from sqlwright.errors import ConfigError
from sqlwright.train.arguments import seal_checkpoint
from sqlwright.train.ranks import any_of, wait
from sqlwright.train.trainer import best_of

Progress = Callable[[int, int, dict[str, float]], None]
"""Called with the step, the number of steps, and the latest figures (`loss`, `learning_rate`, `eval_loss` ...)."""

_LOGGED = (
    "loss",
    "grad_norm",
    "learning_rate",
    "eval_loss",
    "eval_accuracy",
    "tokens_per_second",
    "samples_per_second",
    "share_saved",
    "memory_gib",
    "seconds_left",
)


class Keeper(TrainerCallback):
    """Writes `log.jsonl`, reports progress, stops when patience is at its end or when it is told to."""

    def __init__(self, log: Path, *, watch: str, patience: int, progress: Progress | None) -> None:
        """Take the log's path, the figure that must improve, and for how many validations it may not."""
        self._log = log
        self._watch = watch
        self._patience = patience
        self._progress = progress
        self._start = time.perf_counter()
        self.cancelled = False
        self.stopped_early = False

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Start the log, or cut it back to the checkpoint that training resumes from."""
        if not state.is_world_process_zero:
            return
        rows = [row for row in read_log(self._log) if row["step"] <= state.global_step] if state.global_step else []
        self._log.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **kwargs: Any) -> None:
        """Append the figures to the log. Raises ConfigError when the loss is no number any more."""
        if not state.is_world_process_zero:
            return
        if not math.isfinite((logs or {}).get("loss", 0.0)):
            raise ConfigError(
                f"the loss is no longer a number at step {state.global_step}; checkpoints from before are kept. Try a "
                "lower learning_rate, precision = 'fp32', or share_schemas = false with compile = 'off'"
            )
        row: dict[str, float] = {"step": state.global_step, "epoch": round(state.epoch or 0.0, 4)}
        row |= {k: v for k, v in (logs or {}).items() if k in _LOGGED}
        row["seconds"] = round(time.perf_counter() - self._start, 2)
        with self._log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        if self._progress is not None:
            self._progress(state.global_step, state.max_steps, row)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Validate after the last step too; when cancelled, save a checkpoint and stop."""
        if state.global_step >= state.max_steps and args.eval_strategy == "steps":
            control.should_evaluate = True
        if any_of(self.cancelled):
            self.cancelled = True
            control.should_save = True
            control.should_training_stop = True
        _log_before_saving(control)

    def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Log before a checkpoint is saved."""
        _log_before_saving(control)

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Mark the checkpoint as whole, once every process has written its part of it."""
        wait()
        if state.is_world_process_zero:
            seal_checkpoint(Path(args.output_dir) / f"checkpoint-{state.global_step}")

    def on_evaluate(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Stop when the watched figure has not improved for `patience` validations."""
        if self._watch and best_of(state.log_history, self._watch)[1] >= self._patience:
            self.stopped_early = state.global_step < state.max_steps
            control.should_training_stop = True


def _log_before_saving(control: Any) -> None:
    """Have the figures since the last log line logged before a checkpoint, which does not hold them.

    So a run that resumes there logs what one that was never interrupted does, and one whose loss is no number any more
    ends before it saves that.
    """
    control.should_log = control.should_log or control.should_save


def read_log(path: Path) -> list[dict[str, float]]:
    """Return the lines of a `log.jsonl`, without one that a kill cut short; none when there is no such file."""
    if not path.exists():
        return []
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return rows
