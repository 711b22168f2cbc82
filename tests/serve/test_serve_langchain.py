"""LangChain's own SQL chain talks to the service through `langchain-openai`."""

from __future__ import annotations

import pytest
from served import QUESTION, Served


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_langchains_sql_chain(server: Served) -> None:
    chat_openai = pytest.importorskip("langchain_openai").ChatOpenAI
    sql_chain = pytest.importorskip("langchain_classic.chains").create_sql_query_chain
    database = pytest.importorskip("langchain_community.utilities").SQLDatabase.from_uri(
        f"sqlite:///{server.project.folder / 'shop.db'}"
    )
    name = server.get("/v1/models").json()["data"][0]["id"]
    model = chat_openai(base_url=f"{server.url}/v1", api_key="none", model=name, max_retries=0, timeout=30)
    written = sql_chain(model, database).invoke({"question": QUESTION})
    assert written.split() == server.post("/nl2sql", {"question": QUESTION}).json()["sql"].split()
