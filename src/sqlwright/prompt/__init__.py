"""Turns an example and its schema into what a model reads and writes.

One renderer serves training, prediction and serving. A `Prompt` has a prefix that depends on the schema alone, so that
all questions about one schema share it token by token, and a suffix with everything that depends on the question: the
question itself, evidence, earlier turns and the linked schema items.

    template = get_template("base")
    prompt = build(example, schema, template, links=linker.link(example.question))

`tasks` has what else than SQL can be asked for, and `mix` chooses which examples give samples of which task.
"""

from __future__ import annotations

from sqlwright.prompt.mixing import Asked, Mix, mix
from sqlwright.prompt.spaced import spaced, tight
from sqlwright.prompt.tasks import NO_FRAME, Frame, build, form_of, opens_thought, thought_of
from sqlwright.prompt.template import SPECIAL_TOKENS, TEMPLATES, Template, get_template, schema_prefix

__all__ = [
    "NO_FRAME",
    "SPECIAL_TOKENS",
    "TEMPLATES",
    "Asked",
    "Frame",
    "Mix",
    "Template",
    "build",
    "form_of",
    "get_template",
    "mix",
    "opens_thought",
    "schema_prefix",
    "spaced",
    "thought_of",
    "tight",
]
