from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlwright.schema.lexicon import Lexicon
from sqlwright.schema.link_text import render_links
from sqlwright.schema.linker import Link, Linker
from sqlwright.schema.model import Column, Schema, Table


def table(name: str, *columns: str | tuple[str, str], comment: str = "") -> Table:
    made = tuple(Column(c) if isinstance(c, str) else Column(*c) for c in columns)
    return Table(name, made, comment=comment)


SHOP = Schema(
    "shop",
    (
        table("customer", "customer_id", "name", "gender", "date_of_birth"),
        table("address", "address_id", "customer_id", "street", "city", "country"),
        table("product", "product_id", "product_name", "category", "unit_price"),
        table("orders", "order_id", "customer_id", "order_date", "status", "total_amount", ("order_year", "INTEGER")),
        table("ticket", "ticket_id", "customer_id", "subject", "priority", "status"),
    ),
)
VALUES = {
    ("customer", "name"): ("Ann O'Neil", "The Who", "Li"),
    ("customer", "gender"): ("male", "female"),
    ("address", "city"): ("Paris", "New York", "York", "Shanghai"),
    ("address", "country"): ("France", "Brazil", "USA"),
    ("product", "category"): ("Office", "Home Office", "Toys"),
    ("orders", "order_id"): (1, 2, 10),
    ("orders", "status"): ("canceled", "shipped"),
    ("orders", "order_year"): (2022, 2023),
    ("ticket", "priority"): ("high", "low"),
    ("ticket", "status"): ("open", "closed"),
}
LINKER = Linker(SHOP, VALUES)


def linked(question: str) -> str:
    return render_links(LINKER.link(question))


@pytest.mark.parametrize(
    ("question", "links"),
    [
        ("How many closed tickets does each customer have?", "customer + , ticket + , ticket . status = 'closed'"),
        (
            "Names and birthdays of the female clients in New York",
            "customer ^ , customer . name + , customer . gender = 'female' , customer . date_of_birth ^ "
            ", address . city = 'New York'",
        ),
        ("the date of birth of customers", "customer + , customer . date_of_birth +"),
        ("Total amount of the cancelled orders", "orders + , orders . status = 'canceled' , orders . total_amount +"),
        ("top 10 products, the most expensive first", "product + , product . unit_price ^"),
        ("orders placed in 2023", "orders + , orders . order_date ^ , orders . order_year = '2023'"),
        ("已关闭的工单有多少个？", "ticket ^ , ticket . status = 'closed'"),
        ("上海的女性客户", "customer ^ , customer . gender = 'female' , address . city = 'Shanghai'"),
        ("优先级高的工单", "ticket ^ , ticket . priority ^ , ticket . priority = 'high'"),
        ("优先级最高的工单", "ticket ^ , ticket . priority ^"),
        ("Brazilian customers", "customer + , address . country = 'Brazil'"),
        ("home office", "product . category = 'Home Office'"),
        ("who is Ann O'Neil?", "customer . name = 'Ann O''Neil'"),
        ("hello there", ""),
        ("", ""),
    ],
)
def test_links(question: str, links: str) -> None:
    assert linked(question) == links


CLINIC = Schema(
    "clinic",
    (
        table("departments", "id", "name", "floor"),
        table("doctors", "id", "full_name", "department_id", "supervisor_id", ("consultation_fee", "REAL")),
        table("patients", "id", "full_name", "gender", "blood_type", ("birth_date", "DATE")),
        table("visits", "id", "patient_id", ("visit_date", "DATE"), "status"),
        table("drugs", "id", "name", "form", "manufacturer", ("stock", "INTEGER")),
        table("invoices", "id", ("amount", "REAL"), ("paid_on", "DATE"), "payment_method"),
    ),
)
CLINIC_VALUES = {
    ("departments", "name"): ("Cardiology", "Neurology"),
    ("departments", "floor"): (1, 3),
    ("doctors", "full_name"): ("Lena Quinn",),
    ("patients", "gender"): ("female", "male"),
    ("patients", "blood_type"): ("AB+", "AB-"),
    ("visits", "status"): ("completed", "no-show"),
    ("drugs", "form"): ("cream", "tablet"),
}


