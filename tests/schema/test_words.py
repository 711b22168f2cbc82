from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlwright.schema.words import plural, singular, split_identifier, stem


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("order_item", ("order", "item")),
        ("customerID", ("customer", "id")),
        ("CustomerOrder", ("customer", "order")),
        ("CUSTOMER_NAME", ("customer", "name")),
        ("HTTPServer", ("http", "server")),
        ("userIDs", ("user", "id")),
        ("address2", ("address", "2")),
        ("orderdate", ("order", "date")),
        ("custname", ("cust", "name")),
        ("CUSTID", ("cust", "id")),
        ("客户名", ("客户名",)),
        ("客户_id", ("客户", "id")),
        ("list price", ("list", "price")),
        ("__", ()),
    ],
)
def test_identifiers_come_apart(name: str, words: tuple[str, ...]) -> None:
    assert split_identifier(name) == words


@pytest.mark.parametrize("word", ["season", "manage", "passage", "carbon", "hybrid", "platinum", "paid", "warehouse"])
def test_real_words_stay_whole(word: str) -> None:
    assert split_identifier(word) == (word,)


@given(st.text(max_size=40))
def test_words_are_lower_case_and_from_the_identifier(name: str) -> None:
    words = split_identifier(name)
    assert all(word and word == word.lower() for word in words)
    assert len("".join(words)) <= 2 * len(name.lower())


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("cities", "city"), ("customers", "customer"), ("addresses", "address"), ("boxes", "box"), ("people", "person"),
        ("children", "child"), ("statuses", "status"), ("movies", "movie"), ("houses", "house"), ("classes", "class"),
        ("leaves", "leaf"), ("matches", "match"), ("employees", "employee"), ("countries", "country"),
        ("heroes", "hero"),
    ],
)  # fmt: skip
def test_singular_and_plural(many: str, one: str) -> None:
    assert singular(many) == one
    assert singular(one) == one
    assert plural(one) == many


@pytest.mark.parametrize("word", ["status", "news", "series", "address", "bus", "analysis", "data", "sheep", "this"])
def test_no_plurals(word: str) -> None:
    assert singular(word) == word


def test_plural_of_a_phrase() -> None:
    assert plural("date of birth") == "dates of birth"
    assert plural("order item") == "order items"


@pytest.mark.parametrize(
    "family",
    [
        ("hire", "hires", "hired", "hiring"), ("ship", "ships", "shipped", "shipping"), ("city", "cities"),
        ("cancelled", "canceled", "cancel"), ("team", "teams", "team's"), ("child", "children"), ("pay", "paid"),
        ("close", "closed", "closing"), ("study", "studied", "studies", "studying"), ("sell", "sells", "sold"),
        ("pass", "passed", "passes"),
    ],
)  # fmt: skip
def test_inflections_share_a_stem(family: tuple[str, ...]) -> None:
    assert len({stem(word) for word in family}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("customer", "custom"), ("international", "intern"), ("department", "depart"), ("organization", "organ")],
)
def test_derivations_do_not(one: str, other: str) -> None:
    assert stem(one) != stem(other)
