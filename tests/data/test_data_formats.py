"""Each record format: what it reads, and what it calls malformed."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from sqlwright.data import Import, read, write_wikisql_database
from sqlwright.errors import DataError
from sqlwright.records import Example, Turn

DDL = "CREATE TABLE orders (id INTEGER PRIMARY KEY, price REAL);\nCREATE TABLE city (name TEXT);"


def read_records(folder: Path, *records: object, **options: object) -> Import:
    path = folder / "data.jsonl"
    path.write_text("\n".join(json.dumps(record, ensure_ascii=False) for record in records), encoding="utf-8")
    return read(path, **options)  # type: ignore[arg-type]


def read_one(folder: Path, record: object, **options: object) -> Example:
    [example] = read_records(folder, record, **options).examples
    return example


def reason(folder: Path, record: object, **options: object) -> str:
    [skipped] = read_records(folder, record, skip_bad=True, **options).skipped
    return skipped.reason


# --- sqlwright's own

OWN = {"id": "a", "db_id": "shop", "question": "How many?", "sql": "SELECT 1"}


def test_own_records_come_back_whole(tmp_path: Path) -> None:
    record = {**OWN, "history": [{"question": "a", "sql": "b"}], "meta": {"n": 1}, "evidence": "e", "dialect": "duckdb"}
    assert read_one(tmp_path, record) == Example(
        "a", "shop", "How many?", "SELECT 1", dialect="duckdb", evidence="e", history=(Turn("a", "b"),), meta={"n": 1}
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"sql": ""}, "'sql' is empty"),
        ({"language": 3}, "'language' is a number"),
        ({"history": {}}, "'history' is an object, expected a list"),
        ({"history": ["a"]}, "a turn of 'history' is text"),
        ({"history": [{"question": "a", "sql": "b", "x": 1}]}, "more than"),
        ({"meta": []}, "'meta' is a list"),
        ({"extra": 1}, "unknown field 'extra'"),
    ],
)
def test_own_records_are_checked(tmp_path: Path, change: dict[str, object], expected: str) -> None:
    assert expected in reason(tmp_path, {**OWN, **change}, format="sqlwright")


# --- BIRD


def test_bird_evidence_is_read(tmp_path: Path) -> None:
    record = {
        "question_id": 7,
        "db_id": "d",
        "question": "q",
        "evidence": "x means y",
        "SQL": "SELECT 1",
        "difficulty": "simple",
    }
    example = read_one(tmp_path, record)
    assert (example.id, example.evidence, example.meta) == ("data-7", "x means y", {"difficulty": "simple"})
    assert "expected a whole number" in reason(tmp_path, {**record, "question_id": "7"})


# --- SParC, CoSQL


def dialogue(*turns: object) -> dict[str, object]:
    return {"database_id": "d", "interaction": list(turns), "final": {"utterance": "all", "query": "SELECT 'final'"}}


def test_a_turn_sees_the_turns_before_it_and_nothing_else(tmp_path: Path) -> None:
    turns = [{"utterance": f"q{i}", "query": f"SELECT {i}"} for i in range(4)]
    examples = read_records(tmp_path, dialogue(*turns)).examples
    for i, example in enumerate(examples):
        assert (example.question, example.sql) == (f"q{i}", f"SELECT {i}")
        assert example.history == tuple(Turn(f"q{j}", f"SELECT {j}") for j in range(i))
        assert "final" not in repr(example)
    assert {example.meta["dialogue"] for example in examples} == {"data-1"}


def test_a_bad_turn_ends_its_dialogue_only(tmp_path: Path) -> None:
    good = {"utterance": "q", "query": "SELECT 1"}
    found = read_records(tmp_path, dialogue(good, {"utterance": "q"}, good), dialogue(good), skip_bad=True)
    assert [example.id for example in found.examples] == ["data-1-1", "data-2-1"]
    assert found.skipped[0].reason == "turn 2: 'query' is missing; it and the later turns are left out"
    assert reason(tmp_path, dialogue()) == "'interaction' is empty"


def test_tokenised_operators_are_joined_outside_strings(tmp_path: Path) -> None:
    sql = "SELECT a FROM t WHERE a > = 3 AND b ! = '> =' AND c < = 2"
    example = read_one(tmp_path, dialogue({"utterance": "q", "query": sql}))
    assert example.sql == "SELECT a FROM t WHERE a >= 3 AND b != '> =' AND c <= 2"


# --- WikiSQL

TABLE = {
    "id": "1-22-3",
    "header": ["Player", "No.", "order", 'The "best"', "Player", "", "Pts, avg"],
    "types": ["text", "real", "text", "text", "text", "text", "real"],
    "rows": [["Ann O'Neil", 7, "first", "yes", "a", "b", 12.5], ["Bo", 1200, "Second", "no", "c", "d", 3]],
}


def form(sel: int, agg: int, *conds: object) -> dict[str, object]:
    return {"phase": 1, "table_id": "1-22-3", "question": "q", "sql": {"sel": sel, "agg": agg, "conds": list(conds)}}


@pytest.mark.parametrize(
    ("record", "sql", "rows"),
    [
        (form(0, 0), "SELECT Player FROM table_1_22_3", [("Ann O'Neil",), ("Bo",)]),
        (
            form(1, 1, [0, 0, "ann o'neil"]),
            """SELECT MAX("No.") FROM table_1_22_3 WHERE Player = 'Ann O''Neil'""",
            [(7,)],
        ),
        (form(2, 0, [1, 1, "1,000"]), 'SELECT "order" FROM table_1_22_3 WHERE "No." > 1000', [("Second",)]),
        (
            form(3, 3, [2, 0, "SECOND"]),
            """SELECT COUNT("The ""best""\") FROM table_1_22_3 WHERE "order" = 'Second'""",
            [(1,)],
        ),
        (form(4, 0, [6, 2, 4]), 'SELECT "Player 2" FROM table_1_22_3 WHERE "Pts, avg" < 4', [("c",)]),
        (
            form(5, 0, [0, 0, "Bo"], [1, 0, 1200]),
            """SELECT "column 6" FROM table_1_22_3 WHERE Player = 'Bo' AND "No." = 1200""",
            [("d",)],
        ),
    ],
)
def test_wikisql_becomes_sql_that_runs(tmp_path: Path, record: dict[str, object], sql: str, rows: list[object]) -> None:
    (tmp_path / "data.tables.jsonl").write_text(json.dumps(TABLE), encoding="utf-8")
    found = read_records(tmp_path, record)
    assert found.examples[0].sql == sql
    assert found.examples[0].db_id == "1-22-3"
    assert [column.name for column in found.schemas["1-22-3"].tables[0].columns][4:6] == ["Player 2", "column 6"]
    database = tmp_path / "wiki.sqlite"
    assert write_wikisql_database(tmp_path / "data.tables.jsonl", database) == 1
    connection = sqlite3.connect(database)
    assert connection.execute(sql).fetchall() == rows
    connection.close()


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (form(9, 0), "column 9 does not exist; the table has 7 columns"),
        (form(0, 6), "'agg' is 6, expected 0 to 5"),
        (form(0, 0, [0, 3, "x"]), "operator is 3"),
        (form(0, 0, [0, 0]), "a condition has 2 parts"),
        (form(0, 0, [0, 0, None]), "a condition's value is null"),
        ({**form(0, 0), "table_id": "9"}, "table '9' is not in the tables file"),
    ],
)
def test_wikisql_forms_are_checked(tmp_path: Path, record: dict[str, object], expected: str) -> None:
    (tmp_path / "tables.jsonl").write_text(json.dumps(TABLE), encoding="utf-8")
    assert expected in reason(tmp_path, record)


