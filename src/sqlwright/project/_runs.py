"""Tunes models and lets them predict."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlwright import data
from sqlwright._processes import processes
from sqlwright.config import TrainConfig
from sqlwright.errors import ConfigError, DataError
from sqlwright.project._hardest import MADE, count_of, hardest
from sqlwright.project._layout import SPLITS, Layout, require
from sqlwright.project._manifest import digest, stage, written_from
from sqlwright.project._models import (
    Model,
    Samples,
    engine_of,
    latest,
    model_of,
    model_of_run,
    model_to_train,
    note_run,
    read_tokenizer,
    record_of,
    runs,
    untuned,
)
from sqlwright.project._outcome import Outcome
from sqlwright.project._partial import Partial, partial_of
from sqlwright.project._predict import generate
from sqlwright.project._trim import trimmer
from sqlwright.records import Example, Prediction, Prompt, read_jsonl, write_jsonl

if TYPE_CHECKING:
    from sqlwright.project.project import Project
    from sqlwright.train import Estimate

_ACCURACY_QUESTIONS = 200
_WEIGHING = 0.4
"""Time to ask the base how likely a pair is (`train.hardest`), of that to train on it once, on two CPU cores."""


def train(project: Project, run: str | None = None, *, force: bool = False) -> tuple[str, Outcome]:
    """Tune the base on the train split and return the run's id with what was done.

    Args:
        run: the run's id; by default one made of the settings and the data, so that the same call finds its run again:
            a finished one is left as it is, an interrupted one goes on where it stopped.

    Raises:
        ConfigError: the base cannot be loaded, or the settings contradict each other.
        DataError: there is no train split, it is empty, or a sample is too long.
    """
    layout, config = project.layout, project.config.train
    files = [require(layout.split(name), "sqlwright data split") for name in SPLITS[:2]]
    if (layout.data / "split.manifest.json").exists() and not written_from(
        layout.data, "split", [layout.pairs, layout.audit]
    ):
        raise DataError(f"{layout.pairs}: has changed since the split; run: sqlwright data audit, sqlwright data split")
    run = run or run_id(config, files)
    if run.startswith("base") or "/" in run:
        raise DataError(f"a run cannot be called {run!r}: names with 'base' first are the untuned models'")
    folder = layout.run(run)
    outputs = [layout.model(run), folder / "train.json"]
    settings = {"train": _what_counts(config), "schemas": digest(layout.schemas)}
    with stage(folder, "train", inputs=files, settings=settings, outputs=outputs, force=force) as step:
        if not step.unchanged:
            step.counts |= _tune(project, folder, config, *(read_jsonl(file, Example) for file in files))
    return run, Outcome("train", tuple(outputs), {"run": run, **step.counts}, step.unchanged, step.seconds)


def estimate(project: Project) -> Estimate:
    """Return what training with the project's settings would take, on this machine.

    Raises:
        ConfigError: the base cannot be read.
        DataError: there is no train split, it is empty, or a sample is too long.
    """
    from sqlwright.train import estimate_run

    config = project.config.train
    examples = read_jsonl(require(project.layout.split("train"), "sqlwright data split"), Example)
    if not examples:
        raise DataError(f"{project.layout.split('train')}: holds no examples; gather more and split again")
    model = model_to_train(config)
    made = [example for example in examples if example.source == MADE]
    left_out = {example.id for example in made[count_of(len(made), config.hardest) :]}  # as many as will be, not which
    samples = model.samples([e for e in examples if e.id not in left_out], project.databases, config)
    trim = _trim(project, model, [samples]) if config.too_long == "trim-schema" else None
    found = estimate_run(samples.prompts, model.path, config, trim=trim)
    if not (left_out and found.samples):
        return found
    passes = config.epochs if config.max_steps <= 0 else config.max_steps * config.batch_size / found.samples
    weighing = _WEIGHING * found.seconds * len(made) / (passes * found.samples)
    return replace(found, seconds=round(found.seconds + weighing, 1))


def predict(
    project: Project,
    run: str | None = None,
    on: str | Path = "test",
    *,
    force: bool = False,
    any_settings: bool = False,
) -> tuple[str, Outcome]:
    """Let a model answer every question of a set and return the run's id with what was done.

    Args:
        run: a run's id, "base" for the untuned model, or None for the latest run; with the engine openai the last two
            are the service's own model, whose run is called after it.
        on: "test", "validation", "train", or a file of examples.
        any_settings: let predictions of this model for this set stand, whatever settings they were made with.

    Raises:
        DataError: the run or the set is not there.
        EndpointError: the engine is a service that fails; what it answered is kept.
    """
    layout, config = project.layout, project.config.predict
    engine = engine_of(config)
    if engine == "openai" and run in (None, "base"):  # a model of its own, whatever was tuned here
        run = untuned(layout, model_of(config.model or "service", "instruction"))
    run = resolve_run(project, run)
    trusted = project.config.train.trust_remote_code
    model = model_of_run(layout, run, own_code=trusted).asking(config)
    file, name = question_file(layout, on)
    examples = read_questions(project, file)
    out = layout.predictions(run, name)
    settings = {
        "predict": config.model_dump(mode="json"),
        "schemas": digest(layout.schemas),
        "databases": project.databases.fingerprint(example.db_id for example in examples),
    }
    inputs = [file, record_of(layout, run), *([model.adapter] if model.adapter else [])]
    inputs += [Path(config.model)] if engine == "llamacpp" else []
    if any_settings and not force and out.exists() and written_from(out.parent, name, inputs):
        return run, Outcome("predict", (out,), {}, unchanged=True)
    with stage(out.parent, name, inputs=inputs, settings=settings, outputs=[out], force=force) as step:
        if not step.unchanged:
            found = _predicted(project, model, examples, out, step.mark, force=force)
            write_jsonl(out, found)
            partial_of(out).unlink(missing_ok=True)
            empty = sum(not prediction.sql for prediction in found)
            step.counts |= {"run": run, "set": name, "predictions": len(found), "without_sql": empty}
    return run, Outcome("predict", (out,), step.counts, step.unchanged, step.seconds)


def _predicted(
    project: Project, model: Model, examples: Sequence[Example], out: Path, key: str, *, force: bool
) -> list[Prediction]:
    """Return a prediction for each example, in their order; those that a run which was killed had kept stay."""
    if force:
        partial_of(out).unlink(missing_ok=True)
    with Partial(out, key) as kept:
        generate(project, model, [example for example in examples if example.id not in kept.found], kept.add)
        return [kept.found[example.id] for example in examples]


def run_id(config: TrainConfig, files: Sequence[Path]) -> str:
    """Return the id of a run with these settings on these files."""
    content = json.dumps([_what_counts(config), [digest(file) for file in files]], sort_keys=True)
    mark = hashlib.sha256(content.encode()).hexdigest()[:6]
    rank = "" if config.method == "full" else f"-r{config.rank}"
    return f"{config.method}{rank}-{mark}"


def _what_counts(config: TrainConfig) -> dict[str, Any]:
    """Return the settings that a run's result depends on."""
    return config.model_dump(mode="json", exclude={"report_to"})


