"""What every request goes through: its id, key, rate and size are checked, and what came of it is logged and counted.

A pure ASGI middleware, so that a stream passes through it piece by piece.
"""

from __future__ import annotations

import asyncio
import logging
import re
import uuid
from time import perf_counter
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sqlwright.config import ServeConfig
from sqlwright.errors import SqlwrightError
from sqlwright.serve.hosts import is_loopback, without_port
from sqlwright.serve.keys import KeyRing
from sqlwright.serve.logs import note, where
from sqlwright.serve.metrics import Metrics
from sqlwright.serve.problems import of_error, problem
from sqlwright.serve.rate import Rates

_OPEN = frozenset(("/healthz", "/readyz", "/docs", "/openapi.json"))
"""Paths that tell nothing about data, and are asked for by what has no key."""
_SAGEMAKER = frozenset(("/ping", "/invocations"))
_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_BODY_SECONDS = 30.0
"""A body that takes longer to arrive is given up."""


class _Rejected(Exception):
    """A request that goes no further, and its answer."""

    def __init__(self, answer: ASGIApp) -> None:
        super().__init__()
        self.answer = answer


class Gate:
    """The middleware; see the module's docstring."""

    def __init__(self, app: ASGIApp, config: ServeConfig, keys: KeyRing, metrics: Metrics) -> None:
        self._app, self._config, self._keys, self._metrics = app, config, keys, metrics
        self._rates = Rates(config.rate, config.burst)
        self._needs_key = not is_loopback(config.host)
        self._open = _OPEN | _SAGEMAKER if config.sagemaker else _OPEN

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request and hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _ID.fullmatch(given) else uuid.uuid4().hex
        told: dict[str, Any] = {"request_id": request_id, "method": scope["method"], "status": 0}
        scope.setdefault("state", {})["request_id"] = request_id

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                told["status"] = message["status"]
                message = {**message, "headers": [*message["headers"], (b"x-request-id", request_id.encode())]}
            await send(message)

        try:
            told["key"] = self._admitted(scope["path"], headers)
            body = await self._body(scope["path"], headers, receive)
            await self._app(scope, _replayed(body, receive), answer)
        except _Rejected as rejected:
            await rejected.answer(scope, receive, answer)
        except SqlwrightError as error:
            await of_error(scope["path"], error)(scope, receive, answer)
        except Exception as error:
            note("unexpected error", level=logging.ERROR, request_id=request_id, **where(error))
            if not told["status"]:
                failed = problem(scope["path"], 500, "internal", f"something went wrong; request {request_id}")
                await failed(scope, receive, answer)
        finally:
            seconds = perf_counter() - began
            route = getattr(scope.get("route"), "path", "none")
            self._metrics.requests.labels(route, str(told["status"])).inc()
            self._metrics.seconds.labels(route).observe(seconds)
            note("request", **told, route=route, ms=round(1000 * seconds, 1))

    def _admitted(self, path: str, headers: Headers) -> str:
        """Return the name of the key that a request comes with; "" where none is needed."""
        if path in self._open:
            return ""
        owner = ""
        if self._needs_key or not self._keys.empty:
            scheme, _, secret = headers.get("authorization", "").partition(" ")
            owner = self._keys.owner(secret.strip()) if scheme.lower() == "bearer" else ""
            if not owner:
                raise _Rejected(
                    problem(
                        path,
                        401,
                        "invalid_api_key",
                        "give a key of this service: Authorization: Bearer KEY",
                        headers={"WWW-Authenticate": "Bearer"},
                    )
                )
        elif not is_loopback(without_port(headers.get("host", ""))):
            # A page in this machine's browser whose name was made to point here must not read the database.
            raise _Rejected(problem(path, 403, "wrong_host", "without keys, only this machine's own names are served"))
        if wait := self._rates.wait(owner):
            raise _Rejected(problem(path, 429, "rate_limited", "too many requests for this key", retry_after=wait))
        return owner

    async def _body(self, path: str, headers: Headers, receive: Receive) -> bytes:
        """Read a request's body, as far as it may be long."""
        most = self._config.body_bytes
        too_long = _Rejected(problem(path, 413, "too_large", f"the body has more than {most:,} bytes"))
        declared = headers.get("content-length", "0")
        if not declared.isdecimal() or int(declared) > most:
            raise too_long
        body = bytearray()
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise _Rejected(problem(path, 499, "client_gone", "the client has gone"))
                    body += message.get("body", b"")
                    if len(body) > most:
                        raise too_long
                    if not message.get("more_body"):
                        return bytes(body)
        except TimeoutError:
            raise _Rejected(problem(path, 408, "too_slow", "the body did not arrive in time")) from None


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body that was read, and then what comes after it: the client's going."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
