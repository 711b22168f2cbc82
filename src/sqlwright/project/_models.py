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
from typing import TYPE_CHECKING, Any, Literal

import sqlwright.base as embedded
from sqlwright._loading import loading
from sqlwright.config import PredictConfig, Task, TrainConfig
from sqlwright.errors import ConfigError, DataError, SqlError
from sqlwright.project._layout import Layout
from sqlwright.prompt import NO_FRAME, Frame, Template, get_template, mix, opens_thought
from sqlwright.records import Example, Prompt, write_text
from sqlwright.schema import Schema
from sqlwright.sqlkit import canonical

if TYPE_CHECKING:
    from sqlwright.infer import Engine, Writer
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
    frame: Frame = NO_FRAME
    """What the tokenizer's chat template puts around a message."""
    adapter: Path | None = None
    """What was tuned; None for the base itself."""
    task: Task = "text-to-sql"
    """How it is asked for SQL: at once, or with reasoning before."""
    own_code: bool = False
    """Whether code that comes with the base may run (`train.trust_remote_code`)."""

    @property
    def path(self) -> str:
        """The base's folder or Hub name."""
        return embedded.resolve(self.base)

    @property
    def writes_spaced(self) -> bool:
        """Whether its statements have a space between all tokens, as the embedded base learnt it."""
        return self.template.name == embedded.TEMPLATE

    @property
    def clued(self) -> bool:
        """Whether a question's clues count in choosing among its candidates: they were fitted for this kind alone."""
        return self.writes_spaced

    def prompts(self, examples: Sequence[Example], databases: Databases) -> list[Prompt]:
        """Return the prompt that asks for each example's SQL, in the form that was trained."""
        return [
            databases.prompt(example, self.template, task=self.task, frame=self.frame)
            for example in in_canonical_form(examples, databases)
        ]

    def samples(self, examples: Sequence[Example], databases: Databases, config: TrainConfig) -> Samples:
        """Return what is learnt from examples, in the tasks that `config` mixes. Raises DataError as `mix` does."""
        mixed = mix(in_canonical_form(examples, databases), config.tasks, seed=config.seed)
        return Samples(
            [
                databases.prompt(asked.example, self.template, task=asked.task, frame=self.frame)
                for asked in mixed.asked
            ],
            {asked.example.id: asked.example for asked in mixed.asked},
            mixed.unreasoned,
        )

    def asking(self, config: PredictConfig) -> Model:
        """Return the model with the task of `config`, where that names one that ends in SQL."""
        return replace(self, task=config.task) if config.task in ("text-to-sql", "reasoning") else self

    def room(self, config: PredictConfig) -> int:
        """Return the most tokens of an answer."""
        return config.max_new_tokens + (config.reasoning_tokens if self.task == "reasoning" else 0)

    def is_held(self, config: PredictConfig) -> bool:
        """Return whether answers must keep to their schemas."""
        return config.grammar or (config.constrain and self.writes_spaced)

    def asks_base(self, config: PredictConfig) -> bool:
        """Return whether the untuned base proposes candidates too (`predict.ensemble`).

        Raises:
            ConfigError: it is asked for, and cannot be: by the engine, or as answers begin with a thought.
        """
        if self.adapter is None or config.candidates == 1 or config.ensemble == "off":
            return False
        why = ""
        if engine_of(config) != "transformers":
            why = f"needs the engine transformers, not {engine_of(config)}"
        elif self.task != "text-to-sql":
            why = f"is for the task text-to-sql, not {self.task}"
        if why and config.ensemble == "on":
            raise ConfigError(f'predict.ensemble = "on" {why}')
        return not why and (config.ensemble == "on" or self.base == embedded.NAME)

    def constraints(
        self, examples: Sequence[Example], databases: Databases, config: PredictConfig
    ) -> dict[str, Schema]:
        """Return the schema that each answer must keep to, by example id; none for models that write freely."""
        if not self.is_held(config):
            return {}
        return {example.id: databases.schema(example.db_id) for example in examples}

    def engine(self, *, bits: Literal[0, 4, 8] = 0, grammar: bool = False) -> Engine:
        """Load the model, in 4 or 8 bits where `bits` says so, held to a `grammar` where that is wanted."""
        from sqlwright.infer import load

        return load(self.path, self.adapter, bits=bits, own_code=self.own_code, grammar=grammar)

    def writer(self, config: PredictConfig) -> Writer:
        """Load the model with the engine that `config` names, or return the service that runs it.

        Raises:
            ConfigError: what the engine needs is not named, or cannot be loaded.
            MissingExtra: the engine is not installed.
        """
        name, together = engine_of(config), self.asks_base(config)
        if name == "openai":
            from sqlwright.infer.endpoint import Endpoint

            if not (config.url and config.model):
                raise ConfigError('engine = "openai" needs predict.url and predict.model')
            return Endpoint(config.url, config.model, config.key or None)
        if name == "llamacpp":
            from sqlwright.infer.llamacpp import open_gguf

            if not config.model:
                raise ConfigError('engine = "llamacpp" needs a GGUF file in predict.model')
            tokenizer = read_tokenizer(self.base, own_code=self.own_code)
            return open_gguf(config.model, tokenizer, grammar=config.grammar)
        if name == "vllm":
            from sqlwright.infer.vllm import open_vllm

            tokenizer = read_tokenizer(self.base, own_code=self.own_code)
            how: dict[str, Any] = {"grammar": config.grammar, "options": config.vllm}
            return open_vllm(self.path, tokenizer, self.adapter, own_code=self.own_code, **how)
        engine = self.engine(bits=config.bits, grammar=config.grammar)
        if not together:
            return engine
        from sqlwright.infer.ensemble import Ensemble

        base = replace(self, adapter=None).engine(bits=config.bits, grammar=config.grammar)
        return Ensemble(engine, base, self.template.completion)

    def for_engine(self, config: PredictConfig) -> Model:
        """Return the model as its engine is asked: a service puts the chat template around a message itself."""
        return replace(self, frame=NO_FRAME) if engine_of(config) == "openai" else self


