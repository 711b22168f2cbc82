"""Runs the service until it is told to stop: binds, loads, says where it listens, and finishes what it began."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec

from sqlwright.config import ServeConfig
from sqlwright.errors import ConfigError, MissingExtra
from sqlwright.project import Project
from sqlwright.serve.hosts import is_loopback

_PACKAGES = ("fastapi", "uvicorn", "prometheus_client")
_BACKLOG = 512


def serve(
    project: Project,
    run: str | None = None,
    *,
    announce: Callable[[str], None] = lambda line: None,
    ready: Callable[[Callable[[], None]], None] = lambda stop: None,
) -> None:
    """Serve a run until SIGINT or SIGTERM; requests under way are finished first.

    Args:
        run: as for `Project.ask`.
        announce: called with the line that says where the service listens.
        ready: called then, with what stops the service, for programs that run it in a thread.

    Raises:
        ConfigError: the address cannot be listened on, or is open to others and there are no keys; or no such run.
        MissingExtra: the web framework is not installed.
    """
    for package in _PACKAGES:
        if find_spec(package) is None:
            raise MissingExtra(package, "serve")
    import uvicorn

    from sqlwright.serve.app import create_app
    from sqlwright.serve.keys import read
    from sqlwright.serve.logs import set_up
    from sqlwright.serve.metrics import Metrics
    from sqlwright.serve.service import open_service

    config = project.config.serve
    keys = project.folder / config.keys
    if not is_loopback(config.host) and not read(keys):
        raise ConfigError(
            f"--host {config.host}: others could reach the service, and {keys} has no keys; "
            "make one first: sqlwright serve keys add NAME"
        )
    with _bound(config) as listening:
        set_up()
        metrics = Metrics()
        service = open_service(project, run, observe=metrics.batches.observe)
        server = uvicorn.Server(
            uvicorn.Config(
                create_app(service, metrics),
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="on",
                timeout_graceful_shutdown=config.grace,
                ws="none",
            )
        )
        listening.listen(_BACKLOG)
        host, port = listening.getsockname()[:2]
        announce(f"serving {service.run} on http://{f'[{host}]' if ':' in host else host}:{port}")

        def stop() -> None:
            server.should_exit = True

        ready(stop)
        with _ended_by_signals():
            asyncio.run(server.serve(sockets=[listening]))


@contextmanager
def _bound(config: ServeConfig) -> Iterator[socket.socket]:
    """Take the address before the model is loaded, so that nobody waits for what cannot be served."""
    try:
        family, _, _, _, address = socket.getaddrinfo(config.host.strip("[]"), config.port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise ConfigError(f"--host {config.host}: no such address ({error.strerror})") from None
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(address)
        except OSError as error:
            raise ConfigError(f"--port {config.port}: cannot be listened on ({error.strerror})") from None
        yield listening


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and Ctrl-C, which the web server raises again once it has stopped, be an ordinary end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda number, frame: None)
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)
