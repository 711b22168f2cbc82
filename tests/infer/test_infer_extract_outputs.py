"""Outputs in the manner of chat, code and reasoning models, and the statement that each means."""

from __future__ import annotations

import pytest

from sqlwright.infer import extract_sql

COUNT = "SELECT COUNT(*) FROM orders WHERE status = 'open'"
CTE = "WITH late AS (\n  SELECT id FROM orders WHERE due < '2024-01-01'\n)\nSELECT COUNT(*) FROM late"
LINES = "SELECT c.name,\n       SUM(o.total)\nFROM customer c\nJOIN orders o ON o.customer_id = c.id\nGROUP BY c.name"
TWO = (
    "WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a)\n"
    "SELECT y FROM b WHERE EXISTS (SELECT 1 FROM a WHERE a.x < b.y)"
)

OUTPUTS = [
    (f"{COUNT};", COUNT),
    (f"```sql\n{COUNT};\n```", COUNT),
    (f"```SQL\n{COUNT}\n```\n", COUNT),
    (f"```sqlite\n{LINES};\n```\n\nExplanation: we join both tables and group by the name.", LINES),
    (f"```postgresql\n{CTE};\n```", CTE),
    (f"~~ thinking ~~\n\n{COUNT}", COUNT),
    (
        f"Here is the SQL query that answers your question:\n\n```sql\n{LINES}\n```\n\nLet me know if you need more!",
        LINES,
    ),
    (
        f"To find the number of open orders, we can select from the orders table with a filter:\n```sql\n{COUNT};\n```",
        COUNT,
    ),
    (f"SQL Query: {COUNT}", COUNT),
    (f"**Answer:**\n\n`{COUNT}`", COUNT),
    (f"### Response:\n{COUNT}", COUNT),
    (f"Assistant: {COUNT};\n\nUser: thanks", COUNT),
    (f"<think>\nThe user wants to count. Maybe SELECT * FROM orders? No.\n</think>\n\n{COUNT};", COUNT),
    (f"<think>\n\n</think>\n\n```sql\n{CTE}\n```", CTE),
    (f"<thinking>I'd use GROUP BY;</thinking>\n{LINES};", LINES),
    (f"Okay, let's see. SELECT id FROM orders would be wrong.\n</think>\n{COUNT}", COUNT),
    (f"<|im_start|>assistant\n{COUNT}<|im_end|>", COUNT),
    (f"{COUNT}</s>", COUNT),
    (f"{COUNT}; -- counts the open ones", COUNT),
    (f"{COUNT};\n{COUNT.replace('open', 'closed')};", COUNT),
    (f"{CTE};\n\nSELECT 2;", CTE),
    (f"First draft:\n```sql\nSELECT * FROM orders\n```\nOn second thought, count them:\n```sql\n{COUNT}\n```", COUNT),
    (f"```sql\n{COUNT}\n```\n\nRun it with:\n```bash\nsqlite3 shop.db < query.sql\n```", COUNT),
    (f"1. Filter the open orders.\n2. Count them.\n\n{COUNT}\n\nThis returns one number.", COUNT),
    (f"您可以使用以下查询：\n```sql\n{COUNT};\n```\n该查询统计未完成的订单数量。", COUNT),
    (f"查询语句为：{COUNT};", COUNT),
    (TWO, TWO),
    (f"I'm sure it's this one:\n\n{TWO};", TWO),
    ("SELECT note FROM log WHERE note = 'a; b' OR note = 'it''s; fine';", None),
    ("(SELECT a FROM t ORDER BY a LIMIT 1) UNION ALL (SELECT b FROM u);", None),
    (f"<reasoning>I could SELECT a FROM b.</reasoning>\n{COUNT}", COUNT),
    (f'<think time="3">SELECT 1</think>\n{COUNT}', COUNT),
    (f"<scratchpad>SELECT a FROM b;</scratchpad>\n<answer>\nThis does it:\n```sql\n{CTE};\n```\n</answer>", CTE),
    (f"<answer>{COUNT}</answer>", COUNT),
    (f"[QUESTION]How many?[/QUESTION]\n[SQL]\n{COUNT};\n[/SQL]", COUNT),
    (f"<sql>\n{LINES}\n</sql> and so on", LINES),
    (f"The answer is $\\boxed{{{COUNT}}}$.", COUNT),
    (
        "<|channel|>analysis<|message|>Maybe SELECT a FROM b.<|end|><|start|>assistant"
        f"<|channel|>final<|message|>{COUNT}<|return|>",
        COUNT,
    ),
    (f"{COUNT}<|endoftext|>Human: and SELECT 1?", COUNT),
    (f"<start_of_turn>model\n{COUNT}<end_of_turn>", COUNT),
    (f"{COUNT}<｜end▁of▁sentence｜>", COUNT),
    (f"~~~sql\n{LINES}\n~~~\nDone.", LINES),
    (f"1. Run this:\n   ```sql\n   {COUNT}\n   ```", COUNT),
    (f"```sql\r\n{COUNT};\r\n```\r\n", COUNT),
    (f"{COUNT}\r\n\r\nThis counts them.", COUNT),
    ('{"sql": "' + COUNT + '", "explanation": "It counts"}', COUNT),
    ('```json\n{"Query": "SELECT \\"list price\\"\\nFROM city"}\n```', 'SELECT "list price"\nFROM city'),
    ('<pre><code class="sql">SELECT a FROM t WHERE b &gt; 3</code></pre>', "SELECT a FROM t WHERE b > 3"),
    (f"{LINES}\nThis query returns the totals of customers.", LINES),
    (f"{COUNT}\nNote: the filter is exact.", COUNT),
    (f"{COUNT}\n### Question: next", COUNT),
    (f"{COUNT}\n这个查询统计订单，只算未完成的。", COUNT),
    (f"SQL语句：{COUNT}；这个查询统计订单。", COUNT),
    (f"The query is {COUNT}.", COUNT),
    (f"To answer, select from the table orders where the status matches.\n{COUNT}", COUNT),
    (f"-- select the open orders of all\n{COUNT};", COUNT),
    ("SELECT a FROM t WHERE n = 'O\\'Brien; jr' AND b = 1;", None),
    ("SELECT a FROM t WHERE n LIKE '50\\%' ESCAPE '\\' AND m = 'x';", None),
    ("SELECT `a b` FROM `t`", None),
    ('WITH "last year" AS (SELECT 1 AS x)\n\nSELECT x FROM "last year"', None),
    ("SELECT name\n\nFROM city\n\nWHERE id = 1", None),
    ("SELECT a FROM t\nUNION ALL\n\nSELECT b FROM u", None),
    ('SELECT\n  "a",\n  "b"\nFROM t\nOrder by a, b', None),
    ("I cannot answer that from this schema.", ""),
    ("```python\nprint('hello')\n```", ""),
]


@pytest.mark.parametrize(("text", "sql"), OUTPUTS, ids=range(len(OUTPUTS)))
def test_the_statement_that_is_meant_is_found(text: str, sql: str | None) -> None:
    assert extract_sql(text) == (text.rstrip(";") if sql is None else sql)
