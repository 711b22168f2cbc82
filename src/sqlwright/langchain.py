"""sqlwright for LangChain: the question-answer chain as a `Runnable`, and a run's model as a chat model.

    from sqlwright.langchain import SqlwrightChain, SqlwrightChat

    chain = SqlwrightChain("shop")                              # a project's folder, or a Project
    chain.invoke("Which city has most customers?")["text"]
    chain.invoke({"question": "And the fewest?", "history": [{"question": "...", "sql": "SELECT ..."}]})

    SqlwrightChat(project="shop").invoke("Which city has most customers?").content    # SQL, neither checked nor run

The chain's outcome is what `sqlwright ask --json` prints: nothing that a question can bring about raises, a `status`
and a `rule` say what became of it. The chat model takes a conversation of questions and statements, and the prompts of
LangChain's own SQL chains, whose last "Question:" it answers. Both may be called from several threads; the model does
one thing at a time. Needs the extra `langchain`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlwright._asked import asked_in
from sqlwright.errors import DataError, MissingExtra, SqlwrightError
from sqlwright.project import Answer, Project
from sqlwright.records import Turn

try:
    from langchain_core.callbacks import CallbackManagerForLLMRun
    from langchain_core.language_models.chat_models import BaseChatModel
    from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
    from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
    from langchain_core.runnables import Runnable, RunnableConfig
    from pydantic import PrivateAttr, field_validator
except ModuleNotFoundError as error:
    raise MissingExtra(error.name or "langchain-core", "langchain") from None

Question = str | Mapping[str, Any]
"""A question, or {"question": ..., "history": [{"question": ..., "sql": ...}, ...], "db_id": ...}."""

_PIECES = re.compile(r"\S+\s*|\s+")
_ROLES = {"human": "user", "ai": "assistant"}


class SqlwrightChain(Runnable[Question, dict[str, Any]]):
    """Question -> schema -> SQL -> guard -> rows -> text, as a Runnable; see `Project.ask`."""

    def __init__(self, project: Project | str | Path, run: str | None = None, db_id: str | None = None) -> None:
        """Open a project, and take its latest run where none is named.

        Raises:
            ConfigError: the folder holds no project.
        """
        self.project = project if isinstance(project, Project) else Project.open(project)
        self.run = run
        self.db_id = db_id
        self._one_at_a_time = threading.Lock()

    def invoke(self, input: Question, config: RunnableConfig | None = None, **kwargs: Any) -> dict[str, Any]:
        """Return what became of a question, as `Answer.to_json` has it.

        Raises:
            ConfigError, DataError: there is no such run; nothing that depends on the question raises.
        """
        return self._call_with_config(self._ask, input, config, **kwargs)

    def _ask(self, input: Question) -> dict[str, Any]:
        told: dict[str, Any] = {"question": input} if isinstance(input, str) else dict(input)
        question = str(told.get("question") or "")
        with self._one_at_a_time:
            self.project.loaded(self.run)
            try:
                db_id = told.get("db_id") or self.db_id
                history = turns_of(told.get("history") or ())
                return self.project.ask(question, self.run, db_id=db_id, history=history).to_json()
            except SqlwrightError as error:
                why = str(error)
        return Answer(question, "en", text=why, error=why, status="error", rule="question").to_json()


class SqlwrightChat(BaseChatModel):
    """A run's model as a chat model that answers a question with SQL."""

    project: Any
    """The project, or its folder."""
    run: str | None = None
    """The run; the latest where none is named."""
    db_id: str | None = None
    """The database, where there are several."""
    _one_at_a_time: Any = PrivateAttr(default_factory=threading.Lock)

    @field_validator("project")
    @classmethod
    def _opened(cls, project: Project | str | Path) -> Project:
        return project if isinstance(project, Project) else Project.open(project)

    @property
    def _llm_type(self) -> str:
        return "sqlwright"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"project": str(self.project.folder), "run": self.run, "db_id": self.db_id}

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        message = AIMessage(content=self._write(messages, stop))
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        """Yield the statement word by word, once it is whole."""
        for piece in _PIECES.findall(self._write(messages, stop)):
            chunk = ChatGenerationChunk(message=AIMessageChunk(content=piece))
            if run_manager is not None:
                run_manager.on_llm_new_token(piece, chunk=chunk)
            yield chunk

    def _write(self, messages: Sequence[BaseMessage], stop: Sequence[str] | None) -> str:
        question, history = asked_in([(_ROLES.get(message.type, ""), str(message.text)) for message in messages])
        with self._one_at_a_time:
            sql: str = self.project.write_sql(question, self.run, db_id=self.db_id, history=history).sql
        return min((sql.partition(word)[0] for word in stop or ()), key=len, default=sql)


def turns_of(history: Sequence[Turn | Mapping[str, Any]]) -> tuple[Turn, ...]:
    """Return a history of turns or of what the chain returned for earlier questions. Raises DataError."""
    try:
        return tuple(turn if isinstance(turn, Turn) else Turn(turn["question"], turn["sql"]) for turn in history)
    except (TypeError, KeyError):
        raise DataError("history must be a list of objects with question and sql") from None
