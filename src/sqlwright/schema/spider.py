"""Read Spider's `tables.json`, and BIRD's, with BIRD's column descriptions.

    schemas = read_spider_tables("spider/tables.json")
    schemas = read_spider_tables("bird/dev_tables.json", descriptions="bird/dev_databases")

Types are the five words of that format ("text", "number", "time", "boolean", "others") or, in BIRD, SQL types. A
natural name becomes the comment when it says more than the identifier: "department name" for `dept_name`, nothing for
`Department_Name`. Descriptions are looked for in `<descriptions>/<db_id>/*.csv` and in
`<descriptions>/<db_id>/database_description/*.csv`, one file a table.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlwright.errors import DataError
from sqlwright.schema.model import Column, ForeignKey, Schema, Table
from sqlwright.schema.resolve import resolve

_Comments = Mapping[tuple[str, str], str]
"""Comments by table and column name, both in lower case."""


def read_spider_tables(path: str | Path, descriptions: str | Path | None = None) -> dict[str, Schema]:
    """Return the schemas of a `tables.json` by database, in the file's order.

    Args:
        path: the JSON file.
        descriptions: BIRD's folder of column descriptions, one folder a database; a database without one has none.

    Raises:
        DataError: a file is missing or malformed; the message names file and database.
    """
    path = Path(path)
    try:
        entries = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise DataError(f"{path}: not JSON ({error})") from None
    if not isinstance(entries, list):
        raise DataError(f"{path}: expected a list of databases, found {type(entries).__name__}")
    if descriptions is not None and not Path(descriptions).is_dir():
        raise DataError(f"{descriptions}: no such folder of column descriptions")
    schemas = {}
    for number, entry in enumerate(entries):
        db_id = entry.get("db_id", "") if isinstance(entry, dict) else ""
        where = f"{path}: database {db_id or number}"
        try:
            schemas[str(db_id)] = _schema(entry, _descriptions(descriptions, str(db_id)))
        except KeyError as error:
            raise DataError(f"{where}: no field {error}") from None
        except (IndexError, TypeError, ValueError, AttributeError) as error:
            raise DataError(f"{where}: malformed ({error})") from None
    return schemas


def _schema(entry: Mapping[str, Any], described: _Comments) -> Schema:
    names = entry["table_names_original"]
    columns = list(zip(entry["column_names_original"], entry["column_names"], entry["column_types"], strict=True))
    primary = _primary_keys(entry)
    tables = []
    for number, (name, natural) in enumerate(zip(names, entry["table_names"], strict=True)):
        mine = [(i, column, said[1], type_) for i, (column, said, type_) in enumerate(columns) if column[0] == number]
        keys = tuple(column[1] for i, column, _, _ in mine if i in primary)
        tables.append(
            Table(
                name,
                tuple(_column(name, column[1], said, type_, keys, described) for _, column, said, type_ in mine),
                keys,
                _foreign_keys(entry, number),
                comment=natural if _says_more(natural, name) else "",
            )
        )
    return resolve(entry["db_id"], tables, "sqlite")


def _column(table: str, name: str, natural: str, type_: str, primary: tuple[str, ...], described: _Comments) -> Column:
    comment = described.get((table.lower(), name.lower()), "") or (natural if _says_more(natural, name) else "")
    return Column(name, type_, comment, nullable=name not in primary)


def _primary_keys(entry: Mapping[str, Any]) -> set[int]:
    """Return the numbers of all key columns; Spider lists numbers, BIRD also lists of numbers."""
    return {number for key in entry["primary_keys"] for number in (key if isinstance(key, list) else [key])}


def _foreign_keys(entry: Mapping[str, Any], table: int) -> tuple[ForeignKey, ...]:
    columns, names = entry["column_names_original"], entry["table_names_original"]
    keys = []
    for source, target in entry["foreign_keys"]:
        (source_table, source_name), (target_table, target_name) = columns[source], columns[target]
        if source_table == table and target_table >= 0:
            keys.append(ForeignKey((source_name,), names[target_table], (target_name,)))
    return tuple(keys)


def _says_more(natural: str, name: str) -> bool:
    return bool(_letters(natural)) and _letters(natural) != _letters(name)


def _letters(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


def _descriptions(folder: str | Path | None, db_id: str) -> _Comments:
    comments: dict[tuple[str, str], str] = {}
    if folder is None:
        return comments
    own = Path(folder) / db_id
    nested = own / "database_description"
    for path in sorted((nested if nested.is_dir() else own).glob("*.csv")):
        for row in _rows(path):
            column = row["original_column_name"].strip()
            comments[path.stem.lower(), column.lower()] = _comment(row, column)
    return comments


def _rows(path: Path) -> list[dict[str, str]]:
    text = _decode(path.read_bytes())
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
    fields = [(field or "").strip() for field in reader.fieldnames or ()]
    if "original_column_name" not in fields:
        raise DataError(f"{path}: no column 'original_column_name' in its first line; is it a BIRD description?")
    reader.fieldnames = fields
    try:
        return [{key: value for key, value in row.items() if isinstance(value, str)} for row in reader]
    except csv.Error as error:
        raise DataError(f"{path}:{reader.line_num}: not CSV ({error})") from None


def _decode(data: bytes) -> str:
    """Return the text of a description file: UTF-8, with or without a mark, else Windows or Latin-1."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _comment(row: Mapping[str, str], column: str) -> str:
    """Return the description of a column, or else its natural name, followed by what its values mean."""
    description, natural, values = (
        " ".join(row.get(field, "").replace("\ufffd", " ").split())
        for field in ("column_description", "column_name", "value_description")
    )
    said = next((text for text in (description, natural) if _says_more(text, column)), "")
    return "; ".join(text for text in (said, values) if text)
