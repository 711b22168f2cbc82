"""Run many statements on several processes that can be killed.

    for job, result in run_many(Job(example.id, url, example.sql) for example in examples):
        ...

An executor stops a statement that loops, but not one that is inside a single long built-in call, and not an engine that
crashes. Here a process that does not answer in time is killed and replaced, its statement is reported as "timeout", and
the statements that waited behind it are given out again.
"""

from __future__ import annotations

import os
import selectors
from collections import deque
from collections.abc import Iterable, Iterator
from time import monotonic

from sqlwright.database._crew import Job, Worker
from sqlwright.database.results import Limits, Result

_JOBS_AT_ONCE = 16
"""Jobs sent to a worker in one portion; it holds at most two portions, so that it need not wait for the next."""


def run_many(
    jobs: Iterable[Job], *, workers: int | None = None, limits: Limits | None = None, grace: float = 1.0
) -> Iterator[tuple[Job, Result]]:
    """Run jobs and yield each with its result as it is known, in no fixed order.

    Jobs are drawn as they are needed, so `jobs` may be a long generator. Stopping early, or Ctrl-C, ends the workers.

    Args:
        jobs: what to run; a worker keeps its connections open, so neighbours on the same database are cheapest.
        workers: how many processes; one a processor core by default.
        limits: of each statement.
        grace: seconds beyond the time limit after which a process is killed.
    """
    limits = limits or Limits()
    queue = _Queue(jobs)
    crew: list[Worker] = []
    selector = selectors.DefaultSelector()
    try:
        while len(crew) < (workers or _cores()) and (portion := queue.draw()):
            crew.append(Worker(selector, limits, grace))
            crew[-1].send(portion)
        while busy := [worker for worker in crew if worker.waiting]:
            timeout = max(0.001, min(worker.deadline for worker in busy) - monotonic())
            for worker in {key.data: None for key, _ in selector.select(timeout)}:
                alive = worker.receive()
                yield from worker.answers()
                if alive and len(worker.waiting) <= _JOBS_AT_ONCE:
                    worker.send(queue.draw())
                elif not alive:
                    yield from _give_up(worker, queue, "error", "the worker process died")
                    _replace(crew, worker, Worker(selector, limits, grace))
            for worker in [worker for worker in crew if worker.overdue()]:
                yield from _give_up(worker, queue, "timeout", "killed at the time limit")
                _replace(crew, worker, Worker(selector, limits, grace))
            for worker in crew:
                if not worker.waiting:
                    worker.send(queue.draw())
    finally:
        for worker in crew:
            worker.kill()
        selector.close()


class _Queue:
    """The jobs still to be given out: those given back first, then the caller's."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._source = iter(jobs)
        self._back: deque[Job] = deque()

    def draw(self) -> list[Job]:
        portion: list[Job] = []
        while len(portion) < _JOBS_AT_ONCE:
            job = self._back.popleft() if self._back else next(self._source, None)
            if job is None:
                break
            portion.append(job)
        return portion

    def give_back(self, jobs: Iterable[Job]) -> None:
        self._back.extend(jobs)


def _give_up(worker: Worker, queue: _Queue, status: str, why: str) -> Iterator[tuple[Job, Result]]:
    """Report the job that a worker was at, and give back those behind it."""
    if worker.waiting:
        job = worker.waiting.popleft()
        queue.give_back(worker.waiting)
        worker.waiting.clear()
        yield job, Result("timeout" if status == "timeout" else "error", seconds=worker.seconds, error=why)


def _replace(crew: list[Worker], worker: Worker, fresh: Worker) -> None:
    worker.kill()
    crew[crew.index(worker)] = fresh


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
