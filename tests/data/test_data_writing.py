"""`export`, and the round trip of each form through `read`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlwright.data import export, read
from sqlwright.data.writing import ExportFormat
from sqlwright.errors import DataError
from sqlwright.records import Example, Turn
from sqlwright.schema import parse_ddl

SHOP = parse_ddl(
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, price REAL); CREATE TABLE city (name TEXT);", db_id="shop"
)
FORMATS: tuple[ExportFormat, ...] = ("sqlwright", "instruction", "completion", "chat", "csv")

_words = st.text(
    st.characters(exclude_categories=("C", "Z")) | st.sampled_from(" '\",;{}|`#*:()$\\"), min_size=1, max_size=30
)
line = _words.map(lambda text: "x" + " ".join(text.split())).map(str.strip)
query = line.map(lambda text: "SELECT '" + text.replace("'", "''") + "' FROM orders")
examples = st.lists(
    st.builds(
        Example,
        id=st.integers(0, 10**6).map("e{}".format),
        db_id=st.just("shop"),
        question=line,
        sql=query,
        evidence=st.just("") | line,
        history=st.lists(st.builds(Turn, line, query), max_size=2).map(tuple),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda example: example.id,
)


def told(example: Example) -> tuple[object, ...]:
    return example.id, example.db_id, example.question, example.sql, example.evidence, example.history


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=40)
@given(rows=examples)
def test_what_is_exported_reads_back(format: ExportFormat, rows: list[Example]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out"
        assert export(rows, path, format, schemas={"shop": SHOP}) == len(rows)
        found = read(path)
    assert [told(example) for example in found.examples] == [told(example) for example in rows]
    assert found.format == format
    if format in ("instruction", "completion", "chat"):
        assert [table.name for table in found.schemas["shop"].tables] == ["orders", "city"]


EXAMPLE = Example("a", "shop", "How many orders?", "SELECT COUNT(*) FROM orders")


def exported(folder: Path, format: ExportFormat, **options: object) -> str:
    export([EXAMPLE], folder / "out", format, **options)  # type: ignore[arg-type]
    return (folder / "out").read_text(encoding="utf-8")


def test_only_the_needed_tables_when_asked(tmp_path: Path) -> None:
    [whole] = json.loads(exported(tmp_path, "instruction", schemas={"shop": SHOP}))
    [needed] = json.loads(exported(tmp_path, "instruction", schemas={"shop": SHOP}, needed_only=True))
    assert "city" in whole["instruction"] and "city" not in needed["instruction"]
    assert "CREATE TABLE orders" in needed["instruction"]
    assert (needed["input"], needed["output"]) == (EXAMPLE.question, EXAMPLE.sql)


def test_the_schema_text_may_come_from_a_function(tmp_path: Path) -> None:
    text = exported(tmp_path, "completion", schemas=lambda example: f"tables of {example.db_id}", role="")
    assert json.loads(text)["prompt"] == "tables of shop\n\nQuestion: How many orders?"


def test_natural_style_keeps_the_database_id(tmp_path: Path) -> None:
    exported(tmp_path, "chat", schemas={"shop": SHOP}, style="natural")
    assert read(tmp_path / "out").examples[0].db_id == "shop"


def test_chat_asks_for_one_answer(tmp_path: Path) -> None:
    record = json.loads(exported(tmp_path, "chat", schemas={"shop": SHOP}))
    assert [message["role"] for message in record["messages"]] == ["system", "user", "assistant"]


def test_a_missing_schema_is_an_error_and_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("old", encoding="utf-8")
    with pytest.raises(DataError, match="example a: there is no schema of database 'shop'"):
        exported(tmp_path, "chat", schemas={})
    with pytest.raises(DataError, match="unknown export format 'xml'"):
        exported(tmp_path, "xml")  # type: ignore[arg-type]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out").read_text(encoding="utf-8") == "old"
