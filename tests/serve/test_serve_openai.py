"""The released `openai` client talks to the service as to any other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import openai
import pytest
from served import QUESTION, Served


@pytest.fixture
def client(server: Served) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0, timeout=30) as client:
        yield client


def test_the_client_lists_the_models(client: openai.OpenAI, server: Served) -> None:
    (model,) = client.models.list().data
    assert client.models.retrieve(model.id).id == model.id
    assert model.id.startswith("base-")


def test_the_client_completes_and_streams_the_same(client: openai.OpenAI, server: Served) -> None:
    name = client.models.list().data[0].id
    asked = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": QUESTION}]
    whole = client.chat.completions.create(model=name, messages=asked, temperature=0)  # type: ignore[call-overload]
    assert whole.choices[0].message.content == server.post("/nl2sql", {"question": QUESTION}).json()["sql"]
    assert whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens > 20
    stream = client.chat.completions.create(  # type: ignore[call-overload]
        model=name, messages=asked, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    assert {chunk.id for chunk in chunks} == {chunks[0].id}
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert chunks[-1].usage == whole.usage and not chunks[-1].choices
    short = client.chat.completions.create(model=name, messages=asked, max_tokens=1)  # type: ignore[call-overload]
    assert (short.choices[0].finish_reason, short.usage.completion_tokens) == ("length", 1)


def test_the_client_sees_errors_as_its_own(client: openai.OpenAI) -> None:
    asked = [{"role": "user", "content": QUESTION}]
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="gpt", messages=asked)  # type: ignore[arg-type]
    assert caught.value.code == "model_not_found"
    with pytest.raises(openai.UnprocessableEntityError):
        client.chat.completions.create(model="", messages=[])


def test_the_asynchronous_client_asks_many_at_once(server: Served) -> None:
    async def ask_all() -> list[str | None]:
        async with openai.AsyncOpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0) as client:
            name = (await client.models.list()).data[0].id
            asked = [
                client.chat.completions.create(model=name, messages=[{"role": "user", "content": f"{QUESTION} {n}"}])
                for n in range(24)
            ]
            return [found.choices[0].message.content for found in await asyncio.gather(*asked)]

    found = asyncio.run(ask_all())
    alone = [server.post("/nl2sql", {"question": f"{QUESTION} {n}"}).json()["sql"] for n in range(0, 24, 8)]
    assert [found[0], found[8], found[16]] == alone
    assert server.metric("sqlwright_batch_size_sum") > server.metric("sqlwright_batch_size_count")


def test_a_message_may_come_in_parts(server: Served) -> None:
    parts = [{"type": "text", "text": "And in "}, {"type": "text", "text": "Oslo?"}]
    said = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "SELECT 1"}]
    whole, apart = (
        server.post("/v1/chat/completions", {"messages": [*said, {"role": "user", "content": content}]}).json()
        for content in ("And in Oslo?", parts)
    )
    assert whole["choices"] == apart["choices"] and whole["usage"] == apart["usage"]
