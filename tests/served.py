"""A real service on a free port, in a thread of the test's process, and a project with a tiny random model for it."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from shop_world import make_shop

from sqlwright.project import Project
from sqlwright.serve import serve

QUESTION = "How many customers are there?"


@dataclass
class Served:
    """A service that runs."""

    url: str
    project: Project
    stop: Callable[[], None]
    thread: threading.Thread
    client: httpx2.Client

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def post(self, path: str, body: Any, **more: Any) -> httpx2.Response:
        return self.client.post(path, json=body, **more)

    def get(self, path: str, **more: Any) -> httpx2.Response:
        return self.client.get(path, **more)

    def metric(self, line: str) -> float:
        """Return the value of a metric's line; 0 when there is none."""
        found = [text for text in self.get("/metrics").text.splitlines() if text.startswith(line + " ")]
        return float(found[0].split()[-1]) if found else 0.0


def make_project(folder: Path, base: Path, **predict: Any) -> Project:
    make_shop(folder / "shop.db")
    settings = {"train": {"base": str(base)}, "predict": {"max_new_tokens": 8, "constrain": False, **predict}}
    return Project.init(folder, str(folder / "shop.db"), settings)


@contextmanager
def served(project: Project, run: str = "base", **settings: Any) -> Iterator[Served]:
    """Run a service of a run, by default the untuned model, with these settings of [serve]."""
    project = Project.open(project.folder, {"serve": {"port": 0, **settings}})
    lines: queue.Queue[Any] = queue.Queue()

    def work() -> None:
        try:
            serve(project, run, announce=lines.put, ready=lines.put)
        except BaseException as error:
            lines.put(error)

    thread = threading.Thread(target=work)
    thread.start()
    line = lines.get(timeout=60)
    if isinstance(line, BaseException):
        raise line
    stop = lines.get(timeout=60)
    url = line.rpartition(" ")[2]
    try:
        with httpx2.Client(base_url=url, timeout=30) as client:
            yield Served(url, project, stop, thread, client)
    finally:
        stop()
        thread.join(60)
        assert not thread.is_alive()


def data_lines(text: str) -> list[Any]:
    """Return what the events of a stream hold."""
    parts = [line.removeprefix("data: ") for line in text.splitlines() if line]
    return [json.loads(part) for part in parts if part != "[DONE]"]