def test_wikisql_needs_its_tables_and_reads_mirrors_that_carry_them(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"its tables are missing; put data\.tables\.jsonl beside it"):
        read_records(tmp_path, form(0, 0))
    conds = {"column_index": [0], "operator_index": [0], "condition": ["bo"]}
    record = {"question": "q", "table": TABLE, "sql": {"human_readable": "", "sel": 1, "agg": 0, "conds": conds}}
    assert read_one(tmp_path, record).sql == """SELECT "No." FROM table_1_22_3 WHERE Player = 'Bo'"""
    (tmp_path / "tables.jsonl").write_text(json.dumps({**TABLE, "types": []}), encoding="utf-8")
    with pytest.raises(DataError, match=r"tables\.jsonl:1: table '1-22-3' has 7 headings and 0 types"):
        read_records(tmp_path, form(0, 0))


# --- instruction / input / output


def test_alpaca_records_bring_their_schema(tmp_path: Path) -> None:
    record = {
        "instruction": f"You write SQL.\n\n{DDL}\n",
        "input": "How many orders?",
        "output": "SELECT COUNT(*) FROM orders;",
    }
    found = read_records(tmp_path, record, {**record, "input": "另一个问题"})
    first, second = found.examples
    assert (first.question, first.language, second.language) == ("How many orders?", "en", "zh")
    assert first.db_id == second.db_id and first.db_id.startswith("schema-")
    assert [table.name for table in found.schemas[first.db_id].tables] == ["orders", "city"]
    assert read_one(tmp_path, record, db_id="shop").db_id == "shop"


