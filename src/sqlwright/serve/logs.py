"""The service's log: a JSON object a line on stderr, with no question, statement, row, key or error text in it."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LOG = logging.getLogger("sqlwright.serve")


class JsonLines(logging.Formatter):
    """Writes a record as a JSON object: the event, and what was given as `extra={"told": {...}}`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "told", {}),
        }
        return json.dumps(line, ensure_ascii=False)


def set_up() -> None:
    """Send this log, and what the web server warns of, to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name, level in {LOG.name: logging.INFO, "uvicorn.error": logging.WARNING}.items():
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False


def note(event: str, *, level: int = logging.INFO, **told: Any) -> None:
    """Write a line."""
    LOG.log(level, event, extra={"told": told})


def where(error: BaseException) -> dict[str, Any]:
    """Return an error's class and the places it came through, without its message, which may hold data."""
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__name__,
        "trace": [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-12:]],
    }
