"""The configuration: one pydantic model a stage, and the `sqlwright.toml` that holds them all.

The TOML file, the command line's flags and the studio's forms are all made from these models, so a field's help is
written once, under the field. Precedence: flag, then file, then the default here.

    config = load("sqlwright.toml")
    config.train.rank
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError, field_validator

from sqlwright.errors import ConfigError

FILE = "sqlwright.toml"
Task = Literal["text-to-sql", "sql-to-text", "reasoning"]
"""What a model learns to do with a schema; see `sqlwright.prompt`."""


class Section(BaseModel):
    """A table of the TOML file: unknown keys and wrong types are errors, attribute docstrings are the help."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, strict=True)


class DatabaseConfig(Section):
    """The database to write SQL for."""

    url: str = ""
    """SQLAlchemy URL, or the path of a SQLite or DuckDB file; ${NAME} stands for an environment variable."""
    folder: str = ""
    """Folder of SQLite files, `<db_id>/<db_id>.sqlite` or `<db_id>.sqlite`, for a data set over many databases."""
    tables: str = ""
    """Spider's or BIRD's `tables.json`, where the schemas come from it rather than from the databases."""
    db_id: str = ""
    """Name for it in the data; by default the file's or database's own name."""
    samples: list[str] = []
    """Columns ("table.column", or "all") whose sample values may stand in prompts."""
    personal_values: bool = False
    """Whether values of columns that look personal (names, e-mail, phone ...) may be used too."""
    seconds: float = Field(default=5.0, gt=0)
    """Time limit for one statement, in seconds."""
    max_rows: int = Field(default=10_000, gt=0)
    """Most rows that are read from one statement."""


class SynthConfig(Section):
    """Pairs made from the schema."""

    count: int = Field(default=2_000, gt=0)
    """How many question/SQL pairs to make."""
    languages: dict[str, float] = {"en": 0.5, "zh": 0.5}
    """Share of each question language."""
    per_query: int = Field(default=2, gt=0)
    """Most questions for one SQL statement, in each language."""
    weights: dict[str, float] = {}
    """Weights of the query shapes, over the built-in ones."""
    lexicon: str = ""
    """TOML file with your own names for tables and columns."""
    seed: int = 0
    """Seed of every random choice."""


class SplitConfig(Section):
    """What is trained on, and what is kept aside."""

    by: Literal["random", "database", "skeleton"] = "skeleton"
    """What never stands in two parts: nothing, a database, or an SQL skeleton."""
    fractions: list[float] = [0.7, 0.15, 0.15]
    """Shares of train, validation and test."""
    keep: list[Literal["kept", "empty", "failed", "timeout", "no-database"]] = ["kept", "empty", "no-database"]
    """Which examples are used, by what the audit said of them."""
    seed: int = 0
    """Seed of the split."""


