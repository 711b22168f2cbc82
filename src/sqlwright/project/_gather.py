"""Gathers examples: imported from files, or made from the schema.

Each source is a file of its own; `pairs.jsonl` is all of them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlwright import data
from sqlwright.database import dialect_of, open_executor
from sqlwright.errors import ConfigError, DataError
from sqlwright.project._layout import SPLITS, Layout
from sqlwright.project._manifest import stage
from sqlwright.project._outcome import Outcome
from sqlwright.project._schemas import read_schemas, write_schemas
from sqlwright.records import Example, read_jsonl, write_jsonl, write_text
from sqlwright.schema import Schema

if TYPE_CHECKING:
    from sqlwright.project.project import Project


def import_data(
    project: Project,
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
    """Read a data set, clean it, and add it to the project's pairs.

    Args:
        path, format, skip_bad, columns: see `sqlwright.data.read`.
        db_id: database of the records that name none; by default the project's own.
        dialect: dialect of the SQL where the format does not fix it; by default the database's.
        split: put all of it into "train", "validation" or "test", instead of splitting it.
        name: what this source is called; by default the file's name. Importing under a name again replaces it.

    Raises:
        DataError: the file is missing or of no known format, or records are malformed and `skip_bad` is off.
    """
    if split and split not in SPLITS:
        raise DataError(f"unknown split {split!r}; known: {', '.join(SPLITS)}")
    name = _slug(name or Path(path).name.split(".")[0])
    if name == "synth":
        raise DataError("a source cannot be called 'synth', which is what synthesis makes; give another name")
    layout, config = project.layout, project.config.database
    own = project.databases.only if config.url and not config.folder else None
    if own:
        dialect = dialect or dialect_of(project.databases.url(own))
    source, report = layout.sources / f"{name}.jsonl", layout.sources / f"{name}.import.json"
    settings = {
        "format": format,
        "db_id": db_id or own,
        "dialect": dialect,
        "skip_bad": skip_bad,
        "columns": dict(columns or {}),
        "split": split,
    }
    with stage(
        layout.sources,
        name,
        inputs=[Path(path)],
        settings=settings,
        outputs=[source, report, layout.pairs],
        force=force,
    ) as step:
        if not step.unchanged:
            reading: dict[str, Any] = {"dialect": dialect or "sqlite", "skip_bad": skip_bad, "columns": columns}
            found = data.read(path, format, db_id=db_id or own, **reading)
            if own and not db_id and _is_of_another(found, project.databases.schema(own)):
                found = data.read(path, format, **reading)
            examples, cleaned = data.clean_examples(found.examples)
            if split:
                examples = [replace(example, meta={**example.meta, "split": split}) for example in examples]
            if found.schemas:
                write_schemas(layout.schemas, {**read_schemas(layout.schemas), **found.schemas})
                project.databases.add(found.schemas)
            left_out = [str(skipped) for skipped in found.skipped]
            _write_json(report, {"format": found.format, "left_out": left_out, "cleaned": cleaned.to_json()})
            write_jsonl(source, examples)
            step.counts |= {
                "format": found.format,
                "examples": len(examples),
                "left_out": len(left_out),
                "cleaned": cleaned.counts,
                "schemas": len(found.schemas),
                "pairs": collect(layout),
            }
    return Outcome("import", (source, report, layout.pairs), step.counts, step.unchanged, step.seconds)


def synth(project: Project, *, force: bool = False) -> Outcome:
    """Make pairs from the schema and the stored values of the project's databases, every one executed.

    Raises:
        ConfigError: the project has no database, or the settings of synthesis are wrong.
        DataError: no query says anything on a database.
    """
    layout, databases, config = project.layout, project.databases, project.config.synth
    db_ids = databases.ids()
    source, report = layout.sources / "synth.jsonl", layout.sources / "synth.statistics.json"
    settings = {
        "synth": config.model_dump(mode="json"),
        "personal_values": project.config.database.personal_values,
        "databases": databases.fingerprint(db_ids),
    }
    lexicon = [project.folder / config.lexicon] if config.lexicon else []
    with stage(
        layout.sources,
        "synth",
        inputs=lexicon,
        settings=settings,
        outputs=[source, report, layout.pairs],
        force=force,
    ) as step:
        if not step.unchanged:
            examples, statistics = _make(project, db_ids)
            write_jsonl(source, examples)
            _write_json(report, statistics)
            step.counts |= {"examples": len(examples), **_summed(statistics.values()), "pairs": collect(layout)}
    return Outcome("synth", (source, report, layout.pairs), step.counts, step.unchanged, step.seconds)


def collect(layout: Layout) -> int:
    """Write `pairs.jsonl` from all sources, with ids of its own where two sources share one; return how many."""
    pairs: list[Example] = []
    taken: set[str] = set()
    for file in sorted(layout.sources.glob("*.jsonl")):
        for example in read_jsonl(file, Example):
            unique = example if example.id not in taken else replace(example, id=f"{file.stem}:{example.id}")
            taken.add(unique.id)
            pairs.append(unique)
    return write_jsonl(layout.pairs, pairs)


def _is_of_another(found: data.Import, schema: Schema) -> bool:
    """Return whether records that name no database carry tables that ours does not have."""
    brought = found.schemas.get(schema.db_id)
    return brought is not None and not all(schema.has(table.name) for table in brought.tables)


def _make(project: Project, db_ids: list[str]) -> tuple[list[Example], dict[str, Any]]:
    from sqlwright.synth import make_pairs

    databases, config = project.databases, project.config.synth
    examples: list[Example] = []
    statistics: dict[str, Any] = {}
    for number, db_id in enumerate(db_ids):
        share = config.count * (number + 1) // len(db_ids) - config.count * number // len(db_ids)
        if not share:
            continue
        with open_executor(databases.url(db_id), databases.limits) as executor:
            made, told = make_pairs(
                databases.schema(db_id),
                databases.values(db_id),
                executor,
                count=share,
                languages=config.languages,
                seed=config.seed,
                weights=config.weights or None,
                lexicon=databases.lexicon,
                per_query=config.per_query,
                progress=_counting(project, len(examples)),
            )
        if len(db_ids) > 1:
            made = [replace(example, id=f"{db_id}-{example.id}") for example in made]
        examples += made
        statistics[db_id] = told.to_json()
    if not examples:
        raise ConfigError("no pairs were made; raise synth.count")
    return examples, statistics


def _counting(project: Project, before: int) -> Callable[[int], None]:
    return lambda done: project.progress("making pairs", before + done, project.config.synth.count, "")


def _summed(statistics: Any) -> dict[str, Any]:
    """Return the figures of all databases together."""
    rows = list(statistics)
    out: dict[str, Any] = {name: sum(row[name] for row in rows) for name in ("drawn", "queries")}
    for name in ("languages", "dropped", "operators"):
        counter: Counter[str] = Counter()
        for row in rows:
            counter.update(row[name])
        out[name] = dict(counter.most_common())
    return out


def _slug(name: str) -> str:
    return re.sub(r"[^\w-]+", "-", name).strip("-") or "data"


def _write_json(path: Path, value: Any) -> None:
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")
