"""The prompt templates, as values.

- `base`: what the embedded model was trained on; compact schema, special tokens between the parts, spaced SQL.
- `instruction`: DB-GPT-Hub's blocks (`###Instruction:`, `###Input:`, `###Response:`) with its sentence form of the
  schema.
- `chat`: a plain instruction with CREATE TABLE statements, for instruct models; a tokenizer's chat template, where
  there is one, wraps it.

These are the forms for writing SQL at once; `tasks` has those of the other tasks, over the same prefixes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from sqlwright.errors import ConfigError
from sqlwright.prompt.spaced import spaced
from sqlwright.records import Example
from sqlwright.schema.link_text import render_links
from sqlwright.schema.linker import Link
from sqlwright.schema.model import Schema
from sqlwright.schema.render import Style, render

SPECIAL_TOKENS = (
    "<|pad|>",
    "<|end|>",
    "<|schema|>",
    "<|question|>",
    "<|links|>",
    "<|sql|>",
    "<|history|>",
    "<|evidence|>",
)
"""Tokens of the embedded model's vocabulary with a meaning of their own, in the order of their ids."""

_SPECIAL = re.compile(r"<\|\w*\|>")


@dataclass(frozen=True, slots=True)
class Template:
    """How the parts of a prompt are written."""

    name: str
    style: Style
    """Rendering of the schema."""
    prefix: Callable[[str, Schema], str]
    """Schema text and schema -> prefix."""
    suffix: Callable[[Example, Sequence[Link]], str]
    completion: Callable[[str], str]
    """SQL in canonical form -> what the model writes."""
    max_new_tokens: int = 256


def get_template(name: str) -> Template:
    """Return the template of this name. Raises ConfigError."""
    try:
        return TEMPLATES[name]
    except KeyError:
        raise ConfigError(f"unknown prompt template {name!r}; known: {', '.join(TEMPLATES)}") from None


def schema_prefix(
    schema: Schema,
    template: Template,
    *,
    budget: int | None = None,
    count: Callable[[str], int] | None = None,
    keep: Collection[str] = (),
) -> str:
    """Return the part of a prompt that all questions about `schema` share.

    Args:
        budget: most tokens that the schema may take, as `count` counts them; None is no limit.
        keep: tables and columns that stay whatever the budget (see `sqlwright.schema.render`).
    """
    if budget is None or count is None:
        text = render(schema, template.style)
    else:
        text = render(schema, template.style, budget=budget, count=count, keep=keep)
    return template.prefix(text, schema)


def plain(text: str) -> str:
    """Return text on one line without anything that reads as a special token."""
    return " ".join(_SPECIAL.sub(" ", text).split())


def _base_prefix(text: str, schema: Schema) -> str:
    return f"<|schema|> {schema.dialect} : {text}"


def base_history(example: Example) -> list[str]:
    """Return the earlier turns in the form of the `base` template."""
    return [f"<|history|> {plain(turn.question)}<|sql|> {spaced(turn.sql)}" for turn in example.history]


def base_suffix(example: Example, links: Sequence[Link]) -> str:
    """Return a question in the form of the `base` template, up to where its SQL begins."""
    parts = base_history(example)
    parts.append(f"<|question|> {plain(example.question)}")
    if example.evidence:
        parts.append(f"<|evidence|> {plain(example.evidence)}")
    parts.append(f"<|links|> {plain(render_links(links))}" if links else "<|links|>")
    parts.append("<|sql|>")
    return "".join(parts)


def _base_completion(sql: str) -> str:
    return f" {spaced(sql)}<|end|>"


_ROLE = (
    "I want you to act as a SQL terminal in front of an example database. You need only to return the SQL command. "
    "Below is an instruction that describes a task, paired with an input that provides further context. "
    "Write a response that appropriately completes the request."
)


def known_lines(example: Example) -> list[str]:
    """Return what is known beside the question: earlier turns and evidence, a line or two each."""
    lines = [f"Earlier question: {turn.question}\nIts SQL: {turn.sql}" for turn in example.history]
    return [*lines, f"Evidence: {example.evidence}"] if example.evidence else lines


def question_block(example: Example) -> str:
    """Return the question after what is known beside it."""
    return "\n".join([*known_lines(example), example.question])


def _instruction_prefix(text: str, schema: Schema) -> str:
    return f"{_ROLE}\n###Instruction:\n{text}\n\n"


def _instruction_suffix(example: Example, links: Sequence[Link]) -> str:
    return f"###Input:\n{question_block(example)}\n\n###Response:\n"


def _chat_prefix(text: str, schema: Schema) -> str:
    asked = (
        f"You write one {schema.dialect} statement that answers the question. Reply with SQL only, unless told else."
    )
    return f"{asked}\n\n{text}\n\n"


def _chat_suffix(example: Example, links: Sequence[Link]) -> str:
    return f"Question: {question_block(example)}\nSQL: "


def _with_semicolon(sql: str) -> str:
    return f"{sql};"


TEMPLATES: dict[str, Template] = {
    "base": Template("base", "compact", _base_prefix, base_suffix, _base_completion, max_new_tokens=160),
    "instruction": Template("instruction", "natural", _instruction_prefix, _instruction_suffix, _with_semicolon),
    "chat": Template("chat", "ddl", _chat_prefix, _chat_suffix, _with_semicolon),
}
