"""What requests and answers hold, as pydantic models: the OpenAPI pages are made from them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from sqlwright.records import Turn

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Language = Literal["en", "zh"]
DbId = Annotated[str, Field(description="Database, where the project has several.")]


class Body(BaseModel):
    """A request's body: unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class EarlierTurn(Body):
    """An earlier question and the SQL that answered it."""

    question: Text
    sql: Text


class Question(Body):
    """A question about a database."""

    question: Text
    db_id: DbId = ""
    history: list[EarlierTurn] = Field(default=[], max_length=32)
    """Earlier turns of the conversation, oldest first."""

    @property
    def turns(self) -> list[Turn]:
        """The earlier turns as the project knows them."""
        return [Turn(turn.question, turn.sql) for turn in self.history]


class Statement(Body):
    """A statement to explain."""

    sql: Text
    db_id: DbId = ""
    language: Language = "en"


class Invocation(Body):
    """What SageMaker passes on: a question, or a statement."""

    question: Text | None = None
    sql: Text | None = None
    db_id: DbId = ""
    language: Language = "en"

    @model_validator(mode="after")
    def _one_of_both(self) -> Invocation:
        if (self.question is None) == (self.sql is None):
            raise ValueError("give either a question or sql")
        return self


class Refused(BaseModel):
    """The rule of the guard that a statement breaks, and why."""

    rule: str
    why: str


class Usage(BaseModel):
    """Tokens, as the model counts them."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class SqlAnswer(BaseModel):
    """A statement for a question; it was not run."""

    sql: str
    db_id: str
    dialect: str
    refused: Refused | None
    """Why the guard would not run it."""
    usage: Usage


class Explanation(BaseModel):
    """What a statement asks."""

    text: str
    by: Literal["model", "steps"]
    """Whether a model wrote it, or it tells the statement's clauses."""


class AskAnswer(BaseModel):
    """What a question came to; see `sqlwright ask --json`."""

    model_config = ConfigDict(extra="allow")

    question: str
    language: str
    status: Literal["answered", "refused", "unknown", "error"]
    sql: str
    columns: list[str]
    rows: list[list[Any]]
    text: str
    error: str
    refused: Refused | None
    """The rule that stopped it."""


class BareSql(BaseModel):
    """A statement, and nothing else."""

    sql: str


class BareText(BaseModel):
    """A text, and nothing else."""

    text: str


class Problem(BaseModel):
    """What was wrong with a request."""

    class Detail(BaseModel):
        """A short, stable name of it, and a sentence."""

        code: str
        message: str

    error: Detail


class Part(BaseModel):
    """A piece of a message."""

    type: Literal["text"]
    text: str


class Message(BaseModel):
    """A message of a conversation; OpenAI's fields that mean nothing here are let pass."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        """Its text, whichever way it was given."""
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content)
        return self.content or ""


class StreamOptions(BaseModel):
    """How a stream ends."""

    include_usage: bool = False


class Chat(BaseModel):
    """A request of the OpenAI protocol; sampling settings are let pass, since generation is greedy."""

    model: str = ""
    messages: list[Message] = Field(min_length=1)
    stream: bool = False
    stream_options: StreamOptions | None = None
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    n: Literal[1] | None = None
    db_id: DbId = ""

    @model_validator(mode="after")
    def _ends_with_a_question(self) -> Chat:
        if self.messages[-1].role != "user" or not self.messages[-1].text.strip():
            raise ValueError("the last message must be the user's, with a text")
        return self
