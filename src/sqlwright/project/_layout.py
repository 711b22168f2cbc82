"""Where everything of a project folder lies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlwright.config import FILE
from sqlwright.errors import DataError

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of a project.

    sqlwright.toml
    data/sources/<name>.jsonl   what one import, or synthesis, gave
    data/pairs.jsonl            all of them together
    data/audit.json             what running every statement came to
    data/train.jsonl ...        the splits; data/split.json says what was left out
    data/schemas.json           schemas that came with imported data
    runs/<id>/                  model/, train.json, log.jsonl, predictions/, verdicts/, report.html
    """

    folder: Path

    @property
    def settings(self) -> Path:
        """The TOML file."""
        return self.folder / FILE

    @property
    def data(self) -> Path:
        """The folder of data."""
        return self.folder / "data"

    @property
    def sources(self) -> Path:
        """The folder with one file for each import."""
        return self.data / "sources"

    @property
    def pairs(self) -> Path:
        """All examples."""
        return self.data / "pairs.jsonl"

    @property
    def audit(self) -> Path:
        """What the audit found."""
        return self.data / "audit.json"

    @property
    def schemas(self) -> Path:
        """Schemas that came with imported data."""
        return self.data / "schemas.json"

    @property
    def statistics(self) -> Path:
        """Counts over the data."""
        return self.data / "statistics.json"

    @property
    def split_report(self) -> Path:
        """What the split left out, and the leaks it found."""
        return self.data / "split.json"

    @property
    def runs(self) -> Path:
        """The folder of runs."""
        return self.folder / "runs"

    def split(self, name: str) -> Path:
        """The examples of a split."""
        return self.data / f"{name}.jsonl"

    def run(self, run: str) -> Path:
        """The folder of a run."""
        return self.runs / run

    def model(self, run: str) -> Path:
        """The adapter, or the whole model, that a run tuned."""
        return self.run(run) / "model"

    def predictions(self, run: str, on: str) -> Path:
        """A run's predictions for a set."""
        return self.run(run) / "predictions" / f"{on}.jsonl"

    def texts(self, run: str, on: str) -> Path:
        """The questions that a run wrote for a set's SQL."""
        return self.run(run) / "texts" / f"{on}.jsonl"

    def verdicts(self, run: str, on: str) -> Path:
        """The verdicts on them."""
        return self.run(run) / "verdicts" / f"{on}.jsonl"

    def scores(self, run: str, on: str) -> Path:
        """The figures over the verdicts."""
        return self.run(run) / "verdicts" / f"{on}.scores.json"


def require(path: Path, command: str) -> Path:
    """Return the path when it is there. Raises DataError, naming the command that makes it, when it is not."""
    if not path.exists():
        raise DataError(f"{path}: not there yet; make it with: {command}")
    return path
