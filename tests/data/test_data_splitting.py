"""Splits: disjoint, whole groups, stable when data is added."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlwright.data import find_leaks, split
from sqlwright.data.splitting import SplitBy
from sqlwright.errors import DataError
from sqlwright.records import Example

STATEMENTS = [
    f"SELECT {what} FROM t WHERE {where}"
    for what in ("a", "b", "COUNT(*)", "MAX(a)")
    for where in ("a = 1", "a > 2", "b LIKE 'x'")
]
WAYS: tuple[SplitBy, ...] = ("random", "database", "skeleton")


def example(position: int, db: int, statement: int, dialogue: int | None) -> Example:
    meta = {} if dialogue is None else {"dialogue": f"d{dialogue}"}
    return Example(f"e{position}", f"db{db}", f"question {position}", STATEMENTS[statement], meta=meta)


rows = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, len(STATEMENTS) - 1), st.none() | st.integers(0, 5)), max_size=40
).map(lambda items: [example(i, *item) for i, item in enumerate(items)])
single = st.lists(st.tuples(st.integers(0, 5), st.integers(0, len(STATEMENTS) - 1)), max_size=40).map(
    lambda items: [example(i, db, statement, None) for i, (db, statement) in enumerate(items)]
)


def place(parts: dict[str, list[Example]]) -> dict[str, str]:
    return {example.id: name for name, part in parts.items() for example in part}


@given(rows, st.sampled_from(WAYS), st.integers(0, 5))
def test_every_example_is_in_one_split_and_groups_stay_whole(data: list[Example], by: SplitBy, seed: int) -> None:
    parts = split(data, by=by, seed=seed)
    assert list(parts) == ["train", "validation", "test"]
    assert sorted(e.id for part in parts.values() for e in part) == sorted(e.id for e in data)
    where = place(parts)
    groups = defaultdict(set)
    for e in data:
        groups["sql", e.db_id, e.sql].add(where[e.id])
        if "dialogue" in e.meta:
            groups["dialogue", e.db_id, e.meta["dialogue"]].add(where[e.id])
        if by == "database":
            groups["database", e.db_id, ""].add(where[e.id])
    assert all(len(names) == 1 for names in groups.values())
    if by != "random":
        assert [leak for leak in find_leaks(parts) if leak.kind == "skeleton"] == []


@given(single, single, st.sampled_from(WAYS), st.randoms(use_true_random=False))
def test_added_data_and_another_order_move_nothing(
    data: list[Example], more: list[Example], by: SplitBy, random
) -> None:  # type: ignore[no-untyped-def]
    before = place(split(data, by=by))
    added = [*data, *(Example("new" + e.id, e.db_id, e.question, e.sql) for e in more)]
    random.shuffle(added)
    after = place(split(added, by=by))
    assert {name: after[name] for name in before} == before


def test_added_dialogues_move_no_other_dialogue() -> None:
    data = [
        Example(f"e{d}-{t}", "db", "q", f"SELECT c{d} FROM t LIMIT {t + 1}", meta={"dialogue": f"d{d:03}"})
        for d in range(60)
        for t in range(3)
    ]
    before = place(split(data[:90]))
    after = place(split(data))
    assert {name: after[name] for name in before} == before


def test_shares_are_met_on_average_and_the_seed_matters() -> None:
    data = [Example(f"e{i}", "db", "q", f"SELECT a FROM t WHERE b = {i}") for i in range(1500)]
    sizes = [len(part) / len(data) for part in split(data).values()]
    assert [round(size, 1) for size in sizes] == [0.7, 0.1, 0.2] or all(
        abs(size - share) < 0.03 for size, share in zip(sizes, (0.7, 0.15, 0.15), strict=True)
    )
    assert place(split(data, seed=1)) != place(split(data, seed=0)) == place(split(data, seed=0))
    assert split(data, fractions={"all": 1.0}) == {"all": data}
    assert split(data, fractions=[1, 0, 0])["train"] == data


def test_the_same_statement_in_another_spelling_stays_together() -> None:
    spellings = [
        "SELECT name FROM city WHERE id = 3",
        "select NAME from City where id=3;",
        "SELECT name FROM city AS c WHERE c.id = 3 ",
    ]
    for seed in range(10):
        parts = split([Example(str(i), "db", "q", sql) for i, sql in enumerate(spellings)], seed=seed)
        assert sorted(map(len, parts.values()))[:2] == [0, 0]


def test_wrong_options_are_errors() -> None:
    with pytest.raises(DataError, match="add up to 1"):
        split([], fractions={"a": 0.5, "b": 0.6})
    with pytest.raises(DataError, match="found 2 numbers"):
        split([], fractions=[0.5, 0.5])
    with pytest.raises(DataError, match="unknown way to split 'size'"):
        split([], by="size")  # type: ignore[arg-type]
