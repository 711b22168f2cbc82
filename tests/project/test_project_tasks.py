"""A project that learns several tasks: what is trained, what a tuned model is asked for, and what it answers."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from served import served

from sqlwright.cli import main
from sqlwright.errors import DataError
from sqlwright.project import Project, model_of
from sqlwright.records import Example, Prediction, read_jsonl, write_jsonl

SQL = "SELECT COUNT(*) FROM city"
QUESTIONS = {"en": "How many cities?", "zh": "有多少城市？"}
TASKS = {"text-to-sql": 1.0, "sql-to-text": 1.0, "reasoning": 1.0}


@pytest.fixture(scope="module")
def city_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of one small table, so that prompts are short."""
    file = tmp_path_factory.mktemp("city") / "city.db"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT, country TEXT, mayor TEXT)")
        database.executemany("INSERT INTO city (name) VALUES (?)", [("Oslo",), ("Lyon",), ("Graz",)])
    database.close()
    return file


@pytest.fixture(scope="module")
def tuned(city_file: Path, tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose tiny model knows one statement, and the reasoning that leads to it."""
    folder = tmp_path_factory.mktemp("tasks")
    train = {"base": str(tiny_base), "method": "full", "learning_rate": 4e-3, "batch_size": 6, "tasks": TASKS}
    train |= {"max_steps": 45, "warmup": 0.0, "schedule": "constant", "early_stopping": "off"}
    predict = {"max_new_tokens": 32, "reasoning_tokens": 80}
    project = Project.init(folder, str(city_file), {"train": train, "predict": predict})
    asked = [Example(name, "city", question, SQL, language=name) for name, question in QUESTIONS.items()]
    write_jsonl(folder / "asked.jsonl", asked)
    project.import_data(folder / "asked.jsonl", split="train")
    counts = project.train("mixed").counts
    assert (counts["train"], counts["without_reasoning"]) == (6, 0)
    return project


def test_a_model_that_learnt_to_reason_is_asked_to_and_judged_by_its_sql(tuned: Project) -> None:
    assert json.loads((tuned.layout.run("mixed") / "run.json").read_text(encoding="utf-8"))["task"] == "reasoning"
    found = tuned.evaluate("mixed", "train")
    predictions = read_jsonl(tuned.layout.predictions("mixed", "train"), Prediction)
    for prediction, steps in zip(predictions, ("2 . Count the rows .", "2 . 统计行数 。"), strict=True):
        assert "</think>" in prediction.raw and steps in prediction.raw
        assert prediction.sql == "SELECT COUNT(*) FROM city"
    assert [summary.ex for summary in found.figures.values()] == [0.0, 1.0]
    base = next(name for name in found.figures if name != "mixed")
    assert "task" not in json.loads((tuned.layout.run(base) / "run.json").read_text(encoding="utf-8"))
    answer = tuned.ask(QUESTIONS["en"], "mixed")
    assert (answer.sql, answer.rows) == (SQL, [(3,)])


def test_it_can_be_asked_for_sql_at_once(tuned: Project) -> None:
    tuned.predict("mixed", "train", task="text-to-sql")
    predictions = read_jsonl(tuned.layout.predictions("mixed", "train"), Prediction)
    assert [prediction.raw.strip() for prediction in predictions] == ["SELECT COUNT ( * ) FROM city"] * 2


def test_it_writes_the_questions_too(tuned: Project, capsys: pytest.CaptureFixture[str]) -> None:
    (out,) = tuned.predict("mixed", "train", task="sql-to-text").wrote
    assert [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()] == [
        {"id": language, "text": question, "language": language} for language, question in QUESTIONS.items()
    ]
    told = ["predict", "--task", "sql-to-text", "--run", "mixed", "--on", "train", "-C", str(tuned.folder)]
    assert main([*told, "--force"]) == 0
    command = capsys.readouterr().out.replace("\n", " ").partition("next: sqlwright ")[2].split()
    assert command[:3] == ["evaluate", "--text", "--gold"]
    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["exact"] == 1.0


def test_the_service_explains_with_what_it_learnt(tuned: Project) -> None:
    with served(tuned, "mixed") as server:
        for language, question in QUESTIONS.items():
            body = {"sql": SQL, "language": language}
            found = server.post("/v1/explain", body)
            assert (found.status_code, found.json()) == (200, {"text": question, "by": "model"})
            assert server.post("/sql2nl", body).json() == {"text": question}
        assert server.post("/v1/explain", {"sql": "SELECT FROM WHERE"}).json()["error"]["code"] == "bad_sql"
        assert server.post("/v1/ask", {"question": QUESTIONS["en"]}).json()["rows"] == [[3]]


def test_a_thought_that_does_not_fit_leaves_no_sql(tuned: Project) -> None:
    tuned.predict("mixed", "train", max_new_tokens=4, reasoning_tokens=0)
    predictions = read_jsonl(tuned.layout.predictions("mixed", "train"), Prediction)
    assert {prediction.sql for prediction in predictions} == {""}
    assert all(prediction.raw and prediction.tokens == 4 for prediction in predictions)


def test_tasks_are_estimated_trimmed_and_validated_too(tuned: Project, tmp_path: Path) -> None:
    assert tuned.estimate(tasks={"text-to-sql": 3.0}).samples == 6
    # The longest sample is too long by little, so that its schema is trimmed.
    longest = json.loads((tuned.layout.run("mixed") / "train.json").read_text(encoding="utf-8"))["result"]["train"]
    outcome = tuned.train("trimmed", max_steps=1, too_long="trim-schema", max_length=longest["longest"] - 1)
    assert outcome.counts["trimmed"] > 0 and outcome.counts["too_long"] == 0


def test_an_example_without_a_question_is_named(tuned: Project) -> None:
    model = model_of(str(tuned.config.train.base))
    with pytest.raises(DataError, match="example mute: has no question"):
        model.samples([Example("mute", "city", "", SQL)], tuned.databases, tuned.config.train)


@pytest.mark.parametrize(
    ("thinks", "plain", "reasoned"),
    [
        ("<think>\n", "<bot><think>\n\n</think>\n\n", "<bot><think>\n"),
        (
            "{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% endif %}",
            "<bot><think>\n\n</think>\n\n",
            "<bot><think>\n",
        ),
        ("{{ '\\n' }}", "<bot>\n", "<bot>\n<think>\n"),
    ],
)
def test_a_chat_template_s_own_thoughts_are_opened_or_closed_by_the_task(
    tiny_base: Path, tmp_path: Path, city_file: Path, thinks: str, plain: str, reasoned: str
) -> None:
    from transformers import AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(str(tiny_base))
    tokenizer.chat_template = "{% for m in messages %}<user>{{ m.content }}</user>{% endfor %}{{ '<bot>' }}" + thinks
    tokenizer.save_pretrained(tmp_path / "chatty")
    model = model_of(str(tmp_path / "chatty"), "chat")
    project = Project.init(tmp_path / "p", str(city_file), {"train": {"tasks": TASKS}})
    learnt = model.samples([Example("1", "city", "How many?", SQL)], project.databases, project.config.train)
    assert len({prompt.prefix for prompt in learnt.prompts}) == 1
    suffixes = {prompt.id: prompt.suffix for prompt in learnt.prompts}
    assert suffixes["1"].endswith(f"SQL: </user>{plain}")
    assert suffixes["1#reasoning"].endswith(f"SQL.\n</user>{reasoned}")