@dataclass(frozen=True, slots=True)
class Samples:
    """What a model learns."""

    prompts: list[Prompt]
    asked: dict[str, Example]
    """Example by prompt id."""
    unreasoned: tuple[str, ...]
    """Ids of examples that give no reasoning (see `sqlwright.prompt.Mix`)."""


def engine_of(config: PredictConfig) -> str:
    """Return the name of the engine that `config` asks for."""
    if config.engine != "auto":
        return config.engine
    return "openai" if config.url else "llamacpp" if config.model.endswith(".gguf") else "transformers"


def model_of(base: str, template: str = "auto", adapter: Path | None = None, *, own_code: bool = False) -> Model:
    """Return the model of a base.

    Args:
        template: its name; "auto" takes "base" for the embedded model and those that know its tokens, "chat" where the
            tokenizer has a chat template, else "instruction".
        own_code: whether code that comes with the base may run.

    Raises:
        ConfigError: the base cannot be found.
    """
    if template == "base" or (template == "auto" and base == embedded.NAME):
        return Model(base, get_template(embedded.TEMPLATE), adapter=adapter, own_code=own_code)
    if template == "instruction":
        return Model(base, get_template(template), adapter=adapter, own_code=own_code)
    tokenizer = read_tokenizer(base, own_code=own_code)
    if template == "auto":
        known = tokenizer.get_vocab()
        template = "base" if "<|schema|>" in known else "chat" if tokenizer.chat_template else "instruction"
    frame = _frame(tokenizer) if template == "chat" else NO_FRAME
    return Model(base, get_template(template), frame, adapter, own_code=own_code)


def model_to_train(config: TrainConfig) -> Model:
    """Return the model that training makes; one that learns to reason is asked to. Raises ConfigError."""
    model = model_of(config.base, config.template, own_code=config.trust_remote_code)
    return replace(model, task="reasoning") if config.tasks.get("reasoning") else model


def model_of_run(layout: Layout, run: str, *, own_code: bool = False) -> Model:
    """Return the model of a run. Raises DataError when there is no such run, or it is not finished."""
    record = record_of(layout, run)
    tuned = not run.startswith(_BASE)
    if not record.exists() or (tuned and not layout.model(run).exists()):
        known = ", ".join(runs(layout)) or "none"
        raise DataError(
            f"no finished run {run!r} in {layout.runs} (there are: {known}); make one with: sqlwright train"
        )
    told = json.loads(record.read_text(encoding="utf-8"))
    model = model_of(told["base"], told["template"], layout.model(run) if tuned else None, own_code=own_code)
    return replace(model, task=told.get("task", model.task))


def note_run(layout: Layout, run: str, model: Model) -> None:
    """Write down which base a run is of, with which template, and the task where it is not the usual one."""
    told = {"base": model.base, "template": model.template.name}
    if model.task != "text-to-sql":
        told["task"] = model.task
    text = json.dumps(told, ensure_ascii=False) + "\n"
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
    """Return the id of the run of a model's base, after noting it; it never learnt to reason."""
    base = model.base
    name = Path(base).name if Path(base).is_absolute() else base
    run = _BASE + (re.sub(r"[^\w.-]+", "-", name).strip("-.")[-60:] or "model")
    note_run(layout, run, replace(model, task="text-to-sql"))
    return run


def read_tokenizer(base: str, *, own_code: bool = False) -> Any:
    """Return a base's tokenizer. Raises ConfigError when there is none."""
    from transformers import AutoTokenizer

    with loading(base, own_code=own_code) as options:
        return AutoTokenizer.from_pretrained(embedded.resolve(base), **options)


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


def _frame(tokenizer: Any) -> Frame:
    """Return what a chat template writes around a user's message.

    Where it opens a thought of its own accord, that is left to the task: closed at once, or opened by reasoning.
    """
    if not tokenizer.chat_template:
        return NO_FRAME

    def around(thinking: bool) -> tuple[str, str]:
        text: str = tokenizer.apply_chat_template(
            [{"role": "user", "content": _MARK}], tokenize=False, add_generation_prompt=True, enable_thinking=thinking
        )
        before, _, after = text.partition(_MARK)
        return before, after

    before, after = around(False)
    thinking = around(True)[1]
    if opens_thought(after):
        after = f"{after.rstrip()}\n\n</think>\n\n"
    if opens_thought(thinking):
        thinking = thinking.rstrip().removesuffix("<think>")
    return Frame(before, after, thinking)
