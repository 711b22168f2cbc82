"""The steps of a statement in sentences: right, complete, and never at a loss."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlwright.errors import SqlError
from sqlwright.sqlkit import reasoning

SHOPS = "SELECT city FROM shop WHERE area > 500 GROUP BY city HAVING COUNT(*) >= 3 ORDER BY AVG(area) DESC LIMIT 1"


@pytest.mark.parametrize(
    ("sql", "steps"),
    [
        ("SELECT COUNT(*) FROM shop", ["Read shop.", "Count the rows."]),
        (
            SHOPS,
            [
                "Read shop.",
                "Keep the rows where area is above 500.",
                "Group the rows by city.",
                "Keep the groups where the number of rows is at least 3.",
                "For each group, return city.",
                "Sort by the average of area in descending order.",
                "Keep the first row.",
            ],
        ),
        (
            "SELECT DISTINCT name FROM shop WHERE area > (SELECT AVG(area) FROM shop) AND id NOT IN (SELECT shop_id "
            "FROM closing WHERE STRFTIME('%Y', day) = '2020')",
            [
                "Read shop.",
                "Return the average of area.",
                "Read closing.",
                "Keep the rows where the year of day is '2020'.",
                "Return shop_id.",
                "Read shop.",
                "Keep the rows where area is above the result of step 2 and id is not in the result of step 5.",
                "Return each different name once.",
            ],
        ),
        (
            "SELECT T1.name FROM shop AS T1 JOIN shop AS T2 ON T1.owner = T2.id LEFT JOIN sale USING (day) "
            "WHERE T1.name LIKE 'A%' OR (T1.area BETWEEN 1 AND 2 AND T2.b IS NOT NULL)",
            [
                "Read shop as T1, joined with shop as T2 on T1.owner = T2.id, joined with sale on equal day where "
                "there is a match.",
                "Keep the rows where T1.name starts with 'A' or (T1.area is between 1 and 2 and T2.b is not missing).",
                "Return T1.name.",
            ],
        ),
        (
            "SELECT a FROM t WHERE EXISTS (SELECT * FROM u WHERE u.x = t.x) UNION ALL SELECT b FROM v ORDER BY a "
            "LIMIT 3 OFFSET 2",
            [
                "For each row of t, read u.",
                "Keep the rows where u.x is t.x.",
                "Return all columns.",
                "Read t.",
                "Keep the rows where step 3 finds a row.",
                "Return a.",
                "Read v.",
                "Return b.",
                "Put the results of steps 6 and 8 together.",
                "Sort by a in ascending order.",
                "Skip the first 2 rows.",
                "Keep the first 3 rows.",
            ],
        ),
        (
            "WITH big AS (SELECT city, COUNT(DISTINCT owner) AS n FROM shop GROUP BY 1) SELECT SUM(n) / 2 FROM big, t",
            [
                "Read shop.",
                "Group the rows by city.",
                "For each group, return city and the number of different values of owner as n. Call this big.",
                "Read big, each row with every row of t.",
                "Return SUM(n) / 2.",
            ],
        ),
        (
            "SELECT * FROM (SELECT MAX(a) AS m FROM t) AS d WHERE NOT (m = 1 OR m > 2 * (SELECT MIN(b) FROM u))",
            [
                "Read t.",
                "Return the largest a as m.",
                "Read u.",
                "Return the smallest b.",
                "Read the result of step 2 as d.",
                "Keep the rows where it is not so that (m is 1 or m is above 2 * (the result of step 4)).",
                "Return all columns.",
            ],
        ),
        (
            "SELECT a FROM t EXCEPT SELECT a FROM u",
            [
                "Read t.",
                "Return a.",
                "Read u.",
                "Return a.",
                "Keep the rows of step 2 that are not in the result of step 4, each row once.",
            ],
        ),
    ],
)
def test_each_clause_is_a_sentence(sql: str, steps: list[str]) -> None:
    assert list(reasoning(sql)) == steps


def test_chinese_questions_are_reasoned_in_chinese() -> None:
    assert reasoning("SELECT 城市, AVG(面积) FROM 店铺 WHERE 名称 LIKE '%大 店%' GROUP BY 城市", language="zh") == (
        "读取店铺。",
        "保留满足条件的行：名称包含 '大 店'。",
        "按城市分组。",
        "对每一组返回城市和面积的平均值。",
    )


def test_what_is_no_query_is_refused() -> None:
    for sql in ("DELETE FROM t", "SELECT FROM WHERE", "SELECT 1; SELECT 2", f"SELECT {'(' * 5000}1{')' * 5000}"):
        with pytest.raises(SqlError):
            reasoning(sql)


_name = st.sampled_from(["a", "b", '"two words"', "价格"])
_value = st.one_of(
    _name, st.integers(0, 9).map(str), st.sampled_from(["'x'", "MAX(a)", "a + b", "CASE WHEN a THEN 1 END"])
)


def _conditions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    queries = st.builds("(SELECT {} FROM u WHERE {})".format, _name, inner)
    return st.one_of(
        st.builds("({}) AND ({})".format, inner, inner),
        st.builds("NOT ({}) OR {}".format, inner, inner),
        st.builds("{} IN {}".format, _name, queries),
        st.builds("NOT EXISTS {}".format, queries),
        st.builds("{} > {}".format, _value, queries),
    )


_simple = st.builds(
    "{} {} {}".format, _value, st.sampled_from(["=", "<>", "<", "LIKE", "IS", "IS NOT", "GLOB"]), _value
) | st.just("a IS NULL")
_condition = st.recursive(_simple, _conditions, max_leaves=6)


@given(where=_condition, items=st.lists(_value, min_size=1, max_size=3), zh=st.booleans())
def test_every_nested_query_has_its_steps_and_every_reference_is_to_an_earlier_one(
    where: str, items: list[str], zh: bool
) -> None:
    sql = f"SELECT {', '.join(items)} FROM t WHERE {where} ORDER BY {items[0]} DESC"
    steps = reasoning(sql, language="zh" if zh else "en")
    begun = [step for step in steps if step.startswith("读取" if zh else "Read ")]
    assert len(begun) == sql.count("FROM")
    assert not any("SELECT" in step for step in steps)
    for at, step in enumerate(steps, 1):
        numbers = re.findall(r"第 (\d+) 步" if zh else r"step (\d+)", step)
        assert all(int(number) < at for number in numbers)