class TrainConfig(Section):
    """How the adapter is tuned."""

    base: str = "embedded"
    """Base model: "embedded", or a folder or Hub name of a causal language model."""
    template: Literal["auto", "base", "instruction", "chat"] = "auto"
    """Prompt template; "auto" takes the base model's own."""
    tasks: dict[Task, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = {"text-to-sql": 1.0}
    """Tasks to learn (text-to-sql, sql-to-text, reasoning), each with the share of the examples that give a sample of
    it; over 1 repeats them."""
    trust_remote_code: bool = False
    """Run model code that comes with the base from the Hub, on this machine."""
    method: Literal["lora", "qlora", "dora", "rslora", "full"] = "lora"
    """What is trained: adapters (LoRA, QLoRA, DoRA, rsLoRA), or every weight."""
    rank: int = Field(default=16, gt=0)
    """Rank of the adapter's matrices."""
    alpha: float = Field(default=32.0, gt=0)
    """Scale of the adapter; its output is multiplied by alpha / rank."""
    dropout: float = Field(default=0.05, ge=0, lt=1)
    """Dropout on the adapter's input."""
    target_modules: list[str] | Literal["all-linear"] = "all-linear"
    """Linear layers that get an adapter."""
    hardest: float = Field(default=1.0, gt=0, le=1)
    """Share of the pairs made from a schema that are trained on: mostly those that the untuned base holds least likely.
    1 is all, without asking it; imported pairs are always all trained on."""
    epochs: float = Field(default=3.0, gt=0)
    """Passes over the training data."""
    max_steps: int = -1
    """Optimiser steps, instead of epochs; -1 leaves it to epochs."""
    batch_size: int = Field(default=16, gt=0)
    """Examples in one optimiser step."""
    micro_batch_size: PositiveInt | Literal["auto"] = "auto"
    """Most examples that go through the model at once; "auto" takes as many as sequence_tokens holds."""
    sequence_tokens: PositiveInt | Literal["auto"] = "auto"
    """Most tokens that go through the model at once, a shared schema counted once; "auto" goes by free memory."""
    schemas_per_batch: int = Field(default=4, gt=0)
    """A batch mixes at least so many schemas, where there are several; fewer save more tokens."""
    share_schemas: bool = True
    """Compute a schema once for all its questions that go through the model together."""
    max_length: int = Field(default=2048, gt=0)
    """Longest sample, in tokens."""
    too_long: Literal["error", "drop", "trim-schema"] = "error"
    """What to do with a sample that is longer."""
    learning_rate: float = Field(default=2e-4, gt=0)
    """Highest learning rate."""
    schedule: Literal["cosine", "linear", "constant"] = "cosine"
    """How the learning rate falls after warm-up."""
    warmup: float = Field(default=0.05, ge=0, lt=1)
    """Share of the steps in which the learning rate rises."""
    weight_decay: float = Field(default=0.01, ge=0)
    """AdamW's weight decay."""
    beta1: float = Field(default=0.9, gt=0, lt=1)
    """AdamW's first beta."""
    beta2: float = Field(default=0.999, gt=0, lt=1)
    """AdamW's second beta."""
    max_grad_norm: float = Field(default=1.0, gt=0)
    """Gradients are clipped to this norm."""
    neftune: float = Field(default=0.0, ge=0)
    """NEFTune's noise on the embeddings; 0 is off."""
    blend: float = Field(default=1.0, gt=0, le=1)
    """How far from the base towards what was trained the saved weights lie (WiSE-FT): 1 is all the way; 0.5, half of
    it, keeps more of what the base knows. For LoRA, rsLoRA and QLoRA; others are saved as trained."""
    precision: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
    """Arithmetic; "auto" takes bf16 where the device is quick at it."""
    parallel: Literal["auto", "ddp", "fsdp", "zero2", "zero3"] = "auto"
    """What each of several GPUs holds; "auto" is DDP where the model fits into each, else FSDP2."""
    gradient_checkpointing: Literal["auto", "on", "off"] = "auto"
    """Compute activations again in the backward pass, to save memory; "auto" does where they would not fit."""
    compile: Literal["auto", "on", "off"] = "auto"
    """Compile the decoder's layers; "auto" does on a GPU."""
    eval_every: int = Field(default=0, ge=0)
    """Steps between validations; 0 means once an epoch."""
    save_every: int = Field(default=0, ge=0)
    """Steps between checkpoints; 0 means at every validation."""
    early_stopping: Literal["loss", "accuracy", "off"] = "loss"
    """What must improve on the validation set for training to go on."""
    patience: int = Field(default=2, gt=0)
    """Validations without improvement before training stops."""
    report_to: list[Literal["tensorboard", "wandb", "mlflow"]] = []
    """Trackers that get the run's figures, beside log.jsonl; each needs the extra of its name."""
    seed: int = 0
    """Seed of initialisation, order, dropout and of which examples give which tasks."""

    @field_validator("tasks")
    @classmethod
    def _something_to_learn(cls, tasks: dict[Task, float]) -> dict[Task, float]:
        if not any(tasks.values()):
            raise ValueError("no task has a weight above 0; give one, such as text-to-sql = 1.0")
        return tasks


class PredictConfig(Section):
    """How SQL is generated."""

    engine: Literal["auto", "transformers", "llamacpp", "vllm", "openai"] = "auto"
    """What runs the model; "auto" is openai where a url is named, llamacpp where `model` is a GGUF file, else
    transformers."""
    url: str = ""
    """OpenAI-compatible endpoint (".../v1") of the engine openai; it is sent schema and question."""
    model: str = ""
    """The engine openai's model, as the endpoint knows it; or the GGUF file of the engine llamacpp."""
    key: str = ""
    """Environment variable that holds the endpoint's key; the key itself is never written anywhere."""
    bits: Literal[0, 4, 8] = 0
    """Hold the weights in 4 or 8 bits (transformers on a CUDA device); 0 leaves them as they are."""
    vllm: list[str] = []
    """Further arguments of the engine vllm's class `LLM`, such as "max_model_len=4096" or "dtype=float32"."""
    task: Literal["auto", "text-to-sql", "sql-to-text", "reasoning"] = "auto"
    """Whether to reason before writing SQL; "auto" does where the model was trained to. With "sql-to-text", `predict`
    writes questions for a set's SQL."""
    max_new_tokens: int = Field(default=128, gt=0)
    """Longest completion, in tokens."""
    reasoning_tokens: int = Field(default=512, ge=0)
    """Most tokens of reasoning before the SQL, on top of max_new_tokens."""
    batch_size: int = Field(default=64, gt=0)
    """Questions that go through the model at once."""
    candidates: int = Field(default=1, gt=0)
    """Candidates a question (by beam search, or drawn where the temperature is above 0); of several the one whose
    execution speaks for it is taken: of equal results the most frequent."""
    rescore: Literal["auto", "on", "off"] = "auto"
    """Whether several candidates are also weighed by how likely each makes the question, which asks of the model that
    it learnt the task sql-to-text (engine transformers); "auto" asks the embedded base, as it comes or beside the model
    that was tuned from it (`ensemble`)."""
    ensemble: Literal["auto", "on", "off"] = "auto"
    """Whether the base proposes candidates beside the model that was tuned from it, all weighed by both (several
    candidates, engine transformers; it takes twice the time); "auto" does so for the embedded base."""
    temperature: float = Field(default=0.0, ge=0)
    """Draw tokens by their probability, the bolder the higher; 0 takes the likeliest."""
    top_p: float = Field(default=1.0, gt=0, le=1)
    """Draw only among the likeliest tokens that together have this probability."""
    seed: int = 0
    """Seed of what is drawn."""
    repair: bool = False
    """Ask again, once, with the database's error, where a statement does not run; not for the "base" template."""
    constrain: bool = True
    """Whether a model of the "base" template may name only what is in the schema; others always write freely. One that
    writes freely and says that it does not know is asked once more, its SELECT written for it."""
    grammar: bool = False
    """Hold the answers of any model to a grammar of the schema: they parse, read only, and name nothing else. Engines
    transformers (extra `grammar`), llamacpp and vllm; takes the place of `constrain`."""


class AskConfig(Section):
    """How a question is answered."""

    route: bool = True
    """Refuse, before a model is asked for SQL, what is no question about the database: small talk, other subjects,
    changes; and what the model says that it does not know."""
    schema_tokens: PositiveInt | Literal["auto"] = "auto"
    """Most tokens of the schema in a prompt; of a larger schema the tables that the question needs are taken."""
    text: Literal["auto", "template", "model"] = "auto"
    """Who writes the answer's text: a line made from the statement, or a chat model; "auto" takes the model of chat_url
    where one is named, else the run's own where it has a chat template."""
    chat_url: str = ""
    """OpenAI-compatible endpoint (".../v1") of a chat model; it is sent the schema, the question, the SQL and rows."""
    chat_model: str = ""
    """Name of the chat model, as the endpoint knows it."""
    chat_key: str = ""
    """Environment variable that holds the endpoint's key; the key itself is never written anywhere."""
    chat_rows: int = Field(default=20, gt=0)
    """Most rows that a chat model is shown."""


class EvaluateConfig(Section):
    """How predictions are judged."""

    rule: Literal["auto", "strict", "ts", "bird-ex", "bird-soft-f1", "bird-r-ves"] = "auto"
    """What makes two results equal; "auto" is ts where a database has a test suite, and strict elsewhere."""
    keep_distinct: bool = False
    """Under ts: leave DISTINCT in both statements, as the official evaluator does with its flag of this name."""
    plug_value: bool = False
    """Under ts: also try the prediction with gold's values in place of its own; it tells the model gold's values."""
    spider_em: bool = False
    """Also compute Spider's exact set match and its partial matches."""
    official_quirks: bool = False
    """Reproduce the official evaluators' known defects too, to agree with them pair by pair."""
    seconds: float = Field(default=10.0, gt=0)
    """Time limit for one statement, in seconds."""
    rows: int = Field(default=200_000, gt=0)
    """Most rows of a result that are compared; a statement that returns more is wrong, and the report says why."""
    ves_iterations: int = Field(default=100, gt=0)
    """Under bird-r-ves: how often both statements are timed."""
    workers: int = Field(default=0, ge=0)
    """Processes that run statements; 0 is one a processor core."""
    judge_url: str = ""
    """OpenAI-compatible endpoint (".../v1") of a language model that also rates the predictions, 1 to 5."""
    judge_model: str = ""
    """Name of the model that judges, as the endpoint knows it."""
    judge_key: str = ""
    """Environment variable that holds the endpoint's key; the key itself is never written anywhere."""
    bootstrap: int = Field(default=1_000, gt=0)
    """Resamples for the confidence intervals."""


class ServeConfig(Section):
    """The HTTP service."""

    host: str = "127.0.0.1"
    """Address to listen on; any but this machine's own asks for API keys."""
    port: int = Field(default=8000, ge=0, le=65535)
    """Port to listen on; 0 takes a free one."""
    window_ms: float = Field(default=5.0, ge=0, le=1000)
    """Milliseconds that a question waits for others to go through the model with it."""
    max_batch: int = Field(default=32, gt=0)
    """Most questions that go through the model at once."""
    queue: int = Field(default=128, gt=0, le=4096)
    """Most requests that are worked on or wait; further ones are told to try again (429)."""
    keys: str = "keys.json"
    """File of API keys' hashes (see `sqlwright serve keys add`); where it has any, every request needs one."""
    rate: float = Field(default=0.0, ge=0)
    """Requests a second that one key may make; 0 is no limit."""
    burst: int = Field(default=20, gt=0)
    """Requests that a key may make at once before its rate counts."""
    body_bytes: int = Field(default=262_144, gt=0)
    """Largest body of a request, in bytes."""
    input_tokens: int = Field(default=1024, gt=0)
    """Longest question or statement, in tokens."""
    cors: list[str] = []
    """Origins whose pages may call the service from a browser."""
    sagemaker: bool = False
    """Whether /ping and /invocations need no key, since SageMaker's gateway checks who calls and sends none."""
    grace: int = Field(default=30, ge=0)
    """Seconds that requests under way have to finish when the service stops."""


class Config(Section):
    """The whole of `sqlwright.toml`."""

    database: DatabaseConfig = DatabaseConfig()
    synth: SynthConfig = SynthConfig()
    split: SplitConfig = SplitConfig()
    train: TrainConfig = TrainConfig()
    predict: PredictConfig = PredictConfig()
    ask: AskConfig = AskConfig()
    evaluate: EvaluateConfig = EvaluateConfig()
    serve: ServeConfig = ServeConfig()


def parse(values: dict[str, Any], *, where: str = FILE, flags: Collection[str] = ()) -> Config:
    """Build a Config from plain values.

    Args:
        where: what an error names as the place of a value.
        flags: keys ("train.rank") that came from the command line, so that an error names the flag instead.

    Raises:
        ConfigError: an unknown key, a wrong type or a value out of range; the message names the key and `where`.
    """
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        parts = [str(part) for part in first["loc"] if part != "[key]"]
        # A field that takes one kind of value or another has an error for each.
        either = list(dict.fromkeys(e["msg"].lower() for e in error.errors() if e["loc"][:2] == first["loc"][:2]))
        key = ".".join(parts[:2] if len(either) > 1 else parts)
        if first["type"] == "extra_forbidden":
            known = _known_keys(parts[:-1])
            raise ConfigError(f"{where}: unknown key {key!r}; known here: {', '.join(known)}") from None
        reason = " or ".join(either).removeprefix("value error, ")
        place = f"--{parts[1].replace('_', '-')}" if ".".join(parts[:2]) in flags else f"{where}: {key}"
        raise ConfigError(f"{place}: {reason} (found {first['input']!r})") from None


def load(path: str | Path, overrides: dict[str, Any] | None = None) -> Config:
    """Read a TOML file; `overrides` ({"train": {"rank": 8}}) win over it.

    Raises:
        ConfigError: the file is missing, is no TOML, or does not fit the models.
    """
    values = read_toml(Path(path), advice="; make one with: sqlwright init")
    return parse(merged(values, overrides), where=str(path), flags=keys(overrides))


def read_toml(path: Path, *, advice: str = "") -> dict[str, Any]:
    """Return what a TOML file says. Raises ConfigError, with `advice` where the file cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}){advice}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not TOML: {error}") from None


def merged(values: dict[str, Any], overrides: dict[str, Any] | None) -> dict[str, Any]:
    """Return the values with those of `overrides`, by section, in place of their own."""
    out = dict(values)
    for section, changes in (overrides or {}).items():
        table = out.get(section, {})
        out[section] = {**table, **changes} if isinstance(table, dict) else table
    return out


def keys(overrides: dict[str, Any] | None) -> set[str]:
    """Return the keys that overrides set, as "section.field"."""
    return {f"{section}.{name}" for section, changes in (overrides or {}).items() for name in changes}


def _known_keys(path: list[str]) -> list[str]:
    model: type[BaseModel] = Config
    for name in path:
        annotation = model.model_fields[name].annotation
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return []
        model = annotation
    return sorted(model.model_fields)
