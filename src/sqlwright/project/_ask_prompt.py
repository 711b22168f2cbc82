"""What a model is shown for a question: the whole of a small schema, the tables that are needed of a large one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlwright.base as embedded
from sqlwright.config import AskConfig
from sqlwright.project._models import in_canonical_form
from sqlwright.prompt import build, schema_prefix
from sqlwright.records import Example, Prompt
from sqlwright.schema import Schema
from sqlwright.schema.retrieval import narrow

if TYPE_CHECKING:
    from sqlwright.project._databases import Databases
    from sqlwright.project._models import Model

_BUDGETS = {embedded.TEMPLATE: 1_200}
"""Tokens of a schema by template, where the configuration leaves it to us: the embedded model reads 2,048 in all."""
_BUDGET = 6_000


@dataclass(frozen=True, slots=True)
class Shown:
    """A prompt, and the part of the schema that stands in it."""

    prompt: Prompt
    schema: Schema
    prefix: str
    """The schema as the prompt has it."""
    constraints: dict[str, Schema]
    """The schema that the answer must keep to, by the prompt's id; none for models that write freely."""


def show(example: Example, model: Model, databases: Databases, config: AskConfig, *, constrain: bool) -> Shown:
    """Return the prompt for a question; tables of its earlier turns count as mentioned.

    Args:
        constrain: whether the answer must keep to the schema that is shown.
    """
    whole = databases.schema(example.db_id)
    links = databases.linker(example.db_id).link(example.question)
    budget = config.schema_tokens
    if budget == "auto":
        budget = _BUDGETS.get(model.template.name, _BUDGET)
    linker = databases.linker(example.db_id)
    earlier = [link for turn in example.history for link in linker.link(turn.question)]
    schema = narrow(whole, [*links, *earlier], budget=budget, style=model.template.style)
    if schema is whole:
        prefix = databases.prefix(example.db_id, model.template)
    else:
        prefix = schema_prefix(schema, model.template)
    (asked,) = in_canonical_form([example], databases)
    known = [link for link in links if schema.has(link.table)]
    prompt = build(asked, schema, model.template, known, prefix=prefix, task=model.task, frame=model.frame)
    constraints = {example.id: schema} if constrain else {}
    return Shown(prompt, schema, prefix, constraints)
