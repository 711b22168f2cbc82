"""Prompts as other tools write them, taken apart: schema, earlier turns, evidence and question.

`compose` writes the same parts the way `parts` reads them, so an exported prompt comes back as it was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlwright.data._statements import iter_statements
from sqlwright.records import Turn

_CREATE = re.compile(r"^[ \t]*CREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMP(?:ORARY)?\s+)?(?:TABLE|VIEW)\b", re.I | re.M)
_QUESTION = re.compile(
    r"^[ \t#*]*(?:user\s+)?(?:question|input|request|问题|提问|输入)[ \t*]*[:：][ \t]*\n?", re.I | re.M
)
_ANSWER = re.compile(r"^[ \t#*]*(?:response|answer|output|sql(?:\s+query)?|回答|答案)[ \t*]*[:：][ \t]*$", re.I | re.M)
_EVIDENCE = re.compile(r"^(?:evidence|hint|external knowledge|提示)[ \t]*[:：][ \t]*", re.I | re.M)
_TURN = re.compile(
    r"^Earlier question: (?P<question>.*?)\nEarlier SQL: (?P<sql>.*?)(?=\n(?:Earlier question|Evidence|Question): )",
    re.S | re.M,
)
_HUB_NAME = re.compile(r"(?:^|\n)\s*(\S+) contains tables such as ")


@dataclass(frozen=True, slots=True)
class Parts:
    """What a prompt says."""

    question: str
    ddl: str = ""
    evidence: str = ""
    history: tuple[Turn, ...] = ()
    db_id: str = ""
    """The database that a DB-GPT-Hub description names: "<db_id> contains tables such as ..."."""


def parts(text: str) -> Parts:
    """Take a prompt apart; the question is what follows the last label ("Question:"), else the last paragraph."""
    ddl, rest = _without_ddl(text)
    name = _HUB_NAME.search(rest)
    history = tuple(Turn(match["question"], match["sql"]) for match in _TURN.finditer(rest))
    labels = list(_QUESTION.finditer(rest))
    head = rest[: labels[-1].start()] if labels else ""
    question = rest[labels[-1].end() :] if labels else rest
    answer = _ANSWER.search(question)
    question = (question[: answer.start()] if answer else question).strip()
    if not labels:
        question = re.split(r"\n\s*\n", question)[-1].strip()
    found = list(_EVIDENCE.finditer(head))
    evidence = head[found[-1].end() :].strip() if found else ""
    return Parts(question, ddl, evidence, history, name[1] if name else "")


def compose(question: str, evidence: str = "", history: tuple[Turn, ...] = ()) -> str:
    """Write the part of a prompt that follows the schema."""
    lines = [f"Earlier question: {turn.question}\nEarlier SQL: {turn.sql}" for turn in history]
    if evidence:
        lines.append(f"Evidence: {evidence}")
    return "\n".join([*lines, f"Question: {question}"])


def _without_ddl(text: str) -> tuple[str, str]:
    """Return (the CREATE statements, the text without them)."""
    ddl: list[str] = []
    rest: list[str] = []
    position = 0
    for match in _CREATE.finditer(text):
        if match.start() < position:
            continue
        end = _end_of_create(text, match.end())
        ddl.append(text[match.start() : end].strip().rstrip(";"))
        rest.append(text[position : match.start()])
        position = end
    rest.append(text[position:])
    return ";\n".join(ddl) + ";" * bool(ddl), "".join(rest)


def _end_of_create(text: str, start: int) -> int:
    """Return where a CREATE statement ends: after its `;`, or after its last parenthesis when prose follows that."""
    depth = 0
    closed = 0
    in_string = ""
    for position in range(start, len(text)):
        character = text[position]
        if in_string:
            in_string = "" if character == in_string else in_string
        elif character in "'\"`":
            in_string = character
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            closed = position + 1
        elif depth <= 0 and character == ";":
            return position + 1
        elif depth <= 0 and closed and text.startswith("\n", position):
            return position
    if closed:
        return closed if depth <= 0 else len(text)
    first = next(iter_statements(text[start:]), None)
    return len(text) if first is None else start + first[0] + len(first[1])
