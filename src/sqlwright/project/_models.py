"""Which model a run stands for, and the prompts in the form it was, or will be, trained on.

A run is a folder of `runs/`. The untuned model of a base has a run too, `base-<name>`, so that its predictions and
verdicts lie where a tuned model's do; "base" is short for that of the latest run, or else of `train.base`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlwright.base as embedded
from sqlwright.errors import ConfigError, DataError, SqlError
from sqlwright.project._layout import Layout
from sqlwright.prompt import Template, get_template
from sqlwright.records import Example, Prompt, write_text
from sqlwright.schema import Schema
from sqlwright.sqlkit import canonical

if TYPE_CHECKING:
    from sqlwright.infer import Engine
    from sqlwright.project._databases import Databases

_RECORD = "run.json"
_BASE = "base-"
_MARK = "\u2063sqlwright\u2063"


@dataclass(frozen=True, slots=True)
class Model:
    """A base model, tuned or not, with its template."""

    base: str
    """As `train.base` names it."""
    template: Template
    frame: tuple[str, str] = ("", "")
    """What the tokenizer's chat template puts before and after a message."""
    adapter: Path | None = None
    """What was tuned; None for the base itself."""

    @property
    def path(self) -> str:
        """The base's folder or Hub name."""
        return embedded.resolve(self.base)

    def prompts(self, examples: Sequence[Example], databases: Databases) -> list[Prompt]:
        """Return the prompt of each example, in the one form for training, prediction and answering."""
        before, after = self.frame
        made = databases.prompts(in_canonical_form(examples, databases), self.template)
        if not before and not after:
            return made
        return [replace(prompt, prefix=before + prompt.prefix, suffix=prompt.suffix + after) for prompt in made]

    def constraints(self, examples: Sequence[Example], databases: Databases, *, wanted: bool) -> dict[str, Schema]:
        """Return the schema that each answer must keep to, by example id; none for models that write freely."""
        if not wanted or self.template.name != embedded.TEMPLATE:
            return {}
        return {example.id: databases.schema(example.db_id) for example in examples}

    def engine(self) -> Engine:
        """Load the model."""
        from sqlwright.infer import load

        return load(self.path, self.adapter)


def model_of(base: str, template: str = "auto", adapter: Path | None = None) -> Model:
    """Return the model of a base.

    Args:
        template: its name; "auto" takes "base" for the embedded model and those that know its tokens, "chat" where the
            tokenizer has a chat template, else "instruction".

    Raises:
        ConfigError: the base cannot be found.
    """
    if template == "base" or (template == "auto" and base == embedded.NAME):
        return Model(base, get_template(embedded.TEMPLATE), adapter=adapter)
    if template == "instruction":
        return Model(base, get_template(template), adapter=adapter)
    tokenizer = read_tokenizer(base)
    if template == "auto":
        known = tokenizer.get_vocab()
        template = "base" if "<|schema|>" in known else "chat" if tokenizer.chat_template else "instruction"
    return Model(base, get_template(template), _frame(tokenizer) if template == "chat" else ("", ""), adapter)


def model_of_run(layout: Layout, run: str) -> Model:
    """Return the model of a run. Raises DataError when there is no such run, or it is not finished."""
    record = record_of(layout, run)
    tuned = not run.startswith(_BASE)
    if not record.exists() or (tuned and not layout.model(run).exists()):
        known = ", ".join(runs(layout)) or "none"
        raise DataError(
            f"no finished run {run!r} in {layout.runs} (there are: {known}); make one with: sqlwright train"
        )
    told = json.loads(record.read_text(encoding="utf-8"))
    return model_of(told["base"], told["template"], layout.model(run) if tuned else None)


def note_run(layout: Layout, run: str, model: Model) -> None:
    """Write down which base a run is of, and with which template."""
    text = json.dumps({"base": model.base, "template": model.template.name}, ensure_ascii=False) + "\n"
    record = record_of(layout, run)
    if not record.exists() or record.read_text(encoding="utf-8") != text:
        write_text(record, text)


def runs(layout: Layout) -> list[str]:
    """Return the finished, tuned runs, the latest last."""
    records = [path for path in layout.runs.glob("*/train.manifest.json") if (path.parent / "model").is_dir()]
    return [path.parent.name for path in sorted(records, key=lambda path: (path.stat().st_mtime_ns, path.parent.name))]


def latest(layout: Layout) -> str:
    """Return the latest run. Raises DataError when there is none."""
    found = runs(layout)
    if not found:
        raise DataError(f"{layout.runs}: no finished run yet; make one with: sqlwright train")
    return found[-1]


def record_of(layout: Layout, run: str) -> Path:
    """Return the file that says which base a run is of."""
    return layout.run(run) / _RECORD


def untuned(layout: Layout, model: Model) -> str:
    """Return the id of the run of a model's base, after noting it."""
    base = model.base
    name = Path(base).name if Path(base).is_absolute() else base
    run = _BASE + (re.sub(r"[^\w.-]+", "-", name).strip("-.")[-60:] or "model")
    note_run(layout, run, model)
    return run


def read_tokenizer(base: str) -> Any:
    """Return a base's tokenizer. Raises ConfigError when there is none."""
    from transformers import AutoTokenizer

    path = embedded.resolve(base)
    try:
        return AutoTokenizer.from_pretrained(path)
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ConfigError(f"train.base: {base!r} is no model that can be loaded ({reason})") from None


def in_canonical_form(examples: Sequence[Example], databases: Databases) -> list[Example]:
    """Return the examples with their SQL, and that of their earlier turns, in the one form that models learn."""
    columns: dict[str, dict[str, list[str]]] = {}

    def rewritten(sql: str, example: Example) -> str:
        if not sql:
            return sql
        try:
            return canonical(sql, example.dialect, columns=columns[example.db_id])
        except SqlError:
            return sql

    out = []
    for example in examples:
        if example.db_id not in columns:
            columns[example.db_id] = _columns(databases.schema(example.db_id))
        history = tuple(replace(turn, sql=rewritten(turn.sql, example)) for turn in example.history)
        out.append(replace(example, sql=rewritten(example.sql, example), history=history))
    return out


def _columns(schema: Schema) -> dict[str, list[str]]:
    return {table.name: [column.name for column in table.columns] for table in schema.tables}


def _frame(tokenizer: Any) -> tuple[str, str]:
    """Return what a chat template writes around a user's message, up to where the answer begins."""
    if not tokenizer.chat_template:
        return "", ""
    text: str = tokenizer.apply_chat_template(
        [{"role": "user", "content": _MARK}], tokenize=False, add_generation_prompt=True, enable_thinking=False
    )
    before, _, after = text.partition(_MARK)
    return before, after
