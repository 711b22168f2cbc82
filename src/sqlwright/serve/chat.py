"""The OpenAI protocol: `/v1/models`, and `/v1/chat/completions` whose answer to a question is its SQL.

A model is called after its run, or `RUN/DB_ID` where the project has several databases. Earlier messages are earlier
turns: a user's question and the assistant's SQL. System messages do not count, since the schema comes from the
project. A prompt of several lines, such as LangChain writes around a question, has it after its last "Question:".
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from sqlwright._asked import asked_in
from sqlwright.errors import SqlwrightError
from sqlwright.serve.bodies import Chat
from sqlwright.serve.desk import Task
from sqlwright.serve.problems import of_error, problem
from sqlwright.serve.service import Written

if TYPE_CHECKING:
    from sqlwright.serve.app import State

_PIECES = re.compile(r"\S+\s*|\s+")


def router(state: State) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["OpenAI protocol"])

    @routes.get("/v1/models")
    async def models() -> dict[str, Any]:
        """List the run, once a database."""
        listed = [_model_object(name, state.started) for name in _names(state)]
        return {"object": "list", "data": listed}

    @routes.get("/v1/models/{name:path}")
    async def model(request: Request, name: str) -> Response:
        """Tell one of them."""
        if name not in _names(state):
            return _unknown(request.url.path, name)
        return JSONResponse(_model_object(name, state.started))

    @routes.post("/v1/chat/completions")
    async def complete(request: Request, body: Chat) -> Response:
        """Write SQL for the last message's question."""
        name = body.model or state.service.run
        if name not in _names(state):
            return _unknown(request.url.path, name)
        db_id = body.db_id or name.removeprefix(state.service.run).lstrip("/")
        question, history = asked_in([(message.role, message.text) for message in body.messages])
        most = body.max_completion_tokens or body.max_tokens
        task = state.desk.start(lambda: state.service.write_sql(question, db_id, history=history, max_new_tokens=most))
        completion = f"chatcmpl-{request.state.request_id}"
        if body.stream:
            usage = body.stream_options is not None and body.stream_options.include_usage
            return StreamingResponse(
                _events(state, task, request, completion, name, usage), media_type="text/event-stream"
            )
        written = await task.result(request)
        state.count(written)
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": written.sql, "refusal": None},
            "logprobs": None,
            "finish_reason": _finish(written),
        }
        head = _head(completion, "chat.completion", name)
        return JSONResponse({**head, "choices": [choice], "usage": usage_of(written)})

    return routes


def usage_of(written: Written) -> dict[str, int]:
    """Return how many tokens were read and written."""
    total = written.prompt_tokens + written.tokens
    return {"prompt_tokens": written.prompt_tokens, "completion_tokens": written.tokens, "total_tokens": total}


async def _events(
    state: State, task: Task[Written], request: Request, completion: str, name: str, usage: bool
) -> AsyncIterator[str]:
    """Yield a completion's server-sent events: the role at once, the statement word by word when it is whole.

    It is not sent as the model writes it, since what may be shown is known only at its end.
    """
    head = _head(completion, "chat.completion.chunk", name)

    def chunk(delta: dict[str, Any], finish: str | None = None) -> str:
        return _event({**head, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]})

    try:
        yield chunk({"role": "assistant", "content": ""})
        written = await task.future
        state.count(written)
        for piece in _PIECES.findall(written.sql):
            yield chunk({"content": piece})
        yield chunk({}, _finish(written))
        if usage:
            yield _event({**head, "choices": [], "usage": usage_of(written)})
        yield "data: [DONE]\n\n"
    except SqlwrightError as error:
        yield f"data: {bytes(of_error(request.url.path, error).body).decode()}\n\n"
    finally:
        task.cancel()


def _event(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"


def _head(completion: str, kind: str, name: str) -> dict[str, Any]:
    return {"id": completion, "object": kind, "created": int(time.time()), "model": name}


def _finish(written: Written) -> str:
    return "length" if written.cut else "stop"


def _names(state: State) -> list[str]:
    run, ids = state.service.run, state.service.ids()
    return [run] if len(ids) == 1 else [run, *(f"{run}/{db_id}" for db_id in ids)]


def _model_object(name: str, created: int) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": created, "owned_by": "sqlwright"}


def _unknown(path: str, name: str) -> Response:
    return problem(path, 404, "model_not_found", f"no model {name[:80]!r}; GET /v1/models lists them")
