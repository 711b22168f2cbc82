"""Which texts are questions for a database, told by its own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from sqlwright.project._router import route
from sqlwright.schema import Linker, introspect, parse_ddl, read_values

SONGS = "CREATE TABLE song (song_id INTEGER PRIMARY KEY, title TEXT, lyrics TEXT, weather TEXT); -- songs"


@pytest.fixture(scope="module")
def linker(shop_file: Path) -> Linker:
    url = f"sqlite:///{shop_file}"
    schema = introspect(url)
    return Linker(schema, read_values(url, schema, personal=True))


@pytest.mark.parametrize(
    "question",
    [
        "How many customers are there?",
        "Which city has most customers?",
        "Total quantity of purchases per product",
        "Deleted or not, list every product",
        "Update dates of products, newest first: list names",
        "Drop-off in purchases by customer?",
        "How much did we earn?",
        "有多少客户？",
        "新增客户有多少？",
        "删除时间为空的产品有哪些",
        "更新最频繁的产品是哪个",
    ],
)
def test_a_question_goes_on(linker: Linker, question: str) -> None:
    assert route(question, linker) is None


@pytest.mark.parametrize(
    ("text", "status", "rule"),
    [
        ("Delete all customers", "refused", "change"),
        ("could you please remove the customer named Bo", "refused", "change"),
        ("Set the price of every product to 0", "refused", "change"),
        ("'; DROP TABLE customer; --", "refused", "change"),
        ("删除所有客户", "refused", "change"),
        ("请把产品的价格改成 5", "refused", "change"),
        ("hello", "unknown", "small-talk"),
        ("I don't know", "unknown", "small-talk"),
        ("谢谢！", "unknown", "small-talk"),
        ("What's the weather in Oslo?", "unknown", "off-topic"),
        ("Write a poem about customers", "unknown", "off-topic"),
        ("Why do birds migrate?", "unknown", "off-topic"),
        ("写一首关于秋天的诗", "unknown", "off-topic"),
        ("今天天气怎么样", "unknown", "off-topic"),
    ],
)
def test_anything_else_is_turned_away(linker: Linker, text: str, status: str, rule: str) -> None:
    found = route(text, linker)
    assert found is not None
    assert (found.status, found.rule) == (status, rule)


def test_the_databases_own_words_are_no_other_subject() -> None:
    songs = Linker(parse_ddl(SONGS, db_id="songs"))
    assert route("What is the weather of each song?", songs) is None
    assert route("Which songs have no lyrics?", songs) is None
    assert route("How is the traffic?", songs) is not None


def test_a_follow_up_needs_no_word_of_the_schema(linker: Linker) -> None:
    assert route("and in 2022?", linker) is not None
    assert route("and in 2022?", linker, goes_on=True) is None
    assert route("tell me a joke", linker, goes_on=True) is not None
