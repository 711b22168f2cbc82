"""Finds the question, and the turns before it, in the messages to a model: OpenAI's and LangChain's alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from sqlwright.errors import DataError
from sqlwright.records import Turn

_ASKED = re.compile(r"^[ \t]*Question:[ \t]*(\S.*)$", re.MULTILINE)


def question_of(text: str) -> str:
    """Return what stands after a message's last "Question:", as LangChain writes it, else all of it."""
    found = _ASKED.findall(text)
    return str(found[-1] if found else text).strip()


def asked_in(messages: Sequence[tuple[str, str]]) -> tuple[str, tuple[Turn, ...]]:
    """Return the question that a conversation ends in, and the earlier turns that have an answer.

    Args:
        messages: role and text of each, oldest first. Those of other roles than "user" and "assistant" do not count:
            the schema comes from the database itself.

    Raises:
        DataError: the last message is no question.
    """
    said = [(role, text) for role, text in messages if role in ("user", "assistant") and text.strip()]
    if not said or said[-1][0] != "user":
        raise DataError("the conversation ends in no question; let the last message be the user's")
    turns = [
        Turn(question_of(asked), answered)
        for (role, asked), (other, answered) in pairwise(said)
        if (role, other) == ("user", "assistant")
    ]
    return question_of(said[-1][1]), tuple(turns)
