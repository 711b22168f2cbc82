"""The tasks of training: one prefix for all of them, told apart by the suffix, mixed by weight and seed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlwright.config import Task
from sqlwright.errors import DataError
from sqlwright.infer import extract_sql
from sqlwright.prompt import TEMPLATES, Frame, build, get_template, mix, opens_thought, schema_prefix
from sqlwright.records import Example, Turn
from sqlwright.schema import parse_ddl

SCHEMA = parse_ddl("CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, city TEXT);")
TASKS: tuple[Task, ...] = ("text-to-sql", "sql-to-text", "reasoning")
SQL = "SELECT COUNT(*) FROM customer WHERE city = 'Oslo'"
ENGLISH = Example("1", "db", "How many customers live in Oslo?", SQL)
CHINESE = Example("2", "db", "奥斯陆有多少客户？", SQL, language="zh")


@pytest.mark.parametrize("name", TEMPLATES)
def test_all_tasks_share_the_prefix_and_differ_in_the_suffix(name: str) -> None:
    prompts = [build(ENGLISH, SCHEMA, get_template(name), task=task) for task in TASKS]
    assert {prompt.prefix for prompt in prompts} == {schema_prefix(SCHEMA, get_template(name))}
    assert len({prompt.suffix for prompt in prompts}) == len(TASKS)
    assert [opens_thought(prompt.suffix) for prompt in prompts] == [False, False, True]


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize(("example", "language"), [(ENGLISH, "English"), (CHINESE, "Chinese")])
def test_sql_to_text_gives_the_sql_and_asks_in_the_questions_language(
    name: str, example: Example, language: str
) -> None:
    prompt = build(example, SCHEMA, get_template(name), task="sql-to-text")
    assert "Oslo" in prompt.suffix and "COUNT" in prompt.suffix
    assert example.question not in prompt.suffix
    assert prompt.completion.strip().removesuffix("<|end|>") == example.question
    assert (f" {example.language} :" if name == "base" else f" {language}") in prompt.suffix


@pytest.mark.parametrize("name", TEMPLATES)
def test_earlier_turns_and_evidence_stand_in_every_task(name: str) -> None:
    example = replace(ENGLISH, evidence="big means over 9", history=(Turn("In Rome?", "SELECT 1"),))
    for task in TASKS:
        suffix = build(example, SCHEMA, get_template(name), task=task).suffix
        assert "In Rome?" in suffix and "big means over 9" in suffix


def test_reasoning_comes_before_the_sql_in_the_questions_language() -> None:
    steps = "1. Read customer.\n2. Keep the rows where city is 'Oslo'.\n3. Count the rows."
    chat = build(ENGLISH, SCHEMA, get_template("chat"), task="reasoning")
    assert chat.suffix.endswith("<think>\n")
    assert chat.completion == f"{steps}\n</think>\n\n{SQL};"
    base = build(CHINESE, SCHEMA, get_template("base"), task="reasoning")
    assert base.suffix.endswith("<|sql|> <think>")
    assert base.completion == (
        " 1 . 读取 customer 。 2 . 保留满足条件的行 ： city 等于 'Oslo' 。 3 . 统计行数 。 </think><|sql|> "
        "SELECT COUNT ( * ) FROM customer WHERE city = 'Oslo'<|end|>"
    )


def test_an_example_s_own_reasoning_is_taken() -> None:
    own = replace(ENGLISH, meta={"reasoning": "<think>Oslo is a city.\nCount. </think>"}, sql="SELECT nothing FROM (")
    assert build(own, SCHEMA, get_template("instruction"), task="reasoning").completion.startswith("Oslo is a city.\nC")
    with pytest.raises(DataError, match="example 1: no reasoning can be derived"):
        build(replace(own, meta={"reasoning": "  "}), SCHEMA, get_template("instruction"), task="reasoning")


def test_a_chat_template_opens_the_thought_or_not() -> None:
    frame = Frame("<user>", "</user><bot><think>\n\n</think>\n\n", "</user><bot>")
    plain, reasoned = (build(ENGLISH, SCHEMA, get_template("chat"), task=t, frame=frame) for t in (TASKS[0], TASKS[2]))
    assert plain.prefix == reasoned.prefix and plain.prefix.startswith("<user>")
    assert plain.suffix.endswith("SQL: </user><bot><think>\n\n</think>\n\n") and not opens_thought(plain.suffix)
    assert reasoned.suffix.endswith("</user><bot><think>\n")


@pytest.mark.parametrize("name", TEMPLATES)
@given(
    literal=st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), max_size=8),
    question=st.text(min_size=1, max_size=12),
    language=st.sampled_from(["en", "zh"]),
)
def test_the_sql_behind_reasoning_is_read_back(name: str, literal: str, question: str, language: str) -> None:
    quoted = literal.replace("'", "''").replace("<", "").replace("`", "")
    sql = f"SELECT name FROM customer WHERE city = '{quoted}' ORDER BY name LIMIT 3"
    template = get_template(name)
    prompt = build(Example("1", "db", question, sql, language=language), SCHEMA, template, task="reasoning")
    written = template.completion(sql).removesuffix("<|end|>").strip().removesuffix(";")
    assert extract_sql(prompt.completion, thinking=opens_thought(prompt.suffix)) == written
    cut = prompt.completion.partition("</think>")[0]
    assert extract_sql(cut, thinking=True) == ""


EXAMPLES = [replace(ENGLISH, id=f"e{number}") for number in range(10)]


def test_a_weight_is_the_share_of_the_examples() -> None:
    mixed = mix(EXAMPLES, {"text-to-sql": 1.0, "sql-to-text": 0.3, "reasoning": 1.5}, seed=3)
    found = {task: [asked.example.id for asked in mixed.asked if asked.task == task] for task in TASKS}
    assert found["text-to-sql"] == [example.id for example in EXAMPLES]
    assert len(found["sql-to-text"]) == 3 and all(name.endswith("#sql-to-text") for name in found["sql-to-text"])
    assert len(found["reasoning"]) == 15 and found["reasoning"].count("e0#reasoning") == 1
    assert sum(name.endswith("#reasoning#2") for name in found["reasoning"]) == 5
    assert mixed.unreasoned == ()


def test_the_seed_chooses_and_other_weights_do_not() -> None:
    def chosen(seed: int, **others: float) -> list[str]:
        weights: dict[Task, float] = {"sql-to-text": 0.5}
        if others:
            weights["reasoning"] = others["reasoning"]
        asked = mix(EXAMPLES, weights, seed=seed).asked
        return [one.example.id for one in asked if one.task == "sql-to-text"]

    assert chosen(1) == chosen(1) == chosen(1, reasoning=0.7)
    assert len({tuple(chosen(seed)) for seed in range(8)}) > 1


@given(
    weights=st.dictionaries(st.sampled_from(TASKS), st.floats(0, 3.2), min_size=1),
    count=st.integers(0, 12),
    seed=st.integers(0, 9),
)
def test_ids_are_unique_and_counts_are_what_the_weights_say(weights: dict[Task, float], count: int, seed: int) -> None:
    asked = mix(EXAMPLES[:count], weights, seed=seed).asked
    assert len({one.example.id for one in asked}) == len(asked)
    for task, weight in weights.items():
        assert abs(sum(one.task == task for one in asked) - weight * min(count, 10)) <= 0.5 + 1e-9


def test_examples_that_teach_nothing_are_named() -> None:
    with pytest.raises(DataError, match="example e0: has no question"):
        mix([replace(EXAMPLES[0], question=" ")], {"sql-to-text": 1.0})
    with pytest.raises(DataError, match="example e0: has no SQL"):
        mix([replace(EXAMPLES[0], sql="")], {"reasoning": 0.0, "text-to-sql": 1.0})
    mixed = mix([replace(EXAMPLES[0], sql="SELECT FROM"), EXAMPLES[1]], {"reasoning": 2.0})
    assert mixed.unreasoned == ("e0",)
    assert {asked.example.id for asked in mixed.asked} == {"e1#reasoning", "e1#reasoning#2"}
