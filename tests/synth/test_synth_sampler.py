from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest
import synth_worlds
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlwright.errors import ConfigError, SchemaError
from sqlwright.schema.model import Column, Schema, Table
from sqlwright.sqlkit import canonical
from sqlwright.synth import tree as t
from sqlwright.synth.catalog import Catalog
from sqlwright.synth.sampler import SHAPES, Sampler
from sqlwright.synth.write_sql import write_sql


@pytest.fixture(scope="module", params=synth_worlds.WORLDS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Catalog, Path]:
    path = synth_worlds.build(request.param, tmp_path_factory.mktemp("world") / f"{request.param}.sqlite")
    schema = synth_worlds.schema_of(request.param, path)
    return Catalog(schema, synth_worlds.values_of(schema, path)), path


def test_every_tree_runs_and_few_are_empty(world: tuple[Catalog, Path]) -> None:
    catalog, path = world
    sampler = Sampler(catalog, None, random.Random(5))
    database = sqlite3.connect(path)
    empty = 0
    for _ in range(600):
        rows = database.execute(write_sql(sampler.draw(), catalog.schema)).fetchmany(2)
        empty += not rows or rows == [(None,)]
    database.close()
    assert empty < 75


@pytest.mark.parametrize("dialect", ["sqlite", "duckdb", "postgres", "mysql", "oracle"])
def test_sql_is_already_canonical(world: tuple[Catalog, Path], dialect: str) -> None:
    catalog, _ = world
    sampler = Sampler(catalog, None, random.Random(11))
    for _ in range(150):
        sql = write_sql(sampler.draw(), catalog.schema, dialect)
        assert canonical(sql, dialect) == sql


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_same_seed_draws_the_same_trees(seed: int) -> None:
    schema = _shop()
    first, second = (Sampler(Catalog(schema), None, random.Random(seed)) for _ in range(2))
    assert [first.draw() for _ in range(20)] == [second.draw() for _ in range(20)]


def test_every_shape_can_be_drawn(world: tuple[Catalog, Path]) -> None:
    catalog, _ = world
    drawn = set()
    for shape in SHAPES:
        weights = {name: float(name == shape) for name in SHAPES}
        try:
            name, _ = Sampler(catalog, weights, random.Random(2)).draw_shape()
        except SchemaError:
            continue
        drawn.add(name)
    assert set(SHAPES) - drawn <= {
        "superior",
        "computed",
        "days-between",
        "running-total",
        "missing",
        "conditional-count",
    }


def test_no_sum_or_average_of_keys_and_years(world: tuple[Catalog, Path]) -> None:
    catalog, _ = world
    sampler = Sampler(catalog, None, random.Random(3))
    bad = {info.node for table in catalog.tables for info in table.columns if info.role == "key" or info.year}
    for _ in range(1500):
        for node in _walk(sampler.draw()):
            if isinstance(node, t.Aggregate) and node.function in ("sum", "avg"):
                assert node.argument not in bad
            if isinstance(node, t.Like):
                assert not isinstance(node.text, int | float)


def test_joined_tables_are_used(world: tuple[Catalog, Path]) -> None:
    """The last table joined is counted, shown, filtered or sorted by."""
    catalog, _ = world
    sampler = Sampler(catalog, None, random.Random(4))
    for _ in range(1500):
        tree = sampler.draw()
        if not isinstance(tree, t.Query) or not tree.source.joins:
            continue
        last = tree.source.joins[-1]
        rest = [tree.select, tree.where, tree.group_by, tree.having, tree.order_by]
        nodes = [node for part in rest for node in _walk(part)]
        used = {node.alias or node.table for node in nodes if isinstance(node, t.Column)}
        counted = any(isinstance(node, t.Aggregate) and node.argument is None for node in nodes)
        assert counted or (last.alias or last.table) in used or tree.source.alias


def test_unknown_or_empty_weights_are_refused() -> None:
    catalog = Catalog(_shop())
    with pytest.raises(ConfigError, match="unknown shape 'nope'"):
        Sampler(catalog, {"nope": 1.0}, random.Random(0))
    with pytest.raises(ConfigError, match="at least one above 0"):
        Sampler(catalog, dict.fromkeys(SHAPES, 0.0), random.Random(0))
    with pytest.raises(SchemaError, match="no table"):
        Sampler(Catalog(Schema("empty", ())), None, random.Random(0))


def test_roles_labels_and_keys_of_a_shop() -> None:
    catalog = Catalog(_shop())
    customer = catalog.table("customer")
    roles = {info.node.name: info.role for info in customer.columns}
    assert roles == {"id": "key", "first_name": "name", "last_name": "name", "city": "category", "birthday": "date"}
    assert [column.name for column in customer.label] == ["first_name", "last_name"]
    assert [edge.child_column.name for edge in customer.children] == ["customer_id"]
    orders = catalog.table("orders")
    assert [info.node.name for info in orders.measures] == ["amount"]
    assert {path.directions for path in customer.paths} == {"D"}


def _shop() -> Schema:
    """A schema without values and without declared keys."""
    customer = ("id INTEGER", "first_name TEXT", "last_name TEXT", "city TEXT", "birthday DATE")
    orders = ("id INTEGER", "customer_id INTEGER", "ordered_on DATE", "amount REAL", "status TEXT", "is_paid BOOLEAN")
    return Schema(
        "shop", tuple(_table(name, columns) for name, columns in (("customer", customer), ("orders", orders)))
    )


def _table(name: str, columns: tuple[str, ...]) -> Table:
    return Table(name, tuple(Column(*column.split()) for column in columns), primary_key=("id",))


def _walk(node: object) -> list[object]:
    if isinstance(node, tuple):
        return [inner for item in node for inner in _walk(item)]
    slots = getattr(node, "__slots__", ())
    return [node, *(inner for slot in slots for inner in _walk(getattr(node, slot)))]
