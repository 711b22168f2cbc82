"""What is read of a database beside its values: counts, and rows that let several conditions hold together."""

from __future__ import annotations

import random
from pathlib import Path

import synth_worlds

from sqlwright.database import open_executor
from sqlwright.schema import introspect, read_values
from sqlwright.synth import SHAPES, Catalog, Sampler, read_profile, write_sql
from sqlwright.synth.english.graph import flatten
from sqlwright.synth.tree import Query


def test_conditions_of_one_row_hold_together(tmp_path: Path) -> None:
    url = f"sqlite:///{synth_worlds.build('sensor', tmp_path / 'sensor.sqlite')}"
    schema = introspect(url)
    with open_executor(url) as executor:
        profile = read_profile(executor, schema)
        assert all(0 < len(rows) <= 60 for rows in profile.samples.values())
        catalog = Catalog(schema, read_values(url, schema), profile)
        sampler = Sampler(catalog, dict.fromkeys(SHAPES, 0.0) | {"list": 1.0, "count": 1.0}, random.Random(4))
        trees = [tree for tree in (sampler.draw() for _ in range(500)) if isinstance(tree, Query)]
        several = [tree for tree in trees if len(list(flatten(tree.where))) > 2]
        found = [executor.run(write_sql(tree, schema)).rows for tree in several]
    assert len(several) > 40
    assert sum(bool(rows) and list(rows[0]) != [0] for rows in found) > 0.7 * len(several)


def test_samples_hold_only_what_may_be_shown(tmp_path: Path) -> None:
    url = f"sqlite:///{synth_worlds.build('crm', tmp_path / 'crm.sqlite')}"
    schema = introspect(url)
    with open_executor(url) as executor:
        profile = read_profile(executor, schema)
    values = read_values(url, schema)
    shown = {column for row in Catalog(schema, values, profile).table("customer").samples for column in row}
    assert shown and all(values.get((column.table, column.name)) for column in shown)
    assert "email" in profile.samples["customer"][0] and "email" not in {column.name for column in shown}
