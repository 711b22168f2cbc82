"""Exports a run, or a model in any folder: which model a name stands for, and what its card says.

A model is named by a run of the project ("base" is the untuned one, "" the latest), by the folder of a run, or by a
folder with a whole model or an adapter, for which no project is needed.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlwright.base as embedded
from sqlwright.errors import ConfigError
from sqlwright.project._layout import SPLITS, Layout
from sqlwright.project._manifest import read_told
from sqlwright.project._models import model_of_run
from sqlwright.project._outcome import Outcome, Progress, silent
from sqlwright.project._runs import resolve_run
from sqlwright.project._settings import toml_value
from sqlwright.records import Example, read_jsonl

if TYPE_CHECKING:
    from sqlwright.export import Card, Dtype, Quant, Source

_MODEL_FILES = ("config.json", "adapter_config.json")
_EMBEDDED_LICENCE = ("apache-2.0", "Spider, of which a part of the base's training questions is, is CC BY-SA 4.0.")
_UNTOLD = frozenset({"base", "trust_remote_code"})
"""Settings of [train] that a card leaves out: what they say stands elsewhere in it, or may be a path."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A model to export, with the project's records of it where it is a run's."""

    source: Source
    base: str
    """As people know it: "embedded", a name on the Hub, or the name of a folder."""
    run: Path | None = None
    """Folder of the run."""

    def default(self, name: str) -> Path:
        """Return where a thing of this name is written: in the run, or in the current folder."""
        return self.run / "export" / name if self.run else Path(name)


def find_subject(name: str, folder: Path, *, base: str = "") -> Subject:
    """Return the model that a name stands for.

    Args:
        folder: the project's, for the name of a run.
        base: the base of an adapter, in place of the one that it names.

    Raises:
        ConfigError, DataError: there is no such folder or run, or it holds no model.
    """
    from sqlwright.export import Source, find_source
    from sqlwright.project.project import Project

    path = Path(name)
    run_folder = path.parent if path.name == "model" and (path.parent / "run.json").is_file() else path
    if name and (run_folder / "model").is_dir() and not _is_model(run_folder):
        return _of_run(find_source(run_folder / "model", base=base, name=run_folder.resolve().name), run_folder)
    if name and (_is_model(path) or "/" in name):
        source = find_source(path, base=base)
        return Subject(source, _known_as(source.base))
    layout = Layout(folder)
    if name and not layout.settings.exists():
        raise ConfigError(
            f"{name!r} is no folder with a model, and {folder} no project with runs; name a folder, or the project's "
            "with --project"
        )
    run = resolve_run(Project.open(folder), name or None)
    model = model_of_run(layout, run)
    if model.adapter is None:
        return Subject(Source(model.path, None, run), _known_as(model.base), layout.run(run))
    adapter = find_source(model.adapter, base=base or (model.path if _is_adapter(model.adapter) else ""), name=run)
    return _of_run(adapter, layout.run(run))


def export_merged(
    subject: Subject, out: Path | None, *, dtype: Dtype = "auto", force: bool = False, progress: Progress = silent
) -> Outcome:
    """Write the whole model as safetensors; see `sqlwright.export.merge`."""
    from sqlwright.export import merge

    progress("merging", 0, 0, "")
    found = asdict(
        merge(subject.source, out or subject.default(f"{subject.source.name}-merged"), dtype=dtype, force=force)
    )
    return Outcome("export merge", (found.pop("folder"),), {"model": subject.source.name, **found})


def export_gguf(
    subject: Subject, out: Path | None, *, quant: Quant = "q8_0", force: bool = False, progress: Progress = silent
) -> Outcome:
    """Write the model as a GGUF file, merging it first where need be; see `sqlwright.export.write_gguf`."""
    from sqlwright.export import merge, require_quant, write_gguf

    require_quant(quant)
    out = out or subject.default(f"{subject.source.name}-{quant}.gguf")
    if out.exists() and not force:
        raise ConfigError(f"{out}: is there already; give --force to replace it, or another --out")
    source = subject.source
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.merged.") as scratch:
        folder = Path(source.base)
        if source.adapter is not None or not folder.is_dir():
            progress("merging", 0, 0, "")
            folder = merge(source, Path(scratch) / "model").folder
        found = write_gguf(
            folder, out, quant, force=force, progress=lambda done, total: progress("writing tensors", done, total, "")
        )
    counts = asdict(found)
    return Outcome("export gguf", (counts.pop("path"),), {"model": source.name, **counts})


