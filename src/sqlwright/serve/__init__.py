"""The HTTP service: questions in, SQL, answers or explanations out, over the project's own chain and guard.

    from sqlwright.serve import open_service, create_app, serve
    serve(Project.open("shop"))                          # what `sqlwright serve` does
    app = create_app(open_service(Project.open("shop")))   # an ASGI application, for a server of one's own

A request runs in a thread of its own, as `Project.ask` would; where threads want the model, `batching` gathers their
calls into batches for the one thread that runs it. The event loop reads, checks and writes, and never waits for either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlwright._lazy import on_demand

if TYPE_CHECKING:
    from sqlwright.serve.app import create_app
    from sqlwright.serve.run import serve
    from sqlwright.serve.service import Service, open_service

__all__ = ["Service", "create_app", "open_service", "serve"]

_MODULES = {"app": ("create_app",), "run": ("serve",), "service": ("Service", "open_service")}
__getattr__ = on_demand(__name__, _MODULES)
