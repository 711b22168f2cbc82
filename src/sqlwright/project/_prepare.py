"""Prepares the gathered examples: audit by execution, split, count, write in other tools' forms."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlwright import data
from sqlwright.data.keys import question_key
from sqlwright.errors import DataError
from sqlwright.project._layout import SPLITS, Layout, require
from sqlwright.project._manifest import stage
from sqlwright.project._outcome import Outcome
from sqlwright.records import Example, read_jsonl, write_jsonl, write_text
from sqlwright.schema import Style

if TYPE_CHECKING:
    from sqlwright.project.project import Project

_MAKE_PAIRS = "sqlwright data synth (or: sqlwright data import FILE)"
_SHOWN = 20


def audit(project: Project, *, force: bool = False) -> Outcome:
    """Run every example's SQL on its database and say what each came to; find duplicates and equal SQL.

    Raises:
        DataError: there are no pairs yet.
    """
    layout, databases = project.layout, project.databases
    examples = read_jsonl(require(layout.pairs, _MAKE_PAIRS), Example)
    db_ids = {example.db_id for example in examples}
    settings = {
        "seconds": databases.limits.seconds,
        "rows": databases.limits.rows,
        "databases": databases.fingerprint(db_ids),
    }
    with stage(
        layout.data, "audit", inputs=[layout.pairs], settings=settings, outputs=[layout.audit], force=force
    ) as step:
        if not step.unchanged:
            found = data.audit(
                examples,
                databases.url,
                databases.schemas(db_ids),
                limits=databases.limits,
                on_progress=lambda done, total: project.progress("running every statement", done, total, ""),
            )
            told = found.to_json()
            del told["seconds"]  # so that the same audit is the same file
            write_text(layout.audit, json.dumps(told, ensure_ascii=False, indent=1) + "\n")
            bad = [finding for finding in found.findings if finding.status in ("failed", "timeout", "empty")]
            step.counts |= {
                "examples": len(examples),
                **found.counts,
                "near_duplicates": len(found.near_duplicates),
                "equal_sql": len(found.equal_sql),
                "reasons": dict(Counter(f"{finding.status}: {finding.reason}" for finding in bad).most_common(_SHOWN)),
            }
    return Outcome("audit", (layout.audit,), step.counts, step.unchanged, step.seconds)


def split(project: Project, *, force: bool = False) -> Outcome:
    """Split the audited examples into train, validation and test.

    Left out, and listed in `split.json`: what the audit gave a status that `split.keep` does not name, what has no
    question, and what would be trained on though the same question stands in a set that was imported as held out.

    Raises:
        DataError: there is no audit, or it is of other pairs.
    """
    layout, config = project.layout, project.config.split
    inputs = [require(layout.pairs, _MAKE_PAIRS), require(layout.audit, "sqlwright data audit")]
    outputs = [*(layout.split(name) for name in SPLITS), layout.split_report]
    with stage(layout.data, "split", inputs=inputs, settings=config, outputs=outputs, force=force) as step:
        if not step.unchanged:
            examples = read_jsonl(layout.pairs, Example)
            used, left_out = _usable(examples, _statuses(layout, examples), config.keep)
            parts = data.split(
                [example for example in used if "split" not in example.meta],
                by=config.by,
                fractions=config.fractions,
                seed=config.seed,
            )
            for example in used:
                if "split" in example.meta:
                    parts[example.meta["split"]].append(example)
            left_out |= _keep_aside(parts)
            leaks = data.find_leaks(parts)
            for name in SPLITS:
                write_jsonl(layout.split(name), parts[name])
            report = {"left_out": left_out, "leaks": [asdict(leak) for leak in leaks]}
            write_text(layout.split_report, json.dumps(report, ensure_ascii=False, indent=1) + "\n")
            step.counts |= {
                **{name: len(parts[name]) for name in SPLITS},
                "left_out": dict(Counter(left_out.values())),
                "leaks": dict(Counter(leak.kind for leak in leaks)),
            }
    return Outcome("split", tuple(outputs), step.counts, step.unchanged, step.seconds)


def stats(project: Project, *, force: bool = False) -> Outcome:
    """Count what each split holds, or all pairs where they are not split yet. Raises DataError: there are no pairs."""
    layout = project.layout
    names = [name for name in SPLITS if layout.split(name).exists()]
    files = {name: layout.split(name) for name in names} or {"pairs": require(layout.pairs, _MAKE_PAIRS)}
    with stage(
        layout.data, "statistics", inputs=list(files.values()), outputs=[layout.statistics], force=force
    ) as step:
        if not step.unchanged:
            found = {name: data.statistics(read_jsonl(file, Example)).to_json() for name, file in files.items()}
            write_text(layout.statistics, json.dumps(found, ensure_ascii=False, indent=1) + "\n")
            step.counts |= found
    return Outcome("statistics", (layout.statistics,), step.counts, step.unchanged, step.seconds)


def export(
    project: Project,
    format: str,
    out: str | Path | None = None,
    *,
    split: str = "train",
    style: Style = "ddl",
    needed_only: bool = False,
) -> Outcome:
    """Write a split in another tool's form, the schema included.

    Args:
        format: one of `sqlwright.data.ExportFormat`.
        out: the file; by default `data/export/<split>.<format>.<suffix>`.
        split: which of the splits, or "pairs" for all.
        style, needed_only: see `sqlwright.data.export`.

    Raises:
        DataError: the split is not there, or an example's schema is not known.
    """
    layout = project.layout
    if split not in (*SPLITS, "pairs"):
        raise DataError(f"unknown split {split!r}; known: {', '.join(SPLITS)}, pairs")
    source = layout.pairs if split == "pairs" else require(layout.split(split), "sqlwright data split")
    examples = read_jsonl(require(source, _MAKE_PAIRS), Example)
    suffix = {"instruction": "json", "csv": "csv"}.get(format, "jsonl")
    file = Path(out) if out else layout.data / "export" / f"{split}.{format}.{suffix}"
    schemas = project.databases.schemas(example.db_id for example in examples)
    kind: Any = format
    count = data.export(examples, file, kind, schemas=schemas, style=style, needed_only=needed_only)
    return Outcome("export", (file,), {"examples": count, "format": format, "split": split})


def _statuses(layout: Layout, examples: Sequence[Example]) -> dict[str, str]:
    """Return the audit's status by example id. Raises DataError when it is of other examples."""
    found = json.loads(layout.audit.read_text(encoding="utf-8"))["findings"]
    statuses = {finding["id"]: finding["status"] for finding in found}
    if set(statuses) != {example.id for example in examples}:
        raise DataError(f"{layout.pairs}: has changed since the audit; run: sqlwright data audit")
    return statuses


def _usable(
    examples: Sequence[Example], statuses: dict[str, str], keep: Sequence[str]
) -> tuple[list[Example], dict[str, str]]:
    """Return the examples to use, and by id why the others are left out."""
    used, left_out = [], {}
    for example in examples:
        if statuses[example.id] not in keep:
            left_out[example.id] = statuses[example.id]
        elif not example.question.strip():
            left_out[example.id] = "no-question"
        else:
            used.append(example)
    return used, left_out


def _keep_aside(parts: dict[str, list[Example]]) -> dict[str, str]:
    """Take out of train, in place, what asks the same of the same database as a held-out example; return it by id."""
    held = {(e.db_id, question_key(e)) for name in SPLITS[1:] for e in parts[name]}
    same = {e.id for e in parts["train"] if (e.db_id, question_key(e)) in held}
    parts["train"] = [example for example in parts["train"] if example.id not in same]
    return dict.fromkeys(sorted(same), "held-out-question")