def test_db_gpt_hub_records_name_their_database(tmp_path: Path) -> None:
    record = {
        "instruction": "Act as a terminal.\n###Instruction:\nshop contains tables such as a, b. Table a has columns x.",
        "input": "###Input:\nHow many?\n\n###Response:",
        "output": "SELECT COUNT(*) FROM a",
        "history": [],
    }
    example = read_one(tmp_path, record)
    assert (example.db_id, example.question, example.sql) == ("shop", "How many?", "SELECT COUNT(*) FROM a")


def test_instructions_without_input_and_the_other_direction(tmp_path: Path) -> None:
    record = {
        "instruction": f"{DDL}\n\nWhich cities are there?",
        "input": "",
        "output": "Sure:\n```sql\nSELECT name FROM city\n```",
    }
    example = read_one(tmp_path, record)
    assert (example.question, example.sql) == ("Which cities are there?", "SELECT name FROM city")
    turned = {"instruction": "Explain.", "input": "SELECT name FROM city", "output": "The names of all cities."}
    example = read_one(tmp_path, turned, db_id="shop")
    assert (example.question, example.sql) == ("The names of all cities.", "SELECT name FROM city")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"output": "I do not know."}, "'output' holds no SQL"),
        ({"instruction": "no schema"}, "names no database and carries no CREATE TABLE"),
        ({"history": [["a"]]}, "a turn of 'history' has 1 parts"),
        ({"input": 3}, "'input' is a number"),
        ({"instruction": "CREATE TABLE (;"}, "cannot be read"),
    ],
)
def test_instruction_records_are_checked(tmp_path: Path, change: dict[str, object], expected: str) -> None:
    record = {"instruction": DDL, "input": "How many?", "output": "SELECT 1", **change}
    assert expected in reason(tmp_path, record)


def test_one_database_gathers_the_tables_of_its_records(tmp_path: Path) -> None:
    parts = DDL.split("\n")
    records = [{"db_id": "shop", "instruction": part, "input": "q", "output": "SELECT 1"} for part in parts]
    assert [table.name for table in read_records(tmp_path, *records).schemas["shop"].tables] == ["orders", "city"]


# --- prompt / completion and chat


