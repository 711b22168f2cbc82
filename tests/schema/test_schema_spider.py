from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sqlwright.errors import DataError
from sqlwright.schema import ForeignKey, parse_ddl, read_spider_tables, render

ENTRY: dict[str, Any] = {
    "db_id": "zoo",
    "table_names_original": ["Keeper", "anml"],
    "table_names": ["keeper", "animal"],
    "column_names_original": [[-1, "*"], [0, "Keeper_ID"], [0, "Nm"], [1, "id"], [1, "keeper"], [1, "fed_at"]],
    "column_names": [[-1, "*"], [0, "keeper id"], [0, "name"], [1, "id"], [1, "keeper"], [1, "feeding time"]],
    "column_types": ["text", "number", "text", "number", "number", "time"],
    "primary_keys": [1, [3, 4]],
    "foreign_keys": [[4, 1]],
}


def write(path: Path, entries: object) -> Path:
    path.write_text(json.dumps(entries), encoding="utf-8")
    return path


def test_names_keys_and_comments(tmp_path: Path) -> None:
    schema = read_spider_tables(write(tmp_path / "tables.json", [ENTRY]))["zoo"]
    keeper, animal = schema.tables
    assert (keeper.comment, animal.comment) == ("", "animal")
    assert [column.comment for column in keeper.columns] == ["", "name"]
    assert [column.kind for column in animal.columns] == ["number", "number", "date"]
    assert (keeper.primary_key, animal.primary_key) == (("Keeper_ID",), ("id", "keeper"))
    assert animal.foreign_keys == (ForeignKey(("keeper",), "Keeper", ("Keeper_ID",)),)


@pytest.mark.parametrize("layout", ["{db}", "{db}/database_description"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_descriptions(tmp_path: Path, layout: str, encoding: str) -> None:
    folder = tmp_path / "described" / layout.format(db="zoo")
    folder.mkdir(parents=True)
    text = "original_column_name,column_name,column_description,data_format,value_description\n"
    text += 'id ,,the café’s\nanimal,integer,"1: big"\nFED_AT,,fed at,date,\n,,,,\n'
    (folder / "anml.csv").write_text(text.replace("café’s\nanimal", "café’s animal"), encoding=encoding)
    schema = read_spider_tables(write(tmp_path / "tables.json", [ENTRY]), tmp_path / "described")["zoo"]
    assert schema.table("anml").column("id").comment == "the café’s animal; 1: big"
    assert schema.table("anml").column("fed_at").comment == "feeding time"


def test_malformed_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.json: cannot be read"):
        read_spider_tables(tmp_path / "none.json")
    (tmp_path / "text.json").write_text("hello")
    with pytest.raises(DataError, match="not JSON"):
        read_spider_tables(tmp_path / "text.json")
    with pytest.raises(DataError, match="expected a list"):
        read_spider_tables(write(tmp_path / "a.json", {}))
    with pytest.raises(DataError, match="database zoo: no field 'column_types'"):
        read_spider_tables(write(tmp_path / "b.json", [{k: v for k, v in ENTRY.items() if k != "column_types"}]))
    with pytest.raises(DataError, match="database zoo: malformed"):
        read_spider_tables(write(tmp_path / "c.json", [{**ENTRY, "foreign_keys": [[4, 99]]}]))
    with pytest.raises(DataError, match="no such folder"):
        read_spider_tables(write(tmp_path / "d.json", [ENTRY]), tmp_path / "nowhere")
    folder = tmp_path / "described" / "zoo"
    folder.mkdir(parents=True)
    (folder / "anml.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match=r"anml\.csv: no column 'original_column_name'"):
        read_spider_tables(write(tmp_path / "e.json", [ENTRY]), tmp_path / "described")


@pytest.mark.data
def test_all_of_spider_reads_renders_and_reads_back(reference_data: Path) -> None:
    schemas = read_spider_tables(reference_data / "spider" / "tables.json")
    assert len(schemas) == 166
    for db_id, schema in schemas.items():
        assert parse_ddl(render(schema, "ddl"), "sqlite", db_id) == schema
        for style in ("natural", "m-schema", "compact"):
            assert render(schema, style)


@pytest.mark.data
def test_bird_descriptions_become_comments(reference_data: Path) -> None:
    folder = reference_data / "bird"
    schemas = read_spider_tables(folder / "mini_dev_sqlite_tables.json", folder / "database_description")
    assert len(schemas) == 11
    described = [column.comment for _, column in schemas["student_club"].columns()]
    assert sum(map(bool, described)) > 30
    assert not any("\ufffd" in comment or "\n" in comment for comment in described)
