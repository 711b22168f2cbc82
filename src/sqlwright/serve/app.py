"""The ASGI application: its routes, and what they share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse, Response

from sqlwright import __version__
from sqlwright.project import Answer
from sqlwright.serve import chat
from sqlwright.serve.bodies import (
    AskAnswer,
    BareSql,
    BareText,
    Explanation,
    Invocation,
    Problem,
    Question,
    Refused,
    SqlAnswer,
    Statement,
    Usage,
)
from sqlwright.serve.desk import Desk
from sqlwright.serve.gate import Gate
from sqlwright.serve.keys import KeyRing
from sqlwright.serve.metrics import Metrics
from sqlwright.serve.problems import install, problem
from sqlwright.serve.service import Service, Written

_TOLD: dict[int | str, dict[str, Any]] = {code: {"model": Problem} for code in (401, 404, 413, 422, 429, 503)}


@dataclass(slots=True)
class State:
    """What the routes share."""

    service: Service
    desk: Desk
    metrics: Metrics
    started: int
    """Seconds since 1970."""

    def count(self, written: Written) -> None:
        """Note a statement in the metrics."""
        self.metrics.tokens.labels("prompt").inc(written.prompt_tokens)
        self.metrics.tokens.labels("completion").inc(written.tokens)
        if written.rule:
            self.metrics.refused.labels(written.rule).inc()


def create_app(service: Service, metrics: Metrics | None = None) -> FastAPI:
    """Return the application around a service, which is closed when the application ends.

    Args:
        metrics: where figures are counted; by default in a registry made for the application.
    """
    state = State(service, Desk(service.config.queue), metrics or Metrics(), int(time.time()))
    state.metrics.running.set_function(lambda: state.desk.running)
    state.metrics.waiting.set_function(lambda: service.batcher.waiting)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await state.desk.close()
        service.close()

    app = FastAPI(
        title="sqlwright",
        version=__version__,
        summary="Questions in, SQL and answers out",
        lifespan=lifespan,
        redoc_url=None,
        responses=_TOLD,
    )
    app.add_middleware(
        Gate,
        config=service.config,
        keys=KeyRing(service.project.folder / service.config.keys),
        metrics=state.metrics,
    )
    if service.config.cors:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=service.config.cors,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "X-Request-ID"],
            expose_headers=["X-Request-ID", "Retry-After"],
        )
    install(app)
    _add_questions(app, state)
    app.include_router(chat.router(state))
    _add_bare(app, state)
    _add_watching(app, state)
    return app


def _add_questions(app: FastAPI, state: State) -> None:
    service, desk = state.service, state.desk

    @app.post("/v1/sql", tags=["sqlwright"])
    async def write_sql(request: Request, body: Question) -> SqlAnswer:
        """Write SQL for a question; it is checked, and not run."""
        written = await desk.start(lambda: service.write_sql(body.question, body.db_id, history=body.turns)).result(
            request
        )
        state.count(written)
        return SqlAnswer(
            sql=written.sql,
            db_id=written.db_id,
            dialect=written.dialect,
            refused=Refused(rule=written.rule, why=written.why) if written.rule else None,
            usage=Usage(**chat.usage_of(written)),
        )

    @app.post("/v1/explain", tags=["sqlwright"])
    async def explain(request: Request, body: Statement) -> Explanation:
        """Tell in words what a statement asks."""
        found = await desk.start(_explaining(service, body.sql, body)).result(request)
        return Explanation(text=found.text, by=found.by)

    @app.post("/v1/ask", tags=["sqlwright"], response_model=AskAnswer)
    async def ask(request: Request, body: Question) -> Response:
        """Answer a question from the database."""
        answer = await desk.start(lambda: service.ask(body.question, body.db_id, history=body.turns)).result(request)
        if answer.status == "refused":
            state.metrics.refused.labels(answer.rule).inc()
        return JSONResponse(_told(answer))


def _add_bare(app: FastAPI, state: State) -> None:
    """Add the routes whose answer is one value: the article's two, and SageMaker's."""
    service, desk = state.service, state.desk

    @app.post("/nl2sql", tags=["bare"])
    async def nl2sql(request: Request, body: Question) -> BareSql:
        """Write SQL for a question."""
        written = await desk.start(lambda: service.write_sql(body.question, body.db_id, history=body.turns)).result(
            request
        )
        state.count(written)
        return BareSql(sql=written.sql)

    @app.post("/sql2nl", tags=["bare"])
    async def sql2nl(request: Request, body: Statement) -> BareText:
        """Tell in words what a statement asks."""
        return BareText(text=(await desk.start(_explaining(service, body.sql, body)).result(request)).text)

    @app.get("/ping", tags=["SageMaker"])
    async def ping() -> Response:
        """Tell SageMaker that the container is up."""
        return Response()

    @app.post("/invocations", tags=["SageMaker"])
    async def invocations(request: Request, body: Invocation) -> BareSql | BareText:
        """Write SQL for a question, or the text of a statement."""
        if body.question is not None:
            return await nl2sql(request, Question(question=body.question, db_id=body.db_id))
        return await sql2nl(request, Statement(sql=body.sql or "", db_id=body.db_id, language=body.language))


def _add_watching(app: FastAPI, state: State) -> None:
    """Add the routes for whoever keeps the service running."""
    service = state.service

    @app.get("/healthz", tags=["operation"])
    async def healthz() -> dict[str, str]:
        """Tell that the process lives."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["operation"])
    async def readyz(request: Request) -> Response:
        """Tell whether questions can be answered now: the model is loaded, and the database answers."""
        trouble = await asyncio.to_thread(service.trouble)  # answered also when all the desk's threads are taken
        if trouble:
            return problem(request.url.path, 503, "not_ready", trouble, retry_after=1.0)
        return JSONResponse({"status": "ready", "run": service.run})

    @app.get("/metrics", tags=["operation"])
    async def metrics() -> Response:
        """Give Prometheus the figures."""
        return Response(state.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _explaining(service: Service, sql: str, body: Statement) -> Callable[[], Any]:
    return lambda: service.explain(sql, body.db_id, language=body.language)


def _told(answer: Answer) -> dict[str, Any]:
    refused = {"rule": answer.rule, "why": answer.error} if answer.status == "refused" else None
    return {**answer.to_json(), "refused": refused}
