"""What an answer says, and what is let through to the database."""

from __future__ import annotations

import datetime as dt
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop_world import CUSTOMERS, SQL

from sqlwright.errors import DataError
from sqlwright.project import Answer, Project, hide_password, model_of, shown, toml_value
from sqlwright.project._opened import OpenDatabases
from sqlwright.project._sentence import sentence


@pytest.mark.parametrize(
    ("columns", "rows", "english", "chinese"),
    [
        (["n"], [], "Nothing matches.", "没有符合条件的记录。"),
        (["n"], [(3,)], "The answer is 3.", "答案是 3。"),
        (["n"], [(None,)], "The answer is NULL.", "答案是 NULL。"),
        (["a", "b"], [("x", 2.5)], "a = x, b = 2.5.", "a = x，b = 2.5。"),
        (["a"], [("x",), ("y",)], "2 results: x, y.", "共 2 个：x、y。"),
        (["a"], [(n,) for n in range(7)], "7 results: 0, 1, 2, 3, 4 and 2 more.", "共 7 个：0、1、2、3、4 等。"),
        (["a", "b"], [(1, 2)] * 1200, "1,200 rows.", "共 1,200 行。"),
    ],
)
def test_the_sentence(columns: list[str], rows: list[tuple[Any, ...]], english: str, chinese: str) -> None:
    assert sentence(columns, rows, "en") == english
    assert sentence(columns, rows, "zh") == chinese


def test_values_as_a_person_reads_them() -> None:
    values = [
        1234.5,
        0.25,
        3.0,
        1e-7,
        Decimal("2.50"),
        Decimal("131.3333333333"),
        dt.date(2024, 5, 1),
        b"abc",
        "text",
        None,
    ]
    assert [shown(value) for value in values] == [
        "1,234.5", "0.25", "3", "1e-07", "2.50", "131.33", "2024-05-01", "<3 bytes>", "text", "NULL",
    ]  # fmt: skip


def test_an_answer_is_plain_json() -> None:
    answer = Answer("q", "en", rows=[(Decimal("1.5"), dt.date(2024, 1, 2), None, 3)])
    assert answer.to_json()["rows"] == [[1.5, "2024-01-02", None, 3]]


@pytest.mark.parametrize(
    ("sql", "status", "rule", "error"),
    [
        ("", "error", "no-sql", "the model wrote no SQL"),
        ("DROP TABLE customer", "refused", "root", "DROP"),
        ("SELECT 1; DELETE FROM customer", "refused", "parse", ""),
        ("SELECT name FROM sqlite_master", "refused", "catalogue", "sqlite_master"),
        ("SELECT load_extension('x')", "refused", "function", "load_extension"),
        ("SELECT nothing FROM customer", "error", "", "nothing"),
    ],
)
def test_a_harmful_or_wrong_statement_gives_a_result(
    shop_file: Path, tmp_path: Path, sql: str, status: str, rule: str, error: str
) -> None:
    project = Project.init(tmp_path, str(shop_file))
    with OpenDatabases(project.databases) as opened:
        assert opened.run(SQL, "shop").result.rows == [(CUSTOMERS,)]
        ran = opened.run(sql, "shop")
        assert (ran.result.status, ran.rule) == (status, rule)
        assert error in ran.result.error
        assert opened.run(SQL, "shop").result.rows == [(CUSTOMERS,)]


def test_an_empty_question_is_not_asked(shop_file: Path, tiny_base: Path, tmp_path: Path) -> None:
    project = Project.init(tmp_path, str(shop_file), {"train": {"base": str(tiny_base)}})
    with pytest.raises(DataError, match="empty"):
        project.ask("  ", "base")


def test_a_chat_template_frames_every_prompt(tiny_base: Path, tmp_path: Path, shop_file: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(str(tiny_base))
    tokenizer.chat_template = "{% for m in messages %}<user>{{ m.content | trim }}</user>{% endfor %}<bot>"
    tokenizer.save_pretrained(tmp_path / "chatty")
    model = model_of(str(tmp_path / "chatty"), "chat")
    assert model.template.name == "chat"
    project = Project.init(tmp_path / "p", str(shop_file))
    from sqlwright.records import Example

    (prompt,) = model.prompts([Example("1", "shop", "How many?", "SELECT COUNT( * ) FROM CUSTOMER")], project.databases)
    assert prompt.prefix.startswith("<user>") and prompt.suffix.endswith("</user><bot>")
    assert prompt.completion == "SELECT COUNT(*) FROM customer;"


def test_the_template_goes_by_the_tokenizer(tiny_base: Path) -> None:
    assert model_of(str(tiny_base)).template.name == "base"  # its vocabulary has the embedded model's tokens
    assert model_of(str(tiny_base), "instruction").template.name == "instruction"


def test_a_password_is_not_shown() -> None:
    assert hide_password("postgresql://me:secret@host/db") == "postgresql://me:***@host/db"
    assert hide_password("sqlite:///a:b.db") == "sqlite:///a:b.db"


PLAIN = st.recursive(
    st.text() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(PLAIN)
def test_every_plain_value_reads_back_from_toml(value: Any) -> None:
    text = toml_value(value)
    if not any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        assert tomllib.loads(f"key = {text}")["key"] == value
