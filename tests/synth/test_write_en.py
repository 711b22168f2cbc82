"""The English writer: every literal said, shapes told apart, names followed, equal seeds giving equal questions."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlwright.schema import parse_ddl
from sqlwright.schema.lexicon import Lexicon
from sqlwright.schema.model import Schema
from sqlwright.synth.catalog import Catalog
from sqlwright.synth.english.grammar import join, ordinal, possessive, spoken_date, third, with_article
from sqlwright.synth.literals import literals_said
from sqlwright.synth.sampler import Sampler
from sqlwright.synth.tree import (
    Aggregate,
    Arithmetic,
    Both,
    Case,
    Column,
    Compare,
    Condition,
    DatePart,
    InList,
    InQuery,
    IsNull,
    Item,
    Join,
    Order,
    Query,
    Scalar,
    SetOperation,
    Source,
    Tree,
)
from sqlwright.synth.write_en import EnglishWriter

SHOP = parse_ddl(
    """
    CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, city TEXT, age INTEGER, email TEXT, is_active BOOLEAN);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer(id), order_date DATE,
        status TEXT, amount REAL);
    CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT, price REAL, category TEXT, pages INTEGER);
    CREATE TABLE order_item (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders(id),
        product_id INTEGER REFERENCES product(id), quantity INTEGER);
    """,
    db_id="shop",
)
AIR = parse_ddl(
    """
    CREATE TABLE airport (code TEXT PRIMARY KEY, name TEXT, city TEXT, elevation INTEGER);
    CREATE TABLE airline (id INTEGER PRIMARY KEY, name TEXT, country TEXT, founded INTEGER);
    CREATE TABLE flight (id INTEGER PRIMARY KEY, airline_id INTEGER REFERENCES airline(id),
        price REAL, duration INTEGER, departure_date DATE,
        origin_airport TEXT REFERENCES airport(code), dest_airport TEXT REFERENCES airport(code));
    CREATE TABLE pilot (id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, salary REAL, hire_date DATE,
        chief_id INTEGER REFERENCES pilot(id), airline_id INTEGER REFERENCES airline(id));
    """,
    db_id="air",
)
CARE = parse_ddl(
    """
    CREATE TABLE doctor (id INTEGER PRIMARY KEY, full_name TEXT, title TEXT, hire_date DATE,
        supervisor_id INTEGER REFERENCES doctor(id));
    CREATE TABLE patient (id INTEGER PRIMARY KEY, full_name TEXT, gender TEXT, birth_date DATE, registered_on DATE);
    CREATE TABLE visit (id INTEGER PRIMARY KEY, doctor_id INTEGER REFERENCES doctor(id),
        patient_id INTEGER REFERENCES patient(id), visit_date DATE, duration_minutes INTEGER, status TEXT, reason TEXT);
    CREATE TABLE drug (id INTEGER PRIMARY KEY, name TEXT, form TEXT, manufacturer TEXT, stock INTEGER);
    CREATE TABLE prescription (id INTEGER PRIMARY KEY, visit_id INTEGER REFERENCES visit(id),
        drug_id INTEGER REFERENCES drug(id), quantity INTEGER);
    CREATE TABLE invoice (id INTEGER PRIMARY KEY, visit_id INTEGER REFERENCES visit(id), amount REAL, paid_on DATE);
    """,
    db_id="care",
)

NAME, CITY, AGE = Column("customer", "name"), Column("customer", "city"), Column("customer", "age")
DATE, STATUS = Column("orders", "order_date"), Column("orders", "status")
PRICE, PRODUCT = Column("product", "price"), Column("product", "name")
COUNT = Aggregate("count", None)
OF_CUSTOMER = Join("customer", Column("orders", "customer_id"), Column("customer", "id"))
ORDERS_OF = Join("orders", Column("customer", "id"), Column("orders", "customer_id"))


def ask(tree: Tree, schema: Schema = SHOP, n: int = 300, seed: int = 3) -> list[str]:
    """Many clean phrasings of a tree, in lower case."""
    return [
        q.lower() for q in EnglishWriter(schema, Lexicon.builtin(), random.Random(seed), noise=0).questions(tree, n)
    ]


def select(*expressions: object, source: Source, **clauses: object) -> Query:
    return Query(tuple(Item(e) for e in expressions), source, **clauses)  # type: ignore[arg-type]


def customers(where: Condition | None = None, *columns: Column) -> Query:
    return select(*(columns or (NAME,)), source=Source("customer"), where=where)


def test_phrasings_differ_and_all_say_the_literal() -> None:
    questions = ask(customers(Compare(CITY, "=", "Lyon")), n=60)
    assert len(set(questions)) == len(questions) == 60
    assert all("lyon" in question for question in questions)


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (customers(Compare(CITY, "=", "Lyon")), r"which customers (live in|are from|are based in) '?\"?lyon"),
        (customers(Compare(CITY, "=", "Lyon")), r"who lives in lyon"),
        (customers(Compare(AGE, ">", 30)), r"customers (who are |)older than 30"),
        (customers(Compare(NAME, "=", "Ann"), AGE), r"how old is (the )?(customer |client )?(named )?ann"),
        (customers(Compare(Column("customer", "is_active"), "=", 1)), r"active customers"),
        (customers(Compare(Column("customer", "is_active"), "=", 0)), r"inactive customers"),
        (customers(IsNull(Column("customer", "email"))), r"without an e-?mail|have no e-?mail|no e-?mail"),
        (select(COUNT, source=Source("customer")), r"how many customers (are there|do we have)"),
        (select(COUNT, source=Source("orders"), where=Compare(STATUS, "=", "open")), r"open orders"),
        (select(Aggregate("avg", PRICE), source=Source("product")), r"how much do products cost on average"),
        (select(Aggregate("count", CITY, True), source=Source("customer")), r"how many (different|distinct) cities"),
        (select(CITY, source=Source("customer"), distinct=True), r"(different|distinct|unique) cities"),
        (select(PRODUCT, source=Source("product"), order_by=(Order(PRICE, True),), limit=1), r"most expensive product"),
        (select(PRODUCT, source=Source("product"), order_by=(Order(PRICE),), limit=3), r"(3|three) cheapest products"),
        (
            select(PRODUCT, source=Source("product"), order_by=(Order(PRICE, True),), limit=5),
            r"top (5|five) products by price",
        ),
        (select(CITY, COUNT, source=Source("customer"), group_by=(CITY,)), r"how many customers .*each (city|town)"),
        (
            select(NAME, source=Source("customer"), where=InQuery(Column("customer", "id"), select(
                Column("orders", "customer_id"), source=Source("orders")), negated=True)),
            r"customers who (never placed|have never placed|have not placed|haven't placed|don't have)",
        ),
        (
            select(COUNT, source=Source("orders"), where=Both("and", (
                Compare(DatePart("year", DATE), "=", 2023), Compare(DatePart("month", DATE), "=", 5)))),
            r"orders (were )?placed (in|during) may (of )?2023",
        ),
        (
            select(NAME, source=Source("customer", (ORDERS_OF,)), group_by=(Column("customer", "id"), NAME),
                   order_by=(Order(COUNT, True),), limit=1),
            r"who (has )?placed the most (orders|purchases)",
        ),
        (
            select(NAME, source=Source("customer", (ORDERS_OF,)), group_by=(Column("customer", "id"), NAME),
                   having=Compare(COUNT, ">", 3)),
            r"which customers (have )?(placed|made) (more than|over) (3|three) ",
        ),
        (
            select(PRODUCT, source=Source("product"), where=Compare(
                PRICE, ">", Scalar(select(Aggregate("avg", PRICE), source=Source("product"))))),
            r"more expensive than (the )?(overall )?(average|mean)",
        ),
        (
            select(PRODUCT, source=Source("product"), where=Compare(Column("product", "pages"), ">", 300)),
            r"(with|have) (more than|over) 300 pages",
        ),
    ],
)  # fmt: skip
def test_asks_as_people_do(tree: Tree, expected: str) -> None:
    questions = ask(tree)
    assert any(re.search(expected, question) for question in questions), questions[:20]


def care(table: str, *columns: str, where: Condition | None = None, **clauses: object) -> Query:
    return select(*(Column(table, column) for column in columns), source=Source(table), where=where, **clauses)


FEMALE = Compare(Column("patient", "gender"), "=", "female")
PAID = Column("invoice", "paid_on")
NO_SHOW = Compare(Column("visit", "status"), "=", "no-show")
IN_2024 = Compare(DatePart("year", Column("visit", "visit_date")), "=", 2024)
TO_SUPERVISOR = Join("doctor", Column("doctor", "supervisor_id", "T1"), Column("doctor", "id", "T2"), alias="T2")
SELF = Source("doctor", (TO_SUPERVISOR,), alias="T1")
MAKERS = ("name", "manufacturer")


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (care("patient", "full_name", where=FEMALE), r"\bwomen\b"),
        (care("patient", "full_name", where=FEMALE), r"women: (the )?names|women (-|–) names|names only|just the name"),
        (care("drug", "name", where=Compare(Column("drug", "form"), "=", "cream")), r"\bcreams\b"),
        (care("drug", "name", where=Compare(Column("drug", "stock"), "=", 0)), r"out of stock"),
        (care("drug", *MAKERS), r"who makes them"),
        (select(COUNT, source=Source("visit"), where=Both("and", (NO_SHOW, IN_2024))),
         r"number of (2024 no-shows|no-shows (in|from) 2024)"),
        (select(Aggregate("sum", Column("invoice", "amount")), source=Source("invoice"), where=IsNull(PAID)),
         r"unpaid invoices"),
        (select(COUNT, source=Source("invoice"), where=IsNull(PAID, negated=True)),
         r"\bpaid invoices|already been paid"),
        (care("patient", "full_name", "birth_date", order_by=(Order(Column("patient", "birth_date"), True),), limit=1),
         r"who is (the|our) youngest patient \(name and"),
        (care("drug", "name", where=InQuery(Column("drug", "id"), care("prescription", "drug_id"), negated=True)),
         r"never been prescribed"),
        (select(Arithmetic("/", Arithmetic("*", Aggregate("sum", Case(NO_SHOW, 1, 0)), 100.0), COUNT),
                source=Source("visit")),
         r"(percentage|percent|share|proportion) of .*no-show"),
        (select(Column("doctor", "full_name", "T2"), source=SELF, order_by=(Order(COUNT, True),), limit=1,
                group_by=(Column("doctor", "id", "T2"), Column("doctor", "full_name", "T2"))),
         r"who supervises the (most|highest|largest)"),
        (select(Column("doctor", "full_name", "T1"), source=SELF, where=Compare(
            Column("doctor", "hire_date", "T1"), "<", Column("doctor", "hire_date", "T2"))),
         r"hired before their supervisor"),
    ],
)  # fmt: skip
def test_says_values_and_missing_dates_by_meaning(tree: Tree, expected: str) -> None:
    questions = ask(tree, CARE)
    assert any(re.search(expected, question) for question in questions), questions[:20]
    unsaid = [question for question in questions if not literals_said(tree, question)]
    assert not unsaid, unsaid[:5]


def test_people_are_who_and_things_are_not() -> None:
    people = ask(customers(Compare(AGE, ">", 30)))
    things = ask(select(PRODUCT, source=Source("product"), where=Compare(PRICE, ">", 30)))
    assert any(" who " in question for question in people)
    assert not any(re.search(r"\bwho\b", question) for question in things)


def test_or_of_different_columns_is_never_said_as_and() -> None:
    either = Both("or", (Compare(CITY, "=", "Lyon"), Compare(AGE, "<", 30)))
    both = Both("and", (Compare(CITY, "=", "Lyon"), Compare(AGE, "<", 30)))
    assert all(" or " in question for question in ask(customers(either)))
    assert not any(" or " in question for question in ask(customers(both)))


def test_or_inside_and_is_marked() -> None:
    mixed = Both("and", (Compare(Column("customer", "email"), "=", "a@b.c"), InList(CITY, ("Lyon", "Oslo"))))
    questions = ask(customers(mixed), n=80)
    assert all(re.search(r"either |one of |or '?\"?oslo", question) for question in questions)


def test_count_of_rows_and_of_different_values_differ() -> None:
    rows = ask(select(Aggregate("count", None), source=Source("customer")))
    values = ask(select(Aggregate("count", CITY, distinct=True), source=Source("customer")))
    word = re.compile(r"different|distinct|unique")
    assert not any(word.search(question) for question in rows)
    assert all(word.search(question) for question in values)


def test_direction_is_said() -> None:
    def sorted_by(descending: bool) -> list[str]:
        return ask(select(PRODUCT, source=Source("product"), order_by=(Order(PRICE, descending),)))

    down = re.compile(
        r"descend|high(est)? (first|to low)|highest to lowest|highest price first|expensive first|most expensive"
    )
    assert all(down.search(question) for question in sorted_by(True))
    assert not any("descend" in question or "highest first" in question for question in sorted_by(False))


def test_joins_are_said_by_what_people_do() -> None:
    tree = select(DATE, source=Source("orders", (OF_CUSTOMER,)), where=Compare(NAME, "=", "Ann"))
    assert any("placed by ann" in question for question in ask(tree))
    goods = select(
        NAME,
        source=Source(
            "customer",
            (
                ORDERS_OF,
                Join("order_item", Column("orders", "id"), Column("order_item", "order_id")),
                Join("product", Column("order_item", "product_id"), Column("product", "id")),
            ),
        ),
        distinct=True,
        where=Compare(PRODUCT, "=", "Lamp"),
    )
    assert any(
        re.search(r"(bought|ordered|purchased) (the product |product )?(lamp|'lamp'|\"lamp\")", q) for q in ask(goods)
    )


def test_a_key_with_its_own_name_gives_the_parent_that_name() -> None:
    origin = Join("airport", Column("flight", "origin_airport"), Column("airport", "code"))
    tree = select(
        Column("flight", "price"),
        source=Source("flight", (origin,)),
        where=Compare(Column("airport", "name"), "=", "Narita"),
    )
    assert all("origin airport" in question for question in ask(tree, AIR))


def test_left_join_that_finds_nothing_means_without() -> None:
    outer = Join("orders", Column("customer", "id"), Column("orders", "customer_id"), outer=True)
    tree = select(NAME, source=Source("customer", (outer,)), where=IsNull(Column("orders", "id")))
    pattern = re.compile(r"without|no |not |never|n't")
    assert all(pattern.search(question) for question in ask(tree))


def test_set_operations_keep_both_sides() -> None:
    left = select(CITY, source=Source("customer"), where=Compare(AGE, ">", 60))
    right = select(CITY, source=Source("customer"), where=Compare(AGE, "<", 20))
    for op in ("intersect", "except", "union"):
        questions = ask(SetOperation(op, left, right))  # type: ignore[arg-type]
        assert questions
        assert all("60" in question and "20" in question for question in questions)
    negative = re.compile(r"\bno |\bnot |without")
    assert all(negative.search(question) for question in ask(SetOperation("except", left, right)))


def test_columns_that_are_no_label_are_named() -> None:
    questions = ask(customers(Compare(CITY, "=", "Lyon"), Column("customer", "email")))
    assert all(re.search(r"e-?mail", question) for question in questions)


@pytest.mark.parametrize("schema", [SHOP, AIR], ids=lambda schema: schema.db_id)
def test_says_nearly_all_that_the_sampler_draws(schema: Schema) -> None:
    rng = random.Random(11)
    sampler, writer = Sampler(Catalog(schema), None, rng), EnglishWriter(schema, Lexicon.builtin(), rng)
    unsaid = sum(not writer.questions(sampler.draw(), 1) for _ in range(1500))
    assert unsaid / 1500 < 0.03


def _english(value: str) -> tuple[str, ...]:
    lexicon = Lexicon.builtin()
    return (*lexicon.names_of_value(value, "en"), *lexicon.hints_of_value(value, "en"))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([SHOP, AIR]))
def test_drawn_questions_are_whole(seed: int, schema: Schema) -> None:
    rng = random.Random(seed)
    sampler = Sampler(Catalog(schema), None, rng)
    writer = EnglishWriter(schema, Lexicon.builtin(), rng, noise=0)
    tree = sampler.draw()
    for question in writer.questions(tree, 4):
        assert literals_said(tree, question, _english), question
        assert question == question.strip()
        assert "  " not in question and " ," not in question and "{" not in question
        assert not re.search(r"\b(the the|of of|with with|a an|all all|who who|and and)\b", question), question
        assert not re.search(r"\ba (?:[aeio]|un[^i])", question), question


def test_the_same_seed_gives_the_same_questions() -> None:
    tree = customers(Compare(AGE, ">=", 40), NAME, CITY)
    assert ask(tree, seed=5, n=20) == ask(tree, seed=5, n=20) != ask(tree, seed=6, n=20)


def test_noise_never_touches_a_literal() -> None:
    tree = customers(Compare(CITY, "=", "thessaloniki"))
    writer = EnglishWriter(SHOP, Lexicon.builtin(), random.Random(2), noise=1.0)
    questions = writer.questions(tree, 200)
    assert all("thessaloniki" in question.lower() for question in questions)
    assert any(re.search(r"\bpl[sz]\b", question) for question in questions)


def test_a_join_without_a_key_is_left_unsaid() -> None:
    strange = Join("product", Column("customer", "name"), Column("product", "name"))
    assert ask(select(CITY, source=Source("customer", (strange,)))) == []


def test_user_names_are_used() -> None:
    lexicon = Lexicon.builtin().extended({"customer": {"en": ["shopper"]}})
    questions = EnglishWriter(SHOP, lexicon, random.Random(1), noise=0).questions(customers(Compare(AGE, ">", 30)), 40)
    assert any("shoppers" in question.lower() for question in questions)


@pytest.mark.parametrize(
    ("function", "argument", "expected"),
    [
        (with_article, "email", "an email"),
        (with_article, "unit price", "a unit price"),
        (with_article, "hour", "an hour"),
        (with_article, "open ticket", "an open ticket"),
        (third, "have no email", "has no email"),
        (third, "carry 5", "carries 5"),
        (third, "are older", "is older"),
        (possessive, "customers", "customers'"),
        (ordinal, 12, "12th"),
        (ordinal, 23, "23rd"),
        (join, ["a", "b", "c"], "a, b and c"),
    ],
)
def test_small_grammar(function: Callable[[object], str], argument: object, expected: str) -> None:
    assert function(argument) == expected


def test_spoken_dates() -> None:
    assert spoken_date("2024-03-05", 0) == "March 5, 2024"
    assert spoken_date("2024-03-05", 1) == "5 March 2024"
    assert spoken_date("2024-13-05", 0) is None
    assert spoken_date("not a date", 0) is None