def resolve_run(project: Project, run: str | None) -> str:
    """Return the id that a caller's name of a run stands for."""
    if run is None:
        return latest(project.layout)
    if run != "base":
        return run
    config = project.config.train
    finished = runs(project.layout)
    if finished:
        model = model_of_run(project.layout, finished[-1], own_code=config.trust_remote_code)
        return untuned(project.layout, model)
    model = model_of(config.base, config.template, own_code=config.trust_remote_code)
    return untuned(project.layout, model)


def question_file(layout: Layout, on: str | Path) -> tuple[Path, str]:
    """Return the file of a set and the name its predictions get."""
    if str(on) in SPLITS:
        return require(layout.split(str(on)), "sqlwright data split"), str(on)
    path = Path(on)
    if not path.is_file():
        raise DataError(f"{path}: no such file of questions; give a file, or one of {', '.join(SPLITS)}")
    return path, f"{path.stem}-{digest(path)[:6]}" if path.stem in SPLITS else path.stem


def read_questions(project: Project, file: Path) -> list[Example]:
    """Return the examples of a file of any known format."""
    if file.parent == project.layout.data:
        return read_jsonl(file, Example)
    config = project.config.database
    only = project.databases.only if config.url and not config.folder else None
    found = data.read(file, db_id=only)
    project.databases.add(found.schemas)
    return found.examples


