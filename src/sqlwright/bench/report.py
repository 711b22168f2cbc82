"""Writes a benchmark's results: `results.md`, `results.html`, `results.json` and the pictures beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlwright.bench.costs import cost_tables
from sqlwright.bench.curves import Picture, pictures
from sqlwright.bench.file import Bench
from sqlwright.bench.results import MEASURES, Record, Row
from sqlwright.bench.tables import (
    Table,
    accuracy_tables,
    failure_table,
    published_table,
    versus_tables,
)
from sqlwright.records import write_text

_TOLD = {
    "train": [
        *("seconds", "samples", "steps", "epochs", "tokens", "samples_per_second"),
        *("memory_gib", "energy_wh", "trainable", "parameters"),
    ],
    "predict": ["seconds", "questions", "tokens", "memory_gib", "energy_wh"],
}
"""What results.json says of a row's cells."""
_STYLE = ".picture svg { max-width: 44rem; width: 100%; height: auto; }"


def write_results(bench: Bench, rows: Sequence[Row], records: Mapping[str, Record], out: Path) -> list[Path]:
    """Write what the finished cells come to; return the files.

    Args:
        records: the benchmark's own finished cells, failed ones among them, by id.

    Raises:
        ConfigError: the published figures cannot be read.
    """
    title = bench.file.title or "Benchmark"
    tables = [*accuracy_tables(bench, rows), *cost_tables(bench, rows), *versus_tables(bench, rows)]
    tables += failure_table(records.values())
    if bench.file.published:
        tables += published_table(Path(bench.path(bench.file.published)))
    drawn = pictures(rows, {name: part.title or name for name, part in bench.parts.items()})
    told = {"title": title, "rows": _told(rows), "failed": _failed(records), **_made_with(records)}
    texts = {
        "results.md": markdown(title, tables, drawn),
        "results.html": html(title, tables, drawn),
        "results.json": json.dumps(told, ensure_ascii=False, indent=1) + "\n",
        **{f"{picture.name}.svg": picture.svg for picture in drawn},
    }
    for name, text in texts.items():
        write_text(out / name, text)
    return [out / name for name in texts]


def markdown(title: str, tables: Sequence[Table], drawn: Sequence[Picture] = ()) -> str:
    """Return the results as Markdown."""
    parts = [f"# {title}\n"]
    for table in tables:
        lines = [
            _line(table.head),
            "|" + "|".join("---" if at < table.words else "---:" for at in range(len(table.head))) + "|",
            *map(_line, table.rows),
        ]
        parts.append(f"## {table.title}\n\n{table.caption}\n\n" + "\n".join(lines) + "\n")
    parts += [f"![{picture.title}]({picture.name}.svg)\n" for picture in drawn]
    return "\n".join(parts)


def html(title: str, tables: Sequence[Table], drawn: Sequence[Picture] = ()) -> str:
    """Return the results as one HTML page with nothing outside itself."""
    style = files("sqlwright.evaluate.report").joinpath("assets", "report.css").read_text(encoding="utf-8")
    body = "".join(
        f"<section><h2>{escape(table.title)}</h2><p>{escape(table.caption)}</p>"
        f'<div class="scroll"><table><thead>{_row(table, table.head, "th")}</thead>'
        f"<tbody>{''.join(_row(table, row, 'td') for row in table.rows)}</tbody></table></div></section>"
        for table in tables
    )
    body += "".join(f'<figure class="picture">{picture.svg}</figure>' for picture in drawn)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f'<title>{escape(title)}</title><meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{style}{_STYLE}</style></head><body><header><h1>{escape(title)}</h1></header>"
        f"<main>{body}</main></body></html>\n"
    )


def _told(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the rows' figures as JSON objects, in percent."""
    found: list[dict[str, Any]] = []
    for row in rows:
        if not row.records:
            continue
        measures = {}
        for name in MEASURES:
            if share := row.measure(name):
                measures[name] = {
                    "share": round(100 * share.share, 2),
                    "interval": [round(100 * end, 2) for end in share.interval],
                    "levels": {level: round(100 * value, 2) for level, value in share.levels.items()},
                    "seeds": [round(100 * value, 2) for value in share.seeds],
                }
        found.append(
            {
                "matrix": row.part,
                "data": row.data,
                "model": row.model,
                "method": row.method,
                "options": dict(row.options),
                "measures": measures,
                "rules": {
                    name: f"{one['rule']}, {one['databases']}".rstrip(", ")
                    for name, one in row.records[0]["scores"]["measures"].items()
                },
                **{
                    section: {name: row.mean(section, name) for name in names}
                    for section, names in _TOLD.items()
                    if section in row.records[0]
                },
                "cells": [record["cell"]["id"] for record in row.records],
            }
        )
    return found


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _row(table: Table, cells: Sequence[str], tag: str) -> str:
    return (
        "<tr>"
        + "".join(
            f"<{tag}>{escape(cell)}</{tag}>" if at < table.words else f'<{tag} class="n">{escape(cell)}</{tag}>'
            for at, cell in enumerate(cells)
        )
        + "</tr>"
    )


def _failed(records: Mapping[str, Record]) -> dict[str, str]:
    return {name: record["reason"] for name, record in records.items() if record["status"] == "failed"}


def _made_with(records: Mapping[str, Record]) -> dict[str, Any]:
    """Return the different machines and versions that the cells were measured with."""
    found: dict[str, list[Any]] = {"machines": [], "versions": []}
    for record in records.values():
        for name, key in (("machines", "machine"), ("versions", "versions")):
            if record.get(key) and record[key] not in found[name]:
                found[name].append(record[key])
    found["side_by_side"] = sorted({record.get("side_by_side", 1) for record in records.values()})
    return found