def test_the_sql_is_found_after_reasoning(tmp_path: Path) -> None:
    completion = "The cities stand in city.\nSo I select the name.\n\nSQL: SELECT name FROM city"
    example = read_one(tmp_path, {"prompt": f"{DDL}\n问题：有哪些城市？", "completion": completion})
    assert (example.question, example.sql) == ("有哪些城市？", "SELECT name FROM city")
    assert example.meta["completion"] == completion
    assert reason(tmp_path, {"prompt": DDL, "completion": "SELECT 1"}) == "'prompt' holds no question"
    assert reason(tmp_path, {"prompt": "q", "completion": "none"}) == "'completion' holds no SQL"


def test_a_conversation_gives_an_example_a_turn(tmp_path: Path) -> None:
    messages = [
        {"role": "system", "content": DDL},
        {"role": "user", "content": "How many orders?"},
        {"role": "assistant", "content": "SELECT COUNT(*) FROM orders"},
        {"role": "user", "content": "And cities?"},
        {"role": "assistant", "content": "SELECT COUNT(*) FROM city"},
    ]
    first, second = read_records(tmp_path, {"messages": messages}).examples
    assert first.history == ()
    assert second.history == (Turn("How many orders?", "SELECT COUNT(*) FROM orders"),)
    share_gpt = [
        {"from": {"user": "human", "assistant": "gpt"}.get(m["role"], "system"), "value": m["content"]}
        for m in messages
    ]
    assert read_records(tmp_path, {"conversations": share_gpt}).examples == [first, second]


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([], "expected pairs"),
        ([("user", "q")], "expected pairs"),
        ([("assistant", "SELECT 1"), ("user", "q")], "roles are 'assistant' and 'user'"),
        ([("user", "q"), ("assistant", "Hello!")], "the answer holds no SQL"),
        ([("user", ""), ("assistant", "SELECT 1")], "the message holds no question"),
    ],
)
def test_conversations_are_checked(tmp_path: Path, messages: list[tuple[str, str]], expected: str) -> None:
    record = {"messages": [{"role": role, "content": content} for role, content in messages]}
    assert expected in reason(tmp_path, record, db_id="shop")


# --- CSV


