"""The chain and the chat model as LangChain sees them, with a tiny random model."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.runnables import RunnableLambda

from sqlwright.errors import DataError
from sqlwright.langchain import SqlwrightChain, SqlwrightChat, turns_of
from sqlwright.project import Project
from sqlwright.records import Turn

QUESTION = "How many customers are there?"


@pytest.fixture(scope="module")
def project(shop_file: Path, tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    settings = {"train": {"base": str(tiny_base)}, "predict": {"max_new_tokens": 24}}
    return Project.init(tmp_path_factory.mktemp("chain"), str(shop_file), settings)


@pytest.fixture(scope="module")
def chain(project: Project) -> SqlwrightChain:
    return SqlwrightChain(project, "base")


def test_the_chain_tells_what_ask_tells(chain: SqlwrightChain, project: Project) -> None:
    told = chain.invoke(QUESTION)
    asked = project.ask(QUESTION, "base").to_json()
    assert {**told, "seconds": 0} == {**asked, "seconds": 0}
    assert told["question"] == QUESTION and told["text"]


def test_batch_stream_and_async_agree_with_invoke(chain: SqlwrightChain) -> None:
    texts = [QUESTION, "删除所有客户", "hello"]
    one_by_one = [chain.invoke(text) for text in texts]
    for others in (
        chain.batch(texts),
        [next(iter(chain.stream(text))) for text in texts],
        asyncio.run(chain.abatch(texts)),
        [asyncio.run(chain.ainvoke(text)) for text in texts],
    ):
        assert [{**told, "seconds": 0} for told in others] == [{**told, "seconds": 0} for told in one_by_one]
    assert [(told["status"], told["rule"]) for told in one_by_one[1:]] == [
        ("refused", "change"),
        ("unknown", "small-talk"),
    ]


def test_the_chain_is_a_part_of_longer_ones(chain: SqlwrightChain) -> None:
    longer = RunnableLambda(str.strip) | chain | RunnableLambda(lambda told: told["language"])
    assert longer.invoke("  有多少客户？ ") == "zh"


def test_nothing_that_depends_on_the_question_raises(chain: SqlwrightChain) -> None:
    for wrong in (
        "",
        {"question": " "},
        {"question": QUESTION, "history": ["?"]},
        {"question": QUESTION, "db_id": "x"},
    ):
        told = chain.invoke(wrong)
        assert (told["status"], told["rows"]) == ("error", [])
        assert told["error"]
    with pytest.raises(DataError, match="nowhere"):
        SqlwrightChain(chain.project, "nowhere").invoke(QUESTION)


def test_the_chat_model_writes_sql(project: Project) -> None:
    chat = SqlwrightChat(project=project.folder, run="base")
    reply = chat.invoke(QUESTION)
    assert isinstance(reply, AIMessage)
    assert reply.content == project.write_sql(QUESTION, "base").sql
    assert "".join(str(chunk.content) for chunk in chat.stream(QUESTION)) == reply.content
    assert asyncio.run(chat.ainvoke(QUESTION)).content == reply.content
    assert [found.content for found in chat.batch([QUESTION, QUESTION])] == [reply.content] * 2
    later = [HumanMessage(QUESTION), AIMessage("SELECT 1"), HumanMessage("And products?")]
    history = (Turn(QUESTION, "SELECT 1"),)
    assert chat.invoke(later).content == project.write_sql("And products?", "base", history=history).sql
    stopped = chat.invoke(QUESTION, stop=[" "]).content
    assert stopped == str(reply.content).partition(" ")[0]


def test_a_history_is_of_turns_or_of_answers() -> None:
    assert turns_of([Turn("a", "b"), {"question": "c", "sql": "d", "rows": []}]) == (Turn("a", "b"), Turn("c", "d"))
    with pytest.raises(DataError, match="question and sql"):
        turns_of([{"question": "a"}])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_langchains_own_sql_chain_over_the_chat_model(project: Project, shop_file: Path) -> None:
    sql_chain = pytest.importorskip("langchain_classic.chains").create_sql_query_chain
    database = pytest.importorskip("langchain_community.utilities").SQLDatabase.from_uri(f"sqlite:///{shop_file}")
    written = sql_chain(SqlwrightChat(project=project, run="base"), database).invoke({"question": QUESTION})
    assert written.split() == project.write_sql(QUESTION, "base").sql.split()
