from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlwright.errors import ConfigError
from sqlwright.schema.lexicon import Lexicon
from sqlwright.schema.lexicon_compose import key_of
from sqlwright.schema.lexicon_rows import NAME_FILES, Row, rows
from sqlwright.schema.model import Column, Table

FILES = (*NAME_FILES, "modifiers", "values")
BUILTIN = Lexicon.builtin()


def table(name: str, *columns: str | Column, comment: str = "") -> Table:
    return Table(name, tuple(Column(c) if isinstance(c, str) else c for c in columns), comment=comment)


def names(owner: str, column: str, language: str, *others: str) -> tuple[str, ...]:
    one = table(owner, column, *others)
    return BUILTIN.names_of_column(one, one.columns[0], language)


# The data files


@pytest.mark.parametrize("file", FILES)
def test_rows_are_clean(file: str) -> None:
    for row in rows(file):
        cells = (row.head, *row.aliases, *row.en, *row.zh, *row.loose_en, *row.loose_zh)
        assert all(cell and cell == cell.strip() for cell in cells), row
        assert row.zh, f"{row.head}: no Chinese"
        assert row.head == row.head.lower(), row
        for part in (row.aliases, row.en, row.zh):
            assert len(set(part)) == len(part), row
        assert row.head not in (*row.aliases, *row.en), row


@pytest.mark.parametrize("files", [NAME_FILES, ("modifiers",), ("values",)])
def test_heads_and_spellings_are_unique(files: tuple[str, ...]) -> None:
    spaces = [row for file in files for row in rows(file)]
    heads = Counter(row.head for row in spaces)
    assert [head for head, count in heads.items() if count > 1] == []
    spellings = Counter(alias.replace("_", " ") for row in spaces for alias in row.aliases)
    assert [alias for alias, count in spellings.items() if count > 1] == []
    assert [alias for alias in spellings if alias in heads] == []


def test_it_is_big() -> None:
    assert sum(len(rows(file)) for file in NAME_FILES) >= 1600
    assert len(rows("values")) >= 400


# Names


def test_tables() -> None:
    assert BUILTIN.names_of_table(table("customers"), "en")[:2] == ("customer", "client")
    assert BUILTIN.names_of_table(table("tbl_customer_info"), "zh")[0] == "客户"
    assert BUILTIN.names_of_table(table("order_items"), "zh")[0] == "订单明细"
    assert BUILTIN.names_of_table(table("student_course"), "zh")[0] == "学生课程"


@pytest.mark.parametrize(
    ("column", "english", "chinese"),
    [
        ("dob", "date of birth", "出生日期"),
        ("qty", "quantity", "数量"),
        ("shipping_cost", "shipping cost", "运费"),
        ("start_date", "start date", "开始日期"),
        ("home_team", "home team", "主队"),
        ("order_status", "order status", "订单状态"),
        ("created_at", "creation date", "创建时间"),
        ("created_by", "creator", "创建人"),
        ("max_price", "maximum price", "最高价格"),
        ("is_locked", "locked", ""),
        ("num_meetings", "number of meetings", "会议数量"),
        ("avg_order_amt", "average order amount", "平均订单金额"),
        ("price_per_unit", "price per unit", "单价"),
    ],
)
def test_columns(column: str, english: str, chinese: str) -> None:
    assert names("t", column, "en")[0] == english
    assert chinese == "" or names("t", column, "zh")[0] == chinese


def test_the_table_is_an_optional_prefix() -> None:
    assert names("customer", "customer_name", "en")[:2] == ("name", "customer name")
    assert "name" not in names("customer", "customer_name", "en", "name")
    assert "客户姓名" in names("customer", "customer_name", "zh")


def test_a_synonym_is_no_name_of_a_sibling() -> None:
    assert "state" in names("t", "status", "en")
    assert "state" not in names("t", "status", "en", "state")


def test_unknown_words() -> None:
    assert names("t", "xyz_foo", "en") == ("xyz foo",)
    assert names("t", "xyz_foo", "zh") == ()
    assert names("t", "客户名", "zh") == ("客户名",)


def test_short_comments_come_first() -> None:
    one = table("t", Column("c1", comment="联系人电话（手机）"), Column("amt", comment="Net amount: without tax"))
    assert BUILTIN.names_of_column(one, one.columns[0], "zh")[0] == "联系人电话"
    assert BUILTIN.names_of_column(one, one.columns[1], "en")[:2] == ("net amount", "amount")
    assert BUILTIN.names_of_table(table("t_kh", comment="客户表"), "zh")[0] == "客户"


def test_hints_are_no_names() -> None:
    one = table("t", "price")
    assert "expensive" in BUILTIN.hints_of_column(one, one.columns[0], "en")
    assert "expensive" not in BUILTIN.names_of_column(one, one.columns[0], "en")
    course = table("prescriptions", "days")
    assert "几天" in BUILTIN.hints_of_column(course, course.columns[0], "zh")


