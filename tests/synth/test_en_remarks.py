"""English questions as people put them: remarks behind the question, question words, emptiness, days and months."""

from __future__ import annotations

import random
import re

import pytest

from sqlwright.schema import Lexicon, parse_ddl
from sqlwright.synth import Catalog, EnglishWriter, Sampler, literals_said, write_sql
from sqlwright.synth.english.graph import flatten
from sqlwright.synth.tree import (
    Aggregate,
    Both,
    Column,
    Compare,
    Condition,
    DatePart,
    DaysBetween,
    IsNull,
    Item,
    Order,
    Query,
    Source,
    Tree,
)

LIBRARY = parse_ddl(
    """
    CREATE TABLE branch (id INTEGER PRIMARY KEY, name TEXT, city TEXT, floor INTEGER, phone TEXT);
    CREATE TABLE tool (id INTEGER PRIMARY KEY, name TEXT, maker TEXT, kind TEXT, price REAL, stock INTEGER,
        rating REAL);
    CREATE TABLE loan (id INTEGER PRIMARY KEY, tool_id INTEGER REFERENCES tool(id),
        branch_id INTEGER REFERENCES branch(id), status TEXT, taken_on DATE, returned_on DATE, fine REAL);
    """,
    db_id="library",
)
VALUES = {("loan", "status"): ("open", "lost", "settled"), ("tool", "kind"): ("drill", "ladder", "saw")}
COUNT = Aggregate("count", None)
TAKEN, RETURNED = Column("loan", "taken_on"), Column("loan", "returned_on")
STATUS, KIND, PRICE = Column("loan", "status"), Column("tool", "kind"), Column("tool", "price")


def ask(tree: Tree, n: int = 150) -> list[str]:
    """Many clean phrasings of a tree, in lower case."""
    writer = EnglishWriter(LIBRARY, Lexicon.builtin(), random.Random(5), noise=0, values=VALUES)
    return [question.lower() for question in writer.questions(tree, n)]


def tools(where: Condition | None, *columns: str, **clauses: object) -> Query:
    items = tuple(Item(Column("tool", name)) for name in columns or ("name",))
    return Query(items, Source("tool"), where=where, **clauses)  # type: ignore[arg-type]


def said(pattern: str, questions: list[str]) -> bool:
    return any(re.search(pattern, question) for question in questions)


def test_a_restriction_may_stand_behind_the_question() -> None:
    tree = tools(Both("and", (Compare(KIND, "=", "drill"), Compare(PRICE, ">", 40))))
    questions = ask(tree)
    assert said(r"[?.,;-] (only|just|limit it to|consider only) .*(drill|40)", questions)
    assert all(literals_said(tree, question) for question in questions)
    counted = ask(Query((Item(COUNT),), Source("loan"), where=Compare(STATUS, "<>", "lost")))
    assert said(r"(leave out|excluding|skip|ignore|not counting|don't count) .*lost", counted)


def test_a_remark_may_restrict_nothing() -> None:
    questions = ask(Query((Item(COUNT),), Source("loan")))
    assert said(r"(open|lost|settled) (ones|loans|checkouts).*(too|as well|included|count)", questions)
    assert said(r"(regardless of|whatever|no matter|any) .*status", questions)
    assert not any("lost" in q for q in ask(tools(None)))


def test_order_and_each_once_may_stand_behind_the_question() -> None:
    ordered = ask(tools(Compare(KIND, "=", "saw"), order_by=(Order(PRICE, True),)))
    assert said(r"[?.] (most expensive|priciest|sort|in descending|highest|from)", ordered)
    assert said(r"[?.,;-] (each|no dup|no rep|every one|don't repeat)", ask(tools(None, "maker", distinct=True)))


@pytest.mark.parametrize(
    ("table", "column", "expected"),
    [
        ("tool", "maker", r"^(who|which company) makes "),
        ("branch", "floor", r"^(on which|which|what) floor (is|are) "),
        ("branch", "city", r"^where (is|are) "),
        ("branch", "phone", r"^(on what number|under what phone number) can .* be reached"),
        ("tool", "price", r"^how much (do|does|is|are) "),
    ],
)
def test_columns_have_question_words(table: str, column: str, expected: str) -> None:
    named = Compare(Column(table, "name"), "=", "Alpha")
    for where in (named, None):
        assert said(expected, ask(Query((Item(Column(table, column)),), Source(table), where=where))), where
    both = Query((Item(Column(table, "name")), Item(Column(table, column))), Source(table))
    assert said(r"\b(they|them)\b", ask(both))


def test_nothing_left_is_no_missing_number() -> None:
    assert said(r"out of stock|sold out|nothing in stock", ask(tools(Compare(Column("tool", "stock"), "=", 0))))
    assert said(r"\bfree\b", ask(tools(Compare(PRICE, "=", 0))))
    unknown = ask(tools(IsNull(PRICE)))
    assert not said(r"(no|without an?) (price|cost)(?! (recorded|on file))", unknown)
    assert said("unrated|rated yet|never rated", ask(tools(IsNull(Column("tool", "rating")))))
    assert said("not been returned|unreturned|not returned|not yet returned", ask(_loans(IsNull(RETURNED))))


def _loans(where: Condition) -> Query:
    return Query((Item(Column("loan", "id")),), Source("loan"), where=where)


@pytest.mark.parametrize(
    ("dialect", "days", "month"),
    [
        ("sqlite", "JULIANDAY(returned_on) - JULIANDAY(taken_on)", "STRFTIME('%Y-%m', taken_on)"),
        ("postgres", "returned_on - taken_on", "TO_CHAR(taken_on, 'YYYY-MM')"),
        ("mysql", "DATEDIFF(returned_on, taken_on)", "DATE_FORMAT(taken_on, '%Y-%m')"),
        ("duckdb", "DATE_DIFF('DAY', taken_on, returned_on)", "STRFTIME(taken_on, '%Y-%m')"),
    ],
)
def test_days_and_months_in_each_dialect(dialect: str, days: str, month: str) -> None:
    key = DatePart("year-month", TAKEN)
    tree = Query((Item(key), Item(Aggregate("avg", DaysBetween(TAKEN, RETURNED)))), Source("loan"), group_by=(key,))
    assert write_sql(tree, LIBRARY, dialect) == f"SELECT {month}, AVG({days}) FROM loan GROUP BY {month}"
    for question in ask(tree, 30):
        assert "days" in question and re.search("month|year", question), question
    alone = ask(Query(tree.select[1:], Source("loan")))
    assert said("how many days .*average|on average, how many days|how long, in days", alone)


def test_draws_several_conditions_and_aggregates() -> None:
    sampler = Sampler(Catalog(LIBRARY, VALUES), None, random.Random(1))
    drawn = [tree for tree in (sampler.draw() for _ in range(3000)) if isinstance(tree, Query)]
    three = sum(len(list(flatten(tree.where))) > 2 for tree in drawn) / len(drawn)
    grouped = [tree for tree in drawn if tree.group_by and not tree.having and not tree.limit]
    several = sum(sum(isinstance(i.expression, Aggregate) for i in t.select) > 1 for t in grouped) / len(grouped)
    assert three > 0.03 and several > 0.1
