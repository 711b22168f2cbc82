"""Which tables of a large schema a question keeps."""

from __future__ import annotations

import pytest

from sqlwright.schema import Linker, Schema, approximate_tokens, parse_ddl, render
from sqlwright.schema.retrieval import narrow, scores

CORE = """
CREATE TABLE supplier (supplier_id INTEGER PRIMARY KEY, company TEXT, country TEXT);
CREATE TABLE delivery (delivery_id INTEGER PRIMARY KEY, supplier_id INTEGER REFERENCES supplier (supplier_id),
    arrived_on DATE);
CREATE TABLE delivery_line (line_id INTEGER PRIMARY KEY, delivery_id INTEGER REFERENCES delivery (delivery_id),
    part_id INTEGER REFERENCES part (part_id), quantity INTEGER);
CREATE TABLE part (part_id INTEGER PRIMARY KEY, label TEXT, weight REAL);
"""
AREAS = "payroll leave asset audit budget claim course device event grant ledger lease permit policy".split()
KINDS = "header entry type history note rule batch period owner source limit draft archive import".split()


@pytest.fixture(scope="module")
def large() -> Schema:
    """Two hundred tables: four that matter, and 196 with names and columns of all sorts."""
    others = [
        f"CREATE TABLE {area}_{kind} ({area}_{kind}_id INTEGER PRIMARY KEY, name TEXT, status TEXT, created_on DATE,"
        f" remark TEXT);"
        for area in AREAS
        for kind in KINDS
    ]
    schema = parse_ddl("\n".join([*others[:100], CORE, *others[100:]]), db_id="large")
    assert len(schema.tables) == 200
    return schema


@pytest.mark.parametrize(
    ("question", "needed"),
    [
        ("Which supplier delivered most?", {"supplier"}),
        ("Average weight of parts by supplier country", {"supplier", "delivery", "delivery_line", "part"}),
        ("How many payroll batches have the status open?", {"payroll_batch"}),
        ("2024年到货的供应商有哪些", {"supplier"}),
    ],
)
def test_the_tables_that_a_question_needs_stay(large: Schema, question: str, needed: set[str]) -> None:
    assert approximate_tokens(render(large, "compact")) > 4_000
    small = narrow(large, Linker(large).link(question), budget=400)
    assert needed <= {table.name for table in small.tables}
    assert approximate_tokens(render(small, "compact")) <= 400


def test_tables_between_two_chosen_ones_come_along(large: Schema) -> None:
    small = narrow(large, Linker(large).link("suppliers and parts"), budget=110)
    names = [table.name for table in small.tables]
    assert names == ["supplier", "delivery", "delivery_line", "part"]
    assert small.table("delivery_line").foreign_keys == large.table("delivery_line").foreign_keys


def test_a_small_schema_is_left_alone(large: Schema) -> None:
    core = parse_ddl(CORE, db_id="core")
    assert narrow(core, (), budget=500) is core
    assert len(narrow(large, (), budget=1).tables) == 1


def test_a_column_of_many_tables_says_little(large: Schema) -> None:
    found = scores(large, Linker(large).link("status of the budget header"))
    assert max(found, key=found.__getitem__) == "budget_header"