def test_values() -> None:
    assert "已关闭" in BUILTIN.names_of_value("closed", "zh")
    assert "cancelled" in BUILTIN.names_of_value("canceled", "en")
    assert "女性" in BUILTIN.names_of_value("F", "zh", "gender")
    assert BUILTIN.names_of_value("F", "zh") == ()
    assert BUILTIN.names_of_value("北京", "en") == ("beijing",)
    assert BUILTIN.names_of_value("Zxcv", "en") == ()
    assert "brazilian" in BUILTIN.hints_of_value("Brazil", "en")


@given(st.text(min_size=1, max_size=30))
def test_there_is_always_an_english_name(name: str) -> None:
    one = table(name, name)
    assert BUILTIN.names_of_table(one, "en")
    assert BUILTIN.names_of_column(one, one.columns[0], "en")
    BUILTIN.names_of_column(one, one.columns[0], "zh")


@pytest.mark.parametrize("file", NAME_FILES)
def test_every_row_is_found_by_its_head_and_spellings(file: str) -> None:
    def known(row: Row, spelling: str) -> bool:
        return row.zh[0] in BUILTIN.names_of_table(table(spelling.replace(" ", "_")), "zh")

    lost = [row.head for row in rows(file) if not known(row, row.head)]
    assert lost == []


# The user's own


def test_words_take_their_meaning_from_what_is_beside_them() -> None:
    assert names("doctors", "title", "zh", "full_name")[0] == "职称"
    assert names("books", "title", "zh", "author")[0] == "书名"
    assert names("items", "title", "zh", "isbn")[0] == "书名"
    assert names("articles", "title", "zh")[0] == "标题"
    assert "job title" in names("staff", "title", "en", "salary")
    assert names("prescriptions", "days", "zh")[0] == "天数"
    assert names("visits", "duration_minutes", "zh")[0] == "时长"
    assert BUILTIN.names_of_table(table("loans", "book_id", "returned_on"), "zh")[0] == "借阅"
    assert BUILTIN.names_of_table(table("loans", "amount", "interest_rate"), "zh")[0] == "贷款"
    assert BUILTIN.names_of_value("tablet", "zh", "drugs.form")[0] == "片剂"
    assert BUILTIN.names_of_value("tablet", "zh", "product.category")[0] == "平板"
    assert BUILTIN.names_of_value("Intern", "zh", "employee.title")[0] == "实习生"
    assert "片剂" in BUILTIN.hints_of_value("tablet", "zh")
    mine = BUILTIN.extended({"title": {"zh": ["抬头"]}})
    one = table("doctors", "title")
    assert mine.names_of_column(one, one.columns[0], "zh")[0] == "抬头"


@pytest.mark.parametrize("file", ["senses", "table_senses", "value_senses"])
def test_senses_are_clean(file: str) -> None:
    found = rows(file)
    assert all(row.zh and row.aliases and row.head == row.head.lower().strip() for row in found)
    assert len({(row.head, row.aliases) for row in found}) == len(found)


def test_extension() -> None:
    mine = BUILTIN.extended({"customer": {"en": ["patron"], "zh": ["主顾"]}, "customer.city": {"zh": ["所在城市"]}})
    one = table("customer", "city", "customer_type")
    assert mine.names_of_table(one, "en")[0] == "patron"
    assert mine.names_of_column(one, one.columns[0], "zh")[0] == "所在城市"
    assert BUILTIN.names_of_table(one, "en")[0] == "customer"
    assert mine.names_of_table(table("customers"), "zh")[0] == "主顾"


def test_extension_from_toml(tmp_path: Path) -> None:
    file = tmp_path / "words.toml"
    file.write_text('[widget]\nen = ["gadget"]\n[widget.spin]\nzh = ["自旋"]\n', encoding="utf-8")
    mine = BUILTIN.extended(file)
    one = table("widget", "spin")
    assert mine.names_of_table(one, "en")[0] == "gadget"
    assert mine.names_of_column(one, one.columns[0], "zh") == ("自旋",)


@pytest.mark.parametrize(
    "entry", [{"a": "b"}, {"a": {"fr": ["x"]}}, {"a": {"en": "x"}}, {"a": {"en": [1]}}, {"a": {}}, {"a.b": {"c": {}}}]
)
def test_bad_extensions_say_where(entry: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="'a"):
        BUILTIN.extended(entry)


def test_missing_and_broken_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        BUILTIN.extended(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("a = [", encoding="utf-8")
    with pytest.raises(ConfigError, match="not TOML"):
        BUILTIN.extended(tmp_path / "bad.toml")


def test_keys() -> None:
    assert key_of("Order_Items") == "order item"
