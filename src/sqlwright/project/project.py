"""A project: a folder with `sqlwright.toml`, `data/` and `runs/`, and the stages that fill it.

    project = Project.init("shop", "sqlite:///shop.db")
    project.synth()
    project.audit()
    project.split()
    project.train()
    project.evaluate().figures
    project.ask("Which city has most customers?").text

Each stage reads files that the one before wrote, writes its own whole or not at all, and is skipped when nothing that
it depends on has changed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import sqlwright.base as embedded
from sqlwright._processes import processes
from sqlwright.config import FILE, Config, keys, load, merged, parse
from sqlwright.database import dialect_of, file_of
from sqlwright.errors import ConfigError, DataError
from sqlwright.project import _gather, _judge, _prepare, _questions, _runs
from sqlwright.project._answer import Answer, Asked, answer, written
from sqlwright.project._databases import Databases
from sqlwright.project._evaluation import Evaluation
from sqlwright.project._layout import Layout
from sqlwright.project._models import Model, model_of_run
from sqlwright.project._outcome import Outcome, Progress, silent
from sqlwright.project._schemas import read_schemas
from sqlwright.project._settings import settings_text
from sqlwright.project._urls import resolve_url
from sqlwright.project._writer import writer_of
from sqlwright.records import Prediction, Turn, write_text
from sqlwright.schema import Lexicon, Schema, Style

if TYPE_CHECKING:
    from sqlwright.infer import Writer
    from sqlwright.train import Estimate

Overrides = Mapping[str, Mapping[str, Any]]
"""Settings that win over the file's, by section: {"train": {"rank": 8}}."""