@pytest.mark.parametrize(
    ("question", "links"),
    [
        ("all creams, and who makes them", "drugs . form = 'cream' , drugs . manufacturer ^"),
        ("which drugs are out of stock?", "drugs + , drugs . stock +"),
        ("number of no shows in 2024", "visits . visit_date ^ , visits . status = 'no-show'"),
        ("names of the women", "patients . full_name ^ , patients . gender = 'female'"),
        ("unpaid invoices", "invoices + , invoices . paid_on ^"),
        ("how many patients are AB+?", "patients + , patients . blood_type = 'AB+'"),
        ("the fee of Dr. Lena Quinn", "doctors . full_name = 'Lena Quinn' , doctors . consultation_fee ~"),
        ("who supervises the most doctors", "doctors + , doctors . supervisor_id ^"),
        ("the oldest patient", "patients + , patients . birth_date ^"),
        ("the 3 largest invoices", "invoices +"),
        ("心内科在哪里", "departments . name = 'Cardiology'"),
        ("没来的有多少", "visits . status = 'no-show'"),
    ],
)
def test_meaning_words_and_values_in_other_forms(question: str, links: str) -> None:
    assert render_links(Linker(CLINIC, CLINIC_VALUES).link(question)) == links


def test_a_partial_match() -> None:
    schema = Schema("s", (table("club", "club_motto", "contact_motto_text"),))
    assert Link("club", "contact_motto_text", "partial") in Linker(schema).link("What mottos are there for contacts?")


def test_ids_alone_are_no_partial_match() -> None:
    schema = Schema("s", (table("club", "zorg_id"),))
    assert Linker(schema).link("give the id of it") == ()


def test_short_values_count_in_quotes_only() -> None:
    schema = Schema("s", (table("club", "code"),))
    linker = Linker(schema, {("club", "code"): ("a", "the", "M")})
    assert linker.link("a man in the club") == (Link("club", None, "exact"),)
    assert Link("club", "code", "value", "M") in linker.link("clubs with 'M'")


def test_a_value_links_at_most_three_columns() -> None:
    names = [f"c{letter}" for letter in "abcdefgh"]
    schema = Schema("s", (table("t", *names),))
    linker = Linker(schema, {("t", name): ("Zanzibar",) for name in names})
    assert len(linker.link("from Zanzibar")) == 3


def test_there_are_at_most_24_links() -> None:
    schema = Schema("s", tuple(table(f"team_{n}", *(f"score_{n}_{m}" for m in range(9))) for n in range(9)))
    assert len(Linker(schema).link("team score 1 2 3 4 5 6 7 8")) <= 24


def test_chinese_schemas_and_comments() -> None:
    schema = Schema("s", (Table("客户", (Column("城市"), Column("c9", comment="联系电话"))),))
    linker = Linker(schema, {("客户", "城市"): ("上海", "北京")})
    assert render_links(linker.link("北京客户的联系电话")) == "客户 + , 客户 . 城市 = '北京' , 客户 . c9 ^"


def test_the_users_lexicon() -> None:
    schema = Schema("s", (table("blorp", "x"),))
    lexicon = Lexicon.builtin().extended({"blorp": {"en": ["gizmo"]}})
    assert Linker(schema, lexicon=lexicon).link("every gizmo") == (Link("blorp", None, "synonym"),)


def test_identifiers_are_quoted_as_in_the_compact_rendering() -> None:
    links = (Link("order details", "Unit Price", "exact"), Link("t", None, "partial"), Link("t", "c", "value", "a\n b"))
    assert render_links(links) == '"order details" . "Unit Price" + , t ~ , t . c = \'a b\''


@given(st.text(max_size=120))
def test_any_question_links_in_order(question: str) -> None:
    links = LINKER.link(question)
    assert links == LINKER.link(question)
    assert len(set(links)) == len(links) <= 24
    order = [(t.name, c) for t in SHOP.tables for c in (None, *(column.name for column in t.columns))]
    places = [order.index((link.table, link.column)) for link in links]
    assert places == sorted(places)
    for link in links:
        assert (link.kind == "value") == (link.value is not None)
        if link.value is not None:
            assert link.value in map(str, VALUES[link.table, link.column or ""])