def read_csv(folder: Path, text: str, **options: object) -> Import:
    path = folder / "pairs.csv"
    path.write_bytes(text.encode())
    return read(path, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_columns_are_found(tmp_path: Path, separator: str, end: str) -> None:
    lines = [["Question", "Query", "DB_ID"], ['"How many, ""all""?"', '"SELECT a, b\nFROM t"', "shop"]]
    text = end.join(separator.join(line) for line in lines)
    [example] = read_csv(tmp_path, text).examples
    assert (example.question, example.sql, example.db_id) == ('How many, "all"?', "SELECT a, b\nFROM t", "shop")


def test_csv_columns_are_given(tmp_path: Path) -> None:
    text = "Frage,Abfrage,sql\nWie viele?,SELECT 1,nothing\n"
    columns = {"question": "Frage", "sql": "Abfrage"}
    [example] = read_csv(tmp_path, text, columns=columns, db_id="shop").examples
    assert (example.question, example.sql) == ("Wie viele?", "SELECT 1")
    with pytest.raises(DataError, match="there is no column 'Fragen'; there are 'Frage', 'Abfrage', 'sql'"):
        read_csv(tmp_path, text, columns={"question": "Fragen"}, db_id="shop")


def test_broken_csv_is_reported_with_its_line(tmp_path: Path) -> None:
    text = 'question,sql,db_id\n"two\nlines",SELECT 1,shop\nq,SELECT 1, 2,shop\nq,,shop\n"open,SELECT 1,shop\n'
    found = read_csv(tmp_path, text, skip_bad=True)
    assert len(found.examples) == 1
    assert [skipped.line for skipped in found.skipped] == [4, 5, 6]
    assert "4 cells under 3 column names" in found.skipped[0].reason
    assert found.skipped[1].reason == "'sql' is empty"
    assert "unexpected end of data" in found.skipped[2].reason


# --- the Hub

ROWS = [{"question": "How many?", "context": "CREATE TABLE t (a INT)", "answer": "SELECT COUNT(a) FROM t"}] * 2


def test_hub_data_sets_are_loaded_from_local_files(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    data = datasets.Dataset.from_list(ROWS)
    data.to_parquet(str(tmp_path / "rows.parquet"))
    data.save_to_disk(str(tmp_path / "saved"))
    datasets.DatasetDict({"train": data, "test": data}).save_to_disk(str(tmp_path / "splits"))
    (tmp_path / "rows.json").write_text(json.dumps(ROWS), encoding="utf-8")
    for name, count in (("rows.parquet", 2), ("saved", 2), ("splits", 4), ("rows.json", 2)):
        found = read(tmp_path / name)
        assert found.format == "hub"
        assert len(found.examples) == count
        assert {example.db_id for example in found.examples} == set(found.schemas)
        assert next(iter(found.schemas.values())).table("t").column("a").type == "INT"


def test_a_hub_data_set_of_another_kind_is_recognised(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    datasets.Dataset.from_list([{"db_id": "d", "question": "q", "query": "SELECT 1"}]).to_parquet(
        str(tmp_path / "x.parquet")
    )
    assert read(tmp_path / "x.parquet", "hub").format == "spider"


def test_a_broken_parquet_file_is_a_data_error(tmp_path: Path) -> None:
    pytest.importorskip("datasets")
    (tmp_path / "x.parquet").write_bytes(b"not parquet")
    with pytest.raises(DataError, match=r"x\.parquet: the data set cannot be loaded"):
        read(tmp_path / "x.parquet")


def test_a_context_that_is_no_ddl_is_malformed(tmp_path: Path) -> None:
    assert "CREATE TABLE statements cannot be read" in reason(tmp_path, {**ROWS[0], "context": "CREATE TABLE ("})


# --- reasoning before the SQL

ROUTE = "The cities that customers live in stand in the column city of customer, so I group by it and count."


@pytest.mark.parametrize(
    "answer",
    [
        f"<think>\n{ROUTE}\n</think>\n\n{{sql}}",
        f"<think>{ROUTE}</think>```sql\n{{sql}}\n```",
        f"{ROUTE}\n\nSQL: {{sql}}",
        f"{ROUTE}\n```sql\n{{sql}}\n```",
    ],
)
def test_reasoning_is_kept_with_the_example(tmp_path: Path, answer: str) -> None:
    sql = "SELECT city, COUNT(*) FROM customer GROUP BY city"
    answer = answer.format(sql=sql)
    asked = f"{DDL}\nQuestion: customers a city"
    for record in (
        {"prompt": asked, "completion": answer},
        {"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]},
        {"instruction": DDL, "input": "customers a city", "output": answer},
        {"question": "customers a city", "sql": sql, "schema": DDL, "reasoning": f" {ROUTE} "},
    ):
        example = read_one(tmp_path, record)
        assert (example.sql, example.meta["reasoning"]) == (sql, ROUTE)


def test_a_draft_inside_a_thought_is_not_the_answer(tmp_path: Path) -> None:
    completion = "<think>First\n```sql\nSELECT 1\n```\nno, rather the name.</think>SELECT name FROM city"
    example = read_one(tmp_path, {"prompt": f"{DDL}\nQuestion: q", "completion": completion})
    assert example.sql == "SELECT name FROM city"
    assert "SELECT 1" in example.meta["reasoning"]


@pytest.mark.parametrize("answer", ["Sure! Here it is:\n\n```sql\nSELECT 1\n```", "SQL: SELECT 1", "SELECT 1"])
def test_a_polite_word_is_no_reasoning(tmp_path: Path, answer: str) -> None:
    assert "reasoning" not in read_one(tmp_path, {"prompt": f"{DDL}\nQuestion: q", "completion": answer}).meta
