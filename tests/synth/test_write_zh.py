"""The Chinese writer: every shape said, every literal in the question, meanings that differ said differently."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest

from sqlwright.schema.lexicon import Lexicon
from sqlwright.schema.model import Column as SchemaColumn
from sqlwright.schema.model import ForeignKey, Schema, Table
from sqlwright.synth import tree as t
from sqlwright.synth.catalog import Catalog
from sqlwright.synth.chinese.words import is_person, measure_word
from sqlwright.synth.sampler import SHAPES, Sampler
from sqlwright.synth.write_zh import ChineseWriter


def _table(name: str, columns: str, **keys: tuple[str, str]) -> Table:
    made = tuple(SchemaColumn(*item.split()) for item in columns.split(", "))
    foreign = tuple(ForeignKey((column,), *_target(target)) for column, target in keys.items())
    return Table(name, made, (made[0].name,), foreign)


def _target(target: tuple[str, str]) -> tuple[str, tuple[str, ...]]:
    return target[0], (target[1],)


SHOP = Schema(
    "shop",
    (
        _table("customer", "id INTEGER, name TEXT, city TEXT, age INTEGER, joined DATE, is_active BOOLEAN"),
        _table("product", "id INTEGER, name TEXT, category TEXT, price REAL, stock INTEGER"),
        _table(
            "orders",
            "id INTEGER, customer_id INTEGER, product_id INTEGER, status TEXT, amount REAL, order_date DATE, "
            "closed_on DATE",
            customer_id=("customer", "id"),
            product_id=("product", "id"),
        ),
        _table("employee", "id INTEGER, name TEXT, salary REAL, manager_id INTEGER", manager_id=("employee", "id")),
    ),
)
VALUES = {
    ("customer", "name"): ("王芳", "Acme Corp", "李强"),
    ("customer", "city"): ("北京", "上海", "Boston"),
    ("product", "category"): ("小说", "toys", "电子产品"),
    ("product", "name"): ("键盘", "Laptop Pro"),
    ("orders", "status"): ("closed", "pending", "shipped"),
    ("employee", "name"): ("张伟", "Anna Smith"),
}
NAME, CITY, AGE = t.Column("customer", "name"), t.Column("customer", "city"), t.Column("customer", "age")
AMOUNT, COUNT = t.Column("orders", "amount"), t.Aggregate("count", None)
CUSTOMERS = t.Source("customer")


def _writer(seed: int = 0, noise: float = 0.0) -> ChineseWriter:
    return ChineseWriter(SHOP, Lexicon.builtin(), random.Random(seed), noise=noise)


def _ask(tree: t.Tree, n: int = 40, seed: int = 0) -> list[str]:
    questions = _writer(seed).questions(tree, n)
    assert questions
    return questions


def _literals(node: object) -> Iterator[t.Value]:
    if isinstance(node, t.Like):
        yield node.text
    elif isinstance(node, t.Compare) and isinstance(node.right, str | int | float):
        if not isinstance(node.left, t.Aggregate):
            yield node.right
    elif isinstance(node, t.Between):
        yield from (node.low, node.high)
    elif isinstance(node, t.InList):
        yield from node.values
    elif isinstance(node, t.Both):
        for item in node.items:
            yield from _literals(item)


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_every_shape_can_be_said(shape: str) -> None:
    weights = {name: float(name == shape) for name in SHAPES}
    sampler = Sampler(Catalog(SHOP, VALUES), weights, random.Random(3))
    writer = _writer(4)
    for _ in range(25):
        questions = writer.questions(sampler.draw(), 3)
        assert questions, f"{shape} has no question"
        for question in questions:
            assert not re.search("[\ue000\ue001]|None|，，|。。|的的", question), question


def test_literals_are_in_the_question_or_its_translation() -> None:
    sampler = Sampler(
        Catalog(SHOP, VALUES), {name: float(name in ("list", "count")) for name in SHAPES}, random.Random(5)
    )
    writer, lexicon = _writer(6), Lexicon.builtin()
    for _ in range(400):
        tree = sampler.draw()
        assert isinstance(tree, t.Query)
        for question in writer.questions(tree, 2):
            for value in _literals(tree.where):
                if isinstance(value, str) and not re.match(r"\d{4}-", value):
                    names = (*lexicon.names_of_value(value, "zh"), *lexicon.hints_of_value(value, "zh"))
                    assert any(word in question for word in (value, *names)), (value, question)


def test_seeded_and_distinct() -> None:
    tree = t.Query((t.Item(NAME),), CUSTOMERS, where=t.Compare(CITY, "=", "北京"))
    assert _ask(tree, 10, seed=9) == _ask(tree, 10, seed=9)
    questions = _ask(tree, 30)
    assert len(set(questions)) == len(questions) == 30


def test_counting_rows_differs_from_counting_values() -> None:
    rows = _ask(t.Query((t.Item(COUNT),), CUSTOMERS))
    cities = _ask(t.Query((t.Item(t.Aggregate("count", CITY, distinct=True)),), CUSTOMERS))
    assert not any(re.search("不同|去重|不重复", question) for question in rows)
    assert all(re.search("不同|去重|不重复", question) for question in cities)
    assert not set(rows) & set(cities)


def test_all_columns_are_asked_for_in_words() -> None:
    questions = _ask(t.Query((), CUSTOMERS))
    assert all(re.search("信息|字段|列|资料", question) for question in questions)


def test_direction_of_order_is_said() -> None:
    up, down = (_ask(t.Query((t.Item(NAME),), CUSTOMERS, order_by=(t.Order(AGE, desc),))) for desc in (False, True))
    assert not set(up) & set(down)
    assert all(re.search("升序|从小到大|从低到高|由低到高", question) for question in up)
    assert all(re.search("降序|倒序|从大到小|从高到低|由高到低", question) for question in down)


def test_and_is_never_or() -> None:
    sides = t.Compare(CITY, "=", "北京"), t.Compare(AGE, ">", 30)
    both = _ask(t.Query((t.Item(NAME),), CUSTOMERS, where=t.Both("and", sides)))
    either = _ask(t.Query((t.Item(NAME),), CUSTOMERS, where=t.Both("or", sides)))
    assert not any("或" in question for question in both)
    assert all("或" in question for question in either)


def test_an_or_inside_an_and_is_fenced() -> None:
    inner = t.Both("or", (t.Compare(CITY, "=", "北京"), t.Compare(CITY, "=", "上海")))
    tree = t.Query((t.Item(NAME),), CUSTOMERS, where=t.Both("and", (t.Compare(AGE, ">", 30), inner)))
    assert all("满足“" in question for question in _ask(tree))


def test_strict_bounds_differ_from_inclusive_ones() -> None:
    asked = {
        op: set(_ask(t.Query((t.Item(COUNT),), CUSTOMERS, where=t.Compare(AGE, op, 30)), 60))
        for op in ("<", "<=", ">", ">=")
    }
    seen: set[str] = set()
    for questions in asked.values():
        assert not seen & questions
        seen |= questions


def test_customers_without_orders() -> None:
    key = t.Column("customer", "id")
    orders = t.Query((t.Item(t.Column("orders", "customer_id")),), t.Source("orders"))
    by_in = t.Query((t.Item(NAME),), CUSTOMERS, where=t.InQuery(key, orders, negated=True))
    join = t.Join("orders", key, t.Column("orders", "customer_id"), outer=True)
    by_join = t.Query((t.Item(NAME),), t.Source("customer", (join,)), where=t.IsNull(t.Column("orders", "id")))
    by_except = t.SetOperation("except", t.Query((t.Item(key),), CUSTOMERS), orders)
    for tree in (by_in, by_join, by_except):
        assert all(re.search("没|从未", question) and "订单" in question for question in _ask(tree))


def test_left_join_counts_name_those_without() -> None:
    key = t.Column("customer", "id")
    join = t.Join("orders", key, t.Column("orders", "customer_id"), outer=True)
    select = (t.Item(NAME), t.Item(t.Aggregate("count", t.Column("orders", "id"))))
    tree = t.Query(select, t.Source("customer", (join,)), group_by=(key, NAME))
    assert all("没有" in question for question in _ask(tree))


def test_correlated_average() -> None:
    category, price = t.Column("product", "category", "T2"), t.Column("product", "price", "T2")
    where = t.Compare(category, "=", t.Column("product", "category", "T1"))
    inner = t.Query((t.Item(t.Aggregate("avg", price)),), t.Source("product", alias="T2"), where=where)
    outer = t.Compare(t.Column("product", "price", "T1"), ">", t.Scalar(inner))
    tree = t.Query((t.Item(t.Column("product", "name", "T1")),), t.Source("product", alias="T1"), where=outer)
    assert all("相同" in question for question in _ask(tree))


def test_names_fall_back_to_identifiers() -> None:
    schema = Schema("odd", (Table("zzqx", (SchemaColumn("frobnitz", "INTEGER"), SchemaColumn("wibble", "TEXT"))),))
    tree = t.Query(
        (t.Item(t.Column("zzqx", "wibble")),), t.Source("zzqx"), where=t.Compare(t.Column("zzqx", "frobnitz"), ">", 7)
    )
    for question in ChineseWriter(schema, Lexicon.builtin(), random.Random(1)).questions(tree, 10):
        assert "frobnitz" in question and "wibble" in question and "7" in question


def test_unsayable_trees_give_no_question() -> None:
    count = t.Aggregate("count", t.Arithmetic("+", AGE, 1))
    assert _writer().questions(t.Query((t.Item(count),), CUSTOMERS), 3) == []


def test_noise_leaves_literals_alone() -> None:
    tree = t.Query((t.Item(NAME),), CUSTOMERS, where=t.Compare(NAME, "=", "Ann的做账少B"))
    assert all("Ann的做账少B" in question for question in _writer(2, noise=1.0).questions(tree, 40))


CLINIC = Schema(
    "clinic",
    (
        _table("patient", "id INTEGER, full_name TEXT, gender TEXT, city TEXT, phone TEXT, birth_date DATE"),
        _table("flight", "id INTEGER, flight_no TEXT, departure_city TEXT, arrival_city TEXT"),
        _table(
            "visit",
            "id INTEGER, patient_id INTEGER, visit_date DATE, duration_minutes INTEGER, quantity INTEGER",
            patient_id=("patient", "id"),
        ),
        _table("invoice", "id INTEGER, amount REAL, issue_date DATE, payment_date DATE"),
    ),
)
PATIENT, PATIENTS = t.Column("patient", "full_name"), t.Source("patient")


def _clinic(tree: t.Tree, n: int = 60) -> list[str]:
    return ChineseWriter(CLINIC, Lexicon.builtin(), random.Random(1)).questions(tree, n)


def test_what_is_wanted_may_come_last() -> None:
    where = t.Compare(t.Column("patient", "city"), "=", "杭州")
    tree = t.Query((t.Item(PATIENT), t.Item(t.Column("patient", "birth_date"))), PATIENTS, where=where)
    questions = _clinic(tree, 100)
    assert sum(bool(re.search("杭州.*(，|：|:|？|[?]).*(姓名|全名|名字)", question)) for question in questions) > 15
    assert all("杭州" in question for question in questions)


def test_short_conditions_stand_before_the_noun() -> None:
    sides = (t.Compare(t.Column("patient", "city"), "=", "杭州"), t.Compare(t.Column("patient", "gender"), "=", "male"))
    questions = _clinic(t.Query((t.Item(PATIENT),), PATIENTS, where=t.Both("and", sides)), 80)
    assert any(re.search("杭州的男(患者|病人)", question) for question in questions)
    assert all("杭州" in question and ("男" in question or "male" in question) for question in questions)


def test_a_value_names_its_column_where_two_could_have_it() -> None:
    where = t.Compare(t.Column("flight", "departure_city"), "=", "上海")
    questions = _clinic(t.Query((t.Item(t.Column("flight", "flight_no")),), t.Source("flight"), where=where))
    assert questions and all(re.search("出发|起飞|始发|离开|departure", question) for question in questions), questions


def test_null_is_said_by_its_meaning() -> None:
    unpaid, paid = (
        _clinic(t.Query((t.Item(COUNT),), t.Source("invoice"), where=t.IsNull(t.Column("invoice", "payment_date"), no)))
        for no in (False, True)
    )
    assert any(re.search("(没|未|没有)付款的", question) for question in unpaid)
    assert any(re.search("已经?付款的", question) for question in paid)
    assert not set(unpaid) & set(paid)


def test_units_go_with_amounts() -> None:
    where = t.Compare(t.Column("visit", "duration_minutes"), ">=", 30)
    assert any(
        "30分钟" in q.replace(" ", "") for q in _clinic(t.Query((t.Item(COUNT),), t.Source("visit"), where=where))
    )


def test_the_start_of_a_year_is_said_by_the_year() -> None:
    before, since = (
        _clinic(t.Query((t.Item(PATIENT),), PATIENTS, where=t.Compare(birth, op, "2010-01-01")))
        for birth in (t.Column("patient", "birth_date"),)
        for op in ("<", ">=")
    )
    assert any(re.search("2010年(以前|之前|前)", question) for question in before)
    assert any(re.search("2010年(起|以来|及以后|开始)", question) for question in since)
    assert not set(before) & set(since)


def test_counts_are_not_taken_for_a_column_of_quantities() -> None:
    assert not any("数量" in question for question in _clinic(t.Query((t.Item(COUNT),), t.Source("visit"))))


def test_questions_about_one_thing_by_its_name() -> None:
    where = t.Compare(PATIENT, "=", "林丽华")
    items = (t.Item(t.Column("patient", "phone")), t.Item(t.Column("patient", "city")))
    assert any(
        re.search("林丽华(的)?(电话|手机).*，", question) for question in _clinic(t.Query(items, PATIENTS, where=where))
    )


def test_a_share_is_asked_for_as_a_percentage() -> None:
    case = t.Case(t.Compare(t.Column("patient", "city"), "=", "杭州"), 1, 0)
    share = t.Arithmetic("/", t.Arithmetic("*", t.Aggregate("sum", case), 100.0), COUNT)
    questions = _clinic(t.Query((t.Item(share),), PATIENTS))
    assert questions and all("百分" in question and "杭州" in question for question in questions)


def test_one_of_two_conditions_may_come_last() -> None:
    sides = (t.Compare(t.Column("patient", "city"), "=", "杭州"), t.Compare(t.Column("patient", "gender"), "=", "male"))
    questions = _clinic(t.Query((t.Item(PATIENT),), PATIENTS, where=t.Both("and", sides)), 80)
    assert any(re.search("(，|（)只(要|看|算)(男|杭州)", question) for question in questions)


def test_values_are_said_by_the_meaning_of_their_column() -> None:
    schema = Schema("pharmacy", (_table("drugs", "id INTEGER, name TEXT, form TEXT, floor INTEGER, stock INTEGER"),))
    writer = ChineseWriter(schema, Lexicon.builtin(), random.Random(2))

    def ask(where: t.Condition) -> list[str]:
        return writer.questions(t.Query((t.Item(t.Column("drugs", "name")),), t.Source("drugs"), where=where), 60)

    tablets, empty = (ask(t.Compare(t.Column("drugs", c), "=", v)) for c, v in (("form", "tablet"), ("stock", 0)))
    assert sum("片剂" in question or "药片" in question for question in tablets) > 20
    assert not any("平板" in question for question in tablets)
    assert any(re.search("缺货|没货|断货", question) for question in empty)
    assert all(re.search("缺货|没货|断货|没有|没存货|卖完|0|零", question) for question in empty)


def test_columns_have_question_words() -> None:
    where = t.Compare(t.Column("patient", "gender"), "=", "female")
    items = (t.Item(PATIENT), t.Item(t.Column("patient", "city")))
    assert any(
        re.search("(哪个城市|哪里)", question) for question in _clinic(t.Query(items, PATIENTS, where=where), 100)
    )


def test_a_second_sentence_may_hold_the_order_or_the_columns() -> None:
    order = (t.Order(t.Column("patient", "birth_date"), descending=True),)
    items = (t.Item(PATIENT), t.Item(t.Column("patient", "phone")))
    questions = _clinic(t.Query(items, PATIENTS, order_by=order), 100)
    assert sum(bool(re.search("[？。：].+", question[:-1])) for question in questions) > 25


def test_remarks_that_restrict_nothing_name_a_value() -> None:
    values: dict[tuple[str, str], tuple[t.Value, ...]] = {("orders", "status"): ("closed", "pending", "shipped")}
    writer = ChineseWriter(SHOP, Lexicon.builtin(), random.Random(3), values=values)
    total = t.Query((t.Item(t.Aggregate("sum", AMOUNT)),), t.Source("orders"))
    questions = writer.questions(total, 200)
    assert any(re.search("(也算|也包括|包括|不限|不管|都算|算上)", question) for question in questions)
    assert not any(re.search("只(要|看|算|统计)", question) for question in questions)


def test_a_date_is_not_said_by_what_a_state_says_too() -> None:
    schema = Schema("library", (_table("loans", "id INTEGER, book_id INTEGER, returned_on DATE, status TEXT"),))
    count = t.Query((t.Item(COUNT),), t.Source("loans"), where=t.IsNull(t.Column("loans", "returned_on")))

    def ask(status: tuple[t.Value, ...]) -> list[str]:
        values = {("loans", "status"): status}
        return ChineseWriter(schema, Lexicon.builtin(), random.Random(5), values=values).questions(count, 40)

    assert any(re.search("(没|未|没有)归还的", question) for question in ask(("renewed", "lost")))
    assert not any(re.search("(没|未|没有)归还的", question) for question in ask(("on loan", "returned")))


def test_a_name_that_two_values_share_stands_for_neither() -> None:
    where = t.Compare(t.Column("orders", "status"), "=", "closed")

    def ask(status: tuple[t.Value, ...]) -> list[str]:
        values = {("orders", "status"): status}
        writer = ChineseWriter(SHOP, Lexicon.builtin(), random.Random(5), values=values)
        return writer.questions(t.Query((t.Item(COUNT),), t.Source("orders"), where=where), 40)

    assert any("closed" not in question for question in ask(("closed", "pending")))
    assert all("closed" in question for question in ask(("closed", "已关闭", "关闭")))


def test_measure_words() -> None:
    assert [measure_word(noun) for noun in ("客户", "历史订单", "图书", "某物")] == ["位", "笔", "本", "个"]
    assert is_person("学生") and not is_person("订单")