def _tune(
    project: Project, folder: Path, config: TrainConfig, train: Sequence[Example], validation: Sequence[Example]
) -> dict[str, Any]:
    if not train:
        raise DataError(f"{project.layout.split('train')}: holds no examples; gather more and split again")
    model = model_to_train(config)
    databases = project.databases
    note_run(project.layout, folder.name, model)
    from transformers.utils import logging

    from sqlwright.train import tune

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # one for every checkpoint of a wholly tuned model
    chosen = _hardest(project, model, train, config)
    learnt, held = (model.samples(examples, databases, config) for examples in (chosen, validation))
    result = tune(
        learnt.prompts,
        held.prompts,
        model.path,
        folder,
        config,
        progress=lambda step, steps, row: project.progress("tuning", step, steps, _figures(row)),
        accuracy=_accuracy(project, model, validation) if config.early_stopping == "accuracy" else None,
        trim=_trim(project, model, [learnt, held]) if config.too_long == "trim-schema" else None,
    )
    counts = asdict(result)
    del counts["model"], counts["train"], counts["validation"]
    return {
        "base": config.base,
        "template": model.template.name,
        "train": result.train.kept,
        "validation": result.validation.kept,
        "known": len(train) - len(chosen),
        "too_long": len(result.train.dropped) + len(result.validation.dropped),
        "without_reasoning": len(learnt.unreasoned) + len(held.unreasoned),
        "trimmed": len(result.train.trimmed) + len(result.validation.trimmed),
        **counts,
    }


def _hardest(project: Project, model: Model, train: Sequence[Example], config: TrainConfig) -> Sequence[Example]:
    """Return the examples to train on (see `train.hardest`). Raises ConfigError: several processes cannot choose."""
    made = sum(example.source == MADE for example in train)
    if count_of(made, config.hardest) == made:
        return train
    if processes() > 1:
        raise ConfigError("train.hardest below 1 needs a single process; train in one, or set train.hardest = 1")
    return hardest(
        train,
        model,
        model.engine(),
        project.databases,
        share=config.hardest,
        seed=config.seed,
        progress=lambda done, total: project.progress("weighing pairs", done, total, ""),
    )


def _figures(row: dict[str, float]) -> str:
    shown = (("loss", "loss"), ("eval_loss", "validation loss"), ("eval_accuracy", "accuracy"))
    return ", ".join(f"{label} {row[name]:.3f}" for name, label in shown if name in row)


def _trim(project: Project, model: Model, samples: Sequence[Samples]) -> Callable[[Prompt, int], Prompt]:
    tokenizer = read_tokenizer(model.base, own_code=model.own_code)
    asked = {name: example for some in samples for name, example in some.asked.items()}

    def count(text: str) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False))

    return trimmer(asked, project.databases.schema, model.template, model.frame.before, count)


def _accuracy(project: Project, model: Model, validation: Sequence[Example]) -> Callable[[Any, Any], float]:
    """Return a function that measures execution accuracy on the validation set, for early stopping."""
    from sqlwright.project._judge import accuracy_of

    config = project.config.predict
    model = model.asking(config)
    asked = validation[:_ACCURACY_QUESTIONS]
    prompts = model.prompts(asked, project.databases)

    def accuracy(tuned: Any, tokenizer: Any) -> float:
        from sqlwright.infer import Engine

        found = Engine(tuned, tokenizer).generate(
            prompts,
            max_new_tokens=model.room(config),
            batch_size=config.batch_size,
            db_ids={example.id: example.db_id for example in asked},
        )
        return accuracy_of(project, asked, found)

    return accuracy
