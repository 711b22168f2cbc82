from __future__ import annotations

import pytest

from sqlwright.synth import tree as t
from sqlwright.synth.literals import literals_said
from sqlwright.synth.novelty import Novelty, tokens
from sqlwright.synth.walk import columns, operators, tables

_CITY = t.Column("customer", "city")


def _where(condition: t.Condition, limit: int | None = None) -> t.Query:
    return t.Query((t.Item(_CITY),), t.Source("customer"), where=condition, limit=limit)


def _is(value: t.Value, op: str = "=") -> t.Query:
    return _where(t.Compare(_CITY, op, value))  # type: ignore[arg-type]


_ORDERS = t.Aggregate("count", None)
_MONTH = t.DatePart("month", t.Column("orders", "day"))


@pytest.mark.parametrize(
    ("tree", "question", "said"),
    [
        (_is("Berlin"), "customers in berlin", True),
        (_is("Berlin"), "customers in Hamburg", False),
        (_is(1000, ">"), "more than 1,000", True),
        (_is(1000, ">"), "more than 100", False),
        (_is(12000, ">"), "above 12k", True),
        (_is(50000, ">"), "工资超过5万的员工", True),
        (_is(3, ">"), "more than three", True),
        (_is(3, ">"), "超过三个", True),
        (_is(35, ">"), "older than 36", False),
        (_is("2024-03-05", ">"), "after March 5, 2024", True),
        (_is("2024-03-05", ">"), "after March 2024", False),
        (_is("2024-03-05", ">"), "2024年3月5日之后", True),
        (_is("2022-01-01", ">="), "since 2022", True),
        (_is("2022-01-01", ">="), "since 2021", False),
        (_is(1), "active customers", True),
        (_is("F"), "female students", True),
        (_where(t.Compare(_MONTH, "=", 7)), "in July", True),
        (_where(t.Compare(_MONTH, "=", 7)), "7月的订单", True),
        (_where(t.Compare(_MONTH, "=", 7)), "in June", False),
        (_where(t.Compare(_ORDERS, ">", 1)), "at least two orders", True),
        (_where(t.Compare(_ORDERS, ">", 4)), "five or more", True),
        (_where(t.Compare(_ORDERS, ">", 4)), "three or more", False),
        (_where(t.InList(_CITY, ("Oslo", "Bern"))), "in Oslo or Bern", True),
        (_where(t.InList(_CITY, ("Oslo", "Bern"))), "in Oslo", False),
        (_where(t.Between(_CITY, 10, 20)), "from 10 to 20", True),
        (_where(t.Like(_CITY, "starts", "Ber")), "starting with Ber", True),
        (_where(t.IsNull(_CITY), limit=5), "the top five", True),
        (_where(t.IsNull(_CITY), limit=5), "the top", False),
        (_where(t.IsNull(_CITY), limit=1), "the oldest", True),
    ],
)
def test_literals_said(tree: t.Query, question: str, said: bool) -> None:
    assert literals_said(tree, question) is said


def test_synonyms_of_a_value_count() -> None:
    known = {"paid": ("已付款",)}
    assert literals_said(_is("paid"), "已付款的订单", lambda value: known.get(value, ()))
    assert not literals_said(_is("paid"), "已取消的订单", lambda value: known.get(value, ()))


def test_questions_that_read_alike_are_taken_once() -> None:
    novelty = Novelty()
    others: list[frozenset[str]] = []
    assert novelty.take("How many customers are there?", others)
    assert not novelty.take("how many customers are there", [])
    assert novelty.take("Count the customers in Berlin", others)
    assert not novelty.take("???", others)
    assert tokens("有多少客户？") == ("有", "多", "少", "客", "户")


def test_walk_names_what_a_tree_uses() -> None:
    inner = t.Query((t.Item(t.Column("orders", "customer_id")),), t.Source("orders"))
    tree = _where(t.InQuery(t.Column("customer", "id"), inner, negated=True), limit=3)
    assert operators(tree) == {"in", "subquery", "limit"}
    assert tables(tree) == {"customer", "orders"}
    assert columns(tree) == {("customer", "city"), ("customer", "id"), ("orders", "customer_id")}
