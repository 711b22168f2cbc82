"""Decide whether two result sets are equal, under a named rule.

`STRICT` is the default; `TEST_SUITE` and `BIRD_EX` follow the official evaluators of their data sets.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Literal

from sqlwright.errors import ConfigError
from sqlwright.evaluate.columns import Key, permutation_matches

Row = Sequence[object]
_TOLERANCE = 1e-6
_DIGITS = 6
"""Significant digits of a number's key: coarse enough that numbers within the tolerance nearly always share it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What makes two result sets equal."""

    name: str
    columns: Literal["positional", "any-order"]
    """Whether a prediction may return the right columns in another order."""
    rows: Literal["bag", "set"]
    """Whether duplicate rows count."""
    order: Literal["as-gold", "ignored"]
    """Whether the order of rows counts where gold has an ORDER BY."""
    tolerant: bool
    """Whether numbers may differ by a millionth, so that the order of a sum does not decide."""


STRICT = Rule("strict", columns="positional", rows="bag", order="as-gold", tolerant=True)
TEST_SUITE = Rule("ts", columns="any-order", rows="bag", order="as-gold", tolerant=False)
"""Source: Zhong et al. 2020, "Semantic Evaluation for Text-to-SQL with Distilled Test Suites", section 4."""
BIRD_EX = Rule("bird-ex", columns="positional", rows="set", order="ignored", tolerant=False)
"""Source: Li et al. 2023, "Can LLM Already Serve as A Database Interface?" (BIRD), section 4."""
RULES = {rule.name: rule for rule in (STRICT, TEST_SUITE, BIRD_EX)}


def get_rule(name: str) -> Rule:
    """Return the rule of this name. Raises ConfigError."""
    try:
        return RULES[name]
    except KeyError:
        raise ConfigError(f"unknown rule {name!r}; known: {', '.join(RULES)}") from None


def equal(gold: Sequence[Row], predicted: Sequence[Row], rule: Rule, *, ordered: bool) -> bool:
    """Return whether `predicted` answers as `gold` does.

    Args:
        gold, predicted: rows as the driver returned them, whole; a result that was cut cannot be compared.
        ordered: whether gold has an ORDER BY, so that row order counts under rules that look at it.

    Two empty results are equal whatever their columns. A number equals a number of another type (1 and 1.0, Decimal and
    float), never a text; NULL equals NULL.
    """
    left = [tuple(_key(value, rule.tolerant) for value in row) for row in gold]
    right = [tuple(_key(value, rule.tolerant) for value in row) for row in predicted]
    if rule.rows == "set":
        left, right = list(dict.fromkeys(left)), list(dict.fromkeys(right))
    if len(left) != len(right):
        return False
    if not left:
        return True
    if len({len(row) for row in left + right}) != 1:
        return False
    in_order = ordered and rule.order == "as-gold"
    if rule.columns == "any-order":
        return permutation_matches(left, right, ordered=in_order)
    if left == right or (not in_order and Counter(left) == Counter(right)):
        return True
    return rule.tolerant and rule.rows == "bag" and _close(gold, predicted, ordered=in_order)


def _key(value: object, tolerant: bool) -> Key:
    """Return what stands for a value in comparisons: its kind and something hashable."""
    if value is None:
        return ("null", "")
    if isinstance(value, (Real, Decimal)):
        if isinstance(value, (float, Decimal)) and not math.isfinite(value):
            return ("number", str(float(value)))
        return ("number", _rounded(value) if tolerant else float(value) if value == float(value) else value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return ("bytes", bytes(value))
    if isinstance(value, (list, tuple, dict, set, frozenset)):
        return ("nested", repr(value))
    return (type(value).__name__, value if isinstance(value, str) else str(value))


def _rounded(value: Real | Decimal) -> object:
    if isinstance(value, int):
        return value if abs(value) < 10**_DIGITS else float(f"{value:.{_DIGITS - 1}e}")
    return float(f"{float(value):.{_DIGITS - 1}e}") + 0.0


def _close(gold: Sequence[Row], predicted: Sequence[Row], *, ordered: bool) -> bool:
    """Compare row by row within the tolerance, for numbers that fall on two sides of a rounding."""
    if not ordered:
        gold, predicted = sorted(gold, key=_sort_key), sorted(predicted, key=_sort_key)
    return all(_same(a, b) for row, other in zip(gold, predicted, strict=True) for a, b in zip(row, other, strict=True))


def _sort_key(row: Row) -> tuple[tuple[str, float, str], ...]:
    """Return a row's place, with numbers so coarse that close ones do not part rows that other columns tell apart."""
    return tuple(
        (kind, float(f"{value:.2e}"), "") if isinstance(value, (int, float)) else (kind, 0.0, str(value))
        for kind, value in (_key(value, True) for value in row)
    )


def _same(a: object, b: object) -> bool:
    if isinstance(a, (Real, Decimal)) and isinstance(b, (Real, Decimal)):
        return math.isclose(float(a), float(b), rel_tol=_TOLERANCE, abs_tol=1e-12)
    return _key(a, True) == _key(b, True)
