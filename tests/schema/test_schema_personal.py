from __future__ import annotations

import pytest

from sqlwright.schema import Column, Table, looks_personal


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("customer", "name"),
        ("tbl_user_info", "Name"),
        ("orders", "customer_name"),
        ("orders", "contactName"),
        ("t", "first_name"),
        ("t", "LastName"),
        ("t", "e_mail"),
        ("t", "EmailAddress"),
        ("t", "mobile_no"),
        ("t", "phone_number"),
        ("t", "home_address"),
        ("t", "id_card_no"),
        ("t", "ssn"),
        ("t", "passport_number"),
        ("t", "date_of_birth"),
        ("t", "birthday"),
        ("t", "password_hash"),
        ("t", "monthly_salary"),
        ("t", "ip_address"),
        ("t", "credit_card_number"),
        ("t", "shoujihao_dianhua"),
        ("t", "姓名"),
        ("t", "联系电话"),
        ("t", "身份证号"),
        ("t", "收货地址"),
        ("t", "客户名称"),
        ("员工", "名称"),
        ("t", "月薪"),
        ("t", "银行卡号"),
        ("t", "出生日期"),
    ],
)
def test_personal(table: str, column: str) -> None:
    assert looks_personal(Table(table, ()), Column(column))


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("city", "name"),
        ("product", "name"),
        ("customer_orders", "product_name"),
        ("t", "address_id"),
        ("t", "email_count"),
        ("t", "地址编号"),
        ("t", "邮件数量"),
        ("t", "amount"),
        ("t", "order_date"),
        ("t", "城市"),
        ("商品", "名称"),
        ("t", "status"),
        ("t", "tally"),
        ("t", "hotel"),
    ],
)
def test_not_personal(table: str, column: str) -> None:
    assert not looks_personal(Table(table, ()), Column(column))


def test_comments_count_and_flags_do_not() -> None:
    table = Table("t", ())
    assert looks_personal(table, Column("c1", comment="用户手机号"))
    assert looks_personal(table, Column("c1", comment="The customer's e-mail"))
    assert not looks_personal(table, Column("c1", comment="when it was shipped"))
    assert not looks_personal(table, Column("email_verified", "BOOLEAN"))
