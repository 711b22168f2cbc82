"""Open databases for reading, run statements under limits, and keep harmful ones out.

with open_executor("sqlite:///shop.db", Limits(seconds=2)) as executor:
    print(executor.run("SELECT COUNT(*) FROM customer").rows)

for job, result in run_many(Job(i, url, sql) for i, sql in enumerate(statements)):
    ...

from sqlwright.database import guard
safe = guard.check(sql, "sqlite")
"""

from sqlwright.database._admit import admit
from sqlwright.database._worker import Runner
from sqlwright.database.connect import connect
from sqlwright.database.executor import Executor, open_executor
from sqlwright.database.pool import Job, Pool, run_many, run_tasks
from sqlwright.database.results import Limits, Result, Row, Status, json_value
from sqlwright.database.urls import dialect_of, file_of, normalise_url, state_of

__all__ = [
    "Executor",
    "Job",
    "Limits",
    "Pool",
    "Result",
    "Row",
    "Runner",
    "Status",
    "admit",
    "connect",
    "dialect_of",
    "file_of",
    "json_value",
    "normalise_url",
    "open_executor",
    "run_many",
    "run_tasks",
    "state_of",
]
