"""Reads gold and predictions in their least forms, for judging without a project."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlwright.database import dialect_of, file_of, normalise_url
from sqlwright.errors import DataError
from sqlwright.project._databases import database_file
from sqlwright.records import Example, Prediction


@dataclass(frozen=True, slots=True)
class Gold:
    """Examples and where their databases are."""

    examples: list[Example]
    databases: str | Path
    """A folder of SQLite files, or the URL or path of one database."""

    def url(self, db_id: str) -> str:
        """Return the URL of a database. Raises DataError when the folder has no such file."""
        if "://" not in str(self.databases) and Path(self.databases).is_dir():
            file = database_file(Path(self.databases), db_id)
            if file is None:
                raise DataError(f"{self.databases}: holds no {db_id}/{db_id}.sqlite and no {db_id}.sqlite")
            return normalise_url(str(file))
        if "://" not in str(self.databases) and not Path(self.databases).exists():
            raise DataError(f"{self.databases}: no such folder or database")
        url = normalise_url(str(self.databases))
        if dialect_of(url) in ("sqlite", "duckdb"):
            file_of(url)
        return url


def read_gold(path: Path) -> list[Example]:
    """Return the examples of a gold file.

    Raises:
        DataError: the file is missing, empty or malformed; the message names file and line.
    """
    examples = []
    for where, value in _lines(path):
        if isinstance(value, str):
            sql, tab, db_id = value.rpartition("\t")
            if not tab:
                raise DataError(f"{where}: expected SQL, a tab and the database's name")
            value = {"id": where.rsplit(":", 1)[1], "sql": sql, "db_id": db_id.strip()}
        examples.append(
            Example(
                _text(value, "id", where),
                _text(value, "db_id", where),
                str(value.get("question") or ""),
                _text(value, "sql", where),
                language=str(value.get("language") or "en"),
                dialect=str(value.get("dialect") or "sqlite"),
            )
        )
    return examples


def read_predictions(path: Path, gold: Sequence[Example]) -> list[Prediction]:
    """Return the predictions of a file; lines of bare SQL belong to gold's examples in their order.

    Raises:
        DataError: the file is missing, empty or malformed; the message names file and line.
    """
    database = {example.id: example.db_id for example in gold}
    out = []
    for number, (where, value) in enumerate(_lines(path)):
        if isinstance(value, str):
            if number >= len(gold):
                raise DataError(f"{where}: more predictions than gold's {len(gold)} examples")
            value = {"id": gold[number].id, "sql": value.partition("\t")[0]}
        name = _text(value, "id", where)
        sql = value.get("sql")
        if not isinstance(sql, str):
            raise DataError(f"{where}: no 'sql', the predicted statement")
        db_id = str(value.get("db_id") or database.get(name, ""))
        if db_id != database.get(name, db_id):
            raise DataError(f"{where}: example {name!r} is on database {database[name]!r} in gold, here on {db_id!r}")
        if name not in database:
            raise DataError(f"{where}: no example {name!r} in gold")
        out.append(Prediction(name, db_id, sql))
    return out


def _lines(path: Path) -> list[tuple[str, Any]]:
    """Return (place, value) for each line: an object of JSONL, or a line of text in a .sql or .txt file."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
    out: list[tuple[str, Any]] = []
    for number, line in enumerate(lines, 1):
        where = f"{path}:{number}"
        if not line.strip():
            continue
        if path.suffix in (".sql", ".txt"):
            out.append((where, line))
            continue
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            raise DataError(f"{where}: not JSON ({error.msg})") from None
        if not isinstance(value, dict):
            raise DataError(f"{where}: expected a JSON object, found {type(value).__name__}")
        out.append((where, value))
    if not out:
        raise DataError(f"{path}: holds no records")
    return out


def _text(value: dict[str, Any], name: str, where: str) -> str:
    found = value.get(name)
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    if not isinstance(found, str) or not found:
        raise DataError(f'{where}: no {name!r}; the least form of a line is {{"id", "db_id", "sql"}}')
    return found
