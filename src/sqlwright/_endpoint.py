"""A chat endpoint of the OpenAI form: one conversation, one answer, and patience with what may pass.

Busy and broken replies (429, 5xx), time-outs and lost connections are tried again, after as long as the server's
Retry-After asks, else twice as long each time. A server that cannot be reached, or refuses the key, the address or the
model, ends the run: every request would fare the same. The key comes from an environment variable, travels in the
header alone and is cut out of whatever a reply says.
"""

from __future__ import annotations

import json
import os
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlwright.errors import ConfigError, EndpointError

if TYPE_CHECKING:
    import httpx2 as httpx

_LARGEST = 4 << 20
"""Bytes of a reply; more is no answer to a short question."""
_AGAIN = (408, 409, 425, 429)
_HOPELESS = (301, 302, 303, 307, 308, 401, 402, 403, 404, 405)


class RequestRefused(Exception):
    """The endpoint does not take this one request, for its contents; others are not concerned."""


class RequestFailed(Exception):
    """Every attempt at a request failed; the endpoint may be down."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, and how often to try."""

    seconds: float = 60.0
    """For one whole reply."""
    attempts: int = 5
    """Requests for one answer."""
    pause: float = 1.0
    """Seconds before the second attempt; doubled for each one after."""
    longest_pause: float = 60.0
    """Most seconds to wait for a server that asks for patience; one that asks for more has failed."""


def read_key(variable: str | None) -> str | None:
    """Return the API key in an environment variable; None where no variable is named.

    Raises:
        ConfigError: the variable is not set, or holds what no header can.
    """
    if variable is None:
        return None
    key = os.environ.get(variable, "").strip()
    if not key:
        raise ConfigError(f"the environment variable {variable} holds no API key; set it, or name another one")
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise ConfigError(f"the environment variable {variable} holds something that is no API key")
    return key


def check_url(url: str) -> str:
    """Return the address below which `/chat/completions` lies, without a slash at its end.

    Raises:
        ConfigError: it is no http(s) address, or has a password or a query in it, which would end up in messages.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # half an IPv6 address, a port that is none
        usable = False
    if not usable:
        raise ConfigError("the endpoint's URL must begin with http:// or https://, as in http://localhost:8000/v1")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigError(
            "the endpoint's URL must not hold credentials or a query; put the key in an environment variable"
        )
    return url.rstrip("/").removesuffix("/chat/completions")


@dataclass(frozen=True, slots=True)
class Reply:
    """What an endpoint answered."""

    texts: tuple[str, ...]
    """One a choice; () where the reply is not of the form."""
    tokens: int = 0
    """Tokens that it wrote, as it counts them, of all choices together."""

    @property
    def text(self) -> str:
        """The first choice's text."""
        return self.texts[0] if self.texts else ""


def complete(
    client: httpx.Client, url: str, body: dict[str, Any], key: str | None, patience: Patience, stop: threading.Event
) -> Reply:
    """Return the model's answer.

    Args:
        url: as `check_url` returns it.
        stop: when set, waiting ends and nothing more is sent.

    Raises:
        EndpointError: the endpoint cannot be reached, or refuses the key, the address or the model.
        RequestRefused: it refuses this request's contents, or replies with far too much.
        RequestFailed: all attempts failed, or `stop` was set.
    """
    import httpx2 as httpx

    failure: RequestFailed | EndpointError = RequestFailed("stopped")
    for attempt in range(patience.attempts):
        wait = min(patience.pause * 2**attempt, patience.longest_pause)
        if stop.is_set():
            break
        try:
            status, headers, content = _post(client, f"{url}/chat/completions", body, key, patience.seconds)
        except httpx.ConnectError:
            failure = EndpointError(f"{url}: cannot be reached; check the URL and whether the server is running")
        except (httpx.RequestError, TimeoutError) as error:
            failure = RequestFailed(f"no whole reply ({type(error).__name__}, limit {patience.seconds:g} s)")
        else:
            if status == 200:
                return _answer(content, key)
            problem = f"HTTP {status}{_told(content, key)}"
            if status in _HOPELESS:
                raise EndpointError(f"{url}: {problem}; {_advice(status)}")
            if status not in _AGAIN and status < 500:
                raise RequestRefused(problem)
            failure = RequestFailed(problem)
            asked = _retry_after(headers.get("retry-after"))
            if asked is not None and asked > patience.longest_pause:
                raise RequestFailed(f"{problem}; it asks to wait {asked:.0f} s")
            wait = wait if asked is None else asked
        if attempt + 1 < patience.attempts:
            stop.wait(wait)
    raise failure


def _post(
    client: httpx.Client, url: str, body: dict[str, Any], key: str | None, seconds: float
) -> tuple[int, httpx.Headers, bytes]:
    """Send one request and read the reply; raise TimeoutError where that takes more than `seconds` altogether."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    until = time.monotonic() + seconds
    with client.stream("POST", url, json=body, headers=headers, timeout=seconds) as reply:
        content = bytearray()
        for part in reply.iter_bytes():
            content += part
            if time.monotonic() > until:
                raise TimeoutError
            if len(content) > _LARGEST:
                raise RequestRefused(f"the reply is larger than {_LARGEST >> 20} MiB")
        return reply.status_code, reply.headers, bytes(content)


def _answer(content: bytes, key: str | None) -> Reply:
    """Read a reply; one that is not of the form has no text."""
    try:
        told = json.loads(content)
        texts = [choice["message"]["content"] for choice in told["choices"]]
    except (ValueError, LookupError, TypeError, RecursionError):
        return Reply(())
    usage = told.get("usage")
    tokens = usage.get("completion_tokens") if isinstance(usage, dict) else 0
    said = tuple(_without(key, text) if isinstance(text, str) else "" for text in texts)
    return Reply(said, tokens if isinstance(tokens, int) else 0)


def _told(content: bytes, key: str | None) -> str:
    """Return what an error reply says, on one short line and without the key."""
    text = content.decode("utf-8", "replace")
    try:
        said = json.loads(text)["error"]
        text = said["message"] if isinstance(said, dict) else said
    except (ValueError, LookupError, TypeError, RecursionError):
        pass
    line = " ".join(_without(key, str(text)).split())
    return f" ({line[:200]})" if line else ""


def _without(key: str | None, text: str) -> str:
    return text.replace(key, "***") if key else text


def _advice(status: int) -> str:
    if status in (401, 403):
        return "check the API key and the environment variable it comes from"
    if status == 402:
        return "the account behind the API key has to be paid for"
    return "check the URL (it usually ends in /v1) and the model's name"


def _retry_after(value: str | None) -> float | None:
    """Return the seconds that a Retry-After header asks for, as a number or a date; None where it is neither."""
    if not value:
        return None
    try:
        return max(0.0, float(value)) if value.strip().isdecimal() else _until(parsedate_to_datetime(value))
    except ValueError:
        return None


def _until(moment: datetime) -> float:
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