def export_hub(
    subject: Subject,
    repository: str,
    out: Path | None,
    *,
    merged: bool = False,
    dtype: Dtype = "auto",
    licence: str = "",
    private: bool = True,
    dry_run: bool = False,
    force: bool = False,
    progress: Progress = silent,
) -> Outcome:
    """Write the folder for the Hub, and send it unless it is a dry run; see `sqlwright.export.hub`."""
    from sqlwright.export import check_name, fill_folder, upload

    check_name(repository)
    out = out or subject.default(f"{subject.source.name}-hub")
    progress("writing the folder", 0, 0, "")
    card = card_of(subject, repository.rpartition("/")[2], merged=merged, licence=licence)
    files = fill_folder(subject.source, card, out, base=subject.base, dtype=dtype, force=force)
    counts: dict[str, Any] = {"model": subject.source.name, "repository": repository, "files": files, "sent": ""}
    if not dry_run:
        progress("uploading", 0, 0, "")
        counts["sent"] = upload(out, repository, private=private)
    return Outcome("export hub", (out,), counts)


def card_of(subject: Subject, title: str, *, merged: bool, licence: str = "") -> Card:
    """Return what a model's card says, from the run's records."""
    from sqlwright.export import Card

    merged = merged or subject.source.adapter is None
    note = ""
    if licence == "" and subject.base == embedded.NAME:
        licence, note = _EMBEDDED_LICENCE
    base = "sqlwright's embedded base" if subject.base == embedded.NAME else subject.base
    card = Card(title, base, base_on_hub="/" in subject.base, merged=merged, licence=licence, licence_note=note)
    if subject.run is None:
        return card
    told = read_told(subject.run / "train.json")
    layout = Layout(subject.run.parent.parent)
    data, languages = _data(layout, told)
    recipe = {name: toml_value(value) for name, value in told.get("config", {}).items() if name not in _UNTOLD}
    return replace(
        card,
        languages=languages,
        template=read_told(subject.run / "run.json").get("template", ""),
        data=data,
        recipe=recipe,
        versions=told.get("versions", {}),
        scores=tuple(_scores(layout, subject)),
        note="it was tuned on a base in 4 bits (QLoRA)" if subject.source.quantised_training else "",
    )


def _of_run(source: Source, run: Path) -> Subject:
    """Return a run's model, with what the run remembers of its making."""
    config = read_told(run / "train.json").get("config", {})
    base = str(config.get("base") or source.base)
    source = replace(
        source,
        quantised_training=config.get("method") == "qlora",
        trust_remote_code=bool(config.get("trust_remote_code")),
    )
    return Subject(source, _known_as(base), run)


def _is_model(folder: Path) -> bool:
    return any((folder / name).is_file() for name in _MODEL_FILES)


def _is_adapter(folder: Path) -> bool:
    return (folder / _MODEL_FILES[1]).is_file()


def _known_as(base: str) -> str:
    """Return a base's name without this machine's paths."""
    if base in (embedded.NAME, str(embedded.path())):
        return embedded.NAME
    return Path(base).name if Path(base).is_absolute() or Path(base).exists() else base


def _data(layout: Layout, told: dict[str, Any]) -> tuple[dict[str, int | str], tuple[str, ...]]:
    """Return counts over what a run was tuned on, and the questions' languages, the most frequent first."""
    result = told.get("result", {})
    counts: dict[str, int | str] = {
        f"{name} examples": result[name]["kept"] for name in SPLITS[:2] if isinstance(result.get(name), dict)
    }
    if not layout.split("train").is_file():
        return counts, ()
    examples = read_jsonl(layout.split("train"), Example)
    languages = [name for name, _ in Counter(example.language for example in examples).most_common()]
    counts["databases"] = len({example.db_id for example in examples})
    counts["dialects"] = ", ".join(sorted({example.dialect for example in examples}))
    counts["question languages"] = ", ".join(languages)
    return counts, tuple(languages)


def _scores(layout: Layout, subject: Subject) -> list[Any]:
    """Return what evaluations of a run came to, each beside the untuned base's."""
    from sqlwright.export import Score

    assert subject.run is not None
    found = []
    for file in sorted((subject.run / "verdicts").glob("*.scores.json")):
        told = read_told(file)
        base = next(iter(sorted(layout.runs.glob(f"base-*/verdicts/{file.name}"))), None)
        untuned = read_told(base) if base else {}
        comparable = untuned.get("data") == told.get("data") and untuned.get("rule") == told.get("rule")
        found.append(
            Score(
                name=told["set"],
                questions=told["count"],
                rule=told["rule"],
                accuracy=told["score"],
                interval=tuple(told["score_interval"]),
                base=untuned["score"] if comparable and untuned else None,
            )
        )
    return found
