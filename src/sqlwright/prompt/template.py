"""The prompt templates, as values.

- `base`: what the embedded model was trained on; compact schema, special tokens between the parts, spaced SQL.
- `instruction`: DB-GPT-Hub's blocks (`###Instruction:`, `###Input:`, `###Response:`) with its sentence form of the
  schema.
- `chat`: a plain instruction with CREATE TABLE statements, for instruct models; a tokenizer's chat template, where
  there is one, wraps it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlwright.errors import ConfigError
from sqlwright.prompt.spaced import spaced
from sqlwright.records import Example, Prompt
from sqlwright.schema.linker import Link, render_links
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
    schema: Schema, template: Template, *, budget: int | None = None, count: Callable[[str], int] | None = None
) -> str:
    """Return the part of a prompt that all questions about `schema` share.

    Args:
        budget: most tokens that the schema may take, as `count` counts them; None is no limit.
    """
    if budget is None or count is None:
        text = render(schema, template.style)
    else:
        text = render(schema, template.style, budget=budget, count=count)
    return template.prefix(text, schema)


def build(
    example: Example, schema: Schema, template: Template, links: Sequence[Link] = (), *, prefix: str | None = None
) -> Prompt:
    """Return the prompt for an example.

    Args:
        links: what the linker found for the question; only templates for small models write them.
        prefix: the schema's prefix when it is known already, so that it is rendered once for many examples.
    """
    return Prompt(
        id=example.id,
        prefix=schema_prefix(schema, template) if prefix is None else prefix,
        suffix=template.suffix(example, links),
        completion=template.completion(example.sql) if example.sql else "",
    )


def _plain(text: str) -> str:
    """Return text on one line without anything that reads as a special token."""
    return " ".join(_SPECIAL.sub(" ", text).split())


def _base_prefix(text: str, schema: Schema) -> str:
    return f"<|schema|> {schema.dialect} : {text}"


def _base_suffix(example: Example, links: Sequence[Link]) -> str:
    parts = [f"<|history|> {_plain(turn.question)}<|sql|> {spaced(turn.sql)}" for turn in example.history]
    parts.append(f"<|question|> {_plain(example.question)}")
    if example.evidence:
        parts.append(f"<|evidence|> {_plain(example.evidence)}")
    parts.append(f"<|links|> {_plain(render_links(links))}" if links else "<|links|>")
    parts.append("<|sql|>")
    return "".join(parts)


def _base_completion(sql: str) -> str:
    return f" {spaced(sql)}<|end|>"


_ROLE = (
    "I want you to act as a SQL terminal in front of an example database. You need only to return the SQL command. "
    "Below is an instruction that describes a task, paired with an input that provides further context. "
    "Write a response that appropriately completes the request."
)


def _question_block(example: Example) -> str:
    lines = [f"Earlier question: {turn.question}\nIts SQL: {turn.sql}" for turn in example.history]
    if example.evidence:
        lines.append(f"Evidence: {example.evidence}")
    lines.append(example.question)
    return "\n".join(lines)


def _instruction_prefix(text: str, schema: Schema) -> str:
    return f"{_ROLE}\n###Instruction:\n{text}\n\n"


def _instruction_suffix(example: Example, links: Sequence[Link]) -> str:
    return f"###Input:\n{_question_block(example)}\n\n###Response:\n"


def _chat_prefix(text: str, schema: Schema) -> str:
    return f"You write one {schema.dialect} statement that answers the question. Reply with SQL only.\n\n{text}\n\n"


def _chat_suffix(example: Example, links: Sequence[Link]) -> str:
    return f"Question: {_question_block(example)}\nSQL: "


def _with_semicolon(sql: str) -> str:
    return f"{sql};"


TEMPLATES: dict[str, Template] = {
    "base": Template("base", "compact", _base_prefix, _base_suffix, _base_completion, max_new_tokens=160),
    "instruction": Template("instruction", "natural", _instruction_prefix, _instruction_suffix, _with_semicolon),
    "chat": Template("chat", "ddl", _chat_prefix, _chat_suffix, _with_semicolon),
}
