"""Taking the SQL out of what a model wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlwright.infer import extract_sql

SQL = "SELECT name FROM city WHERE country = 'France'"


@pytest.mark.parametrize(
    "text",
    [
        SQL,
        f"  {SQL};",
        f"{SQL}; SELECT 2",
        f"```sql\n{SQL}\n```",
        f"Sure! Here it is:\n\n```sql\n{SQL};\n```\nThis selects the cities with that country.",
        f"```\n{SQL}",
        f"<think>I could SELECT * FROM mountain; no.</think>\n{SQL}",
        f"I could SELECT * FROM mountain.</think>{SQL}",
        f"The query is: {SQL};\nIt works.",
        f"{SQL}\n\nThis query returns the names.",
        f"You can use `{SQL}` for that.",
        f"SQL: {SQL}<|end|>",
        f"{SQL}<|end|><|pad|><|pad|>",
        f"First try:\n```sql\nSELECT * FROM city\n```\nBetter:\n```sql\n{SQL}\n```",
        f"To select the cities with a filter, don't forget quotes: {SQL}",
        f"以下是查询语句：{SQL}；".replace("；", ";"),
    ],
)
def test_the_statement_is_found(text: str) -> None:
    assert extract_sql(text) == SQL


@pytest.mark.parametrize(
    "sql",
    [
        "WITH big AS (SELECT * FROM city WHERE population > 5) SELECT COUNT(*) FROM big",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n",
        "(SELECT a FROM t) UNION (SELECT b FROM u)",
        "SELECT ';' AS semicolon, 'it''s' FROM t",
        "SELECT 1",
        "select a from t where b in (select c from u)",
        "SELECT COUNT ( * ) FROM city",
        "SELECT a -- why; not\nFROM t",
        "SELECT '-- no comment' FROM t",
    ],
)
@pytest.mark.parametrize("wrap", ["{}", "{};", "```sql\n{}\n```", "<think>hm</think>{}"])
def test_whole_statements_survive(sql: str, wrap: str) -> None:
    assert extract_sql(wrap.format(sql)) == sql


@pytest.mark.parametrize(
    "text", ["", "I don't know.", "Please select one with care", "```sql\n```", "<think>SELECT 1", "WITH best regards"]
)
def test_no_statement_is_nothing(text: str) -> None:
    assert extract_sql(text) == ""


@pytest.mark.parametrize("sql", ["", SQL])
def test_an_opened_thought_hides_its_drafts_until_it_is_closed(sql: str) -> None:
    draft = "First SELECT * FROM mountain;\n```sql\nSELECT 1\n```"
    assert extract_sql(draft, thinking=True) == ""
    assert extract_sql(f"{draft}\n</think>\n\n{sql};", thinking=True) == sql


@given(st.text(max_size=200))
def test_it_never_fails_and_what_it_finds_is_final(text: str) -> None:
    found = extract_sql(text)
    assert not found or found.lstrip("(").upper().startswith(("SELECT", "WITH"))


_literal = st.text(
    st.characters(codec="utf-8", exclude_characters="'`\"<|>", exclude_categories=("Cc", "Zl", "Zp")), max_size=20
)


@given(literal=_literal, number=st.integers(0, 9999), before=st.sampled_from(["", "Answer: ", "好的：\n"]))
def test_literals_are_kept(literal: str, number: int, before: str) -> None:
    sql = f"SELECT a, b FROM t WHERE c = '{literal}' AND d = {number}"
    assert extract_sql(f"{before}{sql};\nDone.") == sql


_clause = st.sampled_from(
    [
        "WHERE a = 'it''s; here' -- why; not\n  AND b = 1",
        'WHERE "the; name" IN (SELECT `b` FROM u)',
        "GROUP BY a\n\nHAVING COUNT(*) > 1",
        "JOIN u ON t.a = u.a /* both\n\nof them */",
        "ORDER BY CASE WHEN a THEN 1 ELSE 2 END\nLIMIT 3",
        "UNION ALL\n\nSELECT 日期, '好。的' FROM 订单",
    ]
)
_before = st.sampled_from(
    ["", "Sure, here's the query:\n\n", "好的，查询如下：\n", "<think>SELECT 1;</think>\n", "SQL: "]
)
_after = st.sampled_from(["", ";", ";\nIt's done; SELECT 2", "\n\nThis answers it.", "</s>", "\nNote: it's slow."])
_fence = st.sampled_from(["{}", "```sql\n{}\n```", "<answer>{}</answer>", "```\n{};\n```\nIt's this one."])


@given(clauses=st.lists(_clause, max_size=3), before=_before, after=_after, fence=_fence)
def test_whatever_stands_around_it_the_statement_is_the_same(
    clauses: list[str], before: str, after: str, fence: str
) -> None:
    sql = "\n".join(["SELECT DISTINCT t.a, 'x' AS b FROM t", *clauses])
    assert extract_sql(before + fence.format(sql) + after) == sql.rstrip()
