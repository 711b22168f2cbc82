# ruff: noqa: E501 - statements stand on one line each
"""Classifying, comparing and translating statements."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sqlwright.errors import SqlError
from sqlwright.sqlkit import (
    LEVELS,
    OPERATORS,
    clean,
    exact_match,
    hardness,
    operators,
    skeleton,
    tables_of,
    token_match,
    transpile,
)


@pytest.mark.parametrize(
    ("sql", "level"),
    [
        ("SELECT COUNT(*) FROM singer", "easy"),
        ("SELECT name FROM singer WHERE age > 3", "easy"),
        ("SELECT name, age FROM singer ORDER BY age DESC", "medium"),
        ("SELECT a.x FROM a JOIN b ON a.i = b.i WHERE b.y = 1", "medium"),
        ("SELECT name FROM singer WHERE age > (SELECT AVG(age) FROM singer)", "hard"),
        ("SELECT name FROM a WHERE i IN (SELECT i FROM b) AND x = 1 UNION SELECT name FROM c", "extra"),
        ("SELECT a.x, COUNT(*), MAX(z) FROM a JOIN b ON a.i = b.i WHERE y = 1 OR z = 2 GROUP BY x LIMIT 3", "extra"),
    ],
)
def test_hardness(sql: str, level: str) -> None:
    assert hardness(sql) == level and level in LEVELS


@pytest.mark.data
def test_hardness_agrees_with_the_official_script(reference_data: Path) -> None:
    verdicts = (reference_data / "parity" / "spider_em_verdicts.jsonl").read_text(encoding="utf-8").splitlines()
    differing = {
        record["gold"] for line in verdicts if hardness((record := json.loads(line))["gold"]) != record["hardness"]
    }
    assert not differing


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT * FROM a", ""),
        ("SELECT COUNT(*) FROM a LEFT JOIN b ON a.x = b.x", "aggregate join left-join"),
        ("SELECT DISTINCT x FROM a WHERE y BETWEEN 1 AND 2 OR z IS NOT NULL", "distinct between or null"),
        ("SELECT x FROM a WHERE y NOT LIKE 'b%' AND z IN (1, 2)", "like in"),
        ("SELECT x FROM a WHERE z NOT IN (SELECT z FROM b)", "in subquery"),
        ("SELECT x FROM a WHERE EXISTS (SELECT 1 FROM b)", "exists subquery"),
        ("SELECT x FROM a UNION SELECT x FROM b", "union"),
        ("SELECT x FROM a EXCEPT SELECT x FROM b", "except"),
        ("SELECT x FROM a INTERSECT SELECT x FROM b", "intersect"),
        ("SELECT CASE WHEN x > 1 THEN 2 END FROM a", "case"),
        ("SELECT x * 1.0 / y FROM a ORDER BY x LIMIT 3", "arithmetic order limit"),
        ("SELECT x FROM a GROUP BY x HAVING COUNT(*) > 1", "aggregate group having"),
        ("WITH t AS (SELECT x FROM a) SELECT * FROM t", "cte"),
        ("SELECT RANK() OVER (ORDER BY x) FROM a", "window"),
        ("SELECT STRFTIME('%Y', x) FROM a", "date"),
        ("SELECT p.x FROM a AS p JOIN a AS q ON p.i = q.j", "join self-join"),
        ("SELECT * FROM (SELECT x FROM a)", "subquery"),
    ],
)
def test_operators(sql: str, names: str) -> None:
    assert operators(sql) == frozenset(names.split()) <= frozenset(OPERATORS)


def test_tables() -> None:
    assert tables_of("SELECT * FROM B JOIN a ON B.x = a.x WHERE y IN (SELECT y FROM b)") == ("B", "a")
    assert tables_of("WITH t AS (SELECT * FROM x) SELECT * FROM t, y") == ("x", "y")
    assert tables_of("WITH t AS (SELECT * FROM t) SELECT * FROM t") == ("t",)
    assert tables_of("WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i FROM t) SELECT * FROM t") == ()
    assert tables_of("SELECT value FROM json_each('[1]')") == ()
    assert tables_of("SELECT * FROM main.t") == ("t",)


def test_skeleton() -> None:
    expected = "SELECT _, COUNT(*) FROM _ JOIN _ ON _ = _ WHERE _ IN (?) AND _ > ? GROUP BY _ LIMIT ?"
    for sql in (
        "SELECT a.x, COUNT(*) FROM a JOIN b ON a.i = b.i WHERE a.y IN (1, 2) AND b.z > -3 GROUP BY a.x LIMIT 3",
        "select t1.n, count(*) as c from q as t1 join r t2 on t1.k=t2.k where t1.v in ('x') and t2.w>9.5 group by t1.n limit 1",
    ):
        assert skeleton(sql) == expected
    assert skeleton("SELECT x FROM a WHERE y = 1") != skeleton("SELECT x FROM a WHERE y < 1")


def test_exact_match_looks_past_spelling() -> None:
    gold = "SELECT Name FROM singer WHERE country != 'France'"
    assert exact_match(gold, "select  T1.name from Singer AS T1 where T1.Country <> 'France' ;")
    assert not exact_match(gold, "SELECT name FROM singer WHERE country <> 'france'")
    assert not exact_match(gold, "SELECT name FROM")
    assert exact_match(
        gold, 'SELECT name FROM singer WHERE country <> "France"', columns={"singer": ["Name", "country"]}
    )
    with pytest.raises(SqlError):
        exact_match("SELECT FROM", gold)


def test_token_match_is_a_share_of_positions() -> None:
    assert token_match("SELECT a FROM t", "select A from T") == 1.0
    assert token_match("SELECT a FROM t", "SELECT b FROM t") == 0.75
    assert token_match("SELECT a FROM t", "sorry, I cannot") == 0.0
    assert token_match("SELECT a FROM t WHERE x = 1 AND y = 2", "SELECT a FROM t") == pytest.approx(4 / 12)


@pytest.mark.parametrize(
    ("dialect", "written", "expected"),
    [
        ("sqlite", "select  count (*) , T1.`name`\nfrom [singer] as T1 -- all\n;;", "SELECT COUNT(*), T1.name FROM singer AS T1"),
        ("sqlite", 'select x from t where y="Bob" /* he */ and z>=3', 'SELECT x FROM t WHERE y = "Bob" AND z >= 3'),
        ("sqlite", "select a from t where x is not null group   by a order by b desc", "SELECT a FROM t WHERE x IS NOT NULL GROUP BY a ORDER BY b DESC"),
        ("sqlite", "select 'a  -- b' , date from t", "SELECT 'a  -- b', date FROM t"),
        ("postgres", 'select "name", "Name" from t where a <=> b', 'SELECT name, "Name" FROM t WHERE a <=> b'),
        ("mysql", "select `key`, `name` from t # x", "SELECT `key`, name FROM t"),
    ],
)  # fmt: skip
def test_clean(dialect: str, written: str, expected: str) -> None:
    assert clean(written, dialect) == expected
    assert clean(expected, dialect) == expected


def test_clean_refuses_what_does_not_parse() -> None:
    with pytest.raises(SqlError):
        clean("SELECT FROM WHERE")


def test_transpile() -> None:
    sql = "SELECT STRFTIME('%Y', born) FROM singer LIMIT 3"
    assert transpile(sql, "sqlite", "postgres") == "SELECT TO_CHAR(CAST(born AS TIMESTAMP), 'YYYY') FROM singer LIMIT 3"
    assert (
        transpile("SELECT name FROM singer LIMIT 3", "sqlite", "oracle")
        == "SELECT name FROM singer FETCH FIRST 3 ROWS ONLY"
    )
    assert transpile('SELECT "order" FROM t', "postgres", "mysql") == "SELECT `order` FROM t"
    with pytest.raises(SqlError):
        transpile("SELECT 1", "sqlite", "klingon")
