"""Schemas as JSON: `data/schemas.json`, for data sets that bring their own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlwright.errors import DataError
from sqlwright.records import write_text
from sqlwright.schema import Column, ForeignKey, Schema, Table


def write_schemas(path: Path, schemas: Mapping[str, Schema]) -> None:
    """Write schemas by database, atomically."""
    plain = {db_id: asdict(schemas[db_id]) for db_id in sorted(schemas)}
    write_text(path, json.dumps(plain, ensure_ascii=False, indent=1) + "\n")


def read_schemas(path: Path) -> dict[str, Schema]:
    """Return the schemas of a file, none when there is no file. Raises DataError when it is malformed."""
    if not path.exists():
        return {}
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return {db_id: _schema(value) for db_id, value in values.items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError(f"{path}: malformed ({error}); import the data again") from None


def _schema(value: dict[str, Any]) -> Schema:
    return Schema(value["db_id"], tuple(_table(table) for table in value["tables"]), value["dialect"])


def _table(value: dict[str, Any]) -> Table:
    return Table(
        **{
            **value,
            "columns": tuple(Column(**{**column, "samples": tuple(column["samples"])}) for column in value["columns"]),
            "primary_key": tuple(value["primary_key"]),
            "foreign_keys": tuple(
                ForeignKey(tuple(key["columns"]), key["target_table"], tuple(key["target_columns"]))
                for key in value["foreign_keys"]
            ),
        }
    )
