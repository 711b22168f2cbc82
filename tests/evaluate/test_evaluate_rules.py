"""When two results are equal, under each rule."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlwright.errors import ConfigError
from sqlwright.evaluate import BIRD_EX, STRICT, TEST_SUITE, Rule, equal, get_rule

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "parity" / "result_pairs.jsonl"
RULES = (STRICT, TEST_SUITE, BIRD_EX)


@pytest.mark.parametrize(
    ("gold", "predicted", "ordered", "strict", "suite", "bird"),
    [
        ([(1, "a")], [(1, "a")], False, True, True, True),
        ([(1,), (2,)], [(2,), (1,)], False, True, True, True),
        ([(1,), (2,)], [(2,), (1,)], True, False, False, True),
        ([(1,), (1,)], [(1,)], False, False, False, True),
        ([(1, "a")], [("a", 1)], False, False, True, False),
        ([(1, "a"), (2, "b")], [("b", 1), ("a", 2)], False, False, False, False),
        ([(0.1 + 0.2,)], [(0.3,)], False, True, False, False),
        ([(1,)], [(1.0,)], False, True, True, True),
        ([(Decimal("1.50"),)], [(1.5,)], False, True, True, True),
        ([(1,)], [("1",)], False, False, False, False),
        ([(None,)], [("",)], False, False, False, False),
        ([(None,)], [(0,)], False, False, False, False),
        ([], [], False, True, True, True),
        ([(1,)], [], False, False, False, False),
        ([(1, 1)], [(1,)], False, False, False, False),
        ([(b"x",)], [(memoryview(b"x"),)], False, True, True, True),
    ],
)
def test_rules(gold: Any, predicted: Any, ordered: bool, strict: bool, suite: bool, bird: bool) -> None:
    verdicts = tuple(equal(gold, predicted, rule, ordered=ordered) for rule in RULES)
    assert verdicts == (strict, suite, bird)


def test_a_millionth_is_nothing_and_a_thousandth_is_not() -> None:
    assert equal([(1_234_567.891,)], [(1_234_567.892,)], STRICT, ordered=False)
    assert not equal([(1.001,)], [(1.002,)], STRICT, ordered=False)
    # On two sides of a rounding, with a second column that a careless sort would pair wrongly.
    gold = [(2.0000049999999, "b"), (2.0000049999999, "a")]
    assert equal(gold, [(2.0000050000001, "a"), (2.0000050000001, "b")], STRICT, ordered=False)
    assert not equal([(100,)], [(101,)], STRICT, ordered=False)
    assert not equal([(1_000_000,)], [(1_000_100,)], STRICT, ordered=False)


def test_many_columns_are_matched_in_no_time() -> None:
    rng = random.Random(0)
    rows = [tuple(rng.randint(0, 1) for _ in range(14)) for _ in range(6)]
    order = rng.sample(range(14), 14)
    shuffled = [tuple(row[at] for at in order) for row in rows]
    assert equal(rows, rng.sample(shuffled, 6), TEST_SUITE, ordered=False)
    same = [(1,) * 30] * 5
    assert equal(same, same, TEST_SUITE, ordered=False)
    assert not equal(same, [(1,) * 29 + (2,), *same[1:]], TEST_SUITE, ordered=False)


_value = st.one_of(st.none(), st.integers(-2, 2), st.sampled_from(["a", "b", ""]), st.sampled_from([0.5, 1.0]))


@st.composite
def _table(draw: st.DrawFn) -> list[tuple[object, ...]]:
    width = draw(st.integers(1, 4))
    return draw(st.lists(st.tuples(*[_value] * width), max_size=6))


@given(table=_table(), rule=st.sampled_from(RULES), ordered=st.booleans())
def test_a_result_equals_itself(table: list[tuple[object, ...]], rule: Rule, ordered: bool) -> None:
    assert equal(table, table, rule, ordered=ordered)


@given(table=_table(), seed=st.randoms(use_true_random=False), rule=st.sampled_from(RULES))
def test_shuffled_rows_are_equal_unless_order_counts(
    table: list[tuple[object, ...]], seed: random.Random, rule: Rule
) -> None:
    assert equal(table, seed.sample(table, len(table)), rule, ordered=False)


@given(table=_table(), seed=st.randoms(use_true_random=False), ordered=st.booleans())
def test_shuffled_columns_are_equal_where_their_order_is_free(
    table: list[tuple[object, ...]], seed: random.Random, ordered: bool
) -> None:
    order = seed.sample(range(len(table[0])), len(table[0])) if table else []
    assert equal(table, [tuple(row[at] for at in order) for row in table], TEST_SUITE, ordered=ordered)


@given(a=_table(), b=_table(), rule=st.sampled_from(RULES), ordered=st.booleans())
def test_equality_is_symmetric(a: Any, b: Any, rule: Rule, ordered: bool) -> None:
    assert equal(a, b, rule, ordered=ordered) == equal(b, a, rule, ordered=ordered)


def test_rules_by_name() -> None:
    assert get_rule("ts") is TEST_SUITE
    with pytest.raises(ConfigError, match="known: strict, ts, bird-ex"):
        get_rule("loose")


@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason=f"needs {DATA.name} in the reference data beside the checkout")
def test_official_verdicts() -> None:
    """BIRD agrees on all; the test-suite evaluator sorts 1 and 1.0 as texts, and differs where that decides."""
    pairs = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
    agreed = {"bird_ex": 0, "test_suite": 0}
    for pair in pairs:
        for name, rule in (("bird_ex", BIRD_EX), ("test_suite", TEST_SUITE)):
            ours = equal(pair["gold"], pair["pred"], rule, ordered=pair["order_matters"])
            if ours == bool(pair[name]):
                agreed[name] += 1
            else:
                assert pair["mutation"] == "float", pair
    assert agreed["bird_ex"] == len(pairs)
    assert agreed["test_suite"] >= 0.98 * len(pairs)
