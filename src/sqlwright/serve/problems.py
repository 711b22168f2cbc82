"""Turns what went wrong into an answer: {"error": {"code", "message"}}, and OpenAI's form for its paths."""

from __future__ import annotations

import math
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from sqlwright.errors import (
    ConfigError,
    DatabaseError,
    DataError,
    EndpointError,
    ResourceError,
    SchemaError,
    SqlError,
    SqlwrightError,
)
from sqlwright.serve.desk import Busy, Gone
from sqlwright.serve.ticket import Cancelled

_OPENAI = ("/v1/chat/", "/v1/models")
_GONE = 499
"""The status, never seen, of a request whose client has gone; nginx's."""
_ERRORS: tuple[tuple[type[SqlwrightError], int, str], ...] = (
    (Gone, _GONE, "client_gone"),
    (Cancelled, 503, "stopping"),
    (Busy, 429, "busy"),
    (DataError, 422, "bad_request"),
    (SqlError, 422, "bad_sql"),
    (SchemaError, 404, "unknown_database"),
    (ConfigError, 422, "bad_request"),
    (DatabaseError, 503, "database_unavailable"),
    (ResourceError, 503, "out_of_resources"),
    (EndpointError, 502, "endpoint_failed"),
)
_MENDED_SOON = 1.0
"""Seconds after which a client may try again, when the service cannot tell."""


def problem(
    path: str,
    status: int,
    code: str,
    message: str,
    *,
    retry_after: float = 0.0,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return the answer to a request that failed.

    Args:
        code: a short, stable name.
        retry_after: seconds after which it may go well; 0 for never.
    """
    body: dict[str, object] = {"code": code, "message": message}
    if path.startswith(_OPENAI):
        kind = "server_error" if status >= 500 else "rate_limit_error" if status == 429 else "invalid_request_error"
        body = {"message": message, "type": kind, "param": None, "code": code}
    told = dict(headers or {})
    if retry_after:
        told["Retry-After"] = str(math.ceil(retry_after))
    return JSONResponse({"error": body}, status, told)


def of_error(path: str, error: SqlwrightError) -> JSONResponse:
    """Return the answer for an error that was raised on purpose.

    A database's own message may name its host and user, and so stays in the house.
    """
    status, code = next(((status, code) for kind, status, code in _ERRORS if isinstance(error, kind)), (422, "failed"))
    unavailable = status in (502, 503)
    message = "this cannot be answered at the moment" if unavailable else " ".join(str(error).split())
    return problem(path, status, code, message, retry_after=_MENDED_SOON if unavailable or status == 429 else 0.0)


def install(app: FastAPI) -> None:
    """Let the application answer errors in these forms."""

    @app.exception_handler(SqlwrightError)
    async def _on_purpose(request: Request, error: Exception) -> Response:
        assert isinstance(error, SqlwrightError)
        return of_error(request.url.path, error)

    @app.exception_handler(RequestValidationError)
    async def _malformed(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if isinstance(part, str))
        reason = str(first["msg"]).removeprefix("Value error, ")
        return problem(request.url.path, 422, "bad_request", f"{place}: {reason}")

    @app.exception_handler(HTTPException)
    async def _of_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        status = 422 if error.status_code == 400 else error.status_code  # a body that is no JSON
        phrase = HTTPStatus(status).phrase
        return problem(
            request.url.path, status, phrase.lower().replace(" ", "_"), phrase.lower(), headers=error.headers
        )
