"""Finds the question in a message to a model."""

from __future__ import annotations

import re

_ASKED = re.compile(r"^[ \t]*Question:[ \t]*(\S.*)$", re.MULTILINE)


def question_of(text: str) -> str:
    """Return what stands after a message's last "Question:", as LangChain writes it, else all of it."""
    found = _ASKED.findall(text)
    return str(found[-1] if found else text).strip()
