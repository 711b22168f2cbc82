"""Records survive a file, and what is wrong with a file is said with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlwright.errors import DataError
from sqlwright.records import Example, Turn, from_json, read_jsonl, to_json, write_jsonl, write_text

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)


@given(
    st.builds(
        Example,
        id=texts,
        db_id=texts,
        question=texts,
        sql=texts,
        evidence=texts,
        history=st.lists(st.builds(Turn, question=texts, sql=texts), max_size=3).map(tuple),
        meta=st.dictionaries(texts, st.integers() | texts, max_size=3),
    )
)
def test_an_example_survives_json(example: Example) -> None:
    assert from_json(Example, to_json(example)) == example


def test_a_file_holds_what_was_written(tmp_path: Path) -> None:
    examples = [
        Example("1", "shop", "How many?\u2028Really", "SELECT 1"),
        Example("2", "shop", "多少客户？", "SELECT 2"),
    ]
    file = tmp_path / "new" / "pairs.jsonl"
    assert write_jsonl(file, examples) == 2
    assert read_jsonl(file, Example) == examples
    assert [p.name for p in file.parent.iterdir()] == ["pairs.jsonl"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "1"', "pairs.jsonl:2: not JSON"),
        ("[1]", "pairs.jsonl:2: expected a JSON object, found list"),
        ('{"id": "1", "db_id": "d", "question": "q"}', "pairs.jsonl:2: missing 1 required positional argument: 'sql'"),
        ('{"id": "1", "db_id": "d", "question": "q", "sql": "s", "sq": 1}', "pairs.jsonl:2: unknown field 'sq'"),
        ('{"id": "1", "db_id": "d", "question": "q", "sql": "s", "history": [{"q": 1}]}', "pairs.jsonl:2: history"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text('{"id": "0", "db_id": "d", "question": "q", "sql": "s"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_jsonl(file, Example)
    assert message in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"absent\.jsonl: cannot be read \(No such file"):
        read_jsonl(tmp_path / "absent.jsonl", Example)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    write_text(file, "old")
    with pytest.raises(UnicodeEncodeError):
        write_text(file, "new \ud800")
    assert file.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
