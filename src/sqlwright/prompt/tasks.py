"""What a model is asked to do with a schema, and the prompt for it.

- `text-to-sql`: a question is given, the completion is its SQL.
- `sql-to-text`: SQL is given, the completion is its question, in the question's language.
- `reasoning`: a question is given, the completion is a thought, closed by `</think>` as reasoning models do, and then
  the SQL. The suffix opens the thought, so a model that was trained to reason never leaves it out.

All samples about a schema share its prefix literally, whatever the task: the suffix alone says what to do. In the
`base` template it does so with tokens that the embedded model knows, since its reserved ones were never trained and
can hardly be told apart.

    prompt = build(example, schema, get_template("base"), links, task="reasoning")
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlwright.config import Task
from sqlwright.errors import DataError, SqlError
from sqlwright.prompt.spaced import spaced
from sqlwright.prompt.template import (
    Template,
    base_history,
    base_suffix,
    known_lines,
    plain,
    question_block,
    schema_prefix,
)
from sqlwright.records import Example, Prompt
from sqlwright.schema.linker import Link
from sqlwright.schema.model import Schema
from sqlwright.sqlkit import reasoning

_OPEN, _CLOSE = "<think>", "</think>"
_MARK = re.compile(r"</?think(?:ing)?>", re.IGNORECASE)
_LANGUAGES = {"en": "English", "zh": "Chinese"}


@dataclass(frozen=True, slots=True)
class Frame:
    """What a chat template puts around a user's message."""

    before: str = ""
    after: str = ""
    """Up to where the answer begins; a model that thinks by default is told that it has done so."""
    thinking: str = ""
    """The same, up to where a thought is opened."""


NO_FRAME = Frame()


@dataclass(frozen=True, slots=True)
class Form:
    """How a task is written."""

    suffix: Callable[[Example, Sequence[Link]], str]
    completion: Callable[[Example], str]
    """Called for examples that have what is to be learnt."""
    opening: str = ""
    """What opens a thought, after everything else."""


def build(
    example: Example,
    schema: Schema,
    template: Template,
    links: Sequence[Link] = (),
    *,
    prefix: str | None = None,
    task: Task = "text-to-sql",
    frame: Frame = NO_FRAME,
) -> Prompt:
    """Return the prompt for an example.

    Args:
        links: what the linker found for the question; only templates for small models write them.
        prefix: the schema's prefix when it is known already, so that it is rendered once for many examples.
        task: what is asked for; the completion is empty where the example does not have it yet.
        frame: what a chat template puts around it.

    Raises:
        DataError: no reasoning can be derived from the example's SQL, and it has none of its own.
    """
    form = form_of(template, task)
    known = example.question if task == "sql-to-text" else example.sql
    return Prompt(
        id=example.id,
        prefix=frame.before + (schema_prefix(schema, template) if prefix is None else prefix),
        suffix=form.suffix(example, links) + (frame.thinking if form.opening else frame.after) + form.opening,
        completion=form.completion(example) if known else "",
    )


def form_of(template: Template, task: Task) -> Form:
    """Return how a task is written in a template."""
    if task == "text-to-sql":
        return Form(template.suffix, lambda example: template.completion(example.sql))
    return _FORMS[template.name][task]


def opens_thought(suffix: str) -> bool:
    """Return whether what a model writes after this suffix begins inside a thought."""
    return suffix.rstrip().endswith(_OPEN)


def thought_of(example: Example) -> str:
    """Return the reasoning of an example: its own (`meta["reasoning"]`), else the steps of its SQL, a line each.

    It is "" where there is none and the SQL cannot be read.
    """
    own = example.meta.get("reasoning")
    if isinstance(own, str) and (text := _MARK.sub(" ", own).strip()):
        return text
    try:
        steps = reasoning(example.sql, example.dialect, example.language)
    except SqlError:
        return ""
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))


def _thought(example: Example) -> str:
    if text := thought_of(example):
        return text
    raise DataError(
        f"example {example.id}: no reasoning can be derived from its SQL, which cannot be read as {example.dialect}; "
        'give it one (meta.reasoning), or leave the task "reasoning" out'
    )


def _base_reversed(example: Example, links: Sequence[Link]) -> str:
    parts = base_history(example)
    if example.evidence:
        parts.append(f"<|evidence|> {plain(example.evidence)}")
    return "".join([*parts, f"<|sql|> {spaced(example.sql)}<|question|> {plain(example.language)} :"])


def _base_reasoned(example: Example) -> str:
    return f" {spaced(plain(_thought(example)))} {_CLOSE}<|sql|> {spaced(example.sql)}<|end|>"


def _reversed_block(example: Example) -> str:
    language = _LANGUAGES.get(example.language, f"the language {example.language!r}")
    asked = f"Write the question, in {language}, that this SQL answers. Reply with the question only."
    return "\n".join([*known_lines(example), f"SQL: {example.sql}", asked])


def _instruction_reversed(example: Example, links: Sequence[Link]) -> str:
    return f"###Input:\n{_reversed_block(example)}\n\n###Response:\n"


def _instruction_reasoning(example: Example, links: Sequence[Link]) -> str:
    return f"###Input:\n{question_block(example)}\n{_REASON}\n\n###Response:\n"


def _chat_reversed(example: Example, links: Sequence[Link]) -> str:
    return f"{_reversed_block(example)}\nQuestion: "


def _chat_reasoning(example: Example, links: Sequence[Link]) -> str:
    return f"Question: {question_block(example)}\n{_REASON}\n"


def _reasoned(example: Example) -> str:
    return f"{_thought(example)}\n{_CLOSE}\n\n{example.sql};"


def _question(example: Example) -> str:
    return example.question.strip()


_REASON = "Reason step by step before you write the SQL."
_FORMS: dict[str, dict[Task, Form]] = {
    "base": {
        "sql-to-text": Form(_base_reversed, lambda example: f" {plain(example.question)}<|end|>"),
        "reasoning": Form(base_suffix, _base_reasoned, f" {_OPEN}"),
    },
    "instruction": {
        "sql-to-text": Form(_instruction_reversed, _question),
        "reasoning": Form(_instruction_reasoning, _reasoned, f"{_OPEN}\n"),
    },
    "chat": {
        "sql-to-text": Form(_chat_reversed, _question),
        "reasoning": Form(_chat_reasoning, _reasoned, f"{_OPEN}\n"),
    },
}
