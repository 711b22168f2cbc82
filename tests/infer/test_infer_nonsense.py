"""What no statement says on purpose."""

from __future__ import annotations

import pytest

from sqlwright.infer.nonsense import nonsense


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT name, city FROM t",
        "SELECT city, COUNT(*) FROM t GROUP BY city ORDER BY city",
        "SELECT city AS c, MAX(a) AS m FROM t GROUP BY city ORDER BY m, c",
        "SELECT name FROM t GROUP BY id HAVING COUNT(*) > 1 ORDER BY name",
        "SELECT name FROM t GROUP BY id ORDER BY SUM(a) DESC",
        "SELECT name, RANK() OVER (ORDER BY a), SUM(a) OVER (PARTITION BY city) FROM t",
        "SELECT COUNT(*) FROM t WHERE a = 1 AND b = 1 OR a = 2 AND b = 1",
        "SELECT T1.a FROM t AS T1 JOIN t AS T2 ON T1.a = T2.a",
        "SELECT a * a, a + a FROM t",
        "SELECT a FROM t UNION SELECT a FROM u",
        "not SQL at all",
    ],
)
def test_sense(sql: str) -> None:
    assert nonsense(sql) == 0


@pytest.mark.parametrize(
    ("sql", "count"),
    [
        ("SELECT name, name FROM t", 1),
        ("SELECT COUNT(*), COUNT(*), COUNT(*) FROM t", 2),
        ("SELECT a - a FROM t WHERE b = b", 2),
        ("SELECT AVG(JULIANDAY(a) - JULIANDAY(a)) FROM t", 1),
        ("SELECT a FROM t WHERE a = 1 AND b = 2 AND a = 1", 1),
        ("SELECT a FROM t WHERE (a = 1 OR a = 1) AND b = 2", 1),
        ("SELECT a, MAX(b) FROM t GROUP BY a ORDER BY c", 1),
        ("SELECT a, MAX(b) FROM t", 1),
        ("SELECT a FROM t GROUP BY a", 1),
        ("SELECT a FROM t WHERE id IN (SELECT b, b FROM u)", 1),
    ],
)
def test_nonsense_is_counted(sql: str, count: int) -> None:
    assert nonsense(sql) == count


def test_a_dialect_is_read_as_such() -> None:
    assert nonsense("SELECT `a`, `a` FROM `t`", "mysql") == 1
    assert nonsense("SELECT `a`, `a` FROM `t`", "postgres") == 0
