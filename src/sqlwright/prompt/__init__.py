"""Turns an example and its schema into what a model reads and writes.

One renderer serves training, prediction and serving. A `Prompt` has a prefix that depends on the schema alone, so that
all questions about one schema share it token by token, and a suffix with everything that depends on the question: the
question itself, evidence, earlier turns and the linked schema items.

    template = get_template("base")
    prompt = build(example, schema, template, links=linker.link(example.question))
"""

from __future__ import annotations

from sqlwright.prompt.spaced import spaced
from sqlwright.prompt.template import SPECIAL_TOKENS, TEMPLATES, Template, build, get_template, schema_prefix

__all__ = ["SPECIAL_TOKENS", "TEMPLATES", "Template", "build", "get_template", "schema_prefix", "spaced"]
