"""`read`: detection by content, malformed input, and the ways it is reported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sqlwright.data import read
from sqlwright.errors import DataError

SPIDER = [
    {"db_id": "shop", "question": "How many orders are there?", "query": "SELECT COUNT(*) FROM orders"},
    {"db_id": "shop", "question": "List the cities.", "query": "SELECT city FROM customer"},
]
RECORDS = {
    "sqlwright": {"id": "a", "db_id": "shop", "question": "How many?", "sql": "SELECT 1", "meta": {"k": [1]}},
    "spider": SPIDER[0],
    "bird": {"db_id": "shop", "question": "How many?", "evidence": "all of them", "SQL": "SELECT 1"},
    "sparc": {"database_id": "shop", "interaction": [{"utterance": "How many?", "query": "SELECT 1"}]},
    "instruction": {"instruction": "CREATE TABLE t (a INT);", "input": "How many?", "output": "SELECT 1"},
    "completion": {"prompt": "CREATE TABLE t (a INT);\n\nQuestion: How many?", "completion": "SELECT 1"},
    "chat": {
        "messages": [
            {"role": "system", "content": "CREATE TABLE t (a INT);"},
            {"role": "user", "content": "How many?"},
            {"role": "assistant", "content": "SELECT 1"},
        ]
    },
    "hub": {"question": "How many?", "context": "CREATE TABLE t (a INT)", "answer": "SELECT 1"},
    "wikisql": {
        "question": "How many?",
        "sql": {"sel": 0, "agg": 3, "conds": []},
        "table": {"id": "1-2", "header": ["a"], "types": ["real"], "rows": []},
    },
    "csv": {"question": "How many?", "sql": "SELECT 1", "database": "shop"},
}


def write(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", RECORDS)
@pytest.mark.parametrize("lines", [True, False], ids=["jsonl", "array"])
def test_the_format_is_found_by_content(tmp_path: Path, name: str, lines: bool) -> None:
    record = RECORDS[name]
    path = write(tmp_path / "data.txt", json.dumps(record) + "\n" if lines else [record])
    found = read(path)
    assert found.format == name
    assert [example.question for example in found.examples] == [
        "How many orders are there?" if name == "spider" else "How many?"
    ]
    assert found.skipped == []


def test_cosql_is_told_from_sparc_by_the_file_name_alone(tmp_path: Path) -> None:
    assert read(write(tmp_path / "cosql_dev.json", [RECORDS["sparc"]])).format == "cosql"
    assert read(write(tmp_path / "x.json", [RECORDS["sparc"]]), "cosql").examples[0].source == "cosql"


def test_ids_are_made_of_the_file_name_and_stay_unique(tmp_path: Path) -> None:
    found = read(write(tmp_path / "train.v2.json", [SPIDER[0], {**SPIDER[1], "id": "train-1"}, SPIDER[1]]))
    assert [example.id for example in found.examples] == ["train-1", "train-1~2", "train-3"]


def test_tables_json_beside_the_data_gives_the_schemas(tmp_path: Path) -> None:
    tables = {
        "db_id": "shop",
        "table_names": ["orders"],
        "table_names_original": ["Orders"],
        "column_names": [[-1, "*"], [0, "id"]],
        "column_names_original": [[-1, "*"], [0, "ID"]],
        "column_types": ["text", "number"],
        "primary_keys": [1],
        "foreign_keys": [],
    }
    write(tmp_path / "tables.json", [tables, {**tables, "db_id": "other"}])
    found = read(write(tmp_path / "train.json", SPIDER))
    assert list(found.schemas) == ["shop"]
    assert found.schemas["shop"].table("orders").column("id").name == "ID"


def test_malformed_records_are_all_counted_and_the_first_are_named(tmp_path: Path) -> None:
    bad = [{"db_id": "shop", "question": q, "query": "SELECT 1"} for q in (None, 3, ["a"], "  ")]
    path = write(tmp_path / "train.json", json.dumps([SPIDER[0], *bad], indent=1))
    with pytest.raises(DataError) as caught:
        read(path)
    message = str(caught.value)
    assert (
        "train.json: 4 malformed records (1 good ones): line 7, record 2: 'question' is null, expected text" in message
    )
    assert "record 4: 'question' is a list" in message
    assert "and 1 more" in message and "--skip-bad" in message
    found = read(path, skip_bad=True)
    assert len(found.examples) == 1
    assert [(s.record, s.line) for s in found.skipped] == [(2, 7), (3, 12), (4, 17), (5, 24)]
    assert str(found.skipped[-1]) == f"{path}:24: record 5: 'question' is empty"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"db_id": "shop", "question": "q"}, "'query' is missing"),
        ({"db_id": 1, "question": "q", "query": "SELECT 1"}, "'db_id' is a number"),
        ("SELECT 1", "record is text, expected an object"),
        ([1], "record is a list"),
        (None, "record is null"),
        ({"db_id": "shop", "question": "\ud800", "query": "SELECT 1"}, "not valid UTF-8"),
    ],
)
def test_reasons(tmp_path: Path, record: object, reason: str) -> None:
    found = read(write(tmp_path / "t.json", [SPIDER[0], record]), skip_bad=True)
    assert len(found.examples) == 1
    assert reason in found.skipped[0].reason


def test_a_truncated_array_gives_what_stands_before_the_end(tmp_path: Path) -> None:
    text = json.dumps(SPIDER, indent=1)
    for cut in range(1, len(text)):
        found_or_error = _read_or_error(write(tmp_path / "t.json", text[:cut]))
        assert "truncated" in found_or_error or "not JSON" in found_or_error or "no known format" in found_or_error
    found = read(write(tmp_path / "t.json", text[:-20]), skip_bad=True)
    assert [example.question for example in found.examples] == [SPIDER[0]["question"]]
    assert len(found.skipped) == 1


def _read_or_error(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read(path)
    return str(caught.value)


@pytest.mark.parametrize("content", ["", "   \n\n", "\ufeff"])
def test_an_empty_file_is_an_error(tmp_path: Path, content: str) -> None:
    assert "the file is empty" in _read_or_error(write(tmp_path / "t.json", content))


def test_an_empty_array_and_a_bare_header_hold_no_records(tmp_path: Path) -> None:
    assert "holds no records" in _read_or_error(write(tmp_path / "t.json", "[]"))
    assert "holds no records" in _read_or_error(write(tmp_path / "t.csv", "question,sql\n"))


def test_a_missing_file_and_an_unknown_format_are_errors(tmp_path: Path) -> None:
    assert "cannot be read" in _read_or_error(tmp_path / "none.json")
    with pytest.raises(DataError, match="unknown format 'exel'; known: auto, sqlwright"):
        read(tmp_path / "none.json", "exel")
    message = _read_or_error(write(tmp_path / "t.json", [{"frage": "?", "abfrage": "SELECT 1"}]))
    assert "of no known format; the first record has 'frage', 'abfrage'" in message


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps([{**SPIDER[0], "question": "有多少个订单？"}], ensure_ascii=False), encoding=encoding)
    found = read(path)
    assert found.examples[0].question == "有多少个订单？"
    assert found.examples[0].language == "zh"


def test_latin_1_is_named_for_the_records_that_hold_it(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    lines = [SPIDER[0], {**SPIDER[1], "question": "Où est le café ?"}]
    path.write_bytes("\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode("latin-1"))
    assert "line 2, record 2: 'question' is not valid UTF-8; convert the file" in _read_or_error(path)
    assert len(read(path, skip_bad=True).examples) == 1


def test_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b"\r\n".join(json.dumps(line).encode() for line in SPIDER) + b"\r\n")
    assert [example.sql for example in read(path).examples] == [line["query"] for line in SPIDER]


def test_a_wrong_line_of_jsonl_hides_no_other(tmp_path: Path) -> None:
    lines = [json.dumps(SPIDER[0]), '{"db_id": ', "", "[" * 100_000, json.dumps(SPIDER[1])]
    found = read(write(tmp_path / "t.jsonl", "\n".join(lines)), skip_bad=True)
    assert len(found.examples) == 2
    assert [(skipped.line, skipped.record) for skipped in found.skipped] == [(2, 2), (4, 3)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[{"a": 1} {"a": 2}]', "no comma between records"),
        ('[{"a": 1}] x', "text after the end of the array"),
        ('[{"a": 1},', "truncated"),
        ('[{"a": 1},]', ""),
    ],
)
def test_broken_arrays(tmp_path: Path, text: str, reason: str) -> None:
    text = text.replace('{"a": 1}', json.dumps(SPIDER[0]))
    found = read(write(tmp_path / "t.json", text), skip_bad=True)
    assert len(found.examples) == 1
    assert reason in "".join(map(str, found.skipped))


def test_an_object_that_wraps_the_records_is_opened(tmp_path: Path) -> None:
    found = read(write(tmp_path / "t.json", json.dumps({"version": 1, "data": SPIDER}, indent=2)))
    assert len(found.examples) == 2
    assert len(read(write(tmp_path / "u.json", json.dumps(SPIDER[0], indent=2))).examples) == 1