@dataclass
class Project:
    """A project folder and its settings; `Project.open` reads one, `Project.init` makes one."""

    folder: Path
    config: Config
    progress: Progress = silent
    _engines: dict[str, tuple[Model, Writer]] = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, folder: str | Path = ".", overrides: Overrides | None = None, *, progress: Progress = silent) -> Self:
        """Open the project in a folder.

        Raises:
            ConfigError: there is none, or its settings are wrong.
        """
        changes = {section: dict(values) for section, values in (overrides or {}).items()}
        return cls(Path(folder), load(Path(folder) / FILE, changes), progress)

    @classmethod
    def init(
        cls,
        folder: str | Path,
        db_url: str,
        overrides: Overrides | None = None,
        *,
        force: bool = False,
        progress: Progress = silent,
    ) -> Self:
        """Make a project for a database: connect to it, and write `sqlwright.toml` with every setting and its help.

        Args:
            db_url: a database URL, the path of a SQLite or DuckDB file, or a folder of SQLite files; a relative path
                counts from the current folder.
            force: write over settings that are there already.

        Raises:
            ConfigError: the folder has a project already, or a setting is wrong.
            DatabaseError: the database cannot be opened.
            SchemaError: it has no tables.
        """
        folder = Path(folder)
        file = folder / FILE
        if file.exists() and not force:
            raise ConfigError(f"{file}: is there already; give --force to write it anew")
        changes = {section: dict(values) for section, values in (overrides or {}).items()}
        given = keys(changes)
        where = {"folder": _from(folder, db_url)} if Path(db_url).is_dir() else {"url": _portable(folder, db_url)}
        tuning = changes.get("train", {})
        if tuning.get("base", embedded.NAME) == embedded.NAME:
            changes["train"] = {**embedded.TUNING, **tuning}
            changes["synth"] = {**embedded.PAIRS, **changes.get("synth", {})}
        config = parse(merged(changes, {"database": where}), where="init", flags=given)
        project = cls(folder, config, progress)
        for db_id in project.databases.ids()[:1]:
            project.databases.schema(db_id)
        write_text(file, settings_text(config))
        return project

    @property
    def layout(self) -> Layout:
        """Where everything lies."""
        return Layout(self.folder)

    @cached_property
    def databases(self) -> Databases:
        """The project's databases: schemas, values and linkers, read when they are first wanted."""
        lexicon = Lexicon.builtin()
        if self.config.synth.lexicon:
            lexicon = lexicon.extended(self.folder / self.config.synth.lexicon)
        databases = Databases(self.config.database, self.folder, lexicon)
        databases.add(read_schemas(self.layout.schemas))
        return databases

    def schema(self, db_id: str | None = None) -> Schema:
        """Return the schema of a database, by default of the only one."""
        return self.databases.schema(db_id or self.databases.only)

    def import_data(
        self,
        path: str | Path,
        format: str = "auto",
        *,
        db_id: str | None = None,
        dialect: str | None = None,
        skip_bad: bool = False,
        columns: Mapping[str, str] | None = None,
        split: str = "",
        name: str = "",
        force: bool = False,
    ) -> Outcome:
        """Read a data set into the project; see `sqlwright.data.read` for the formats."""
        return _gather.import_data(
            self,
            path,
            format,
            db_id=db_id,
            dialect=dialect,
            skip_bad=skip_bad,
            columns=columns,
            split=split,
            name=name,
            force=force,
        )

    def synth(self, *, force: bool = False) -> Outcome:
        """Make pairs from the schema."""
        return _gather.synth(self, force=force)

    def audit(self, *, force: bool = False) -> Outcome:
        """Run every example's SQL, and find duplicates."""
        return _prepare.audit(self, force=force)

    def split(self, *, force: bool = False) -> Outcome:
        """Split the audited examples into train, validation and test."""
        return _prepare.split(self, force=force)

    def stats(self, *, force: bool = False) -> Outcome:
        """Count what the splits hold."""
        return _prepare.stats(self, force=force)

    def export(
        self,
        format: str,
        out: str | Path | None = None,
        *,
        split: str = "train",
        style: Style = "ddl",
        needed_only: bool = False,
    ) -> Outcome:
        """Write a split in another tool's form."""
        return _prepare.export(self, format, out, split=split, style=style, needed_only=needed_only)

    def train(self, run: str | None = None, *, force: bool = False, **overrides: Any) -> Outcome:
        """Tune the base model; `overrides` are settings of [train], as in `project.train(rank=8)`.

        Pairs that were never split are audited and split first, with the settings that are there.
        """
        self._split_first()
        return _runs.train(self._with(train=overrides), run, force=force)[1]

    def estimate(self, **overrides: Any) -> Estimate:
        """Return what `train` with these settings would take: tokens, memory, time. Nothing is trained."""
        self._split_first()
        return _runs.estimate(self._with(train=overrides))

    def _split_first(self) -> None:
        if self.layout.pairs.exists() and not self.layout.split("train").exists():
            if processes() > 1:
                raise DataError(f"{self.layout.pairs}: not split yet; run in one process: sqlwright data split")
            self.audit()
            self.split()

    def predict(
        self, run: str | None = None, on: str | Path = "test", *, force: bool = False, **overrides: Any
    ) -> Outcome:
        """Let a run answer a set, or with `task="sql-to-text"` write its questions; `overrides` are of [predict].

        Args:
            run: a run's id, "base" for the untuned model, or None for the latest.
            on: a split's name, or a file of examples.
        """
        project = self._with(predict=overrides)
        if project.config.predict.task == "sql-to-text":
            return _questions.write_questions(project, run, on, force=force)
        return _runs.predict(project, run, on, force=force)[1]

    def evaluate(
        self,
        run: str | None = None,
        on: str | Path = "test",
        *,
        base: bool = True,
        force: bool = False,
        **overrides: Any,
    ) -> Evaluation:
        """Judge a run, and the untuned base beside it, by execution; `overrides` are settings of [evaluate]."""
        return _judge.evaluate(self._with(evaluate=overrides), run, on, base=base, force=force)

    def compare(self, *runs: str, on: str = "test") -> Evaluation:
        """Set judged runs side by side."""
        return _judge.compare(self, runs, on)

    def report(self, run: str | None = None, *, force: bool = False) -> Outcome:
        """Write a run's `report.html`."""
        return _judge.report(self, run, force=force)

    def ask(
        self, question: str, run: str | None = None, *, db_id: str | None = None, history: Sequence[Turn] = ()
    ) -> Answer:
        """Answer a question with a run (None: the latest, "base": the untuned model); the model stays loaded.

        Args:
            history: earlier turns of the conversation (`Answer.turn`), oldest first.

        Raises:
            ConfigError, DataError, SchemaError: there is no such run or database, or the question is empty. Nothing
                else raises: a refusal, a statement that fails and a database that is down are answers that say so.
        """
        _, model, engine = self.loaded(run)
        asked = model.asking(self.config.predict)
        return answer(
            Asked(question, db_id or "", tuple(history)),
            asked,
            engine,
            self.databases,
            self.config.ask,
            self.config.predict,
            writer_of(self.config.ask, asked, engine),
        )

    def write_sql(
        self, question: str, run: str | None = None, *, db_id: str | None = None, history: Sequence[Turn] = ()
    ) -> Prediction:
        """Return the SQL that a run writes for a question, neither checked nor run; see `ask` for the arguments.

        Raises:
            ConfigError, DataError, SchemaError: there is no such run or database, or the question is empty.
            DatabaseError: the database cannot be read.
        """
        _, model, engine = self.loaded(run)
        asked = Asked(question, db_id or "", tuple(history))
        return written(asked, model.asking(self.config.predict), engine, self.databases, self.config)

    def loaded(self, run: str | None = None) -> tuple[str, Model, Writer]:
        """Return a run's id, its model and the engine that [predict] names; it stays loaded until another is asked for.

        Raises:
            ConfigError, DataError: there is no such run, or what the engine needs is not named or cannot be loaded.
            MissingExtra: the engine is not installed.
        """
        run = _runs.resolve_run(self, run)
        if run not in self._engines:
            model = model_of_run(self.layout, run, own_code=self.config.train.trust_remote_code)
            self.progress("loading the model", 0, 0, "")
            predict = self.config.predict
            self._engines = {run: (model.for_engine(predict), model.writer(predict))}
        return run, *self._engines[run]

    def use_engine(self, run: str, engine: Writer) -> None:
        """Let `ask` generate with this engine for a run that is loaded, such as one that gathers calls into batches."""
        self._engines[run] = (self._engines[run][0], engine)

    def _with(self, **overrides: dict[str, Any]) -> Project:
        """Return the project with some settings changed. Raises ConfigError."""
        if not any(overrides.values()):
            return self
        values = merged(self.config.model_dump(), overrides)
        changed = Project(self.folder, parse(values, where="settings"), self.progress, self._engines)
        changed.__dict__["databases"] = self.databases  # of the same [database], so what was read stays read
        return changed


def _portable(folder: Path, db_url: str) -> str:
    """Return a URL for the settings; a file must be there, and its path then counts from `folder`."""
    if "${" in db_url:
        return db_url
    url = resolve_url(db_url, Path.cwd())
    if dialect_of(url) not in ("sqlite", "duckdb"):
        return db_url
    scheme = url.split(":", 1)[0]
    return f"{scheme}:///{_from(folder, file_of(url))}"


def _from(folder: Path, path: str | Path) -> str:
    """Return a path as it is reached from `folder`; one that is given as absolute stays so."""
    if Path(path).is_absolute() and not Path(path).is_relative_to(Path.cwd()):
        return str(path)
    return Path(os.path.relpath(path, folder)).as_posix()
