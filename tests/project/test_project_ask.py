"""What becomes of a question, whatever the model writes: a real endpoint that the test serves stands for the model."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from judge_server import Reply, Server, serving
from shop_world import CUSTOMERS

from sqlwright._endpoint import Patience
from sqlwright.database import Result
from sqlwright.errors import ConfigError, DataError
from sqlwright.infer.endpoint import Endpoint
from sqlwright.project import Project
from sqlwright.project._sentence import Subject, sentence
from sqlwright.project._writer import is_borne_out
from sqlwright.records import Turn
from sqlwright.schema import Lexicon, introspect

QUESTION = "How many customers are there?"
COUNT = "SELECT COUNT(*) FROM customer"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def project(shop_file: Path, tiny_base: Path, tmp_path_factory: pytest.TempPathFactory, server: Server) -> Project:
    settings = {"train": {"base": str(tiny_base)}, "database": {"personal_values": True}}
    project = Project.init(tmp_path_factory.mktemp("asked"), str(shop_file), settings)
    run, _, _ = project.loaded("base")
    project.use_engine(run, Endpoint(server.url, "m", None, Patience(attempts=1)))
    return project


def says(server: Server, *texts: str) -> None:
    """Let the endpoint say one text after another, the last for ever."""
    first = len(server.bodies)
    server.behave = lambda body, number: Reply(texts[min(number - first, len(texts)) - 1])


def test_an_answered_question(project: Project, server: Server) -> None:
    says(server, COUNT)
    answer = project.ask(QUESTION, "base")
    assert (answer.status, answer.rule, answer.rows) == ("answered", "", [(CUSTOMERS,)])
    assert answer.text == f"The number of customers is {CUSTOMERS}."
    assert project.ask("一共有多少客户？", "base").text == f"客户数量是 {CUSTOMERS}。"
    assert answer.turn == Turn(QUESTION, answer.sql)
    assert json.loads(json.dumps(answer.to_json()))["status"] == "answered"


@pytest.mark.parametrize(
    ("written", "status", "rule"),
    [
        ("DELETE FROM customer", "error", "no-sql"),
        ("SELECT load_extension('x') FROM customer", "refused", "function"),
        ("SELECT name FROM sqlite_master", "refused", "catalogue"),
        ("SELECT colour FROM customer", "error", "sql"),
        ("", "error", "no-sql"),
        ("I don't know.", "unknown", "model"),
        ("我不知道", "unknown", "model"),
    ],
)
def test_whatever_the_model_writes_is_an_answer(
    project: Project, server: Server, written: str, status: str, rule: str
) -> None:
    says(server, written)
    answer = project.ask(QUESTION, "base")
    assert (answer.status, answer.rule, answer.rows) == (status, rule, [])
    assert answer.error and answer.text
    says(server, COUNT)
    assert project.ask(QUESTION, "base").rows == [(CUSTOMERS,)]


def test_a_model_that_is_held_to_sql_may_decline_what_the_database_has_no_word_for(
    project: Project, server: Server
) -> None:
    says(server, "I do not know", COUNT)
    answer = project.ask("How many customers have a wooden leg?", "base")
    assert (answer.status, answer.rule, answer.tried, answer.sql) == ("unknown", "model", 0, "")
    assert answer.text.startswith("I do not know") and "customers" in answer.text
    assert server.bodies[-1]["max_tokens"] < 10, "it is asked for a few words only"
    says(server, COUNT, COUNT)
    assert project.ask("How many customers have a wooden leg?", "base").rows == [(CUSTOMERS,)]
    before = len(server.bodies)
    assert project.ask(QUESTION, "base").rows == [(CUSTOMERS,)]
    assert len(server.bodies) == before + 1, "every word of it means something here"


def test_a_statement_that_fails_is_not_the_last_word(project: Project, server: Server) -> None:
    says(server, "SELECT colour FROM customer", COUNT)
    answer = project.ask(QUESTION, "base")
    assert (answer.status, answer.rows, answer.tried) == ("answered", [(CUSTOMERS,)], 2)


def test_what_is_no_question_never_reaches_the_model(project: Project, server: Server) -> None:
    before = len(server.bodies)
    said = {text: project.ask(text, "base") for text in ("Delete all customers", "写一首诗", "hello")}
    assert [(answer.status, answer.rule) for answer in said.values()] == [
        ("refused", "change"),
        ("unknown", "off-topic"),
        ("unknown", "small-talk"),
    ]
    assert "客户" in said["写一首诗"].text and "customers" in said["hello"].text
    assert len(server.bodies) == before
    says(server, COUNT)
    anyway = Project(project.folder, project.config.model_copy(update={"ask": project.config.ask.model_copy(
        update={"route": False})}), _engines=project._engines)  # fmt: skip
    assert anyway.ask("hello", "base").status == "answered"


def test_a_follow_up_sees_the_conversation(project: Project, server: Server) -> None:
    says(server, COUNT)
    first = project.ask(QUESTION, "base")
    project.ask("And in Oslo?", "base", history=[first.turn])
    prompt = server.bodies[-1]["messages"][-1]["content"]
    assert f"<|history|> {QUESTION}" in prompt and prompt.index(QUESTION) < prompt.index("And in Oslo?")


def test_a_model_or_a_database_that_is_away_is_an_answer(
    project: Project, server: Server, shop_file: Path, tmp_path: Path, tiny_base: Path
) -> None:
    server.behave = lambda body, number: Reply(status=503)
    answer = project.ask(QUESTION, "base")
    assert (answer.status, answer.rule) == ("error", "model")
    (tmp_path / "shop.db").write_bytes(shop_file.read_bytes())
    other = Project.init(tmp_path, str(tmp_path / "shop.db"), {"train": {"base": str(tiny_base)}})
    run, _, _ = other.loaded("base")
    other.use_engine(run, Endpoint(server.url, "m"))
    says(server, COUNT)
    assert other.ask(QUESTION, "base").rows == [(CUSTOMERS,)]
    (tmp_path / "shop.db").rename(tmp_path / "away.db")
    answer = other.ask(QUESTION, "base")
    assert (answer.status, answer.rule, answer.tried, answer.rows) == ("error", "database", 1, [])
    assert "no such database file" in answer.error
    answer = Project.open(tmp_path).ask(QUESTION, "base")
    assert (answer.status, answer.rule) == ("error", "database")
    (tmp_path / "away.db").rename(tmp_path / "shop.db")
    assert other.ask(QUESTION, "base").rows == [(CUSTOMERS,)]
    with pytest.raises(DataError, match="empty"):
        other.ask(" ", "base")


def test_the_engine_of_the_settings_is_what_asks(
    shop_file: Path, tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_KEY", "k-1")
    predict = {"url": server.url, "model": "writer", "key": "SHOP_KEY", "temperature": 0.5, "max_new_tokens": 40}
    Project.init(tmp_path, str(shop_file), {"predict": predict})
    says(server, COUNT)
    project = Project.open(tmp_path)
    assert project.ask(QUESTION, "base").rows == [(CUSTOMERS,)]
    assert project.write_sql(QUESTION, "base").sql == COUNT
    body, headers = server.bodies[-1], server.headers[-1]
    assert (body["model"], body["temperature"], body["max_tokens"]) == ("writer", 0.5, 40)
    assert headers["authorization"] == "Bearer k-1"
    with pytest.raises(ConfigError, match="llamacpp"):
        Project.open(tmp_path, {"predict": {"engine": "llamacpp", "model": ""}}).ask(QUESTION, "base")


def test_a_gguf_file_of_the_settings_is_what_asks(shop_file: Path, tmp_path: Path) -> None:
    llama_cpp = pytest.importorskip("llama_cpp")
    pytest.importorskip("gguf")
    from sqlwright import base
    from sqlwright.export import write_gguf
    from sqlwright.infer.llamacpp import LlamaCpp

    file = write_gguf(base.path(), tmp_path / "base.gguf", "f16").path
    project = Project.init(tmp_path, str(shop_file), {"predict": {"model": str(file)}})
    assert project.ask(QUESTION, "base").rows == [(CUSTOMERS,)]
    engine = project.loaded("base")[2]
    assert isinstance(engine, LlamaCpp) and isinstance(engine.model, llama_cpp.Llama)


def test_a_chat_model_writes_the_text_and_its_figures_are_checked(project: Project, server: Server) -> None:
    ask = project.config.ask.model_copy(update={"chat_url": server.url, "chat_model": "writer"})
    spoken = Project(project.folder, project.config.model_copy(update={"ask": ask}), _engines=project._engines)
    says(server, COUNT, f"There are {CUSTOMERS} customers in the shop.")
    assert spoken.ask(QUESTION, "base").text == f"There are {CUSTOMERS} customers in the shop."
    request = server.bodies[-1]
    assert request["model"] == "writer" and f"\n{CUSTOMERS}\n" in request["messages"][-1]["content"]
    says(server, COUNT, f"There are {CUSTOMERS + 1} customers in the shop.")
    assert spoken.ask(QUESTION, "base").text == f"The number of customers is {CUSTOMERS}."
    ask = ask.model_copy(update={"chat_key": "SQLWRIGHT_NO_SUCH_KEY"})
    keyless = Project(project.folder, project.config.model_copy(update={"ask": ask}), _engines=project._engines)
    with pytest.raises(ConfigError, match="SQLWRIGHT_NO_SUCH_KEY"):
        keyless.ask(QUESTION, "base")


@pytest.mark.parametrize(
    ("text", "borne_out"),
    [
        ("The average is 12.35.", True),
        ("About 12.3, over 2 rows.", True),
        ("The average is 12.4.", False),
        ("It is 1,234.5 in all.", True),
        ("SELECT AVG(x) FROM y", False),
        ("", False),
    ],
)
def test_figures_of_a_text_stand_in_the_rows(text: str, borne_out: bool) -> None:
    result = Result("ok", ("a", "b"), [(12.3456, "x"), (1234.5, "2024-05-01")])
    assert is_borne_out(text, "en", result, "") is borne_out


@pytest.mark.parametrize(
    ("sql", "rows", "english", "chinese"),
    [
        (COUNT, [(3,)], "The number of customers is 3.", "客户数量是 3。"),
        ("SELECT AVG(price) FROM product", [(2.5,)], "The average price is 2.5.", "平均价格是 2.5。"),
        ("SELECT name FROM customer WHERE city = 'Oslo'", [], "Nothing matches: where city is 'Oslo'.",
         "没有符合条件的记录（城市 等于 'Oslo'）。"),
        ("SELECT city, COUNT(*) FROM customer GROUP BY city", [("a", 1), ("b", 2)],
         "2 rows of city and number of customers.", "共 2 行：城市、客户数量。"),
        ("SELECT 1 + 1", [(2,)], "The answer is 2.", "答案是 2。"),
    ],
)  # fmt: skip
def test_the_line_says_what_was_counted_or_listed(
    shop_file: Path, sql: str, rows: list[tuple[object, ...]], english: str, chinese: str
) -> None:
    schema, lexicon = introspect(f"sqlite:///{shop_file}"), Lexicon.builtin()
    columns = [f"c{n}" for n in range(len(rows[0]) if rows else 1)]
    for language, line in (("en", english), ("zh", chinese)):
        assert sentence(columns, rows, language, Subject.of(sql, schema, lexicon, language)) == line


def test_of_a_large_schema_only_what_is_needed_is_shown(
    tmp_path: Path, server: Server, tiny_base: Path, project: Project
) -> None:
    database = sqlite3.connect(tmp_path / "large.db")
    for number in range(199):
        database.execute(f"CREATE TABLE ledger_{number} (entry INTEGER PRIMARY KEY, remark TEXT, booked_on DATE)")
    database.execute("CREATE TABLE supplier (supplier_id INTEGER PRIMARY KEY, company TEXT)")
    database.execute("INSERT INTO supplier VALUES (1, 'Acme'), (2, 'Bolt')")
    database.commit()
    database.close()
    large = Project.init(tmp_path, str(tmp_path / "large.db"), {"train": {"base": str(tiny_base)}})
    run, _, _ = large.loaded("base")
    large.use_engine(run, Endpoint(server.url, "m"))
    says(server, "SELECT COUNT(*) FROM supplier")
    assert large.ask("How many suppliers are there?", "base").rows == [(2,)]
    prompt = server.bodies[-1]["messages"][-1]["content"]
    assert "supplier : supplier_id" in prompt and "ledger_7 " not in prompt
    says(server, COUNT)
    assert project.ask(QUESTION, "base").status == "answered"
    assert "purchase" in server.bodies[-1]["messages"][-1]["content"]  # a small schema is shown whole
